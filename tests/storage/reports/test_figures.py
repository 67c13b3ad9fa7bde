import datetime as dt
from dataclasses import replace

from dossier.accepted import Use
from dossier.catalogue_files import load_paper_types
from dossier.dossiers import Dossier, Outcome
from dossier.figures import DossierFacts
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from dossier.papers import Paper, PaperKind, PaperState
from dossier.periods import Period
from dossier.verdicts import Verdict
from storage.catalogue import Catalogue
from storage.reports.dossiers import keep_dossier
from storage.reports.figures import StationWork, dossier_facts, station_work
from storage.reuse.reuses import Acceptance, accept, withdraw
from storage.telling import portal
from storage.telling.portal import Subject
from storage.under_way.joining import Joining, join
from tests.storage.examples import NOON, batch, paper, stored_object

PERIOD = Period.parse("2026-12")
"""21 November to 20 December: the examples' noon is its second day."""
NUMBER = DossierNumber("H41.12-261122-0001")


def tell(catalogue: Catalogue, number: DossierNumber = NUMBER, *, received: dt.datetime | None = NOON) -> Dossier:
    dossier = Dossier(number, ProcedureCode("1.001193"), AgencyCode("H41.12"), received_at=received)
    keep_dossier(catalogue, dossier, actor="one-stop")
    return dossier


def store(catalogue: Catalogue, kept: Paper, at: dt.datetime) -> Paper:
    for state in (PaperState.READY, PaperState.CONFIRMED):
        kept = catalogue.save(replace(kept, state=state), actor="w", action="test")
    kept = replace(kept, state=PaperState.STORED, sealed=stored_object(b"sealed"), stored_at=at)
    return catalogue.save(kept, actor="w", action="test")


def test_only_stored_papers_count_and_the_last_component_is_told(catalogue: Catalogue) -> None:
    dossier = tell(catalogue)
    first, second, result, waiting = (replace(paper(n.encode()), dossier=NUMBER) for n in ("a", "b", "c", "d"))
    result = replace(result, kind=PaperKind.RESULT)
    catalogue.add_batch(batch(), [first, second, result, waiting], actor="station-1")
    for number, one in enumerate((second, first, result)):
        store(catalogue, one, NOON + dt.timedelta(hours=number))
    assert list(dossier_facts(catalogue, PERIOD)) == [
        DossierFacts(dossier, components=2, results=1, last_stored_at=NOON + dt.timedelta(hours=1))
    ]


def test_a_paper_that_expired_was_digitized_all_the_same(catalogue: Catalogue) -> None:
    tell(catalogue)
    one = replace(paper(), dossier=NUMBER)
    catalogue.add_batch(batch(), [one], actor="station-1")
    stored = store(catalogue, one, NOON)
    catalogue.save(replace(stored, state=PaperState.EXPIRED), actor="w", action="test")
    (facts,) = dossier_facts(catalogue, PERIOD)
    assert facts.components == 1


def test_papers_the_national_portal_knows_are_shared_in_each_dossier_they_are_in(catalogue: Catalogue) -> None:
    into = DossierNumber("H41.12-261122-0002")
    tell(catalogue), tell(catalogue, into)
    own, waiting = (replace(paper(n.encode()), dossier=NUMBER) for n in ("a", "b"))
    free = replace(paper(b"c"), paper_type="birth-certificate")
    catalogue.add_batch(batch(), [own, waiting, free], actor="station-1")
    for one in (own, waiting):
        store(catalogue, one, NOON)
    free = store(catalogue, replace(free, verdict=Verdict.VALID), NOON)
    wanted = Acceptance(
        paper=free.id,
        dossier=into,
        procedure=ProcedureCode("1.001193"),
        component=None,
        how=Use.FILE,
        person="Trần Văn Bình",
        purpose="đăng ký",
        paper_type=load_paper_types()["birth-certificate"],
        on=NOON.date(),
    )
    kept = accept(catalogue, wanted, consumer="officer", given_only=False)
    mistaken = accept(catalogue, replace(wanted, component="identity"), consumer="officer", given_only=False)
    reused = [Subject(free.id, kept.reference), Subject(free.id, mistaken.reference)]
    digests = dict.fromkeys((Subject(own.id), Subject(waiting.id), *reused), "d")
    portal.want(catalogue, portal.touched(catalogue), digests)
    assert [one.shared for one in dossier_facts(catalogue, PERIOD)] == [0, 0], "wanted is not known"
    while taken := portal.take(catalogue, at=catalogue.now(), again=catalogue.now() + dt.timedelta(hours=1)):
        accepted = taken.paper != waiting.id
        state = portal.PortalState.ACCEPTED if accepted else portal.PortalState.REFUSED
        portal.settle(catalogue, taken, state, digest=taken.wanted)
    facts = list(dossier_facts(catalogue, PERIOD))
    assert [(one.components, one.reuses, one.shared) for one in facts] == [(2, 0, 1), (0, 2, 2)]
    withdraw(
        catalogue, mistaken.reference, consumer="officer", own_only=False, person="Lê Thị Sen", reason="nhầm hồ sơ"
    )
    assert [one.shared for one in dossier_facts(catalogue, PERIOD)] == [1, 1]


