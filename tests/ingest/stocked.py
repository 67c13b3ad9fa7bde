"""Houses with a stock of stored papers, on one machine or on servers, without sealing anything."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from dossier import times
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.papers import Paper, PaperState, StoredObject
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.settings import Settings
from ingest.upkeep.disposal import finish, objects_of
from storage.lifecycle import disposal
from storage.lifecycle.disposal import Disposal
from storage.objects.object_store import ObjectStore
from storage.proof import verifications
from storage.records import Batch, Occasion, Verification
from tests.servers import S3Server

OWNER = Owner.parse("001190012345", "NGUYỄN THỊ MẪU")
JSON = "application/json"


@dataclass
class Stock:
    """A house and its papers.

    ``objects_in`` is the folder of the object store, where it is one.
    """

    house: House
    papers: list[Paper] = field(default_factory=list)

    @property
    def objects_in(self) -> Path:
        return self.house.settings.root / "objects" / "objects"

    def add(self, content: bytes | None = None, *, paper_type: str = "decision") -> Paper:
        """Store a paper with all objects a stored paper has."""
        house, paper_id, at = self.house, PaperId.new(), times.now()
        data = content or b"%PDF-" + secrets.token_bytes(200)
        until = house.retain_until(at, paper_type, at=at)
        original = house.objects.put(f"originals/{paper_id}/original", b"scan of " + data, media_type="image/jpeg")
        batch = Batch(f"b-{paper_id}", "test", at)
        house.catalogue.add_batch(batch, [], actor="test")
        paper = Paper(paper_id, batch.id, "scan.jpg", PaperState.RECEIVED, at, original, OWNER, paper_type=paper_type)
        house.catalogue.add_papers([paper], actor="test")
        for state in (PaperState.READY, PaperState.CONFIRMED):
            paper = house.catalogue.save(replace(paper, state=state), actor="test", action="test")

        def keep(key: str, body: bytes, media_type: str) -> StoredObject:
            return house.objects.put(key, body, media_type=media_type, retain_until=until)

        folder = f"papers/{OWNER.pseudonym(house.owner_secret)}/{paper_id}"
        sealed = keep(f"{folder}/paper.pdf", data, "application/pdf")
        keep(f"{folder}/reading-v1.json", b'{"words": "' + data[:9] + paper_id.value.encode() + b'"}', JSON)
        report = keep(f"verifications/{paper_id}/{hashlib.sha256(data).hexdigest()}.json", b"{}" + data[:9], JSON)
        made = Verification(paper_id, at, Occasion.SEAL, Verdict.VALID, sealed.sha256, "0" * 64, report)
        verifications.add(house.catalogue, made, actor="test")
        paper = replace(paper, state=PaperState.STORED, sealed=sealed, stored_at=at, verdict=Verdict.VALID)
        self.papers.append(house.catalogue.save(paper, actor="test", action="paper.stored"))
        return self.papers[-1]

    def now(self, paper: Paper) -> Paper:
        """Return a paper as it is now."""
        return self.house.catalogue.paper(paper.id)

    def dispose(self, paper: Paper) -> None:
        """Dispose of a paper as two persons do once it need not be kept any more; where objects are in a folder."""
        for stored in objects_of(self.house, paper):
            (self.version_folder(stored) / "retain").unlink(missing_ok=True)
        catalogue, at = self.house.catalogue, times.now()
        proposal = Disposal(paper.id, "hết hạn", "Trần Văn Một", "counter-1", at)
        disposal.propose(catalogue, proposal, actor="counter-1")
        disposal.approve(catalogue, paper.id, person="Lê Thị Hai", actor="counter-2", at=at)
        assert finish(self.house) == 1
        assert list(objects_of(self.house, paper)) == []

    def tamper(self, stored: StoredObject, data: bytes = b"spoilt") -> None:
        """Spoil the bytes of an object in a folder behind the store's back."""
        (path,) = self.version_folder(stored).glob("data*")
        path.chmod(0o600)
        path.write_bytes(data)

    def version_folder(self, stored: StoredObject) -> Path:
        return self.objects_in / f"{stored.key}~" / stored.version


def stock(folder: Path, papers: int = 2, **settings: object) -> Stock:
    """Return a house in ``folder`` with some papers."""
    stocked = Stock(House(Settings(data_dir=folder, **settings)))  # type: ignore[arg-type]  # checked by pydantic
    for _ in range(papers):
        stocked.add()
    return stocked


def on_servers(s3: S3Server, url: str, bucket: str) -> dict[str, object]:
    """Return the settings of a house whose catalogue and objects are on servers."""
    return {
        "database_url": url,
        "object_store": "s3",
        "s3_endpoint": s3.endpoint,
        "s3_bucket": bucket,
        "s3_access_key": s3.access_key,
        "s3_secret_key": s3.secret_key,
        "s3_secure": False,
    }


def all_bytes(store: ObjectStore) -> dict[str, list[tuple[str, dt.datetime | None, bool]]]:
    """Return the SHA-256, lock and hold of every version in a store by key, the newest first."""
    found: dict[str, list[tuple[str, dt.datetime | None, bool]]] = {}
    for one in store.walk():
        digest = hashlib.sha256(store.get(one.key, one.version)).hexdigest()
        until, held = store.retention(one.key, one.version), store.held(one.key, one.version)
        found.setdefault(one.key, []).append((digest, until, held))
    return found
