"""Server-sent events, as they go over the line (HTML, section 9.2.6)."""

import json

from api.shapes import Json

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Of an answer of events: nobody between may keep them back."""


def event(kind: str, told: Json, *, number: int | None = None) -> str:
    """Return an event; with a ``number`` a listener whose line broke can say from where on to tell again."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n\n"
