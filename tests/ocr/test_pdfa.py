"""The searchable PDF/A-2b, judged by other programs: pikepdf's validator, poppler, pyHanko."""

import datetime as dt
import html
import io
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pikepdf import pdfa
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from dossier.errors import DamagedFile
from dossier.papers import Box
from dossier.times import VIETNAM
from ocr.glyphless import GlyphlessFont
from ocr.model import Line, PageReading, Word
from ocr.pdfa import PdfMetadata, SearchablePage, page_images, searchable_pdf
from tests.generator.render import Kind
from tests.ocr import drawn
from tests.ocr.readings import clean_paper, reading_of

METADATA = PdfMetadata(
    "Quyết định về <việc> & người",
    dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC),
    author="UBND xã Hòa Thuận",
    subject="Hồ sơ",
)
# Lines as a real page has them: of different widths, touching words, and marks above and below.
WORD = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
LINES = tuple(drawn.line(text, 100, 100 + 80 * i) for i, text in enumerate(drawn.SENTENCES))


def page_of(*lines: Line, number: int = 1) -> SearchablePage:
    reading = PageReading(number, drawn.WIDTH, drawn.HEIGHT, drawn.DPI, lines)
    return SearchablePage(drawn.jpeg(drawn.page()), reading)


def poppler(tmp_path: Path, pdf: bytes, *command: str) -> str:
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    program, *options = command
    output = ["-"] if program == "pdftotext" else []
    return subprocess.run([program, *options, str(file), *output], check=True, capture_output=True, text=True).stdout


def blank_page(reading: PageReading) -> SearchablePage:
    return SearchablePage(encoded(Image.new("1", (reading.width, reading.height), 1), "PNG"), reading)


def encoded(picture: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form)
    return buffer.getvalue()


def words_of(text: str) -> list[str]:
    return text.split()


def test_validates_as_pdfa_2b() -> None:
    report = pdfa.validate_written(io.BytesIO(searchable_pdf([page_of(*LINES)], METADATA)), "2b")
    assert report.passed, report.summary()


def test_page_images_come_back_as_they_were_embedded() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (80, 61, 3), np.uint8)
    colour = Image.fromarray(noise)
    pictures = [colour, colour.convert("L"), colour.convert("1")]
    files = [*(encoded(picture, "PNG") for picture in pictures), encoded(colour, "JPEG")]
    pages = [SearchablePage(file, PageReading(n, 61, 80, 200, ())) for n, file in enumerate(files, 1)]
    back = list(page_images(searchable_pdf(pages, METADATA)))
    assert back[3] == files[3]
    for picture, file in zip(pictures, back, strict=False):
        with Image.open(io.BytesIO(file)) as image:
            assert (image.mode, image.tobytes()) == (picture.mode, picture.tobytes())


def test_a_file_of_another_make_has_no_page_images() -> None:
    other = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(other)
    for data in (other.getvalue(), b"%PDF-1.7"):
        with pytest.raises(DamagedFile):
            list(page_images(data))


@pytest.mark.parametrize("options", [[], ["-raw"], ["-layout"]])
def test_text_comes_out_as_it_went_in(tmp_path: Path, options: list[str]) -> None:
    pages = [page_of(*LINES), page_of(number=2), page_of(LINES[2], number=3)]
    text = poppler(tmp_path, searchable_pdf(pages, METADATA), "pdftotext", *options)
    assert [words_of(page) for page in text.split("\f")[:3]] == [words_of(page.reading.text) for page in pages]
    assert [line.strip() for line in text.splitlines() if line.strip("\f ")][:4] == list(drawn.SENTENCES)


def test_words_that_touch_stay_words_and_spread_letters_stay_one_word(tmp_path: Path) -> None:
    touching = Line((drawn.word("Nguyễn", 100, width=110), drawn.word("Văn", 210, width=60), drawn.word("An", 268)))
    mixed_up = Line(
        (drawn.word("Bộ", 400, width=17), drawn.word("trưởng", 398, width=80), drawn.word("Y", 401, width=9))
    )
    spread = Line((drawn.word("QUYẾT", 100, 200, width=500), drawn.word("ĐỊNH", 640, 200, width=400)))
    text = poppler(tmp_path, searchable_pdf([page_of(touching, mixed_up, spread)], METADATA), "pdftotext", "-raw")
    assert words_of(text) == ["Nguyễn", "Văn", "An", "Bộ", "trưởng", "Y", "QUYẾT", "ĐỊNH"]


