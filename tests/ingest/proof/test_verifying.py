"""Files from strangers are checked in limited processes with the same verdict, and none takes another down."""

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace

import pikepdf
import pytest

from dossier.verdicts import Verdict
from ingest.limited.limits import MIB, Limits
from ingest.proof.verifying import VERIFICATION_LIMITS, Verifier, pack, unpack
from signing.online import FetchRules
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import *  # noqa: F403 - its fixtures
from tests.signing.conftest import AT
from tests.signing.others import sign
from tests.signing.pki import Tree

HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def verifier(trust: TrustStore) -> Iterator[Verifier]:
    verifier = Verifier(trust)
    yield verifier
    verifier.close()


def test_the_report_is_the_one_of_a_check_in_this_process(
    verifier: Verifier, trust: TrustStore, sealed: bytes, page: bytes
) -> None:
    for data in (sealed, page, sealed[:5000], b"", b"hello"):
        assert verifier.verify(data, at=AT + HOUR) == validate(data, trust, at=AT + HOUR)


def test_test_anchors_can_be_refused(verifier: Verifier, sealed: bytes) -> None:
    assert verifier.verify(sealed, at=AT + HOUR, allow_test=False).verdict is Verdict.UNDETERMINED


def test_a_trust_store_that_changes_is_followed(trust: TrustStore, sealed: bytes) -> None:
    stores = [TrustStore(), trust, trust, TrustStore()]
    verifier = Verifier(lambda: stores[0])
    try:
        seen = []
        while stores:
            seen.append(verifier.verify(sealed, at=AT + HOUR).verdict)
            stores.pop(0) if len(stores) > 1 else stores.clear()
    finally:
        verifier.close()
    assert seen == [Verdict.UNDETERMINED, Verdict.VALID, Verdict.VALID, Verdict.UNDETERMINED]


def test_a_trust_store_travels_whole(gov: Tree) -> None:
    store = gov.trust(AT)
    store = replace(store, ocsps=(gov.ocsp("signer", AT),))
    moved = unpack(pack(store))
    for part in ("certificates", "crls", "ocsps"):
        assert [v.dump() for v in getattr(moved, part)] == [v.dump() for v in getattr(store, part)]
    assert [(a.certificate.sha256, a.trust_class) for a in moved.anchors] == [
        (a.certificate.sha256, a.trust_class) for a in store.anchors
    ]


@pytest.mark.parametrize(
    ("limits", "size", "limit"),
    [
        (replace(VERIFICATION_LIMITS, memory_bytes=256 * MIB), 300 * MIB, "memory"),
        (replace(VERIFICATION_LIMITS, wall_s=0.001), 10, "wall-clock time"),
    ],
)
def test_a_file_that_takes_too_much_is_undetermined(trust: TrustStore, limits: Limits, size: int, limit: str) -> None:
    verifier = Verifier(trust, limits=limits)
    try:
        for _ in range(2):
            report = verifier.verify(bytes(size), at=AT)
            assert (report.verdict, report.signatures) == (Verdict.UNDETERMINED, ())
            (aborted,) = report.findings
            assert aborted.code == "verification-aborted"
            assert limit in aborted.text_en
            assert report.circumstances is not None
            assert report.circumstances.size == size
    finally:
        verifier.close()


def _bomb() -> bytes:
    """A file whose objects refer to each other in long chains, packed small."""
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for _ in range(20_000):
            pdf.make_indirect(pikepdf.Dictionary(A=pikepdf.Array([pikepdf.Array([pdf.Root.Pages])] * 20)))
        pdf.Root.Kept = pdf.make_stream(b" " * 200_000_000)
        pdf.save(output, compress_streams=True)
    return output.getvalue()


def test_a_bomb_beside_a_good_file_takes_nothing_from_it(verifier: Verifier, sealed: bytes) -> None:
    bomb = _bomb()
    reports = list(verifier.over_files(lambda data: verifier.verify(data, at=AT + HOUR), [bomb, sealed, bomb, sealed]))

    assert [r.verdict for r in reports[1::2]] == [Verdict.VALID] * 2
    assert all(r.verdict is not Verdict.VALID for r in reports[::2])


def test_fetching_goes_through_the_process_too(gov: Tree, page: bytes) -> None:
    verifier = Verifier(TrustStore(anchors=gov.trust(AT).anchors), online=FetchRules())
    try:
        report = verifier.verify(sign(page, gov.key(), at=AT), at=AT + HOUR)
    finally:
        verifier.close()
    assert report.circumstances is not None
    assert {f.outcome for f in report.circumstances.fetched} == {"refused"}
