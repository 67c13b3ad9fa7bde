"""What a registry adds to a printed paper: number and date by pen, an arrival stamp, a digital signature's print."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Self

from tests.generator import seals
from tests.generator.papers.look import Look
from tests.generator.penmanship import Pen
from tests.generator.places import Agency
from tests.generator.typesetting import Sheet

_OFFICES = ("BỘ PHẬN MỘT CỬA", "VĂN PHÒNG ĐẢNG ỦY", "VĂN PHÒNG HĐND VÀ UBND")


@dataclass(frozen=True, slots=True)
class Registry:
    """What is added.

    Attributes:
        pen: Writes number, day and maybe month; ``None`` if they are printed.
        arrived: Office, number and date of an arrival stamp; ``None`` without one.
        signed_at: What the print of a digital signature shows, ``12.05.2025 10:11:12 +07:00``; ``None`` without one.
    """

    pen: Pen | None = None
    arrived: tuple[str, int, str] | None = None
    signed_at: str | None = None

    @classmethod
    def draw(cls, rng: random.Random, issued_on: dt.date, *, by_pen: bool) -> Self:
        """Return what happens to a paper of ``issued_on``: stamps come days later, signatures on the same day."""
        arrival = issued_on + dt.timedelta(days=rng.randint(1, 9))
        clock = f"{rng.randint(7, 17):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"
        return cls(
            Pen.draw(rng) if by_pen else None,
            (rng.choice(_OFFICES), rng.randint(9, 9000), f"{arrival:%d/%m/%Y}") if rng.random() < 0.6 else None,
            f"{issued_on:%d.%m.%Y} {clock} +07:00" if rng.random() < 0.6 else None,
        )

    def stamp(self, sheet: Sheet, rng: random.Random, corner: tuple[float, float]) -> None:
        """Press the arrival stamp, if there is one, at ``corner`` millimetres."""
        if self.arrived:
            office, number, date = self.arrived
            seals.arrival_stamp(sheet, rng, corner, office=office, number=number, date=date)

    def sign(self, sheet: Sheet, look: Look, agency: Agency) -> None:
        """Print what the digital signature shows of itself, if there is one, at the head of the page."""
        if self.signed_at:
            seals.signature_overlay(sheet, look.sans, (70.0, 3.0), agency=agency.full, time=self.signed_at)
