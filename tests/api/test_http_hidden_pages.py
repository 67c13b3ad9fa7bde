"""Empty pages are hidden and restored over HTTP and by command, and the audit log says so."""

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.keys import Role
from dossier.papers import Paper, PaperState
from ingest.scan.pages import NOTES, PageNote, PageNotes, keep_reading
from ingest.workspace import Workspace
from ocr.model import Reading
from storage.audit_log import audit
from tests.api.http_service import Service, keep_paper, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


@pytest.fixture
def paper(service: Service) -> Paper:
    """A paper of four pages, of which the second and the fourth are empty."""
    kept = keep_paper(service, state=PaperState.READY)
    work = Workspace(service.house.objects, kept.id)
    notes = PageNotes(tuple(PageNote(n, 200, blank=n % 2 == 0, empty=n % 2 == 0) for n in range(1, 5)))
    work.put_value(NOTES, notes)
    keep_reading(work, Reading(()), ())
    return kept


def told(service: Service, paper: Paper) -> list[tuple[str, str]]:
    entries = (e for e in audit.entries(service.house.catalogue, limit=1000) if e.object == f"paper:{paper.id}")
    return [(e.actor, e.detail["hidden"]) for e in entries if e.action == "paper.pages-hidden"]


def test_an_officer_hides_and_restores_pages(service: Service, paper: Paper) -> None:
    where = f"/v1/papers/{paper.id}/hidden-pages"
    (hidden,) = service.call(Role.OFFICER, "POST", where, json={"hidden": [4, 2]}).json()["papers"]
    assert hidden["hidden_pages"] == [2, 4]
    assert "pages-hidden" in {check["code"] for check in hidden["checks"]}
    (restored,) = service.call(Role.OFFICER, "POST", where, json={"hidden": [2]}).json()["papers"]
    assert restored["hidden_pages"] == [2]
    for wrong in ([1], [5], [0], ["2"], "2", None):
        refused = service.call(Role.OFFICER, "POST", where, json={"hidden": wrong})
        assert refused.status_code == 422, wrong
    assert told(service, paper) == [("officer", "2 4"), ("officer", "2")]
    assert service.call(Role.AUDITOR, "GET", where).json() == {"hidden": [2], "may_be_hidden": [2, 4]}
    entries = audit.entries(service.house.catalogue, limit=1000)
    assert any(e.action == "paper.read" and e.actor == "auditor" and paper.id.value in e.object for e in entries)
    service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/confirmation", json={"by": "Trần Văn Bình"})
    late = service.call(Role.OFFICER, "POST", where, json={"hidden": []})
    assert (late.status_code, late.json()["code"]) == (409, "wrong-state")
    assert service.call(Role.OFFICER, "GET", where).json()["code"] == "wrong-state"


def test_so_does_the_command(service: Service, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_DATA_DIR", str(service.house.settings.root))

    def pages(*options: str) -> str:
        return CliRunner().invoke(app, ["pages", paper.id.value, *options]).stdout

    assert json.loads(pages("--hide", "2", "--hide", "4", "--json"))["hidden_pages"] == [2, 4]
    assert "hidden: 4 " in pages("--restore", "2")
    assert told(service, paper) == [("cli", "2 4"), ("cli", "4")]
