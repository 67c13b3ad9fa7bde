"""Evidence records checked alone: whole ones, renewed ones, and everything that can be wrong with one."""

import datetime as dt
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asn1crypto import cms, pem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.errors import PartFailed, SealRefused, TimestampUnavailable
from dossier.verdicts import Verdict
from signing.algorithms import SUNSETS, Sunset, Sunsets
from signing.evidence_record import EvidenceRecord, HashTree, StampedTree, hashed, root_of
from signing.record_check import RecordReport, check_record
from signing.record_stamps import end_of_tree, moment_of, restamp, stamp_leaves, with_evidence
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.eras import IN_2026, IN_2035, IN_2046, Age, anchors_of, make_ages
from tests.signing.others import sign
from tests.signing.pki import Tree

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper

DAY = dt.timedelta(days=1)
FILES = [f"file {number}".encode() for number in range(200)]


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Age]:
    return make_ages(tmp_path_factory.mktemp("ages"))


def proven(files: Sequence[bytes], age: Age, algorithm: str = "sha256") -> StampedTree:
    leaves = [hashed(algorithm, file) for file in files]
    chain = stamp_leaves(leaves, algorithm, time_stamper=age.stamper, trust=age.trust, at=age.at)
    return StampedTree((chain,))


def restamped(tree: StampedTree, age: Age) -> StampedTree:
    (renewed,) = restamp([tree], time_stamper=age.stamper, trust=age.trust, at=age.at)
    return renewed


def rehashed(tree: StampedTree, files: Sequence[bytes], age: Age, algorithm: str = "sha512") -> StampedTree:
    tree = tree.with_evidence(with_evidence(tree.last.token, age.trust, age.at))
    leaves = tree.rehashed_leaves(algorithm, lambda place: hashed(algorithm, files[place]))
    return tree.rehashed(stamp_leaves(leaves, algorithm, time_stamper=age.stamper, trust=age.trust, at=age.at))


@pytest.fixture(scope="module")
def many(ages: dict[int, Age]) -> StampedTree:
    return proven(FILES, ages[2026])


def codes(report: RecordReport) -> set[str]:
    return {f.code for f in report.findings if f.severity.value != "info"}


# --- one time stamp ------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(count=st.integers(1, 200), data=st.data())
def test_every_files_record_proves_it_alone(ages: dict[int, Age], count: int, data: st.DataObject) -> None:
    tree = proven(FILES[:count], ages[2026])
    for place in {0, count - 1, data.draw(st.integers(0, count - 1))}:
        report = check_record(FILES[place], tree.record(place), anchors_of(ages), at=IN_2026 + 3000 * DAY)
        assert (report.verdict, report.proven) == (Verdict.VALID, IN_2026)
        assert report.time_stamps == (IN_2026,)


