import pytest

from dossier.verdicts import Verdict
from signing.report import FileReport
from signing.validate import validate
from tests.signing.attacks import ATTACKS, Case
from tests.signing.kit import MOMENT, Kit
from tests.signing.pki import Tree


@pytest.fixture(scope="session")
def kit(gov: Tree, impostor: Tree) -> Kit:
    return Kit(gov, impostor)


def codes(report: FileReport) -> set[str]:
    return {f.code for f in (*report.findings, *(f for s in report.signatures for f in s.findings))}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_an_attack_is_refused_with_its_reason(kit: Kit, attack: Case) -> None:
    report = validate(attack.make(kit), kit.trust, at=MOMENT)

    assert report.verdict is attack.verdict, codes(report)
    assert attack.code in codes(report)
    if attack.kind is not None:
        assert attack.kind in {c.kind for s in report.signatures for c in s.changes}


@pytest.mark.parametrize(
    "name", ["signed", "older", "stamped", "archived", "pages", "form", "compressed", "visible", "office"]
)
def test_what_the_attacks_are_made_from_is_valid(kit: Kit, name: str) -> None:
    assert validate(getattr(kit, name), kit.trust, at=MOMENT).verdict is Verdict.VALID


def test_no_attack_may_be_called_valid() -> None:
    assert Verdict.VALID not in {a.verdict for a in ATTACKS}
