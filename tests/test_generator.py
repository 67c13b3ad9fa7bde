import datetime as dt
import hashlib
import json
import math
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PilImage
from typer.testing import CliRunner

from dossier.identifiers import CitizenNumber, Sex, TaxCode, parse_owner_number
from dossier.text import nfc
from dossier.values import parse_value
from dossier.words import date_from_words
from tests.generator import (
    Kind,
    Page,
    PaperSpec,
    Scanner,
    faults,
    fonts,
    numerals,
    people,
    render,
    sample_batch,
    sentences,
)
from tests.generator.__main__ import app
from tests.generator.batch import samples
from tests.generator.chance import seeded
from tests.generator.companies import Company
from tests.generator.contact_sheet import contact_sheet
from tests.generator.faults import to_grey
from tests.generator.files import write_scan
from tests.generator.fonts import Family, MissingFont
from tests.generator.letters import MarkStyle
from tests.generator.lines import cut_line
from tests.generator.papers.identity_card import IdentityCard
from tests.generator.seals import round_seal, signature
from tests.generator.typesetting import Sheet, Style, split_words

SAMPLE_FILES = ["giay-khai-sinh.pdf", "can-cuoc.jpg", "quyet-dinh-1.pdf", "quyet-dinh-2.tif", "don-de-nghi.jpg"]
BAD_SCAN = Scanner(
    skew_deg=3.2,
    rotation=90,
    tint=(0.97, 0.96, 0.92),
    light=0.25,
    light_angle=1.0,
    fold=0.5,
    bleed=0.08,
    faded=0.4,
    noise=6,
    blur=0.6,
    jpeg=60,
)
TEXT = Style(Family.TERMES, 14)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    assert [path.name for path in sample_batch(folder)] == SAMPLE_FILES
    return folder


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# --- the sample batch ------------------------------------------------------------------------------------------------


def test_the_sample_batch_is_the_same_bytes_every_time(batch: Path, tmp_path: Path) -> None:
    sample_batch(tmp_path)
    assert digests(tmp_path) == digests(batch)


def test_the_batch_file_names_a_valid_owner_for_every_scan(batch: Path) -> None:
    entries = json.loads((batch / "batch.json").read_text(encoding="utf-8"))["files"]
    assert [entry["file"] for entry in entries] == SAMPLE_FILES
    for entry in entries:
        assert parse_owner_number(entry["owner"]["number"]).value == entry["owner"]["number"]
        truth = json.loads((batch / "truth" / f"{Path(entry['file']).stem}.json").read_text(encoding="utf-8"))
        assert truth["owner"] == entry["owner"]
        assert truth["file"] == entry["file"]


