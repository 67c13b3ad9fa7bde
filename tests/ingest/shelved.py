"""Sealed papers put on the shelf at any time: houses with moved clocks, and certomancer's authorities in them."""

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

from pyhanko.sign.timestamps import TimeStamper

from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.papers import Paper, PaperState
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.settings import Settings
from signing.renewal import protected_until
from signing.seal import seal
from signing.stamp import Stamp
from signing.trust import TrustStore
from storage.catalogue import Catalogue
from storage.objects.object_store import ObjectStore
from storage.records import Batch
from tests.signing.conftest import AGENCY
from tests.signing.pki import Tree

AT = dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC)
OWNER = Owner.parse("001190012345", "NGUYỄN THỊ MẪU")


@dataclass
class Clock:
    """Tells the time it is set to."""

    at: dt.datetime = AT

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass
class Shelf:
    """A house with a clock that can be set, and its papers."""

    house: House
    clock: Clock
    papers: list[Paper] = field(default_factory=list)

    def put(self, pdf: bytes, *, signed_origin: bool = False, known: bool = True) -> Paper:
        """Store a sealed file at the clock's time; ``known``: until when it is proven is kept."""
        house, at, paper_id = self.house, self.clock(), PaperId.new()
        original = house.objects.put(f"originals/{paper_id}", pdf, media_type="application/pdf")
        batch = Batch(f"b-{paper_id}", "test", at)
        paper = Paper(paper_id, batch.id, "scan.pdf", PaperState.RECEIVED, at, original, OWNER, paper_type="decision")
        house.catalogue.add_batch(batch, [paper], actor="test")
        for state in (PaperState.READY, PaperState.CONFIRMED):
            paper = house.catalogue.save(replace(paper, state=state), actor="test", action="test")
        sealed = house.objects.put(
            f"papers/x/{paper_id}/paper.pdf",
            pdf,
            media_type="application/pdf",
            retain_until=house.retain_until(at),
            if_absent=True,
        )
        paper = replace(
            paper,
            state=PaperState.STORED,
            sealed=sealed,
            stored_at=at,
            signed_origin=signed_origin,
            verdict=Verdict.VALID,
            protected_until=protected_until(pdf) if known else None,
        )
        self.papers.append(house.catalogue.save(paper, actor="test", action="paper.stored"))
        return self.papers[-1]

    def now(self, paper: Paper) -> Paper:
        """Return a paper as it is now."""
        return self.house.catalogue.paper(paper.id)

    def trust(self, trust: TrustStore, time_stamper: TimeStamper) -> None:
        """Use these from now on."""
        use(self.house, trust, time_stamper)


def use(house: House, trust: TrustStore, time_stamper: TimeStamper) -> None:
    """Let a house trust and be stamped by others than its settings say."""
    folders = SimpleNamespace(store=trust)
    house.__dict__.update(_trust_folders=folders, time_authorities=(), development_stamper=time_stamper)


def shelf(folder: Path, *, url: str | None = None, objects: ObjectStore | None = None) -> Shelf:
    """Return an empty shelf in ``folder``, or on servers."""
    house, clock = House(Settings(data_dir=folder)), Clock()
    folder.mkdir(parents=True, exist_ok=True)
    house.__dict__["catalogue"] = Catalogue.open(url or f"sqlite:///{folder / 'catalogue.db'}", clock=clock)
    if objects is not None:
        house.__dict__["objects"] = objects
    return Shelf(house, clock)


def sealed_until_2027(page: bytes, tree: Tree, at: dt.datetime = AT) -> bytes:
    """Seal a page under time stamps of an authority whose certificate ends with the year 2026."""
    return seal(
        page,
        key=tree.key(),
        stamp=Stamp(AGENCY),
        time_stamper=tree.stamper(at, "tsa-brief"),
        trust=tree.trust(at),
        signing_time=at,
    )
