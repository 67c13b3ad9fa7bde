"""Accepting papers into dossiers, once each, and taking that back."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dossier.accepted import Reuse, Use
from dossier.catalogue_files import load_paper_types
from dossier.dossiers import Dossier, Outcome
from dossier.errors import InvalidValue, NotFound, NotReusable
from dossier.identifiers import AgencyCode, DossierNumber, PaperId, ProcedureCode, ReuseReference
from dossier.papers import Paper, PaperState
from dossier.periods import Period
from dossier.verdicts import Verdict
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.reports.dossiers import keep_dossier
from storage.reports.figures import dossier_facts
from storage.reuse.disclosures import disclose
from storage.reuse.reuses import Acceptance, accept, reuses_in, withdraw
from storage.schema import ReuseRow
from tests.storage.examples import NOON, batch, disclosed, paper, stored_object

TYPES = load_paper_types()
OWN, LATER = DossierNumber("H15.50.05.13-261008-0975"), DossierNumber("H15.50.05.13-261108-0001")
BIRTH = ProcedureCode("1.001193")
TODAY = dt.date(2026, 11, 29)


def stored(catalogue: Catalogue, *, dossier: DossierNumber | None = None) -> Paper:
    kept = replace(paper(), paper_type="birth-certificate", dossier=dossier)
    catalogue.add_batch(batch(), [kept], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        kept = catalogue.save(replace(kept, state=state), actor="w", action="test")
    sealed = replace(
        kept, state=PaperState.STORED, sealed=stored_object(b"sealed"), stored_at=NOON, verdict=Verdict.VALID
    )
    return catalogue.save(sealed, actor="w", action="paper.stored")


def wanted(paper_id: PaperId, *, dossier: DossierNumber = LATER, component: str | None = None) -> Acceptance:
    return Acceptance(
        paper=paper_id,
        dossier=dossier,
        procedure=BIRTH,
        component=component,
        how=Use.FILE,
        person="Trần Văn Bình",
        purpose="đăng ký thường trú",
        paper_type=TYPES["birth-certificate"],
        on=TODAY,
    )


def accepted(catalogue: Catalogue, want: Acceptance) -> Reuse:
    return accept(catalogue, want, consumer="officer", given_only=False)


def test_a_paper_is_accepted_once_for_a_dossier_and_a_component(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    first = accepted(catalogue, wanted(kept.id))
    assert (first.accepted_by, first.person, first.how, first.withdrawn) == ("officer", "Trần Văn Bình", Use.FILE, None)
    assert accepted(catalogue, wanted(kept.id)) == first
    assert accepted(catalogue, wanted(kept.id, dossier=DossierNumber(LATER.canonical.value))) == first
    other = accepted(catalogue, wanted(kept.id, component="identity"))
    assert other.reference != first.reference
    assert reuses_in(catalogue, LATER) == [(first, kept), (other, kept)]
    assert reuses_in(catalogue, LATER, consumer="portal") == []
    assert reuses_in(catalogue, OWN) == []


def test_what_is_told_holds_no_names_and_no_words(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    reuse = accepted(catalogue, wanted(kept.id))
    withdraw(catalogue, reuse.reference, consumer="officer", own_only=False, person="Lê Thị Sen", reason="nhầm hồ sơ")
    events = [event for event in catalogue.events() if event.kind.startswith("paper.reuse")]
    entries = [entry for entry in audit.entries(catalogue) if entry.action.startswith("paper.reuse")]
    assert [event.kind for event in events] == ["paper.reused", "paper.reuse-withdrawn"]
    assert [entry.action for entry in entries] == ["paper.reused", "paper.reuse-withdrawn"]
    expected = {"reference": reuse.reference.value, "dossier": LATER.value, "procedure": "1.001193"}
    for told in (*(event.payload for event in events), *(entry.detail for entry in entries)):
        assert told == {**expected, "component": "", "how": "file"}


def test_withdrawing_keeps_what_was_and_frees_the_place(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    first = accepted(catalogue, wanted(kept.id))
    told = {"consumer": "officer", "own_only": True, "person": "Lê Thị Sen", "reason": "nhầm hồ sơ"}
    gone = withdraw(catalogue, first.reference, **told)
    assert gone.withdrawn is not None
    assert (gone.withdrawn.person, gone.withdrawn.reason) == ("Lê Thị Sen", "nhầm hồ sơ")
    assert withdraw(catalogue, first.reference, **{**told, "reason": "lần nữa"}) == gone
    second = accepted(catalogue, wanted(kept.id))
    assert second.reference != first.reference
    assert [reuse for reuse, _ in reuses_in(catalogue, LATER)] == [gone, second]


def test_figures_count_what_is_in_force(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    keep_dossier(catalogue, Dossier(LATER, BIRTH, AgencyCode("H15"), received_at=NOON), actor="one-stop")
    reuse = accepted(catalogue, wanted(kept.id))
    accepted(catalogue, wanted(kept.id, component="identity"))
    assert [facts.reuses for facts in dossier_facts(catalogue, Period.containing(NOON.date()))] == [2]
    withdraw(catalogue, reuse.reference, consumer="officer", own_only=True, person="A B", reason="c")
    assert [facts.reuses for facts in dossier_facts(catalogue, Period.containing(NOON.date()))] == [1]


def test_others_reuses_are_not_told_and_not_withdrawn(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    reuse = accepted(catalogue, wanted(kept.id))
    for reference, consumer, own_only in ((ReuseReference.new(), "officer", False), (reuse.reference, "portal", True)):
        with pytest.raises(NotFound):
            withdraw(catalogue, reference, consumer=consumer, own_only=own_only, person="A B", reason="c")
    assert reuses_in(catalogue, LATER) == [(reuse, kept)]


def test_a_system_accepts_what_it_was_given(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    with pytest.raises(NotFound):
        accept(catalogue, wanted(kept.id), consumer="portal", given_only=True)
    disclose(catalogue, [disclosed(kept.id, "other-portal")])
    with pytest.raises(NotFound):
        accept(catalogue, wanted(kept.id), consumer="portal", given_only=True)
    disclose(catalogue, [disclosed(kept.id, "portal")])
    assert accept(catalogue, wanted(kept.id), consumer="portal", given_only=True).accepted_by == "portal"
    with pytest.raises(NotFound):
        accepted(catalogue, wanted(PaperId.new()))


def test_the_one_rule_decides_by_the_dossier_it_came_with(catalogue: Catalogue) -> None:
    kept = stored(catalogue, dossier=OWN)
    with pytest.raises(NotReusable) as refused:
        accepted(catalogue, wanted(kept.id))
    assert refused.value.details["hindrance"] == "not_accepted_yet"
    told = Dossier(OWN, BIRTH, AgencyCode("H15"), received_at=NOON)
    keep_dossier(catalogue, replace(told, ended_at=NOON, outcome=Outcome.SUCCESSFUL), actor="one-stop")
    with pytest.raises(InvalidValue):
        accepted(catalogue, wanted(kept.id, dossier=OWN))
    reuse = accepted(catalogue, wanted(kept.id))
    # What was accepted stays accepted, and is answered the same, whatever becomes of the paper.
    catalogue.save(replace(kept, state=PaperState.SUPERSEDED), actor="w", action="test")
    assert accepted(catalogue, wanted(kept.id)) == reuse
    with pytest.raises(NotReusable) as late:
        accepted(catalogue, wanted(kept.id, component="identity"))
    assert late.value.details["hindrance"] == "superseded"


def test_two_who_accept_at_once_get_one_reference(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    found: list[Reuse] = []
    threads = [threading.Thread(target=lambda: found.append(accepted(catalogue, wanted(kept.id)))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reuse.reference for reuse in found}) == 1
    assert len(found) == len(threads)
    assert len(reuses_in(catalogue, LATER)) == 1


def test_the_database_itself_keeps_one_in_force(catalogue: Catalogue) -> None:
    accepted(catalogue, wanted(stored(catalogue).id))
    with reading(catalogue.engine) as session:
        row = session.scalars(select(ReuseRow)).one()
        values = {c.key: getattr(row, c.key) for c in ReuseRow.__table__.columns if c.key != "serial"}
    with pytest.raises(IntegrityError), writing(catalogue.engine) as session:
        session.add(ReuseRow(**{**values, "reference": ReuseReference.new().value}))
