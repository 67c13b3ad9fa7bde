"""Facts of a dossier fit each other, or there is no dossier."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.dossiers import Dossier, Outcome
from dossier.errors import InvalidValue
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode

NOON = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
DOSSIER = Dossier(DossierNumber("H41.12-261122-0001"), ProcedureCode("1.001193"), AgencyCode("H41.12"))
MOMENTS = ("received_at", "processing_started_at", "ended_at", "returned_at")


@given(st.lists(st.none() | st.integers(0, 5), min_size=4, max_size=4))
def test_moments_come_in_their_order(days: list[int | None]) -> None:
    given_days = [day for day in days if day is not None]
    known: dict[str, object] = {
        name: None if day is None else NOON + dt.timedelta(days=day) for name, day in zip(MOMENTS, days, strict=True)
    }
    known["outcome"] = Outcome.REFUSED if known["ended_at"] else None
    if given_days == sorted(given_days):
        made = replace(DOSSIER, **known)  # type: ignore[arg-type]  # of its field's type
        assert [getattr(made, name) for name in MOMENTS] == [known[name] for name in MOMENTS]
    else:
        with pytest.raises(InvalidValue):
            replace(DOSSIER, **known)  # type: ignore[arg-type]  # of its field's type


@pytest.mark.parametrize("name", MOMENTS)
def test_a_moment_has_a_zone(name: str) -> None:
    with pytest.raises(InvalidValue):
        replace(DOSSIER, **{name: NOON.replace(tzinfo=None)}, outcome=Outcome.REFUSED if name == "ended_at" else None)


def test_an_end_and_its_outcome_belong_together() -> None:
    for wrong in ({"ended_at": NOON}, {"outcome": Outcome.SUCCESSFUL}):
        with pytest.raises(InvalidValue):
            replace(DOSSIER, **wrong)  # type: ignore[arg-type]  # of its field's type
    for outcome in Outcome:
        assert replace(DOSSIER, ended_at=NOON, outcome=outcome).is_accepted is (outcome is Outcome.SUCCESSFUL)
    assert not DOSSIER.is_accepted