@pytest.mark.parametrize("place", [0, 17, 199])
def test_no_other_file_is_proven(ages: dict[int, Age], many: StampedTree, place: int) -> None:
    record = many.record(place)
    for other in (FILES[place - 1], FILES[place] + b" ", b""):
        report = check_record(other, record, anchors_of(ages), at=IN_2026)
        assert (report.verdict, codes(report)) == (Verdict.INVALID, {"record-other-file"})
        assert report.proven is None


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 199), data=st.data())
def test_a_flipped_bit_is_told(ages: dict[int, Age], many: StampedTree, place: int, data: st.DataObject) -> None:
    """In the file, in the tree, in the time stamp: all of a record but the revocation list, whose issuer signed it."""
    file, record = FILES[place], many.record(place)
    token = EvidenceRecord.load(record)["sequence"][0][0]["time_stamp"]["content"]
    lists = token["crls"].dump()
    begin = record.index(lists)
    part = data.draw(st.sampled_from(["file", "before", "after"]))
    spans = {"file": (0, len(file)), "before": (0, begin), "after": (begin + len(lists), len(record))}
    start, end = spans[part]
    changed = bytearray(file if part == "file" else record)
    changed[data.draw(st.integers(start, end - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if part == "file":
        report = check_record(bytes(changed), record, anchors_of(ages), at=IN_2026)
        assert codes(report) == {"record-other-file"}
    else:
        report = check_record(file, bytes(changed), anchors_of(ages), at=IN_2026)
        assert codes(report)
    assert report.verdict is not Verdict.VALID


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_whatever_is_no_record_proves_nothing(content: bytes) -> None:
    report = check_record(b"file", content, TrustStore(), at=IN_2026)
    assert report.verdict is Verdict.INVALID
    assert codes(report) <= {"record-unreadable", "record-malformed"}


def test_after_the_authoritys_end_it_is_undetermined(ages: dict[int, Age], many: StampedTree) -> None:
    end = end_of_tree(many)
    assert end == SUNSETS.keys["ec", 250].until
    report = check_record(FILES[0], many.record(0), anchors_of(ages), at=IN_2046)
    assert (report.verdict, codes(report), report.proven) == (Verdict.UNDETERMINED, {"timestamp-expired"}, None)


def test_an_unknown_authority_proves_nothing(many: StampedTree, gov: Tree) -> None:
    report = check_record(FILES[0], many.record(0), gov.trust(IN_2026), at=IN_2026)
    assert (report.verdict, codes(report)) == (Verdict.UNDETERMINED, {"timestamp-untrusted"})


def test_test_anchors_may_be_refused(ages: dict[int, Age], many: StampedTree) -> None:
    report = check_record(FILES[0], many.record(0), anchors_of(ages), at=IN_2026, allow_test=False)
    assert (report.verdict, codes(report)) == (Verdict.UNDETERMINED, {"trust-test-refused"})


def test_only_an_end_that_a_person_confirmed_makes_a_verdict(ages: dict[int, Age], many: StampedTree) -> None:
    later = IN_2026 + 300 * DAY
    for confirmed, verdict in ((False, Verdict.VALID), (True, Verdict.UNDETERMINED)):
        ended = Sunset(IN_2026 + 100 * DAY, confirmed=confirmed, source="a test")
        table = Sunsets({**SUNSETS.hashes, "sha256": ended}, SUNSETS.keys, SUNSETS.schemes)
        report = check_record(FILES[3], many.record(3), anchors_of(ages), at=later, sunsets=table)
        assert report.verdict is verdict
        assert ("record-algorithm-ended" in codes(report)) is confirmed


def test_a_time_stamp_over_http_is_used(gov: Tree, server: str) -> None:
    now = dt.datetime.now(dt.UTC)
    leaves = [hashed("sha256", file) for file in FILES[:5]]
    stamper = rfc3161(f"{server}/gov/tsa/tsa")
    tree = StampedTree((stamp_leaves(leaves, "sha256", time_stamper=stamper, trust=gov.trust(now), at=now),))
    anchors = TrustStore(anchors=gov.trust(now).anchors)
    assert check_record(FILES[4], tree.record(4), anchors, at=now + DAY).verdict is Verdict.VALID
    wrong = rfc3161(f"{server}/gov/tsa/nobody")
    with pytest.raises(TimestampUnavailable):
        stamp_leaves(leaves, "sha256", time_stamper=wrong, trust=gov.trust(now), at=now)


def test_evidence_by_ocsp_stands_in_the_time_stamp_too(gov: Tree) -> None:
    answered = replace(gov.trust(IN_2026), ocsps=(gov.ocsp("tsa", IN_2026), gov.ocsp("signer", IN_2026)))
    chain = stamp_leaves(
        [hashed("sha256", b"x")], "sha256", time_stamper=gov.stamper(IN_2026), trust=answered, at=IN_2026
    )
    token = cms.ContentInfo.load(chain.stamps[0].token)["content"]
    assert [choice.name for choice in token["crls"]].count("other") == 1
    record = StampedTree((chain,)).record(0)
    assert check_record(b"x", record, TrustStore(anchors=answered.anchors), at=IN_2026).verdict is Verdict.VALID


def test_an_authority_that_is_not_proven_or_whose_clock_is_wrong_is_not_used(gov: Tree, impostor: Tree) -> None:
    leaf = [hashed("sha256", b"x")]
    cases: list[tuple[TimeStamper, TrustStore]] = [
        (impostor.stamper(IN_2026), gov.trust(IN_2026)),
        (gov.stamper(IN_2026), gov.trust(IN_2026, revocation=False)),
        (gov.stamper(IN_2026 - dt.timedelta(minutes=6)), gov.trust(IN_2026)),
    ]
    for stamper, trust in cases:
        with pytest.raises((SealRefused, PartFailed)):
            stamp_leaves(leaf, "sha256", time_stamper=stamper, trust=trust, at=IN_2026)


# --- renewals ------------------------------------------------------------------------------------------------------


def test_twenty_years_by_new_time_stamps(ages: dict[int, Age], many: StampedTree) -> None:
    tree = restamped(restamped(many, ages[2035]), ages[2044])
    for place in (0, 99, 199):
        report = check_record(FILES[place], tree.record(place), anchors_of(ages), at=IN_2046)
        assert (report.verdict, report.proven, len(report.time_stamps)) == (Verdict.VALID, IN_2026, 3)
    missed = restamped(many, ages[2035])
    assert check_record(FILES[0], missed.record(0), anchors_of(ages), at=IN_2046).verdict is Verdict.UNDETERMINED


def test_twenty_years_by_new_hashes_and_new_time_stamps(ages: dict[int, Age]) -> None:
    files = FILES[:9]
    hashed_first = restamped(rehashed(proven(files, ages[2026]), files, ages[2035]), ages[2044])
    stamped_first = rehashed(restamped(proven(files, ages[2026]), ages[2035]), files, ages[2044])
    hashed_twice = rehashed(rehashed(proven(files, ages[2026]), files, ages[2035]), files, ages[2044], "sha3_512")
    for tree, chains in ((hashed_first, [1, 2]), (stamped_first, [2, 1]), (hashed_twice, [1, 1, 1])):
        for place, file in enumerate(files):
            record = tree.record(place)
            assert [len(chain) for chain in EvidenceRecord.load(record)["sequence"]] == chains
            report = check_record(file, record, anchors_of(ages), at=IN_2046)
            assert (report.verdict, report.proven) == (Verdict.VALID, IN_2026)
            other = check_record(file + b".", record, anchors_of(ages), at=IN_2046)
            assert codes(other) == {"record-other-file"}


def test_many_trees_share_one_new_time_stamp(ages: dict[int, Age]) -> None:
    days = [FILES[:1], FILES[1:6], FILES[6:20]]
    age = ages[2035]
    trees = restamp([proven(files, ages[2026]) for files in days], time_stamper=age.stamper, trust=age.trust, at=age.at)
    assert len({tree.last.token for tree in trees}) == 1
    for tree, files in zip(trees, days, strict=True):
        for place, file in enumerate(files):
            report = check_record(file, tree.record(place), anchors_of(ages), at=IN_2035 + 1000 * DAY)
            assert (report.verdict, report.proven) == (Verdict.VALID, IN_2026)


def test_a_renewal_brings_fresh_evidence_for_the_time_stamp_it_covers(ages: dict[int, Age]) -> None:
    tree = restamped(proven(FILES[:2], ages[2026]), ages[2035])
    first = cms.ContentInfo.load(tree.chains[0].stamps[0].token)["content"]
    updates = {choice.chosen["tbs_cert_list"]["this_update"].native for choice in first["crls"]}
    assert min(updates) > IN_2035 - DAY


def test_renewed_too_late_it_stays_undetermined(ages: dict[int, Age], many: StampedTree) -> None:
    with pytest.raises(SealRefused):
        restamped(many, ages[2044])
    skipped = many.restamped(restamped(proven(FILES, ages[2035]), ages[2044]).last)
    assert check_record(FILES[0], skipped.record(0), anchors_of(ages), at=IN_2046).verdict is not Verdict.VALID


def test_a_renewal_of_something_else_is_told(ages: dict[int, Age], many: StampedTree) -> None:
    other = restamped(proven([b"another"], ages[2026]), ages[2035])
    report = check_record(FILES[0], many.restamped(other.last).record(0), anchors_of(ages), at=IN_2035)
    assert (report.verdict, codes(report)) == (Verdict.INVALID, {"record-renewal-broken"})
    shared = replace(other.last, shared=HashTree([many.renewable, b"x" * 32], "sha256").reduced(many.renewable))
    report = check_record(FILES[0], many.restamped(shared).record(0), anchors_of(ages), at=IN_2035)
    assert codes(report) == {"record-tree-broken"}


def test_new_hashes_of_something_else_are_told(ages: dict[int, Age]) -> None:
    tree = proven(FILES[:2], ages[2026])
    wrong = rehashed(tree, [FILES[0], b"another"], ages[2035])
    report = check_record(FILES[1], wrong.record(1), anchors_of(ages), at=IN_2035)
    assert (report.verdict, codes(report)) == (Verdict.INVALID, {"record-rehash-broken"})
    assert check_record(FILES[0], wrong.record(0), anchors_of(ages), at=IN_2035).verdict is Verdict.VALID


def test_time_stamps_out_of_order_are_told(ages: dict[int, Age]) -> None:
    tree = proven(FILES[:1], ages[2035])
    age = ages[2026]
    token = stamp_leaves([tree.renewable], "sha256", time_stamper=age.stamper, trust=age.trust, at=age.at)
    report = check_record(FILES[0], tree.restamped(token.stamps[0]).record(0), anchors_of(ages), at=IN_2035)
    assert "record-order" in codes(report)
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"digest_algorithms": [{"algorithm": "sha512"}]},
        {"digest_algorithms": []},
        {"sequence": []},
        {"sequence": [[]]},
    ],
    ids=str,
)
def test_a_record_that_breaks_the_rules_is_told(
    ages: dict[int, Age], many: StampedTree, changes: dict[str, object]
) -> None:
    record = EvidenceRecord.load(many.record(0))
    for name, value in changes.items():
        record[name] = value
    report = check_record(FILES[0], record.dump(), anchors_of(ages), at=IN_2026)
    assert (report.verdict, codes(report)) == (Verdict.INVALID, {"record-malformed"})


