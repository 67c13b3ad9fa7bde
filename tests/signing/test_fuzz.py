from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing.cms import Unparsable, read
from tests.signing.forge import value_of
from tests.signing.fuzz import Tally, bases, case, check, run_batch, wrongly_valid
from tests.signing.kit import Kit
from tests.signing.papers import AT, annotate, update
from tests.signing.pki import Tree
from tests.signing.raw import contents_of

_KEPT = (
    (7, 3), (7, 41), (11, 250), (2026, 12), (2026, 77),
)  # fmt: skip
"""Cases of earlier runs, each of another kind; a case that was a bug is added here."""


@pytest.fixture(scope="module")
def files(gov: Tree) -> dict[str, bytes]:
    return bases(gov)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 1 << 30))
def test_a_mutated_paper_is_never_wrongly_valid(
    files: dict[str, bytes], gov: Tree, tmp_path_factory: pytest.TempPathFactory, number: int
) -> None:
    name, changed, done = case(0, number, files)
    verdict, wrong, _spent = check(files[name], changed, gov.trust(AT), tmp_path_factory.mktemp("f"))

    assert wrong is None, (name, done, verdict)


@pytest.mark.parametrize(("seed", "number"), _KEPT)
def test_a_case_of_an_earlier_run_is_judged_right(
    files: dict[str, bytes], gov: Tree, tmp_path: Path, seed: int, number: int
) -> None:
    total = Tally()
    for tally in run_batch(seed, range(number, number + 1), files, gov.trust(AT), None):
        total.add(tally)

    assert total.bugs == []
    assert total.cases == 1
    assert list(tmp_path.iterdir()) == []


def test_what_looks_for_wrong_verdicts_finds_them(files: dict[str, bytes], tmp_path: Path) -> None:
    base = files["plain"]
    _start, end = contents_of(base)[-1]
    painted = update(base, annotate("x", rect=(50, 500, 500, 800), ground="0 0 0 rg"))

    assert wrongly_valid(base, painted, tmp_path) == "other pages are shown"
    assert wrongly_valid(base, base[:50] + b"x" + base[51:], tmp_path) == "covered bytes differ"
    assert wrongly_valid(base, base[: end - 1] + b"1" + base[end:], tmp_path) is None
    assert wrongly_valid(base, base + b"\n", tmp_path) is None


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1 << 30), data=st.data())
def test_a_signature_value_is_read_or_the_byte_is_named(
    gov: Tree, impostor: Tree, seed: int, data: st.DataObject
) -> None:
    value = bytearray(value_of(_stamped(gov, impostor)))
    rng = Random(seed)  # noqa: S311 - cases, not keys
    for _ in range(data.draw(st.integers(1, 6))):
        value[rng.randrange(min(len(value), 400))] = rng.randrange(256)
    at, signers = _offset_or_signers(bytes(value))

    assert 0 <= at < len(value)
    assert signers == 1


def _offset_or_signers(value: bytes) -> tuple[int, int]:
    try:
        info, _findings = read(value)
    except Unparsable as error:
        return error.offset, 1
    return 0, len(info["content"]["signer_infos"])


_values: dict[int, bytes] = {}


def _stamped(gov: Tree, impostor: Tree) -> bytes:
    return _values.setdefault(id(gov), Kit(gov, impostor).stamped)
