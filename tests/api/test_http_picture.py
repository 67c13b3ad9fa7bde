"""The picture of a field is given to whoever reads it by eye, as long as there are pages to take it from."""

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from api.keys import Role
from dossier.identifiers import PaperId
from dossier.papers import Box, Field, FieldSource, PaperState
from ingest.scan.images import encode_image
from ingest.scan.pages import NOTES, PageNote, PageNotes
from ingest.workspace import Workspace
from tests.api.http_service import Service, keep_paper, running

BOX = Box(120, 60, 40, 20)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def with_page(service: Service, state: PaperState = PaperState.NEEDS_REVIEW) -> PaperId:
    """Keep a paper with one page, green where its handwritten number is, and a value that no page shows."""
    paper = keep_paper(service, state=state)
    number = Field("document_number", None, "…/QĐ-UBND", 1, BOX, 0, FieldSource.HANDWRITING)
    typed = Field("subject", "Về việc A", "Về việc A", None, None, 1.0, FieldSource.MANUAL)
    service.house.catalogue.save(replace(paper, fields=(number, typed)), actor="test", action="paper.extracted")
    work, note = Workspace(service.house.objects, paper.id), PageNote(1, 200)
    master = np.full((200, 300, 3), 255, np.uint8)
    master[BOX.y : BOX.bottom, BOX.x : BOX.right] = (0, 255, 0)
    work.put(note.master, encode_image(master), "image/bmp")
    work.put_value(NOTES, PageNotes((note,)))
    return paper.id


def test_an_officer_sees_the_field_and_what_stands_around_it(service: Service) -> None:
    paper = with_page(service)
    answer = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper}/fields/document_number/picture")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "no-store"
    picture = np.asarray(Image.open(io.BytesIO(answer.content)))
    green = (picture == (0, 255, 0)).all(axis=2)
    assert green.sum() == BOX.width * BOX.height
    assert picture.shape[0] > BOX.height
    assert picture.shape[1] > 2 * BOX.width


def test_a_field_without_a_place_or_of_another_paper_is_not_found(service: Service) -> None:
    paper = with_page(service)
    for path in (f"/v1/papers/{paper}/fields/subject", f"/v1/papers/{paper}/fields/nothing"):
        answer = service.call(Role.AUDITOR, "GET", f"{path}/picture")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    unknown = service.call(Role.OFFICER, "GET", f"/v1/papers/{PaperId.new()}/fields/subject/picture")
    assert unknown.status_code == 404
    odd = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper}/fields/001190012345/picture")
    assert (odd.status_code, odd.json()["code"]) == (422, "request-invalid")


@pytest.mark.parametrize("state", [PaperState.RECEIVED, PaperState.STORED])
def test_before_and_after_there_are_pages_the_state_is_wrong(service: Service, state: PaperState) -> None:
    paper = keep_paper(service, state=state)
    answer = service.call(Role.OFFICER, "GET", f"/v1/papers/{paper.id}/fields/child_name/picture")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


def test_a_station_sees_no_pictures(service: Service) -> None:
    paper = with_page(service)
    assert service.call(Role.STATION, "GET", f"/v1/papers/{paper}/fields/document_number/picture").status_code == 403
