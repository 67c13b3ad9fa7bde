"""Requests to strangers: nothing inside is reached, nothing hangs, nothing is followed."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import AddressRefused, ConfigurationError, PartFailed
from ingest.telling.outward import Rules, check_url, is_allowed, parse_networks, post, trust_context
from tests.ingest.receiver import Certified, Receiver, Taken, certify, drip, receiving

LOOPBACK = parse_networks("127.0.0.0/8 ::1/128")
SHORT = 0.5


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certify(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(certified: Certified) -> Iterator[Receiver]:
    with receiving(certified.context) as running:
        yield running


@pytest.fixture
def rules(certified: Certified) -> Rules:
    return Rules(LOOPBACK, context=trust_context(certified.authority), seconds=SHORT)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.7", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2001:0:53aa:64c::1", "::127.0.0.1", "fec0::1", "5f00::1", "100::1"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address), ())
    text = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        check_url(f"https://{text}/hook", Rules())


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.191", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), ())


@given(st.ip_addresses(v=4))
def test_an_address_written_as_ipv6_is_judged_as_what_it_is(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    assert is_allowed(mapped, ()) == is_allowed(address, ())
    assert is_allowed(mapped, (ipaddress.ip_network(address),))


def test_a_network_that_is_named_is_allowed_and_no_other() -> None:
    named = parse_networks("10.20.0.0/16 fd12:3456::/32")
    assert is_allowed(ipaddress.ip_address("10.20.7.7"), named)
    assert is_allowed(ipaddress.ip_address("fd12:3456::9"), named)
    assert not is_allowed(ipaddress.ip_address("10.21.0.1"), named)
    with pytest.raises(ConfigurationError):
        parse_networks("10.20.0.0/99")


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.vn/hook", "ftp://example.vn/", "https://", "https:///hook", "//example.vn", "example.vn", ""),
        *(
            "https://user@example.vn/",
            "https://user:word@example.vn/",
            "https://example.vn/#part",
            "https://example.vn/#",
        ),
        *("https://example.vn:0/", "https://example.vn:99999/", "https://exam ple.vn/", "https://ví-dụ.vn/"),
        *("https://example.vn/\r\nX: y", "https://[::1", "https://example.vn/" + 500 * "a", "file:///etc/passwd"),
    ],
)
def test_addresses_of_another_form_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, Rules())


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "017700000001"])
def test_a_name_that_means_this_machine_is_refused_before_anything_is_sent(
    receiver: Receiver, certified: Certified, host: str
) -> None:
    url = receiver.url.replace("localhost", host)
    strict = Rules(context=trust_context(certified.authority), seconds=SHORT)
    with pytest.raises(AddressRefused):
        post(url, b"{}", {}, strict)
    assert receiver.taken == []


def test_a_name_with_one_forbidden_address_among_others_is_refused(
    receiver: Receiver, certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(AddressRefused):
        post(receiver.url, b"{}", {}, Rules(context=trust_context(certified.authority)))


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    receiver: Receiver, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means another machine at the second look is never looked up a second time."""
    looks = []
    known = socket.getaddrinfo

    def look(host: str, *rest: object, **more: object) -> object:
        if host == "localhost":
            looks.append(host)
        return known("127.0.0.1" if len(looks) == 1 else "203.0.113.1", *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    reply = post(receiver.url, b'{"a":1}', {"Sohoa-Delivery": "x"}, rules)
    assert (reply.status, looks) == (204, ["localhost"])
    (taken,) = receiver.taken
    assert (taken.path, taken.body, taken.headers["Sohoa-Delivery"]) == ("/hook", b'{"a":1}', "x")
    assert taken.headers["Host"] == receiver.url.split("/")[2]


def test_a_redirection_is_an_answer_and_not_followed(receiver: Receiver, rules: Rules) -> None:
    def sends_away(_taken: Taken, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", receiver.url)
        handler.end_headers()

    receiver.behaviour = sends_away
    assert post(receiver.url, b"{}", {}, rules).status == 307
    assert len(receiver.taken) == 1


@pytest.mark.parametrize("behaviour", [drip, lambda *_: time.sleep(2)], ids=["a byte at a time", "silent"])
def test_a_server_that_holds_on_is_cut_off(receiver: Receiver, rules: Rules, behaviour: object) -> None:
    receiver.behaviour = behaviour  # type: ignore[assignment]
    with pytest.raises(PartFailed, match=r"no answer within 0\.5 s"):
        post(receiver.url, b"{}", {}, rules)


def test_a_server_that_never_shakes_hands_is_cut_off(rules: Rules) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(PartFailed, match="no answer within"):
        post(f"https://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {}, rules)


def test_an_answer_is_read_up_to_its_limit(receiver: Receiver, rules: Rules) -> None:
    def talks(_taken: Taken, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + 10_000 * b"x")

    receiver.behaviour = talks
    assert post(receiver.url, b"{}", {}, rules).body == b""
    limited = Rules(LOOPBACK, context=rules.context, seconds=SHORT, most_bytes=100)
    assert post(receiver.url, b"{}", {}, limited).body == 100 * b"x"


def test_a_certificate_of_a_stranger_or_for_another_name_is_not_believed(
    receiver: Receiver, rules: Rules, tmp_path: Path
) -> None:
    with pytest.raises(PartFailed, match="not believed"):
        post(receiver.url, b"{}", {}, Rules(LOOPBACK, seconds=SHORT))
    other = certify(tmp_path, name="elsewhere.example")
    context = trust_context(other.authority)
    with receiving(other.context) as misnamed, pytest.raises(PartFailed, match="not believed"):
        post(misnamed.url, b"{}", {}, Rules(LOOPBACK, seconds=SHORT, context=context))
    assert (misnamed.taken, receiver.taken) == ([], [])
    assert rules.context.verify_mode is ssl.CERT_REQUIRED


def test_nobody_there_and_nonsense_are_told_in_words_of_ours(receiver: Receiver, rules: Rules) -> None:
    def raves(_taken: Taken, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"hello 001190012345\r\n\r\n")

    receiver.behaviour = raves
    with pytest.raises(PartFailed, match="not an answer of HTTP") as raised:
        post(receiver.url, b"{}", {}, rules)
    assert "001190012345" not in str(raised.value)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(PartFailed, match="connection refused"):
        post(f"https://127.0.0.1:{port}/", b"{}", {}, rules)


def test_a_file_without_certificates_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "none.pem"):
        with pytest.raises(ConfigurationError):
            trust_context(tmp_path / name)
