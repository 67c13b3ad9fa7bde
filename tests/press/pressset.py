"""The pages of the press set: which papers with which harms, and how they become scans with truth."""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

import cv2
import numpy as np

from tests.generator.benchset import BenchPage, Group
from tests.generator.chance import arrays, seeded
from tests.generator.truth import Image, Line, Matrix, Page, Rect
from tests.press import bends, cameras, forms, grids, hands, letters, prints
from tests.press.browser import Proof, proof
from tests.press.look import A4, Look
from tests.press.prints import Field

_Draw = Callable[[Look, random.Random], str]
_MM: Final = 25.4
_PRINTER: Final = 1.5  # the printer's resolution, times the scan's: 300 or 450 dpi


class Harm(StrEnum):
    """What may have happened to a page."""

    FLAKING = "toner-flaking"
    DOUBLE = "double-image"
    ROLLER = "roller-bands"
    SCREENED = "draft-screen"
    DIFFUSED = "error-diffusion"
    HIGHLIGHTER = "highlighter"
    COFFEE = "coffee-ring"
    STAPLE = "staple"
    PEN = "pen-ticks"
    FIBRES = "recycled-paper"
    CRUMPLED = "crumpled"
    BOUND = "bound-book"
    TURNED = "turned"
    PHONE = "phone"
    HAND = "hand-shadow"
    MOTION = "motion-blur"
    MOIRE = "moire"
    FAX = "fax"
    TWICE = "jpeg-twice"
    WEBP = "webp"


_ONE_OF: Final = (
    {Harm.FLAKING, Harm.SCREENED, Harm.DIFFUSED, Harm.ROLLER},
    {Harm.SCREENED, Harm.DIFFUSED, Harm.DOUBLE, Harm.FAX, Harm.MOTION, Harm.MOIRE},
    {Harm.FAX, Harm.PHONE, Harm.BOUND},
    {Harm.FAX, Harm.TWICE, Harm.WEBP},
    {Harm.FAX, Harm.HAND, Harm.COFFEE, Harm.CRUMPLED},
    {Harm.FAX, Harm.HIGHLIGHTER},
    {Harm.FAX, Harm.FIBRES},
)
"""Of each of these a page has one at most: together they would hide each other, or the text."""

_BY_CAMERA: Final = {Harm.HAND, Harm.MOTION, Harm.MOIRE}
"""These happen to photographs alone, and make one of a page."""
_ON_EMPTY: Final = {Harm.COFFEE, Harm.STAPLE, Harm.FIBRES, Harm.CRUMPLED, Harm.PHONE, Harm.HAND, Harm.BOUND, Harm.TWICE}

_KINDS: Final[Sequence[tuple[str, Group, _Draw, int]]] = (
    ("decision", "text", letters.decision, 4),
    ("notice", "text", letters.notice, 4),
    ("minutes", "text", letters.minutes, 4),
    ("two-columns", "text", letters.house_rules, 3),
    ("letter", "text", letters.official_letter, 3),
    ("application", "forms", forms.application, 3),
    ("receipt", "forms", forms.receipt, 3),
    ("certificate", "forms", forms.certificate, 3),
    ("declaration", "forms", forms.declaration, 3),
    ("households", "tables", grids.households, 3),
    ("parcels", "tables", grids.parcels, 3),
    ("fees", "tables", grids.fees, 2),
    ("programme", "tables", grids.programme, 2),
    ("blank", "empty", grids.blank, 2),
)
"""Name, group, how to draw it, how many."""
_LANDSCAPE: Final = "parcels"
_FINE: Final = {"two-columns", "households", "parcels", "fees"}
_HOW_MANY, _HOW_OFTEN = (0, 1, 2, 3), (3, 9, 18, 12)


