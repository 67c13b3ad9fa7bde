"""Before a seal everybody proves himself; what proved him is kept, for a while, and goes into the file."""

import asyncio
import datetime as dt
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pikepdf
import pytest
from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

from dossier.errors import SealRefused, TimestampUnavailable
from dossier.verdicts import Verdict
from signing.keys import SealKey
from signing.precheck import Holder, Proof, Prover
from signing.seal import Level, seal
from signing.stamp import Stamp
from signing.timestamps import FirstAnswering, LocalTimeStamper, rfc3161
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.pki import REVOKED_SINCE, Tree

MINUTE = dt.timedelta(minutes=1)


def proof(key: SealKey, trust: TrustStore, at: dt.datetime) -> Proof:
    prover = Prover(trust, at)
    asyncio.run(prover.prove(key.certificate, Holder.AGENCY, key.signer.cert_registry))
    return prover.proofs[key.certificate.sha256]


def test_a_proof_is_the_chain_and_the_lists_on_it(gov: Tree) -> None:
    found = proof(gov.key(), gov.trust(AT), AT)

    assert [c.dump() for c in found.certificates] == [gov.certificate(n).dump() for n in ("root", "ca", "signer")]
    assert len(found.crls) == 2
    assert found.ocsps == ()


def test_of_many_authorities_only_those_of_the_chain_speak(gov: Tree, impostor: Tree) -> None:
    """The lists of the other tree have the same issuers' names and other keys."""
    old, new, other = gov.trust(AT - dt.timedelta(days=10)), gov.trust(AT), impostor.trust(AT)
    found = proof(gov.key(), replace(new, crls=(*other.crls, *new.crls, *old.crls)), AT)

    assert {c.dump() for c in found.crls} == {c.dump() for c in new.crls}


def test_an_ocsp_response_goes_with_the_certificate_it_speaks_for(gov: Tree) -> None:
    trust = gov.trust(AT)
    own, foreign = gov.ocsp("signer", AT), gov.ocsp("elliptic", AT)
    found = proof(gov.key(), replace(trust, ocsps=(foreign, own)), AT)

    assert [o.dump() for o in found.ocsps] == [own.dump()]


def test_a_list_takes_back_what_an_ocsp_response_said(gov: Tree) -> None:
    trust = gov.trust(AT)
    before = gov.ocsp("revoked", REVOKED_SINCE - dt.timedelta(days=1))
    assert before.response_data["responses"][0]["cert_status"].name == "good"
    with pytest.raises(SealRefused, match="is revoked"):
        proof(gov.key("revoked"), replace(trust, ocsps=(before,)), AT)


def test_a_proof_is_used_again_for_a_minute_with_the_same_trust_store(gov: Tree) -> None:
    trust, key = gov.trust(AT), gov.key()
    first = proof(key, trust, AT)

    assert proof(key, trust, AT + MINUTE) is first
    assert proof(key, trust, AT + MINUTE * 1.1) is not first
    assert proof(key, trust, AT) is not first, "not for a moment before it was given"
    assert proof(key, gov.trust(AT), AT) is not first
    assert proof(gov.key("elliptic"), trust, AT) is not first


def test_a_revocation_counts_as_soon_as_the_trust_store_is_replaced(gov: Tree) -> None:
    """The list of that day does not know yet; the one that replaces it does."""
    moment, key = REVOKED_SINCE + dt.timedelta(hours=1), gov.key("revoked")
    before, after = gov.trust(REVOKED_SINCE - dt.timedelta(days=1)), gov.trust(REVOKED_SINCE + dt.timedelta(days=8))
    assert proof(key, before, moment)
    with pytest.raises(SealRefused, match="is revoked"):
        proof(key, after, moment)
    assert proof(key, before, moment), "each store speaks for itself"


def test_a_proof_does_not_outlive_its_evidence(gov: Tree) -> None:
    trust, key = gov.trust(AT), gov.key()
    end = min(c["tbs_cert_list"]["next_update"].native for c in trust.crls)
    last = end - dt.timedelta(seconds=10)
    first = proof(key, trust, last)

    assert proof(key, trust, end) is first
    with pytest.raises(SealRefused, match="revocation state"):
        proof(key, trust, end + dt.timedelta(seconds=5))


def test_a_proof_does_not_outlive_its_certificate(gov: Tree) -> None:
    end = gov.certificate("tsa-brief").not_valid_after
    key, trust = gov.key("tsa-brief"), gov.trust(end)
    assert proof(key, trust, end - dt.timedelta(seconds=1))
    with pytest.raises(SealRefused, match="not valid at this time"):
        proof(key, trust, end + dt.timedelta(seconds=5))


def test_what_proved_everybody_goes_into_the_file_once(page: bytes, gov: Tree, impostor: Tree) -> None:
    own = gov.trust(AT)
    out = seal(
        page,
        key=gov.key(),
        stamp=Stamp(AGENCY),
        time_stamper=gov.stamper(AT),
        trust=replace(own, crls=(*impostor.trust(AT).crls, *own.crls)),
        signing_time=AT,
        level=Level.B_LT,
    )
    with pikepdf.open(io.BytesIO(out)) as pdf:
        kept = {c.read_bytes() for c in pdf.Root.DSS.CRLs}
    assert kept == {c.dump() for c in own.crls}