@pytest.mark.parametrize(
    ("name", "paper_type", "pages", "dpi"),
    [
        ("giay-khai-sinh", "birth-certificate", 1, 300),
        ("can-cuoc", "identity-card", 1, 300),
        ("quyet-dinh-1", "decision", 1, 200),
        ("quyet-dinh-2", "decision", 3, 200),
        ("don-de-nghi", "general-application", 1, 200),
    ],
)
def test_each_sample_has_its_type_pages_and_resolution(
    batch: Path, name: str, paper_type: str, pages: int, dpi: int
) -> None:
    truth = json.loads((batch / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    assert truth["paper_type"] == paper_type
    assert [page["number"] for page in truth["pages"]] == list(range(1, pages + 1))
    for page in truth["pages"]:
        assert page["dpi"] == dpi
        assert page["width"] / dpi * 25.4 == pytest.approx(210, abs=0.2)
        assert page["height"] / dpi * 25.4 == pytest.approx(297, abs=0.2)
        assert page["text"] == "\n".join(line["text"] for line in page["lines"])
        assert nfc(page["text"]) == page["text"]


def test_files_say_their_resolution(batch: Path) -> None:
    with PilImage.open(batch / "can-cuoc.jpg") as card, PilImage.open(batch / "quyet-dinh-2.tif") as decision:
        assert card.info["dpi"] == (300, 300)
        assert decision.info["dpi"] == (200, 200)
        assert getattr(decision, "n_frames", 1) == 3
    with pikepdf.open(batch / "giay-khai-sinh.pdf") as pdf:
        box = [float(v) for v in pdf.pages[0].mediabox]
        assert box[2:] == pytest.approx([210 * 72 / 25.4, 297 * 72 / 25.4], abs=0.3)


def test_the_family_of_the_batch_belongs_together() -> None:
    certificate, card, *_ = [sample.content for sample in samples(seeded(2026))]
    assert certificate.fields["mother_name"] == card.fields["full_name"].upper()
    assert certificate.fields["citizen_number"] == certificate.owner.number
    assert date_from_words(certificate.fields["birth_date_words"]).isoformat() == certificate.fields["birth_date"]


def test_the_qr_code_of_the_scanned_card_decodes_to_the_fields(batch: Path) -> None:
    truth = json.loads((batch / "truth" / "can-cuoc.json").read_text(encoding="utf-8"))["fields"]
    with PilImage.open(batch / "can-cuoc.jpg") as scan:
        (code,) = zxingcpp.read_barcodes(scan)
    number, old, name, born, sex, residence, issued = code.text.split("|")
    assert (number, name, residence) == (truth["citizen_number"], truth["full_name"], truth["residence"])
    assert old == truth.get("old_identity_number", "")
    assert {"Nam": "male", "Nữ": "female"}[sex] == truth["sex"]
    for text, key in ((born, "birth_date"), (issued, "issued_on")):
        assert dt.date(int(text[4:]), int(text[2:4]), int(text[:2])).isoformat() == truth[key]


@pytest.mark.parametrize("seed", range(4))
def test_any_card_read_at_200_dpi_gives_its_payload(seed: int) -> None:
    rng = seeded(Kind.IDENTITY_CARD, seed, "test")
    payload = IdentityCard.invent(rng, "test").payload
    scanner = Scanner(skew_deg=-2, noise=4, blur=0.5, jpeg=75)
    (page,) = render(PaperSpec(Kind.IDENTITY_CARD, seed, 200, "test", scanner)).pages
    (code,) = zxingcpp.read_barcodes(page.image)
    assert code.text == payload


# --- truth -----------------------------------------------------------------------------------------------------------


def ink_map(page: Page) -> np.ndarray:
    """Return how much darker each pixel is than the paper around it."""
    grey = to_grey(page.image)
    paper = cv2.medianBlur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), 31)
    return paper.astype(int) - grey


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("subset", ["dev", "test"])
def test_every_word_box_holds_ink_after_the_worst_scan(kind: Kind, subset: fonts.Subset) -> None:
    for page in render(PaperSpec(kind, 3, 150, subset, BAD_SCAN)).pages:
        ink = ink_map(page)
        assert page.lines
        for word in (word for line in page.lines for word in line.words):
            x, y, width, height = page.box(word.rect)
            assert width > 0, word
            assert height > 0, word
            assert ink[y : y + height, x : x + width].max() > 25, word


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("marks_apart", [False, True])
def test_no_ink_of_a_text_page_lies_outside_its_word_boxes(rotation: int, *, marks_apart: bool) -> None:
    scanner = Scanner(skew_deg=-4.0, rotation=rotation)
    (page,) = render(PaperSpec(Kind.BODY_TEXT, 8, scanner=scanner, marks_apart=marks_apart)).pages
    dark = to_grey(page.image) < 128
    assert dark.any()
    for word in (word for line in page.lines for word in line.words):
        x, y, width, height = page.box(word.rect)
        dark[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1] = False
    assert not dark.any()


