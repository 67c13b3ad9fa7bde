"""Requests to servers outside: one question, one answer, no redirection, everything bounded.

The threat: an address that somebody entered leads into the own network (or does so a moment later, when the name means
another machine), or its server hangs, answers without end, or sends us elsewhere. What stops it: https alone; the name
is looked up once, every address it has must be a public one or in a network that the settings allow, and that address
is connected to; the certificate is checked against the name; no redirection is followed and no proxy of the
environment used; the whole exchange has one deadline, kept by a timer that cuts the connection, and the answer is read
up to a limit. Residual risks accepted: the look-up itself is the operating system's, with its own time limit; a server
on an allowed network may be made to receive a request of ours, whose body nobody outside can choose.
"""

import contextlib
import datetime as dt
import http.client
import ipaddress
import random
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dossier.errors import AddressRefused, ConfigurationError, PartFailed

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_URL = 500
"""Characters of an address that somebody enters."""
_WORLD = ipaddress.ip_network("2000::/3")
"""What of IPv6 is given out at all."""
_SPECIAL = tuple(
    ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16")
)
"""Not for servers, though some count as global: protocols' own (RFC 6890; Teredo among them), 6to4 and its relays."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be asked, and how long.

    Attributes:
        networks: Networks that may be asked besides public addresses; ``None``: the address was chosen by whoever runs
            this, and may be anywhere.
        plain: Whether http may be used.
        seconds: For the whole exchange. most_bytes: Of the answer's body that are read; 0: only its status counts.
        context: Which certificates are believed.
    """

    networks: tuple[Network, ...] | None = ()
    plain: bool = False
    seconds: float = 10.0
    most_bytes: int = 0
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered.

    Attributes:
        status: Of HTTP. body: As far as it was read.
    """

    status: int
    body: bytes


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks in ``text``, parted by spaces.

    Raises:
        ConfigurationError: One is malformed.
    """
    try:
        return tuple(ipaddress.ip_network(one) for one in text.split())
    except ValueError:
        raise ConfigurationError(reason="webhook_networks must be networks such as 10.20.0.0/16") from None


def trust_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that believes the system's authorities and those in a file.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError):
            raise ConfigurationError(reason=f"the certificates in '{ca_file.name}' cannot be read") from None
    return context


def check_url(url: str, rules: Rules) -> SplitResult:
    """Return the parts of an address that may be asked as far as it can be told without looking its name up.

    Raises:
        AddressRefused: It is malformed, not https, holds a user name or password, or names a forbidden address itself.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise _refused("it is malformed", "sai cấu trúc") from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > MOST_URL or not host or port == 0:
        raise _refused("it is malformed", "sai cấu trúc")
    if parts.scheme != "https" and not (rules.plain and parts.scheme == "http"):
        raise _refused("it is not https", "không phải https")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise _refused(
            "it holds a user name, a password or a fragment", "có tên người dùng, mật khẩu hoặc phần sau dấu #"
        )
    with contextlib.suppress(ValueError):
        _check_address(ipaddress.ip_address(host), rules)
    return parts


def is_allowed(address: Address, networks: tuple[Network, ...]) -> bool:
    """Return whether an address is one of the public Internet, or in one of ``networks``.

    An IPv4 address written as IPv6 counts as what it is; one wrapped for a relay or translator is never public.
    """
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in networks):
        return True
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or any(address in network for network in _SPECIAL)
    )
    return address.is_global and not special and (isinstance(address, ipaddress.IPv4Address) or address in _WORLD)


def post(url: str, body: bytes, headers: Mapping[str, str], rules: Rules) -> Reply:
    """Send ``body`` to ``url`` and return the answer, whatever its status.

    Raises:
        AddressRefused: Nothing was sent: it may not be asked.
        PartFailed: There is no answer within the time, or no understandable one; it may have been received.
    """
    return _ask("POST", url, body, headers, rules)


def get(url: str, rules: Rules) -> Reply:
    """Return what is at ``url``, whatever the answer's status; see `post`."""
    return _ask("GET", url, None, {"Accept": "application/json"}, rules)


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str], rules: Rules) -> Reply:
    parts = check_url(url, rules)
    ends = time.monotonic() + rules.seconds
    try:
        with _connected(parts, rules, ends) as connection:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.read(rules.most_bytes) if rules.most_bytes else b"")
            if time.monotonic() >= ends:
                raise TimeoutError  # what was cut off looks as if it had ended
            return reply
    except ssl.SSLCertVerificationError:
        raise _failed("its certificate is not believed") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= ends:
            raise _failed(f"no answer within {rules.seconds:g} s") from None
        raise _failed(_words(error)) from None


