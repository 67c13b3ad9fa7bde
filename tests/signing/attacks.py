"""Every attack on signed PDFs that we know, and every oddity of honest ones: what must be said of each.

The tables are data (``attacks.toml``, ``quirks.toml``); how each file is made stands in the modules named below.

From the literature: Mladenov et al., "1 Trillion Dollar Refund" (CCS 2019: universal signature forgery, incremental
saving, signature wrapping); Mainka et al., "Shadow Attacks" (NDSS 2021: hide, replace, hide and replace); Rohlmann et
al., "Breaking the Specification: PDF Certification" (S&P 2021: evil annotation, sneaky signature). The rest are ours.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dossier.verdicts import Verdict
from tests.signing import attacks_cost, attacks_marks, attacks_structure, attacks_updates, attacks_values, quirks
from tests.signing.kit import Kit

Maker = Callable[[Kit], bytes]


@dataclass(frozen=True)
class Case:
    """One file and what must be said of it.

    Attributes:
        name: Short, unique. family: What an attack works on, empty for an oddity.
        what: What the attacker does, or what is odd. make: Makes the file.
        verdict, code: What must be said, and the finding that says why.
        kind: Of the single change that is listed, if one is.
    """

    name: str
    family: str
    what: str
    make: Maker
    verdict: Verdict
    code: str
    kind: str | None


def _table(file: str, makers: Mapping[str, Maker]) -> tuple[Case, ...]:
    told = tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))
    if told.keys() != makers.keys():
        raise ValueError(f"{file} and what is made differ: {sorted(told.keys() ^ makers.keys())}")
    return tuple(
        Case(n, e.get("family", ""), e["what"], makers[n], Verdict(e["verdict"]), e["code"], e.get("kind"))
        for n, e in told.items()
    )


ATTACKS = _table(
    "attacks.toml",
    {
        **attacks_structure.MAKERS,
        **attacks_updates.MAKERS,
        **attacks_marks.MAKERS,
        **attacks_values.MAKERS,
        **attacks_cost.MAKERS,
    },
)
QUIRKS = _table("quirks.toml", quirks.MAKERS)
