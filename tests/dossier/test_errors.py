import inspect
import re
import string

import pytest

from dossier import errors
from dossier.errors import InvalidValue, SohoaError

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, SohoaError)]


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_every_error_speaks_both_languages(error: type[SohoaError]) -> None:
    names = _placeholders(error.en) | _placeholders(error.vi)
    raised = error(**dict.fromkeys(names, "x")) if error is not InvalidValue else InvalidValue(key="x", reason="x")
    for text in (raised.text_en, raised.text_vi, error.advice_en, error.advice_vi):
        assert text
        assert "{" not in text
    assert str(raised) == raised.text_en
    assert {n.removesuffix("_vi") for n in _placeholders(error.vi)} <= {n.removesuffix("_vi") for n in names}


def test_codes_are_unique_and_kebab_case() -> None:
    codes = [c.code for c in CLASSES]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code) for code in codes)


def test_the_tree_in_the_module_names_every_class() -> None:
    drawn = set(re.findall(r"\b[A-Z]\w+\b", errors.__doc__ or ""))
    assert {c.__name__ for c in CLASSES} <= drawn


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_statuses_and_exit_codes_are_in_range(error: type[SohoaError]) -> None:
    assert 400 <= error.status <= 599
    assert 1 <= error.exit_code <= 125


def test_an_invalid_value_has_a_reason_in_both_languages() -> None:
    error = InvalidValue(key="birth_date", reason="no such day", reason_vi="không có ngày này")
    assert "no such day" in error.text_en
    assert "không có ngày này" in error.text_vi


def test_large_numbers_can_be_read() -> None:
    error = errors.PageTooLarge(page=1, width=9000, height=20_000, limit=100_000_000)
    assert "9000 x 20.000 điểm ảnh; chỉ nhận tối đa 100.000.000" in error.text_vi
    assert "9000 x 20,000 pixels; at most 100,000,000" in error.text_en