@given(
    degrees=st.floats(-5, 5),
    rotation=st.sampled_from([0, 90, 180, 270]),
    x=st.integers(20, 180),
    y=st.integers(20, 260),
)
@settings(max_examples=40)
def test_geometry_moves_truth_as_it_moves_pixels(degrees: float, rotation: int, x: int, y: int) -> None:
    image = np.full((280, 200), 255, dtype=np.uint8)
    image[y - 2 : y + 3, x - 2 : x + 3] = 0
    page = faults.scan(Page(image, 100, 1, ()), Scanner(skew_deg=degrees, rotation=rotation), seeded("any"))
    rows, columns = np.nonzero(page.image < 200)
    found = (columns.mean() + 0.5, rows.mean() + 0.5)
    (expected, *_) = page.quad((x + 0.5, y + 0.5, x + 1, y + 1))
    assert math.dist(found, expected) < 0.7
    assert (page.skew_deg, page.rotation) == (degrees, rotation)


def test_a_positive_skew_is_clockwise() -> None:
    (page,) = render(PaperSpec(Kind.TABLE, 1, scanner=Scanner(skew_deg=2.0))).pages
    (x0, y0), (x1, y1), *_ = page.quad(page.lines[0].rect)
    assert math.degrees(math.atan2(y1 - y0, x1 - x0)) == pytest.approx(2.0, abs=1e-6)


def test_the_header_reads_left_block_first() -> None:
    text = render(PaperSpec(Kind.DECISION, 4)).pages[0].text
    parts = ["Số: ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", ", ngày ", "\nQUYẾT ĐỊNH\n"]
    parts += ["QUYẾT ĐỊNH:", "Điều 1.", "Nơi nhận:"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.splitlines()[-1] == render(PaperSpec(Kind.DECISION, 4)).fields["signer"]


@pytest.mark.parametrize("subset", ["dev", "test"])
@pytest.mark.parametrize("kind", [k for k in Kind if not k.startswith(("identity-card", "body-text", "table"))])
def test_what_the_fields_say_is_printed(kind: Kind, subset: fonts.Subset) -> None:
    paper = render(PaperSpec(kind, 11, 100, subset))
    text = " ".join(" ".join(page.text.split()) for page in paper.pages)
    for key, value in paper.fields.items():
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            date = dt.date.fromisoformat(value)
            assert numerals.short_date(date) in text or numerals.long_date(date) in text, key
        elif value in {"male", "female"}:
            assert re.search({"male": r"(Giới tính|Gender): Nam\b", "female": r"(Giới tính|Gender): Nữ"}[value], text)
        elif value == "unlimited":
            assert "Lâu dài" in text
        elif key == "copies_wanted":
            yes, no = (mark.texts[0] for page in paper.pages for mark in page.marks if mark.kind == "checkbox")
            assert (no if value == "yes" else yes) == "☐" != (yes if value == "yes" else no)
        elif key.endswith("ethnicity"):
            assert any(parse_value("ethnic_group", name) == value for name in people.ETHNICITIES if name in text), key
        elif key == "charter_capital" or key.endswith((".area", ".amount")):
            assert numerals.grouped(int(value)) in text
        else:
            assert value in text, key


@pytest.mark.parametrize("subset", ["dev", "test"])
@pytest.mark.parametrize("kind", list(Kind))
def test_no_word_is_printed_over_another_or_off_the_page(kind: Kind, subset: fonts.Subset) -> None:
    for page in (page for seed in range(6) for page in render(PaperSpec(kind, seed, 100, subset)).pages):
        height, width = page.image.shape[:2]
        covered = np.zeros((height, width), dtype=bool)
        for word in (word for line in page.lines for word in line.words):
            left, top, right, bottom = (round(v) for v in word.rect)
            assert 0 < left < right < width, word
            assert 0 < top < bottom < height, word
            box = covered[top:bottom, left:right]
            assert box.mean() < 0.2, word
            box[:] = True


def test_page_numbers_stand_on_every_page_but_the_first() -> None:
    pages = render(PaperSpec(Kind.DECISION_WITH_TABLE, 2, 100)).pages
    numbers = [[line.text for line in page.lines if line.kind == "page_number"] for page in pages]
    assert numbers == [[], ["2"], ["3"]]


def test_seals_and_signatures_are_marks_and_no_text() -> None:
    sheet = Sheet(150)
    rng = seeded("seal")
    signature(sheet, rng, 90, 90)
    round_seal(sheet, rng, (100, 100), ("ỦY BAN NHÂN DÂN XÃ AN KHÊ", "TỈNH BẮC GIANG"))
    page = sheet.page(1)
    assert page.text == ""
    assert [mark.kind for mark in page.marks] == ["signature", "seal"]
    assert page.marks[1].texts == ("ỦY BAN NHÂN DÂN XÃ AN KHÊ", "TỈNH BẮC GIANG")
    x, y, width, height = page.box(page.marks[1].rect)
    seal = page.image[y : y + height, x : x + width].astype(int)
    red = seal[..., 0] - seal[..., 1:].max(axis=2)
    assert width == pytest.approx(36 * 150 / 25.4, abs=2)
    assert (red > 60).mean() > 0.1


@pytest.mark.parametrize("kind", list(Kind))
def test_equal_specifications_give_equal_papers(kind: Kind) -> None:
    spec = PaperSpec(kind, 5, 100, "dev", Scanner(skew_deg=1, noise=4, light=0.1))
    first, second = render(spec), render(spec)
    assert first.as_json("x") == second.as_json("x")
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first.pages, second.pages, strict=True))
    assert render(replace(spec, seed=6)).as_json("x") != first.as_json("x")


