"""Access tokens of an OpenID Connect issuer, for people and systems that have no key of ours.

Threat
    A token that somebody made up, changed, took over from another service, kept after its end, or that names an
    algorithm under which anybody can sign.

Defence
    - Signatures of the issuer's present keys alone, found under the addresses that its own metadata names (OpenID
      Connect Discovery 1.0); algorithms of a fixed list, all asymmetric, and each only with a key of its kind.
    - Issuer, audience, beginning and end are checked (RFC 7519, RFC 9068); a token without an end, an issue time or a
      subject is refused, and so are tokens made for something else and what is longer than any honest token. Identity
      tokens are made out for another audience than access tokens, so that neither passes for the other.
    - Keys are remembered for a while. A token under a key not seen yet has them fetched again, at most once in
      ``_REST_S`` seconds, so that made-up tokens do not become requests to the issuer; where the issuer is away, the
      keys last seen go on for a day.
    - Exactly one of our roles must follow from the token.

Residual risks accepted
    - A token stays good until its end, even if its bearer lost the role a moment ago: issuers should give minutes.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt

from api.keys import TOKEN_NAMES, Caller, Role
from dossier.errors import (
    AddressRefused,
    ConfigurationError,
    Forbidden,
    IssuerUnavailable,
    PartFailed,
    Unauthenticated,
)
from dossier.text import tidy
from ingest.settings import Environment, Settings
from ingest.telling.outward import Reply, Rules, check_url, get, post, trust_context

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Under which a token may be signed."""
MAX_TOKEN: Final = 8192
"""Characters of a token."""

_TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
_REST_S = 10.0
_STALE_S = 86_400.0
_MOST_BYTES = 256 * 1024
_ASK_S = 5.0
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = 32
_MOST_NAME = 200
_SERVER_ERROR = 500


def is_token(credentials: str) -> bool:
    """Return whether what a caller sent has the form of a signed token, which no key of ours has."""
    return credentials.count(".") == 2  # noqa: PLR2004 - header, claims, signature (RFC 7515)


@dataclass(frozen=True, slots=True)
class OidcRules:
    """What is taken for a token.

    Attributes:
        issuer: Its address, to the letter. audience: For whom tokens must be made out.
        roles_claim: Names that lead to the roles. roles: Ours by theirs.
        leeway_s: Seconds by which clocks may differ. keys_s: Seconds for which keys are remembered.
    """

    issuer: str
    audience: str
    roles_claim: tuple[str, ...]
    roles: Mapping[str, Role]
    leeway_s: float = 30.0
    keys_s: float = 3600.0


