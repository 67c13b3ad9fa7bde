import datetime as dt
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dossier.errors import ConfigurationError, InvalidValue
from signing.development import DevelopmentAuthority
from signing.font import default_font, stamp_font
from signing.seal import seal
from signing.stamp import Area, PageBox, Stamp, find_free_area, stamp_area
from signing.stamp_rules import CopyForm, TimeFormat
from signing.trust import TrustStore
from tests.signing.conftest import AGENCY, AT
from tests.signing.pages import scan, scan_pdf
from tests.signing.poppler import render, text, words

A4 = (595.28, 841.89)
LONG = "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính liên thông xã Nghĩa Đàn tỉnh Nghệ An"


def _seal(page: bytes, stamp: Stamp, authority: DevelopmentAuthority, trust: TrustStore) -> bytes:
    return seal(
        page,
        key=authority.seal_key(AGENCY, at=AT),
        stamp=stamp,
        time_stamper=authority.time_stamper(lambda: AT),
        trust=trust,
        signing_time=AT,
        environment="test",
    )


def test_the_words_are_those_of_the_decree() -> None:
    assert Stamp(AGENCY).text(AT) == f"Sao y; {AGENCY}; 2026-11-22T09:15:04+07:00"
    extract = Stamp("Sở  Tư pháp", copy_form=CopyForm.EXTRACT, time_format=TimeFormat.DAY_FIRST)
    assert extract.text(AT).replace("\xa0", " ") == "Trích sao; Sở Tư pháp; 22-11-2026 09:15:04 +07:00"


def test_a_decomposed_name_is_composed() -> None:
    assert Stamp("So\u031b\u0309 Tu\u031b pha\u0301p").text(AT).startswith("Sao y; Sở Tư pháp;")


@pytest.mark.parametrize("agency", ["Sở Tư pháp", AGENCY, LONG])
@pytest.mark.parametrize("time_format", list(TimeFormat))
def test_the_stamp_stays_in_zone_14_and_the_time_in_one_piece(agency: str, time_format: TimeFormat) -> None:
    fitted = Stamp(agency, time_format=time_format).fitted(AT, *A4)

    assert fitted.area.x >= 0.62 * A4[0] - 0.01
    assert fitted.area.x + fitted.area.width <= 0.98 * A4[0] + 0.01
    assert fitted.area.y + fitted.area.height <= 20 / 25.4 * 72
    moment = Stamp(agency, time_format=time_format).text(AT).split("; ")[2].replace("\xa0", " ")
    assert fitted.lines[-1].endswith(moment)


def test_a_name_too_long_for_the_margin_is_refused() -> None:
    with pytest.raises(InvalidValue, match="top margin"):
        Stamp("Ủy ban nhân dân " * 12).fitted(AT, *A4)


def test_a_letter_the_font_lacks_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"U\+6F22"):
        Stamp("Sở 漢").fitted(AT, *A4)


def test_every_vietnamese_letter_is_in_the_font() -> None:
    vowels = "aăâeêioôơuưy"
    marks = "\u0300\u0301\u0303\u0309\u0323"
    letters = {f"{v}{m}" for v in vowels for m in ["", *marks]} | {"đ", "–", "(", ")", "/", ","}
    Stamp(" ".join(sorted(letters | {x.upper() for x in letters}))[:60]).fitted(AT, *A4)
    stamp_font(frozenset("".join(unicodedata.normalize("NFC", x + x.upper()) for x in letters)))


def test_a_font_that_breaks_widths_is_refused() -> None:
    wide = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
    assert wide.exists()
    with pytest.raises(ConfigurationError, match="1000 units"):
        stamp_font(frozenset("abc"), wide)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        stamp_font(frozenset("abc"), Path(__file__))


def test_another_font_can_be_named(tmp_path: Path) -> None:
    copy = tmp_path / "other.otf"
    shutil.copy(default_font(), copy)
    assert Stamp(AGENCY, font=copy).fitted(AT, *A4).font.program


