"""The sample batch of ``make demo``: five papers of two families, as a reception desk would scan them in a morning."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.generator import people
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.files import write_scan, write_truth
from tests.generator.fonts import Family
from tests.generator.papers.application import Application
from tests.generator.papers.birth_certificate import BirthCertificate
from tests.generator.papers.decision import Decision
from tests.generator.papers.identity_card import IdentityCard
from tests.generator.papers.look import TYPED, TYPED_LIFT, Content, Look
from tests.generator.render import print_paper
from tests.generator.typesetting import Style

_SEED = 2026


@dataclass(frozen=True, slots=True)
class Sample:
    """One file of the batch: JPEG ``quality`` applies where the format has it."""

    file: str
    content: Content
    look: Look
    scanner: Scanner
    quality: int = 80


def _look(
    dpi: int, *, text: Family = Family.TERMES, sans: Family = Family.HEROS, filled: Family = Family.HEROS
) -> Look:
    typed = Style(filled, 12, bold=filled is Family.CURSOR, ink=TYPED, kind="filled", lift=TYPED_LIFT)
    return Look(dpi, Style(text, 14), Style(sans, 11), typed)


def samples(rng: random.Random) -> Iterator[Sample]:
    """Yield the batch: a child's certificate, its mother's card, papers of two neighbours."""
    family, neighbour, farmer = (
        people.invent_family(rng, "dev"),
        people.invent_person(rng, "dev"),
        people.invent_person(rng, "dev"),
    )
    yield Sample(
        "giay-khai-sinh.pdf",
        BirthCertificate.invent(rng, "dev", family),
        _look(300),
        Scanner(skew_deg=0.8, tint=(0.99, 0.985, 0.97), light=0.10, light_angle=0.6, corner=0.03, noise=3.0, blur=0.5),
        quality=80,
    )
    yield Sample(
        "can-cuoc.jpg",
        IdentityCard.invent(rng, "dev", family.mother),
        _look(300),
        Scanner(skew_deg=-1.4, tint=(0.98, 0.98, 0.985), light=0.06, light_angle=2.2, noise=2.5, blur=0.5),
        quality=85,
    )
    yield Sample(
        "quyet-dinh-1.pdf",
        Decision.invent(rng, "dev", beneficiary=neighbour),
        _look(200),
        Scanner(
            skew_deg=-0.6,
            tint=(0.985, 0.98, 0.96),
            light=0.12,
            light_angle=3.6,
            fold=0.5,
            noise=4.0,
            specks=0.01,
            blur=0.4,
        ),
        quality=78,
    )
    yield Sample(
        "quyet-dinh-2.tif",
        Decision.invent_with_table(rng, "dev", rows=38, beneficiary=farmer),
        _look(200),
        Scanner(skew_deg=0.5, tint=(0.99, 0.985, 0.975), light=0.07, light_angle=5.0, bleed=0.07, noise=3.0, blur=0.4),
        quality=80,
    )
    yield Sample(
        "don-de-nghi.jpg",
        Application.invent(rng, "dev", applicant=neighbour),
        _look(200, filled=Family.CURSOR),
        Scanner(
            skew_deg=1.1,
            tint=(0.98, 0.98, 0.965),
            light=0.14,
            light_angle=1.4,
            corner=0.04,
            noise=3.5,
            specks=0.01,
            blur=0.4,
        ),
        quality=82,
    )


def sample_batch(out: Path) -> list[Path]:
    """Write the sample batch into the folder ``out``, the same bytes every time.

    ``out/truth/<name>.json`` is the ground truth of each file; ``out/batch.json`` says for whom each file is digitized:
    ``{"files": [{"file", "owner": {"number", "name"}}]}``.

    Returns:
        The five scans, in the order of ``batch.json``.
    """
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    entries: list[dict[str, object]] = []
    rng = seeded(_SEED)
    for sample in samples(rng):
        paper = print_paper(sample.content, sample.look, sample.scanner, seeded(_SEED, sample.file))
        write_scan(out / sample.file, paper.pages, quality=sample.quality)
        write_truth(out / "truth", sample.file, paper)
        owner = {"number": paper.owner.number, "name": paper.owner.name}
        entries.append({"file": sample.file, "owner": owner})
        written.append(out / sample.file)
    (out / "batch.json").write_text(
        json.dumps({"files": entries}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return written
