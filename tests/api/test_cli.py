"""The ``sohoa`` command, as its users call it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest

SOHOA = Path(sys.executable).with_name("sohoa")
OWNER = "001190012345"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One data folder for all tests of this module."""
    data = tmp_path_factory.mktemp("cli")
    return {"SOHOA_DATA_DIR": str(data), "PATH": "/usr/bin:/bin", "HOME": str(data), "LANG": "C.UTF-8"}


def sohoa(environment: dict[str, str], *arguments: object, exit_code: int = 0) -> str:
    """Run the command, and return what it printed."""
    ended = subprocess.run(
        [SOHOA, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == exit_code, ended.stdout + ended.stderr
    return ended.stdout


def sohoa_json(environment: dict[str, str], *arguments: object, exit_code: int = 0) -> dict[str, Any]:
    """Run the command with ``--json``, and return what it printed."""
    printed: dict[str, Any] = json.loads(sohoa(environment, *arguments, "--json", exit_code=exit_code))
    return printed


@pytest.fixture(scope="module")
def stored(environment: dict[str, str], sample: Path) -> dict[str, Any]:
    """A paper that went the whole way from the command line."""
    scan = sample / "quyet-dinh-1.pdf"
    papers = sohoa_json(
        environment,
        "digitize",
        scan,
        "--owner",
        OWNER,
        "--owner-name",
        "Lê Thị Thử",
        "--dossier",
        "H41.12.5-261122-0001",
        "--procedure",
        "1.001193",
        "--confirmed-by",
        "Trần Văn Đối",
    )["papers"]
    assert len(papers) == 1
    paper: dict[str, Any] = papers[0]
    return paper


def test_the_whole_way_in_one_command(stored: dict[str, Any]) -> None:
    assert stored["state"] == "stored"
    assert stored["verdict"] == "valid"
    assert stored["paper_type"] == "decision"
    assert stored["owner"] == {"number": OWNER, "kind": "citizen_number", "name": "Lê Thị Thử"}
    number = next(f for f in stored["fields"] if f["key"] == "document_number")
    assert set(number) == {"key", "value", "raw", "page", "box", "confidence", "source"}
    assert number["page"] == 1
    assert len(number["box"]) == 4
    assert stored["code"] == f"{OWNER}.decision.01"


def test_find_show_get_verify(environment: dict[str, str], stored: dict[str, Any], tmp_path: Path) -> None:
    found = sohoa_json(environment, "find", "--owner", OWNER, "--type", "decision", "--valid-on", "2026-11-22")
    assert [p["id"] for p in found["papers"]] == [stored["id"]]
    assert sohoa_json(environment, "find", "--owner", "079090000001")["papers"] == []
    assert sohoa_json(environment, "show", stored["id"])["papers"][0] == {
        key: value for key, value in stored.items() if key != "duplicate"
    }
    pdf = tmp_path / "paper.pdf"
    sohoa(environment, "get", stored["id"], "-o", pdf)
    report = sohoa_json(environment, "verify", pdf)["files"][0]
    assert (report["file"], report["verdict"]) == (str(pdf), "valid")
    seal = report["signatures"][0]
    assert {"field", "verdict", "signer", "issuer", "integrity", "coverage", "changes_after", "signing_time",
            "algorithm", "profile", "findings"} <= set(seal)  # fmt: skip

    forged = tmp_path / "forged.pdf"
    content = bytearray(pdf.read_bytes())
    content[len(content) // 3] ^= 1
    forged.write_bytes(content)
    assert sohoa_json(environment, "verify", forged, exit_code=1)["files"][0]["verdict"] == "invalid"
    unsigned = tmp_path / "unsigned.pdf"
    with pikepdf.new() as blank:
        blank.add_blank_page()
        blank.save(unsigned)
    assert sohoa_json(environment, "verify", unsigned, exit_code=2)["files"][0]["verdict"] == "undetermined"
    assert "HỢP LỆ" in sohoa(environment, "verify", pdf)


def test_the_same_file_again_is_a_duplicate(environment: dict[str, str], stored: dict[str, Any], sample: Path) -> None:
    again = sohoa_json(environment, "digitize", sample / "quyet-dinh-1.pdf", "--owner", OWNER)["papers"]
    assert [(p["id"], p["duplicate"]) for p in again] == [(stored["id"], True)]


def test_confirm_later(environment: dict[str, str], sample: Path) -> None:
    card = sohoa_json(environment, "digitize", sample / "can-cuoc.jpg")["papers"][0]
    assert card["state"] in {"ready", "needs_review"}
    assert card["confirmed_by"] is None
    sohoa(environment, "get", card["id"], "-o", "never.pdf", exit_code=5)
    confirmed = sohoa_json(environment, "confirm", card["id"], "--by", "Trần Văn Đối")["papers"][0]
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("stored", "Trần Văn Đối")


def test_one_bad_file_harms_no_other(environment: dict[str, str], sample: Path, tmp_path: Path) -> None:
    empty, text, cut = tmp_path / "empty.pdf", tmp_path / "text.pdf", tmp_path / "cut.pdf"
    empty.write_bytes(b"")
    text.write_text("not a scan")
    cut.write_bytes((sample / "quyet-dinh-1.pdf").read_bytes()[:50_000])
    answer = sohoa_json(
        environment,
        "digitize",
        empty,
        text,
        cut,
        sample / "don-de-nghi.jpg",
        "--owner",
        OWNER,
        "--confirmed-by",
        "Trần Văn Đối",
        exit_code=3,
    )
    assert {r["file"]: r["code"] for r in answer["refused"]} == {
        "empty.pdf": "file-empty",
        "text.pdf": "file-type-unsupported",
    }
    assert [(p["name"], p["state"], p["problem"]) for p in answer["papers"]] == [
        ("cut.pdf", "rejected", "file-damaged"),
        ("don-de-nghi.jpg", "stored", None),
    ]


def test_a_wrong_owner_number_is_said_at_once(environment: dict[str, str], sample: Path) -> None:
    answer = sohoa_json(environment, "digitize", sample / "can-cuoc.jpg", "--owner", "0100047517", exit_code=3)
    assert answer["error"]["code"] == "owner-number-invalid"
    assert "0100047517" not in json.dumps(answer)


def test_unknown_things_have_their_exit_codes(environment: dict[str, str], tmp_path: Path) -> None:
    assert sohoa_json(environment, "show", "0000000000000000", exit_code=4)["error"]["code"] == "not-found"
    assert sohoa_json(environment, "show", "nonsense", exit_code=3)["error"]["code"] == "identifier-invalid"
    assert sohoa_json(environment, "verify", tmp_path / "nothing.pdf", exit_code=4)["error"]["code"] == "not-found"
    sohoa(environment, "no-such-command", exit_code=2)
    wrong = environment | {"SOHOA_PORT": "0"}
    assert sohoa_json(wrong, "papers", exit_code=7)["error"]["code"] == "configuration"


def test_production_refuses_test_keys(environment: dict[str, str]) -> None:
    parts = sohoa_json(environment | {"SOHOA_ENVIRONMENT": "production"}, "doctor", exit_code=6)["parts"]
    assert {p["part"] for p in parts if not p["ok"]} == {"seal key", "time stamps"}


def test_doctor_finds_everything_here_and_says_what_is_missing(environment: dict[str, str]) -> None:
    assert all(part["ok"] for part in sohoa_json(environment, "doctor")["parts"])
    blind = environment | {"PATH": "/nonexistent"}
    parts = {p["part"]: p for p in sohoa_json(blind, "doctor", exit_code=6)["parts"]}
    assert not parts["tesseract"]["ok"]
    assert "apt-get install" in parts["tesseract"]["mend"]
    assert not parts["poppler"]["ok"]


@pytest.mark.parametrize(
    ("form", "beginning"),
    [("text", "CĂN CƯỚC"), ("json", "{"), ("alto", "<?xml"), ("hocr", "<!DOCTYPE html"), ("pdf", "%PDF-")],
)
def test_ocr_writes_every_form(
    environment: dict[str, str], sample: Path, tmp_path: Path, form: str, beginning: str
) -> None:
    output = tmp_path / "out"
    sohoa(environment, "ocr", sample / "can-cuoc.jpg", "--format", form, "--output", output)
    content = output.read_bytes()
    assert beginning.encode() in content if form == "text" else content.startswith(beginning.encode())


def test_extract_reads_fields_without_keeping(environment: dict[str, str], sample: Path) -> None:
    before = len(sohoa_json(environment, "papers")["papers"])
    read = sohoa_json(environment, "extract", sample / "can-cuoc.jpg")
    truth = json.loads((sample / "truth" / "can-cuoc.json").read_text())["fields"]
    assert read["paper_type"] == "identity-card"
    assert {f["key"]: f["value"] for f in read["fields"] if f["source"] == "qr"}.items() >= truth.items()
    assert len(sohoa_json(environment, "papers")["papers"]) == before


def test_the_log_is_whole(environment: dict[str, str], stored: dict[str, Any]) -> None:
    assert stored["id"]
    assert sohoa_json(environment, "audit", "check")["entries"] > 5


def test_keys_are_shown_once(environment: dict[str, str]) -> None:
    key = sohoa_json(environment, "keys", "new", "quay-so-1", "--role", "station")["key"]
    assert key not in sohoa(environment, "keys", "list")
    sohoa(environment, "keys", "revoke", "quay-so-1")
    assert next(k for k in sohoa_json(environment, "keys", "list")["keys"] if k["name"] == "quay-so-1")["revoked_at"]
