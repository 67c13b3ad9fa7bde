"""Forms as data."""

from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.errors import ConfigurationError, InvalidValue, UnknownForm
from dossier.facts import known_facts
from dossier.forms import find_form, load_forms, read_form

FORM = """
code = "leave-form"
name_vi = "Đơn xin nghỉ"
name_en = "Leave form"
legal_basis = "Quy chế nội bộ"

[[roles]]
code = "teacher"
name_vi = "Giáo viên"
name_en = "Teacher"

[[fields]]
key = "name"
label_vi = "Họ và tên"
label_en = "Name"
fact = "full_name"
by_role = { teacher = "spouse.full_name" }
"""


def test_the_forms_ask_facts_there_are() -> None:
    forms, types = load_forms(), load_paper_types()
    assert {"birth-registration-form", "general-application", "marriage-registration-form"} <= set(forms)
    for form in forms.values():
        assert form.paper_type is None or form.paper_type in types
        asked = {field.asks(role) for field in form.fields for role in (None, *(role.code for role in form.roles))}
        assert asked - {None} <= set(known_facts())


def test_a_parent_fills_one_side_and_the_spouse_the_other() -> None:
    form = find_form(load_forms(), "birth-registration-form")
    asks = {field.key: (field.asks("mother"), field.asks("father"), field.asks(None)) for field in form.fields}
    assert asks["mother_name"] == ("full_name", "spouse.full_name", None)
    assert asks["father_birth_year"] == ("spouse.birth_year", "birth_year", None)
    assert asks["applicant_name"] == ("full_name",) * 3
    assert asks["full_name"] == (None,) * 3  # nothing is known of the child


def test_roles_and_forms_that_are_not_there() -> None:
    forms = load_forms()
    with pytest.raises(UnknownForm, match="general-application"):
        find_form(forms, "tax-return")
    forms["birth-registration-form"].require_role("father")
    forms["general-application"].require_role(None)
    with pytest.raises(InvalidValue, match="mother, father"):
        forms["birth-registration-form"].require_role("husband")


def test_a_folder_adds_forms(tmp_path: Path) -> None:
    (tmp_path / "leave.toml").write_text(FORM)
    form = load_forms(tmp_path)["leave-form"]
    assert [field.asks("teacher") for field in form.fields] == ["spouse.full_name"]
    assert [field.asks(None) for field in form.fields] == ["full_name"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('"full_name"', '"shoe_size"'),
        ("teacher = ", "pupil = "),
        ('key = "name"', 'key = "Name"'),
        ('"leave-form"', '"Leave form"'),
        ('label_en = "Name"', ""),
        ("[[fields]]", FORM[FORM.index("[[fields]]") :] + "[[fields]]"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, wrong: str, right: str) -> None:
    path = tmp_path / "form.toml"
    path.write_text(FORM.replace(wrong, right, 1))
    with pytest.raises(ConfigurationError, match=r"form\.toml"):
        read_form(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_forms(tmp_path / "nowhere")