@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.BIRTH_CERTIFICATE, Kind.TABLE])
def test_words_lie_on_their_boxes(tmp_path: Path, kind: Kind) -> None:
    """Words reach up and down as they do in print: with marks on capitals, dots below, and lifted above the line."""
    (reading, *_) = reading_of(clean_paper(kind, 3)).pages
    found = poppler(tmp_path, searchable_pdf([blank_page(reading)], METADATA), "pdftotext", "-bbox")
    boxes = {html.unescape(m[5]): list[tuple[float, ...]]() for m in WORD.finditer(found)}
    for m in WORD.finditer(found):
        boxes[html.unescape(m[5])].append(tuple(float(m[i]) * reading.dpi / 72 for i in range(1, 5)))
    worst = []
    for word in reading.words:
        edges = (word.box.x, word.box.y, word.box.right, word.box.bottom)
        worst.append(min(max(abs(a - b) for a, b in zip(box, edges, strict=True)) for box in boxes[word.text]))
    assert np.median(worst) <= 1
    assert np.percentile(worst, 90) <= 4


def test_words_of_a_real_layout_come_out_in_reading_order(tmp_path: Path) -> None:
    reading = reading_of(clean_paper(Kind.DECISION_WITH_TABLE, 3))
    pdf = searchable_pdf([blank_page(page) for page in reading.pages], METADATA)
    assert words_of(poppler(tmp_path, pdf, "pdftotext", "-raw")) == words_of(reading.text)


@pytest.mark.parametrize("kind", [Kind.BODY_TEXT, Kind.BIRTH_CERTIFICATE])
def test_text_of_one_column_comes_out_the_same_without_options_too(tmp_path: Path, kind: Kind) -> None:
    (page, *_) = reading_of(clean_paper(kind, 3)).pages
    text = poppler(tmp_path, searchable_pdf([blank_page(page)], METADATA), "pdftotext")
    assert words_of(text) == words_of(page.text)


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyzÁẮẤĐẾỘỢỮỴ0123456789.,;:-/()%“”…§²中𠀋😀"
TEXTS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=9)
CELL = 70
"""Pixels each way of the place that a word has to itself."""


@st.composite
def words_apart(draw: st.DrawFn) -> list[tuple[str, Box]]:
    """Return words in any order, each within a place of its own, where it may touch its neighbours."""
    places = draw(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=1, max_size=12, unique=True))
    words = []
    for x, y in places:
        left, top = draw(st.integers(0, CELL - 20)), draw(st.integers(0, CELL - 10))
        width, height = draw(st.integers(20, CELL - left)), draw(st.integers(10, CELL - top))
        words.append((draw(TEXTS), Box(CELL * x + left, CELL * y + top, width, height)))
    return words


@given(words_apart(), st.integers(1, 4))
@example([("0", Box(0, 0, 20, 30)), ("0", Box(20, 0, 20, 30))], 1)
@settings(max_examples=30)
def test_any_words_in_any_boxes_come_out_whole_and_in_order(words: list[tuple[str, Box]], in_line: int) -> None:
    lines = [words[i : i + in_line] for i in range(0, len(words), in_line)]
    read = tuple(
        Line(tuple(Word(text, box, 0.5) for text, box in line), block=number) for number, line in enumerate(lines)
    )
    with tempfile.TemporaryDirectory() as folder:
        text = poppler(Path(folder), searchable_pdf([page_of(*read)], METADATA), "pdftotext", "-raw")
    assert words_of(text) == [text for text, _ in words]


def test_page_has_the_size_of_the_paper_and_shows_the_master_alone(tmp_path: Path) -> None:
    pdf = searchable_pdf([page_of(*LINES)], METADATA)
    assert "446.4 x 324 pts" in poppler(tmp_path, pdf, "pdfinfo")
    file = tmp_path / "shown"
    subprocess.run(["pdftoppm", "-r", "200", "-png", str(tmp_path / "paper.pdf"), str(file)], check=True)
    (shown,) = tmp_path.glob("shown*.png")
    difference = np.asarray(Image.open(shown)).astype(int) - drawn.page()[:, :, ::-1]
    assert np.mean(abs(difference)) < 2


def test_master_is_embedded_untouched() -> None:
    page = page_of(*LINES)
    with pikepdf.open(io.BytesIO(searchable_pdf([page], METADATA))) as pdf:
        assert pdf.pages[0].Resources.XObject["/Page"].read_raw_bytes() == page.image


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "L"), ("PNG", "1")])
def test_every_kind_of_master_is_shown_as_it_is(tmp_path: Path, form: str, mode: str) -> None:
    picture = Image.fromarray(drawn.seal(drawn.page(), (900, 600))[:, :, ::-1]).convert(mode)
    data = encoded(picture, form)
    reading = PageReading(1, drawn.WIDTH, drawn.HEIGHT, drawn.DPI, ())
    pdf = searchable_pdf([SearchablePage(data, reading)], METADATA)
    assert pdfa.validate_written(io.BytesIO(pdf), "2b").passed
    (tmp_path / "paper.pdf").write_bytes(pdf)
    command = ["pdfimages", "-png", str(tmp_path / "paper.pdf"), str(tmp_path / "image")]
    subprocess.run(command, check=True)
    with Image.open(io.BytesIO(data)) as stored, Image.open(tmp_path / "image-000.png") as embedded:
        assert np.abs(np.asarray(embedded.convert("RGB")).astype(int) - np.asarray(stored.convert("RGB"))).max() <= (
            3 if form == "JPEG" else 0
        )


