"""What is told of dossiers, and what their papers become by it."""

import datetime as dt
from dataclasses import replace

import pytest

from dossier.dossiers import Dossier, Outcome
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from dossier.papers import Paper, PaperKind
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.lifecycle.standing import hand_over
from storage.reports.dossiers import keep_dossier, known_dossiers
from tests.storage.examples import NOON, paper
from tests.storage.standing_papers import TYPES, confirmed, put, store, told

NUMBER, OLDER_FORM = DossierNumber("H48.53-261108-0001"), DossierNumber("000.00.53.H48-261108-0001")
RECEIVED = Dossier(NUMBER, ProcedureCode("1.001193"), AgencyCode("H48.53"), received_at=NOON)
ENDED = replace(RECEIVED, ended_at=NOON + dt.timedelta(days=3), outcome=Outcome.SUCCESSFUL)
RETURNED = replace(ENDED, returned_at=NOON + dt.timedelta(days=4))


def tell(catalogue: Catalogue, dossier: Dossier) -> Dossier | None:
    return keep_dossier(catalogue, dossier, actor="one-stop", types=TYPES)


def entries(catalogue: Catalogue) -> list[dict[str, str]]:
    return [dict(e.detail) for e in audit.entries(catalogue, limit=999) if e.action == "dossier.told"]


def test_later_facts_take_the_place_of_earlier_ones(catalogue: Catalogue) -> None:
    assert known_dossiers(catalogue, [NUMBER]) == {}
    assert tell(catalogue, RECEIVED) is None
    assert tell(catalogue, ENDED) == RECEIVED
    assert tell(catalogue, replace(ENDED, number=OLDER_FORM)) == ENDED
    other = DossierNumber("H48.53-261108-0002")
    assert known_dossiers(catalogue, [OLDER_FORM, other]) == {NUMBER: ENDED}
    assert known_dossiers(catalogue, []) == {}
    assert entries(catalogue) == [{}, {"outcome": "successful"}]


@pytest.mark.parametrize("form", [NUMBER, OLDER_FORM])
def test_a_dossier_that_succeeds_makes_its_components_reusable(catalogue: Catalogue, form: DossierNumber) -> None:
    component = put(catalogue, dossier=form)
    for unchanged in (put(catalogue, "birth-registration-form", dossier=form), put(catalogue)):
        assert told(catalogue, unchanged) == ["paper.stored"]
    tell(catalogue, RECEIVED)
    assert told(catalogue, component) == ["paper.stored"]
    tell(catalogue, ENDED)
    tell(catalogue, ENDED)
    assert told(catalogue, component) == ["paper.stored", "paper.reusable"]
    tell(catalogue, replace(ENDED, outcome=Outcome.REFUSED))
    tell(catalogue, ENDED)
    assert told(catalogue, component)[2:] == ["paper.withheld", "paper.reusable"]
    assert {e.kind for e in catalogue.events(limit=99) if e.paper not in (component.id, None)} == {"paper.stored"}
    assert {e.payload["dossier"] for e in catalogue.events(limit=99) if "dossier" in e.payload} == {NUMBER.value}


def test_its_return_hands_over_its_results(catalogue: Catalogue) -> None:
    result = put(catalogue, "official-letter", kind=PaperKind.RESULT, dossier=OLDER_FORM)
    early = put(catalogue, "decision", kind=PaperKind.RESULT, dossier=NUMBER)
    hand_over(catalogue, early.id, actor="counter")
    for facts in (ENDED, RETURNED, RETURNED, ENDED, RETURNED):
        tell(catalogue, facts)
    handed_over, withheld = "paper.handed-over", "paper.withheld"
    assert told(catalogue, result) == ["paper.stored", handed_over, withheld, handed_over]
    assert told(catalogue, early) == ["paper.stored", handed_over], "it was given by itself, which is not taken back"
    assert hand_over(catalogue, result.id, actor="counter").handed_over_at is None, "its dossier has done that"


def test_a_paper_stored_after_its_dossier_ended_is_reusable_at_once(catalogue: Catalogue) -> None:
    def waiting() -> Paper:
        return confirmed(catalogue, replace(paper(), paper_type="birth-certificate", dossier=OLDER_FORM))

    tell(catalogue, RECEIVED)
    before, after = waiting(), waiting()
    store(catalogue, before)
    tell(catalogue, ENDED)
    store(catalogue, after)
    assert told(catalogue, before) == told(catalogue, after) == ["paper.stored", "paper.reusable"]


def test_facts_and_events_are_kept_together(catalogue: Catalogue) -> None:
    put(catalogue, dossier=NUMBER)

    class BrokenTypes(dict[str, object]):
        def get(self, *_: object) -> None:
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        keep_dossier(catalogue, ENDED, actor="one-stop", types=BrokenTypes())  # type: ignore[arg-type]  # it breaks
    assert known_dossiers(catalogue, [NUMBER]) == {}
    assert entries(catalogue) == []
    audit.check(catalogue)
