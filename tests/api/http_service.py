"""What the tests of the HTTP room share: the application behind a real server on loopback, and papers for it."""

import datetime as dt
import io
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from PIL import Image

from api.http.app import create_app
from api.keys import Role, ensure_first_keys
from dossier import times
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.papers import Box, Field, Paper, PaperKind, PaperState
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.settings import Settings
from ingest.work import Work
from storage.records import Batch

OWNER_NUMBER = "001190012345"
OWNER_NAME = "Lê Thị Sen"
BIRTH_PLACE = "Thôn Quýt, xã Tân Lĩnh, huyện Sơn Động, tỉnh Bắc Giang"
DOSSIER = "H15.50.05.13-261008-0975"
PROCEDURE = "1.001193"
NEED = {"owner_number": OWNER_NUMBER, "dossier": DOSSIER, "procedure": PROCEDURE, "purpose": "settle-dossier"}
"""A lookup."""


@dataclass(frozen=True)
class Service:
    """A running service with the keys of its first run."""

    house: House
    app: FastAPI
    url: str
    keys: dict[Role, str]

    def client(self, role: Role | None, key: str | None = None) -> httpx.Client:
        key = key or (self.keys[role] if role else None)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    def look_up(self, **more: object) -> dict[str, list[dict[str, Any]]]:
        """Look up as ``NEED`` says, ``more`` put over it, and return the papers given by type."""
        answer = self.call(Role.SYSTEM, "POST", "/v1/reuse/lookup", json={**NEED, **more})
        assert answer.status_code == 200, answer.text
        return {one["paper_type"]: one["papers"] for one in answer.json()["paper_types"]}

    def call(self, role: Role | None, method: str, path: str, **request: object) -> httpx.Response:
        with self.client(role) as client:
            return client.request(method, path, **request)  # type: ignore[arg-type]  # passed through


@contextmanager
def running(folder: Path, *, working: bool = False, **settings: object) -> Iterator[Service]:
    """Run the service on ``folder``; ``working`` papers too."""
    # Tests that knock at every door without a key come from one address.
    house = House(Settings(data_dir=folder, workers=2, **{"refusals_per_minute": 0, **settings}))
    keys = {role: path.read_text().strip() for role, path in ensure_first_keys(house).items()}
    work = Work(house) if working else None
    app = create_app(house, work)
    try:
        with served(app) as url:
            yield Service(house, app, url, keys)
    finally:
        if work:
            work.close()
        house.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` on a free port of loopback; yields the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def png(shade: int = 200) -> bytes:
    """Return a small picture; another shade makes other bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 60), (shade, shade, 255)).save(buffer, "PNG")
    return buffer.getvalue()


def announce(service: Service, role: Role, batch: str, *names: str, **entry: object) -> str:
    """Announce a batch over HTTP and return its identifier."""
    body = {
        "batch": batch,
        "operator": "quầy 3",
        "dossier": DOSSIER,
        "procedure": PROCEDURE,
        "papers": [{"name": name, "owner_number": OWNER_NUMBER, "owner_name": OWNER_NAME, **entry} for name in names],
    }
    answer = service.call(role, "POST", "/v1/batches", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def keep_paper(
    service: Service,
    *,
    station: str = "station",
    state: PaperState = PaperState.STORED,
    paper_type: str = "birth-certificate",
    owner_number: str | None = OWNER_NUMBER,
    co_owner_number: str | None = None,
    verdict: Verdict = Verdict.VALID,
    issued_on: dt.date | None = None,
    valid_until: dt.date | None = None,
    kind: PaperKind = PaperKind.COMPONENT,
    content: bytes = b"%PDF-1.7 sealed",
    fields: Mapping[str, str] = MappingProxyType(
        {"number": "12/2021", "full_name": OWNER_NAME, "birth_place": BIRTH_PLACE}
    ),
    **more: Any,
) -> Paper:
    """Put a paper in ``state`` into the catalogue, with its files in the object store, as the pipeline would."""
    house, catalogue = service.house, service.house.catalogue
    paper_id = PaperId.new()
    batch = Batch(id=f"{station}.{paper_id}", station=station, created_at=times.now(), agency=house.agency)
    original = house.objects.put(f"originals/{paper_id}/original", png(), media_type="image/png")
    paper = Paper(
        id=paper_id,
        batch=batch.id,
        name="001.png",
        state=PaperState.RECEIVED,
        created_at=times.now(),
        original=original,
        owner=Owner.parse(owner_number, OWNER_NAME) if owner_number else None,
        co_owners=(Owner.parse(co_owner_number),) if co_owner_number else (),
        paper_type=paper_type,
        kind=kind,
        agency=house.agency,
        issued_on=issued_on,
        fields=tuple(Field(key, value, value, 1, Box(100, 200, 300, 40), 0.97) for key, value in fields.items()),
    )
    catalogue.add_batch(batch, [paper], actor=station)
    if state is PaperState.RECEIVED:
        return paper
    if state in {PaperState.QUARANTINED, PaperState.REJECTED}:
        return catalogue.save(replace(paper, state=state, problem="secrecy-mark"), actor="test", action="paper.stopped")
    checked = state if state is PaperState.NEEDS_REVIEW else PaperState.READY
    paper = catalogue.save(replace(paper, state=checked), actor="test", action="paper.checked")
    if state is checked:
        return paper
    paper = replace(paper, state=PaperState.CONFIRMED, confirmed_by="Trần Văn Bình", confirmed_at=times.now())
    paper = catalogue.save(paper, actor="test", action="paper.confirmed")
    sealed = house.objects.put(f"papers/{paper_id}/paper.pdf", content, media_type="application/pdf")
    stored = replace(
        paper,
        state=PaperState.STORED,
        sealed=sealed,
        stored_at=times.now(),
        verdict=verdict,
        issued_on=issued_on,
        valid_until=valid_until,
        **more,
    )
    return catalogue.save(stored, actor="test", action="paper.stored")
