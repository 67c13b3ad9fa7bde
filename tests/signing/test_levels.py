"""Each level holds what it must and nothing of the next; every certificate is checked at every level."""

import datetime as dt
import io
from collections.abc import Callable

import pikepdf
import pytest
from asn1crypto import cms

from dossier.errors import ConfigurationError, SealRefused, SohoaError
from dossier.verdicts import Verdict
from signing.keys import LoadedSigner, SealKey
from signing.report import SignatureReport
from signing.seal import OFFICIAL_FIELD, SEAL_FIELD, TIMESTAMP_FIELD, Level, seal
from signing.stamp import Stamp
from signing.stamp_rules import CopyForm
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.pki import Tree

STAMPED = [level for level in Level if level.has_timestamp]


def sealed_at(
    page: bytes,
    gov: Tree,
    level: Level,
    *,
    key: SealKey | None = None,
    official: SealKey | None = None,
    trust: TrustStore | None = None,
    stamper: str = "tsa",
    at: dt.datetime = AT,
    copy_form: CopyForm = CopyForm.CERTIFIED,
) -> bytes:
    return seal(
        page,
        key=key or gov.key(),
        official=official,
        stamp=Stamp(AGENCY, copy_form=copy_form),
        time_stamper=gov.stamper(at, stamper) if level.has_timestamp else None,
        trust=trust or gov.trust(at),
        signing_time=at,
        level=level,
    )


def reports(sealed: bytes, gov: Tree) -> dict[str, SignatureReport]:
    report = validate(sealed, gov.trust(AT), at=AT + dt.timedelta(minutes=5))
    assert report.verdict is Verdict.VALID
    return {s.field: s for s in report.signatures}


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("signer", ["signer", "elliptic"])
def test_the_level_asked_for_is_the_level_reached(page: bytes, gov: Tree, level: Level, signer: str) -> None:
    found = reports(sealed_at(page, gov, level, key=gov.key(signer)), gov)

    assert found.pop(SEAL_FIELD).profile == level.value
    assert list(found) == ([TIMESTAMP_FIELD] if level is Level.B_LTA else [])


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("witness", [None, "elliptic"])
def test_a_level_holds_what_it_must_and_nothing_more(page: bytes, gov: Tree, level: Level, witness: str | None) -> None:
    """ETSI EN 319 142-1, 6.3: table 1."""
    out = sealed_at(page, gov, level, official=gov.key(witness) if witness else None)

    names = {SEAL_FIELD, OFFICIAL_FIELD} if witness else {SEAL_FIELD}
    with pikepdf.open(io.BytesIO(out)) as pdf:
        fields = {str(f.T): f for f in pdf.Root.AcroForm.Fields}
        assert set(fields) - {TIMESTAMP_FIELD} == names
        assert (TIMESTAMP_FIELD in fields) == (level is Level.B_LTA)
        assert ("/DSS" in pdf.Root) == level.has_evidence
        for name in names:
            value = fields[name].V
            signed = cms.ContentInfo.load(bytes(value.Contents))["content"]
            signer = signed["signer_infos"][0]
            assert value.SubFilter == "/ETSI.CAdES.detached"
            assert "/M" in value
            assert len(signed["signer_infos"]) == 1
            attributes = [a["type"].native for a in signer["signed_attrs"]]
            assert sorted(attributes) == ["content_type", "message_digest", "signing_certificate_v2"]
            unsigned = [a["type"].native for a in signer["unsigned_attrs"]]
            assert unsigned == (["signature_time_stamp_token"] if level.has_timestamp else [])
        if level.has_evidence:
            kept = [bytes(s.read_bytes()) for s in (*pdf.Root.DSS.Certs, *pdf.Root.DSS.CRLs)]
            names = {"signer", "tsa", "ca", "root", *([witness] if witness else [])}
            assert {gov.certificate(n).dump() for n in names} < set(kept)
            assert len(kept) == len(set(kept)) == len(names) + 2


def test_no_file_becomes_pdf_2(page: bytes, gov: Tree) -> None:
    """ISO 19005-2 rests on PDF 1.7; an ECDSA key changes nothing of that."""
    with pikepdf.open(io.BytesIO(sealed_at(page, gov, Level.B_LTA, key=gov.key("elliptic")))) as pdf:
        assert pdf.pdf_version == "1.7"
        assert "/Version" not in pdf.Root
        assert list(pdf.Root.Extensions.keys()) == ["/ESIC"]


BAD = [
    ("revoked", "is revoked"),
    ("expired", "valid from"),
    ("future", "valid from"),
    ("server", "not meant for"),
    ("encipher", "not meant for"),
    ("short", "too weak"),
]


