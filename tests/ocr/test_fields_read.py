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
