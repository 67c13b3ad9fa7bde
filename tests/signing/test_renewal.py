import datetime as dt
import io
import socket
from pathlib import Path

import pikepdf
import pytest
from pikepdf import pdfa

from dossier.errors import NotRenewable, SealRefused, TimestampUnavailable
from dossier.verdicts import Verdict
from signing.algorithms import SUNSETS, Sunset, Sunsets
from signing.renewal import protected_until, renew, require_prolonged
from signing.seal import seal
from signing.stamp import Stamp
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import AGENCY
from tests.signing.eras import IN_2026, IN_2035, IN_2046, OF_A_LATER_AGE, Age, anchors_of, make_ages
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.pdfa_clauses import breaches
from tests.signing.pki import Tree
from tests.signing.poppler import signatures

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Age]:
    return make_ages(tmp_path_factory.mktemp("ages"))


@pytest.fixture(scope="module")
def in_2026(ages: dict[int, Age], page: bytes) -> bytes:
    age = ages[2026]
    return seal(
        page,
        key=age.authority.seal_key(AGENCY, at=age.at),
        stamp=Stamp(AGENCY),
        time_stamper=age.stamper,
        trust=age.trust,
        signing_time=age.at,
        environment="test",
    )


def renewed(pdf: bytes, age: Age) -> bytes:
    return renew(pdf, time_stamper=age.stamper, trust=age.trust, at=age.at, sunsets=OF_A_LATER_AGE)


@pytest.fixture(scope="module")
def in_2035(ages: dict[int, Age], in_2026: bytes) -> bytes:
    return renewed(in_2026, ages[2035])


@pytest.fixture(scope="module")
def in_2044(ages: dict[int, Age], in_2035: bytes) -> bytes:
    return renewed(in_2035, ages[2044])


# --- twenty years --------------------------------------------------------------------------------------------------


def test_renewed_in_time_it_is_valid_when_all_of_its_first_years_has_expired(
    ages: dict[int, Age], in_2044: bytes
) -> None:
    report = validate(in_2044, anchors_of(ages), at=IN_2046)
    assert report.verdict is Verdict.VALID
    assert [s.field for s in report.signatures] == [
        "sohoa-seal",
        "sohoa-timestamp",
        "sohoa-timestamp-2",
        "sohoa-timestamp-3",
    ]
    assert report.signatures[0].timestamp_time == IN_2026
    assert report.signatures[0].changes_after == "long-term"


def test_once_not_renewed_it_is_undetermined_for_ever(ages: dict[int, Age], in_2026: bytes, in_2035: bytes) -> None:
    for left in (in_2026, in_2035):
        assert validate(left, anchors_of(ages), at=IN_2046).verdict is Verdict.UNDETERMINED
    with pytest.raises(NotRenewable, match="timestamp-expired"):
        renewed(in_2026, ages[2044])
    late = add_timestamp(in_2026, ages[2044].stamper)
    assert validate(late, anchors_of(ages), at=IN_2046).verdict is Verdict.UNDETERMINED


def test_each_age_begins_with_the_bytes_of_the_one_before(in_2026: bytes, in_2035: bytes, in_2044: bytes) -> None:
    assert in_2035.startswith(in_2026)
    assert in_2044.startswith(in_2035)


def test_what_proves_the_last_time_stamp_is_in_the_file(in_2026: bytes, in_2035: bytes) -> None:
    with pikepdf.open(io.BytesIO(in_2026)) as before, pikepdf.open(io.BytesIO(in_2035)) as after:
        assert len(after.Root.DSS.CRLs) == len(before.Root.DSS.CRLs) + 2, "a fresh list of each authority"
        assert len(after.Root.DSS.Certs) == len(before.Root.DSS.Certs) + 2, "the new authority's, and its root"
        names = [str(field.T) for field in after.Root.AcroForm.Fields]
        assert names == ["sohoa-seal", "sohoa-timestamp", "sohoa-timestamp-2"]
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert {f.message for f in pdfa.check(after, "2b").findings} <= {
            f.message for f in pdfa.check(before, "2b").findings
        }


