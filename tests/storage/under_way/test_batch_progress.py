"""How far batches are is read from the audit log's numbers and the papers' states, alike on both databases."""

import datetime as dt
from dataclasses import replace

from dossier.identifiers import PaperId
from dossier.papers import PaperState
from storage.catalogue import Catalogue
from storage.under_way.batch_progress import CLOSED, progress, touched
from storage.under_way.upload_quota import release, reserve
from tests.storage.examples import batch, paper


def test_how_far_a_batch_is_and_which_batches_were_touched(catalogue: Catalogue) -> None:
    first, second, other = paper(b"1"), paper(b"2"), paper(b"3", in_batch="b2")
    catalogue.add_batch(batch(), [first, second], actor="station-1")
    catalogue.add_batch(batch("b2"), [other], actor="station-1")
    begun = progress(catalogue, "b1")
    assert [(one.paper, one.state, one.checked_after_s) for one in begun.papers] == [
        (first.id, PaperState.RECEIVED, None),
        (second.id, PaperState.RECEIVED, None),
    ]
    position, found = touched(catalogue, 0)
    assert found == {"b1": begun.papers[1].entry, "b2": position}
    assert touched(catalogue, position) == (position, {})

    catalogue.save(replace(first, state=PaperState.READY), actor="pipeline", action="paper.checked")
    catalogue.record("officer", "owners.looked", "owner:x")
    newest, found = touched(catalogue, position)
    assert found == {"b1": newest - 1}
    now = progress(catalogue, "b1")
    assert (now.position, now.closed, now.has_ended) == (newest, False, False)
    assert now.papers[0].entry == newest - 1
    assert now.papers[0].checked_after_s is not None

    for one in (first, second):
        rejected = replace(one, state=PaperState.REJECTED)
        if one is first:
            catalogue.save(replace(rejected, state=PaperState.NEEDS_REVIEW), actor="test", action="test")
        catalogue.save(rejected, actor="test", action="paper.rejected")
    assert not progress(catalogue, "b1").has_ended, "its sender may send more"
    catalogue.record("station-1", CLOSED, "batch:b1")
    assert progress(catalogue, "b1").has_ended
    assert touched(catalogue, newest)[1].keys() == {"b1"}
    assert progress(catalogue, "none").papers == ()


def test_what_is_unfinished_is_counted_for_each_station(catalogue: Catalogue) -> None:
    uploads = [PaperId.new() for _ in range(3)]
    for station in ("a", "b"):
        reserve(catalogue, uploads[station == "b"], station, 10, most=10, kept=dt.timedelta(days=1))
    release(catalogue, uploads[0])
    release(catalogue, uploads[0])
    reserve(catalogue, uploads[2], "a", 10, most=10, kept=dt.timedelta(days=1))