def test_a_cut_line_is_upright_and_holds_its_ink() -> None:
    (page,) = render(PaperSpec(Kind.BODY_TEXT, 2, scanner=Scanner(skew_deg=4, rotation=270))).pages
    line = max(page.lines, key=lambda line: line.rect[2] - line.rect[0])
    picture = to_grey(cut_line(page, line))
    assert picture.shape[1] > 20 * picture.shape[0]
    rows = np.flatnonzero((picture < 128).any(axis=1))
    assert 0 < rows[0] < 0.25 * picture.shape[0]
    assert 0.75 * picture.shape[0] < rows[-1] < picture.shape[0] - 1


# --- fonts and letters -----------------------------------------------------------------------------------------------


def test_there_are_134_letters_that_ascii_lacks() -> None:
    assert len(set(fonts.VIETNAMESE_LETTERS)) == 134
    assert all(unicodedata.is_normalized("NFC", letter) and not letter.isascii() for letter in fonts.VIETNAMESE_LETTERS)


@pytest.mark.parametrize("family", list(Family))
def test_every_face_covers_vietnamese(family: Family) -> None:
    for bold in (False, True):
        for italic in (False, True):
            assert fonts.missing_characters(fonts.font_file(family, bold=bold, italic=italic)) == ""


def test_a_font_without_vietnamese_is_found_out() -> None:
    (path,) = Path("/usr/share/fonts").rglob("DejaVuSansMono.ttf")
    assert set("ấếẵ") <= set(fonts.missing_characters(path))


def test_missing_fonts_are_an_error_that_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_ROOTS", (str(tmp_path),))
    for cached in (fonts.font_file, fonts.installed):
        cached.cache_clear()
    with pytest.raises(MissingFont, match="fonts-texgyre"):
        fonts.font_file(Family.TERMES)
    for cached in (fonts.font_file, fonts.installed):
        cached.cache_clear()


def test_dev_and_test_share_neither_fonts_nor_sentences_nor_given_names() -> None:
    dev, test = fonts.SHELVES["dev"], fonts.SHELVES["test"]
    assert not {*dev.text, *dev.sans, *dev.filled} & {*test.text, *test.sans, *test.filled}
    for use in ("bases", "orders", "reports", "tasks", "rules", "land", "social", "economy", "letters", "requests"):
        assert not set(sentences.stock(use, "dev")) & set(sentences.stock(use, "test"))
    for sex in Sex:
        assert not set(people.GIVEN_NAMES["dev"][sex]) & set(people.GIVEN_NAMES["test"][sex])


