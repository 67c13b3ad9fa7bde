"""Parsers of what strangers write. A target takes any bytes; it returns, or something is wrong with what it calls.

Refusals are errors of ours (or pydantic's, at the edge of HTTP). Beyond that each target states what must hold of what
was accepted.
"""

import contextlib
import datetime as dt
import tomllib
from collections.abc import Callable, Mapping

from pydantic import ValidationError

from api.http import tus
from api.http.routes.create_batch import BatchAnnounced
from dossier.errors import InputError, SohoaError
from dossier.mrz import parse_mrz
from dossier.papers import Box
from dossier.search import in_line, judge, parse_query, tokens
from dossier.toml_tables import Table
from dossier.values import VALUE_KINDS, parse_value
from ingest.intake.inspect import recognise, whole
from ocr.additions import signature_print, without_additions
from ocr.labels import find_labels
from ocr.model import Line, PageReading, Reading, Word
from ocr.mrz import find_machine_lines
from ocr.qr import Code, parse_identity_qr
from ocr.separators import separator_pages, separators
from ocr.splitting import parted
from ocr.tokens import rows_of
from signing import stamp_check
from signing.stamp_rules import read_rules

Target = Callable[[bytes], None]

TODAY = dt.date(2026, 11, 22)
_LABELS = ("Họ, chữ đệm, tên", "Ngày, tháng, năm sinh", "Số", "Nơi sinh", "Quốc tịch", "Giới tính")
_HEIGHT, _WIDTH = 30, 12


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def reading_of(text: str) -> Reading:
    """Return a page that says ``text``, a line for each of its lines, as an engine would have read it."""
    lines = []
    for number, row in enumerate(text.splitlines()[:60]):
        words, left = [], 100
        for word in row.split()[:40]:
            words.append(Word(word, Box(left, 50 + 40 * number, max(1, _WIDTH * len(word)), _HEIGHT), 0.9))
            left += _WIDTH * (len(word) + 1)
        if words:
            lines.append(Line(tuple(words), number))
    return Reading((PageReading(1, 2480, 3508, 300, tuple(lines)),))


def manifest(data: bytes) -> None:
    """What a station announces; a paper that is accepted has the name it was given."""
    try:
        batch = BatchAnnounced.model_validate_json(data)
    except ValidationError:
        return
    for paper in batch.papers:
        with contextlib.suppress(InputError):
            entry = paper.entry
            assert entry.name
            _ = entry.owner


def qr(data: bytes) -> None:
    """The code of an identity card; what is accepted reads the same again."""
    try:
        card = parse_identity_qr(_text(data))
    except InputError:
        return
    for key in ("citizen_number", "sex"):
        value = card.as_values()[key]
        assert parse_value(key, value) == value


def mrz(data: bytes) -> None:
    """Machine-readable lines, alone and among others on a page."""
    lines = _text(data).splitlines()
    with contextlib.suppress(InputError):
        read = parse_mrz(lines, today=TODAY)
        assert read.birth_date <= TODAY
    find_machine_lines(reading_of(_text(data)), today=TODAY)


def separator(data: bytes) -> None:
    """Codes on pages, and the groups that separator sheets make of them: no page twice, none lost."""
    codes = [Code(text, Box(0, 0, 1, 1), number) for number, text in enumerate(_text(data).split("\0")[:50], 1)]
    sheets = separator_pages(separators(codes), ())
    numbers = list(range(1, len(codes) + 1))
    groups = parted(numbers, {sheet + 1 for sheet in sheets}, sheets)
    assert sorted([n for group in groups for n in group] + list(sheets)) == numbers


def stamp(data: bytes) -> None:
    """What the print of a signature claims: times, names, additions to a page."""
    text = _text(data)
    for shown in stamp_check._times(text):  # noqa: SLF001 - the parser itself
        stamp_check._same(shown, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))  # noqa: SLF001
    assert all(claim in " ".join(text.split()) or claim for claim in stamp_check._claims(text, {"sao y"}))  # noqa: SLF001
    reading = reading_of(text)
    signature_print(reading)
    without_additions(reading)