def delay_after(attempts: int, *, first: dt.timedelta, most: dt.timedelta) -> dt.timedelta:
    """Return how long to wait after so many tries that failed: twice as long each time, half of it by chance."""
    full = min(first * (1 << min(attempts - 1, 20)), most)
    return full * random.uniform(0.5, 1.0)  # noqa: S311 - chance, not secrecy


@contextlib.contextmanager
def _connected(parts: SplitResult, rules: Rules, ends: float) -> Iterator[http.client.HTTPConnection]:
    """Connect to the address that was looked at; when the time is over the connection is cut, whatever it is doing."""
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (http.client.HTTPS_PORT if secure else http.client.HTTP_PORT)
    held = _reached(_looked_up(host, port, rules), port, ends)
    cut = _Cut(held)
    timer = threading.Timer(_left(ends), cut)
    timer.daemon = True
    timer.start()
    try:
        if secure:
            wrapped = rules.context.wrap_socket(held, server_hostname=host, do_handshake_on_connect=False)
            held = cut.held = wrapped
            wrapped.do_handshake()
        connection = http.client.HTTPConnection(host, port, timeout=_left(ends))
        connection.default_port = http.client.HTTPS_PORT if secure else http.client.HTTP_PORT  # for the header Host
        connection.auto_open = 0
        connection.sock = held
        yield connection
    finally:
        timer.cancel()
        held.close()


class _Cut:
    """Ends a connection from another thread: a read that waits on it returns at once."""

    def __init__(self, held: socket.socket) -> None:
        self.held = held

    def __call__(self) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.held, socket.SHUT_RDWR)


def _reached(addresses: Sequence[str], port: int, ends: float) -> socket.socket:
    """Return a connection to the first of ``addresses`` that takes one.

    Raises:
        OSError: None does, or not in time.
    """
    missed: OSError = TimeoutError()
    for number, address in enumerate(addresses):
        try:
            held = socket.create_connection((address, port), timeout=_left(ends) / (len(addresses) - number))
        except OSError as error:
            missed = error
        else:
            held.settimeout(_left(ends))
            held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body go in two pieces
            return held
    raise missed


def _looked_up(host: str, port: int, rules: Rules) -> list[str]:
    """Return the addresses to connect to.

    Raises:
        AddressRefused: One of those that ``host`` has may not be asked.
        PartFailed: The name has none.
    """
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise _failed("its name is not known") from None
    if not found:
        raise _failed("its name is not known")
    for address in found:
        _check_address(ipaddress.ip_address(address.partition("%")[0]), rules)
    return found


def _check_address(address: Address, rules: Rules) -> None:
    if rules.networks is not None and not is_allowed(address, rules.networks):
        raise _refused("it lies in a network that may not be asked", "thuộc mạng không được phép gửi đến")


def _left(ends: float) -> float:
    return max(ends - time.monotonic(), 0.01)


def _words(error: Exception) -> str:
    """Return what went wrong in words that hold nothing the other side sent."""
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (ConnectionRefusedError, "connection refused"),
        (ssl.SSLError, "no secure connection"),
        (http.client.HTTPException, "not an answer of HTTP"),
        (TimeoutError, "no answer in time"),
        (ConnectionError, "connection lost"),
    )
    return next((words for kind, words in kinds if isinstance(error, kind)), "not reached")


def _refused(reason: str, reason_vi: str) -> AddressRefused:
    return AddressRefused(reason=reason, reason_vi=reason_vi)


def _failed(reason: str) -> PartFailed:
    return PartFailed(part="receiver", reason=reason)
