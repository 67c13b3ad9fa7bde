"""Administrative units: provinces, districts and communes, before and since 1 July 2025, and which became which.

Resolution 202/2025/QH15 made 34 provinces of 63; the same day districts were abolished. Papers go on naming what was,
so both orders are known: a *former* unit is one of before that day. The catalogue's files are in
``dossier/catalogue/administrative_units/``; a province adds its own, say of its former communes, in a folder of files
of the same form (see docs/operate.md).
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from dossier.errors import ConfigurationError
from dossier.text import letters, nfc
from dossier.toml_tables import Table

TWO_LEVELS_FROM = dt.date(2025, 7, 1)
"""The day the 34 provinces and the two levels began: resolution 202/2025/QH15, law 72/2025/QH15."""

MISREAD_SHARE = 0.2
"""Share of a name's letters that may be misread, 0 to 1."""

CITY = "thành phố"


class Level(StrEnum):
    """The level of a unit; its members' names are the beginnings of the files' table names."""

    PROVINCE = "provinces"
    DISTRICT = "districts"
    COMMUNE = "communes"


KINDS: Mapping[Level, tuple[str, ...]] = {
    Level.PROVINCE: ("tỉnh", CITY),
    Level.DISTRICT: ("quận", "huyện", "thị xã", CITY),
    Level.COMMUNE: ("xã", "phường", "thị trấn", "đặc khu"),
}
"""What units of a level are called."""

_CODE_LENGTH: Mapping[Level, int] = {Level.PROVINCE: 2, Level.DISTRICT: 3, Level.COMMUNE: 5}


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit.

    Attributes:
        level, former: Where it stands, and whether it is one of before 1 July 2025.
        code: Its statistical code; the same digits may name a former and a present unit.
        name: Without its kind. kind: E.g. ``phường``. city_from: The day a province became a city.
        parent: Code of what it lies in: a present commune's province, a former commune's district.
        heirs: Codes of the present units its ground went to; one if it went whole, none if not known.
        spellings: Further ways its name is written.
    """

    level: Level
    former: bool
    code: str
    name: str
    kind: str
    parent: str | None = None
    city_from: dt.date | None = None
    heirs: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """Its kind and name: ``phường Ba Đình``."""
        return f"{self.kind} {self.name}"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind it has had."""
        return (self.kind, CITY) if self.city_from else (self.kind,)

    def kind_on(self, day: dt.date) -> str:
        """Return its kind on ``day``."""
        return CITY if self.city_from and day >= self.city_from else self.kind


class Names:
    """Units to be found by name.

    Args:
        units: Those to choose from. Units of one name are found together.
        others: Names that are none of them, and no misreading of them either.
    """

    def __init__(self, units: Iterable[Unit], others: Iterable[str] = ()) -> None:
        self._named: dict[str, tuple[Unit, ...]] = {letters(text): () for text in others}
        self._spelled = {letters(text): nfc(text).lower() for text in others}
        for unit in units:
            for key, text in {letters(text): text for text in (*unit.spellings, unit.name)}.items():
                self._named[key] = (*self._named.get(key, ()), unit)
                self._spelled[key] = nfc(text).lower()
        self._neighbours: dict[str, list[str]] = {}

    def find(self, text: str, *, exact: bool = False) -> tuple[Unit, ...]:
        """Return the units ``text`` names: several only if they share the name, none if it could be another.

        Marks, case, spaces and hyphens make no difference, unless marks tell which of two near names is the nearer.
        Up to :data:`MISREAD_SHARE` of the letters may be wrong, if every other name is more than twice as far away: no
        name misread as often could then have given ``text``.

        Args:
            text: A name without its kind.
            exact: Whether no letter may be wrong.
        """
        key = letters(text)
        if key in self._named:
            return self._named[key] if self._is_nearest(text, key) else ()
        if exact or not key:
            return ()
        distances = [(Levenshtein.distance(key, name), name) for name in self._named]
        distance, name = min(distances, default=(len(key), ""))
        if distance > MISREAD_SHARE * len(name) or _digits(key) != _digits(name):
            return ()
        found = self._named[name]
        rivals = (d for d, other in distances if other != name and set(found).isdisjoint(self._named[other]))
        return found if min(rivals, default=len(key)) > 2 * distance else ()

    def _is_nearest(self, text: str, key: str) -> bool:
        """Return whether, its marks read, ``text`` is nearer to the name ``key`` than to all that differ in one letter.

        "Tiên Giang" may be Tiền Giang with a mark misread or Kiên Giang with a letter: neither is the nearer. Where
        there are no marks at all the letters alone count.
        """
        marked = nfc(text).lower()
        if key not in self._neighbours:
            near = (name for name in self._named if Levenshtein.distance(key, name, score_cutoff=1) == 1)
            self._neighbours[key] = [self._spelled[name] for name in near]
        own = Levenshtein.distance(marked, self._spelled[key])
        return marked.isascii() or all(Levenshtein.distance(marked, near) > own for near in self._neighbours[key])


def _digits(key: str) -> str:
    return re.sub(r"\D", "", key)