def test_a_chain_of_two_hash_functions_is_told(ages: dict[int, Age], many: StampedTree) -> None:
    other = proven([many.last.token], ages[2035], "sha512")
    mixed = EvidenceRecord.load(many.restamped(other.last).record(0))
    mixed["digest_algorithms"] = [{"algorithm": "sha256"}, {"algorithm": "sha512"}]
    mixed["sequence"][0][1]["digest_algorithm"] = {"algorithm": "sha512"}
    report = check_record(FILES[0], mixed.dump(force=True), anchors_of(ages), at=IN_2035)
    assert (report.verdict, codes(report)) == (Verdict.INVALID, {"record-malformed"})


# --- what it is for ------------------------------------------------------------------------------------------------


def test_a_paper_that_arrived_signed_is_judged_at_the_moment_its_record_proves(
    ages: dict[int, Age], gov: Tree, page: bytes
) -> None:
    signed = sign(page, gov.key("elliptic"), at=IN_2026, evidence=gov.trust(IN_2026))
    tree = restamped(restamped(proven([signed], ages[2026]), ages[2035]), ages[2044])
    anchors = TrustStore(anchors=(*anchors_of(ages).anchors, *gov.trust(IN_2026).anchors))
    assert validate(signed, anchors, at=IN_2046).verdict is Verdict.UNDETERMINED
    report = check_record(signed, tree.record(0), anchors, at=IN_2046)
    assert report.proven is not None
    assert validate(signed, anchors, at=report.proven).verdict is Verdict.VALID


