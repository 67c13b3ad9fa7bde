"""What surrounds every request: its number, its log line, its measurements, safe headers, and a last catch.

No log line and no label holds a path as it was called, a query string, a body, an address of a caller or a header:
only the route's template, the name of the key, and codes.
"""

import secrets
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import Metrics
from api.http.problems import SERVER_ERROR, unexpected

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every answer: it is data for programs, never a page, and nobody between may keep it."""


def page_policy(forms_to: str = "") -> str:
    """Return the content security policy of a page; ``forms_to``: where else than here its forms may be sent."""
    forms = f"'self' {forms_to}".strip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
        f" form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )


PAGE_HEADERS = HEADERS | {
    "Content-Security-Policy": page_policy(),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
"""Sent with the pages of desks and their parts: everything comes from here, nothing is written into the page.

A page whose form goes elsewhere brings a policy of its own (``page_policy``).

The camera reads identity cards at the counter, where the browser's user lets it.
"""

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GONE = 499
_log = structlog.get_logger("api.http.access")


class Observe:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; no exception leaves."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(8)
        status = 0
        started = time.perf_counter()

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                sent = PAGE_HEADERS if scope["path"].startswith("/desk") else HEADERS
                own = {name: headers[name] for name in ("Content-Security-Policy",) if name in headers}
                headers.update({**sent, **own, "X-Request-Id": state["request_id"]})
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:
            status = _GONE
        except Exception as error:  # noqa: BLE001 - the last catch: logged without its words, answered without internals
            response = unexpected(Request(scope), error)
            if not status:
                await response(scope, receive, send_safely)
            status = SERVER_ERROR
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "other"
        route = scope["route"].path if "route" in scope else "unknown"
        state = scope["state"]
        caller = state.get("caller")
        self._metrics.count(method, route, status, seconds)
        _log.info(
            "request",
            method=method,
            route=route,
            status=status,
            code=state.get("problem"),
            caller=caller.name if caller else None,
            role=caller.role.value if caller else None,
            ms=round(1000 * seconds, 1),
            request=state["request_id"],
        )
