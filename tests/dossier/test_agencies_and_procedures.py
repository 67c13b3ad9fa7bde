import datetime as dt
from pathlib import Path

import pytest

from dossier.agencies import AgencyLevel, load_agencies
from dossier.errors import ConfigurationError
from dossier.paper_types import load_paper_types
from dossier.procedures import load_procedures


def _file(folder: Path, text: str) -> Path:
    path = folder / "extra.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_known_agencies_are_there_with_their_days() -> None:
    agencies = load_agencies()
    assert agencies["H41"].name == "Ủy ban nhân dân tỉnh Nghệ An"
    assert agencies["G15"].level is AgencyLevel.MINISTRY
    assert agencies["H22"].exists_on(dt.date(2025, 6, 30))
    assert not agencies["H22"].exists_on(dt.date(2025, 7, 1))


def test_an_installation_adds_its_units(tmp_path: Path) -> None:
    unit = """
[[agencies]]
code = "H41.12.5"
name = "UBND xã Bình Lạc"
level = "commune"
successor = "H41.13"
from_day = 2025-07-01
"""
    agency = load_agencies(_file(tmp_path, unit))["H41.12.5"]
    assert agency.level is AgencyLevel.COMMUNE
    assert str(agency.successor) == "H41.13"
    assert not agency.exists_on(dt.date(2025, 6, 30))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[agencies]]\ncode = "41"\nname = "x"\nlevel = "commune"\n', "code"),
        ('[[agencies]]\ncode = "H41"\nname = "x"\nlevel = "village"\n', "level"),
        ('[[agencies]]\ncode = "H41"\nlevel = "commune"\n', "name"),
        ('[[agency]]\ncode = "H41"\n', "agency"),
    ],
)
def test_mistakes_in_agencies_are_named(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=key):
        load_agencies(_file(tmp_path, text))


def test_procedures_name_only_types_the_catalogue_has() -> None:
    types = load_paper_types()
    procedures = load_procedures()
    assert procedures["1.001193"].result_type == "birth-certificate"
    for procedure in procedures.values():
        named = [c.paper_type for c in procedure.components] + [procedure.result_type or "other"]
        assert set(named) <= set(types)


def test_missing_components_are_those_that_must_be_digitized(tmp_path: Path) -> None:
    text = """
[[procedures]]
code = "2.000635"
name = "Cấp bản sao trích lục hộ tịch"
on_the_spot = true
components = [
    { name = "Giấy khai sinh", paper_type = "birth-certificate" },
    { name = "Thẻ căn cước", paper_type = "identity-card", must_digitize = false },
    { name = "Tờ khai", paper_type = "other", copies = 2 },
]
"""
    procedure = load_procedures(_file(tmp_path, text))["2.000635"]
    assert procedure.on_the_spot
    assert [c.paper_type for c in procedure.missing(["other"])] == ["birth-certificate"]
    assert procedure.missing(["other", "birth-certificate"]) == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[procedures]]\ncode = "9"\nname = "x"\n', "code"),
        ('[[procedures]]\ncode = "1.001193"\nname = "x"\ncomponents = [{ name = "a" }]\n', "paper_type"),
        (
            '[[procedures]]\ncode = "1.001193"\nname = "x"\ncomponents = [{ name="a", paper_type="b", copies=0 }]\n',
            "copies",
        ),
        ('[[procedures]]\ncode = "1.001193"\nname = "x"\nfee = 1\n', "fee"),
    ],
)
def test_mistakes_in_procedures_are_named(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=key):
        load_procedures(_file(tmp_path, text))
