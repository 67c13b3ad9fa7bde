"""Forms filled in by pen give no values; forms filled in by machine give all of theirs."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dossier.catalogue_files import load_paper_types
from dossier.papers import Box, Field, FieldSource
from ocr.ctc import CtcReader
from ocr.extract import Found, find_fields
from ocr.filled import without_filled_in
from ocr.model import Line, PageReading, Reading, Word
from ocr.reader import read_page
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.papers.look import Look
from tests.generator.render import INVENT, Kind, print_paper
from tests.ocr import drawn

TYPES = load_paper_types()
APPLICATION = TYPES["general-application"]
LABELLED = {rule.key for rule in APPLICATION.fields if rule.labels and not rule.zone}


@cache
def read(*, by_pen: bool) -> tuple[tuple[Found, ...], Reading, NDArray[np.uint8]]:
    rng = seeded("filled", by_pen)
    look = Look.draw(rng, "test", 200)
    look = look.by_pen(rng) if by_pen else look
    paper = print_paper(INVENT[Kind.APPLICATION](rng, "test"), look, Scanner(noise=2.0, blur=0.4), rng)
    master = np.ascontiguousarray(paper.pages[0].image[..., ::-1])
    reading = Reading((read_page(master, number=1, dpi=200, engine=CtcReader()),))
    return find_fields(reading, APPLICATION), reading, master


def test_what_a_hand_filled_in_has_no_value_and_a_place() -> None:
    found, reading, master = read(by_pen=True)
    seen = without_filled_in(found, APPLICATION, reading, lambda _: master)
    assert [one.field.key for one in seen] == [one.field.key for one in found]
    written = [one.field for one in seen if one.field.source is FieldSource.HANDWRITING]
    assert len(written) >= 0.8 * sum(one.field.key in LABELLED for one in found) > 0
    assert all((field.value, field.raw) == (None, "…") and field.box for field in written)
    others = [one.field for one in seen if one.field.source is FieldSource.OCR and one.field.key in LABELLED]
    assert all(field.confidence < APPLICATION.review_below for field in others)


def test_what_a_machine_filled_in_stays_as_it_was_read() -> None:
    found, reading, master = read(by_pen=False)
    assert without_filled_in(found, APPLICATION, reading, lambda _: master) == found


def test_one_uneven_value_on_a_printed_page_is_only_less_sure() -> None:
    master = drawn.page(["NHIÊN THANH HIEN MAI"])
    rows, columns = np.nonzero(master.min(axis=2) < 128)
    box = Box(int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 16)
    for x in range(box.x, box.right, 8):  # letters climb and fall like teeth of a saw
        master[:, x : x + 8] = np.roll(master[:, x : x + 8], x // 8 % 4 * 5, axis=0)
    key = next(rule.key for rule in APPLICATION.fields if rule.key in LABELLED)
    line = Line((Word("NHIENTHANHHIENMAI", box, 1.0),))
    reading = Reading((PageReading(1, drawn.WIDTH, drawn.HEIGHT, drawn.DPI, (line,)),))
    found = Found(Field(key, "A", "A", 1, box, 0.99))
    (judged,) = without_filled_in([found], APPLICATION, reading, lambda _: master)
    assert judged.field.value == "A"
    assert judged.field.confidence < APPLICATION.review_below


def test_a_code_and_a_typed_value_are_not_looked_at() -> None:
    key = next(iter(LABELLED))
    code = Found(Field(key, "A", "A", 1, Box(0, 0, 9, 9), 1.0, FieldSource.QR))
    typed = Found(Field(key, "A", "A", None, None, 1.0, FieldSource.MANUAL))

    def no_master(_: int) -> NDArray[np.uint8]:
        raise AssertionError("nothing is to be looked at")

    assert without_filled_in([code, typed], APPLICATION, Reading(()), no_master) == (code, typed)
