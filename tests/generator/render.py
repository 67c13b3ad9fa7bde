"""From a specification to pages with truth: invent the content, lay it out, scan it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tests.generator.chance import seeded
from tests.generator.faults import Scanner, scan
from tests.generator.fonts import Subset
from tests.generator.papers.application import Application
from tests.generator.papers.birth_certificate import BirthCertificate
from tests.generator.papers.birth_registration_form import BirthRegistrationForm
from tests.generator.papers.business_registration import BusinessRegistration
from tests.generator.papers.decision import Decision
from tests.generator.papers.diploma import Diploma
from tests.generator.papers.identity_card import IdentityCard
from tests.generator.papers.identity_card_2024 import IdentityCard2024
from tests.generator.papers.judicial_record import JudicialRecord
from tests.generator.papers.land_use_certificate import LandUseCertificate
from tests.generator.papers.look import Content, Look
from tests.generator.papers.marital_status import MaritalStatus
from tests.generator.papers.marriage_certificate import MarriageCertificate
from tests.generator.papers.official_letter import OfficialLetter
from tests.generator.papers.plain import BodyText, TablePage
from tests.generator.truth import Page, Paper


class Kind(StrEnum):
    """What can be generated."""

    BIRTH_CERTIFICATE = "birth-certificate"
    IDENTITY_CARD = "identity-card"
    DECISION = "decision"
    DECISION_WITH_TABLE = "decision-with-table"
    APPLICATION = "application"
    BODY_TEXT = "body-text"
    TABLE = "table"
    MARRIAGE_CERTIFICATE = "marriage-certificate"
    BUSINESS_REGISTRATION = "business-registration"
    LAND_USE_CERTIFICATE = "land-use-certificate"
    OFFICIAL_LETTER = "official-letter"
    BIRTH_REGISTRATION_FORM = "birth-registration-form"
    MARITAL_STATUS = "marital-status"
    JUDICIAL_RECORD = "judicial-record"
    DIPLOMA = "diploma"
    IDENTITY_CARD_2024 = "identity-card-2024"
    DECISION_BY_PEN = "decision-by-pen"
    OFFICIAL_LETTER_BY_PEN = "official-letter-by-pen"
    DECISION_REGISTERED = "decision-registered"
    OFFICIAL_LETTER_REGISTERED = "official-letter-registered"


@dataclass(frozen=True, slots=True)
class PaperSpec:
    """What to make. Equal specifications give equal bytes.

    Attributes:
        kind: Kind of paper. seed: Of everything random. dpi: Pixels per inch, 100 to 600. subset: Fonts and texts.
        scanner: Faults of the scan. marks_apart: Rebuild letters with their marks set apart, see ``letters``.
    """

    kind: Kind
    seed: int
    dpi: int = 200
    subset: Subset = "dev"
    scanner: Scanner = field(default_factory=Scanner)
    marks_apart: bool = False


INVENT: Mapping[Kind, Callable[[random.Random, Subset], Content]] = MappingProxyType(
    {
        Kind.BIRTH_CERTIFICATE: BirthCertificate.invent,
        Kind.IDENTITY_CARD: IdentityCard.invent,
        Kind.DECISION: Decision.invent,
        Kind.DECISION_WITH_TABLE: Decision.invent_with_table,
        Kind.APPLICATION: Application.invent,
        Kind.BODY_TEXT: BodyText.invent,
        Kind.TABLE: TablePage.invent,
        Kind.MARRIAGE_CERTIFICATE: MarriageCertificate.invent,
        Kind.BUSINESS_REGISTRATION: BusinessRegistration.invent,
        Kind.LAND_USE_CERTIFICATE: LandUseCertificate.invent,
        Kind.OFFICIAL_LETTER: OfficialLetter.invent,
        Kind.BIRTH_REGISTRATION_FORM: BirthRegistrationForm.invent,
        Kind.MARITAL_STATUS: MaritalStatus.invent,
        Kind.JUDICIAL_RECORD: JudicialRecord.invent,
        Kind.DIPLOMA: Diploma.invent,
        Kind.IDENTITY_CARD_2024: IdentityCard2024.invent,
        Kind.DECISION_BY_PEN: Decision.invent_by_pen,
        Kind.OFFICIAL_LETTER_BY_PEN: OfficialLetter.invent_by_pen,
        Kind.DECISION_REGISTERED: Decision.invent_printed,
        Kind.OFFICIAL_LETTER_REGISTERED: OfficialLetter.invent_printed,
    }
)
"""How each kind's content is made."""


def lay_out(content: Content, look: Look, rng: random.Random) -> tuple[Page, ...]:
    """Return the clean pages of ``content``."""
    return tuple(sheet.page(number) for number, sheet in enumerate(content.draw(look, rng), start=1))


def scan_pages(pages: tuple[Page, ...], scanner: Scanner, rng: random.Random) -> tuple[Page, ...]:
    """Return ``pages`` scanned; on the back of each is the next one, of the last the one before it."""
    backs = [pages[i + 1] if i + 1 < len(pages) else pages[max(0, i - 1)] for i in range(len(pages))]
    return tuple(scan(page, scanner, rng, back=back.image) for page, back in zip(pages, backs, strict=True))


def print_paper(content: Content, look: Look, scanner: Scanner, rng: random.Random) -> Paper:
    """Return ``content`` laid out in ``look`` and scanned by ``scanner``."""
    pages = scan_pages(lay_out(content, look, rng), scanner, rng)
    return Paper(content.paper_type, content.owner, dict(content.fields), pages)


def render(spec: PaperSpec) -> Paper:
    """Return the paper ``spec`` asks for, with its truth."""
    rng = seeded(spec.kind, spec.seed, spec.subset)
    content = INVENT[spec.kind](rng, spec.subset)
    look = Look.draw(rng, spec.subset, spec.dpi, marks_apart=spec.marks_apart)
    return print_paper(content, look, spec.scanner, rng)