@given(
    rotation=st.sampled_from([0, 90, 180, 270, 450, -90]),
    corner=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    size=st.tuples(st.floats(200, 1000), st.floats(200, 1000)),
    place=st.tuples(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
)
def test_an_area_on_the_page_keeps_its_size_and_stays_inside(
    rotation: int, corner: tuple[float, float], size: tuple[float, float], place: tuple[float, float, float, float]
) -> None:
    box = PageBox(corner[0], corner[1], corner[0] + size[0], corner[1] + size[1], rotation)
    width, height = box.size
    area = Area(place[0] * width, place[1] * height, place[2] * width, place[3] * height)
    left, bottom, right, top = box.to_page(area)

    assert box.left - 0.01 <= left < right <= box.right + 0.01
    assert box.bottom - 0.01 <= bottom < top <= box.top + 0.01
    sides = (right - left, top - bottom)
    assert sides[:: -1 if rotation % 180 else 1] == pytest.approx((area.width, area.height), abs=0.01)


def _strip(ink: list[tuple[int, int, int, int]], dpi: int = 100) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A grey top margin of an A4 page with black rectangles (left, top, right, bottom) in millimetres."""
    strip = np.full((round(20 / 25.4 * dpi), round(210 / 25.4 * dpi)), 235, np.uint8)
    for rectangle in ink:
        left, top, right, bottom = (round(v / 25.4 * dpi) for v in rectangle)
        strip[top:bottom, left:right] = 30
    return strip


def test_on_a_clean_margin_the_stamp_stands_in_zone_14() -> None:
    stamp = Stamp(AGENCY)
    size = stamp.size(AT, *A4)
    area = find_free_area(_strip([]), *A4, size)

    assert area is not None
    home = stamp_area(*A4)
    assert area.x + area.width == pytest.approx(home.x + home.width, abs=3)
    assert area.y == pytest.approx(home.y, abs=3)


@pytest.mark.parametrize("ink", [(150, 2, 200, 5), (130, 0, 210, 8), (190, 0, 210, 20), (160, 12, 165, 20)])
def test_a_stamp_moves_away_from_ink(ink: tuple[int, int, int, int]) -> None:
    size = Stamp(AGENCY).size(AT, *A4)
    area = find_free_area(_strip([ink]), *A4, size)

    assert area is not None
    left, top, right, bottom = (v / 25.4 * 72 for v in ink)
    apart = area.x >= right or area.x + area.width <= left or area.y >= bottom or area.y + area.height <= top
    assert apart
    assert area.y + area.height <= 20 / 25.4 * 72 + 0.5


def test_a_margin_full_of_ink_has_no_place() -> None:
    full = [(x, 0, x + 4, 20) for x in range(0, 210, 20)]
    assert find_free_area(_strip(full), *A4, Stamp(AGENCY).size(AT, *A4)) is None


PLACES = {"upright": (0, (0, 0)), "moved": (0, (-120, 36))} | {
    f"turned by {r}": (r, o) for r, o in ((90, (0, 0)), (180, (-120, 36)), (270, (30, -15)))
}
"""Rotation and offset of the page's box."""
PAPERS = {
    "portrait": {},
    "landscape": {"width_mm": 297, "height_mm": 210},
    "small": {"width_mm": 148, "height_mm": 210},
}


def _stamped_and_compared(
    picture: Image.Image, stamp: Stamp, place: str, folder: Path, seals: Callable[[bytes, Stamp], bytes]
) -> None:
    """Seal the picture with the stamp on free paper and compare how it shows before and after."""
    rotation, offset = PLACES[place]
    page = scan_pdf(picture, rotation=rotation, offset=offset)
    before = render(page, folder)
    width, height = before.shape[1] / 200 * 72, before.shape[0] / 200 * 72
    area = find_free_area(before[: before.shape[0] // 4], width, height, stamp.size(AT, width, height))
    assert area is not None
    placed = replace(stamp, area=area)
    out = seals(page, placed)
    after = render(out, folder)

    changed = np.argwhere(before != after)
    (top, left), (bottom, right) = changed.min(axis=0) / 200 * 72, changed.max(axis=0) / 200 * 72
    assert top >= area.y - 0.5
    assert bottom < 20 / 25.4 * 72
    assert left >= area.x - 0.5
    assert right <= area.x + area.width + 0.5
    assert before[tuple(changed.T)].min() > 150, "a stroke of the scan lies under the stamp"
    assert (after <= before).all(), "the stamp painted a ground over the page"
    assert (after[tuple(changed.T)] < 100).sum() > 500, "the stamp is not black"
    assert placed.text(AT).replace("\xa0", " ") in text(out, folder)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("copy_form", list(CopyForm))
def test_the_stamp_shows_at_the_top_right_and_covers_nothing(
    tmp_path: Path, authority: DevelopmentAuthority, trust: TrustStore, copy_form: CopyForm, place: str
) -> None:
    stamp = Stamp(AGENCY, copy_form=copy_form)
    _stamped_and_compared(scan(), stamp, place, tmp_path, lambda p, s: _seal(p, s, authority, trust))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("time_format", list(TimeFormat))
def test_on_other_papers_and_with_other_times_it_covers_nothing(
    tmp_path: Path, authority: DevelopmentAuthority, trust: TrustStore, paper: str, time_format: TimeFormat
) -> None:
    stamp = Stamp("Sở Tư pháp", time_format=time_format)
    _stamped_and_compared(scan(**PAPERS[paper]), stamp, "upright", tmp_path, lambda p, s: _seal(p, s, authority, trust))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("copy_form", list(CopyForm))
def test_above_a_full_margin_it_stands_on_added_paper(
    tmp_path: Path, authority: DevelopmentAuthority, trust: TrustStore, copy_form: CopyForm, place: str
) -> None:
    stamp = Stamp(AGENCY, copy_form=copy_form)
    grey = np.asarray(scan(full_margin=True).convert("L"))
    assert find_free_area(grey, *A4, stamp.size(AT, *A4)) is None
    picture = scan(full_margin=True, headroom_mm=12)
    _stamped_and_compared(picture, stamp, place, tmp_path, lambda p, s: _seal(p, s, authority, trust))


def test_letters_stand_where_the_widths_say(tmp_path: Path, sealed: bytes) -> None:
    found = words(sealed, tmp_path)
    fitted = Stamp(AGENCY).fitted(AT, *A4)

    assert " ".join(w[4] for w in found) == Stamp(AGENCY).text(AT)
    assert max(w[2] for w in found) == pytest.approx(0.98 * A4[0], abs=1)
    assert min(w[0] for w in found) == pytest.approx(fitted.area.x, abs=1)


def test_the_moment_is_vietnams_whatever_zone_it_comes_in() -> None:
    tokyo = AT.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert Stamp(AGENCY).text(tokyo) == Stamp(AGENCY).text(AT)
