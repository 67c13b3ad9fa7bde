"""Each line of the security guide names a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = [line for line in (ROOT / "docs/security.md").read_text().splitlines() if re.match(r"\| \d+\.\d", line)]


def test_the_table_is_there() -> None:
    assert len(LINES) > 25


@pytest.mark.parametrize("line", LINES)
def test_what_proves_a_line_is_there(line: str) -> None:
    proofs = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", line)
    assert proofs
    for path, name in proofs:
        assert f"\ndef {name}(" in (ROOT / path).read_text()
