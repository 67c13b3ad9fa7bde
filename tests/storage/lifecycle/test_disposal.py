"""What is left of a paper that was disposed of, on both databases; whole disposals are tested with ``ingest``."""

import datetime as dt
from dataclasses import replace

import pytest

from dossier.errors import AlreadyExists, WrongState
from dossier.owners import Owner
from dossier.papers import Paper, PaperState
from dossier.verdicts import Verdict
from storage.catalogue import Catalogue
from storage.lifecycle import disposal
from storage.lifecycle.disposal import Disposal
from storage.people import owners
from storage.people.owner_records import Statement
from storage.proof import day_records, renewals, verifications
from storage.proof.day_records import DayRecord
from storage.records import Occasion, Verification
from tests.storage.examples import NOON, OTHER_OWNER, OWNER, batch, paper, stored_object
from tests.storage.standing_papers import put

DAY = dt.timedelta(days=1)
FOR_EVER = NOON + 99999 * DAY


def bury(catalogue: Catalogue, gone: Paper) -> None:
    """Dispose of a paper, as far as the catalogue goes."""
    disposal.propose(catalogue, Disposal(gone.id, "hết hạn", "Trần Văn Một", "key-1", NOON), actor="key-1")
    disposal.approve(catalogue, gone.id, person="Lê Thị Hai", actor="key-2", at=NOON)


def test_a_file_handed_in_again_is_no_repetition_of_a_paper_that_is_gone(catalogue: Catalogue) -> None:
    gone = put(catalogue)
    sha256 = gone.original.sha256
    bury(catalogue, gone)
    assert catalogue.by_original(sha256, None) is None
    again = replace(paper(), original=gone.original)
    catalogue.add_batch(batch(), [again], actor="station-1")
    assert catalogue.by_original(sha256, None) == again


def test_no_code_or_identifier_is_given_again(catalogue: Catalogue) -> None:
    first, second = put(catalogue), put(catalogue)
    assert [code_of(catalogue, one) for one in (first, second)] == [1, 2]
    bury(catalogue, second)
    third = put(catalogue)
    assert code_of(catalogue, third) == 3
    bury(catalogue, first)
    bury(catalogue, third)
    assert code_of(catalogue, put(catalogue)) == 4
    assert code_of(catalogue, put(catalogue, owner=OTHER_OWNER)) == 1
    again = replace(paper(), id=first.id, batch=first.batch)
    with pytest.raises(AlreadyExists):
        catalogue.add_papers([again], actor="station-1")
    same_file = replace(again, original=first.original)
    catalogue.add_papers([same_file], actor="station-1")
    assert catalogue.paper(first.id).state is PaperState.DISPOSED, "the tombstone stays what it is"


def code_of(catalogue: Catalogue, one: Paper) -> int:
    """Return the running number in a paper's code."""
    code = catalogue.paper(one.id).code
    assert code is not None
    return int(code.rpartition(".")[2])


def test_what_a_paper_proved_of_owners_stands_without_naming_it(catalogue: Catalogue) -> None:
    gone = put(catalogue)
    said = Statement("Trần Văn Một", "theo giấy này", gone.id)
    owners.merge(catalogue, OWNER.number, OTHER_OWNER.number, said, actor="key-1", forced=True)
    bury(catalogue, gone)
    known = owners.known_owner(catalogue, OWNER.number)
    assert known is not None
    assert [(one.paper, one.in_force) for one in known.history] == [(None, True)]


def test_a_day_is_closed_without_the_files_that_are_gone(catalogue: Catalogue) -> None:
    gone, ended, left = put(catalogue), put(catalogue), put(catalogue)
    ended = catalogue.save(replace(ended, state=PaperState.EXPIRED), actor="w", action="test")
    bury(catalogue, ended)
    files = day_records.unproven(catalogue, FOR_EVER)
    assert {file.paper for file in files} == {gone.id, left.id}, "of the other there is no file to prove"
    bury(catalogue, gone)  # after the record was made, before it is kept
    record = DayRecord(NOON.date(), 2, "records/1.json", "1", "ab" * 32, NOON, NOON + DAY)
    assert day_records.close_day(catalogue, record, files, actor="t")
    assert day_records.unproven(catalogue, FOR_EVER) == []
    assert day_records.first_open(catalogue) is None


def test_what_renews_or_proves_a_paper_that_went_meanwhile_is_not_kept(catalogue: Catalogue) -> None:
    gone = put(catalogue)
    bury(catalogue, gone)
    assert gone.sealed
    before = catalogue.events(limit=1000)
    longer = replace(stored_object(b"longer"), key=gone.sealed.key, version="2")
    with pytest.raises(WrongState):
        renewals.keep_renewed(catalogue, gone, longer, NOON + DAY, actor="t", at=NOON)
    assert not renewals.keep_end(catalogue, gone, NOON + DAY, actor="t")
    report = replace(stored_object(b"report"), media_type=verifications.REPORT_MEDIA_TYPE)
    verified = Verification(gone.id, NOON, Occasion.DEMAND, Verdict.VALID, "f" * 64, "a" * 64, report)
    with pytest.raises(WrongState):
        verifications.add(catalogue, verified, actor="t")
    assert catalogue.events(limit=1000) == before
    assert catalogue.paper(gone.id).sealed == gone.sealed


def test_no_name_is_left_that_only_the_paper_gave(catalogue: Catalogue) -> None:
    put(catalogue, owner=Owner(OWNER.number, "NGUYỄN THỊ MẪU"))
    gone = put(catalogue, owner=Owner(OWNER.number, "NGUYỄN THỊ KHÁC"), co_owners=(OTHER_OWNER,))
    bury(catalogue, gone)
    for number, names in ((OWNER.number, ("NGUYỄN THỊ MẪU",)), (OTHER_OWNER.number, ())):
        known = owners.known_owner(catalogue, number)
        assert known is not None
        assert [one.names for one in known.numbers] == [names]