class Issuer:
    """Checks the tokens of one issuer; safe to use from many threads.

    Args:
        rules: What is taken for a token.
        asking: How the issuer is asked.

    Raises:
        ConfigurationError: The issuer's address cannot be asked.
    """

    def __init__(self, rules: OidcRules, asking: Rules) -> None:
        self._rules, self._asking = rules, asking
        self._require_askable(rules.issuer)
        self._keys: dict[str, _Key] = {}
        self._metadata: dict[str, Any] = {}
        self._seen = self._tried = self._told = float("-inf")
        self._lock = threading.Lock()

    def caller(self, token: str) -> Caller:
        """Return who bears ``token``.

        Raises:
            Unauthenticated: It is not one of the issuer's for us, or not in force.
            Forbidden: Its bearer has none of our roles, or several.
            IssuerUnavailable: The issuer does not tell its keys.
        """
        claims = self._claims(token, self._rules.audience)
        return Caller(_name(str(claims["sub"])), self._role(claims))

    def person(self, token: str, client: str, nonce: str) -> Caller:
        """Return whom an identity token is about, by name (OpenID Connect Core, 3.1.3.7).

        Args:
            token: As the issuer gave it for a code.
            client: For whom it must be made out, alone or as the party that asked.
            nonce: What was sent along when it was asked for.

        Raises:
            Unauthenticated: It is not the issuer's answer to that, is not in force, or names nobody.
            Forbidden: It leads to none of our roles, or to several.
            IssuerUnavailable: The issuer does not tell its keys.
        """
        claims = self._claims(token, client)
        name = claims.get("name")
        person = tidy(name) if isinstance(name, str) else ""
        told, alone = str(claims.get("nonce", "")), claims["aud"] in (client, [client])
        if not hmac.compare_digest(told.encode(), nonce.encode()):
            raise Unauthenticated
        if claims.get("azp", client if alone else None) != client:
            raise Unauthenticated
        if not person or not person.isprintable() or len(person) > _MOST_NAME:
            raise Unauthenticated
        return Caller(_name(str(claims["sub"])), self._role(claims), person)

    def is_named(self, issuer: str) -> bool:
        """Return whether this is the issuer of this address."""
        return issuer == self._rules.issuer

    def address(self, kind: str) -> str:
        """Return where the issuer does something, as its metadata names it, such as ``token_endpoint``.

        Raises:
            IssuerUnavailable: It does not tell, or an address that may not be asked.
        """
        try:
            if not self._metadata or time.monotonic() - self._told > self._rules.keys_s:
                self._metadata, self._told = self._told_metadata(), time.monotonic()
            return check_url(str(self._metadata[kind]), self._asking).geturl()
        except (PartFailed, AddressRefused, LookupError, ValueError) as error:
            raise _away(error) from None

    def exchange(self, body: bytes, headers: Mapping[str, str]) -> str:
        """Return the identity token that the issuer gives for a code.

        Args:
            body: The request (RFC 6749, 4.1.3), form-encoded.
            headers: How we prove who we are.

        Raises:
            Unauthenticated: It gives none for this.
            IssuerUnavailable: It does not answer.
        """
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            reply = post(self.address("token_endpoint"), body, {**form, **headers}, self._asking)
        except (PartFailed, AddressRefused) as error:
            raise _away(error) from None
        if reply.status >= _SERVER_ERROR:
            raise IssuerUnavailable(part="issuer", reason=f"it answered {reply.status}")
        try:
            token = _object(reply)["id_token"]
        except (PartFailed, LookupError, ValueError):
            raise Unauthenticated from None
        if not isinstance(token, str):
            raise Unauthenticated
        return token

    def _claims(self, token: str, audience: str) -> dict[str, Any]:
        if len(token) > MAX_TOKEN:
            raise Unauthenticated
        try:
            header = jwt.get_unverified_header(token)
            kind = header.get("typ")
            algorithm, number = header["alg"], header.get("kid")
            if algorithm not in ALGORITHMS or (str(kind).lower() if kind is not None else None) not in _TYPES:
                raise Unauthenticated
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(number, algorithm).key,
                algorithms=[algorithm],
                audience=audience,
                issuer=self._rules.issuer,
                leeway=self._rules.leeway_s,
                options={"require": ["exp", "iat", "sub", "iss", "aud"], "verify_iat": True},
            )
        except (jwt.PyJWTError, LookupError, TypeError, ValueError):
            raise Unauthenticated from None
        return claims

    def _key(self, number: object, algorithm: str) -> "_Key":
        """Return the issuer's key of this number, which is one for ``algorithm``.

        Raises:
            Unauthenticated: There is none. IssuerUnavailable: It cannot be told.
        """
        if not isinstance(number, str):
            raise Unauthenticated
        known = number in self._keys
        due = not known or time.monotonic() - self._seen > self._rules.keys_s
        # Who bears a token under a known key does not wait while another request asks the issuer.
        if due and self._lock.acquire(blocking=not known):
            try:
                self._renew_if_due(number)
            finally:
                self._lock.release()
        if time.monotonic() - self._seen > _STALE_S:
            raise IssuerUnavailable(part="issuer", reason="it was asked a moment ago and did not answer")
        key = self._keys.get(number)
        if key is None or key.algorithm not in {None, algorithm}:
            raise Unauthenticated
        return key

    def _renew_if_due(self, number: str) -> None:
        """Fetch the issuer's keys unless that was tried a moment ago, or another request has just done it."""
        now = time.monotonic()
        due = now - self._seen > self._rules.keys_s or number not in self._keys
        if due and now - self._tried > _REST_S:
            try:
                self._renew(now)
            finally:
                self._tried = time.monotonic()

    def _renew(self, now: float) -> None:
        """Fetch the issuer's keys; those known stay where it does not answer.

        Raises:
            IssuerUnavailable: It does not, and the keys known are too old.
        """
        try:
            keys = self._told_keys()
        except (PartFailed, AddressRefused, AttributeError, LookupError, TypeError, ValueError) as error:
            if now - self._seen > _STALE_S:
                raise _away(error) from None
            return
        self._keys, self._seen = keys, now

    def _told_keys(self) -> "dict[str, _Key]":
        return _usable(self._fetched(str(self._told_metadata()["jwks_uri"]))["keys"])

    def _told_metadata(self) -> dict[str, Any]:
        metadata = self._fetched(f"{self._rules.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self._rules.issuer:
            raise PartFailed(part="issuer", reason="its metadata is another issuer's")
        return metadata

    def _fetched(self, url: str) -> dict[str, Any]:
        return _object(get(url, self._asking))

    def _role(self, claims: Mapping[str, Any]) -> Role:
        found: Any = claims
        for name in self._rules.roles_claim:
            found = found.get(name) if isinstance(found, dict) else None
        theirs: Sequence[object] = found.split() if isinstance(found, str) else found if isinstance(found, list) else ()
        roles = {self._rules.roles[one] for one in theirs if isinstance(one, str) and one in self._rules.roles}
        if len(roles) != 1:
            raise Forbidden(roles=", ".join(sorted(Role)))
        return roles.pop()

    def _require_askable(self, url: str) -> None:
        try:
            check_url(url, self._asking)
        except AddressRefused as error:
            raise ConfigurationError(reason=f"oidc_issuer: {error.details['reason']}") from None


def issuer_of(settings: Settings) -> Issuer | None:
    """Return the issuer that the settings name, if any.

    Raises:
        ConfigurationError: The settings of it contradict each other.
    """
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_audience:
        raise ConfigurationError(reason="oidc_audience must say for whom the issuer's tokens are made out")
    try:
        pairs = [pair.split("=") for pair in settings.oidc_roles.split()]
        roles = {theirs: Role(ours) for theirs, ours in pairs} or {role.value: role for role in Role}
    except ValueError:
        raise ConfigurationError(reason="oidc_roles must be pairs such as counter=officer") from None
    rules = OidcRules(
        settings.oidc_issuer,
        settings.oidc_audience,
        tuple(settings.oidc_roles_claim.split(".")),
        roles,
        settings.oidc_leeway_s,
        settings.oidc_keys_s,
    )
    asking = Rules(
        networks=None,
        plain=settings.environment is Environment.DEVELOPMENT,
        seconds=_ASK_S,
        most_bytes=_MOST_BYTES,
        context=trust_context(settings.oidc_ca_file),
    )
    return Issuer(rules, asking)


def _object(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        PartFailed: It is another answer. ValueError: It is no JSON.
    """
    if reply.status != 200:  # noqa: PLR2004 - OK
        raise PartFailed(part="issuer", reason=f"it answered {reply.status}")
    document = json.loads(reply.body)
    if not isinstance(document, dict):
        raise PartFailed(part="issuer", reason="it answered no object")
    return document


def _away(error: Exception) -> IssuerUnavailable:
    reason = error.details["reason"] if isinstance(error, PartFailed | AddressRefused) else "malformed"
    return IssuerUnavailable(part="issuer", reason=reason)


@dataclass(frozen=True, slots=True)
class _Key:
    """A public key; ``algorithm``: the only one it is for, if its issuer says so."""

    key: Any
    algorithm: str | None


def _usable(keys: Sequence[Mapping[str, Any]]) -> dict[str, _Key]:
    """Return the keys that check signatures, by number; those of unknown kinds are left out."""
    usable = {}
    for key in keys:
        if key.get("use", "sig") != "sig" or not isinstance(key.get("kid"), str) or key.get("kty") == "oct":
            continue
        try:
            usable[key["kid"]] = _Key(jwt.PyJWK(dict(key)).key, key.get("alg"))
        except (jwt.PyJWTError, LookupError, TypeError, ValueError):
            continue
    return usable


def _name(subject: str) -> str:
    """Return how the audit log calls the bearer: the issuer's number for it, or the hash of what may be a name."""
    if _UUID.fullmatch(subject):
        return f"{TOKEN_NAMES}{subject}"
    return f"{TOKEN_NAMES}{hashlib.sha256(subject.encode()).hexdigest()[:_DIGEST]}"