@dataclass(frozen=True, slots=True)
class PressPlan:
    """A page before it is printed.

    Attributes:
        name, group: As in ``benchset.BenchPage``. kind: Of paper. draw: Writes its HTML. dpi: Of the scan.
        harms: Done to it.
    """

    name: str
    group: Group
    kind: str
    draw: _Draw
    dpi: int
    harms: tuple[Harm, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, millimetres."""
        return A4[::-1] if self.kind == _LANDSCAPE else A4

    def proof(self, dpi: int) -> Proof:
        """Print the page, as yet unharmed."""
        rng = seeded("press", self.name)
        return proof(self.draw(Look.draw(rng), rng), dpi=dpi, size=self.size)


def _goes_with(harm: Harm, hand: Collection[Harm]) -> bool:
    return harm not in hand and not any(harm in one_of and one_of & set(hand) for one_of in _ONE_OF)


@cache
def press_plans() -> tuple[PressPlan, ...]:
    """Return what the pages will be; harms are dealt from a deck, so that all come about equally often."""
    rng, deck, planned = seeded("press set"), list[Harm](), list[PressPlan]()
    for kind, group, draw, count in _KINDS:
        allowed = _ON_EMPTY if group == "empty" else set(Harm)
        for number in range(1, count + 1):
            hand: list[Harm] = []
            for _ in range(rng.choices(_HOW_MANY, _HOW_OFTEN)[0]):
                while not (fits := [harm for harm in deck if harm in allowed and _goes_with(harm, hand)]):
                    deck += rng.sample(list(Harm), len(Harm))
                deck.remove(fits[0])
                hand.append(fits[0])
            dpi = 300 if rng.random() < 0.3 else 200
            planned.append(PressPlan(f"press-{kind}-{number:02}", group, kind, draw, dpi, tuple(sorted(hand))))
    return tuple(planned)


def press_names() -> tuple[str, ...]:
    """Return the names of the pages, in order."""
    return tuple(plan.name for plan in press_plans())


def press_pages(only: Collection[str] | None = None) -> Iterator[BenchPage]:
    """Yield the pages, each made when asked for; ``only`` those with these names, if given."""
    for plan in press_plans():
        if only is None or plan.name in only:
            yield made(plan)


def made(plan: PressPlan) -> BenchPage:
    """Return the page of a plan.

    Raises:
        browser.NoBrowser: There is none.
    """
    numbers = arrays(seeded("harms", plan.name))
    printed = plan.proof(round(_PRINTER * plan.dpi))
    lines = tuple(_placed(line, _smaller) for line in printed.lines)
    paper = _handled(_on_paper(printed.image, plan, numbers), lines, plan, numbers)
    pose = _pose(paper, plan, numbers)
    image = _captured(pose.seen(paper, numbers), plan, numbers)
    page = Page(
        image,
        plan.dpi,
        1,
        lines=tuple(_placed(line, pose.curled) for line in lines),
        marks=tuple(replace(mark, rect=pose.curled(_smaller(mark.rect))) for mark in printed.marks),
        matrix=pose.matrix,
    )
    return BenchPage(plan.name, plan.group, tuple(str(harm) for harm in plan.harms), page)


def _smaller(rect: Rect) -> Rect:
    """Return a rectangle of the printed picture in pixels of the scan."""
    left, top, right, bottom = (v / _PRINTER for v in rect)
    return left, top, right, bottom


def _placed(line: Line, moved: Callable[[Rect], Rect]) -> Line:
    return replace(line, words=tuple(replace(word, rect=moved(word.rect)) for word in line.words))


def _on_paper(image: Image, plan: PressPlan, numbers: np.random.Generator) -> Image:
    """Return the printed paper at the resolution of the scan."""
    done = {
        Harm.DOUBLE: prints.double_image,
        Harm.FLAKING: prints.flaking,
        Harm.ROLLER: prints.roller,
        Harm.SCREENED: prints.screened,
        Harm.DIFFUSED: prints.diffused,
    }
    for harm, harmed in done.items():
        if harm in plan.harms:
            image = harmed(image, round(_PRINTER * plan.dpi), numbers)
    width, height = (round(mm / _MM * plan.dpi) for mm in plan.size)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _handled(paper: Image, lines: Sequence[Line], plan: PressPlan, numbers: np.random.Generator) -> Image:
    if Harm.FIBRES in plan.harms:
        paper = hands.fibres(paper, plan.dpi, numbers)
    if Harm.HIGHLIGHTER in plan.harms:
        paper = hands.highlighter(paper, lines, plan.dpi, numbers)
    if Harm.PEN in plan.harms:
        paper = hands.pen_ticks(paper, lines, plan.dpi, numbers)
    if Harm.COFFEE in plan.harms:
        paper = hands.coffee(paper, plan.dpi, numbers)
    if Harm.CRUMPLED in plan.harms:
        paper = np.clip(paper * bends.crumpled(paper.shape, numbers)[..., None], 0, 255).astype(np.uint8)
    return hands.staple(paper, plan.dpi, numbers) if Harm.STAPLE in plan.harms else paper


def _by_camera(plan: PressPlan) -> bool:
    return Harm.PHONE in plan.harms or bool(_BY_CAMERA & set(plan.harms))


def _pose(paper: Image, plan: PressPlan, numbers: np.random.Generator) -> bends.Pose:
    height, width = paper.shape[:2]
    unit, curl, size = plan.dpi / _MM, None, (width, height)
    matrix: Matrix = bends.leaning(width, height, numbers.normal(0, 0.35))
    if Harm.BOUND in plan.harms:
        curl = bends.Curl(numbers.uniform(16, 30) * unit, numbers.uniform(0.1, 0.25), numbers.uniform(2.5, 6) * unit)
    if _by_camera(plan):
        matrix, size = bends.in_hand(width, height, numbers)
    if Harm.TURNED in plan.harms:
        turn, size = bends.turning(*size, int(numbers.integers(1, 4)))
        matrix = turn @ matrix
    desk = [(96, 62, 38), (188, 170, 142), (58, 62, 58), (120, 118, 126)][int(numbers.integers(4))]
    return bends.Pose(matrix, size, curl, desk if _by_camera(plan) else (238, 238, 240))


def _captured(picture: Image, plan: PressPlan, numbers: np.random.Generator) -> Image:
    """Return what is kept of the picture."""
    if Harm.FAX in plan.harms:
        return cameras.faxed(picture, plan.dpi, numbers)
    light: Field = cameras.linear(picture)
    if _by_camera(plan):
        light = _photographed(light, plan, numbers)
    else:
        light = cameras.sensed(light * np.float32(numbers.uniform(0.88, 0.99)), numbers, full_well=4000)
    image = cameras.levels(light)
    if Harm.TWICE in plan.harms:
        return cameras.saved_twice(image, numbers)
    return cameras.as_webp(image, numbers) if Harm.WEBP in plan.harms else image


def _photographed(light: Field, plan: PressPlan, numbers: np.random.Generator) -> Field:
    light = light * cameras.vignette(light.shape, numbers.uniform(0.3, 0.75))[..., None]
    white = np.array([1, numbers.uniform(0.93, 1.0), numbers.uniform(0.8, 1.0)], np.float32)
    light = light * white * np.float32(numbers.uniform(0.55, 0.95))
    if Harm.HAND in plan.harms:
        light = light * cameras.hand_shadow(light.shape, numbers)[..., None]
    if Harm.MOIRE in plan.harms:
        light = light * cameras.moire(light.shape, plan.dpi, numbers)
    if Harm.MOTION in plan.harms:
        light = cameras.moved_by_hand(light, plan.dpi, numbers, fine=plan.kind in _FINE)
    return cameras.sensed(light, numbers, full_well=numbers.uniform(250, 1500))
