"""Whose card is it: its code is read off a picture, for those who take papers in; nothing of it is kept."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from api.keys import Role
from ingest.scan.identity_codes import MOST_BYTES, READ
from storage.audit_log import audit
from tests.api.http_service import Service, png, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def test_number_and_name_come_back_and_nothing_is_kept(service: Service, sample: Path) -> None:
    (card,) = (one for one in json.loads((sample / "batch.json").read_text())["files"] if one["file"] == "can-cuoc.jpg")
    aside = io.BytesIO()
    Image.open(sample / "can-cuoc.jpg").rotate(20, expand=True, fillcolor="grey").save(aside, "JPEG")
    for picture in ((sample / "can-cuoc.jpg").read_bytes(), aside.getvalue()):
        answer = service.call(Role.STATION, "POST", "/v1/identity-codes", content=picture)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"number": card["owner"]["number"], "name": card["owner"]["name"]}
    assert list(service.house.objects.keys("")) == []
    told = [entry for entry in audit.entries(service.house.catalogue, limit=1000) if entry.action == READ]
    assert [(entry.actor, entry.object, dict(entry.detail)) for entry in told] == [("station", "identity-card", {})] * 2


def dot(kind: str) -> bytes:
    """Return the smallest picture there is."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, kind)
    return buffer.getvalue()


def test_what_is_no_picture_of_a_card_is_refused(service: Service) -> None:
    for picture, code in (
        (png(), "value-invalid"),
        (dot("PNG"), "value-invalid"),
        (dot("JPEG"), "value-invalid"),
        (b"no picture", "file-type-unsupported"),
        (bytes(MOST_BYTES + 1), "file-too-large"),
    ):
        answer = service.call(Role.OFFICER, "POST", "/v1/identity-codes", content=picture)
        assert answer.json()["code"] == code
