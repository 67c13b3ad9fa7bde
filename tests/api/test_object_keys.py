"""``sohoa objects``: the keys of the folder store, made, replaced and looked after."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from dossier.errors import ConfigurationError, ObjectKeyMissing, SohoaError
from ingest.house import House
from ingest.settings import Settings

Environ = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environ:
    return {"SOHOA_DATA_DIR": str(tmp_path / "data")}


def sohoa(environment: Environ, *arguments: str, exit_code: int = 0) -> str:
    ended = CliRunner().invoke(app, arguments, env=environment)
    if isinstance(ended.exception, SohoaError):
        raise ended.exception
    assert ended.exit_code == exit_code, ended.output
    return ended.output


def sohoa_json(environment: Environ, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(sohoa(environment, *arguments, "--json", exit_code=exit_code))
    return printed


def test_a_new_key_is_added_and_the_old_one_stays(environment: Environ, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with closing(House(settings)) as house:
        house.objects.put("a", b"old", media_type="application/pdf")
    first = sohoa_json(environment, "objects", "keys")
    assert first["file"] == str(tmp_path / "data" / "object-keys")
    added = sohoa_json(environment, "objects", "new-key")
    assert added["keys"][:-1] == first["keys"]
    assert len(added["keys"]) == 2
    with closing(House(settings)) as house:
        assert house.objects.get("a") == b"old"
    shown = sohoa(environment, "objects", "new-key")
    assert all(key_id in shown for key_id in added["keys"])
    secrets = [
        line.split()[1] for line in (tmp_path / "data" / "object-keys").read_text().splitlines() if "#" not in line
    ]
    assert len(secrets) == 3
    assert not any(secret in shown for secret in secrets)


def test_keys_outside_the_data_folder_are_made_there(environment: Environ, tmp_path: Path) -> None:
    outside = tmp_path / "secrets" / "keys"
    assert sohoa_json(environment | {"SOHOA_OBJECT_KEYS_FILE": str(outside)}, "objects", "keys")["file"] == str(outside)
    assert outside.exists()
    assert not (tmp_path / "data" / "object-keys").exists()
    with closing(House(Settings(data_dir=tmp_path / "data"))) as house, pytest.raises(ObjectKeyMissing):
        _ = house.objects


def test_in_production_keys_beside_the_papers_are_warned_of(environment: Environ, tmp_path: Path) -> None:
    environment |= {"SOHOA_ENVIRONMENT": "production"}
    for settings, warned in (({"SOHOA_OBJECT_KEYS_FILE": str(tmp_path / "keys")}, False), ({}, True)):
        parts = {p["part"]: p for p in sohoa_json(environment | settings, "doctor", exit_code=6)["parts"]}
        assert parts["object keys"]["warning"] is warned
        if not warned:
            key_id = sohoa_json(environment | settings, "objects", "keys")["keys"][-1]
            assert key_id in parts["object store"]["text"]
            (tmp_path / "keys").rename(tmp_path / "data" / "object-keys")


def test_an_s3_server_has_its_own_keys(environment: Environ) -> None:
    for command in ("keys", "new-key"):
        with pytest.raises(ConfigurationError, match="keys of its own"):
            sohoa(environment | {"SOHOA_OBJECT_STORE": "s3"}, "objects", command)
