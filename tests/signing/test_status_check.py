"""A genuine paper that is no longer in force is never called valid; nor is one of which the list says nothing."""

import datetime as dt
import hashlib
from dataclasses import replace

import pytest

from dossier.identifiers import AgencyCode
from dossier.papers import PaperState
from dossier.standing import Reason
from dossier.status_lists import StatusEntry, StatusList
from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.etsi_report import report_xml
from signing.report import FileReport
from signing.report_pdf import report_pdf
from signing.seal import seal
from signing.signed_content import sign
from signing.stamp import Stamp
from signing.status_check import check_status_list, with_standing, with_status_list
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import AT
from tests.signing.pki import AGENCY, Tree

DAY = dt.timedelta(days=1)
MADE = AT.replace(microsecond=0)
SEAL, OTHER_SEAL = "signer (gov)", "large (gov)"


@pytest.fixture(scope="module")
def paper(gov: Tree, page: bytes) -> bytes:
    return seal(
        page, key=gov.key(), stamp=Stamp(AGENCY), time_stamper=gov.stamper(AT), trust=gov.trust(AT), signing_time=AT
    )


@pytest.fixture(scope="module")
def report(gov: Tree, paper: bytes) -> FileReport:
    found = validate(paper, gov.trust(AT), at=AT + DAY)
    assert found.verdict is Verdict.VALID
    return found


def entry(of: bytes, state: PaperState, reason: Reason, *, since: dt.datetime = MADE) -> StatusEntry:
    successor = "a" * 64 if state is PaperState.SUPERSEDED else None
    return StatusEntry(hashlib.sha256(of).hexdigest(), state, since, reason, successor)


def a_list(*entries: StatusEntry, seals: tuple[str, ...] = (SEAL,)) -> StatusList:
    return StatusList(7, AgencyCode("H41.99"), seals, MADE, MADE + 3 * DAY, 57, entries)


def signed(content: bytes, tree: Tree, name: str = "signer") -> bytes:
    return sign(
        content,
        key=tree.key(name),
        time_stamper=tree.stamper(AT),
        trust=tree.trust(AT),
        at=AT,
        environment="production",
    )


def judged(
    report: FileReport, data: bytes, trust: TrustStore, at: dt.datetime = AT + DAY
) -> tuple[FileReport, set[str]]:
    """Return a report with the list, and the codes of the findings that the list adds."""
    found = with_status_list(report, check_status_list(data, trust, at=at))
    assert found.signatures == report.signatures, "no list says anything of signatures"
    return found, {finding.code for finding in found.findings} - {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (PaperState.REVOKED, Reason.FORGED),
        (PaperState.SUPERSEDED, Reason.LATER_VERSION),
        (PaperState.EXPIRED, Reason.VALIDITY_ENDED),
    ],
)
def test_a_paper_that_has_ended_is_genuine_and_not_to_be_used(
    gov: Tree, paper: bytes, report: FileReport, state: PaperState, reason: Reason
) -> None:
    data = signed(a_list(entry(paper, state, reason)).dump(), gov)
    found, codes = judged(report, data, gov.trust(AT))
    assert (found.verdict, found.sub_indication) == (Verdict.UNDETERMINED, "SIG_CONSTRAINTS_FAILURE")
    assert [s.verdict for s in found.signatures if not s.is_timestamp] == [Verdict.VALID]
    assert codes == {"status-list-ok", f"paper-{state.value}"}
    assert found.to_json()["status"] == {
        "state": state.value,
        "since": "2026-11-22T09:15:04+07:00",
        "reason": reason.value,
        "successor": "a" * 64 if state is PaperState.SUPERSEDED else None,
        "list": {
            "number": 7,
            "agency": "H41.99",
            "signer": SEAL,
            "made_at": "2026-11-22T09:15:04+07:00",
            "next_at": "2026-11-25T09:15:04+07:00",
        },
    }
    assert f"paper-{state.value}" in report_xml(found, name="paper.pdf").decode()
    assert report_pdf(found, name="paper.pdf").startswith(b"%PDF-")


def test_a_paper_not_listed_is_in_force(gov: Tree, report: FileReport) -> None:
    other = entry(b"other", PaperState.REVOKED, Reason.FORGED)
    found, codes = judged(report, signed(a_list(other).dump(), gov), gov.trust(AT))
    assert (found.verdict, codes) == (Verdict.VALID, {"status-list-ok", "paper-in-force"})
    assert found.status
    assert found.status.state == "in-force"


def test_judged_at_an_earlier_day_a_paper_was_still_in_force(gov: Tree, paper: bytes, report: FileReport) -> None:
    later = entry(paper, PaperState.REVOKED, Reason.WITHDRAWN, since=MADE + 2 * DAY)
    data = signed(a_list(later).dump(), gov)
    assert judged(report, data, gov.trust(AT))[0].verdict is Verdict.VALID
    assert judged(report, data, gov.trust(AT), at=AT + 2 * DAY)[0].verdict is Verdict.UNDETERMINED


