"""Separator sheets: what their QR code says, and which pages and papers of a scan that concerns.

The code reads ``SOHOA:SEPARATOR:1`` and may name a dossier and a component, which is a paper type of the catalogue::

    SOHOA:SEPARATOR:1;dossier=H15.50.05.13-261008-0975;component=birth-certificate

A dossier holds for all papers behind the sheet until another sheet names another; a component for the next paper alone.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from dossier.identifiers import DossierNumber
from ocr.qr import Code

SEPARATOR = "SOHOA:SEPARATOR:1"
"""How the QR code of a separator sheet begins; the figure is the version of this rule."""
_CODE = re.compile(
    rf"{SEPARATOR}(?:;dossier=(?P<dossier>{DossierNumber.pattern}))?(?:;component=(?P<component>[a-z0-9-]{{1,60}}))?"
)


@dataclass(frozen=True, slots=True)
class Separator:
    """What a separator sheet says.

    Attributes:
        dossier: Number of the dossier that the papers behind it belong to. component: Code of the next paper's type.
    """

    dossier: str | None = None
    component: str | None = None

    @property
    def code(self) -> str:
        """What its QR code says."""
        named = {"dossier": self.dossier, "component": self.component}
        return ";".join([SEPARATOR, *(f"{key}={value}" for key, value in named.items() if value)])


NOTHING = Separator()
"""What a sheet says that names nothing."""


def parse_separator(text: str) -> Separator | None:
    """Return what a QR code says if it is a separator sheet's; ``None`` for any other."""
    match = _CODE.fullmatch(text.strip())
    return Separator(match["dossier"], match["component"]) if match else None


def separators(codes: Iterable[Code]) -> dict[int, Separator]:
    """Return by page number what the separator sheets of a scan say."""
    found = ((code.page, parse_separator(code.text)) for code in codes)
    return {page: separator for page, separator in found if separator}


def separator_pages(sheets: Collection[int], empty: Collection[int] = ()) -> frozenset[int]:
    """Return the pages that are separator sheets: those with the code, and the empty back of each.

    Args:
        sheets: Pages with the code.
        empty: Pages with nothing on them.
    """
    return frozenset(sheets) | {page + 1 for page in sheets if page + 1 in empty}


def named_for(page: int, sheets: Mapping[int, Separator], left_out: Collection[int]) -> Separator:
    """Return what separator sheets say of the paper that begins on ``page``.

    Args:
        page: Its number.
        sheets: What each sheet of the scan says, by page.
        left_out: Pages that belong to no paper.
    """
    before = [number for number in sorted(sheets) if number < page]
    dossier = next((sheets[number].dossier for number in reversed(before) if sheets[number].dossier), None)
    directly = bool(before) and all(number in left_out for number in range(before[-1], page))
    return Separator(dossier, sheets[before[-1]].component if directly else None)
