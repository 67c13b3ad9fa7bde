"""``sohoa owners``, ``sohoa reads`` and ``sohoa audit`` as their users call them."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from api.cli import app
from dossier.errors import AuditChainBroken, InvalidValue, OwnersDiffer
from storage.database import writing
from storage.schema import AuditRow
from tests.api.http_service import OWNER_NAME, OWNER_NUMBER, Service, keep_paper, running

OLD, STRANGER = "012345678", "001090054321"
BY = ["--by", "Trần Văn Bình", "--reason", "đối chiếu căn cước"]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with running(tmp_path) as service:
        monkeypatch.setenv("SOHOA_DATA_DIR", str(tmp_path))
        yield service
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)


def sohoa(*arguments: str) -> str:
    ended = CliRunner().invoke(app, arguments)
    if ended.exception:
        raise ended.exception
    return ended.output


def sohoa_json(*arguments: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(sohoa(*arguments, "--json"))
    return shown


def test_merging_showing_and_splitting(service: Service) -> None:
    paper = keep_paper(service)
    (merged,) = sohoa_json("owners", "merge", OLD, OWNER_NUMBER, *BY, "--paper", paper.id.value)["merges"]
    known = sohoa_json("owners", "show", "--owner", OLD)
    assert {one["number"] for one in known["numbers"]} == {OLD, OWNER_NUMBER}
    assert known["history"] == [merged]
    told = sohoa("owners", "show", "--owner", OLD)
    assert all(part in told for part in (OWNER_NAME, "Trần Văn Bình", "birth-certificate"))
    assert "đã tách" in sohoa("owners", "split", str(merged["merge"]), *BY)
    with pytest.raises(OwnersDiffer):
        sohoa("owners", "merge", STRANGER, OWNER_NUMBER, *BY)
    assert sohoa_json("owners", "merge", STRANGER, OWNER_NUMBER, *BY, "--force")["merges"][0]["forced"]
    assert sohoa_json("owners", "conflicts") == sohoa_json("owners", "link") == {"merges": []}
    assert "Nobody" in sohoa("owners", "show", "--owner", "987654321")


def test_who_read(service: Service) -> None:
    paper = keep_paper(service)
    assert "Nobody" in sohoa("reads", "--owner", OWNER_NUMBER)
    sohoa("show", paper.id.value)
    assert paper.id.value in sohoa("reads", "--owner", OWNER_NUMBER)
    told = sohoa_json("reads", "--owner", OWNER_NUMBER, "--from", "2020-01-01", "--to", "2199-12-31")["reads"]
    asked = ("cli", "owner.reads-shown", None)
    assert [(one["consumer"], one["action"], one["paper"]) for one in told] == [
        asked,
        ("cli", "paper.read", paper.id.value),
        asked,
    ]
    with pytest.raises(InvalidValue):
        sohoa("reads", "--owner", OWNER_NUMBER, "--to", "9999-12-31")


def test_the_log_is_checked_and_kept(service: Service) -> None:
    keep_paper(service)
    report = sohoa_json("audit", "check", "--segments")
    assert (report["segmented"], report["stamped"], report["open"]) == (0, 0, [])
    assert "nguyên vẹn" in sohoa("audit", "check", "--segments")
    assert sohoa_json("audit", "keep") == {"kept": []}, "the day is not over"
    with writing(service.house.catalogue.engine) as session:
        session.get_one(AuditRow, 2).actor = "nobody"
    with pytest.raises(AuditChainBroken, match="entry 2"):
        sohoa("audit", "check")
