"""``GET /v1/ready``: the parts answer. Anybody may ask, so the parts are asked at most once a second."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from api.http.access import public
from api.http.answers.service import Alive
from api.http.problems import problem
from api.http.reading import new_router
from dossier.errors import PartError, PartMissing, SohoaError
from ingest.house import House

router = new_router()


def _ask_catalogue(house: House) -> None:
    house.catalogue.events(limit=1)


def _ask_objects(house: House) -> None:
    house.objects.check()


def _ask_tesseract(house: House) -> None:
    if house.settings.language not in house.readers.tesseract.languages():
        raise PartMissing(part=f"tesseract {house.settings.language}")


_PARTS: Mapping[str, Callable[[House], None]] = {
    "catalogue": _ask_catalogue,
    "objects": _ask_objects,
    "tesseract": _ask_tesseract,
}


class Readiness:
    """What the parts of one application answered last."""

    def __init__(self, house: House, *, keep_s: float = 1.0) -> None:
        self._house = house
        self._keep_s = keep_s
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._silent: list[str] = []

    def silent_parts(self) -> list[str]:
        """Return the names of the parts that do not answer."""
        with self._lock:
            if time.monotonic() - self._asked_at > self._keep_s:
                self._silent = [name for name, ask in _PARTS.items() if not _answers(ask, self._house)]
                self._asked_at = time.monotonic()
            return self._silent


def _answers(ask: Callable[[House], None], house: House) -> bool:
    try:
        ask(house)
    except SohoaError:
        return False
    return True


def _readiness(request: Request) -> Readiness:
    readiness: Readiness = request.app.state.readiness
    return readiness


@router.get("/v1/ready", response_model=Alive, dependencies=[public], summary="Dịch vụ sẵn sàng / Readiness")
def ready(request: Request, readiness: Annotated[Readiness, Depends(_readiness)]) -> JSONResponse:
    """Answer 200 if every part answers, else 503 with the names of those that do not."""
    silent = readiness.silent_parts()
    if silent:
        return problem(request, PartError(part=", ".join(silent)), parts=silent)
    return JSONResponse({"status": "ok"})
