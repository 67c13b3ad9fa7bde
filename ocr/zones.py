"""The parts of an administrative document by their place: decree 30/2020/NĐ-CP, annex I.

No template: real papers are cut, shifted and stamped over. What cannot be missed is found first (the national title and
motto, the line with the date, the name of the kind, "Nơi nhận"), and the other zones are found from there. ::

    agency              national title and motto
    number              place, date
    about      kind
              subject
    …
                        signed_on
    recipients          authority
                        signature
                        signer
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dossier.names import is_family_name
from dossier.text import fold
from ocr.labels import Match, find_phrase
from ocr.tokens import Row, Token, box_of, text_of

NATIONAL_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

KINDS = ("NGHỊ QUYẾT", "QUYẾT ĐỊNH", "CHỈ THỊ", "QUY CHẾ", "QUY ĐỊNH", "THÔNG CÁO", "THÔNG BÁO", "HƯỚNG DẪN",
         "CHƯƠNG TRÌNH", "KẾ HOẠCH", "PHƯƠNG ÁN", "ĐỀ ÁN", "DỰ ÁN", "BÁO CÁO", "BIÊN BẢN", "TỜ TRÌNH", "HỢP ĐỒNG",
         "CÔNG ĐIỆN", "BẢN GHI NHỚ", "BẢN THỎA THUẬN", "GIẤY ỦY QUYỀN", "GIẤY MỜI", "GIẤY GIỚI THIỆU", "GIẤY NGHỈ PHÉP",
         "PHIẾU GỬI", "PHIẾU CHUYỂN", "PHIẾU BÁO")  # fmt: skip
"""Kinds of administrative documents with a name: decree 30/2020/NĐ-CP art. 7."""

_KIND_SYMBOLS = frozenset({"NQ", "QĐ", "CT", "QC", "QyĐ", "TC", "TB", "HD", "CTr", "KH", "PA", "ĐA", "DA", "BC", "BB",
                           "TTr", "HĐ", "CĐ", "BGN", "BTT", "GUQ", "GM", "GGT", "GNP", "PG", "PC", "PB"})  # fmt: skip
"""Abbreviations of :data:`KINDS`: decree 30/2020/NĐ-CP, annex III."""
_AGENCY_SYMBOL = re.compile(r"[A-ZĐ][A-Za-zĐđ&.]+\d*")

_BODY_STARTS = ("can cu", "theo de nghi", "xet de nghi", "dieu 1", "kinh gui", "thuc hien")
_AGENCY_STARTS = (
    *("uy ban", "ubnd", "hoi dong", "hdnd", "so ", "bo ", "cuc ", "chi cuc", "tong cuc", "phong ", "van phong", "ban "),
    *("trung tam", "thu tuong", "chinh phu", "quoc hoi", "vien ", "truong ", "thanh tra", "cong an", "toa an"),
    "chu tich",
    *("kho bac", "bao hiem", "hoc vien", "benh vien", "don vi"),
)
"""Folded words that open an agency's name."""

_AUTHORITY = re.compile(r"(kt|tm|tl|tuq|q)\b|.*\b(chu tich|giam doc|bo truong|thu tuong|thu truong|truong|pho|chanh)\b")
_ABOUT = re.compile(r"v ?[/\\|il1] ?v\b|ve viec\b")
_SIGNED_ON = re.compile(r"(?:.{2,60}\W )?nga[yv] .{0,12}\bth?[a-z]?ng .{0,8}\bn[a-z]m .{2,12}")
"""Folded line above a signature: place and date."""
_MOST_SUBJECT_ROWS = 6
_MOST_AGENCY_ROWS = 4
_AGENCY_GAP = 2
"""Line heights between an agency's name and what stands further down, where a paper has no number under it."""
_MOST_HEAD_ROWS = 10
_AXIS_SLACK = 0.025
"""Share of the page's width by which a centred line may miss its axis."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone as found.

    Attributes:
        tokens: What stands in it, in reading order; at least one. certainty: 0 to 1, how firmly its place is known.
        whole: Whether nothing of it is seen to be covered.
    """

    tokens: tuple[Token, ...]
    certainty: float
    whole: bool = True

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return text_of(self.tokens)


