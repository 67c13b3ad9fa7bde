"""What went wrong with a paper: counted by step, and never blamed on a paper that was not begun."""

from dataclasses import replace

from dossier.papers import PaperState, Setback
from storage.catalogue import Catalogue
from storage.under_way.setbacks import begin_last_try, count_failed, keeping, note_loss, setback_of
from tests.storage.examples import NOON, batch, paper


def test_losses_count_by_step_and_the_last_only_of_a_try_that_began(catalogue: Catalogue) -> None:
    kept, engine = paper(), catalogue.engine
    catalogue.add_batch(batch(), [kept], actor="station-1")

    def lost(step: str) -> int:
        return note_loss(engine, kept.id, step=step, trace="a", at=NOON, most=3).losses

    assert setback_of(engine, kept.id) is None
    assert [lost("read"), lost("read"), lost("read")] == [1, 2, 2]
    begin_last_try(engine, kept.id)
    assert lost("read") == 3
    assert lost("check") == 1, "it got further"
    assert catalogue.paper(kept.id).setback == Setback("check", "a", 1, NOON)


def test_a_setback_ends_with_the_papers_state_unless_it_failed(catalogue: Catalogue) -> None:
    kept, engine = paper(), catalogue.engine
    catalogue.add_batch(batch(), [kept], actor="station-1")
    note_loss(engine, kept.id, step="read", trace="a", at=NOON, most=3)
    last = Setback("read", "b", 3, NOON)
    failed = replace(catalogue.paper(kept.id), state=PaperState.FAILED, problem="worker-lost")
    assert catalogue.save(failed, actor="w", action="paper.failed", also=keeping(last)).setback == last
    assert count_failed(engine) == {"worker-lost": 1}
    tried = replace(catalogue.paper(kept.id), state=PaperState.RECEIVED, problem=None)
    assert catalogue.save(tried, actor="w", action="paper.retried").setback is None
    assert (setback_of(engine, kept.id), count_failed(engine)) == (None, {})
