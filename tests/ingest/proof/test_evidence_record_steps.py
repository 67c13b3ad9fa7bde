"""The README's steps on evidence records: followed for every kind of renewal, and failing on anything altered."""

import datetime as dt
from pathlib import Path

import pytest

from dossier import times
from ingest.house import House
from ingest.proof.day_records import make_records
from ingest.proof.evidence import evidence_package
from ingest.proof.evidence_record_steps import RECORD, record_steps
from ingest.proof.evidence_steps import Names, Steps
from ingest.settings import Settings
from signing.evidence_record import StampedTree, hashed
from signing.record_links import Over, record_links
from signing.record_stamps import restamp, stamp_leaves
from signing.trust import TrustStore
from tests.ingest.arrivals import drawn_pdf, stored
from tests.ingest.proof.test_evidence import follow, require_all_followed, steps, unpacked
from tests.signing.pki import Tree, write_pem

AT = dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
FILES = tuple(f"file {number}".encode() * 50 for number in range(5))


def first(gov: Tree, count: int = len(FILES)) -> StampedTree:
    leaves = [hashed("sha256", file) for file in FILES[:count]]
    return StampedTree((stamp_leaves(leaves, "sha256", time_stamper=gov.stamper(AT), trust=gov.trust(AT), at=AT),))


def restamped(gov: Tree, tree: StampedTree, hours: int) -> StampedTree:
    at, other = AT + hours * HOUR, first(gov, 1)
    (renewed, _) = restamp([tree, _as(tree, other, gov, at)], time_stamper=gov.stamper(at), trust=gov.trust(at), at=at)
    return renewed


def _as(tree: StampedTree, other: StampedTree, gov: Tree, at: dt.datetime) -> StampedTree:
    """Another tree whose newest time stamp is of the same hash function."""
    algorithm = tree.chains[-1].algorithm
    if algorithm == other.chains[-1].algorithm:
        return other
    leaves = [hashed(algorithm, b"other")]
    return StampedTree((stamp_leaves(leaves, algorithm, time_stamper=gov.stamper(at), trust=gov.trust(at), at=at),))


def rehashed(gov: Tree, tree: StampedTree, algorithm: str, hours: int) -> StampedTree:
    at = AT + hours * HOUR
    leaves = tree.rehashed_leaves(algorithm, lambda place: hashed(algorithm, FILES[place]))
    return tree.rehashed(stamp_leaves(leaves, algorithm, time_stamper=gov.stamper(at), trust=gov.trust(at), at=at))


def laid_out(folder: Path, file: bytes, record: bytes, trust: TrustStore) -> list[str]:
    """Lay a file, its record and what that rests on out as a package does; return the commands of the steps."""
    links, rests_on = record_links(file, record, trust)
    names = Names(rests_on)
    for name in ("record", "certificates", "revocation"):
        (folder / name).mkdir(parents=True)
    (folder / "paper.pdf").write_bytes(file)
    (folder / RECORD).write_bytes(record)
    for certificate in (*(a.certificate for a in rests_on.anchors), *rests_on.certificates):
        write_pem(folder / names.certificate(certificate), certificate)
    for revocations in rests_on.crls:
        (folder / names.revocation(revocations)).write_bytes(revocations.dump())
    writer = Steps(rests_on, names, AT)
    return [
        "\n".join(step.commands) for step in (*writer.trust(), *writer.certificates(), *record_steps(links, writer))
    ]


def histories(gov: Tree) -> dict[str, StampedTree]:
    alone, tree = first(gov, 1), first(gov)
    return {
        "alone": alone,
        "of five": tree,
        "stamped again": restamped(gov, restamped(gov, tree, 1), 2),
        "hashed again": rehashed(gov, tree, "sha512", 1),
        "everything": restamped(gov, rehashed(gov, restamped(gov, tree, 1), "sha3_256", 2), 3),
    }


@pytest.mark.parametrize("kind", ["alone", "of five", "stamped again", "hashed again", "everything"])
def test_every_kind_of_record_can_be_followed_and_an_altered_one_not(gov: Tree, tmp_path: Path, kind: str) -> None:
    tree = histories(gov)[kind]
    place = 0 if kind == "alone" else 3
    record = tree.record(place)
    commands = laid_out(tmp_path, FILES[place], record, gov.trust(AT + 4 * HOUR))
    failed = follow(tmp_path, commands)
    assert not failed, "\n".join(f"{step}\n{done.stdout}{done.stderr}" for step, done in failed.items())

    (tmp_path / "paper.pdf").write_bytes(FILES[place] + b" ")
    assert follow(tmp_path, commands)
    (tmp_path / "paper.pdf").write_bytes(FILES[place])
    altered = bytearray(record)
    altered[-10] ^= 1  # within the signature of the newest time stamp
    (tmp_path / RECORD).write_bytes(bytes(altered))
    assert follow(tmp_path, commands)


def test_what_each_time_stamp_is_over_is_told(gov: Tree) -> None:
    links, rests_on = record_links(FILES[3], histories(gov)["everything"].record(3), gov.trust(AT + 4 * HOUR))
    assert [link.over for link in links] == [Over.FILE, Over.STAMP, Over.FILE_AND_CHAINS, Over.STAMP]
    assert [link.algorithm for link in links] == ["sha256", "sha256", "sha3_256", "sha3_256"]
    assert [link.token.moment for link in links] == [AT + hours * HOUR for hours in range(4)]
    assert len(rests_on.anchors) == 1
    with pytest.raises(ValueError, match=r"."):
        record_links(FILES[3], b"\x30\x00", gov.trust(AT))


def test_the_package_holds_the_record_once_the_day_is_closed(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path / "data"))
    paper = stored(house, "a.pdf", drawn_pdf("QUYET DINH", "Dieu 1."))
    before = unpacked(evidence_package(house, paper, actor="a"), tmp_path / "before")
    assert not (before / RECORD).exists()
    later = times.now() + dt.timedelta(days=2)
    house.__dict__["development_stamper"] = house.development.time_stamper(lambda: later)
    assert len(list(make_records(house, at=later))) == 1
    commands = require_all_followed(evidence_package(house, paper, actor="a"), tmp_path / "after")
    assert len([step for step in commands if RECORD in step]) == 1
    assert steps((tmp_path / "after" / "README.txt").read_text()) == commands
    house.close()