def test_dossiers_of_other_periods_are_left_out(catalogue: Catalogue) -> None:
    tell(catalogue, DossierNumber("H41.12-261122-0002"), received=PERIOD.begins - dt.timedelta(microseconds=1))
    tell(catalogue, DossierNumber("H41.12-261122-0003"), received=PERIOD.ends)
    tell(catalogue, DossierNumber("H41.12-261122-0004"), received=None)
    first = tell(catalogue, DossierNumber("H41.12-261122-0005"), received=PERIOD.begins)
    ended = replace(tell(catalogue, DossierNumber("H41.12-261122-0006"), received=None))
    ended = replace(ended, ended_at=NOON, outcome=Outcome.REFUSED)
    keep_dossier(catalogue, ended, actor="one-stop")
    assert [one.dossier for one in dossier_facts(catalogue, PERIOD)] == [first, ended]


def test_a_scan_of_several_papers_counts_as_those_it_became(catalogue: Catalogue) -> None:
    scan = replace(paper(b"stack"), page_count=5)
    catalogue.add_batch(batch(), [scan], actor="station-1")
    scan = catalogue.save(replace(scan, state=PaperState.NEEDS_REVIEW), actor="w", action="test")
    parts = [replace(paper(n.encode()), split_from=scan.id, page_count=pages) for n, pages in (("a", 2), ("b", 3))]
    ended = replace(scan, state=PaperState.SPLIT, parts=tuple(part.id for part in parts))
    catalogue.save(ended, actor="w", action="test", parts=parts)
    for part in parts:
        store(catalogue, part, NOON)
    (work,) = station_work(catalogue, PERIOD)
    assert (work.batches, work.papers, work.pages, work.stored, work.waiting) == (1, 2, 5, 2, 0)


def test_parts_that_were_joined_again_count_as_the_paper_they_became(catalogue: Catalogue) -> None:
    scan = replace(paper(b"stack"), page_count=5)
    catalogue.add_batch(batch(), [scan], actor="station-1")
    scan = catalogue.save(replace(scan, state=PaperState.NEEDS_REVIEW), actor="w", action="test")
    parts = [replace(paper(n.encode()), split_from=scan.id, page_count=pages) for n, pages in (("a", 2), ("b", 3))]
    ended = replace(scan, state=PaperState.SPLIT, parts=tuple(part.id for part in parts))
    catalogue.save(ended, actor="w", action="test", parts=parts)
    for part in parts:
        catalogue.save(replace(part, state=PaperState.READY), actor="w", action="test")
    whole = replace(paper(b"whole"), split_from=scan.id, page_count=5)
    join(catalogue, Joining(scan.id, [part.id for part in parts], whole, "Phạm Thị Nhận"), actor="an")
    store(catalogue, whole, NOON)
    (work,) = station_work(catalogue, PERIOD)
    assert (work.batches, work.papers, work.pages, work.stored, work.waiting) == (1, 1, 5, 1, 0)


def test_stations_and_their_people_are_counted_apart(catalogue: Catalogue) -> None:
    papers = [replace(paper(n.encode()), page_count=3) for n in ("a", "b", "c")]
    catalogue.add_batch(batch(), papers, actor="station-1")
    unnamed = replace(batch("b2"), operator=None)
    catalogue.add_batch(unnamed, [], actor="station-1")
    catalogue.add_batch(replace(batch("b4"), employer="Bưu điện"), [], actor="station-1")
    catalogue.add_batch(replace(batch("b3"), created_at=PERIOD.ends), [], actor="station-1")
    store(catalogue, papers[0], NOON)
    catalogue.save(replace(papers[1], state=PaperState.READY), actor="w", action="test")
    catalogue.save(replace(papers[2], state=PaperState.REJECTED), actor="w", action="test")
    assert station_work(catalogue, PERIOD) == [
        StationWork("station-1", None, None, 1, 0, 0, 0, 0, 0),
        StationWork("station-1", "Người Quét", None, 1, 3, 9, 1, 1, 1),
        StationWork("station-1", "Người Quét", "Bưu điện", 1, 0, 0, 0, 0, 0),
    ]
