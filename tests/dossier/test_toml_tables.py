"""Catalogue files are read strictly: whatever is wrong is named with its file."""

from pathlib import Path

import pytest

from dossier.errors import ConfigurationError
from dossier.identifiers import AgencyCode
from dossier.toml_tables import Table, read_file, toml_files


def words(table: Table) -> tuple[str, ...]:
    found = table.each("word", lambda one: one.kebab("code"))
    table.require_distinct("word", found)
    return found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[word]]\ncode = "one"\ncolour = "red"', r"\[\[word\]\] 1: 'colour' is not known"),
        ('colour = "red"', "'colour' is not known"),
        ('[[word]]\ncode = "one"\n[[word]]\ncode = "one"', "'word' declares 'one' twice"),
        ('[[word]]\ncode = "One"', "'code' must be in kebab case"),
        ("[[word]]", "'code' is missing"),
        ('word = "one"', "'word' must be a list of tables"),
        ("word", "words.toml"),
    ],
)
def test_what_breaks_the_schema_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=rf"words\.toml.*{reason}" if reason != "words.toml" else reason):
        read_file(path, words)


def test_an_identifier_has_its_form(tmp_path: Path) -> None:
    path = tmp_path / "agency.toml"
    path.write_text('code = "x"')
    with pytest.raises(ConfigurationError, match=r"agency\.toml: 'code'"):
        read_file(path, lambda table: table.parsed("code", AgencyCode))


def test_files_come_by_name(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in toml_files(tmp_path, "words")] == ["a.toml", "b.toml"]
    with pytest.raises(ConfigurationError, match="no folder of words named 'nowhere'"):
        toml_files(tmp_path / "nowhere", "words")