def picture_of(text: str, marks_apart: MarkStyle | None) -> tuple[np.ndarray, str]:
    sheet = Sheet(300, width=120, height=20, marks_apart=marks_apart)
    sheet.line(text, TEXT, 5, 12)
    return np.asarray(sheet.picture.convert("L")), sheet.page(1).text


def test_marks_apart_move_marks_and_nothing_else() -> None:
    word = "Quyết ngữ ẩn ỗ Ậ"
    usual, usual_text = picture_of(word, None)
    apart, apart_text = picture_of(word, MarkStyle(scale=0.8, side=1.0))
    assert apart_text == usual_text == word
    assert not np.array_equal(usual, apart)
    plain = "Kinh tinh 12/QĐ"
    assert np.array_equal(picture_of(plain, None)[0], picture_of(plain, MarkStyle(scale=0.8))[0])


@pytest.mark.parametrize("letter", sorted(set(fonts.VIETNAMESE_LETTERS) - set("đĐơƠưƯ")))
def test_a_rebuilt_letter_has_about_the_ink_of_the_fonts_own(letter: str) -> None:
    usual, apart = ((255 - picture_of(letter, style)[0].astype(int)).sum() for style in (None, MarkStyle()))
    assert apart == pytest.approx(usual, rel=0.12)


def test_words_are_split_at_spaces_and_glued_across_styles() -> None:
    bold = TEXT.but(bold=True)
    words = split_words([("Điều 1. ", bold), ("Số: 12", TEXT), ("/QĐ-UBND", bold)])
    assert ["".join(piece for piece, _ in word) for word in words] == ["Điều", "1.", "Số:", "12/QĐ-UBND"]


# --- people and words ------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from(["dev", "test"]))
@settings(max_examples=60)
def test_invented_people_have_numbers_that_agree_with_them(seed: int, subset: fonts.Subset) -> None:
    family = people.invent_family(seeded(seed), subset)
    for person in (family.mother, family.father, family.child):
        assert isinstance(person.number, CitizenNumber)
        assert person.number.sex is person.sex
        assert person.number.birth_year == person.birth_date.year
        assert person.number.value[:3] == person.home.province_code
        assert 2 <= len(person.name.split()) <= 4
    assert family.child.name.split()[0] == family.father.name.split()[0]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_dates_in_words_are_read_back(date: dt.date) -> None:
    assert date_from_words(numerals.date_in_words(date)) == date


