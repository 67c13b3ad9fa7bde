"""How a signed file came about: its revisions, and pictures of the pages that each changed, with the places marked.

Threat: a file from a stranger is taken apart and rendered. What stops it: both happen in limited child processes
(``ingest.limited.child``), what comes back is data of bounded size that is checked here, and there are at most
``MOST_PICTURES`` pictures, begun within ``_WITHIN_S`` seconds. Residual risk accepted: what a revision shows in another
program than poppler alone is on no picture; what is found in the file's structure is told all the same.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from pydantic import TypeAdapter, ValidationError

from dossier.errors import DamagedFile, SohoaError
from dossier.papers import Box
from ingest.decoding.decode import rendered
from ingest.intake.inspect import INPUT_NAME, PageSize, inspect
from ingest.limited.child import run_limited, workplace
from ingest.limited.limits import MIB, Limits
from ingest.scan.pixels import Pixels
from signing.changes import Change
from signing.revisions import revisions

MOST_PICTURES: Final = 12
"""Pictures of one file; a real one has as many as it has visible signatures."""
_WITHIN_S = 60.0
_ANY = 0
"""Instead of a page's number: any page."""
_DPI = 90
_LIMITS = Limits(memory_bytes=1024 * MIB, cpu_s=20, wall_s=30.0, output_bytes=64 * MIB, folder_bytes=512 * MIB)
_SEEN = 24
"""Of 255: by so much a pixel differs to the eye."""
_NEAR = 15
"""Pixels: places that lie nearer to each other are one."""
_MOST_BOXES = 40
_RED, _THICK, _ROUND = (26, 22, 200), 2, 4
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a revision did, as the child tells it.

    Attributes:
        change: What. page: Number of the page, ``_ANY`` if none is named. shows: Whether it may show.
    """

    change: Change
    page: int
    shows: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One revision, as the child tells it: see `signing.revisions.Revision`."""

    number: int
    end: int
    fields: tuple[str, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a revision left it.

    Attributes:
        page: Its number. boxes: Where it differs from the revision before, in pixels. jpeg: With these marked.
    """

    page: int
    boxes: tuple[Box, ...]
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class History:
    """How a file came about.

    Attributes:
        steps: Its revisions. pictures: By number of the revision. cut: There would be more pictures.
        unseen: Why nothing could be rendered, if that is so.
    """

    steps: tuple[Step, ...]
    pictures: Mapping[int, tuple[Picture, ...]]
    cut: bool = False
    unseen: SohoaError | None = None


_STEPS = TypeAdapter(tuple[Step, ...])


def listed(path: str) -> object:
    """Return the revisions of a file as JSON values; runs in a limited child.

    Raises:
        DamagedFile: It cannot be taken apart.
    """
    try:
        found = revisions(Path(path).read_bytes())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - hostile input leads the parser anywhere; all of it means "unreadable"
        raise DamagedFile(reason="its revisions cannot be told apart") from None
    steps = tuple(
        Step(
            one.number,
            one.end,
            one.fields,
            tuple(Told(i.change(one.number - 1, None), i.page, shows=i.weight != "nothing") for i in one.items),
        )
        for one in found
    )
    return _STEPS.dump_python(steps, mode="json")


def history(data: bytes, limits: Limits) -> History:
    """Return how a PDF came about.

    Args:
        data: The file, from anybody.
        limits: What is accepted.

    Raises:
        DamagedFile: It cannot be taken apart. LimitExceeded: It takes too much.
    """
    steps = _steps(data)
    try:
        sizes = [_small(page) for page in inspect(data, limits).pages]
    except SohoaError as error:
        return History(steps, {}, unseen=error)
    pictures: dict[int, tuple[Picture, ...]] = {}
    last: dict[int, Pixels] = {}
    left, ends, cut = MOST_PICTURES, time.monotonic() + _WITHIN_S, False
    for before, step in pairwise(steps):
        named = _named(step.told)
        wanted = [number for number in range(1, len(sizes) + 1) if number in named or _ANY in named]
        chosen = {number: sizes[number - 1] for number in wanted[:left]} if time.monotonic() < ends else {}
        cut, left = cut or len(chosen) < len(wanted), left - len(chosen)
        try:
            old, last = last | _before(data[: before.end], {n: chosen[n] for n in chosen if n not in last}), {}
            last = rendered(data[: step.end], chosen, _LIMITS) if chosen else {}
        except SohoaError as error:
            return History(steps, pictures, cut, error)
        found = [_picture(number, old.get(number), pixels) for number, pixels in last.items()]
        pictures[step.number] = tuple(one for one in found if one.boxes or one.page in named)
    return History(steps, pictures, cut)


def _steps(data: bytes) -> tuple[Step, ...]:
    with workplace() as folder:
        (folder / INPUT_NAME).write_bytes(data)
        answer: Any = run_limited(listed, INPUT_NAME, limits=_LIMITS, folder=folder)
    try:
        steps = _STEPS.validate_python(answer)
    except ValidationError:
        raise DamagedFile(reason="its revisions cannot be told apart") from None
    ends = [0, *(step.end for step in steps)]
    if not steps or ends != sorted(ends) or ends[-1] > len(data):
        raise DamagedFile(reason="its revisions do not follow each other")
    return steps


def _named(told: Sequence[Told]) -> frozenset[int]:
    """Return the pages that may look another way, ``_ANY`` among them where something is changed that names none."""
    return frozenset(one.page for one in told if one.shows)


def _small(page: PageSize) -> PageSize:
    return PageSize(max(1, round(page.width * _DPI / page.dpi)), max(1, round(page.height * _DPI / page.dpi)), _DPI)


def _before(data: bytes, pages: Mapping[int, PageSize]) -> dict[int, Pixels]:
    """Return pages as they were; none of them where one was not there yet."""
    try:
        return rendered(data, pages, _LIMITS) if pages else {}
    except DamagedFile:
        return {}


def _picture(number: int, before: Pixels | None, after: Pixels) -> Picture:
    boxes, marked = places(before, after), after.copy()
    for box in boxes:
        corners = (box.x - _ROUND, box.y - _ROUND), (box.x + box.width + _ROUND, box.y + box.height + _ROUND)
        cv2.rectangle(marked, *corners, _RED, _THICK)
    _, jpeg = cv2.imencode(".jpg", marked, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return Picture(number, boxes, jpeg.tobytes())


def places(before: Pixels | None, after: Pixels) -> tuple[Box, ...]:
    """Return where two pictures of a page differ, from top to bottom; all of it where there was none or another size.

    Args:
        before: H×W×3 BGR, or ``None``.
        after: H×W×3 BGR.
    """
    height, width = after.shape[:2]
    if before is None or before.shape != after.shape:
        return (Box(0, 0, width, height),)
    differ = (cv2.absdiff(before, after).max(axis=2) > _SEEN).astype(np.uint8)
    joined = cv2.dilate(differ, np.ones((_NEAR, _NEAR), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = sorted((cv2.boundingRect(one) for one in outlines), key=lambda box: (box[1], box[0]))
    if len(found) > _MOST_BOXES:
        found = [cv2.boundingRect(joined)]
    return tuple(Box(*box) for box in found)
