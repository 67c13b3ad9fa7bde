import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.figures import DossierFacts
from ingest.reports.figure_facts import COLUMNS, facts_lines, read_facts
from tests.dossier.test_figures import DONE, some_facts


@given(facts=st.lists(some_facts(), max_size=8))
def test_facts_are_read_as_they_were_written(facts: list[DossierFacts]) -> None:
    assert list(read_facts(facts_lines(facts))) == facts


@given(at=st.integers(0, len(COLUMNS) - 1), text=st.text(max_size=12))
def test_a_changed_value_is_read_or_its_line_is_named(at: int, text: str) -> None:
    head, line = facts_lines([DONE])
    values = line.rstrip("\r\n").split(",")
    values[at] = f'"{text.replace(chr(34), "")}"'
    outcome = _read_or_named([head, ",".join(values) + "\r\n"])
    assert isinstance(outcome, DossierFacts) or "line" in outcome


def _read_or_named(lines: list[str]) -> DossierFacts | str:
    try:
        (read,) = read_facts(lines)
    except InvalidValue as error:
        return str(error)
    return read


@pytest.mark.parametrize("lines", [[], ["dossier,procedure\r\n"], ["\x00\r\n"]])
def test_another_file_is_refused(lines: list[str]) -> None:
    with pytest.raises(InvalidValue):
        list(read_facts(lines))
