import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import ConfigurationError
from dossier.times import VIETNAM, iso_local
from signing.stamp_rules import CopyForm, TimeFormat, read_rules, rules_at
from tests.signing.conftest import AT

RULES = """
[[rules]]
in_force = 2030-07-01
source = "a later decree"
font_size = 11.0
time_format = "dotted"
copy_forms = { certified = "Bản sao", recopied = "Sao lại", extract = "Trích" }
time_formats = { iso = "%Y-%m-%dT%H:%M:%S%z", day-first = "%d-%m-%Y %H:%M:%S %z", dotted = "%d.%m.%Y %H:%M:%S %z" }

[[rules]]
in_force = 2020-03-05
source = "a decree"
font_size = 10.0
time_format = "iso"
copy_forms = { certified = "Sao y", recopied = "Sao lục", extract = "Trích sao" }
time_formats = { iso = "%Y-%m-%dT%H:%M:%S%z", day-first = "%d-%m-%Y %H:%M:%S %z", dotted = "%d.%m.%Y %H:%M:%S %z" }
"""


def test_the_rules_of_decree_30_are_in_force() -> None:
    rules = rules_at(AT)

    assert "30/2020/NĐ-CP" in rules.source
    assert rules.font_size == 10
    assert rules.copy_forms == {
        CopyForm.CERTIFIED: "Sao y", CopyForm.RECOPIED: "Sao lục", CopyForm.EXTRACT: "Trích sao",
    }  # fmt: skip
    assert rules.time_text(AT) == "2026-11-22T09:15:04+07:00"
    assert rules.time_text(AT, TimeFormat.DAY_FIRST) == "22-11-2026 09:15:04 +07:00"
    assert rules.time_text(AT, TimeFormat.DOTTED) == "22.11.2026 09:15:04 +07:00"


def test_a_rule_begins_on_its_day_in_vietnam() -> None:
    first = dt.datetime(2020, 3, 5, tzinfo=VIETNAM)
    assert rules_at(first).in_force == first.date()
    with pytest.raises(ConfigurationError, match="2020-03-04"):
        rules_at(first - dt.timedelta(seconds=1))


@given(st.datetimes(min_value=dt.datetime(2020, 3, 6), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis adds the zone
def test_iso_is_iso_and_each_format_gives_the_moment_back(moment: dt.datetime) -> None:
    rules = rules_at(moment)
    assert rules.time_text(moment) == iso_local(moment)
    for time_format in TimeFormat:
        shown = rules.time_text(moment, time_format)
        again = dt.datetime.strptime(shown, rules.time_formats[time_format])  # noqa: DTZ007 - it has %z
        assert again == moment.astimezone(VIETNAM).replace(microsecond=0)


def test_rules_come_in_the_order_of_their_days() -> None:
    first, second = read_rules(RULES)
    assert (first.in_force.year, second.in_force.year) == (2020, 2030)
    assert second.copy_forms[CopyForm.CERTIFIED] == "Bản sao"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2030-07-01", "2020-03-05"),
        ("2030-07-01", '"2030"'),
        ("2030-07-01", "2030-07-01T00:00:00"),
        ("font_size = 11.0", "font_size = 110.0"),
        ("font_size = 11.0", ""),
        ('time_format = "dotted"', 'time_format = "american"'),
        ('recopied = "Sao lại", ', ""),
        ("iso = ", "iso8601 = "),
        ("%S%z", "%S"),
        ("%d.%m.%Y", "%d.%m.%y"),
        ("copy_forms = {", "copy_forms = 1 # {"),
        ("[[rules]]", "[[other]]"),
        ("[[rules]]", "[[rules"),
        (RULES, "rules = []"),
    ],
)
def test_rules_that_do_not_say_all_are_refused(old: str, new: str) -> None:
    assert old in RULES
    with pytest.raises(ConfigurationError, match="rules of the stamp"):
        read_rules(RULES.replace(old, new))
