"""The lookup on SQLite and on PostgreSQL: what is found, what is given, and what is kept of it."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.dossiers import Dossier, Outcome
from dossier.errors import AlreadyExists, NoGrant, NotFound
from dossier.grants import EVERY, Basis, Grant, counter_grant, purposes
from dossier.identifiers import AgencyCode, DossierNumber, OldIdentityNumber, PaperId, ProcedureCode, parse_owner_number
from dossier.lookups import Need
from dossier.owners import Owner
from dossier.papers import Field, Paper, PaperState, SourceGrade
from dossier.reuse import Hindrance
from dossier.verdicts import Verdict
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import writing
from storage.people import owners
from storage.people.owner_records import Statement
from storage.reports.dossiers import keep_dossier
from storage.reuse import grants
from storage.reuse.disclosures import DisclosureKind, disclosures, note_fetch
from storage.reuse.lookups import Found, look_up
from storage.schema import OwnerRow
from tests.storage.examples import NOON, OTHER_OWNER, OWNER, batch, paper, stored_object

DAY = dt.date(2026, 11, 22)
TYPES = load_paper_types(on=DAY)
DOSSIER = DossierNumber("H41.12.5-261122-0001")
NEED = Need(OWNER.number, DAY, DOSSIER, ProcedureCode("1.001193"), "settle-dossier")
FIELDS = (
    Field("number", "12/2021", "12/2021", 1, None, 0.9),
    Field("full_name", OWNER.name, "NGUYỄN THỊ MẪU", 1, None, 0.9),
)
COUNTER = counter_grant("officer")
BY_LAW = Grant("law", "registry", Basis.LAW, "Điều 4", tuple(purposes()), file=True)


def store(catalogue: Catalogue, *, content: bytes = b"scan", owner: Owner = OWNER, **more: Any) -> Paper:
    """Lead a paper to the store."""
    given = paper(content, owner=owner, in_batch=f"b-{content.decode()}")
    catalogue.add_batch(batch(given.batch), [given], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        given = catalogue.save(replace(given, state=state), actor="w", action="test")
    values = {"paper_type": "birth-certificate", "verdict": Verdict.VALID, "stored_at": NOON, "fields": FIELDS, **more}
    sealed = stored_object(content + b" sealed")
    return catalogue.save(replace(given, state=PaperState.STORED, sealed=sealed, **values), actor="w", action="test")


def ask(catalogue: Catalogue, **more: Any) -> dict[str, Found]:
    """Look up as an officer."""
    found = look_up(catalogue, replace(NEED, **more), TYPES, consumer="officer", built_in=COUNTER)
    return {one.paper_type.code: one for one in found}


def ids(found: Found) -> list[PaperId]:
    return [one.paper.id for one in found.papers]


def actions(catalogue: Catalogue) -> list[tuple[str, str]]:
    return [
        (e.action, e.detail.get("shown", ""))
        for e in audit.entries(catalogue, limit=1000)
        if e.action == "paper.given" or "lookup" in e.action
    ]


def test_a_paper_comes_with_all_that_is_known_of_it(catalogue: Catalogue) -> None:
    kept = store(
        catalogue,
        co_owners=(OTHER_OWNER,),
        issued_on=DAY,
        valid_until=DAY,
        grade=SourceGrade.CERTIFIED_COPY,
        title="Giấy khai sinh",
        page_count=2,
        agency=AgencyCode("H41.12.5"),
    )
    (given,) = ask(catalogue)["birth-certificate"].papers
    for name in ("id", "code", "state", "kind", "verdict", "grade", "issued_on", "valid_until", "stored_at", "title"):
        assert getattr(given.paper, name) == getattr(kept, name), name
    assert (given.paper.owner, given.co_owners, given.fields) == (kept.owner, (OTHER_OWNER,), FIELDS)
    assert (given.paper.sealed, given.paper.page_count, given.paper.agency) == (kept.sealed, 2, kept.agency)


def test_an_owner_is_found_by_any_number_and_as_one_of_two(catalogue: Catalogue) -> None:
    kept = store(catalogue, co_owners=(OTHER_OWNER,))
    old = store(catalogue, content=b"old", owner=Owner(OldIdentityNumber("012345678")), paper_type="identity-card")
    with writing(catalogue.engine) as session:
        serials = {row.number: row for row in session.query(OwnerRow)}
        serials["012345678"].same_as = serials[OWNER.number.value].serial
    for number in (OWNER.number, OldIdentityNumber("012345678")):
        found = ask(catalogue, owner=number)
        assert ids(found["birth-certificate"]) == [kept.id]
        assert ids(found["identity-card"]) == [old.id]
    assert ids(ask(catalogue, owner=OTHER_OWNER.number)["birth-certificate"]) == [kept.id]
    nobody = ask(catalogue, owner=parse_owner_number("001090099999"))["birth-certificate"]
    assert (nobody.papers, nobody.outcome.why_not) == ((), None)


def test_a_paper_shared_with_oneself_is_given_once(catalogue: Catalogue) -> None:
    kept = store(catalogue, co_owners=(OTHER_OWNER,))
    with writing(catalogue.engine) as session:
        rows = {row.number: row for row in session.query(OwnerRow)}
        rows[OTHER_OWNER.number.value].same_as = rows[OWNER.number.value].serial
    assert ids(ask(catalogue)["birth-certificate"]) == [kept.id]


def test_the_types_come_in_the_order_asked_for(catalogue: Catalogue) -> None:
    store(catalogue)
    wanted = ("decision", "birth-certificate", "decision", "marital-status")
    assert list(ask(catalogue, paper_types=wanted)) == ["decision", "birth-certificate", "marital-status"]
    assert sorted(ask(catalogue)) == sorted(code for code, one in TYPES.items() if one.reusable)
    assert ask(catalogue, paper_types=()) == {}


def test_a_dossier_that_ended_lets_its_papers_be_used(catalogue: Catalogue) -> None:
    kept = store(catalogue, dossier=DossierNumber("000.00.53.H48-261122-0001"))
    assert ask(catalogue)["birth-certificate"].outcome.why_not is Hindrance.NOT_ACCEPTED_YET
    told = Dossier(
        DossierNumber("H48.53-261122-0001"),
        ProcedureCode("1.001193"),
        AgencyCode("H48.53"),
        ended_at=NOON,
        outcome=Outcome.REFUSED,
    )
    keep_dossier(catalogue, told, actor="one-stop")
    assert ask(catalogue)["birth-certificate"].outcome.why_not is Hindrance.NOT_ACCEPTED
    keep_dossier(catalogue, replace(told, outcome=Outcome.SUCCESSFUL), actor="one-stop")
    assert ids(ask(catalogue)["birth-certificate"]) == [kept.id]


def test_what_is_given_is_kept_with_its_ground(catalogue: Catalogue) -> None:
    kept = store(catalogue)
    grants.give(catalogue, BY_LAW, actor="admin")
    need = replace(NEED, note="đăng ký thường trú", dossier=DossierNumber("000.00.53.H48-261122-0001"))
    (found, *_) = look_up(catalogue, replace(need, paper_types=("birth-certificate",)), TYPES, consumer="registry")
    assert [f.key for f in found.papers[0].fields] == ["number"]
    (given,) = disclosures(catalogue, kept.id)
    assert (given.consumer, given.kind, given.fields, given.grants) == (
        "registry",
        DisclosureKind.LOOKUP,
        ("number",),
        ("law",),
    )
    assert (given.dossier.value, given.note) == ("H48.53-261122-0001", "đăng ký thường trú")
    assert actions(catalogue) == [("paper.given", kept.id.value)]
    audit.check(catalogue)


def test_nothing_found_and_nothing_allowed_are_on_record_without_the_owner(catalogue: Catalogue) -> None:
    with pytest.raises(NoGrant):
        look_up(catalogue, NEED, TYPES, consumer="registry")
    ask(catalogue)
    entries = [e for e in audit.entries(catalogue, limit=100) if e.action.startswith("lookup")]
    assert [(e.actor, e.action) for e in entries] == [("registry", "lookup.refused"), ("officer", "lookup.empty")]
    assert {e.object for e in entries} == {f"dossier:{DOSSIER}"}
    assert OWNER.number.value not in str(entries)


def test_consent_opens_the_papers_of_one_owner(catalogue: Catalogue) -> None:
    mine = store(catalogue)
    store(catalogue, content=b"other", owner=OTHER_OWNER)
    consent = replace(
        BY_LAW, id="own", basis=Basis.OWNER, owner=OWNER.number, until=dt.date(2099, 1, 1), personal_fields=(EVERY,)
    )
    assert grants.give(catalogue, consent, actor="counter-1").given_by == "counter-1"
    found = look_up(catalogue, replace(NEED, paper_types=("birth-certificate",)), TYPES, consumer="registry")
    assert ids(found[0]) == [mine.id]
    assert found[0].papers[0].fields == FIELDS
    with pytest.raises(NoGrant):
        look_up(catalogue, replace(NEED, owner=OTHER_OWNER.number), TYPES, consumer="registry")
    with pytest.raises(NoGrant):
        look_up(catalogue, NEED, TYPES, consumer="another")


def test_consent_may_come_before_the_first_paper(catalogue: Catalogue) -> None:
    consent = replace(BY_LAW, basis=Basis.OWNER, owner=OWNER.number, until=dt.date(2099, 1, 1))
    kept = grants.give(catalogue, consent, actor="counter-1")
    assert grants.grants(catalogue) == [kept]
    assert grants.grant(catalogue, "law").owner == OWNER.number
    store(catalogue)
    assert look_up(catalogue, NEED, TYPES, consumer="registry")


def test_grants_are_kept_once_and_revoked_for_good(catalogue: Catalogue) -> None:
    grants.give(catalogue, BY_LAW, actor="admin")
    with pytest.raises(AlreadyExists):
        grants.give(catalogue, BY_LAW, actor="admin")
    grants.revoke(catalogue, "law", actor="admin-2")
    first = grants.grant(catalogue, "law")
    grants.revoke(catalogue, "law", actor="admin-3")
    assert grants.grant(catalogue, "law") == first
    assert first.revoked_by == "admin-2"
    with pytest.raises(NotFound):
        grants.revoke(catalogue, "none", actor="admin")
    told = [(e.actor, e.action) for e in audit.entries(catalogue, limit=10)]
    assert told == [("admin", "grant.given"), ("admin-2", "grant.revoked")]


class Clock:
    """Tells the time, and does something the ``at``-th time it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.at = -1
        self.do = lambda: None

    def __call__(self) -> dt.datetime:
        self.asked += 1
        if self.asked == self.at:
            self.do()
        return NOON