def test_a_renewed_file_breaks_no_clause_of_pdfa(page: bytes, in_2026: bytes, in_2044: bytes) -> None:
    assert breaches(in_2026, page) == []
    assert breaches(in_2044, page) == []


def test_poppler_agrees(tmp_path: Path, in_2035: bytes) -> None:
    said = signatures(in_2035, tmp_path)
    assert "Signature Validation: Signature is Valid." in said


# --- until when ----------------------------------------------------------------------------------------------------


def test_a_sealed_file_ends_with_its_last_time_stamp_or_its_algorithms(
    ages: dict[int, Age], in_2026: bytes, in_2035: bytes
) -> None:
    assert protected_until(in_2026) == dt.datetime(2036, 1, 1, tzinfo=dt.UTC), "P-256 by the table"
    until = protected_until(in_2026, OF_A_LATER_AGE)
    assert until is not None
    assert until == IN_2026.replace(microsecond=0) + dt.timedelta(days=3650), "the authority's certificate"
    assert validate(in_2026, ages[2026].trust, at=until - DAY).verdict is Verdict.VALID
    assert validate(in_2026, ages[2026].trust, at=until + DAY).verdict is Verdict.UNDETERMINED
    later = protected_until(in_2035, OF_A_LATER_AGE)
    assert later is not None
    assert later.year == 2045


def test_what_arrived_signed_ends_with_what_its_signatures_have(gov: Tree, page: bytes) -> None:
    rsa_2048 = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)
    bare = sign(page, gov.key(), at=IN_2026)
    assert protected_until(bare) == rsa_2048
    assert protected_until(sign(page, gov.key("elliptic"), at=IN_2026)) == dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
    stamped = sign(page, gov.key(), at=IN_2026, stamper=gov.stamper(IN_2026, "tsa-brief"))
    assert protected_until(stamped) == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    archived = add_timestamp(stamped, gov.stamper(IN_2026))
    assert protected_until(archived) == dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
    again = sign(archived, gov.key(), at=IN_2026, field="Signature2")
    assert protected_until(again) == rsa_2048, "the second signature lies under no time stamp"


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.7\n%%EOF"])
def test_of_what_cannot_be_read_nothing_is_known(content: bytes) -> None:
    assert protected_until(content) is None


def test_of_what_is_not_signed_nothing_is_known(page: bytes) -> None:
    assert protected_until(page) is None


# --- what is not renewed -------------------------------------------------------------------------------------------


def test_a_renewal_that_gains_nothing_is_refused(ages: dict[int, Age], in_2026: bytes) -> None:
    with pytest.raises(NotRenewable, match="hardly prove it longer"):
        renewed(in_2026, ages[2026])
    with pytest.raises(NotRenewable, match="hardly prove it longer"):
        renew(in_2026, time_stamper=ages[2035].stamper, trust=ages[2035].trust, at=ages[2035].at)


def test_what_gains_little_is_renewed_when_little_is_left(gov: Tree, page: bytes) -> None:
    """The authority's next certificate ends nine months after this one, by a table that foresees it so."""
    end = dt.datetime(2027, 10, 1, tzinfo=dt.UTC)
    table = Sunsets(SUNSETS.hashes, {**SUNSETS.keys, ("ec", 250): Sunset(end, confirmed=False, source="")}, {})
    sealed = sealed_briefly(gov, page, IN_2026)
    longer = renew(sealed, time_stamper=gov.stamper(IN_2026), trust=gov.trust(IN_2026), at=IN_2026, sunsets=table)
    assert protected_until(longer, table) == end
    early = IN_2026 - 300 * DAY
    sealed = sealed_briefly(gov, page, early)
    with pytest.raises(NotRenewable, match="hardly prove it longer"):
        renew(sealed, time_stamper=gov.stamper(early), trust=gov.trust(early), at=early, sunsets=table)


