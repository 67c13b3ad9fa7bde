"""Official letter (Công văn) with the zones of decree 30/2020: what it is about stands under its number."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from dossier.identifiers import Sex
from tests.generator import people, places, sentences
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.prose import pick
from tests.generator.papers.registry import Registry
from tests.generator.papers.zones import (
    LEFT,
    WIDTH,
    Flow,
    Heading,
    Signing,
    office_lines,
    signing_block,
    two_column_header,
)
from tests.generator.people import Person
from tests.generator.places import Agency
from tests.generator.truth import Owner
from tests.generator.typesetting import Sheet

_OFFICES = ("VP", "KTHT", "VHXH", "TCKT", "NC")
_THANKS = "Trân trọng cảm ơn sự phối hợp của quý cơ quan./."


@dataclass(frozen=True, slots=True)
class OfficialLetter:
    """Content of a letter.

    Attributes:
        subject: Behind "V/v". addressee: Behind "Kính gửi". about: The person in whose dossier it lies.
        body: Its paragraphs. registry: What the registry added.
    """

    agency: Agency
    number: int
    office: str
    issued_on: dt.date
    subject: str
    addressee: str
    about: Person
    body: tuple[str, ...]
    by_deputy: bool
    signer: str
    registry: Registry = field(default_factory=Registry)
    paper_type: str = "official-letter"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a letter from a commune or a department to the other."""
        person = people.invent_person(rng, subset)
        issued_on = people.random_date(rng, 2022, 2025)
        subject = pick("about", 1, rng, subset, person.home)[0]
        both = [
            places.peoples_committee(person.home),
            places.department(person.home, rng.choice(sorted(places.DEPARTMENTS))),
        ]
        rng.shuffle(both)
        opening = sentences.pick("letters", 1, rng, subset, now=issued_on, home=person.home)
        middle = sentences.pick("tasks", 3, rng, subset, now=issued_on, home=person.home)
        return cls(
            agency=both[0],
            number=rng.randint(1, 2600),
            office=rng.choice(_OFFICES),
            issued_on=issued_on,
            subject=subject[0].lower() + subject[1:],
            addressee=both[1].spoken,
            about=person,
            body=(*opening, *middle, _THANKS),
            by_deputy=rng.random() < 0.5,
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
        )

    @classmethod
    def invent_by_pen(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a letter whose number and date were written by pen into the printed header."""
        letter = cls.invent(rng, subset)
        return replace(letter, registry=Registry.draw(rng, letter.issued_on, by_pen=True))

    @classmethod
    def invent_printed(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a letter with a printed number and date, for the rest as those written by pen."""
        letter = cls.invent(rng, subset)
        return replace(letter, registry=Registry.draw(rng, letter.issued_on, by_pen=False))

    @property
    def owner(self) -> Owner:
        """Whose dossier it lies in."""
        return Owner(self.about.number.value, self.about.name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values of what is printed."""
        number = f"{self.number:02}/{self.agency.symbol}-{self.office}"
        dated = {"document_number": number, "issued_on": self.issued_on.isoformat()}
        return ({} if self.registry.pen else dated) | {
            "agency": self.agency.full,
            "place": self.agency.seat,
            "subject": self.subject,
            "addressee": self.addressee,
            "signer": self.signer,
        }

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return the one page."""
        flow, text = Flow(look.sheet, look.text), look.text.but(size=13.5)
        symbol, about = f"/{self.agency.symbol}-{self.office}", f"V/v {self.subject}"
        heading = Heading(self.agency, f"{self.number:02}", symbol, self.issued_on, pen=self.registry.pen, about=about)
        self.registry.sign(flow.sheet, look, self.agency)
        flow.y = two_column_header(flow.sheet, look, heading) + 30
        self.registry.stamp(flow.sheet, rng, (11.0, flow.y - 7))
        flow.sheet.next_block()
        runs = [("Kính gửi: ", text), (f"{self.addressee}.", text)]
        flow.sheet.line(runs, text, LEFT + WIDTH / 2, flow.y, align="centre")
        flow.skip(11)
        for paragraph in self.body:
            flow.paragraph([(paragraph, text)], leading=6.4)
        flow.skip(3)
        recipients = ("Như trên;", f"Lưu: VT, {self.office}.")
        signing = Signing(office_lines(self.agency, deputy=self.by_deputy), self.signer, recipients)
        signing_block(flow.sheet, look, rng, agency=self.agency, signing=signing, y=flow.y)
        return flow.sheets
