"""The documentation's example is a real type: it loads, and it reads a paper nobody wrote code for."""

import re
from pathlib import Path

from dossier.catalogue_files import load_paper_types
from dossier.paper_types import ZONES, PaperType
from dossier.values import VALUE_KINDS

GUIDE = Path(__file__).parents[2] / "docs" / "add-a-paper-type.md"


def example_of_the_guide(folder: Path) -> PaperType:
    """Return the type that the guide's one TOML block declares, loaded from ``folder``."""
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    (folder / "residence-confirmation.toml").write_text(blocks[0], encoding="utf-8")
    return load_paper_types(folder)["residence-confirmation"]


def test_the_example_loads(tmp_path: Path) -> None:
    example = example_of_the_guide(tmp_path)
    assert example.validity.months == 12
    assert example.owners[0].number == "citizen_number"
    assert len(example.fields) == 7


def test_the_guide_names_every_kind_of_value_and_every_zone() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name in (*VALUE_KINDS, *(f'"{zone}"' for zone in ZONES)):
        assert name in text
