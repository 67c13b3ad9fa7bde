"""How papers stand, from the command line: from a scan to a revoked paper that anybody can tell."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.test_cli import OWNER, sohoa, sohoa_json

DOSSIER = "H41.12.5-261122-0001"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    data = tmp_path_factory.mktemp("cli")
    return {"SOHOA_DATA_DIR": str(data), "PATH": "/usr/bin:/bin", "HOME": str(data), "LANG": "C.UTF-8"}


@pytest.fixture(scope="module")
def papers(environment: dict[str, str], sample: Path, small_scan: Path) -> list[dict[str, Any]]:
    """Two stored papers of one owner."""
    scans = [sample / "quyet-dinh-1.pdf", small_scan]
    who = ("--owner", OWNER, "--dossier", DOSSIER, "--procedure", "1.001193", "--confirmed-by", "Trần Văn Đối")
    stored: list[dict[str, Any]] = sohoa_json(environment, "digitize", *scans, *who)["papers"]
    assert [paper["state"] for paper in stored] == ["stored", "stored"]
    return stored


def test_a_dossier_is_told_bit_by_bit(environment: dict[str, str]) -> None:
    assert sohoa_json(environment, "dossier", DOSSIER, exit_code=4)["error"]["code"] == "not-found"
    sohoa(environment, "dossier", DOSSIER, "--ended", "successful", exit_code=64)
    first = ("--procedure", "1.001193", "--agency", "H41.12.5", "--received", "2026-11-22T08:00:00")
    told = sohoa_json(environment, "dossier", DOSSIER, *first)
    assert (told["received_at"], told["outcome"]) == ("2026-11-22T08:00:00+07:00", None)
    ended = sohoa_json(environment, "dossier", DOSSIER, "--ended", "successful", "--ended-at", "2026-11-24T16:00")
    assert ended == {**told, "outcome": "successful", "ended_at": "2026-11-24T16:00:00+07:00"}
    assert (
        sohoa_json(environment, "dossier", DOSSIER, "--ended-at", "tomorrow", exit_code=64)["error"]["code"] == "usage"
    )
    assert sohoa_json(environment, "dossier", DOSSIER, "--ended", "successful") == ended, "no news"
    assert sohoa_json(environment, "dossier", DOSSIER) == ended
    assert "successful" in sohoa(environment, "dossier", DOSSIER)


def test_each_command_knows_the_reasons_that_are_its_own(environment: dict[str, str]) -> None:
    reasons = {"revoke": ("annulled", "reissued"), "supersede": ("reissued", "annulled")}
    for command, (own, other) in reasons.items():
        shown = sohoa(environment, command, "--help")
        assert (own in shown, other in shown) == (True, False)
    why = ("--reason", "forged", "--authority", "UBND xã Thử")
    for wrong in ((*why, "--by", " "), (*why[2:], "--reason", "reissued", "--by", "Trần Văn Bình")):
        sohoa(environment, "revoke", "3f9k2m7x8c4v5b6n", *wrong, exit_code=64)


def test_a_revoked_paper_is_told_apart_by_whoever_has_the_list(
    environment: dict[str, str], papers: list[dict[str, Any]], tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.pdf" for number in range(2)]
    for paper, file in zip(papers, files, strict=True):
        sohoa(environment, "get", paper["id"], "-o", file)
    before, after = tmp_path / "before.p7m", tmp_path / "after.p7m"
    assert sohoa_json(environment, "status-list", "-o", before)["entries"] == 0
    in_force = sohoa_json(environment, "verify", *files, "--status-list", before)["files"]
    assert [(one["verdict"], one["status"]["state"]) for one in in_force] == [("valid", "in-force")] * 2

    why = ("--reason", "wrongly-digitized", "--authority", "UBND xã Thử", "--by", "Trần Văn Bình")
    (revoked,) = sohoa_json(environment, "revoke", papers[0]["id"], *why)["papers"]
    assert revoked["standing"]["reason"] == "wrongly-digitized"
    shown = sohoa(environment, "show", papers[0]["id"])
    assert "số hóa sai so với bản gốc · UBND xã Thử" in shown
    listed = sohoa_json(environment, "status-list", "-o", after)
    assert (listed["number"], listed["entries"]) == (2, 1)

    stranger = {**environment, "SOHOA_DATA_DIR": str(tmp_path / "elsewhere")}
    trust = Path(environment["SOHOA_DATA_DIR"]) / "development" / "trust"
    checked = sohoa_json(
        stranger, "verify", *files, "--trust", trust, "--status-list", after, "--xml", tmp_path / "x", exit_code=2
    )["files"]
    assert [(one["verdict"], one["status"]["state"]) for one in checked] == [
        ("undetermined", "revoked"),
        ("valid", "in-force"),
    ]
    assert {s["verdict"] for s in checked[0]["signatures"]} == {"valid"}, "they are genuine all the same"
    assert "Giấy tờ đã bị thu hồi" in sohoa(
        stranger, "verify", files[0], "--trust", trust, "--status-list", after, exit_code=2
    )
    assert sohoa_json(stranger, "verify", files[0], "--trust", trust, exit_code=0)["files"][0]["status"] is None
    sohoa(stranger, "verify", "--paper", papers[0]["id"], "--status-list", after, exit_code=64)