def test_a_stale_list_proves_an_end_and_nothing_else(gov: Tree, paper: bytes, report: FileReport) -> None:
    late = AT + 4 * DAY
    revoked = signed(a_list(entry(paper, PaperState.REVOKED, Reason.FORGED)).dump(), gov)
    found, codes = judged(report, revoked, gov.trust(AT), at=late)
    assert codes == {"status-list-ok", "status-list-stale", "paper-revoked"}
    found, codes = judged(report, signed(a_list().dump(), gov), gov.trust(AT), at=late)
    assert codes == {"status-list-ok", "status-list-stale"}
    assert found.verdict is Verdict.UNDETERMINED
    assert found.status
    assert found.status.state == "unknown"


def test_a_list_that_does_not_speak_for_the_signer_says_nothing(gov: Tree, report: FileReport) -> None:
    data = signed(a_list(seals=(OTHER_SEAL,)).dump(), gov, "large")
    found, codes = judged(report, data, gov.trust(AT))
    assert (found.verdict, codes) == (Verdict.UNDETERMINED, {"status-list-ok", "status-list-foreign"})
    covering = signed(a_list(seals=(OTHER_SEAL, SEAL)).dump(), gov, "large")
    assert judged(report, covering, gov.trust(AT))[0].verdict is Verdict.VALID


def test_nobody_of_another_class_of_trust_ends_a_paper(
    gov: Tree, paper: bytes, authority: DevelopmentAuthority, trust: TrustStore
) -> None:
    mine = gov.trust(AT)
    both = replace(mine, anchors=(*mine.anchors, *trust.anchors), crls=(*mine.crls, *trust.crls))
    report = validate(paper, both, at=AT + DAY)
    data = sign(
        a_list(entry(paper, PaperState.REVOKED, Reason.FORGED)).dump(),
        key=authority.seal_key(at=AT),
        time_stamper=authority.time_stamper(lambda: AT),
        trust=trust,
        at=AT,
        environment="development",
    )
    found, codes = judged(report, data, both)
    assert codes == {"status-list-ok", "status-list-foreign"}
    assert found.verdict is Verdict.UNDETERMINED


def test_a_list_changed_after_signing_is_not_believed(gov: Tree, paper: bytes, report: FileReport) -> None:
    data = signed(a_list(entry(paper, PaperState.REVOKED, Reason.FORGED)).dump(), gov)
    sha256 = hashlib.sha256(paper).hexdigest().encode()
    found, codes = judged(report, data.replace(sha256, b"0" * 64), gov.trust(AT))
    assert (found.verdict, codes) == (Verdict.UNDETERMINED, {"status-list-altered"})
    assert found.status
    assert found.status.state == "unknown"


def test_a_list_of_a_stranger_is_not_believed(gov: Tree, impostor: Tree, report: FileReport) -> None:
    found, codes = judged(report, signed(a_list().dump(), impostor), gov.trust(AT))
    assert found.verdict is Verdict.UNDETERMINED
    assert codes <= {"status-list-untrusted", "status-list-altered"}
    assert judged(report, signed(a_list().dump(), gov), TrustStore())[1] == {"status-list-untrusted"}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x30\x80\x00\x00"])
def test_what_is_no_list_says_nothing(gov: Tree, report: FileReport, data: bytes) -> None:
    found, codes = judged(report, data, gov.trust(AT))
    assert (found.verdict, codes) == (Verdict.UNDETERMINED, {"status-list-unreadable"})


def test_something_else_under_a_good_signature_is_no_list(gov: Tree, report: FileReport) -> None:
    assert judged(report, signed(b"hello", gov), gov.trust(AT))[1] == {"status-list-unreadable"}


def test_a_list_makes_no_broken_file_better(gov: Tree, paper: bytes) -> None:
    broken = validate(paper.replace(b"/Type", b"/Tipe", 1), gov.trust(AT), at=AT + DAY)
    assert broken.verdict is not Verdict.VALID
    assert judged(broken, signed(a_list().dump(), gov), gov.trust(AT))[0].verdict is not Verdict.VALID


def test_a_store_says_the_same_of_its_own_papers(paper: bytes, report: FileReport) -> None:
    ended = with_standing(report, entry(paper, PaperState.REVOKED, Reason.ANNULLED))
    assert (ended.verdict, ended.findings[-1].code) == (Verdict.UNDETERMINED, "paper-revoked")
    assert ended.to_json()["status"]["list"] is None
    assert with_standing(report, None).verdict is Verdict.VALID