@pytest.mark.parametrize("seed", range(8))
def test_invented_companies_have_numbers_that_pass_their_check(seed: int) -> None:
    company = Company.invent(seeded(seed), "test")
    assert isinstance(parse_owner_number(company.code.value), TaxCode)
    assert company.head.name


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2_000_000_000, "Hai tỷ đồng"),
        (16_800_000_000, "Mười sáu tỷ tám trăm triệu đồng"),
        (150_000_000, "Một trăm năm mươi triệu đồng"),
    ],
)
def test_sums_in_words(number: int, words: str) -> None:
    assert numerals.sum_in_words(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (4, "bốn"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (30, "ba mươi"),
        (105, "một trăm linh năm"),
        (2000, "hai nghìn"),
        (2005, "hai nghìn không trăm linh năm"),
        (2010, "hai nghìn không trăm mười"),
        (1999, "một nghìn chín trăm chín mươi chín"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert numerals.in_words(number) == words


def test_long_dates_follow_decree_30() -> None:
    assert numerals.long_date(dt.date(2024, 2, 5)) == "ngày 05 tháng 02 năm 2024"
    assert numerals.long_date(dt.date(2024, 3, 15)) == "ngày 15 tháng 3 năm 2024"


@pytest.mark.parametrize("subset", ["dev", "test"])
def test_every_pattern_can_be_filled(subset: fonts.Subset) -> None:
    uses = ("bases", "orders", "reports", "tasks", "rules", "land", "social", "economy", "letters", "requests")
    patterns = [pattern for use in uses for pattern in sentences.stock(use, subset)]
    assert len(patterns) >= 50
    for pattern in patterns:
        sentence = sentences.fill(pattern, seeded(pattern), subset)
        assert "{" not in sentence
        assert nfc(sentence) == sentence


# --- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grey", [False, True])
def test_faults_leave_their_input_and_its_size_alone(*, grey: bool) -> None:
    page = render(PaperSpec(Kind.TABLE, 1, 100)).pages[0]
    image = to_grey(page.image) if grey else page.image
    before, numbers = image.copy(), np.random.default_rng(1)
    results = [
        faults.low_ink(image, 0.5, numbers),
        faults.bleed_through(image, image, 0.1),
        faults.paper_tint(image, (0.95, 0.9, 0.8), numbers),
        faults.fold_shadow(image, 0.5, 0.3),
        faults.fold_shadow(image, 0.5, 0.3, vertical=True),
        faults.uneven_light(image, 0.3, 1.0, corner=0.1),
        faults.blur(image, 1.0),
        faults.noise(image, 5, numbers, specks=0.05),
        faults.jpeg(image, 50),
        faults.skew(image, 2.0)[0],
        faults.quarter_turns(image, 180)[0],
    ]
    assert np.array_equal(image, before)
    for result in results:
        assert result.shape == image.shape
        assert result.dtype == np.uint8
        assert not np.array_equal(result, image)


def test_bleed_through_is_the_mirrored_back() -> None:
    blank, back = np.full((200, 100), 255, np.uint8), np.full((200, 100), 255, np.uint8)
    back[90:110, 10:30] = 0
    shade = faults.bleed_through(blank, back, 0.2)
    assert shade[100, 80] == pytest.approx(255 * 0.8, abs=2)
    assert shade[100, 20] == 255


def test_bilevel_is_black_and_white() -> None:
    (page,) = render(PaperSpec(Kind.APPLICATION, 1, 100, scanner=Scanner(mode="bilevel", noise=3))).pages
    assert set(np.unique(page.image)) == {0, 255}


# --- files and commands ----------------------------------------------------------------------------------------------


def test_formats_of_one_page_refuse_several(tmp_path: Path) -> None:
    pages = render(PaperSpec(Kind.DECISION_WITH_TABLE, 1, 100)).pages
    with pytest.raises(ValueError, match="one page"):
        write_scan(tmp_path / "a.jpg", pages)
    with pytest.raises(ValueError, match=r"\.gif"):
        write_scan(tmp_path / "a.gif", pages[:1])


def test_a_bilevel_tiff_is_fax_coded_and_exact(tmp_path: Path) -> None:
    pages = render(PaperSpec(Kind.TABLE, 1, 100, scanner=Scanner(mode="bilevel"))).pages
    write_scan(tmp_path / "a.tif", pages)
    with PilImage.open(tmp_path / "a.tif") as tiff:
        assert tiff.info["compression"] == "group4"
        assert np.array_equal(np.asarray(tiff.convert("L")), pages[0].image)


def test_the_pages_command_writes_any_kind_with_its_truth(tmp_path: Path) -> None:
    arguments = ["pages", str(tmp_path), "--count", "2", "--seed", "9", "--set", "test", "--dpi", "100"]
    result = CliRunner().invoke(app, [*arguments, "--kind", "table", "--kind", "body-text", "--marks-apart"])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.glob("*.tif")) == ["00009-body-text.tif", "00010-table.tif"]
    assert len(list((tmp_path / "truth").glob("*.json"))) == 2


def test_a_contact_sheet_has_a_thumbnail_for_every_page(batch: Path, tmp_path: Path) -> None:
    files = [batch / name for name in SAMPLE_FILES]
    with PilImage.open(contact_sheet(tmp_path / "sheet.png", files)) as sheet:
        assert sheet.width == 4 * (420 + 24) + 24
        assert sheet.height == 2 * (594 + 34 + 24) + 24
