"""What poppler's ``pdfsig`` says about sealed files beside our own verification, and the stamp as a picture."""

import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from dossier.times import now
from signing.report import SignatureReport
from signing.seal import Level, seal
from signing.stamp import Stamp, find_free_area
from signing.stamp_rules import CopyForm
from signing.validate import validate
from tests.benchmarks.ocr.tables import Table
from tests.benchmarks.seals.measure import AGENCY, Kind, Sealer, load_tree, page
from tests.signing.pages import scan, scan_pdf
from tests.signing.pki import Tree
from tests.signing.poppler import signatures

WITNESS = {False: "–", True: "signs too"}
"""Without an official's signature, and with it."""
_DPI = 150
_GAP = 12
_WORDS = {"valid": "HỢP LỆ", "invalid": "KHÔNG HỢP LỆ", "undetermined": "KHÔNG XÁC ĐỊNH"}


def agreement(folder: Path) -> Table:
    """Return what both programs say of each signature, by level and with and without the official's."""
    rows = []
    for level in Level:
        for witnessed, word in WITNESS.items():
            pdf = Sealer.load(Kind(level, witnessed=witnessed), folder).seal()
            report = validate(pdf, load_tree(folder).trust(now()))
            said = _pdfsig(pdf)
            rows += [[level.value, word, s.field, *said[s.field], *_ours(s)] for s in report.signatures]
    head = [
        "level",
        "field",
        "pdfsig: signature",
        "pdfsig: covers",
        "ours: verdict",
        "profile",
        "covers",
        "changes after",
    ]
    return Table("pdfsig and sohoa on the same files", head, rows)


def _ours(report: SignatureReport) -> list[str]:
    return [_WORDS[report.verdict.value], report.profile, report.coverage, report.changes_after]


def _pdfsig(pdf: bytes) -> dict[str, tuple[str, str]]:
    """Return the program's verdict on each field, and what it says is covered."""
    with tempfile.TemporaryDirectory() as place:
        said = signatures(pdf, Path(place))
    found = {}
    for part in re.split(r"(?m)^Signature #\d+:", said)[1:]:
        field = re.search(r"Field Name: (\S+)", part)
        verdict = re.search(r"Signature Validation: (.+)", part)
        covered = re.search(r"- ((?:Not t|T)otal document signed)", part)
        assert field
        found[field[1]] = (verdict[1] if verdict else "–", covered[1] if covered else "–")
    return found


def version() -> str:
    """Return the version of ``pdfsig``."""
    told = subprocess.run(["pdfsig", "-v"], check=True, capture_output=True, text=True)
    return told.stderr.splitlines()[0]


def picture(folder: Path, file: Path) -> None:
    """Draw the top of three sealed pages: an empty margin, one with a stroke of a pen, a full one with paper added."""
    own = load_tree(folder)
    pages = {
        CopyForm.CERTIFIED: scan(ink_in_margin=False),
        CopyForm.RECOPIED: scan(),
        CopyForm.EXTRACT: scan(full_margin=True, headroom_mm=12),
    }
    strips = [_stamped(own, copy_form, scan_pdf(shown)) for copy_form, shown in pages.items()]
    image = Image.new("RGB", (strips[0].width, sum(s.height + _GAP for s in strips) - _GAP), "white")
    for n, strip in enumerate(strips):
        image.paste(strip, (0, n * (strip.height + _GAP)))
    image.quantize(16, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)


def _stamped(own: Tree, copy_form: CopyForm, before: bytes) -> Image.Image:
    """Return the top right of the page, sealed with the stamp on free paper."""
    moment, stamp = now(), Stamp(AGENCY, copy_form=copy_form)
    with tempfile.TemporaryDirectory() as place:
        grey = np.asarray(_rendered(before, Path(place)).convert("L"))
        height, width = (side / _DPI * 72 for side in grey.shape)
        area = find_free_area(grey, width, height, stamp.size(moment, width, height))
        pdf = seal(
            before, key=own.key(), stamp=replace(stamp, area=area), trust=own.trust(moment), signing_time=moment,
            level=Level.B_B,
        )  # fmt: skip
        shown = _rendered(pdf, Path(place))
    return shown.crop((round(shown.width * 0.42), 0, shown.width, round(32 / 25.4 * _DPI)))


def _rendered(pdf: bytes, folder: Path) -> Image.Image:
    (folder / "p.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(_DPI), "-l", "1", "-singlefile", "-png", "p.pdf", "p"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    with Image.open(folder / "p.png") as image:
        return image.convert("RGB")


def example() -> str:
    """Return what the paper of the measurements is."""
    return f"one A4 page in colour at 200 dpi, {len(page()) / 1000:.0f} kB"
