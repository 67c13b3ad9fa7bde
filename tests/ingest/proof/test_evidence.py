"""The evidence package: its README is followed, command by command, with public tools alone.

And what it is for: whatever is changed in the package, a command says so.
"""

import datetime as dt
import hashlib
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dossier import times
from dossier.errors import AuditChainBroken, NotSealed, ObjectDamaged, TimestampUnavailable
from dossier.papers import Paper, SourceGrade
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.proof.evidence import EXPORTED, evidence_package
from ingest.proof.verifications import all_of, reverify
from ingest.settings import Settings
from ingest.upkeep import audit_log
from signing.timestamps import LocalTimeStamper
from signing.trust import TrustStore
from storage.audit_log import audit
from tests.ingest.arrivals import OWNER, drawn_pdf, prepared, stored, trust_folder
from tests.signing.others import add_timestamp, sign
from tests.signing.pki import Tree
from tests.storage.audit_log.test_audit import tamper

NEEDS_CERTUTIL = "certutil"
_SHELL = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def unpacked(package: bytes, folder: Path) -> Path:
    """Unpack a package into a clean folder."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(folder)
    return folder


def steps(readme: str) -> list[str]:
    """Return the README's steps: lines indented by four spaces that follow one another."""
    return [
        re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in re.findall(r"(?:^ {4}.*\n)+", readme, re.MULTILINE)
    ]


def follow(folder: Path, commands: list[str]) -> dict[str, "subprocess.CompletedProcess[str]"]:
    """Run each step in the folder with a shell that knows nothing of us; return those that failed."""
    shutil.rmtree(folder / "check", ignore_errors=True)
    failed = {}
    for step in commands:
        if NEEDS_CERTUTIL in step and not shutil.which(NEEDS_CERTUTIL):
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", step], cwd=folder, env=_SHELL, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            failed[step] = done
    return failed


def require_all_followed(package: bytes, folder: Path) -> list[str]:
    """Follow the README of a package and return its steps."""
    commands = steps((unpacked(package, folder) / "README.txt").read_text())
    failed = follow(folder, commands)
    assert not failed, "\n".join(f"{step}\n{done.stdout}{done.stderr}" for step, done in failed.items())
    return commands


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, small_scan: Path) -> Iterator[tuple[House, Paper]]:
    """A house with a stored paper among others."""
    house = House(Settings(data_dir=tmp_path_factory.mktemp("shelf")))
    for _ in range(4):
        house.catalogue.record("station", "paper.read", "paper:0000000000000000")
    paper = stored(house, "a.jpg", small_scan.read_bytes())
    house.catalogue.record("station", "paper.read", "paper:0000000000000000")
    yield house, paper
    house.close()


@pytest.fixture(scope="module")
def package(shelf: tuple[House, Paper]) -> bytes:
    return evidence_package(*shelf, actor="auditor")


def test_the_readme_can_be_followed_with_public_tools(package: bytes, tmp_path: Path) -> None:
    commands = require_all_followed(package, tmp_path)
    together = "\n".join(commands)
    for tool in ("sha256sum", "openssl verify", "openssl cms", "openssl ts", "pdfsig", "python3 -I"):
        assert tool in together
    assert together.count("openssl cms -verify") == 1
    assert together.count("openssl ts -verify") == 3, "in the signature, over the file, over the log"
    judged = re.findall(r"openssl (?:verify|cms|ts|ocsp) .*", together)
    assert all("-attime" in command for command in judged), "no command may depend on the day it is run"


SIGNED_LAST = 10
"""So near its end a certificate, a revocation list and a time stamp hold the signature over them."""
FLIPS = {
    "paper.pdf": None,
    "original.sha256": 8,
    "report/report.json": None,
    "certificates/cert-1.pem": None,
    "certificates/cert-2.pem": None,
    "certificates/anchor-1.pem": None,
    "revocation/list-1.crl": -SIGNED_LAST,
    "timestamps/1-1.tst": -SIGNED_LAST,
    "timestamps/2-1.tst": -SIGNED_LAST,
    "audit/entries.jsonl": None,
    "audit/proof.json": None,
    "audit/head.json": None,
    "audit/head.tst": -SIGNED_LAST,
}
"""Where in each member a bit is flipped; ``None``: in the middle."""
ONLY_HASHED = {"README.txt", "SHA256SUMS", "audit/check.py", "report/report.xml", "report/report.pdf"}
"""Members that other commands do not speak about."""