def labels(data: bytes) -> None:
    """Labels of fields among the words of a page; where one is found, it is on the row it names."""
    rows = rows_of(reading_of(_text(data)))
    for label in find_labels(rows, _LABELS):
        assert 0 <= label.row < len(rows)


def tus_headers(data: bytes) -> None:
    """The headers of resumable uploads; a name that is accepted is not empty."""
    text = data.decode("latin-1")
    with contextlib.suppress(InputError):
        assert tus.file_name(text)
    with contextlib.suppress(InputError):
        tus.require_checksum(text, b"")


def search(data: bytes) -> None:
    """A query, and whether a page that holds its words answers it."""
    text = _text(data)
    try:
        query = parse_query(text)
    except InputError:
        return
    judge(query, [text], [in_line(tokens(text))])


def values(data: bytes) -> None:
    """Every kind of value; what is accepted in its canonical form is accepted again and stays as it is."""
    kinds = sorted(VALUE_KINDS)
    if not data:
        return
    kind = kinds[data[0] % len(kinds)]
    with contextlib.suppress(InputError):
        parse_value(kind, _text(data[1:]))


def toml(data: bytes) -> None:
    """Catalogue files; what is wrong in them is a ``ConfigurationError`` that names it."""
    try:
        text = data.decode()
        table = Table(tomllib.loads(text), "file")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        table = None
    with contextlib.suppress(SohoaError):
        read_rules(_text(data))
    if table is not None:
        with contextlib.suppress(SohoaError):
            table.kebab("code")
            table.text("name")
            table.finish()


def magic(data: bytes) -> None:
    """The type of a file by its first bytes, and a PDF without what follows its end."""
    with contextlib.suppress(InputError):
        assert whole(data, recognise(data))


TARGETS: Mapping[str, Target] = {
    "labels": labels,
    "magic": magic,
    "manifest": manifest,
    "mrz": mrz,
    "qr": qr,
    "search": search,
    "separator": separator,
    "stamp": stamp,
    "toml": toml,
    "tus": tus_headers,
    "values": values,
}

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "labels": ("Họ, chữ đệm, tên: Nguyễn Văn An\nNgày, tháng, năm sinh: 01/02/1990 Giới tính: Nam".encode(),),
    "magic": (b"%PDF-1.7\n1 0 obj\nendobj\nxref\ntrailer\nstartxref\n9\n%%EOF\n", b"\xff\xd8\xff\xe0", b"II*\0"),
    "manifest": (
        b'{"batch": "b1", "papers": [{"name": "001.pdf", "owner_number": "001190012345", "kind": "component"}]}',
    ),
    "mrz": (
        b"IDVNM1900123450001190012345<<0\n9001021M3501025VNM<<<<<<<<<<<4\nNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<\n",
        b"P<VNMNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<<<<<<<<<<<\nC1234567<8VNM9001021M3001028<<<<<<<<<<<<<<04\n",
    ),
    "qr": ("001190012345|012345678|Nguyễn Văn An|01021990|Nam|Thôn 1, Xã Tân Lĩnh|22112021".encode(),),
    "search": ('"nguyễn văn" an 320/QĐ-UBND -cũ ngu*'.encode(),),
    "separator": (b"SOHOA:SEPARATOR:1\0x\0SOHOA:SEPARATOR:1", b"\0\0SOHOA:SEPARATOR:1"),
    "stamp": (
        "SAO Y; Ủy ban nhân dân xã Tân Lĩnh; 22-11-2026 09:15:04 +07:00".encode(),
        "Ký bởi: Nguyễn Văn An\nNgày ký: 2026.11.22 09:15:04+07'00'\nĐẾN Số: 12 Ngày 22/11/2026".encode(),
    ),
    "toml": (b'code = "a-b"\nname = "x"\n', b'[[rules]]\nin_force = 2020-03-05\nsource = "x"\nfont_size = 10.0\n'),
    "tus": (b"filename MDAxLnBkZg==,filetype eA==", b"sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    "values": (b"\x0101/02/1990", "\x05một triệu đồng".encode(), b"\x091.234.567"),
}
"""A few good inputs of each, from which fuzzing sets out."""
