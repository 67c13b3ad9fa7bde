import datetime as dt
import multiprocessing
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from dossier.errors import ConfigurationError
from signing.development import DevelopmentAuthority
from signing.trust import TrustClass, TrustStore
from tests.signing.conftest import AGENCY, AT


def _open_and_seal(folder: Path) -> tuple[bytes, bytes]:
    authority = DevelopmentAuthority.open(folder, at=AT)
    return authority.trust(AT).roots[0].sha256, authority.seal_key(AGENCY, at=AT).certificate.sha256


def test_processes_that_start_at_once_end_up_with_the_same_keys(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.map(_open_and_seal, [tmp_path / "dev"] * 6, chunksize=1)

    assert len(set(results)) == 1
    assert not list(tmp_path.rglob(".new-*"))


def test_private_keys_are_for_the_owner_alone(authority: DevelopmentAuthority) -> None:
    authority.seal_key(AGENCY, at=AT)
    keys = list(authority.folder.rglob("*.key"))

    assert len(keys) >= 3
    assert {stat.S_IMODE(k.stat().st_mode) for k in keys} == {0o600}


def test_every_certificate_says_test(authority: DevelopmentAuthority) -> None:
    authority.seal_key("Ủy ban nhân dân xã " + "rất " * 20, at=AT)
    subjects = [x509.load_pem_x509_certificate(p.read_bytes()).subject for p in authority.folder.rglob("*.pem")]

    assert len(subjects) >= 4
    assert all("THỬ NGHIỆM / TEST" in s.rfc4514_string() for s in subjects)


def test_time_stamping_is_the_authoritys_only_and_critical_purpose(authority: DevelopmentAuthority) -> None:
    tsa = x509.load_pem_x509_certificate((authority.folder / "authority" / "tsa.pem").read_bytes())
    usage = tsa.extensions.get_extension_for_class(x509.ExtendedKeyUsage)

    assert usage.critical
    assert list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_the_seal_lives_for_years_and_may_sign(authority: DevelopmentAuthority) -> None:
    certificate = authority.seal_key(AGENCY, at=AT).certificate

    assert certificate.not_valid_after - AT > dt.timedelta(days=4 * 365)
    assert certificate.key_usage_value.native == {"digital_signature", "non_repudiation"}


def test_each_agency_has_its_own_seal(authority: DevelopmentAuthority) -> None:
    mine, other = authority.seal_key(AGENCY, at=AT), authority.seal_key("Sở Tư pháp", at=AT)

    assert mine.certificate.sha256 != other.certificate.sha256
    assert (mine.agency, mine.is_test) == (AGENCY, True)
    assert other.agency == "Sở Tư pháp (THỬ NGHIỆM / TEST)"


def test_the_trust_folder_can_be_given_to_a_verifier(authority: DevelopmentAuthority) -> None:
    trust = TrustStore.load(authority.trust_folder)

    assert [a.trust_class for a in trust.anchors] == [TrustClass.TEST]
    assert len(trust.crls) == 1
    assert not list(authority.trust_folder.rglob("*.key"))


def test_the_revocation_list_is_renewed_when_old(tmp_path: Path) -> None:
    authority = DevelopmentAuthority.open(tmp_path / "dev", at=AT)

    def number(at: dt.datetime) -> int:
        return int(authority.trust(at).crls[0].crl_number_value.native)

    first = number(AT)
    assert number(AT + dt.timedelta(hours=20)) == first
    assert number(AT + dt.timedelta(days=2)) > first
    assert number(AT) > first, "an older moment is served by the newer list, never by a rewound one"


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    DevelopmentAuthority.open(tmp_path / "dev", at=AT)
    (tmp_path / "dev" / "authority" / "tsa.key").write_text("nothing")

    with pytest.raises(ConfigurationError, match="'tsa' is missing or damaged"):
        DevelopmentAuthority.open(tmp_path / "dev", at=AT).time_stamper()
