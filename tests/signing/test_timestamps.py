"""Time stamps over HTTP: what is asked again, what is refused, who is asked next."""

import asyncio
import datetime as dt
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.errors import TimestampUnavailable
from dossier.times import now
from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.keys import LoadedSigner
from signing.seal import seal
from signing.stamp import Stamp
from signing.timestamp_checks import AnswerRefused, Expected, require_usable_answer, time_off
from signing.timestamps import FirstAnswering, HttpTimeStamper, LocalTimeStamper, TimestampRules, first_awake
from signing.validate import validate
from tests.signing.conftest import AGENCY
from tests.signing.pki import Tree
from tests.signing.tsa import Tsa

DIGEST = hashlib.sha256(b"what is stamped").digest()
SECOND = dt.timedelta(seconds=1)
QUICK = TimestampRules(timeout=1, rest=60)


def signer(gov: Tree, certificate: str = "tsa", key: str = "tsa") -> LoadedSigner:
    return LoadedSigner(gov.private_key(key), gov.certificate(certificate), [gov.certificate("ca")])


@pytest.fixture
def tsa(gov: Tree) -> Iterator[Tsa]:
    started = Tsa(signer(gov))
    started.start()
    yield started
    started.stop()


@pytest.fixture
def second(gov: Tree) -> Iterator[Tsa]:
    started = Tsa(signer(gov, "tsa-brief"))
    started.start()
    yield started
    started.stop()


def stamped(stamper: Any) -> cms.ContentInfo:
    return asyncio.run(stamper.async_timestamp(DIGEST, "sha256"))


def info(token: cms.ContentInfo) -> tsp.TSTInfo:
    return token["content"]["encap_content_info"]["content"].parsed


def test_an_authority_of_another_make_stamps(server: str) -> None:
    before = now()
    token = stamped(HttpTimeStamper(f"{server}/gov/tsa/tsa"))
    assert info(token)["message_imprint"]["hashed_message"].native == DIGEST
    assert abs(time_off(token, before, now())) < 2 * SECOND


def test_an_answer_that_is_as_asked_is_used(tsa: Tsa) -> None:
    rules = TimestampRules(policy="1.2.3.4.5")
    assert info(stamped(HttpTimeStamper(tsa.url, rules)))["policy"].dotted == "1.2.3.4.5"


_OTHER = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)})
_ANOTHER_HASH = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": DIGEST})


def _flip(answer: bytes) -> bytes:
    return answer[:-1] + bytes([answer[-1] ^ 1])


@pytest.mark.parametrize(
    ("wrong", "why", "why_vi"),
    [
        ({"status": "rejection"}, "answered 'rejection'", "trả lời"),
        ({"info": {"message_imprint": _OTHER}}, "something else", "không thuộc dữ liệu"),
        ({"info": {"message_imprint": _ANOTHER_HASH}}, "something else", "không thuộc dữ liệu"),
        ({"info": {"nonce": 1}}, "another request", "không thuộc yêu cầu"),
        ({"info": {"nonce": None}}, "another request", "không thuộc yêu cầu"),
        ({"info": {"policy": "1.2.3.9"}}, "another policy", "chính sách khác"),
        ({"off": 90 * SECOND}, r"its time is \+[6-9]\d s", "giờ lệch"),
        ({"off": -90 * SECOND}, r"its time is -[6-9]\d s", "giờ lệch"),
        ({"info": {"accuracy": {"seconds": 61}}}, "accurate to 61 s", "sai số 61 giây"),
        ({"off": -30 * SECOND, "info": {"accuracy": {"seconds": 40, "millis": 5}}}, "accurate to 40.005 s", "sai số"),
        ({"change": _flip}, "signature does not hold", "chữ ký"),
        ({"change": lambda answer: answer[:-40]}, "malformed", "sai cấu trúc"),
        ({"change": lambda _: b""}, "malformed", "sai cấu trúc"),
        ({"change": lambda answer: answer + bytes(300_000)}, "too long", "quá dài"),
        ({"content_type": "text/html"}, "HTTP 200", "HTTP 200"),
        ({"faults": [404]}, "HTTP 404", "HTTP 404"),
    ],
)
def test_an_answer_that_is_not_as_asked_is_refused(tsa: Tsa, wrong: dict[str, Any], why: str, why_vi: str) -> None:
    for name, value in wrong.items():
        setattr(tsa, name, value)
    with pytest.raises(TimestampUnavailable, match=rf"127\.0\.0\.1: .*{why}") as caught:
        stamped(HttpTimeStamper(tsa.url, TimestampRules(policy="1.2.3.4")))
    assert why_vi in caught.value.text_vi
    assert tsa.asked == 1, "it would answer the same again"


