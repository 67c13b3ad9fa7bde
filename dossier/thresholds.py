"""How sure a value must be to be taken as read."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def _thresholds() -> tuple[float, Mapping[str, float]]:
    with (files("dossier") / "catalogue" / "thresholds.toml").open("rb") as source:
        data = tomllib.load(source)
    return data["default"], data["kinds"]


def threshold(kind: str) -> float:
    """Return the confidence, 0 to 1, under which a value of ``kind`` goes to a person.

    Args:
        kind: A key of :data:`dossier.values.VALUE_KINDS`.
    """
    default, kinds = _thresholds()
    return kinds.get(kind, default)