def test_a_grant_revoked_while_a_lookup_is_answered_gives_nothing(database_url: str) -> None:
    clock, other = Clock(), Catalogue.open(database_url)
    catalogue = Catalogue.open(database_url, clock=clock)
    kept = store(catalogue)
    grants.give(catalogue, BY_LAW, actor="admin")
    # Asked once for the day, and once more before what is given is kept.
    clock.at, clock.do = clock.asked + 2, lambda: grants.revoke(other, "law", actor="admin")
    with pytest.raises(NoGrant):
        look_up(catalogue, NEED, TYPES, consumer="registry")
    assert disclosures(catalogue, kept.id) == []
    assert actions(catalogue) == [("lookup.refused", "")]
    catalogue.close()
    other.close()


def test_a_grant_ends_with_its_last_day_in_vietnam(database_url: str) -> None:
    moment = dt.datetime(2026, 11, 22, 16, 59, tzinfo=dt.UTC)  # a minute before midnight in Vietnam
    now = [moment]
    catalogue = Catalogue.open(database_url, clock=lambda: now[0])
    kept = store(catalogue)
    grants.give(catalogue, replace(BY_LAW, until=DAY), actor="admin")
    assert look_up(catalogue, NEED, TYPES, consumer="registry")
    note_fetch(catalogue, kept.id, "registry")
    now[0] += dt.timedelta(minutes=1)
    with pytest.raises(NoGrant):
        look_up(catalogue, NEED, TYPES, consumer="registry")
    with pytest.raises(NoGrant):
        note_fetch(catalogue, kept.id, "registry")
    catalogue.close()