@pytest.mark.parametrize(
    ("certificate", "key", "why"),
    [("not-tsa", "tsa", "not for time stamps"), ("server", "signer", "not for time stamps")],
)
def test_a_certificate_that_is_for_something_else_is_refused(
    tsa: Tsa, gov: Tree, certificate: str, key: str, why: str
) -> None:
    tsa.signer = signer(gov, certificate, key)
    with pytest.raises(TimestampUnavailable, match=why):
        stamped(HttpTimeStamper(tsa.url))


def test_a_test_authority_is_refused_where_tests_are(authority: DevelopmentAuthority, tsa: Tsa) -> None:
    local = authority.time_stamper()
    assert isinstance(local, LocalTimeStamper)
    tsa.signer = local._signer  # noqa: SLF001 - the authority's key is nobody else's business
    assert stamped(HttpTimeStamper(tsa.url))
    with pytest.raises(TimestampUnavailable, match="TEST"):
        stamped(HttpTimeStamper(tsa.url, TimestampRules(test_allowed=False)))


def test_a_certificate_out_of_date_is_refused(tmp_path: Path, tsa: Tsa) -> None:
    local = DevelopmentAuthority.open(tmp_path / "old", at=dt.datetime(2010, 1, 1, tzinfo=dt.UTC)).time_stamper()
    assert isinstance(local, LocalTimeStamper)
    tsa.signer = local._signer  # noqa: SLF001 - see above
    with pytest.raises(TimestampUnavailable, match="expired"):
        stamped(HttpTimeStamper(tsa.url))


def test_no_redirection_is_followed(tsa: Tsa, second: Tsa) -> None:
    tsa.location = second.url
    with pytest.raises(TimestampUnavailable, match="HTTP 302"):
        stamped(HttpTimeStamper(tsa.url))
    assert second.asked == 0


def test_a_server_that_drips_is_given_up(tsa: Tsa) -> None:
    tsa.drip = 0.02  # more than a minute for all of it
    started = time.monotonic()
    with pytest.raises(TimestampUnavailable, match="no answer"):
        stamped(HttpTimeStamper(tsa.url, TimestampRules(timeout=0.2)))
    assert time.monotonic() - started < 10


def test_a_fault_that_passes_is_outlived(tsa: Tsa) -> None:
    tsa.faults = [503, 500]
    assert stamped(HttpTimeStamper(tsa.url, QUICK))
    assert tsa.asked == 3


def test_a_fault_that_stays_is_told(tsa: Tsa) -> None:
    tsa.faults = [503] * 9
    with pytest.raises(TimestampUnavailable, match=r"no answer \(HTTP 503\)"):
        stamped(HttpTimeStamper(tsa.url, QUICK))
    assert tsa.asked == 3


def test_an_authority_that_failed_is_left_alone_for_a_while(tsa: Tsa) -> None:
    tsa.faults = [404, 404]
    stamper = HttpTimeStamper(tsa.url, TimestampRules(rest=0.2))
    for _ in range(4):
        with pytest.raises(TimestampUnavailable):
            stamped(stamper)
    assert tsa.asked == 1
    time.sleep(0.25)
    with pytest.raises(TimestampUnavailable):
        stamped(stamper)
    time.sleep(0.25)
    with pytest.raises(TimestampUnavailable, match="a moment ago"):
        stamped(stamper)
    assert tsa.asked == 2, "longer the second time"
    time.sleep(0.2)
    assert stamped(stamper)
    assert stamped(stamper)


def test_user_and_password_in_the_address_are_never_shown() -> None:
    with pytest.raises(TimestampUnavailable) as caught:
        stamped(HttpTimeStamper("http://nguoi-dung:mat-khau@127.0.0.1:9/tsa?khoa=bi-mat", QUICK))
    shown = f"{caught.value} {caught.value.text_vi}"
    assert "127.0.0.1: no answer" in shown
    assert not {"nguoi-dung", "mat-khau", "bi-mat"} & set(shown.replace(":", " ").replace("@", " ").split())


# --- several authorities --------------------------------------------------------------------------------------------


def test_the_next_is_asked_where_one_is_away(tsa: Tsa, second: Tsa) -> None:
    authorities = [HttpTimeStamper(each.url, QUICK) for each in (tsa, second)]
    tsa.stop()
    for _ in range(2):
        assert stamped(FirstAnswering(authorities))
    assert second.asked == 2


