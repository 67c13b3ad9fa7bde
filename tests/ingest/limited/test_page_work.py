"""Pages are worked on in limited processes: with the same outcome as here, and what they answer is checked."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dossier.errors import ObjectDamaged, PartFailed
from dossier.papers import Box
from ingest.limited.page_work import PageWork, Readers
from ingest.limited.pool import WarmPool
from ingest.proof.stamping import Top
from ingest.scan.clean import clean
from ingest.scan.encode import encode_master
from ingest.scan.images import PageImage, decode_image
from ingest.scan.prints import page_print
from ingest.scan.quality import assess
from ocr.reader import read_page
from tests.generator.render import Kind, PaperSpec, render


@pytest.fixture(scope="module")
def work() -> PageWork:
    return PageWork(reader="sohoa", language="vie", nice=0, processes=1)


@pytest.fixture(scope="module")
def page() -> PageImage:
    drawn = render(PaperSpec(Kind.DECISION, 4711, dpi=200)).pages[0].image
    return PageImage(1, np.ascontiguousarray(drawn[..., ::-1]), 200)


def test_a_page_is_cleaned_and_read_as_it_would_be_here(work: PageWork, page: PageImage) -> None:
    readers = Readers("sohoa", "vie")
    master = clean(page, readers.orientation)
    file = encode_master(master).data
    cleaned = work.clean(page)
    assert (cleaned.file, cleaned.quality, cleaned.print) == (file, assess(page, master), page_print(master.pixels))
    assert (cleaned.dpi, cleaned.rotation, cleaned.skew_deg) == (master.dpi, master.rotation, master.skew_deg)
    assert (work.judge(page), work.print(page)) == (cleaned.quality, cleaned.print)
    pixels = decode_image(file, "")
    reading = read_page(pixels, number=1, dpi=master.dpi, engine=readers.first)
    assert work.read(file, 1, master.dpi, blank=False) == (reading, ())
    assert len(reading.lines) > 10


def test_a_master_is_cut_and_looked_at_as_it_would_be_here(work: PageWork, page: PageImage) -> None:
    file = work.clean(page).file
    pixels = decode_image(file, "")
    here, there = Top.of(pixels), work.top(file)
    assert (there.height, there.grey.tolist()) == (here.height, here.grey.tolist())
    cut = decode_image(work.part(file, Box(100, 200, 300, 40)), "")
    assert np.array_equal(cut, pixels[200:240, 100:400])
    assert work.part(file, Box(pixels.shape[1], 0, 10, 10)) == b""
    assert work.as_read(file, 200).startswith(b"\xff\xd8")
    assert (work.is_empty(file, 200), work.codes(page)) == (False, ())


@pytest.mark.parametrize("picture", [b"", b"BM", b"\x89PNG\r\n\x1a\n" + bytes(100), b"\xff\xd8\xff\xe0" + bytes(100)])
def test_what_is_no_picture_is_told(work: PageWork, picture: bytes) -> None:
    with pytest.raises(ObjectDamaged):
        work.top(picture)
    with pytest.raises(ObjectDamaged):
        work.read(picture, 1, 300, blank=False)


_SENSELESS: list[Any] = [None, 7, [], {}, [None, []], {"pages": []}, "x" * 100]


@pytest.mark.parametrize("answer", _SENSELESS)
@pytest.mark.parametrize(
    "ask",
    [
        lambda work: work.clean(PageImage(1, np.zeros((1, 1, 3), np.uint8), 300)),
        lambda work: work.read(b"", 1, 300, blank=False),
        lambda work: work.codes_of_file(b"", 1),
        lambda work: work.top(b""),
    ],
)
def test_an_answer_without_sense_is_none(
    work: PageWork, monkeypatch: pytest.MonkeyPatch, ask: Callable[[PageWork], object], answer: object
) -> None:
    monkeypatch.setattr(WarmPool, "run_for_file", lambda *_: (answer, b"\0" * 12))
    monkeypatch.setattr(WarmPool, "run", lambda *_: answer)
    if answer == []:  # no codes are an answer
        assert work.codes_of_file(b"", 1) == ()
        return
    with pytest.raises(PartFailed):
        ask(work)


def test_a_top_of_another_size_than_told_is_none(work: PageWork, monkeypatch: pytest.MonkeyPatch) -> None:
    for told in ([100, 3, 4], [100, 0, 0], [100, -3, -4], [100, 12, 2]):
        monkeypatch.setattr(WarmPool, "run_for_file", lambda *_, told=told: (told, bytes(11)))
        with pytest.raises(PartFailed):
            work.top(b"")
