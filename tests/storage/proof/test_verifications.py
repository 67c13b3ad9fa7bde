"""Kept verifications: one more row each time, the newest verdict the paper's, a change told to others."""

import datetime as dt

import pytest

from dossier.errors import NotFound
from dossier.identifiers import PaperId
from dossier.verdicts import Verdict
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.proof import verifications
from storage.records import Occasion, Verification
from tests.storage.examples import NOON, batch, paper, stored_object


def verification(
    of: PaperId, verdict: Verdict, occasion: Occasion = Occasion.DEMAND, *, minute: int = 0, file: str = "f" * 64
) -> Verification:
    report = stored_object(f"{verdict}{minute}".encode())
    kept = verifications.REPORT_MEDIA_TYPE
    report = type(report)(report.key, report.version, report.sha256, report.size, kept)
    return Verification(of, NOON + dt.timedelta(minutes=minute), occasion, verdict, file, "a" * 64, report)


@pytest.fixture
def known(catalogue: Catalogue) -> PaperId:
    kept = paper()
    catalogue.add_batch(batch(), [kept], actor="station-1")
    return kept.id


def told(catalogue: Catalogue) -> list[dict[str, str]]:
    return [dict(e.detail) for e in audit.entries(catalogue) if e.action == verifications.VERIFIED]


def test_each_verification_is_one_more_row_and_one_more_entry(catalogue: Catalogue, known: PaperId) -> None:
    made = [verification(known, Verdict.VALID, minute=n) for n in range(3)]
    for one in made:
        assert not verifications.add(catalogue, one, actor="auditor")
    assert verifications.of_paper(catalogue, known) == made
    assert [entry["report_sha256"] for entry in told(catalogue)] == [one.report.sha256 for one in made]
    assert catalogue.events() == []
    audit.check(catalogue)


def test_another_verdict_becomes_the_papers_and_is_told(catalogue: Catalogue, known: PaperId) -> None:
    verifications.add(catalogue, verification(known, Verdict.VALID, Occasion.INTAKE), actor="pipeline")
    assert catalogue.paper(known).verdict is Verdict.VALID
    assert verifications.add(catalogue, verification(known, Verdict.INVALID, minute=1), actor="auditor")
    assert catalogue.paper(known).verdict is Verdict.INVALID
    (event,) = catalogue.events()
    assert (event.kind, event.paper, event.payload) == (
        verifications.CHANGED,
        known,
        {"from": "valid", "to": "invalid"},
    )
    assert "verdict_before" not in told(catalogue)[0]
    assert told(catalogue)[1]["verdict_before"] == "valid"
    assert [one.verdict for one in verifications.of_paper(catalogue, known)] == [Verdict.VALID, Verdict.INVALID]


@pytest.mark.parametrize("occasion", [Occasion.INTAKE, Occasion.SEAL])
def test_a_step_that_runs_twice_keeps_one(catalogue: Catalogue, known: PaperId, occasion: Occasion) -> None:
    first = verification(known, Verdict.VALID, occasion)
    verifications.add(catalogue, first, actor="pipeline")
    again = verification(known, Verdict.UNDETERMINED, occasion, minute=1)
    assert not verifications.add(catalogue, again, actor="pipeline")
    assert verifications.of_paper(catalogue, known) == [first]
    assert catalogue.paper(known).verdict is Verdict.VALID
    assert len(told(catalogue)) == 1
    other_file = verification(known, Verdict.VALID, occasion, minute=2, file="e" * 64)
    verifications.add(catalogue, other_file, actor="pipeline")
    assert verifications.of_paper(catalogue, known) == [first, other_file]


def test_a_paper_nobody_knows_has_none_and_gets_none(catalogue: Catalogue) -> None:
    unknown = PaperId.new()
    assert verifications.of_paper(catalogue, unknown) == []
    with pytest.raises(NotFound):
        verifications.add(catalogue, verification(unknown, Verdict.VALID), actor="auditor")
    assert told(catalogue) == []
