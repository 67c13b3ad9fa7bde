"""The national portal over HTTP: one POST of JSON for each message.

It is taken at its word as follows. 2xx: accepted. 409: it has this message already, under the same
``Idempotency-Key``, which also says accepted. 400 and 422: refused, with ``{"errors": [{"field", "message"}]}``. All
else, and no answer: not available, tried again.
"""

import json
from collections.abc import Callable
from http import HTTPStatus

from dossier.errors import AddressRefused, ConfigurationError, PartFailed, PortalUnavailable
from ingest.telling.national_portal import Answer, Message
from ingest.telling.outward import Rules, check_url, post

MOST_REASONS = 20
_MOST_WORDS = 200
_SUCCESS = 2
_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}


class HttpPortal:
    """See ``NationalPortal``.

    Args:
        url: Where to; chosen by whoever runs this.
        token: Returns the credentials, read anew each time.
        rules: How long, and whether without TLS.

    Raises:
        ConfigurationError: ``url`` cannot be asked.
    """

    def __init__(self, url: str, token: Callable[[], str], rules: Rules) -> None:
        try:
            check_url(url, rules)
        except AddressRefused as error:
            raise ConfigurationError(reason=f"portal_url: {error.details['reason']}") from None
        self._url, self._token, self._rules = url, token, rules

    def push(self, message: Message, key: str) -> Answer:
        """See ``NationalPortal``."""
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        body = json.dumps(message.body, ensure_ascii=False).encode()
        try:
            reply = post(self._url, body, headers, self._rules)
        except PartFailed as error:
            raise PortalUnavailable(reason=error.details["reason"]) from None
        if reply.status // 100 == _SUCCESS or reply.status == HTTPStatus.CONFLICT:
            return Answer(accepted=True)
        if reply.status in _REFUSED:
            return Answer(accepted=False, reasons=_reasons(reply.body))
        raise PortalUnavailable(reason=f"it answered {reply.status}")


def _reasons(body: bytes) -> tuple[str, ...]:
    """Return what an answer says is wrong, as far as it says so in the form we know."""
    try:
        errors = json.loads(body)["errors"]
        told = [f"{one['field']}: {one['message']}" for one in errors]
    except (ValueError, KeyError, TypeError):
        return ("no reasons were given",)
    return tuple("".join(c for c in words if c.isprintable())[:_MOST_WORDS] for words in told[:MOST_REASONS])
