"""An OpenID Connect issuer on loopback: metadata, keys, tokens signed by real keys, and a page to sign people in."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "sohoa"
CLIENT, CLIENT_SECRET = "sohoa-desks", "bí mật: của/bàn+làm việc"
PERSON = "Đặng Thị Tỉnh"
SUBJECT = "3f0c9a52-1d5e-4c8e-9b7a-6a2f0d1c4e77"
_RSA = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
KEYS = {"RS256": _RSA[0], "PS256": _RSA[1], "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate()}  # fmt: skip


def public(key: Any, number: str, **more: str) -> dict[str, Any]:
    """Return the public half as the issuer publishes it."""
    kind = (
        RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm if hasattr(key, "curve") else OKPAlgorithm
    )
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": number, "use": "sig", **more}


@dataclass
class Issuer:
    """What the issuer tells, and how often it was asked; a test may change all of it."""

    url: str = ""
    keys: dict[str, Any] = field(default_factory=lambda: {"one": KEYS["RS256"]})
    metadata: dict[str, Any] = field(default_factory=dict)
    away: bool = False
    asked: int = 0
    redirects: set[str] = field(default_factory=set)
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    left: list[dict[str, str]] = field(default_factory=list)

    def published(self) -> list[dict[str, Any]]:
        return [public(key, number) for number, key in self.keys.items()]

    def token(self, number: str = "one", algorithm: str = "RS256", key: Any = None, **claims: Any) -> str:
        """Return a token; a claim of ``None`` is left out."""
        now = int(time.time())
        told = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300, "roles": ["officer"]}
        told = {name: value for name, value in {**told, **claims}.items() if value is not None}
        return jwt.encode(told, key or self.keys[number], algorithm, headers={"kid": number, "typ": "at+jwt"})

    def page(self, asked: dict[str, str]) -> tuple[int, bytes]:
        """Return the page where a person signs in; of a client or an address that was not entered, 400."""
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") not in self.redirects:
            return 400, b"unknown client or address"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        told = {"state": asked["state"], "session_state": "theirs"}  # as Keycloak: one that no standard knows
        back = {"yes": {"code": code, "iss": self.url}, "no": {"error": "access_denied"}}
        links = [
            f'<a id="{name}" href="{escape(asked["redirect_uri"] + "?" + urlencode(told | more))}">{name}</a>'
            for name, more in back.items()
        ]
        return 200, f"<!doctype html><meta charset=utf-8><title>Tỉnh</title>{' '.join(links)}".encode()

    def exchange(self, sent: dict[str, str], authorization: str) -> tuple[int, bytes]:
        """Return an identity token for a code, once, as RFC 6749, RFC 7636 and OpenID Connect Core ask."""
        asked = self.codes.pop(sent.get("code", ""), {})
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        pair = urlencode({CLIENT: CLIENT_SECRET}).replace("=", ":").replace("+", "%20")
        fits = (
            asked
            and sent["grant_type"] == "authorization_code"
            and authorization == f"Basic {base64.b64encode(pair.encode()).decode()}"
            and sent["redirect_uri"] == asked["redirect_uri"]
            and asked["code_challenge_method"] == "S256"
            and challenge.rstrip(b"=").decode() == asked["code_challenge"]
        )
        if not fits:
            return 400, json.dumps({"error": "invalid_grant"}).encode()
        claims = {"aud": CLIENT, "nonce": asked["nonce"], "name": PERSON, **self.claims}
        now = int(time.time())
        told = {"iss": self.url, "sub": SUBJECT, "iat": now, "exp": now + 300, "roles": ["officer"], **claims}
        token = jwt.encode(told, self.keys["one"], "RS256", headers={"kid": "one"})
        return 200, json.dumps({"id_token": token, "access_token": self.token(), "token_type": "Bearer"}).encode()


def single(query: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(query).items()}


@contextmanager
def issuing(host: str = "127.0.0.1") -> Iterator[Issuer]:
    """Run an issuer on a free port of loopback, which ``host`` names."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            documents = {
                "/realm/.well-known/openid-configuration": {
                    "issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys",
                    "authorization_endpoint": f"{issuer.url}/auth?realm=1", "token_endpoint": f"{issuer.url}/token",
                    "end_session_endpoint": f"{issuer.url}/logout?realm=1",
                    **issuer.metadata,
                },
                "/realm/keys": {"keys": issuer.published()},
            }  # fmt: skip
            status, body = 200 if self.path in documents else 404, json.dumps(documents.get(self.path, {})).encode()
            if self.path.startswith("/realm/auth?realm=1&"):
                status, body = issuer.page(single(urlsplit(self.path).query))
            self.answer(status, body)

        def do_POST(self) -> None:
            sent = single(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if self.path == "/realm/logout?realm=1":
                issuer.left.append(sent)
                self.answer(303, b"<a>", Location=sent["post_logout_redirect_uri"])
            else:
                self.answer(*issuer.exchange(sent, self.headers.get("Authorization", "")))

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(503 if issuer.away else status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html" if body.startswith(b"<") else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://{host}:{server.server_address[1]}/realm"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