# --- time stamps that are none ---------------------------------------------------------------------------------


class _Lying(LocalTimeStamper):
    """Answers the first questions rightly (the very first only asks for the size), and all others as ``how`` says."""

    def __init__(self, tree: Tree, how: str, first: int = 2) -> None:
        super().__init__(tree.private_key("tsa"), tree.certificate("tsa"), [tree.certificate("ca")], lambda: AT)
        self._tree, self._how, self._first, self._asked = tree, how, first, 0

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        self._asked += 1
        if self._asked < self._first:
            return await super().async_request_tsa_response(req)
        match self._how:
            case "other digest":
                req["message_imprint"]["hashed_message"] = bytes(32)
                return await super().async_request_tsa_response(req)
            case "other certificate":
                return await self._tree.stamper(AT, "not-tsa").async_request_tsa_response(req)
            case "longer":
                more = [self._tree.certificate(n) for n in ("root", "ca", "signer", "elliptic", "ocsp", "revoked")]
                tsa = self._tree.private_key("tsa"), self._tree.certificate("tsa")
                return await LocalTimeStamper(*tsa, more, lambda: AT).async_request_tsa_response(req)
            case _:
                answer = await super().async_request_tsa_response(req)
        signed = answer["time_stamp_token"]["content"]
        if self._how == "broken":
            value = signed["signer_infos"][0]["signature"].native
            signed["signer_infos"][0]["signature"] = value[:-1] + bytes([value[-1] ^ 1])
        else:
            del signed["certificates"]
        return answer


def _sealed(page: bytes, gov: Tree, stamper: TimeStamper, level: Level = Level.B_T) -> bytes:
    return seal(
        page, key=gov.key(), stamp=Stamp(AGENCY), time_stamper=stamper, trust=gov.trust(AT), signing_time=AT,
        level=level,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "reason"),
    [("other digest", "over something else"), ("broken", "is broken"), ("no certificate", "lacks")],
)
def test_a_time_stamp_that_proves_nothing_is_no_time_stamp(page: bytes, gov: Tree, how: str, reason: str) -> None:
    with pytest.raises(TimestampUnavailable, match=reason):
        _sealed(page, gov, _Lying(gov, how))


def test_an_authority_that_changes_its_certificate_proves_itself_again(page: bytes, gov: Tree) -> None:
    with pytest.raises(SealRefused, match="not meant for time stamps"):
        _sealed(page, gov, _Lying(gov, "other certificate"))


class _Counting(LocalTimeStamper):
    """Counts its answers."""

    answers = 0

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        self.answers += 1
        return await super().async_request_tsa_response(req)


def test_an_authority_is_asked_no_more_than_its_stamps(page: bytes, gov: Tree) -> None:
    """Once for the size, then once for each signature and once for the file, also behind a new choice of several."""
    asked = _Counting(gov.private_key("tsa"), gov.certificate("tsa"), [gov.certificate("ca")], lambda: AT)
    for _ in range(3):
        _sealed(page, gov, FirstAnswering([asked]), Level.B_LTA)
    assert asked.answers == 1 + 3 * 2


class _Renewed(LocalTimeStamper):
    """Has another certificate from its second seal on."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree.private_key("tsa"), tree.certificate("tsa-brief"), [tree.certificate("ca")], lambda: AT)
        self.current: TimeStamper = tree.stamper(AT, "tsa-brief")

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return await self.current.async_request_tsa_response(req)


def test_an_authority_with_a_new_certificate_does_not_answer_for_the_old_one(page: bytes, gov: Tree) -> None:
    """The first certificate has expired since; the token that told the size was signed with it."""
    stamper, later = _Renewed(gov), gov.certificate("tsa-brief").not_valid_after + dt.timedelta(days=30)

    def sealed(at: dt.datetime) -> bytes:
        return seal(
            page, key=gov.key(), stamp=Stamp(AGENCY), time_stamper=stamper, trust=gov.trust(at), signing_time=at
        )

    assert sealed(AT)
    with pytest.raises(SealRefused, match="not valid at this time"):
        sealed(later)
    stamper.current = gov.stamper(later)
    assert validate(sealed(later), gov.trust(later), at=later + MINUTE).verdict is Verdict.VALID


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
@pytest.mark.parametrize("first", [2, 3])
def test_an_authority_whose_answers_grow_gets_more_room(page: bytes, gov: Tree, level: Level, first: int) -> None:
    """The first answer tells the size; a longer chain in the second or third does not fit into it."""
    out = _sealed(page, gov, _Lying(gov, "longer", first), level)

    report = validate(out, gov.trust(AT), at=AT + MINUTE)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].profile == level.value


@pytest.fixture
def babbler(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that calls whatever it says a time stamp."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(request.param)))
            self.end_headers()
            self.wfile.write(request.param)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            del format, args

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "babbler", [b"", b"<html>", b"0\x03\x02\x01\x00", b"0\x05" + b"0\x03\x02\x01\x00"], indirect=True
)
def test_an_answer_that_is_no_time_stamp_is_unavailable(page: bytes, gov: Tree, babbler: str) -> None:
    with pytest.raises(TimestampUnavailable):
        _sealed(page, gov, rfc3161(babbler))
