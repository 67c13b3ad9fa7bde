import datetime as dt
import io
import re
import socket
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms, tsp
from pikepdf import pdfa

from dossier.errors import DamagedFile, SealRefused, TimestampUnavailable
from dossier.times import now
from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.seal import SEAL_FIELD, TIMESTAMP_FIELD, seal
from signing.stamp import Stamp
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.others import sign
from tests.signing.pki import Tree
from tests.signing.poppler import signatures


def _fields(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Object]:
    return {str(f.T): f for f in pdf.Root.AcroForm.Fields}


def test_what_was_there_stays_byte_for_byte(page: bytes, sealed: bytes) -> None:
    assert sealed.startswith(page)


def test_the_seal_is_a_certifying_pades_signature_with_both_time_stamps(sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        fields = _fields(pdf)
        assert list(fields) == [SEAL_FIELD, TIMESTAMP_FIELD]
        value = fields[SEAL_FIELD].V
        assert value.SubFilter == "/ETSI.CAdES.detached"
        transform = value.Reference[0]
        assert (transform.TransformMethod, int(transform.TransformParams.P)) == ("/DocMDP", 1)
        assert pdf.Root.Perms.DocMDP.objgen == value.objgen
        assert str(value.M).startswith("D:20261122021504")
        assert fields[TIMESTAMP_FIELD].V.SubFilter == "/ETSI.RFC3161"
        assert len(pdf.Root.DSS.Certs) == 3
        assert len(pdf.Root.DSS.CRLs) == 1
        signed = cms.ContentInfo.load(bytes(value.Contents))["content"]
    signer = signed["signer_infos"][0]
    attributes = {a["type"].native for a in signer["signed_attrs"]}
    assert {"message_digest", "content_type", "signing_certificate_v2"} <= attributes
    assert "signing_time" not in attributes, "EN 319 142-1, 6.3: the time stands in the dictionary only"
    assert signer["digest_algorithm"]["algorithm"].native == "sha256"
    assert signer["signature_algorithm"]["algorithm"].native == "rsassa_pss"
    token = signer["unsigned_attrs"][0]["values"][0]["content"]["encap_content_info"]["content"].parsed
    assert isinstance(token, tsp.TSTInfo)
    assert token["gen_time"].native == AT


def test_a_validator_of_pdfa_finds_nothing_else_than_what_it_does_not_know(page: bytes, sealed: bytes) -> None:
    """Pikepdf calls form, signature and store "unsupported"; these are looked into in ``test_pdfa_clauses.py``."""
    with pikepdf.open(io.BytesIO(page)) as pdf:
        assert not pdfa.check(pdf, "2b").findings
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        found = {f.message for f in pdfa.check(pdf, "2b").findings}
    assert all(re.search(r"AcroForm|DSS|Perms|Extensions|Annots|Sig|Widget", m) for m in found), found


def test_poppler_agrees(tmp_path: Path, sealed: bytes) -> None:
    said = signatures(sealed, tmp_path)

    assert "Signature Validation: Signature is Valid." in said
    assert f"Signer Certificate Common Name: {AGENCY}" in said
    assert "Total document signed" in said


def _arguments(authority: DevelopmentAuthority, trust: TrustStore) -> dict[str, object]:
    return {
        "key": authority.seal_key(AGENCY, at=AT),
        "stamp": Stamp(AGENCY),
        "time_stamper": authority.time_stamper(lambda: AT),
        "trust": trust,
        "signing_time": AT,
        "environment": "test",
    }


def test_a_test_key_is_refused_unless_the_environment_is_named(
    page: bytes, authority: DevelopmentAuthority, trust: TrustStore
) -> None:
    arguments = _arguments(authority, trust)
    del arguments["environment"]

    with pytest.raises(SealRefused, match="test certificate"):
        seal(page, **arguments)  # type: ignore[arg-type]


def test_a_signed_file_is_not_sealed_over(
    page: bytes, gov: Tree, authority: DevelopmentAuthority, trust: TrustStore
) -> None:
    with pytest.raises(SealRefused, match="signed already"):
        seal(sign(page, gov.key(), at=AT), **_arguments(authority, trust))  # type: ignore[arg-type]


def _refuse(page: bytes, gov: Tree, name: str, trust: TrustStore) -> str:
    with pytest.raises(SealRefused) as caught:
        seal(
            page,
            key=gov.key(name),
            stamp=Stamp(AGENCY),
            time_stamper=gov.stamper(AT),
            trust=trust,
            signing_time=AT,
        )
    assert caught.value.text_vi.startswith("Từ chối ký số: ")
    return str(caught.value)


def test_a_revoked_certificate_does_not_seal(page: bytes, gov: Tree) -> None:
    assert "is revoked" in _refuse(page, gov, "revoked", gov.trust(AT))


def test_a_certificate_of_an_unknown_tree_does_not_seal(page: bytes, gov: Tree, impostor: Tree) -> None:
    assert "chain" in _refuse(page, gov, "signer", impostor.trust(AT))
    assert "no chain" in _refuse(page, gov, "signer", TrustStore())


def test_without_revocation_evidence_nothing_is_sealed(page: bytes, gov: Tree) -> None:
    assert "revocation" in _refuse(page, gov, "signer", gov.trust(AT, revocation=False))


def test_with_revocation_evidence_that_is_too_old_nothing_is_sealed(page: bytes, gov: Tree) -> None:
    assert "revocation" in _refuse(page, gov, "signer", gov.trust(AT - dt.timedelta(days=60)))


def test_a_time_stamp_over_http_is_used(page: bytes, gov: Tree, server: str) -> None:
    moment = now()
    out = seal(
        page,
        key=gov.key(),
        stamp=Stamp(AGENCY),
        time_stamper=rfc3161(f"{server}/gov/tsa/tsa"),
        trust=gov.trust(moment),
        signing_time=moment,
    )

    report = validate(out, gov.trust(moment), at=moment + dt.timedelta(minutes=10))
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].profile == "B-LTA"


def _seal_with(page: bytes, gov: Tree, url: str) -> None:
    seal(
        page,
        key=gov.key(),
        stamp=Stamp(AGENCY),
        time_stamper=rfc3161(url, timeout=2),
        trust=gov.trust(AT),
        signing_time=AT,
    )


def test_a_time_stamp_authority_that_does_not_answer_is_unavailable(page: bytes, gov: Tree) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(TimestampUnavailable):
            _seal_with(page, gov, url)


def test_a_server_that_answers_with_something_else_is_unavailable(page: bytes, gov: Tree, server: str) -> None:
    with pytest.raises(TimestampUnavailable):
        _seal_with(page, gov, f"{server}/gov/tsa/nobody")


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.7\n%%EOF"])
def test_a_damaged_file_is_refused(content: bytes, authority: DevelopmentAuthority, trust: TrustStore) -> None:
    with pytest.raises(DamagedFile):
        seal(content, **_arguments(authority, trust))  # type: ignore[arg-type]


def test_a_cut_file_is_refused(page: bytes, authority: DevelopmentAuthority, trust: TrustStore) -> None:
    with pytest.raises(DamagedFile):
        seal(page[: len(page) // 2], **_arguments(authority, trust))  # type: ignore[arg-type]