def test_every_member_is_tried(package: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert set(archive.namelist()) == set(FLIPS) | ONLY_HASHED


@pytest.mark.parametrize("name", [*FLIPS, *sorted(ONLY_HASHED)])
def test_a_flipped_bit_makes_a_command_fail(package: bytes, tmp_path: Path, name: str) -> None:
    folder = unpacked(package, tmp_path)
    commands = steps((folder / "README.txt").read_text())
    data = bytearray((folder / name).read_bytes())
    place = FLIPS.get(name)
    data[len(data) // 2 if place is None else place] ^= 1
    (folder / name).write_bytes(bytes(data))
    failed = follow(folder, commands)
    assert commands[0] in failed, "sha256sum"
    if name not in ONLY_HASHED:
        assert len(failed) > 1, "another tool too"


def test_the_same_state_gives_the_same_bytes(shelf: tuple[House, Paper], package: bytes) -> None:
    house, paper = shelf
    house.catalogue.record("officer", "paper.read", f"paper:{paper.id}")
    assert evidence_package(house, paper, actor="somebody else") == package
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {m.date_time for m in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {m.compress_type for m in archive.infolist()} == {zipfile.ZIP_STORED}


def test_every_export_is_told_in_the_log(shelf: tuple[House, Paper], package: bytes) -> None:
    house, paper = shelf
    again = evidence_package(house, paper, actor="inspection-2")
    (entry,) = [e for e in audit.entries(house.catalogue, limit=1000) if e.actor == "inspection-2"]
    assert (entry.action, entry.object) == (EXPORTED, f"paper:{paper.id}")
    assert entry.detail == {"sha256": hashlib.sha256(again).hexdigest(), "with_original": "no"}
    assert again == package
    audit.check(house.catalogue, house.objects)


def test_the_original_comes_only_when_asked_for(shelf: tuple[House, Paper], tmp_path: Path, small_scan: Path) -> None:
    with_it = unpacked(evidence_package(*shelf, actor="a", with_original=True), tmp_path / "with")
    require_all_followed(evidence_package(*shelf, actor="a", with_original=True), tmp_path / "with")
    assert (with_it / "original.jpg").read_bytes() == small_scan.read_bytes()
    subprocess.run(
        ["sha256sum", "--check", "--strict", "original.sha256"], cwd=with_it, check=True, capture_output=True
    )
    without = unpacked(evidence_package(*shelf, actor="a"), tmp_path / "without")
    assert not (without / "original.jpg").exists()
    assert (without / "original.sha256").read_text() == (with_it / "original.sha256").read_text()


def test_the_names_of_members_tell_nothing_of_persons(shelf: tuple[House, Paper], package: bytes) -> None:
    house, paper = shelf
    assert paper.owner is not None
    names = zipfile.ZipFile(io.BytesIO(package)).namelist()
    assert all(re.fullmatch(r"[A-Za-z0-9/.-]+", name) for name in names)
    log = "\n".join(str(e) for e in audit.entries(house.catalogue, limit=1000))
    readme = zipfile.ZipFile(io.BytesIO(package)).read("README.txt").decode()
    for secret in (paper.owner.number.value, OWNER, paper.id.value):
        assert not [name for name in names if secret in name]
        assert secret == paper.id.value or secret not in log + readme


def test_the_excerpt_shows_the_papers_entries_and_no_others(shelf: tuple[House, Paper], package: bytes) -> None:
    _, paper = shelf
    lines = zipfile.ZipFile(io.BytesIO(package)).read("audit/entries.jsonl").decode().splitlines()
    assert all(f'"object":"paper:{paper.id}"' in line for line in lines)
    actions = [re.findall(r'"action":"([^"]+)"', line)[0] for line in lines]
    assert actions[0] == "paper.received"
    assert actions[-1] == "paper.stored"
    assert "paper.verified" in actions


def test_a_new_verdict_comes_with_a_new_head(shelf: tuple[House, Paper], package: bytes, tmp_path: Path) -> None:
    house, paper = shelf
    reverify(house, paper, actor="auditor")
    later = evidence_package(house, house.catalogue.paper(paper.id), actor="auditor")
    require_all_followed(later, tmp_path)
    entries = [zipfile.ZipFile(io.BytesIO(one)).read("audit/entries.jsonl") for one in (package, later)]
    assert entries[1].startswith(entries[0])
    assert b"paper.evidence-exported" in entries[1]


# --- papers of others ------------------------------------------------------------------------------------------


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[[TrustStore], House]]:
    """Open a house that trusts these."""
    houses: list[House] = []

    def opened(trust: TrustStore) -> House:
        folder = trust_folder(tmp_path / f"trust-{len(houses)}", trust)
        houses.append(House(Settings(data_dir=tmp_path / "data", trust_dir=folder)))
        return houses[-1]

    yield opened
    for house in houses:
        house.close()


def test_answers_and_intermediates_and_several_signatures(
    open_house: Callable[[TrustStore], House], gov: Tree, tmp_path: Path
) -> None:
    """Two signatures and an archive time stamp; a signer by a list and by an OCSP response too."""
    now = times.now()
    base = gov.trust(now)
    trust = TrustStore(base.anchors, base.certificates, base.crls, (gov.ocsp("signer", now),))
    signed = sign(drawn_pdf("QUYET DINH", "Dieu 1."), gov.key(), at=now, stamper=gov.stamper(now))
    signed = sign(signed, gov.key("elliptic"), at=now, stamper=gov.stamper(now), field="Signature2")
    signed = add_timestamp(signed, gov.stamper(times.now()))
    house = open_house(trust)
    paper = stored(house, "a.pdf", signed)
    assert (paper.verdict, paper.grade) == (Verdict.VALID, SourceGrade.ELECTRONIC_ORIGINAL)
    together = "\n".join(require_all_followed(evidence_package(house, paper, actor="a"), tmp_path / "package"))
    assert together.count("openssl cms -verify") == 2
    assert together.count("openssl ocsp") == 1
    assert together.count("-crl_check") == 5, "two signers, their authority, the time stamps' and the log's"
    assert (tmp_path / "package" / "paper.pdf").read_bytes() == signed


def test_a_revoked_answer_makes_the_command_fail(
    open_house: Callable[[TrustStore], House], gov: Tree, tmp_path: Path
) -> None:
    now = times.now()
    base = gov.trust(now)
    trust = TrustStore(base.anchors, base.certificates, base.crls[:1], (gov.ocsp("revoked", now),))
    signed = sign(drawn_pdf("QUYET DINH"), gov.key("revoked"), at=now, stamper=gov.stamper(now))
    house = open_house(trust)
    paper = stored(house, "a.pdf", signed)
    assert paper.verdict is not Verdict.VALID
    folder = unpacked(evidence_package(house, paper, actor="a"), tmp_path / "package")
    readme = (folder / "README.txt").read_text()
    failed = follow(folder, steps(readme))
    assert [step for step in failed if "openssl ocsp" in step]
    assert not [step for step in failed if "openssl cms" in step or "openssl ts" in step]
    assert paper.verdict.text_vi in readme
    assert "pdfsig" not in "\n".join(steps(readme))


def test_a_file_changed_after_signing_makes_the_command_fail(
    open_house: Callable[[TrustStore], House], gov: Tree, tmp_path: Path
) -> None:
    now = times.now()
    signed = sign(drawn_pdf("QUYET DINH"), gov.key(), at=now, stamper=gov.stamper(now))
    house = open_house(gov.trust(now))
    paper = stored(house, "a.pdf", signed.replace(b"595 842", b"595 843", 1))
    assert paper.verdict is Verdict.INVALID
    folder = unpacked(evidence_package(house, paper, actor="a"), tmp_path / "package")
    failed = follow(folder, steps((folder / "README.txt").read_text()))
    assert [step for step in failed if "openssl cms" in step]
    assert not [step for step in failed if "sha256sum --check" in step or "check.py" in step]


def test_signers_nobody_knows_are_shown_as_such(
    open_house: Callable[[TrustStore], House], gov: Tree, tmp_path: Path
) -> None:
    now = times.now()
    signed = sign(drawn_pdf("QUYET DINH"), gov.key(), at=now, stamper=gov.stamper(now))
    house = open_house(TrustStore())
    paper = stored(house, "a.pdf", signed)
    assert paper.verdict is Verdict.UNDETERMINED
    together = "\n".join(require_all_followed(evidence_package(house, paper, actor="a"), tmp_path / "package"))
    assert "-noverify" in together
    assert "không có gốc tin cậy" in (tmp_path / "package" / "README.txt").read_text()


def test_a_time_stamp_signed_with_pss_can_be_checked(
    open_house: Callable[[TrustStore], House], gov: Tree, tmp_path: Path
) -> None:
    """The commands are others then: openssl ts takes no RSASSA-PSS."""
    house = open_house(gov.trust(times.now()))
    house.__dict__["development_stamper"] = pss_stamper(house.development.folder / "authority")
    paper = stored(house, "a.pdf", drawn_pdf("QUYET DINH", "Dieu 1."))
    commands = require_all_followed(evidence_package(house, paper, actor="a"), tmp_path)
    together = "\n".join(commands)
    assert "openssl ts" not in together
    assert together.count("-purpose timestampsign") == 3
    head = tmp_path / "audit" / "head.json"
    head.write_bytes(head.read_bytes() + b" ")
    assert [step for step in follow(tmp_path, commands) if "head.tst" in step]


def pss_stamper(authority: Path) -> LocalTimeStamper:
    """A time-stamp authority with an RSA key, under the development root."""
    root = x509.load_pem_x509_certificate((authority / "root.pem").read_bytes())
    root_key = load_pem_private_key((authority / "root.key").read_bytes(), None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    key, now = rsa.generate_private_key(65537, 2048), times.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dấu thời gian THỬ NGHIỆM / TEST")]))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=900))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    return LocalTimeStamper(key, asn1_x509.Certificate.load(made.public_bytes(Encoding.DER)))


# --- what can go wrong -----------------------------------------------------------------------------------------


def test_where_no_authority_answers_the_head_goes_without_until_one_does(
    open_house: Callable[[TrustStore], House], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(TrustStore())
    paper = stored(house, "a.pdf", drawn_pdf("QUYET DINH", "Dieu 1."))

    def silent(*_: object) -> bytes:
        raise TimestampUnavailable(reason="nobody there")

    with monkeypatch.context() as patched:
        patched.setattr(audit_log, "token_over", silent)
        without = evidence_package(house, paper, actor="a")
    assert "audit/head.tst" not in zipfile.ZipFile(io.BytesIO(without)).namelist()
    require_all_followed(without, tmp_path / "without")
    later = zipfile.ZipFile(io.BytesIO(evidence_package(house, paper, actor="a")))
    assert "audit/head.tst" in later.namelist()
    assert later.read("audit/head.json") == zipfile.ZipFile(io.BytesIO(without)).read("audit/head.json")


def test_a_paper_that_is_not_stored_has_no_package(open_house: Callable[[TrustStore], House], small_scan: Path) -> None:
    house = open_house(TrustStore())
    paper = prepared(house, "a.jpg", small_scan.read_bytes())
    with pytest.raises(NotSealed):
        evidence_package(house, paper, actor="a")
    assert EXPORTED not in {e.action for e in audit.entries(house.catalogue, limit=1000)}


def test_a_paper_whose_verdict_was_never_kept_is_verified_first(
    open_house: Callable[[TrustStore], House], tmp_path: Path
) -> None:
    house = open_house(TrustStore())
    paper = stored(house, "a.pdf", drawn_pdf("QUYET DINH", "Dieu 1."))
    tamper(house.catalogue, "DELETE FROM verifications")
    require_all_followed(evidence_package(house, paper, actor="auditor"), tmp_path / "package")
    assert [one.verification.occasion.value for one in all_of(house, paper.id)] == ["demand"]


def test_a_rewritten_log_is_not_exported(open_house: Callable[[TrustStore], House]) -> None:
    house = open_house(TrustStore())
    paper = stored(house, "a.pdf", drawn_pdf("QUYET DINH", "Dieu 1."))
    evidence_package(house, paper, actor="a")
    tamper(house.catalogue, "UPDATE audit SET hash = '" + "0" * 64 + "' WHERE seq = 1")
    with pytest.raises((ObjectDamaged, AuditChainBroken)):
        evidence_package(house, paper, actor="a")


def test_the_name_of_a_field_cannot_pass_for_a_command(
    open_house: Callable[[TrustStore], House], gov: Tree, tmp_path: Path
) -> None:
    """The README is copied to a shell, and the signer chose the name."""
    now = times.now()
    name = "a\n    touch pwned\n\x1b[31m$(touch pwned) `touch pwned`"
    house = open_house(gov.trust(now))
    paper = stored(house, "a.pdf", sign(drawn_pdf("QUYET DINH"), gov.key(), at=now, field=name))
    require_all_followed(evidence_package(house, paper, actor="a"), tmp_path / "package")
    readme = (tmp_path / "package" / "README.txt").read_text()
    assert "\n    touch" not in readme
    assert not re.search(r"[\x00-\x09\x0b-\x1f]|touch pwned", readme)
    assert not list(tmp_path.rglob("pwned"))
