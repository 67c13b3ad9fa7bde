"""The typefaces of the training lines: free families with every Vietnamese letter, from Debian packages.

The families that the test subset of ``tests.generator`` and the pages of ``tests.press`` print with are kept out, under
their other names too, so that the benchmarks show how the reader does on fonts that it has never seen.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont, TTLibError

from tests.generator.fonts import SHELVES
from tests.press.look import FILES
from tests.training.alphabet import VIETNAMESE_LETTERS

PACKAGES: Final = (
    *("fonts-texgyre", "fonts-freefont-otf", "fonts-sil-doulos", "fonts-sil-charis", "fonts-sil-gentiumplus"),
    *("fonts-sil-gentium", "fonts-sil-andika", "fonts-crosextra-carlito", "fonts-linuxlibertine", "fonts-ebgaramond"),
    *("fonts-elstob", "fonts-junicode", "fonts-lmodern", "fonts-cmu", "fonts-noto-core", "fonts-noto-mono"),
    *("fonts-dejavu-core", "fonts-dejavu-extra", "fonts-vollkorn", "fonts-yrsa-rasa", "fonts-gfs-didot"),
    *("fonts-roboto-unhinted", "fonts-roboto-slab", "fonts-arapey", "fonts-open-sans", "fonts-lato", "fonts-inter"),
    *("fonts-cantarell", "fonts-comfortaa", "fonts-manrope", "fonts-mplus", "fonts-quicksand", "fonts-jura"),
    *("fonts-jetbrains-mono", "fonts-league-mono", "fonts-agave", "fonts-opendyslexic"),
)

GROUPS: Final = {
    "times": ("TeXGyreTermes", "FreeSerif", "Doulos SIL"),
    "serif": (
        *("TeX Gyre Pagella", "Charis SIL", "Gentium Plus", "Gentium Book Plus", "Gentium", "Linux Libertine O"),
        *("EB Garamond 12", "EB Garamond 08", "ElstobD", "ElstobD 10pt", "ElstobD 14pt Medium", "Junicode Two Beta"),
        *("Junicode Two Beta Condensed", "Junicode Two Beta SemiExpanded", "LM Roman 10", "LM Roman 12", "LM Roman 8"),
        *("CMU Serif", "CMU Concrete", "Noto Serif", "Noto Serif Display", "DejaVu Serif", "DejaVu Serif Condensed"),
        *("Vollkorn", "Vollkorn Medium", "Yrsa", "Yrsa Medium", "Rasa", "GFS Didot", "Roboto Slab", "Arapey"),
    ),
    "sans": (
        *(
            "TeXGyreHeros",
            "TeX Gyre Adventor",
            "FreeSans",
            "DejaVu Sans",
            "Noto Sans",
            "Noto Sans Display",
            "Open Sans",
        ),
        *(
            "Open Sans Semibold",
            "Roboto",
            "Roboto Medium",
            "Roboto Light",
            "Lato",
            "Lato Medium",
            "Inter",
            "Inter Display",
        ),
        *("Carlito", "Andika", "Cantarell", "Comfortaa", "Manrope", "M PLUS 1", "M PLUS 2", "Quicksand", "Jura Medium"),
        *("CMU Sans Serif", "LM Sans 10", "LM Sans 12", "Linux Biolinum O", "CMU Bright", "OpenDyslexic"),
    ),
    "narrow": (
        *("DejaVu Sans Condensed", "Open Sans Condensed", "Open Sans Condensed Light", "Roboto Condensed"),
        *("Roboto Condensed Medium", "LM Sans Demi Cond 10", "CMU Sans Serif Demi Condensed"),
    ),
    "typewriter": (
        *("TeXGyreCursor", "FreeMono", "LM Mono 10", "LM Mono Prop 10", "LM Mono Light 10", "CMU Typewriter Text"),
        *("JetBrains Mono", "League Mono", "League Mono Condensed", "M PLUS Code Latin 60", "Noto Mono"),
        *("Noto Sans Mono", "Agave", "M PLUS 1 Code", "Mplus Code 60"),
    ),
}
"""Family names (name table, entry 1), by what they look like."""

_TWINS: Final = {  # other names of the test families' designs
    *("Tinos", "Arimo", "Cousine", "C059", "URW Bookman", "Nimbus Sans Narrow", "Century Schoolbook L", "Bookman URW"),
}
_NEEDED: Final = frozenset(VIETNAMESE_LETTERS + "".join(map(chr, range(0x21, 0x7F))) + "–“”…°ı")
_BOLD: Final = 600  # weight class
_ROOTS: Final = ("/usr/share/fonts", "/usr/share/texmf/fonts")


@dataclass(frozen=True, slots=True)
class Typeface:
    """One font file. ``group`` is a key of ``GROUPS``."""

    path: str
    family: str
    group: str
    bold: bool
    italic: bool


def is_kept_for_tests(file_name: str, family: str) -> bool:
    """Tell whether a font belongs to what the benchmarks print with."""
    kept = {name.value for shelf in (SHELVES["test"],) for name in (*shelf.text, *shelf.sans, *shelf.filled)}
    stem = file_name.split("-", maxsplit=1)[0]
    return stem in kept or family in {*_TWINS, *FILES} or file_name in FILES.values()


def fetch(folder: Path) -> None:
    """Download the font packages and unpack them below ``folder``; nothing is installed.

    Raises:
        subprocess.CalledProcessError: apt-get or dpkg failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["apt-get", "download", "-qq", *PACKAGES], cwd=scratch, check=True)
        for archive in sorted(Path(scratch).glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(archive), str(folder / archive.name.split("_")[0])], check=True)


def survey(roots: Iterable[Path]) -> list[Typeface]:
    """Return the usable typefaces of ``GROUPS`` found below ``roots`` and the system's font folders."""
    found: dict[str, Typeface] = {}
    for root in (*roots, *map(Path, _ROOTS)):
        for path in sorted(root.glob("**/*.[ot]tf")):
            if path.name not in found and (face := _examined(path)):
                found[path.name] = face
    return list(found.values())


def _examined(path: Path) -> Typeface | None:
    """Return the typeface of a font file, ``None`` if it is not for training."""
    groups = {family: group for group, families in GROUPS.items() for family in families}
    try:
        with TTFont(path, lazy=True) as font:
            family = font["name"].getDebugName(1) or ""
            if family not in groups or is_kept_for_tests(path.name, family):
                return None
            if not set(map(chr, font.getBestCmap())) >= _NEEDED:
                return None
            bold = bool(font["head"].macStyle & 1) or font["OS/2"].usWeightClass >= _BOLD
            italic = bool(font["head"].macStyle & 2) or "talic" in path.name or "blique" in path.name
    except TTLibError:  # no font after all
        return None
    return Typeface(str(path), family, groups[family], bold, italic)


def save(typefaces: Iterable[Typeface], path: Path) -> None:
    """Write the list that ``load`` reads."""
    path.write_text(json.dumps([asdict(face) for face in typefaces], ensure_ascii=False, indent=0))


def load(path: Path) -> list[Typeface]:
    """Return the list that ``save`` wrote."""
    return [Typeface(**entry) for entry in json.loads(path.read_text())]
