"""Signing in at the desks with an account of the issuer: OpenID Connect's authorization-code flow with PKCE.

Threat
    A stranger's page signs a person in as somebody else or takes over the answer meant for that person; a code or an
    answer is used twice, by another browser, or for another client; an answer is made up.

Defence
    - Each attempt has a secret of 256 random bits in a cookie that no script reads; state, nonce and PKCE's verifier
      are made from it, each with a purpose of its own, so an answer fits one browser and one attempt.
    - An attempt is good once and for ``WITHIN``; that is kept by us, whatever the browser does with its cookie.
    - The code is exchanged from here, for the address it was asked for; the identity token is checked as `api.oidc`
      checks tokens, and must be made out for this client and carry the nonce.

Residual risks accepted
    - Role and name are as of signing in: who loses the role at the issuer keeps the session until it ends.
    - Signing out ends the issuer's session only if it offers that and answers; ending it there does not end ours.
    - The identity token is kept with the session for that, and shown to the browser of its person on signing out.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from api.accounts import digest, id_token_of, note_refusal, sign_in_by_issuer
from api.oidc import Issuer
from dossier.errors import (
    ConfigurationError,
    Forbidden,
    IssuerUnavailable,
    RequestForged,
    SignInRefused,
    SohoaError,
    TooManyRequests,
    Unauthenticated,
)
from ingest.secret_files import Secret
from ingest.settings import Settings
from storage.catalogue import Catalogue
from storage.people import accounts

WITHIN: Final = dt.timedelta(minutes=10)
"""How long signing in at the issuer may take."""
_AWAY = {"server_error", "temporarily_unavailable"}
"""Errors by which an issuer says that it is not there (RFC 6749, 4.1.2.1)."""


class Why(StrEnum):
    """Why nobody was signed in, as the page to sign in says it."""

    REFUSED = "refused"
    STALE = "stale"
    UNPROVEN = "unproven"
    NO_ROLE = "no-role"
    AWAY = "away"
    MANY = "many"


_WHY: Mapping[type[SohoaError], Why] = {
    SignInRefused: Why.REFUSED,
    RequestForged: Why.STALE,
    Unauthenticated: Why.UNPROVEN,
    Forbidden: Why.NO_ROLE,
    IssuerUnavailable: Why.AWAY,
    TooManyRequests: Why.MANY,
}
FAILURES = tuple(_WHY)
"""What signing in may end with."""


def why(error: SohoaError) -> Why:
    """Return what the page says of one of ``FAILURES``."""
    return _WHY[type(error)]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Signing out at the issuer: the address, and the form to be sent there; what it holds stands in no address."""

    address: str
    form: Mapping[str, str]

    @property
    def origin(self) -> str:
        """Scheme, host and port of the address."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


class Client:
    """What we are to the issuer; safe to use from many threads.

    Args:
        issuer: Who signs people in. number: Of this client. secret: Of it, empty if it has none.
    """

    def __init__(self, issuer: Issuer, number: str, secret: str) -> None:
        self._issuer, self._number, self._secret = issuer, number, secret

    def begin(self, catalogue: Catalogue, back: str) -> tuple[str, str]:
        """Return a fresh secret for the browser, and where it is to go.

        Args:
            catalogue: Keeps that it went there.
            back: The address it comes back to, as the issuer knows it.

        Raises:
            IssuerUnavailable: The issuer does not tell where it signs people in.
        """
        place, secret = self._issuer.address("authorization_endpoint"), secrets.token_urlsafe(32)
        challenge = _base64(hashlib.sha256(_derived(secret, "verifier").encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._number,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": _derived(secret, "state"),
            "nonce": _derived(secret, "nonce"),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        accounts.begin_entry(catalogue, digest(secret), within=WITHIN)
        return secret, f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def finish(self, catalogue: Catalogue, secret: str, told: Mapping[str, str], back: str) -> str:
        """Open a session of the person who comes back, and return its secret. A refusal is in the audit log.

        Args:
            catalogue: Knows that the browser went there, and keeps the session.
            secret: Of the attempt, from the browser's cookie; empty if it has none.
            told: What the issuer sent along.
            back: The address that was named in the beginning.

        Raises:
            RequestForged: The answer does not fit an attempt of this browser that is still open.
            SignInRefused: The person did not sign in. Unauthenticated: The issuer's answer proves nobody.
            Forbidden: The person has no role at the desks. IssuerUnavailable: The issuer does not answer.
        """
        try:
            self._require_open(catalogue, secret, told)
            token = self._issuer.exchange(*self._request(secret, told["code"], back))
            person = self._issuer.person(token, self._number, _derived(secret, "nonce"))
            return sign_in_by_issuer(catalogue, person, token)
        except (RequestForged, SignInRefused, Unauthenticated, Forbidden):
            note_refusal(catalogue)
            raise

    def leaving(self, catalogue: Catalogue, secret: str, back: str) -> Leaving | None:
        """Return how a browser signs out at the issuer too (OpenID Connect RP-Initiated Logout 1.0).

        Args:
            catalogue: Keeps the session.
            secret: Of the session.
            back: The address it comes back to, as the issuer knows it.

        Returns:
            ``None`` if the person did not sign in there, or the issuer offers nothing of the kind or is away.
        """
        token = id_token_of(catalogue, secret)
        if token is None:
            return None
        try:
            place = self._issuer.address("end_session_endpoint")
        except IssuerUnavailable:
            return None
        told = {"id_token_hint": token, "client_id": self._number, "post_logout_redirect_uri": back}
        return Leaving(place, told)

    def _require_open(self, catalogue: Catalogue, secret: str, told: Mapping[str, str]) -> None:
        fits = hmac.compare_digest(told.get("state", "").encode(), _derived(secret, "state").encode())
        ours = "iss" not in told or self._issuer.is_named(told["iss"])  # RFC 9207
        if not (secret and fits and ours and accounts.take_entry(catalogue, digest(secret), within=WITHIN)):
            raise RequestForged
        error = told.get("error")
        if error in _AWAY:
            raise IssuerUnavailable(part="issuer", reason="it says so")
        if error == "access_denied":
            raise SignInRefused
        if error is not None or "code" not in told:
            raise Unauthenticated

    def _request(self, secret: str, code: str, back: str) -> tuple[bytes, dict[str, str]]:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._number,
            "code_verifier": _derived(secret, "verifier"),
        }
        headers = {}
        if self._secret:  # RFC 6749, 2.3.1
            pair = f"{quote(self._number, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return urlencode(asked).encode(), headers


def client_of(settings: Settings, issuer: Issuer | None) -> Client | None:
    """Return what we are to the issuer, if people may sign in there.

    Raises:
        ConfigurationError: There is no issuer, the client is the audience of access tokens too, or its secret cannot
            be read.
    """
    if not settings.oidc_client_id:
        return None
    if issuer is None:
        raise ConfigurationError(reason="oidc_client_id needs oidc_issuer")
    if settings.oidc_client_id == settings.oidc_audience:
        raise ConfigurationError(reason="oidc_client_id, for people, and oidc_audience, for programs, must differ")
    secret = Secret(file=settings.oidc_client_secret_file, setting=settings.oidc_client_secret)
    return Client(issuer, settings.oidc_client_id, secret.read())


def _derived(secret: str, purpose: str) -> str:
    """Return 256 bits that nobody without the secret knows, another for each purpose, as 43 characters."""
    return _base64(hmac.digest(secret.encode(), purpose.encode(), "sha256"))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
