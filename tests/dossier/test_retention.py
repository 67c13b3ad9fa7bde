import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from dossier.errors import ConfigurationError
from dossier.retention import GENERAL, retention_classes


def test_every_type_names_a_class_with_a_law_behind_it() -> None:
    classes = retention_classes()
    assert {one.retention for one in load_paper_types().values()} <= set(classes)
    assert all(one.legal_basis and one.name_vi and one.name_en for one in classes.values())


@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_years_are_counted_by_the_calendar(day: dt.date) -> None:
    general = retention_classes()[GENERAL]
    ends = general.ends(day)
    assert ends is not None
    assert general.years is not None
    assert ends.year == day.year + general.years
    assert (ends.month, min(ends.day, 28)) == (day.month, min(day.day, 28))


def test_what_is_permanent_never_ends() -> None:
    assert retention_classes()["civil-status"].ends(dt.date(2026, 11, 22)) is None


def test_a_type_of_an_unknown_class_is_refused(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "dossier" / "catalogue" / "paper_types" / "decision.toml"
    text = source.read_text(encoding="utf-8").replace("legal_basis", 'retention = "for-ever"\nlegal_basis', 1)
    (tmp_path / "decision.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="retention"):
        load_paper_types(tmp_path)