def sealed_briefly(gov: Tree, page: bytes, at: dt.datetime) -> bytes:
    """Seal under an authority whose certificate is that of 2026."""
    return seal(
        page,
        key=gov.key("elliptic"),
        stamp=Stamp(AGENCY),
        time_stamper=gov.stamper(at, "tsa-brief"),
        trust=gov.trust(at),
        signing_time=at,
    )


def test_a_lower_level_is_raised(gov: Tree, page: bytes) -> None:
    """A seal without document time stamp, or without evidence, gets both."""
    stamped = sign(page, gov.key("elliptic"), at=IN_2026, stamper=gov.stamper(IN_2026, "tsa-brief"))
    for signed in (stamped, add_evidence(stamped, gov.trust(IN_2026))):
        later = IN_2026 + 10 * DAY
        longer = renew(signed, time_stamper=gov.stamper(later), trust=gov.trust(later), at=later)
        anchors = TrustStore(anchors=gov.trust(IN_2026).anchors)
        report = validate(longer, anchors, at=IN_2026 + 3000 * DAY)
        assert (report.verdict, report.signatures[0].profile) == (Verdict.VALID, "B-LTA")


def test_without_fresh_revocation_lists_nothing_is_renewed(ages: dict[int, Age], in_2026: bytes) -> None:
    stale = TrustStore(anchors=ages[2035].trust.anchors, crls=ages[2026].trust.crls)
    with pytest.raises(SealRefused, match="cannot be proven"):
        renew(in_2026, time_stamper=ages[2035].stamper, trust=stale, at=ages[2035].at, sunsets=OF_A_LATER_AGE)


def test_an_authority_of_an_unknown_tree_does_not_renew(ages: dict[int, Age], in_2026: bytes, impostor: Tree) -> None:
    age = ages[2035]
    with pytest.raises(SealRefused, match="chain"):
        renew(
            in_2026,
            time_stamper=impostor.stamper(age.at),
            trust=age.trust,
            at=age.at,
            sunsets=OF_A_LATER_AGE,
        )


def test_an_authority_that_does_not_answer_is_unavailable(ages: dict[int, Age], in_2026: bytes) -> None:
    age = ages[2035]
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        silent = rfc3161(f"http://127.0.0.1:{unused.getsockname()[1]}/", timeout=2)
        with pytest.raises(TimestampUnavailable):
            renew(in_2026, time_stamper=silent, trust=age.trust, at=age.at, sunsets=OF_A_LATER_AGE)


def test_a_changed_file_is_not_renewed(ages: dict[int, Age], in_2026: bytes) -> None:
    changed = bytearray(in_2026)
    changed[len(changed) // 10] ^= 1
    with pytest.raises(NotRenewable, match="cannot be proven today"):
        renewed(bytes(changed), ages[2035])


def test_what_is_not_signed_is_not_renewed(gov: Tree, page: bytes) -> None:
    with pytest.raises(NotRenewable, match="no-signature"):
        renew(page, time_stamper=gov.stamper(IN_2026), trust=gov.trust(IN_2026), at=IN_2026)


def test_where_the_former_authority_cannot_be_proven_today_nothing_is_renewed(
    ages: dict[int, Age], in_2026: bytes
) -> None:
    own = ages[2035].authority.trust(IN_2035)
    trust = TrustStore(anchors=ages[2035].trust.anchors, crls=(*ages[2026].trust.crls, *own.crls))
    with pytest.raises(NotRenewable, match="cannot be proven"):
        renew(in_2026, time_stamper=ages[2035].stamper, trust=trust, at=ages[2035].at, sunsets=OF_A_LATER_AGE)


def test_a_prolonged_file_begins_with_the_former_one(ages: dict[int, Age], in_2026: bytes, in_2035: bytes) -> None:
    age = ages[2035]
    require_prolonged(in_2026, in_2035, age.trust, age.at)
    with pytest.raises(NotRenewable, match="bytes would change"):
        require_prolonged(in_2035, in_2026, age.trust, age.at)
