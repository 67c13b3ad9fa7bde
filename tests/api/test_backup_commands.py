"""``sohoa fixity``, ``backup``, ``restore`` and ``storage check``: what they print and their exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from api.http.metrics import Metrics
from ingest.house import House
from ingest.settings import Settings
from ingest.upkeep.fixity import check_due
from ingest.upkeep.inventory import walk
from tests.ingest.stocked import stock


def sohoa(root: Path, *arguments: object, exit_code: int = 0) -> dict[str, Any]:
    ended = subprocess.run(
        [Path(sys.executable).with_name("sohoa"), *map(str, arguments), "--json"],
        env={**os.environ, "SOHOA_DATA_DIR": str(root)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == exit_code, ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_loss_is_found_and_brought_back(tmp_path: Path) -> None:
    root, backup, passphrase = tmp_path / "data", tmp_path / "backup", tmp_path / "passphrase"
    made = stock(root)
    secret = made.house.owner_secret
    made.house.close()
    passphrase.write_text("mật khẩu\n")
    secrets = ("--with-secrets", tmp_path / "secrets", "--passphrase-file", passphrase)
    assert sohoa(root, "fixity", "--now")["objects"]["sound"] == 8
    assert sohoa(root, "backup", backup, *secrets)["copied"] == 8
    assert sohoa(root, "backup", backup, "--verify")["lacking"] == []
    assert sohoa(root, "backup", backup, "--verify", "--keep", 1, exit_code=64)["error"]["code"] == "usage"
    assert sohoa(root, "backup", backup, "--keep", 1)["removed"] == 1
    assert sohoa(root, "backup", backup, "--verify")["read"] == 8
    assert sohoa(root, "storage", "check") == {"findings": [], "wrong": 0}

    paper = made.papers[0]
    made.tamper(paper.original)
    told = sohoa(root, "fixity", "--paper", paper.id, exit_code=9)
    assert told["lost"] == [{"key": paper.original.key, "paper": paper.id.value}]
    shutil.rmtree(made.version_folder(paper.original))
    assert sohoa(root, "storage", "check", exit_code=9)["findings"][0]["trouble"] == "missing"
    mended = sohoa(root, "storage", "check", "--repair", "--backup", backup)
    assert [finding["mended"] for finding in mended["findings"]] == ["backup"]
    assert sohoa(root, "fixity", "--now")["lost"] == []

    assert sohoa(root, "restore", backup, exit_code=5)["error"]["code"] == "not-empty"
    shutil.rmtree(root)
    passphrase.write_text("sai")
    back = ("--secrets", tmp_path / "secrets", "--passphrase-file", passphrase)
    assert sohoa(root, "restore", backup, *back, exit_code=3)["error"]["code"] == "passphrase-wrong"
    passphrase.write_text("mật khẩu")
    assert sohoa(root, "restore", backup, *back)["restored"] == 8
    assert (root / "owner-secret").read_bytes() == secret
    assert {p["id"] for p in sohoa(root, "papers")["papers"]} == {p.id.value for p in made.papers}
    sohoa(root, "audit", "check")


def test_the_measurements_tell_how_sound_the_store_is(tmp_path: Path) -> None:
    made = stock(tmp_path)
    walk(made.house)
    made.tamper(made.papers[0].original)
    list(check_due(made.house))
    text = Metrics(made.house).text().decode()
    assert 'sohoa_objects{outcome="sound"} 7.0' in text
    assert 'sohoa_objects{outcome="damaged"} 1.0' in text
    assert "sohoa_fixity_damaged_total 1.0" in text
    assert "sohoa_replica_waiting 8.0" in text
    made.house.close()


def test_an_empty_store_is_sound(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    assert "sohoa_fixity_age_seconds 0.0" in Metrics(house).text().decode()
    house.close()
    assert sohoa(tmp_path, "fixity")["lost"] == []