def is_symbol(text: str) -> bool:
    """Tell whether a document can bear a symbol: the kind's or an agency's, then others', as ``QĐ-UBND``, ``UBND-VP``.

    Engines stutter on Đ: what is a kind's symbol but for its last letter doubled, as ``QĐĐ``, is none.
    """
    first, *others = text.split("-")
    is_agency = first.isupper() and len(first) > 2 and first[:-1] not in _KIND_SYMBOLS  # noqa: PLR2004 - as in UBND
    return (first in _KIND_SYMBOLS or is_agency) and bool(others) and all(map(_AGENCY_SYMBOL.fullmatch, others))


def find_zones(rows: Sequence[Row], page_widths: Mapping[int, int]) -> dict[str, Zone]:
    """Return the zones of a document by name; a zone that is not there is left out.

    Args:
        rows: Of all pages.
        page_widths: Width of each master page by its number, pixels.
    """
    first = [row for row in rows if row.page == rows[0].page] if rows else []
    zones = _header(first, page_widths[first[0].page]) if first else {}
    signer = _signer(rows, page_widths)
    return zones | ({"signer": signer} if signer else {}) | _signed_on(rows, page_widths)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Where the header lies: rows of the national title and of the date, and what parts left from right."""

    top: int
    date_row: int
    split: float
    certainty: float


def _header(rows: Sequence[Row], width: int) -> dict[str, Zone]:
    anchor = _anchor(rows, width)
    zones: dict[str, Zone] = {}
    if anchor is None:
        return zones | _kind_and_subject(rows, width, 0.8)
    zones |= _place_and_date(_right_line(rows[anchor.date_row], anchor.split), anchor.certainty)
    number_row, number = _number(rows, anchor)
    if number:
        zones["number"] = Zone(number, anchor.certainty)
    agency = _agency(rows, anchor, min(number_row, anchor.date_row))
    if agency:
        zones["agency"] = Zone(agency, anchor.certainty)
    about = _about(rows, anchor, number_row)
    if about:
        zones["about"] = Zone(about, anchor.certainty)
    return zones | _kind_and_subject(rows[anchor.date_row + 1 :], width, anchor.certainty)


def _anchor(rows: Sequence[Row], width: int) -> _Anchor | None:
    """Return where the header lies, ``None`` if neither national title, motto nor date line is found."""
    top, split, found = None, width * 0.45, 0
    for number, row in enumerate(rows[: len(rows) // 2 + 8]):
        for phrase in (NATIONAL_TITLE, MOTTO):
            for match in find_phrase(row.tokens, phrase)[:1]:
                left = row.tokens[match.start].box.x
                split = left if not found else min(split, left)
                top, found = number if top is None else top, found + 1
        if top is not None and number > top + 8:
            break
    start = top or 0
    date_row = next((i for i, row in enumerate(rows[start : start + 12], start) if _is_date_line(row, split)), None)
    if date_row is None:
        return None if top is None else _Anchor(start, min(start + 2, len(rows) - 1), split - 2, 0.7)
    return _Anchor(start, date_row, split - 2, 1.0 if found else 0.8)


def _is_date_line(row: Row, split: float) -> bool:
    """Return whether the right side reads like "…, ngày … tháng … năm …"; handwriting may have eaten the figures."""
    words = fold(text_of(_sides(row, split)[1]))
    return len(re.findall(r"\bnga[yv]\b|\bth?[a-z]?ng\b|\bn[a-z]m\b", words)) >= 2 and len(words) < 70  # noqa: PLR2004


def _sides(row: Row, split: float) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Return the tokens left and right of ``split``; a column's text may reach a little over it."""
    left = tuple(t for t in row.tokens if t.box.x + t.box.width / 2 < split)
    return left, row.tokens[len(left) :]


