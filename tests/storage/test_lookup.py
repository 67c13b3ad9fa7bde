"""Reuse first: which paper stands in for a new scan."""

import datetime as dt
from dataclasses import replace

from dossier.papers import PaperState
from dossier.verdicts import Verdict
from storage.catalogue import Catalogue
from storage.lookup import find_valid
from tests.storage.examples import OTHER_OWNER, OWNER, batch, paper

DAY = dt.date(2026, 6, 15)
TYPE = "xac-nhan-hon-nhan"


def test_only_a_stored_valid_genuine_paper_of_a_reusable_type_counts(catalogue: Catalogue) -> None:
    kept = replace(paper(), paper_type=TYPE, state=PaperState.STORED, issued_on=DAY, verdict=Verdict.VALID)
    older = replace(paper(b"older"), **{**_same(kept), "issued_on": DAY - dt.timedelta(days=9)})
    doubtful = replace(paper(b"doubtful"), **{**_same(kept), "issued_on": DAY, "verdict": Verdict.UNDETERMINED})
    catalogue.add_batch(batch(), [older, kept, doubtful], actor="station-1")
    assert find_valid(catalogue, OWNER.number, TYPE, DAY, reusable=True) == kept
    assert find_valid(catalogue, OWNER.number, TYPE, DAY - dt.timedelta(days=1), reusable=True) == older
    assert find_valid(catalogue, OWNER.number, TYPE, DAY, reusable=False) is None
    assert find_valid(catalogue, OWNER.number, "khac", DAY, reusable=True) is None
    assert find_valid(catalogue, OTHER_OWNER.number, TYPE, DAY, reusable=True) is None
    for each in (kept, older):
        catalogue.save(replace(each, state=PaperState.REVOKED), actor="officer", action="paper.revoked")
    assert find_valid(catalogue, OWNER.number, TYPE, DAY, reusable=True) is None


def _same(kept: object) -> dict[str, object]:
    return {name: getattr(kept, name) for name in ("paper_type", "state", "verdict")}
