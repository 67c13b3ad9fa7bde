import datetime as dt
from pathlib import Path

import pytest

from dossier.agencies import Agencies, Agency, above, load_agencies
from dossier.errors import ConfigurationError
from dossier.identifiers import AgencyCode

OLD, NEW, NEWEST = AgencyCode("H15.50"), AgencyCode("H15.7"), AgencyCode("H16.7")
END, LATER = dt.date(2025, 6, 30), dt.date(2026, 6, 30)
AGENCIES = Agencies(
    [
        Agency(OLD, "Huyện cũ", valid_to=END, successor=NEW),
        Agency(NEW, "Xã mới", valid_from=END + dt.timedelta(days=1), valid_to=LATER, successor=NEWEST),
        Agency(NEWEST, "Xã mới hơn"),
    ]
)


def test_an_agency_stands_for_itself_until_its_last_day() -> None:
    day = dt.timedelta(days=1)
    assert [AGENCIES.on(OLD, d) for d in (END, END + day, LATER, LATER + day)] == [OLD, NEW, NEW, NEWEST]


def test_an_agency_nobody_named_stands_for_itself() -> None:
    assert AGENCIES.on(AgencyCode("H41.12.5"), dt.date(2030, 1, 1)) == AgencyCode("H41.12.5")
    assert AGENCIES.name(AgencyCode("H41.12.5")) is None


def test_both_forms_of_a_code_are_one_agency() -> None:
    assert AGENCIES.on(AgencyCode("000.00.50.H15"), END) == OLD
    assert AGENCIES.name(AgencyCode("000.00.50.H15")) == "Huyện cũ"


def test_what_an_agency_lies_in_is_told_by_its_code() -> None:
    assert [code.value for code in above(AgencyCode("H41.12.5"))] == ["H41", "H41.12", "H41.12.5"]


def test_the_file_of_an_installation_adds_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "agencies.toml"
    path.write_text('[[agency]]\ncode = "H41.12"\nname = "Xã Mẫu"\n[[agency]]\ncode = "H41.99"\nname = "Khác"\n')
    known = load_agencies(path)
    assert [known.name(AgencyCode(c)) for c in ("H41", "H41.12", "H41.99")] == ["Tỉnh Nghệ An", "Xã Mẫu", "Khác"]


@pytest.mark.parametrize(
    "text",
    [
        '[[agency]]\ncode = "xyz"\nname = "a"',
        '[[agency]]\ncode = "H41.1"\n',
        '[[agency]]\ncode = "H41.1"\nname = "a"\nsuccessor = "H41.2"',
        '[[agency]]\ncode = "H41.1"\nname = "a"\nvalid_to = 2025-06-30\nsuccessor = "H41.1"',
        '[[agency]]\ncode = "H41.1"\nname = "a"\n[[agency]]\ncode = "H41.1"\nname = "b"',
        '[[agency]]\ncode = "H41.1"\nname = "a"\nnmae = "b"',
        "".join(
            f'[[agency]]\ncode = "H41.{one}"\nname = "a"\nvalid_to = 2025-06-30\nsuccessor = "H41.{3 - one}"\n'
            for one in (1, 2)
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agencies.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError):
        load_agencies(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_agencies(tmp_path / "nowhere.toml")