def _right_line(row: Row, split: float) -> tuple[Token, ...]:
    """Return what stands right of ``split`` from the beginning of its line on, which may reach over it."""
    left, right = _sides(row, split)
    while left and right and left[-1].line == right[0].line and right[0].box.x - left[-1].box.right < row.height:
        left, right = left[:-1], (left[-1], *right)
    return right


def _place_and_date(tokens: Sequence[Token], certainty: float) -> dict[str, Zone]:
    day = next((i for i, t in enumerate(tokens) if re.fullmatch(r"nga[yv]", t.letters)), None)
    if day is None:
        return {}
    zones = {"date": Zone(tuple(tokens[day:]), certainty)}
    place = tuple(tokens[:day])
    while place and not place[0].text[:1].isupper():
        place = place[1:]
    return zones | ({"place": Zone(place, certainty)} if place else {})


def _number(rows: Sequence[Row], anchor: _Anchor) -> tuple[int, tuple[Token, ...]]:
    """Return the row and the tokens of "Số: …/…", which stands beside or just above or under the date."""
    near = range(anchor.top + 1, min(anchor.date_row + 3, len(rows)))
    for i in sorted(near, key=lambda i: abs(i - anchor.date_row)):
        left, _ = _sides(rows[i], anchor.split)
        begin = next((k for k, t in enumerate(left) if _is_so(t)), None)
        slash = next((k for k, t in enumerate(left) if "/" in t.text), None)
        if begin is None and slash is None:
            continue
        # Without a readable "Số" the figures may be a word of their own before the slash.
        start = max(0, (slash or 0) - 1) if begin is None else begin
        return i, left[start:]
    return anchor.date_row, ()


def _is_so(token: Token) -> bool:
    """Tell whether a token is "Số" and not the "SỞ" of an agency's name."""
    return token.letters == "so" and (token.text.endswith(":") or not token.text.isupper())


def _agency(rows: Sequence[Row], anchor: _Anchor, before: int) -> tuple[Token, ...]:
    """Return the upper-case text beside the national title, above the number; what stands above both stays out."""
    title = rows[anchor.top]
    lines: list[Token] = []
    for row in rows[max(0, anchor.top - 1) : before][:_MOST_AGENCY_ROWS]:
        left = [t for t in _sides(row, anchor.split)[0] if t.letters]
        if left and lines and box_of(left).y - box_of(lines).bottom > _AGENCY_GAP * title.height:
            break
        above = row.box.bottom < title.box.y - 0.3 * title.height
        if left and not above and _is_upper(text_of(left)):
            # The superior agency stands above; only the last line that opens an agency's name opens this one's.
            lines = left if fold(text_of(left)).startswith(_AGENCY_STARTS) else lines + left
    return tuple(lines)


def _about(rows: Sequence[Row], anchor: _Anchor, number_row: int) -> tuple[Token, ...]:
    """Return the lines under a letter's number that say what it is about, from "V/v" up to a gap."""
    lines: list[Token] = []
    above = rows[number_row]
    for row in rows[number_row + 1 :][:_MOST_SUBJECT_ROWS]:
        left = _sides(row, anchor.split)[0]
        if not left and not lines:
            if _kinds_in(row):  # what follows is the subject, zone 5a
                break
            continue
        if not left or left[0].box.y - above.box.bottom > (1.6 if lines else 3) * above.height:
            break
        if not lines and not _ABOUT.match(fold(text_of(left))):
            break
        lines += left
        above = Row(left)
    return tuple(lines)


