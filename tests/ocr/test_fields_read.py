"""Papers of the newer types rendered, read by the engine, told apart and taken to their fields, as the service does."""

import numpy as np
import pytest

from dossier.catalogue_files import load_paper_types
from ocr.classify import classify
from ocr.ctc import CtcReader
from ocr.extract import extract
from ocr.model import Reading
from ocr.reader import read_page
from tests.generator.faults import Scanner
from tests.generator.fonts import Subset
from tests.generator.render import Kind, PaperSpec, render

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