@pytest.mark.parametrize("away", [0, 1])
def test_a_document_sealed_while_one_is_away_proves_the_other(
    page: bytes, gov: Tree, tsa: Tsa, second: Tsa, away: int
) -> None:
    authorities = [HttpTimeStamper(each.url, QUICK) for each in (tsa, second)]
    (tsa, second)[away].stop()
    report = validate(_sealed(page, gov, FirstAnswering(authorities)), gov.trust(now()))
    assert (report.verdict, report.signatures[0].profile) == (Verdict.VALID, "B-LTA")


def test_a_document_begun_with_one_is_not_ended_by_another(page: bytes, gov: Tree, tsa: Tsa, second: Tsa) -> None:
    authorities = [HttpTimeStamper(each.url, QUICK) for each in (tsa, second)]
    assert _sealed(page, gov, FirstAnswering(authorities))
    tsa.stop()
    with pytest.raises(TimestampUnavailable):
        _sealed(page, gov, FirstAnswering(authorities))  # the first's token was remembered, and now it is away
    assert second.asked == 0
    assert _sealed(page, gov, FirstAnswering(authorities))
    assert second.asked > 0


def test_an_authority_with_a_new_certificate_is_proven_after_one_more_try(page: bytes, gov: Tree, tsa: Tsa) -> None:
    authority = HttpTimeStamper(tsa.url, QUICK)
    assert _sealed(page, gov, FirstAnswering([authority]))
    tsa.signer = signer(gov, "tsa-brief")
    _sealed(page, gov, FirstAnswering([authority]))
    report = validate(_sealed(page, gov, FirstAnswering([authority])), gov.trust(now()))
    assert report.verdict is Verdict.VALID


def test_none_of_them_is_told_one_by_one(tsa: Tsa, second: Tsa) -> None:
    tsa.off, second.faults = 3600 * SECOND, [404]
    with pytest.raises(TimestampUnavailable, match=r"its time is .*; .*HTTP 404"):
        stamped(FirstAnswering([HttpTimeStamper(each.url, QUICK) for each in (tsa, second)]))


def test_whoever_failed_a_moment_ago_is_passed_over(tsa: Tsa, second: Tsa) -> None:
    authorities = [HttpTimeStamper(each.url, QUICK) for each in (tsa, second)]
    tsa.off = 3600 * SECOND
    for _ in range(2):
        assert stamped(first_awake(authorities))
    assert (tsa.asked, second.asked) == (1, 2)
    second.off = tsa.off
    with pytest.raises(TimestampUnavailable):
        stamped(first_awake(authorities))
    with pytest.raises(TimestampUnavailable, match=r"its time is .*, a moment ago; .*, a moment ago"):
        first_awake(authorities)
    assert (tsa.asked, second.asked) == (1, 3)


def _sealed(page: bytes, gov: Tree, stamper: FirstAnswering) -> bytes:
    moment = now()
    return seal(
        page, key=gov.key(), stamp=Stamp(AGENCY), time_stamper=stamper, trust=gov.trust(moment), signing_time=moment
    )


# --- whatever comes -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer(gov: Tree) -> tuple[Expected, bytes]:
    """A request and a good answer to it."""
    _, request = LocalTimeStamper(gov.private_key("tsa"), gov.certificate("tsa")).request_cms(DIGEST, "sha256")
    moment = now()
    return Expected(request, moment, moment + SECOND), Tsa(signer(gov)).answer(request).dump()


def _accepted(expected: Expected, data: bytes) -> bool:
    try:
        require_usable_answer(tsp.TimeStampResp.load(data), expected)
    except (AnswerRefused, ValueError):
        return False
    return True


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), value=st.integers(1, 255))
def test_an_answer_with_one_byte_changed_is_refused_or_says_the_same(
    answer: tuple[Expected, bytes], at: int, value: int
) -> None:
    expected, data = answer
    assert _accepted(expected, data)
    place = at % len(data)
    changed = data[:place] + bytes([data[place] ^ value]) + data[place + 1 :]
    if _accepted(expected, changed):
        token = tsp.TimeStampResp.load(changed)["time_stamp_token"]
        good = tsp.TimeStampResp.load(data)["time_stamp_token"]
        assert info(token).dump() == info(good).dump()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused_without_another_error(answer: tuple[Expected, bytes], data: bytes) -> None:
    assert not _accepted(answer[0], data)