def test_openssl_agrees(ages: dict[int, Age], many: StampedTree, tmp_path: Path) -> None:
    """What the documentation tells an auditor to do by hand."""
    record = EvidenceRecord.load(many.record(5))
    stamp = record["sequence"][0][0]
    root = root_of([list(group.native) for group in stamp["reduced_hashtree"]], "sha256")
    (tmp_path / "paper.ers").write_bytes(record.dump())
    anchor = ages[2026].trust.roots[0]
    (tmp_path / "root.pem").write_bytes(pem.armor("CERTIFICATE", anchor.dump()))
    parsed = _openssl(tmp_path, "asn1parse", "-inform", "DER", "-in", "paper.ers")
    assert hashed("sha256", FILES[5]).hex().upper() in parsed
    value = ""
    for group in stamp["reduced_hashtree"]:
        members = " ".join([*(one.hex().upper() for one in group.native), value])
        command = f"printf '%s\\n' {members} | sort | tr -d '\\n' | basenc -d --base16 | openssl dgst -sha256 -r"
        done = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True)
        value = done.stdout.split()[0].upper()
    assert value == root.hex().upper()
    line = next(line for line in parsed.splitlines() if "pkcs7-signedData" in line)
    offset = int(line.split(":")[0]) - 4
    _openssl(tmp_path, "asn1parse", "-inform", "DER", "-in", "paper.ers", "-strparse", str(offset), "-noout",
             "-out", "token.der")  # fmt: skip
    assert (tmp_path / "token.der").read_bytes() == stamp["time_stamp"].dump()
    moment = str(int(IN_2026.timestamp()))
    verify = ("ts", "-verify", "-in", "token.der", "-token_in", "-CAfile", "root.pem", "-attime", moment)
    assert "Verification: OK" in _openssl(tmp_path, *verify, "-digest", root.hex())
    with pytest.raises(subprocess.CalledProcessError):
        _openssl(tmp_path, *verify, "-digest", hashed("sha256", b"another").hex())


def _openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout


def test_the_moment_of_a_time_stamp_is_read(many: StampedTree) -> None:
    assert moment_of(many.last.token) == IN_2026
