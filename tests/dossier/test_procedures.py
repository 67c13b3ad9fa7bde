import datetime as dt
from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.errors import ConfigurationError, UnknownProcedure
from dossier.identifiers import ProcedureCode
from dossier.procedures import find_procedure, load_procedures, read_procedure

DAY = dt.date(2026, 11, 22)
TYPES = frozenset(load_paper_types(on=DAY))
OWN = """
code = "1.001193"
name_vi = "Đăng ký khai sinh, liên thông"
name_en = "Registration of a birth, joined"
version = {version}
legal_basis = "Quyết định của tỉnh"
{more}

[[components]]
code = "000.00.00.G15-KQ000031"
name_vi = "Giấy khai sinh"
name_en = "Birth certificate"
paper_types = ["birth-certificate"]
"""


def _folder(tmp_path: Path, *texts: str) -> Path:
    for number, text in enumerate(texts):
        (tmp_path / f"own-{number}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_catalogue_names_papers_that_there_are() -> None:
    procedures = load_procedures(paper_types=TYPES, on=DAY)
    assert len(procedures) == 6
    birth = find_procedure(procedures, ProcedureCode("1.001193"))
    assert birth.returns_paper
    assert not birth.confirmed
    declaration = birth.component("declaration")
    assert declaration is not None
    assert (declaration.paper_types, declaration.must_digitize) == (("birth-registration-form",), True)
    assert birth.component("no-such") is None


def test_a_component_may_be_of_one_role_or_of_anybody() -> None:
    land = load_procedures(paper_types=TYPES, on=DAY)[ProcedureCode("1.012781")]
    assert [role.code for role in land.roles] == ["transferor", "transferee"]
    certificate, contract = land.component("certificate"), land.component("contract")
    assert certificate is not None
    assert contract is not None
    assert [certificate.is_of(role) for role in ("transferor", "transferee", None)] == [True, False, True]
    assert contract.is_of("transferee")


def test_the_long_form_of_a_code_names_the_same_procedure() -> None:
    procedures = load_procedures(paper_types=TYPES, on=DAY)
    assert find_procedure(procedures, ProcedureCode("1.001193.000.00.00.H40")).code == ProcedureCode("1.001193")
    with pytest.raises(UnknownProcedure, match=r"3\.999999"):
        find_procedure(procedures, ProcedureCode("3.999999.000.00.00.H40"))


def test_a_province_adds_and_replaces(tmp_path: Path) -> None:
    replaced = OWN.format(version=1, more="")
    coming = OWN.format(version=2, more="in_force_from = 2027-01-01").replace("liên thông", "lần 2")
    folder = _folder(tmp_path, replaced, coming)
    code = ProcedureCode("1.001193")
    assert load_procedures(folder, paper_types=TYPES, on=DAY)[code].name_vi.endswith("liên thông")
    assert load_procedures(folder, paper_types=TYPES, on=dt.date(2027, 1, 1))[code].version == 2
    assert code not in load_procedures(paper_types=TYPES, on=dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"1.001193"', '"1.1193"', "'code'"),
        ('"1.001193"', '"1.001193.000.00.00.H40"', "without the agency"),
        ('"000.00.00.G15-KQ000031"', '"bản sao"', "letters, digits"),
        ('["birth-certificate"]', '["birth-certificat"]', "birth-certificat'"),
        ('["birth-certificate"]', '["birth-certificate"]\nroles = ["mother"]', "'mother'"),
        ("legal_basis", "legal_bases", "'legal_basis' is missing"),
        ("paper_types", "paper_type", "'paper_type' is not known"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, old: str, new: str, reason: str) -> None:
    folder = _folder(tmp_path, OWN.format(version=1, more="").replace(old, new))
    with pytest.raises(ConfigurationError, match=rf"(?s)own-0\.toml.*{reason}"):
        read_procedure(folder / "own-0.toml", TYPES)


def test_codes_of_components_are_told_apart(tmp_path: Path) -> None:
    text = OWN.format(version=1, more="")
    twice = text + text[text.index("[[components]]") :]
    with pytest.raises(ConfigurationError, match="twice"):
        load_procedures(_folder(tmp_path, twice), paper_types=TYPES, on=DAY)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder of procedures"):
        load_procedures(tmp_path / "none", paper_types=TYPES)
