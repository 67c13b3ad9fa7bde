"""Papers that arrive signed by others, and houses that trust those who signed them."""

from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from dossier.papers import Paper, SourceGrade
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm
from signing.font import default_font
from signing.trust import TrustStore
from tests.ingest.made import saved
from tests.signing.pages import scan_pdf
from tests.signing.pki import write_pem

OWNER = "001190012345"
_DPI = 100


def drawn_pdf(*lines: str) -> bytes:
    """A page of text as an office program writes it; ASCII only."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    shown = "".join(f"({line}) Tj 0 -20 Td " for line in lines)
    page.Contents = document.make_stream(f"BT /F1 13 Tf 85 730 Td {shown}ET".encode())
    return saved(document)


def pictured_pdf(*lines: str) -> bytes:
    """A page that is the picture of a text, as a scanner writes it."""
    picture = Image.new("RGB", (round(8.27 * _DPI), round(11.69 * _DPI)), (244, 240, 232))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(default_font()), round(14 / 72 * _DPI))
    for number, line in enumerate(lines):
        draw.text((0.12 * picture.width, (0.08 + 0.03 * number) * picture.height), line, fill=(20, 20, 20), font=font)
    return scan_pdf(picture)


def trust_folder(folder: Path, trust: TrustStore) -> Path:
    """Write a trust store as an installation keeps one."""
    (folder / "public").mkdir(parents=True)
    for number, anchor in enumerate(trust.anchors):
        write_pem(folder / "public" / f"root-{number}.pem", anchor.certificate)
    for number, certificate in enumerate(trust.certificates):
        write_pem(folder / f"intermediate-{number}.pem", certificate)
    for number, revocations in enumerate(trust.crls):
        (folder / f"{number}.crl").write_bytes(revocations.dump())
    for number, answer in enumerate(trust.ocsps):
        (folder / f"{number}.ocsp").write_bytes(answer.dump())
    return folder


def prepared(house: House, name: str, data: bytes) -> Paper:
    """Take a file in and prepare it."""
    batch = open_batch(house, Manifest("test", (ManifestEntry(name, OWNER),)))
    paper = receive(house, batch.id, name, data).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    return house.catalogue.paper(paper)


def stored(house: House, name: str, data: bytes, grade: SourceGrade | None = None) -> Paper:
    """Take a file in and lead it to the store."""
    paper = prepared(house, name, data).id
    confirm(house, paper, by="Trần Văn Đối", actor="counter", grade=grade)
    for step in pipeline.FINISH:
        step(house, paper)
    return house.catalogue.paper(paper)