def _is_upper(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 1 and sum(c.isupper() for c in letters) >= 0.8 * len(letters)


def _kind_and_subject(rows: Sequence[Row], width: int, certainty: float) -> dict[str, Zone]:
    body = next((i for i, row in enumerate(rows) if fold(text_of(row.tokens)).startswith(_BODY_STARTS)), len(rows))
    head = rows[: min(body, _MOST_HEAD_ROWS)]
    for i, row in enumerate(head):
        found = _kinds_in(row)
        if found:
            match = max(found, key=lambda m: (m.score, m.end - m.start))
            kind = row.tokens[match.start : match.end]
            zones = {"kind": Zone(kind, certainty * match.score)}
            return zones | _subject(rows[i + 1 :], Row(kind), _centre(kind), certainty, width)
    # A seal over the kind's name: the subject may still say "Về việc", and has its own axis.
    for i, row in enumerate(head):
        for match in find_phrase(row.tokens, "Về việc")[:1]:
            opening = Row(row.tokens[match.start :])
            return _subject([opening, *rows[i + 1 :]], opening, _centre(opening.tokens), certainty * 0.8, width)
    return {}


def _kinds_in(row: Row) -> list[Match]:
    """Return where names of kinds stand in a row, in capitals."""
    if not any(_is_upper(token.text) for token in row.tokens):
        return []
    found = [match for kind in KINDS for match in find_phrase(row.tokens, kind)]
    return [match for match in found if _is_upper(text_of(row.tokens[match.start : match.end]))]


def _centre(tokens: Sequence[Token]) -> float:
    box = box_of(tokens)
    return box.x + box.width / 2


def _subject(rows: Sequence[Row], kind: Row, axis: float, certainty: float, width: int) -> dict[str, Zone]:
    """Return the centred lines under the kind, up to a gap, an upper-case line or the body.

    They are centred on the kind's axis. Stamps beside them break that symmetry, and what lies beyond it is left out, at
    a loss of certainty.
    """
    lines: list[Token] = []
    above = kind.box
    for row in rows[:_MOST_SUBJECT_ROWS]:
        written = [t for t in row.tokens if t.box.height < 3 * kind.height]
        tokens = _centred(written, axis, _AXIS_SLACK * width)
        text = text_of(tokens)
        if sum(c.isalpha() for c in text) < 3:  # noqa: PLR2004 - a rule, or specks of a seal
            continue
        box = box_of(tokens)
        if box.y - above.bottom > (1.6 if lines else 3) * kind.height:
            break
        if fold(text).startswith(_BODY_STARTS) or (lines and _is_upper(text)):
            break
        if sum(len(t.letters) for t in written) > sum(len(t.letters) for t in tokens):
            certainty *= 0.9
        lines += tokens
        above = box
    return {"subject": Zone(tuple(lines), certainty)} if lines else {}


def _centred(tokens: Sequence[Token], axis: float, slack: float) -> list[Token]:
    """Return the tokens without what a stamp adds on one side: ends go as long as that makes the run better centred."""
    kept = list(tokens)
    while kept and not kept[0].letters:
        kept = kept[1:]
    while kept and not kept[-1].letters:
        kept = kept[:-1]
    from_left = bool(kept) and _centre(kept) < axis
    while len(kept) > 1 and abs(miss := _centre(kept) - axis) > slack / 2:
        shorter = kept[1:] if from_left else kept[:-1]
        if abs(_centre(shorter) - axis) >= abs(miss):
            break
        kept = shorter
    return kept


def _signer(rows: Sequence[Row], page_widths: Mapping[int, int]) -> Zone | None:
    """Return the name at the end of the signature block, right of "Nơi nhận" or at the foot of the text."""
    for i, row in enumerate(rows):
        if any(m.start == 0 for m in find_phrase(row.tokens, "Nơi nhận")):
            block = [r for r in rows[max(0, i - 2) :] if r.page == row.page]
            return _name_in(block, page_widths[row.page], 1.0)
    last = [r for r in rows if r.page == rows[-1].page] if rows else []
    return _name_in(last[-8:], page_widths[rows[-1].page], 0.8) if last else None


def _signed_on(rows: Sequence[Row], page_widths: Mapping[int, int]) -> dict[str, Zone]:
    """Return the place and the date in the last line that says them at the right and nothing else."""
    for row in reversed(rows):
        line = _right_column(row, page_widths[row.page] * 0.45)
        day = next((i for i, t in enumerate(line) if re.fullmatch(r"nga[yv]", t.letters)), None)
        if day is None:
            continue
        place, date = tuple(line[:day]), fold(text_of(line[day:]))
        if _SIGNED_ON.fullmatch(fold(text_of(line))) or (_SIGNED_ON.fullmatch(date) and _is_bare_name(place)):
            signed_on = {"signed_on": Zone(tuple(line[day:]), 1.0)}
            return signed_on | ({"signed_at": Zone(place, 1.0)} if place else {})
    return {}


def _is_bare_name(tokens: Sequence[Token]) -> bool:
    """Tell whether tokens are a place's name whose comma was not read."""
    return 0 < len(tokens) <= 6 and all(_is_name_word(token.text) for token in tokens)  # noqa: PLR2004 - Bà Rịa - …


def _name_in(rows: Sequence[Row], width: int, certainty: float) -> Zone | None:
    """Return the lowest line of the right half that is a person's name."""
    for row in reversed(rows):
        name = _without_seal([t for t in _right_column(row, width / 2) if not _is_speck(t)])
        if not 2 <= len(name) <= 6 or not all(_is_name_word(t.text) for t in name):  # noqa: PLR2004 - words of a name
            continue
        if not _is_upper(text_of(name)):
            return Zone(tuple(name), certainty * _wholeness(name))
        # Capitals are more often an office or a form's heading than a name.
        if is_family_name(name[0].text) and not _AUTHORITY.match(fold(text_of(name))):
            return Zone(tuple(name), certainty * 0.9)
    return _covered_name(rows, width, certainty)


def _without_seal(name: list[Token]) -> list[Token]:
    """Return the tokens without capitals of a seal before a name that is not in capitals."""
    begin = next((i for i, token in enumerate(name) if not token.text.isupper()), 0)
    return name[begin:] if name and is_family_name(name[begin].text) else name


def _covered_name(rows: Sequence[Row], width: int, certainty: float) -> Zone | None:
    """Return what a seal has left of a name: its end, from the middle of a word on, as "ăn Đối"."""
    for row in reversed(rows):
        name = [t for t in _right_column(row, width / 2) if not _is_speck(t)]
        rest = [t.text for t in name[1:]]
        if 1 <= len(rest) <= 4 and name[0].text.islower() and all(map(_is_name_word, rest)):  # noqa: PLR2004 - as above
            return Zone(tuple(name), certainty * _wholeness(name), whole=False)
    return None


def _is_speck(token: Token) -> bool:
    """Tell whether a token beside a name is a shred of the signature; a marked letter is a shred of the name."""
    return len(token.letters) <= 1 and not _is_name_word(token.text) and (token.text.isascii() or not token.letters)


def _wholeness(name: Sequence[Token]) -> float:
    """Return how likely a name lacks nothing, 0 to 1: a seal may cover the family name that it begins with."""
    return 1.0 if is_family_name(name[0].text) else 0.75


def _right_column(row: Row, middle: float) -> list[Token]:
    """Return the tokens of the right half; a line of the left column that reaches over the middle stays out."""
    for i, token in enumerate(row.tokens):
        before = row.tokens[i - 1] if i else None
        apart = before is None or token.box.x - before.box.right > row.height or token.line != before.line
        if apart and token.box.x + token.box.width / 2 > middle:
            return list(row.tokens[i:])
    return []


def _is_name_word(text: str) -> bool:
    bare = re.sub(r"^\W+|\W+$", "", text)
    return bare.isalpha() and bare[0].isupper() and (bare[1:].islower() or bare.isupper())
