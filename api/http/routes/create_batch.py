"""``POST /v1/batches``: a sender announces what it is going to send. Owner numbers travel here, in the body."""

import re
from dataclasses import replace
from typing import Annotated

from fastapi import status
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.batches import AnnouncedBatch
from api.http.deps import HouseDep
from api.http.reading import MAX_JSON_PAPERS, Text, new_router
from api.http.views import batch_json
from api.keys import Caller, Role
from api.shapes import Json, twin_json
from dossier.errors import InvalidValue
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from dossier.papers import PaperKind
from dossier.text import fold, nfc
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, twins_announced
from signing.stamp_rules import CopyForm

router = new_router()

FileName = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/\\]*[^\x00-\x1f\x7f/\\.]$")]
_TELLING = 6
"""Letters or digits from which on a name or a number tells who is meant; "An" is in many words."""


class PaperAnnounced(BaseModel):
    """Một tệp sắp gửi. / A file about to be sent."""

    model_config = ConfigDict(extra="forbid")

    name: FileName
    owner_number: Text | None = None
    owner_name: Text | None = None
    paper_type: Text | None = None
    kind: PaperKind = PaperKind.COMPONENT
    confirmed_by: Text | None = None
    copy_form: CopyForm = CopyForm.CERTIFIED
    despite_twin: Text | None = None
    collate: bool = False
    size: Annotated[int, Field(ge=0)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @property
    def entry(self) -> ManifestEntry:
        """The same, as the pipeline knows it."""
        return ManifestEntry(
            name=nfc(self.name),
            owner_number=self.owner_number,
            owner_name=self.owner_name,
            paper_type=self.paper_type,
            kind=self.kind,
            confirmed_by=self.confirmed_by,
            copy_form=self.copy_form,
            despite_twin=nfc(self.despite_twin) if self.despite_twin else None,
            collate=self.collate,
            size=self.size,
            sha256=self.sha256,
        )


class BatchAnnounced(BaseModel):
    """Một lô sắp gửi. / A batch about to be sent."""

    model_config = ConfigDict(extra="forbid")

    batch: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = None
    operator: Text = ""
    employer: Text = ""
    dossier: Annotated[Text | None, Field(examples=[DossierNumber.example])] = None
    procedure: Annotated[Text | None, Field(examples=[ProcedureCode.example])] = None
    agency: Annotated[Text | None, Field(examples=[AgencyCode.example])] = None
    on_the_spot: bool = False
    backlog: bool = False
    papers: Annotated[list[PaperAnnounced], Field(min_length=1, max_length=MAX_JSON_PAPERS)]


@router.post(
    "/v1/batches",
    response_model=AnnouncedBatch,
    status_code=status.HTTP_201_CREATED,
    summary="Khai báo một lô / Announce a batch",
)
def create_batch(
    body: BatchAnnounced, caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)], house: HouseDep
) -> Json:
    """Announce a batch; announcing it again with the same content changes nothing and answers the same.

    Of each file whose owner and type are said, the papers are told that can be used instead of a new scan.
    """
    entries = tuple(paper.entry for paper in body.papers)
    _require_distinct_names(entries)
    _require_anonymous_addresses(body.batch or "", entries)
    manifest = Manifest(
        station=caller.name,
        entries=entries,
        operator=nfc(body.operator),
        employer=nfc(body.employer),
        dossier=body.dossier,
        procedure=body.procedure,
        agency=body.agency,
        on_the_spot=body.on_the_spot,
        backlog=body.backlog,
    )
    if body.batch is not None:
        manifest = replace(manifest, batch=body.batch)
    house.gate.require_room(manifest.lane)
    batch, twins = open_batch(house, manifest), twins_announced(house, manifest)
    files = [{"name": name, "twins": [twin_json(twin) for twin in found]} for name, found in twins.items()]
    return {**batch_json(batch), "files": files}


def _require_distinct_names(entries: tuple[ManifestEntry, ...]) -> None:
    if len({entry.name for entry in entries}) < len(entries):
        raise InvalidValue(key="name", reason="two papers have the same name", reason_vi="hai giấy tờ trùng tên tệp")


def _require_anonymous_addresses(batch: str, entries: tuple[ManifestEntry, ...]) -> None:
    """Refuse a batch whose files' addresses would tell an owner's number or name: addresses end up in logs."""
    for entry in entries:
        for text in (batch, entry.name):
            if _tells(text, entry.owner_number) or _tells(text, entry.owner_name):
                raise InvalidValue(
                    key="name",
                    reason="file names and batch identifiers must not hold an owner's number or name",
                    reason_vi="tên tệp và mã lô không được chứa số định danh hay họ tên của chủ giấy tờ",
                )


def _tells(text: str, secret: str | None) -> bool:
    """Return whether ``text`` contains ``secret``, however either is written."""
    bare = _bare(secret or "")
    return len(bare) >= _TELLING and bare in _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text))