def _refused(make: Callable[[], bytes]) -> SealRefused:
    with pytest.raises(SealRefused) as caught:
        make()
    assert caught.value.text_vi.startswith("Từ chối ký số: ")
    assert "{" not in caught.value.text_vi
    return caught.value


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize(("name", "reason"), BAD)
def test_a_bad_certificate_seals_at_no_level(page: bytes, gov: Tree, level: Level, name: str, reason: str) -> None:
    error = _refused(lambda: sealed_at(page, gov, level, key=gov.key(name)))
    assert reason in str(error)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize(("name", "reason"), BAD)
def test_a_bad_certificate_witnesses_at_no_level(page: bytes, gov: Tree, level: Level, name: str, reason: str) -> None:
    error = _refused(lambda: sealed_at(page, gov, level, key=gov.key("elliptic"), official=gov.key(name)))
    assert reason in str(error)
    assert "official" in str(error)
    assert "người đối chiếu" in error.text_vi


@pytest.mark.parametrize("level", list(Level))
def test_a_stranger_seals_and_witnesses_at_no_level(page: bytes, gov: Tree, impostor: Tree, level: Level) -> None:
    assert "no chain" in str(_refused(lambda: sealed_at(page, gov, level, key=impostor.key())))
    assert "no chain" in str(_refused(lambda: sealed_at(page, gov, level, official=impostor.key("elliptic"))))


@pytest.mark.parametrize("level", list(Level))
def test_without_revocation_evidence_nobody_seals_at_any_level(page: bytes, gov: Tree, level: Level) -> None:
    for trust in (gov.trust(AT, revocation=False), gov.trust(AT - dt.timedelta(days=60))):
        error = _refused(lambda trust=trust: sealed_at(page, gov, level, trust=trust))  # type: ignore[misc]
        assert "revocation state" in str(error)


@pytest.mark.parametrize("level", STAMPED)
def test_a_time_stamp_authority_that_may_not_stamp_is_refused(page: bytes, gov: Tree, level: Level) -> None:
    error = _refused(lambda: sealed_at(page, gov, level, stamper="not-tsa"))
    assert "not meant for time stamps" in str(error)


@pytest.mark.parametrize("level", STAMPED)
def test_a_time_stamp_authority_whose_certificate_expired_is_refused(page: bytes, gov: Tree, level: Level) -> None:
    later = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)
    error = _refused(lambda: sealed_at(page, gov, level, stamper="tsa-brief", at=later))
    assert "time-stamp authority" in str(error)
    assert "not valid at this time" in str(error)


@pytest.mark.parametrize("level", STAMPED)
def test_a_time_stamp_authority_of_another_tree_is_refused(
    page: bytes, gov: Tree, impostor: Tree, level: Level
) -> None:
    error = _refused(lambda: sealed_at(page, impostor, level, key=gov.key(), trust=gov.trust(AT)))
    assert "no chain leads from the certificate of the time-stamp authority" in str(error)


@pytest.mark.parametrize("level", STAMPED)
def test_a_level_with_time_stamps_needs_a_time_stamper(page: bytes, gov: Tree, level: Level) -> None:
    with pytest.raises(ConfigurationError, match=level.value):
        seal(page, key=gov.key(), stamp=Stamp(AGENCY), trust=gov.trust(AT), signing_time=AT, level=level)


class _Counting(LoadedSigner):
    """Counts the signatures really made."""

    made = 0

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002
        self.made += not dry_run
        return await super().async_sign_raw(data, digest_algorithm, dry_run)


def _counting(gov: Tree, name: str, secret: str) -> tuple[SealKey, _Counting]:
    signer = _Counting(gov.private_key(secret), gov.certificate(name), [gov.certificate("ca")])
    return SealKey.of(signer), signer


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("bad", ["agency", "official", "stamp"])
def test_nobody_signs_unless_all_may(page: bytes, gov: Tree, level: Level, bad: str) -> None:
    _nobody_signs(page, gov, level, bad)


@pytest.mark.parametrize("level", STAMPED)
def test_nobody_signs_unless_the_authority_may_stamp(page: bytes, gov: Tree, level: Level) -> None:
    _nobody_signs(page, gov, level, "time stamper")


def _nobody_signs(page: bytes, gov: Tree, level: Level, bad: str) -> None:
    agency, first = _counting(gov, "revoked" if bad == "agency" else "signer", "signer")
    official, second = _counting(gov, "elliptic", "elliptic")
    if bad == "official":
        (agency, first), (official, second) = (official, second), _counting(gov, "revoked", "signer")
    with pytest.raises(SohoaError, match=r"refused|not valid"):
        seal(
            page,
            key=agency,
            official=official,
            stamp=Stamp("Ủy ban nhân dân " * 12 if bad == "stamp" else AGENCY),
            time_stamper=gov.stamper(AT, "not-tsa" if bad == "time stamper" else "tsa"),
            trust=gov.trust(AT),
            signing_time=AT,
            level=level,
        )
    assert first.made == second.made == 0