def test_a_file_is_fetched_on_the_strength_of_a_lookup(catalogue: Catalogue) -> None:
    kept = store(catalogue)
    grants.give(catalogue, replace(BY_LAW, id="bare", file=False), actor="admin")
    with pytest.raises(NotFound):
        note_fetch(catalogue, kept.id, "registry")
    look_up(catalogue, NEED, TYPES, consumer="registry")
    with pytest.raises(NoGrant):
        note_fetch(catalogue, kept.id, "registry")
    grants.give(catalogue, BY_LAW, actor="admin")
    with pytest.raises(NoGrant):
        note_fetch(catalogue, kept.id, "registry")  # the lookup rested on another grant
    look_up(catalogue, NEED, TYPES, consumer="registry")
    note_fetch(catalogue, kept.id, "registry")
    fetched = disclosures(catalogue, kept.id)[-1]
    assert (fetched.kind, fetched.grants, fetched.dossier) == (DisclosureKind.FETCH, ("law",), DOSSIER)
    with pytest.raises(NotFound):
        note_fetch(catalogue, kept.id, "another")


def test_consent_opens_no_file_once_the_owners_were_split(catalogue: Catalogue) -> None:
    shared = store(catalogue, co_owners=(OTHER_OWNER,))
    old = OldIdentityNumber("012345678")
    foreign = store(catalogue, content=b"foreign", owner=Owner(old), paper_type="identity-card")
    why = Statement("Trần Văn Bình", "cùng một người")
    merged = owners.merge(catalogue, OTHER_OWNER.number, old, why, actor="officer")
    consent = replace(BY_LAW, basis=Basis.OWNER, owner=OTHER_OWNER.number, until=dt.date(2099, 1, 1))
    grants.give(catalogue, consent, actor="admin")
    look_up(catalogue, replace(NEED, owner=OTHER_OWNER.number), TYPES, consumer="registry")
    for one in (shared, foreign):
        note_fetch(catalogue, one.id, "registry")
    owners.split(catalogue, merged.serial, replace(why, reason="nhầm người"), actor="officer")
    note_fetch(catalogue, shared.id, "registry")
    with pytest.raises(NoGrant):
        note_fetch(catalogue, foreign.id, "registry")


def test_many_lookups_at_once_keep_one_chain(catalogue: Catalogue) -> None:
    kept = store(catalogue)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(catalogue), range(24)))
    assert all(answer == answers[0] for answer in answers)
    assert len(disclosures(catalogue, kept.id)) == 24
    assert actions(catalogue) == [("paper.given", kept.id.value)] * 24
    audit.check(catalogue)
