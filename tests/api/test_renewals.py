"""Renewals and evidence records from the command line and over HTTP."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from sqlalchemy import text

from api import cli
from api.commands import records as records_command
from api.commands import renew as renew_command
from api.keys import Role
from dossier import times
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.proof.day_records import make_records
from signing.timestamps import rfc3161
from storage.database import writing
from tests.api.http_service import keep_paper, running
from tests.ingest.shelved import AT, Shelf, sealed_until_2027, shelf, use
from tests.signing.pages import scan_pdf
from tests.signing.pki import Tree

DAY = dt.timedelta(days=1)
LATER = AT + 10 * DAY
Sohoa = Callable[..., Any]


@pytest.fixture(scope="module")
def pdf(gov: Tree) -> bytes:
    return sealed_until_2027(scan_pdf(), gov)


@pytest.fixture
def kept(tmp_path: Path, gov: Tree) -> Iterator[Shelf]:
    opened = shelf(tmp_path / "data")
    opened.trust(gov.trust(LATER), gov.stamper(LATER))
    yield opened
    opened.house.close()


@pytest.fixture
def sohoa(kept: Shelf, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sohoa:
    """Run the command on the shelf at a later day; returns what was printed, with ``--json`` what that says."""

    @contextmanager
    def open_house() -> Iterator[House]:
        yield kept.house

    for module in (renew_command, records_command):
        monkeypatch.setattr(module, "open_house", open_house)
    monkeypatch.setattr(times, "now", lambda: LATER)

    def run(*arguments: object, exit_code: int = 0) -> Any:
        monkeypatch.setattr("sys.argv", ["sohoa", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capfd.readouterr()
        assert (ended.value.code or 0) == exit_code, printed
        return json.loads(printed.out) if "--json" in arguments else printed.out + printed.err

    return run


# --- sohoa renew ---------------------------------------------------------------------------------------------------


def test_renew_what_is_due(kept: Shelf, sohoa: Sohoa, pdf: bytes) -> None:
    papers = [kept.put(pdf), kept.put(pdf)]
    assert sohoa("renew", "--calendar", "--json") == {
        "months": [{"month": "2027-01", "papers": 2, "signed_origin": 0, "records": 0}]
    }
    assert "2027-01" in sohoa("renew", "--calendar")
    listed = sohoa("renew", "--due", "--dry-run", "--json")
    assert [(told["id"], told["outcome"]) for told in listed["papers"]] == [(p.id.value, "due") for p in papers]
    assert listed["left"] == 2
    assert sohoa("renew", "--due", "--before", "2026-12-15", "--json")["papers"] == []
    assert sohoa("renew", "--due", "--within", 5, "--json")["papers"] == []

    first = sohoa("renew", "--due", "--limit", 1, "--json")
    assert [told["outcome"] for told in first["papers"]] == ["renewed"]
    assert (first["left"], first["failed"], first["stopped"]) == (1, [], None)
    assert "renewed: 1" in sohoa("renew", "--due", "--before", "2027-06-01")
    assert "renewed: 0" in sohoa("renew", "--due")
    assert sohoa("renew", "--calendar", "--json")["months"][0]["month"] == "2036-01"


def test_what_nobody_knows_is_found_out_first(kept: Shelf, sohoa: Sohoa, pdf: bytes) -> None:
    kept.put(pdf, known=False)
    kept.put(scan_pdf(), known=False)
    assert sohoa("renew", "--calendar", "--json")["months"][0]["month"] is None
    assert sohoa("renew", "--due", "--dry-run", "--json")["papers"] == []
    assert len(sohoa("renew", "--due", "--json")["papers"]) == 1
    assert sohoa("renew", "--recompute", "--json") == {"known": 1, "unknown": 1, "failed": []}
    assert "end known: 1" in sohoa("renew", "--recompute")


def test_too_late_is_said_with_its_exit_code(kept: Shelf, sohoa: Sohoa, pdf: bytes, gov: Tree) -> None:
    paper = kept.put(pdf)
    kept.trust(gov.trust(LATER), gov.stamper(LATER, "tsa-brief"))
    said = sohoa("renew", "--due", exit_code=5)
    assert "hardly prove it longer" in said
    with writing(kept.house.catalogue.engine) as session:
        session.execute(text("UPDATE papers SET protected_until = '2026-11-30 00:00:00'"))
    told = sohoa("renew", "--due", "--json", exit_code=5)
    assert (told["papers"][0]["outcome"], told["failed"][0]["paper"]) == ("too-late", paper.id.value)
    assert "30/11/2026" in sohoa("renew", "--due", exit_code=5)


def test_a_silent_authority_stops_and_says_what_is_left(kept: Shelf, sohoa: Sohoa, pdf: bytes, gov: Tree) -> None:
    kept.put(pdf)
    kept.trust(gov.trust(LATER), rfc3161("http://127.0.0.1:9/", timeout=1))
    told = sohoa("renew", "--due", "--json", exit_code=6)
    assert (told["left"], told["stopped"]["code"]) == (1, "timestamp-unavailable")
    assert "still due: 1" in sohoa("renew", "--due", exit_code=6)
    assert "made: 0" in sohoa("records", "make", exit_code=6)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--due", "--calendar"),
        ("--calendar", "--limit", 3),
        ("--recompute", "--dry-run"),
        ("--due", "--before", "2027-01-01", "--within", 3),
    ],
    ids=str,
)
def test_renew_needs_one_choice(sohoa: Sohoa, arguments: tuple[object, ...]) -> None:
    sohoa("renew", *arguments, exit_code=64)


# --- sohoa records -------------------------------------------------------------------------------------------------


def test_make_export_check_renew(kept: Shelf, sohoa: Sohoa, pdf: bytes, gov: Tree, tmp_path: Path) -> None:
    paper, file, record = kept.put(pdf), tmp_path / "paper.pdf", tmp_path / "paper.ers"
    file.write_bytes(pdf)
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "public-root.pem").write_bytes(pem.armor("CERTIFICATE", gov.certificate("root").dump()))
    sohoa("records", "export", paper.id, "-o", record, exit_code=4)

    kept.trust(gov.trust(LATER), gov.stamper(LATER, "tsa-brief"))
    (made,) = sohoa("records", "make", "--json")["records"]
    assert (made["day"], made["files"]) == ("2026-11-22", 1)
    assert "made: 0" in sohoa("records", "make")
    sohoa("records", "export", paper.id, "-o", record)
    lists = tmp_path / "lists.pem"
    sohoa("records", "export", paper.id, "-o", record, "--lists", lists)
    assert "HỢP LỆ" in sohoa("records", "check", lists, f"{lists}.ers", "--trust", trust)
    checked = sohoa("records", "check", file, record, "--trust", trust, "--json")
    assert (checked["verdict"], checked["proven"]) == ("valid", times.iso_local(LATER))
    assert checked["signatures_then"]["verdict"] == "valid"
    assert "HỢP LỆ" in sohoa("records", "check", file, record, "--trust", trust)

    kept.trust(gov.trust(LATER), gov.stamper(LATER))
    assert "renewed: 1" in sohoa("records", "renew")
    assert sohoa("records", "renew", "--json") == {"records": [], "failed": [], "stopped": None}
    sohoa("records", "export", paper.id, "-o", record)
    assert len(sohoa("records", "check", file, record, "--trust", trust, "--json")["time_stamps"]) == 2

    other = tmp_path / "other.pdf"
    other.write_bytes(scan_pdf())
    assert "record-other-file" in sohoa("records", "check", other, record, "--trust", trust, exit_code=1)
    kept.trust(gov.trust(LATER), rfc3161("http://127.0.0.1:9/", timeout=1))
    assert sohoa("records", "renew", "--within", 9999, exit_code=6)


def test_a_record_that_ended_has_its_exit_code(kept: Shelf, sohoa: Sohoa) -> None:
    kept.put(b"a file")
    made = sohoa("records", "make", "--json")["records"]
    assert len(made) == 1
    with writing(kept.house.catalogue.engine) as session:
        session.execute(text("UPDATE day_records SET protected_until = '2026-11-30 00:00:00'"))
    assert sohoa("records", "renew", "--json", exit_code=5)["failed"][0]["day"] == "2026-11-22"
    assert "2026-11-22" in sohoa("records", "renew", exit_code=5)


# --- over HTTP -----------------------------------------------------------------------------------------------------


def test_the_calendar_and_a_papers_record_over_http(tmp_path: Path, gov: Tree) -> None:
    with running(tmp_path) as service:
        paper = keep_paper(service)
        path = f"/v1/papers/{paper.id}/evidence-record"
        assert service.call(Role.AUDITOR, "GET", path).status_code == 404
        with writing(service.house.catalogue.engine) as session:
            session.execute(text("UPDATE sealed_versions SET since = '2026-01-01 00:00:00'"))
        use(service.house, gov.trust(times.now()), gov.stamper(times.now()))
        (made,) = make_records(service.house)
        answer = service.call(Role.AUDITOR, "GET", path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
        assert answer.content[0] == 0x30
        assert service.call(Role.OFFICER, "GET", f"/v1/papers/{PaperId.new()}/evidence-record").status_code == 404
        months = service.call(Role.AUDITOR, "GET", "/v1/renewals/calendar").json()["months"]
        ends = f"{times.local(made.protected_until):%Y-%m}"
        assert months == [
            {"month": ends, "papers": 0, "signed_origin": 0, "records": 1},
            {"month": None, "papers": 1, "signed_origin": 0, "records": 0},
        ]
        shown = service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}").json()["papers"][0]
        assert shown["protected_until"] is None
