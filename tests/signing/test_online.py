"""What is missing is fetched where the certificates say, only if asked, and only from where it is allowed."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asn1crypto import x509

from dossier.times import now
from dossier.verdicts import Verdict
from signing.keys import LoadedSigner, SealKey
from signing.online import FetchRules, complete
from signing.proof import Evidence
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.others import sign
from tests.signing.pki import Tree, make_trees, serve, tree

INSIDE = FetchRules(internal=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """A tree whose certificates name addresses that answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = make_trees(tmp_path_factory.mktemp("served"), f"http://127.0.0.1:{port}")
    with serve(config, port):
        yield tree(config, "gov")


@pytest.fixture(scope="module")
def bare(served: Tree, page: bytes) -> bytes:
    """A signature that brings nothing but the signer's certificate."""
    key = SealKey.of(LoadedSigner(served.private_key("signer"), served.certificate("signer")))
    return sign(page, key, at=now())


@pytest.fixture(scope="module")
def root_only(served: Tree) -> TrustStore:
    return TrustStore(anchors=served.trust(now()).anchors)


def test_issuer_list_and_response_are_fetched_and_reported(bare: bytes, root_only: TrustStore) -> None:
    offline = validate(bare, root_only)
    assert offline.verdict is Verdict.UNDETERMINED
    assert offline.circumstances is not None
    assert (offline.circumstances.online, offline.circumstances.fetched) == (False, ())

    report = validate(bare, root_only, online=INSIDE)
    assert report.verdict is Verdict.VALID
    how = report.circumstances
    assert how is not None
    assert how.online
    assert [(f.kind, f.outcome) for f in how.fetched] == [
        ("issuer", "fetched"),
        ("OCSP", "fetched"),
        ("CRL", "fetched"),
    ]
    (signature,) = report.signatures
    assert {(r.kind, r.source, r.says) for r in signature.revocation} == {
        ("OCSP", "online", "good"),
        ("CRL", "online", "good"),
    }
    assert all(r.url and r.url.startswith("http://127.0.0.1:") for r in signature.revocation)
    assert signature.profile == "B-B"


def test_a_revocation_that_is_fetched_counts(served: Tree, page: bytes, root_only: TrustStore) -> None:
    report = validate(sign(page, served.key("revoked"), at=now()), root_only, online=INSIDE)

    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].sub_indication == "REVOKED"
    assert "revoked" in {r.says for r in report.signatures[0].revocation}


def test_addresses_inside_are_refused_unless_allowed(bare: bytes, root_only: TrustStore) -> None:
    report = validate(bare, root_only, online=FetchRules())

    assert report.verdict is Verdict.UNDETERMINED
    assert report.circumstances is not None
    assert {f.outcome for f in report.circumstances.fetched} == {"refused"}


def test_nothing_is_fetched_where_nothing_is_missing(served: Tree, page: bytes) -> None:
    moment = now()
    report = validate(sign(page, served.key(), at=moment), served.trust(moment), at=moment, online=INSIDE)

    assert report.verdict is Verdict.VALID
    assert report.circumstances is not None
    assert report.circumstances.fetched == ()


def test_what_is_fetched_is_no_anchor(bare: bytes, impostor: Tree) -> None:
    """Its issuer is fetched, but leads nowhere the verifier trusts."""
    report = validate(bare, TrustStore(anchors=impostor.trust(now()).anchors), online=INSIDE)

    assert report.verdict is Verdict.UNDETERMINED
    assert report.signatures[0].trust_class is None


# --- answers that must not do harm -----------------------------------------------------------------------------------


@contextlib.contextmanager
def answering(reply: bytes, *, pause: float = 0.0, again: int = 1) -> Iterator[int]:
    """A server that sends ``reply`` whatever it is asked, ``again`` times with a pause between; yields its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                for _ in range(again):
                    connection.sendall(reply)
                    time.sleep(pause)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _naming(certificate: x509.Certificate, port: int, path: str = "/") -> x509.Certificate:
    """The certificate with the address of its list changed; its signature does not matter here."""
    changed = certificate.copy()
    for extension in changed["tbs_certificate"]["extensions"]:
        if extension["extn_id"].native == "crl_distribution_points":
            name = x509.GeneralName("uniform_resource_identifier", f"http://127.0.0.1:{port}{path}")
            points = x509.CRLDistributionPoints([{"distribution_point": {"full_name": [name]}}])
            extension["extn_value"] = points
    return x509.Certificate.load(changed.dump(force=True))


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "unusable"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "unusable"),
        (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", "refused"),
        (b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", "unusable"),
        (b"nonsense", "failed"),
        (b"", "failed"),
    ],
)
def test_a_bad_answer_is_noted_and_nothing_more(gov: Tree, reply: bytes, outcome: str) -> None:
    with answering(reply) as port:
        certificate = _naming(gov.certificate("elliptic"), port)
        got = complete([certificate], Evidence((gov.certificate("ca"),)), INSIDE)

    assert [f.outcome for f in got.facts] == [outcome]
    assert got.crls == []


def test_an_answer_without_end_is_cut_in_size_and_time(gov: Tree) -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    evidence = Evidence((gov.certificate("ca"),))
    with answering(head + bytes(500_000), again=4) as port:
        big = complete([_naming(gov.certificate("elliptic"), port)], evidence, replace(INSIDE, most_bytes=1_000_000))
    assert [f.outcome for f in big.facts] == ["unusable"]
    with answering(head + b"x", pause=0.1, again=1000) as port:
        began = time.monotonic()
        slow = complete([_naming(gov.certificate("elliptic"), port)], evidence, replace(INSIDE, request_s=0.5))
        assert time.monotonic() - began < 5
    assert [f.outcome for f in slow.facts] == ["failed"]


def test_requests_are_counted(gov: Tree) -> None:
    with answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        many = [_naming(gov.certificate("elliptic"), port, f"/{n}") for n in range(9)]
        got = complete(many, Evidence((gov.certificate("ca"),)), replace(INSIDE, most_requests=4))
    assert len(got.facts) == 4
