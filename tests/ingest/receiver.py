"""A server on loopback, over TLS or plain, that takes POSTs and behaves as it is told."""

import datetime as dt
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Taken:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[Taken, BaseHTTPRequestHandler], int | None]
"""Returns the status to answer with, or answers itself and returns ``None``."""


def takes(_taken: Taken, _handler: BaseHTTPRequestHandler) -> int:
    return 204


@dataclass
class Receiver:
    """What came, and what is to be done with what comes."""

    behaviour: Behaviour = takes
    taken: list[Taken] = field(default_factory=list)
    url: str = ""

    def identifiers(self) -> list[str]:
        return [one.headers["Sohoa-Delivery"] for one in self.taken]


@contextmanager
def receiving(context: ssl.SSLContext | None = None, *, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """Run a receiver on a free port; with ``context`` over TLS, under the name localhost."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken = Taken(self.path, dict(self.headers), body)
            receiver.taken.append(taken)
            status = receiver.behaviour(taken, self)
            if status is not None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...

    server = Server((host, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"{'https' if context else 'http'}://localhost:{server.server_address[1]}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def drip(_taken: Taken, handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte at a time, without end."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


@dataclass(frozen=True)
class Certified:
    """A certificate for localhost and whoever issued it, in files."""

    authority: Path
    context: ssl.SSLContext


def certify(folder: Path, *, name: str = "localhost") -> Certified:
    """Make an authority and a certificate of it for ``name`` and 127.0.0.1."""
    now = dt.datetime.now(dt.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Receivers' TEST authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def certificate(of: x509.Name, number: int, *extensions: tuple[x509.ExtensionType, bool]) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(of)
            .issuer_name(issuer)
            .public_key(keys[number].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(keys[0], hashes.SHA256())

    key_use = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    identifier = x509.SubjectKeyIdentifier.from_public_key(keys[0].public_key())
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key())
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    top = certificate(
        issuer, 0, (x509.BasicConstraints(ca=True, path_length=0), True), (key_use, True), (identifier, False)
    )
    leaf = certificate(subject, 1, (names, False), (issued_by, False))
    pem, secret = folder / "leaf.pem", folder / "leaf.key"
    authority = folder / "authority.pem"
    authority.write_bytes(top.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return Certified(authority, context)