class Units:
    """All units known.

    Args:
        units: In any order. earlier_provinces: Names of provinces that were gone before the 63 of 2025.

    Raises:
        ConfigurationError: A unit lies in, or went to, one that is not there.
    """

    def __init__(self, units: Iterable[Unit], earlier_provinces: Iterable[str] = ()) -> None:
        self._earlier = tuple(earlier_provinces)
        self._units = {(unit.level, unit.former, unit.code): unit for unit in units}
        for unit in self._units.values():
            for level, former, code in self._named_by(unit):
                if (level, former, code) not in self._units:
                    reason = f"administrative unit {unit.code} ({unit.name}) names {code}, which is not there"
                    raise ConfigurationError(reason=reason)
        self._within: dict[tuple[Level, bool, str | None], Names] = {}

    @staticmethod
    def _named_by(unit: Unit) -> Iterable[tuple[Level, bool, str]]:
        if unit.parent is not None:
            yield _parent_level(unit.level, former=unit.former), unit.former, unit.parent
        for heir in unit.heirs:
            yield unit.level, False, heir

    def of(self, level: Level, *, former: bool) -> tuple[Unit, ...]:
        """Return the units of a level, in the order of their codes."""
        chosen = (u for u in self._units.values() if u.level is level and u.former is former)
        return tuple(sorted(chosen, key=lambda unit: unit.code))

    @cached_property
    def province_names(self) -> Names:
        """Former and present provinces by name: a name that lasted finds two units."""
        provinces = self.of(Level.PROVINCE, former=True) + self.of(Level.PROVINCE, former=False)
        return Names(provinces, others=self._earlier)

    @cached_property
    def commune_names(self) -> Names:
        """All communes by name, former and present."""
        return Names(self.of(Level.COMMUNE, former=True) + self.of(Level.COMMUNE, former=False))

    def within(self, parent: Unit, level: Level) -> Names:
        """Return the units of ``level`` right inside ``parent``, by name."""
        key = (level, parent.former, parent.code)
        if key not in self._within:
            self._within[key] = Names(u for u in self.of(level, former=parent.former) if u.parent == parent.code)
        return self._within[key]

    def now(self, unit: Unit) -> Unit | None:
        """Return the present unit that has the ground of ``unit``; ``None`` if several have or it is not known."""
        if not unit.former:
            return unit
        return self._units[unit.level, False, unit.heirs[0]] if len(unit.heirs) == 1 else None


def _parent_level(level: Level, *, former: bool) -> Level:
    return Level.DISTRICT if level is Level.COMMUNE and former else Level.PROVINCE


def load_units(*extra_folders: Path) -> Units:
    """Return the catalogue's units.

    Args:
        *extra_folders: Folders with further ``*.toml`` files; they add units, or replace one by level and code.

    Raises:
        ConfigurationError: A file breaks the form, or names a unit that is not there; the message names it.
    """
    reader = _Reader()
    for folder in (files("dossier") / "catalogue" / "administrative_units", *extra_folders):
        if not folder.is_dir():
            raise ConfigurationError(reason=f"there is no folder of administrative units named '{folder.name}'")
        for path in sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name):
            reader.read(Table.of_file(path))
    return Units(reader.all_units(), reader.earlier_provinces)


class _Reader:
    """Gathers units from files, and of former ones what they became."""

    def __init__(self) -> None:
        self._units: list[Unit] = []
        self.earlier_provinces: list[str] = []
        self._heirs: dict[tuple[Level, str], tuple[str, ...]] = {}

    def all_units(self) -> Iterator[Unit]:
        for unit in self._units:
            heirs = self._heirs.get((unit.level, unit.code)) if unit.former else None
            yield replace(unit, heirs=heirs) if heirs else unit

    def read(self, table: Table) -> None:
        self.earlier_provinces += table.texts("earlier_provinces")
        for former in (False, True):
            provinces = table.table(_table_name(Level.PROVINCE, former=former))
            self._units += [self._province(provinces, code, former=former) for code in provinces]
        for level, former in ((Level.COMMUNE, False), (Level.DISTRICT, True), (Level.COMMUNE, True)):
            parents = table.table(_table_name(level, former=former))
            for parent in parents:
                self._inside(parents.table(parent), level, parent, former=former)
        replaced = table.table("replaced_by")
        for code in replaced:
            self._heirs[Level.COMMUNE, _checked(replaced, code, Level.COMMUNE)] = replaced.texts(code)
        table.finish()

    def _province(self, table: Table, code: str, *, former: bool) -> Unit:
        _checked(table, code, Level.PROVINCE)
        entry = table.table(code)
        kind, kinds = entry.text("kind"), KINDS[Level.PROVINCE]
        if kind not in kinds:
            raise entry.fault("kind", f"must be one of: {', '.join(kinds)}")
        for part in () if former else entry.texts("made_of"):
            self._heirs[Level.PROVINCE, part] = (code,)
        name, spellings = nfc(entry.text("name")), tuple(nfc(text) for text in entry.texts("spellings"))
        city_from = entry.date("city_from")
        entry.finish()
        return Unit(Level.PROVINCE, former, code, name, kind, city_from=city_from, spellings=spellings)

    def _inside(self, table: Table, level: Level, parent: str, *, former: bool) -> None:
        for code in table:
            _checked(table, code, level)
            full = nfc(table.text(code))
            kind = next((kind for kind in KINDS[level] if full.startswith(f"{kind} ")), None)
            if kind is None:
                raise table.fault(code, f"must begin with one of: {', '.join(KINDS[level])}")
            self._units.append(Unit(level, former, code, full.removeprefix(kind).strip(), kind, parent=parent))


def _table_name(level: Level, *, former: bool) -> str:
    return f"former_{level}" if former else level.value


def _checked(table: Table, code: str, level: Level) -> str:
    if not re.fullmatch(rf"[0-9]{{{_CODE_LENGTH[level]}}}", code):
        raise table.fault(code, f"must be a code of {_CODE_LENGTH[level]} digits")
    return code
