"""An OpenID Connect issuer on loopback: metadata, keys, and tokens signed by real keys."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "sohoa"
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

    def published(self) -> list[dict[str, Any]]:
        return [public(key, number) for number, key in self.keys.items()]

    def token(self, number: str = "one", algorithm: str = "RS256", key: Any = None, **claims: Any) -> str:
        """Return a token; a claim of ``None`` is left out."""
        now = int(time.time())
        told = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300, "roles": ["officer"]}
        told = {name: value for name, value in {**told, **claims}.items() if value is not None}
        return jwt.encode(told, key or self.keys[number], algorithm, headers={"kid": number, "typ": "at+jwt"})


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Run an issuer on a free port of loopback."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            documents = {
                "/realm/.well-known/openid-configuration": {
                    "issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys", **issuer.metadata,
                },
                "/realm/keys": {"keys": issuer.published()},
            }  # fmt: skip
            body = json.dumps(documents.get(self.path, {})).encode()
            self.send_response(503 if issuer.away else 200 if self.path in documents else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_address[1]}/realm"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