def test_font_is_embedded_with_a_unicode_map(tmp_path: Path) -> None:
    *_, row = poppler(tmp_path, searchable_pdf([page_of(*LINES)], METADATA), "pdffonts").splitlines()
    assert row.split()[:7] == ["Invisible", "CID", "TrueType", "Identity-H", "yes", "no", "yes"]


def test_metadata_is_said_twice_in_agreement() -> None:
    with pikepdf.open(io.BytesIO(searchable_pdf([page_of(*LINES)], METADATA))) as pdf:
        info = {str(key): str(value) for key, value in pdf.docinfo.items()}
        with pdf.open_metadata() as xmp:
            said = dict(xmp)
            assert xmp.pdfa_status == "2B"
    assert info["/Title"] == METADATA.title
    assert info["/CreationDate"] == "D:20261122091504+07'00'"
    assert said["{http://purl.org/dc/elements/1.1/}title"] == METADATA.title
    assert said["{http://purl.org/dc/elements/1.1/}creator"] == [METADATA.author]
    assert said["{http://ns.adobe.com/xap/1.0/}CreateDate"] == "2026-11-22T09:15:04+07:00"


def test_equal_input_gives_equal_bytes_and_other_input_another_identifier() -> None:
    first, second = (searchable_pdf([page_of(*LINES)], METADATA) for _ in range(2))
    assert first == second
    other = searchable_pdf([page_of(LINES[0])], METADATA)
    with pikepdf.open(io.BytesIO(first)) as a, pikepdf.open(io.BytesIO(other)) as b:
        assert a.trailer.ID[0] != b.trailer.ID[0]


def test_moment_is_told_in_vietnams_zone_whatever_zone_it_came_in() -> None:
    moved = PdfMetadata(METADATA.title, METADATA.created.astimezone(VIETNAM), METADATA.author, METADATA.subject)
    assert searchable_pdf([page_of(*LINES)], moved) == searchable_pdf([page_of(*LINES)], METADATA)


def test_can_be_extended_for_a_signature() -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(searchable_pdf([page_of(*LINES)], METADATA)))
    assert writer.root["/Type"] == "/Catalog"
    assert writer.prev.total_revisions == 1


SMALL = PageReading(1, 300, 200, 200, ())
PNG = encoded(Image.new("RGB", (300, 200)), "PNG")
UNUSABLE = {
    "empty": b"",
    "no picture": b"no picture",
    "another size": encoded(Image.new("RGB", (10, 10)), "JPEG"),
    "four colours": encoded(Image.new("CMYK", (300, 200)), "JPEG"),
    "transparent": encoded(Image.new("RGBA", (300, 200)), "PNG"),
    "palette": encoded(Image.new("P", (300, 200)), "PNG"),
    "deep": encoded(Image.new("I;16", (300, 200)), "PNG"),
    "another format": encoded(Image.new("RGB", (300, 200)), "TIFF"),
    "cut in its rows": PNG[:-30],
    "cut before its end": PNG[:-12],
    "header alone": PNG[:33],
}


@pytest.mark.parametrize("data", UNUSABLE.values(), ids=UNUSABLE)
def test_page_image_must_be_a_jpeg_or_png_of_the_pages_size(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        searchable_pdf([SearchablePage(data, SMALL)], METADATA)


def test_needs_a_page_and_a_moment_with_a_zone() -> None:
    with pytest.raises(ValueError, match="page"):
        searchable_pdf([], METADATA)
    with pytest.raises(ValueError, match="zone"):
        searchable_pdf([page_of()], PdfMetadata("", dt.datetime(2026, 1, 1)))  # noqa: DTZ001 - the point of the test


@given(
    st.lists(st.text(st.characters(codec=None), min_size=1, max_size=8), min_size=1, max_size=6),
    st.text(st.characters(codec=None), max_size=20),
    st.integers(0, 1200),
)
@settings(max_examples=40)
def test_any_text_gives_a_valid_file(texts: list[str], title: str, x: int) -> None:
    words = tuple(Word(text, Box(x + i, 10, 1 + 7 * i, 1 + i), 0.5) for i, text in enumerate(texts))
    metadata = PdfMetadata(title, METADATA.created, author=title, subject=title, keywords=title)
    pdf = searchable_pdf([page_of(Line(words))], metadata)
    assert pdfa.validate_written(io.BytesIO(pdf), "2b").passed


def test_font_refuses_more_characters_than_it_can_number() -> None:
    with pytest.raises(ValueError, match="characters"):
        GlyphlessFont.of(map(chr, range(0x10000, 0x20000)))
