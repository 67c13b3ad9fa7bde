"""Versions of a stored paper's reading: the first is what was confirmed, later ones are what it was read as again.

They lie beside the sealed file, locked as long as it is, and none is ever overwritten::

    papers/<pseudonym>/<paper>/paper.pdf         what was sealed; it never changes
                               reading.json      the words read before that
                               reading-v1.json   the same with the fields as they were confirmed: kept before
                               reading-v2.json   the second version is, and so on
"""

import re
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from dossier import times
from dossier.errors import NotSealed, ObjectDamaged
from dossier.papers import Field, Paper, PaperState, StoredObject
from ingest.house import House
from ocr.model import Reading
from ocr.qr import Code

FIRST_READING = "reading.json"
T = TypeVar("T")
_NAME = re.compile(r".*/reading-v(\d+)\.json")


@dataclass(frozen=True, slots=True)
class ReadingVersion:
    """What a paper was read as.

    Attributes:
        number: From 1.
        reading: The words.
        codes: QR codes of the pages; ``None`` if they were not looked for, since the type has no use for them.
        fields: What was made of both, fields that a person entered included.
        type_version: Of the paper type that declared the fields; ``None`` for version 1, of which it was not noted.
    """

    number: int
    reading: Reading
    codes: tuple[Code, ...] | None
    fields: tuple[Field, ...]
    type_version: int | None

    @property
    def engine(self) -> str:
        """Names and versions of what read the pages; empty if all are blank."""
        return ", ".join(sorted({page.engine for page in self.reading.pages if page.engine}))


_VERSION = TypeAdapter(ReadingVersion)
_READING = TypeAdapter(Reading)


def versions_of(house: House, paper: Paper) -> tuple[ReadingVersion, ...]:
    """Return the versions of a stored paper's reading, the first one first.

    Raises:
        NotSealed: The paper is not stored, or disposed of.
        NotFound, ObjectDamaged: What was read first is gone or damaged.
    """
    folder = _folder(_sealed(paper))
    names = (_NAME.fullmatch(key) for key in house.objects.keys(f"{folder}/reading-v"))
    kept = sorted((int(name[1]), name[0]) for name in names if name)
    if kept:
        return tuple(_value(house, key, _VERSION) for _, key in kept)
    first = _value(house, f"{folder}/{FIRST_READING}", _READING)
    return (ReadingVersion(1, first, None, paper.fields, None),)


def keep(house: House, paper: Paper, version: ReadingVersion) -> None:
    """Keep a version, and before the second the first; keeping the same again changes nothing.

    Raises:
        NotSealed: The paper is not stored. AlreadyExists: Somebody kept another one of this number.
    """
    sealed = _sealed(paper)
    locked = house.objects.retention(sealed.key, sealed.version)
    first = versions_of(house, paper)[:1] if version.number == 2 else ()  # noqa: PLR2004 - the second
    for one in (*first, version):
        house.objects.put(
            f"{_folder(sealed)}/reading-v{one.number}.json",
            _VERSION.dump_json(one),
            media_type="application/json",
            retain_until=locked if locked and locked > times.now() else None,
            if_absent=True,
        )


def _value(house: House, key: str, kind: TypeAdapter[T]) -> T:
    try:
        return kind.validate_json(house.objects.get(key))
    except ValidationError:
        raise ObjectDamaged(key=key) from None


def _sealed(paper: Paper) -> StoredObject:
    if paper.sealed is None or paper.state is PaperState.DISPOSED:
        raise NotSealed(state=paper.state.value)
    return paper.sealed


def _folder(sealed: StoredObject) -> str:
    return sealed.key.rpartition("/")[0]
