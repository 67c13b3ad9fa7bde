"""Verdicts at intake, after sealing and on demand: each kept with what it rests on, so that it can be made again."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dossier import times
from dossier.errors import InvalidValue, NotSealed, ObjectDamaged, RetentionLocked
from dossier.papers import Paper, PaperState, SourceGrade
from dossier.verdicts import Verdict
from ingest import pipeline
from ingest.house import House
from ingest.people.confirm import confirm
from ingest.proof.verifications import Verified, all_of, reverify, trust_of
from ingest.reuse.grades import GRADE_UNSURE
from ingest.settings import Settings
from signing.validate import validate
from storage.audit_log import audit
from storage.proof import verifications
from storage.records import Occasion
from tests.ingest.arrivals import drawn_pdf, pictured_pdf, prepared, stored, trust_folder
from tests.signing.others import sign
from tests.signing.pki import Tree

WORDS = ("QUYET DINH", "Dieu 1. Cong nhan ket qua.", "Dieu 2. Quyet dinh nay co hieu luc ke tu ngay ky.")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory, gov: Tree) -> Path:
    return trust_folder(tmp_path_factory.mktemp("trust") / "t", gov.trust(times.now()))


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[[Path | None], House]]:
    """Open the house of this test with a folder of anchors."""
    houses: list[House] = []

    def opened(trust: Path | None) -> House:
        houses.append(House(Settings(data_dir=tmp_path / "data", trust_dir=trust)))
        return houses[-1]

    yield opened
    for house in houses:
        house.close()


def signed(gov: Tree, pdf: bytes) -> bytes:
    now = times.now()
    return sign(pdf, gov.key(), at=now, stamper=gov.stamper(now), evidence=gov.trust(now))


def altered(data: bytes) -> bytes:
    assert b"595 842" in data
    return data.replace(b"595 842", b"595 843", 1)


def kept(house: House, paper: Paper) -> list[tuple[Occasion, Verdict]]:
    return [(one.verification.occasion, one.verification.verdict) for one in all_of(house, paper.id)]


def codes(paper: Paper) -> set[str]:
    return {finding.code for finding in paper.checks}


def test_an_electronic_original_is_kept_as_it_is_with_its_verdict(
    open_house: Callable[[Path | None], House], gov: Tree, trusted: Path
) -> None:
    house, original = open_house(trusted), signed(gov, drawn_pdf(*WORDS))
    paper = stored(house, "a.pdf", original)
    assert (paper.state, paper.verdict, paper.grade) == (
        PaperState.STORED,
        Verdict.VALID,
        SourceGrade.ELECTRONIC_ORIGINAL,
    )
    assert paper.sealed is not None
    assert house.objects.get(paper.sealed.key) == original
    (only,) = all_of(house, paper.id)
    assert (only.verification.occasion, only.before, only.changes) == (Occasion.INTAKE, None, ())
    assert only.kept.file_sha256 == paper.original.sha256
    assert [label.value for label, _ in only.kept.basis.anchors] == ["public"]
    assert len(only.kept.basis.certificates) == 3, "the signer, its authority, the time-stamp authority"
    basis = only.kept.basis
    everything = [*(anchor for _, anchor in basis.anchors), *basis.certificates, *basis.crls, *basis.ocsps]
    keys = [only.verification.report.key, *(f"validation-data/{one}" for one in everything)]
    for key in keys:
        assert house.objects.retention(key) is not None
        with pytest.raises(RetentionLocked):
            house.objects.delete(key)


def test_a_verdict_can_be_made_again_from_what_was_kept(
    open_house: Callable[[Path | None], House], gov: Tree, trusted: Path
) -> None:
    house, original = open_house(trusted), signed(gov, drawn_pdf(*WORDS))
    (only,) = all_of(house, prepared(house, "a.pdf", original).id)
    again = validate(original, trust_of(house, only.kept.basis), at=only.kept.at).to_json()
    assert again["verdict"] == "valid"
    assert again["signatures"] == only.kept.report["signatures"]


def test_a_scan_sealed_here_is_a_sealed_scan_and_its_verdict_is_kept(
    open_house: Callable[[Path | None], House], small_scan: Path
) -> None:
    house = open_house(None)
    paper = stored(house, "a.jpg", small_scan.read_bytes())
    assert (paper.verdict, paper.grade) == (Verdict.VALID, SourceGrade.SEALED_SCAN)
    (only,) = all_of(house, paper.id)
    assert paper.sealed is not None
    assert (only.verification.occasion, only.verification.file_sha256) == (Occasion.SEAL, paper.sealed.sha256)
    actions = [entry.action for entry in audit.entries(house.catalogue, limit=1000)]
    assert actions.index(verifications.VERIFIED) < actions.index("paper.stored")


def test_a_crash_between_seal_and_verdict_loses_no_verdict(
    open_house: Callable[[Path | None], House], small_scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(None)
    paper = prepared(house, "a.jpg", small_scan.read_bytes())
    confirm(house, paper.id, by="A", actor="test")
    pipeline.assemble(house, paper.id)
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "keep_verification", _crash)
        with pytest.raises(ConnectionError):
            pipeline.seal(house, paper.id)
    assert all_of(house, paper.id) == []
    for _ in range(2):
        pipeline.seal(house, paper.id)
        assert kept(house, paper) == [(Occasion.SEAL, Verdict.VALID)]


def _crash(*_: object, **__: object) -> None:
    raise ConnectionError


@pytest.mark.parametrize(
    ("first_line", "grade", "unsure"),
    [
        ("CHỨNG THỰC BẢN SAO ĐIỆN TỬ TỪ BẢN CHÍNH", SourceGrade.CERTIFIED_COPY, False),
        ("SAO Y BẢN CHÍNH", SourceGrade.SEALED_SCAN, False),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", SourceGrade.SEALED_SCAN, True),
    ],
)
def test_signed_pictures_are_graded_by_what_they_say(
    open_house: Callable[[Path | None], House],
    gov: Tree,
    trusted: Path,
    first_line: str,
    grade: SourceGrade,
    *,
    unsure: bool,
) -> None:
    house = open_house(trusted)
    paper = prepared(house, "a.pdf", signed(gov, pictured_pdf(first_line, "QUYẾT ĐỊNH", "Điều 1. Công nhận kết quả.")))
    assert (paper.verdict, paper.grade) == (Verdict.VALID, grade)
    assert (GRADE_UNSURE in codes(paper)) is unsure


def test_who_confirms_may_say_what_it_is_but_not_of_a_broken_file(
    open_house: Callable[[Path | None], House], gov: Tree, trusted: Path
) -> None:
    house = open_house(trusted)
    picture = signed(gov, pictured_pdf("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "QUYẾT ĐỊNH"))
    paper = stored(house, "a.pdf", picture, SourceGrade.ELECTRONIC_ORIGINAL)
    assert paper.grade is SourceGrade.ELECTRONIC_ORIGINAL
    confirmed = [e for e in audit.entries(house.catalogue, limit=1000) if e.action == "paper.confirmed"]
    assert [dict(entry.detail)["grade"] for entry in confirmed] == ["electronic_original"]

    broken = prepared(house, "b.pdf", altered(signed(gov, drawn_pdf(*WORDS))))
    assert (broken.verdict, broken.grade) == (Verdict.INVALID, SourceGrade.SEALED_SCAN)
    assert "signature-invalid" in codes(broken)
    with pytest.raises(InvalidValue):
        confirm(house, broken.id, by="A", actor="test", grade=SourceGrade.CERTIFIED_COPY)
    assert confirm(house, broken.id, by="A", actor="test").grade is SourceGrade.SEALED_SCAN


def test_a_verdict_that_changes_is_told_and_the_old_one_stays(
    open_house: Callable[[Path | None], House], gov: Tree, trusted: Path, tmp_path: Path
) -> None:
    paper = stored(open_house(trusted), "a.pdf", signed(gov, drawn_pdf(*WORDS)))
    before = all_of(open_house(trusted), paper.id)

    stranger = open_house(None)
    changed = reverify(stranger, paper, actor="auditor")
    assert (changed.before, changed.verification.verdict, changed.changed) == (
        Verdict.VALID,
        Verdict.UNDETERMINED,
        True,
    )
    appeared = {change.finding.code for change in changed.changes if change.appeared}
    gone = {change.finding.code for change in changed.changes if not change.appeared}
    assert "trust-none" in appeared
    assert "trust-public" in gone
    assert all(change.field == "Signature1" for change in changed.changes)
    assert stranger.catalogue.paper(paper.id) == dataclasses.replace(paper, verdict=Verdict.UNDETERMINED)
    (event,) = [e for e in stranger.catalogue.events() if e.kind == verifications.CHANGED]
    assert event.payload == {"from": "valid", "to": "undetermined"}
    assert changed.verification.trust_sha256 != before[0].verification.trust_sha256

    shutil.copytree(trusted, tmp_path / "trust")
    back = reverify(open_house(tmp_path / "trust"), paper, actor="auditor")
    same = reverify(open_house(tmp_path / "trust"), paper, actor="auditor")
    assert (back.changed, same.changed, same.changes) == (True, False, ())
    shown: list[Verified] = all_of(stranger, paper.id)
    assert shown[:1] == before
    assert [one.verification.verdict.value for one in shown] == ["valid", "undetermined", "valid", "valid"]
    audit.check(stranger.catalogue)


def test_a_paper_without_a_signed_file_has_nothing_to_verify(
    open_house: Callable[[Path | None], House], small_scan: Path
) -> None:
    house = open_house(None)
    with pytest.raises(NotSealed):
        reverify(house, prepared(house, "a.jpg", small_scan.read_bytes()), actor="auditor")


def test_a_report_that_is_not_the_one_kept_is_refused(
    open_house: Callable[[Path | None], House], gov: Tree, trusted: Path, tmp_path: Path
) -> None:
    house = open_house(trusted)
    paper = prepared(house, "a.pdf", signed(gov, drawn_pdf(*WORDS)))
    (report,) = (tmp_path / "data" / "objects").glob("objects/verifications/**/data.enc")
    report.chmod(0o600)
    kept = report.read_bytes()
    report.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(ObjectDamaged):
        all_of(house, paper.id)
