"""Papers of the newer types rendered, read by the engine, told apart and taken to their fields, as the service does."""

from dataclasses import replace

import numpy as np
import pytest

from dossier.catalogue_files import load_paper_types
from dossier.paper_types import cell_key, cell_of
from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ocr.classify import classify
from ocr.ctc import CtcReader
from ocr.extract import extract
from ocr.model import Reading
from ocr.orientation import Orientation
from ocr.reader import read_page
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.fonts import Subset
from tests.generator.numerals import grouped
from tests.generator.papers.look import Look
from tests.generator.papers.zones import Column, Flow, table
from tests.generator.people import invent_person
from tests.generator.render import Kind, PaperSpec, render, scan_pages

TYPES = load_paper_types()
SCANNER = Scanner(noise=2.5, blur=0.5, tint=(0.985, 0.98, 0.965), light=0.05)


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        (Kind.MARRIAGE_CERTIFICATE, 200),
        (Kind.MARRIAGE_CERTIFICATE, 201),
        (Kind.LAND_USE_CERTIFICATE, 201),
        (Kind.OFFICIAL_LETTER, 201),
        (Kind.JUDICIAL_RECORD, 200),
        (Kind.DIPLOMA, 200),
    ],
)
def test_a_scanned_paper_is_known_and_read(kind: Kind, seed: int) -> None:
    paper, engine = render(PaperSpec(kind, seed, 200, "test", SCANNER)), CtcReader()
    masters = [np.ascontiguousarray(page.image[..., ::-1]) for page in paper.pages]
    pages = (read_page(master, number=n, dpi=200, engine=engine) for n, master in enumerate(masters, start=1))
    reading = Reading(tuple(pages))
    found = classify(reading, TYPES)
    assert found.code == paper.paper_type
    assert found.confidence >= TYPES[found.code].review_below
    values = {field.key: field.value for field in extract(reading, TYPES[found.code])}
    required = {rule.key for rule in TYPES[found.code].fields if rule.required}
    assert {key: values.get(key) for key in required} == {key: paper.fields[key] for key in required}
    assert sum(values.get(key) == value for key, value in paper.fields.items()) >= 0.9 * len(paper.fields)
    assert set(values) <= set(paper.fields)


@pytest.mark.parametrize("subset", ["dev", "test"])
@pytest.mark.parametrize("seed", [200, 201, 202])
def test_the_ticked_box_of_a_scanned_form_is_known(seed: int, subset: Subset) -> None:
    paper = render(PaperSpec(Kind.BIRTH_REGISTRATION_FORM, seed, 200, subset, SCANNER))
    master = np.ascontiguousarray(paper.pages[0].image[..., ::-1])
    reading = Reading((read_page(master, number=1, dpi=200, engine=CtcReader()),))
    fields = {field.key: field for field in extract(reading, TYPES[paper.paper_type])}
    wanted = fields["copies_wanted"]
    assert wanted.value == paper.fields["copies_wanted"]
    assert wanted.confidence >= TYPES[paper.paper_type].review_below
    assert ("copies" in fields) == ("copies" in paper.fields)


MEMBERS = (
    Column("STT", 10, "centre"),
    Column("Tên thành viên", 29),
    Column("Quốc tịch", 17),
    Column("Địa chỉ liên lạc đối với cá nhân", 41),
    Column("Phần vốn góp (VNĐ)", 27, "right"),
    Column("Tỷ lệ (%)", 12, "centre"),
    Column("Số giấy tờ pháp lý", 26, "centre"),
)
"""Heads of two lines, and cells of several."""


@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "unruled"])
@pytest.mark.parametrize("scanner", [SCANNER, replace(SCANNER, skew_deg=1.5, noise=6, jpeg=70)], ids=["plain", "poor"])
def test_cells_of_several_lines_are_read_row_by_row(scanner: Scanner, *, ruled: bool) -> None:
    rng = seeded("members of a company")
    people = [invent_person(rng, "dev") for _ in range(7)]
    shares = [rng.randint(20, 900) * 1_000_000 for _ in people]
    rows = [
        (str(i), person.name, "Việt Nam", person.address, grouped(share), f"{i},50", person.number.value)
        for i, (person, share) in enumerate(zip(people, shares, strict=True), start=1)
    ]
    look = Look.draw(rng, "dev", 200)
    flow = Flow(look.sheet, look.text)
    numbers = tuple(map(str, range(1, len(MEMBERS) + 1)))
    table(flow, MEMBERS, [numbers, *rows] if ruled else rows, look.text.but(size=11), ruled=ruled)
    flow.paragraph([("Danh sách này gồm bảy thành viên, đã được đối chiếu với hồ sơ của doanh nghiệp.", look.text)])
    (page,) = scan_pages((flow.sheet.page(1),), scanner, rng)
    master = clean(
        PageImage(1, np.ascontiguousarray(page.image[..., ::-1]), 200), lambda *_: Orientation(0, 1.0)
    ).pixels
    reading = Reading((read_page(master, number=1, dpi=200, engine=CtcReader()),))
    found = {field.key: field.value for field in extract(reading, TYPES["business-registration"])}
    wanted = {
        cell_key("members", i, key): value
        for i, (person, share) in enumerate(zip(people, shares, strict=True), start=1)
        for key, value in (("share", str(share)), ("percentage", f"{i},50"), ("number", person.number.value))
    }
    assert {key: found.get(key) for key in wanted} == wanted
    assert max(cell[1] for key in found if (cell := cell_of(key))) == len(people)
    names = [found.get(cell_key("members", i, "name")) == person.name for i, person in enumerate(people, start=1)]
    places = [found.get(cell_key("members", i, "address")) == p.address for i, p in enumerate(people, start=1)]
    assert sum(names) + sum(places) >= 0.8 * 2 * len(people)
