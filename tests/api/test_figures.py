"""The report of figures over HTTP and from the command line: the same counts in every form."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.keys import Role
from dossier.dossiers import Dossier, Outcome
from dossier.errors import UsageError
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from dossier.periods import Period
from storage.reports.dossiers import keep_dossier
from tests.api.http_service import PROCEDURE, Service, announce, running

PERIOD = Period.parse("2026-11")
_CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        for number, agency in enumerate(["H41.12", "H41.12.5", "H42"]):
            dossier = Dossier(
                DossierNumber(f"{agency}-261102-000{number}"),
                ProcedureCode(PROCEDURE if number else "1.999999"),
                AgencyCode(agency),
                received_at=PERIOD.begins,
            )
            ended = replace(dossier, ended_at=PERIOD.begins, outcome=Outcome.SUCCESSFUL)
            keep_dossier(service.house.catalogue, ended if number else dossier, actor="one-stop")
        announce(service, Role.STATION, "figures-1", "001.png")
        yield service


def test_figures_come_by_agency_with_what_lies_in_it(service: Service) -> None:
    answer = service.call(Role.AUDITOR, "GET", "/v1/figures", params={"period": "2026-11"})
    report = answer.json()
    assert report["period"] == {"first": "2026-10-21", "last": "2026-11-20"}
    assert report["total"]["4.3"] == {"above": 0, "below": 3, "percent": 0.0, "reached": False}
    assert report["total"]["before-processing"] == {"above": 0, "below": 0, "percent": None, "reached": None}
    rows = {row["key"]: (row["name"], row["figures"]["4.3"]["below"]) for row in report["rows"]}
    assert rows == {"H41": ("Tỉnh Nghệ An", 2), "H41.12": (None, 2), "H41.12.5": (None, 1), "H42": (None, 1)}
    assert [one["code"] for one in report["definitions"]] == list(report["total"])
    assert all(one["above"] and one["below_en"] and one["source"] for one in report["definitions"])


def test_one_agency_is_shown_without_what_lies_above_it(service: Service) -> None:
    asked = {"period": "2026-11", "under": "H41.12"}
    report = service.call(Role.ADMIN, "GET", "/v1/figures", params=asked).json()
    assert [row["key"] for row in report["rows"]] == ["H41.12", "H41.12.5"]
    assert report["total"]["4.3"]["below"] == 2
    assert report["stations"] == []


def test_a_procedure_nobody_declared_is_told(service: Service) -> None:
    asked = {"period": "2026-11", "by": "procedure"}
    report = service.call(Role.OFFICER, "GET", "/v1/figures", params=asked).json()
    assert [row["key"] for row in report["rows"]] == [PROCEDURE, "1.999999"]
    assert report["rows"][0]["name"]
    assert report["unknown_procedures"] == []  # it only matters once a dossier ended
    assert report["total"]["4.1"]["below"] == 2


def test_the_present_month_shows_who_scanned(service: Service) -> None:
    report = service.call(Role.ADMIN, "GET", "/v1/figures").json()
    (work,) = report["stations"]
    assert (work["station"], work["operator"], work["batches"], work["papers"]) == ("station", "quầy 3", 1, 0)


@pytest.mark.parametrize("period", ["2026", "2026-13", "2026-11-20..2026-11-01", "0001-02", "2026-11-01..9999-12-31"])
def test_another_period_is_refused(service: Service, period: str) -> None:
    answer = service.call(Role.ADMIN, "GET", "/v1/figures", params={"period": period})
    assert (answer.status_code, answer.json()["code"]) == (422, "value-invalid")


def test_csv_and_workbook_hold_the_same_counts(service: Service) -> None:
    asked = {"period": "2026-11"}
    report = service.call(Role.ADMIN, "GET", "/v1/figures", params=asked).json()
    text = service.call(Role.ADMIN, "GET", "/v1/figures", params={**asked, "form": "csv"})
    lines = list(csv.DictReader(io.StringIO(text.text)))
    for row in ({"key": "", "figures": report["total"]}, *report["rows"]):
        told = {one["figure"]: (int(one["above"]), int(one["below"])) for one in lines if one["key"] == row["key"]}
        assert told == {code: (one["above"], one["below"]) for code, one in row["figures"].items()}
    book = service.call(Role.ADMIN, "GET", "/v1/figures", params={**asked, "form": "xlsx"})
    assert 'filename="sohoa-2026-10-21-2026-11-20.xlsx"' in book.headers["Content-Disposition"]
    cells = sheet(book.content)
    assert [cells[f"{column}8"] for column in ("A", "I", "J")] == ["H41", "0", "2"]


def sheet(workbook: bytes) -> dict[str, str]:
    """Return the cells of a workbook's first sheet by their addresses."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        strings = ET.fromstring(parts.read("xl/sharedStrings.xml"))  # noqa: S314 - made by us a moment ago
        table = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - made by us a moment ago
    texts = ["".join(one.itertext()) for one in strings.iter(f"{_CELLS}si")]
    found = {}
    for cell in table.iter(f"{_CELLS}c"):
        value = cell.findtext(f"{_CELLS}v")
        if value is not None:
            found[cell.attrib["r"]] = texts[int(value)] if cell.attrib.get("t") == "s" else value
    return found


def test_the_facts_lead_to_the_same_report(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_DATA_DIR", str(service.house.settings.data_dir))
    facts, first, second = tmp_path / "facts.csv", tmp_path / "first.csv", tmp_path / "second.csv"
    run = CliRunner()
    done = run.invoke(app, ["figures", "--period", "2026-11", "--facts", str(facts), "-o", str(first)])
    assert done.exit_code == 0, done.output
    assert "4.3" in done.output
    monkeypatch.setenv("SOHOA_DATA_DIR", str(tmp_path / "empty"))
    again = run.invoke(app, ["figures", "--period", "2026-11", "--from-facts", str(facts), "-o", str(second)])
    assert again.exit_code == 0, again.output
    assert first.read_bytes() == second.read_bytes()
    wrong = run.invoke(app, ["figures", "-o", str(tmp_path / "report.pdf")])
    assert isinstance(wrong.exception, UsageError)
