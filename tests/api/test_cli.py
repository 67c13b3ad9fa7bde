"""The ``sohoa`` command, as its users call it."""

import contextlib
import datetime as dt
import hashlib
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageFilter

from dossier import times
from signing.development import DevelopmentAuthority
from signing.timestamps import LocalTimeStamper
from tests.generator.faults import Scanner
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.several import scan_together
from tests.signing.tsa import Tsa

SOHOA = Path(sys.executable).with_name("sohoa")
OWNER = "001190012345"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One data folder for all tests of this module."""
    data = tmp_path_factory.mktemp("cli")
    return {"SOHOA_DATA_DIR": str(data), "PATH": "/usr/bin:/bin", "HOME": str(data), "LANG": "C.UTF-8"}


def sohoa(environment: dict[str, str], *arguments: object, exit_code: int = 0) -> str:
    """Run the command, and return what it printed."""
    return run(environment, *arguments, exit_code=exit_code).stdout


def run(environment: dict[str, str], *arguments: object, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command, and return what it printed and complained of; never a traceback or a leak."""
    ended = subprocess.run(
        [SOHOA, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == exit_code, ended.stdout + ended.stderr
    assert not any(word in ended.stderr for word in ("Traceback", "leaked"))
    return ended


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
    assert set(number) == {"key", "value", "raw", "page", "box", "confidence", "source", "second_raw", "normalized"}
    assert number["page"] == 1
    assert len(number["box"]) == 4
    assert stored["code"] == f"{OWNER}.decision.01"


def test_find_show_get_verify(environment: dict[str, str], stored: dict[str, Any], tmp_path: Path) -> None:
    found = sohoa_json(environment, "find", "--owner", OWNER, "--type", "decision", "--valid-on", "2026-11-22")
    assert [p["id"] for p in found["papers"]] == [stored["id"]]
    assert sohoa_json(environment, "find", "--owner", "079090000001")["papers"] == []
    assert sohoa_json(environment, "show", stored["id"])["papers"][0] == {
        key: value for key, value in stored.items() if key not in {"duplicate", "twins"}
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


def test_a_stored_paper_is_verified_anew_and_its_evidence_exported(
    environment: dict[str, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    (made,) = sohoa_json(environment, "verify", "--paper", stored["id"])["verifications"]
    assert (made["occasion"], made["verdict"], made["verdict_before"]) == ("demand", "valid", "valid")
    assert "HỢP LỆ" in sohoa(environment, "verify", "--paper", stored["id"])
    package = tmp_path / "evidence.zip"
    told = sohoa_json(environment, "evidence", stored["id"], "--out", package)
    assert told["sha256"] == hashlib.sha256(package.read_bytes()).hexdigest()
    with zipfile.ZipFile(package) as archive:
        assert "README.txt" in archive.namelist()
        assert "original.pdf" not in archive.namelist()
    sohoa(environment, "evidence", stored["id"], "--out", package, "--with-original")
    with zipfile.ZipFile(package) as archive:
        assert "original.pdf" in archive.namelist()
    sohoa(environment, "evidence", "0" * 16, exit_code=4)
    sohoa(environment, "verify", "--paper", "0" * 16, exit_code=4)


def test_the_grade_of_a_paper_is_shown(environment: dict[str, str], stored: dict[str, Any]) -> None:
    assert stored["grade"] == "sealed_scan"
    assert "bản sao y ký số" in sohoa(environment, "find", "--owner", OWNER)
    assert "bản sao y ký số" in sohoa(environment, "show", stored["id"])


def test_the_same_file_again_is_a_duplicate(environment: dict[str, str], stored: dict[str, Any], sample: Path) -> None:
    again = sohoa_json(environment, "digitize", sample / "quyet-dinh-1.pdf", "--owner", OWNER)["papers"]
    assert [(p["id"], p["duplicate"]) for p in again] == [(stored["id"], True)]
    assert "đã có trong kho" in sohoa(environment, "digitize", sample / "quyet-dinh-1.pdf", "--owner", OWNER)


def test_confirm_later(environment: dict[str, str], sample: Path) -> None:
    card = sohoa_json(environment, "digitize", sample / "can-cuoc.jpg")["papers"][0]
    assert card["state"] in {"ready", "needs_review"}
    assert card["confirmed_by"] is None
    sohoa(environment, "get", card["id"], "-o", "never.pdf", exit_code=5)
    confirmed = sohoa_json(environment, "confirm", card["id"], "--by", "Trần Văn Đối")["papers"][0]
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("stored", "Trần Văn Đối")


def test_split(environment: dict[str, str], tmp_path: Path) -> None:
    scan = tmp_path / "ho-so.pdf"
    scan_together(scan, [Kind.APPLICATION, Kind.IDENTITY_CARD], seed=40)
    (paper,) = sohoa_json(environment, "digitize", scan, "--owner", OWNER, "--confirmed-by", "Trần Văn Đối")["papers"]
    assert paper["state"] == "needs_review"
    extracted = sohoa_json(environment, "extract", scan)
    assert (extracted["paper_type"], {f["page"] for f in extracted["fields"]}) == ("general-application", {1})
    assert "several-papers" in {check["code"] for check in extracted["checks"]}
    proposal = sohoa_json(environment, "split", paper["id"])["proposed"]
    assert [(part["first_page"], part["paper_type"]) for part in proposal] == [
        (1, "general-application"),
        (2, "identity-card"),
    ]
    assert "Trang 2: Thẻ căn cước" in sohoa(environment, "split", paper["id"])
    sohoa(environment, "split", paper["id"], "--at", 2, exit_code=64)
    sohoa(environment, "split", paper["id"], "--at", 9, "--by", "Trần Văn Đối", exit_code=3)
    former, letter, card = sohoa_json(environment, "split", paper["id"], "--by", "Trần Văn Đối")["papers"]
    assert (former["state"], card["paper_type"], card["split_from"]) == ("split", "identity-card", paper["id"])
    assert card["state"] in {"ready", "needs_review"}
    again = sohoa_json(environment, "split", paper["id"], "--at", 2, "--by", "Trần Văn Đối")["papers"]
    assert [p["id"] for p in again] == [former["id"], *former["parts"]]
    sohoa(environment, "split", paper["id"], "--by", "Trần Văn Đối", exit_code=5)
    assert card["id"] in sohoa(environment, "show", former["id"])
    assert "đã tách thành" in sohoa(environment, "digitize", scan, "--owner", OWNER)
    joined, *gone = sohoa_json(environment, "join", card["id"], letter["id"], "--by", "Trần Văn Đối")["papers"]
    assert ([one["joined_into"] for one in gone], joined["pages"]) == ([joined["id"]] * 2, 2)
    assert joined["id"] in sohoa(environment, "show", card["id"])


def test_a_separator_sheet_to_print(environment: dict[str, str], tmp_path: Path) -> None:
    sheet = tmp_path / "to-phan-cach.pdf"
    asked = ("--dossier", "H15.50.05.13-261008-0975", "--component", "diploma", "--blank", 20)
    assert "21 tờ" in sohoa(environment, "separators", *asked, "-o", sheet)
    with pikepdf.open(sheet) as pdf:
        assert len(pdf.pages) == 2 * 21
    sohoa(environment, "separators", "-o", sheet, exit_code=64)
    sohoa(environment, "separators", "--dossier", "none", "-o", sheet, exit_code=3)
    sohoa(environment, "separators", "--component", "none", "-o", sheet, exit_code=3)


def test_a_duplicate_says_what_to_do_and_is_confirmed_by_who_compared_it(
    environment: dict[str, str], sample: Path
) -> None:
    # Named as no type in particular, it has no owner of its own that another could differ from.
    scan = (sample / "don-de-nghi.jpg", "--owner", "001190012346", "--paper-type", "other")
    first = run(environment, "digitize", *scan)
    assert "chờ xác nhận" in first.stdout
    assert first.stderr == ""
    assert "sohoa confirm" in sohoa(environment, "digitize", *scan)
    again = sohoa_json(environment, "digitize", *scan, "--confirmed-by", "Trần Văn Đối")["papers"][0]
    assert (again["state"], again["confirmed_by"], again["duplicate"]) == ("stored", "Trần Văn Đối", True)


def test_an_owner_named_late_and_a_part_that_fails(environment: dict[str, str], sample: Path) -> None:
    scan = sample / "don-de-nghi.jpg"
    no_time = environment | {"SOHOA_TIMESTAMP_URL": "http://127.0.0.1:9/"}
    paper = sohoa_json(environment, "digitize", scan, "--owner", "001190012347")["papers"][0]
    waits = sohoa_json(no_time, "confirm", paper["id"], "--by", "Trần Văn Đối", exit_code=6)["papers"][0]
    assert (waits["state"], waits["problem"], waits["waiting"]["code"]) == ("confirmed", None, "timestamp-unavailable")
    assert "đã xác nhận, đang chờ" in sohoa(no_time, "retry", paper["id"], exit_code=6)
    assert "Đang chờ từ" in sohoa(no_time, "show", paper["id"])
    stored = sohoa_json(environment, "retry", paper["id"])["papers"][0]
    assert (stored["state"], stored["waiting"]) == ("stored", None)

    nobodys = sohoa_json(environment, "digitize", sample / "quyet-dinh-2.tif")["papers"][0]
    assert nobodys["owner"] is None
    confirm = ("confirm", nobodys["id"], "--by", "Trần Văn Đối")
    assert sohoa_json(environment, *confirm, exit_code=3)["error"]["code"] == "owner-number-invalid"
    named = sohoa_json(environment, *confirm, "--owner", OWNER, "--owner-name", "Lê Thị Thử")["papers"][0]
    assert (named["state"], named["owner"]["number"], named["owner"]["name"]) == ("stored", OWNER, "Lê Thị Thử")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_goes_on_the_next_time(
    environment: dict[str, str], sample: Path, tmp_path: Path, how: signal.Signals
) -> None:
    own = environment | {"SOHOA_DATA_DIR": str(tmp_path)}
    digitize = ("digitize", sample / "quyet-dinh-2.tif", "--owner", OWNER, "--confirmed-by", "Trần Văn Đối", "--json")
    with subprocess.Popen(
        [SOHOA, *map(str, digitize)], env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and not _is_under_way(tmp_path / "work.db"):
            time.sleep(0.05)
        process.send_signal(how)
        printed, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.startswith("Đã dừng")
    assert "Traceback" not in complaint
    (paper,) = json.loads(printed)["papers"]
    assert paper["state"] in {"received", "confirmed"}
    (again,) = json.loads(sohoa(own, *digitize))["papers"]
    assert (again["id"], again["state"]) == (paper["id"], "stored")


def _is_under_way(work: Path) -> bool:
    """Whether a worker has drawn a paper."""
    if not work.exists():
        return False
    with sqlite3.connect(f"file:{work}?mode=ro", uri=True) as database:
        tables = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'workflow_status'").fetchall()
        query = "SELECT 1 FROM workflow_status WHERE status = 'PENDING'"
        return bool(tables and database.execute(query).fetchall())


def test_one_bad_file_harms_no_other(environment: dict[str, str], sample: Path, tmp_path: Path) -> None:
    # A store of its own: the very application under another owner's name would have to be checked by a person.
    own = environment | {"SOHOA_DATA_DIR": str(tmp_path / "store")}
    empty, text, cut = tmp_path / "empty.pdf", tmp_path / "text.pdf", tmp_path / "cut.pdf"
    empty.write_bytes(b"")
    text.write_text("not a scan")
    cut.write_bytes((sample / "quyet-dinh-1.pdf").read_bytes()[:50_000])
    answer = sohoa_json(
        own,
        "digitize",
        empty,
        text,
        cut,
        sample / "don-de-nghi.jpg",
        sample / "don-de-nghi.jpg",
        "--paper-type",
        "other",
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
    assert [(p["name"], p["state"], p["problem"], p["duplicate"]) for p in answer["papers"]] == [
        ("cut.pdf", "rejected", "file-damaged", False),
        ("don-de-nghi.jpg", "stored", None, False),
        ("don-de-nghi.jpg", "stored", None, True),
    ]


def test_a_wrong_owner_number_is_said_at_once(environment: dict[str, str], sample: Path) -> None:
    answer = sohoa_json(environment, "digitize", sample / "can-cuoc.jpg", "--owner", "0100047517", exit_code=3)
    assert answer["error"]["code"] == "owner-number-invalid"
    assert "0100047517" not in json.dumps(answer)
    for command in (("digitize", sample / "can-cuoc.jpg"), ("find",)):
        answer = sohoa_json(environment, *command, "--owner", "", exit_code=3)
        assert answer["error"]["code"] == "owner-number-invalid"


def test_unknown_things_have_their_exit_codes(environment: dict[str, str], tmp_path: Path) -> None:
    assert sohoa_json(environment, "show", "0000000000000000", exit_code=4)["error"]["code"] == "not-found"
    assert sohoa_json(environment, "show", "nonsense", exit_code=3)["error"]["code"] == "identifier-invalid"
    assert sohoa_json(environment, "ocr", tmp_path / "nothing.pdf", exit_code=4)["error"]["code"] == "not-found"
    wrong = environment | {"SOHOA_PORT": "0"}
    assert sohoa_json(wrong, "papers", exit_code=7)["error"]["code"] == "configuration"


def test_wrong_usage_is_told_apart_from_a_verdict(environment: dict[str, str]) -> None:
    assert run(environment, "no-such-command", exit_code=64).stderr.startswith("Lỗi [usage]: Sai cách dùng")
    error = sohoa_json(environment, "papers", "--limit", "many", exit_code=64)["error"]
    assert error["code"] == "usage"
    assert "--limit" in error["text"]
    assert "--json" in sohoa(environment, "papers", "--help")
    for arguments in ([], ["a.pdf", "--paper", "0" * 16], ["--paper", "0" * 16, "--trust", "."]):
        assert sohoa_json(environment, "verify", *arguments, exit_code=64)["error"]["code"] == "usage"


def test_files_that_cannot_be_read_or_written(
    environment: dict[str, str], stored: dict[str, Any], sample: Path, tmp_path: Path
) -> None:
    for output in (tmp_path / "nowhere" / "x.pdf", tmp_path):
        answer = sohoa_json(environment, "get", stored["id"], "-o", output, exit_code=3)
        assert answer["error"]["code"] == "file-unwritable"
    answer = sohoa_json(environment, "extract", tmp_path, exit_code=3)
    assert answer["error"]["code"] == "file-unreadable"
    small = environment | {"SOHOA_MAX_UPLOAD_BYTES": "1000"}
    answer = sohoa_json(small, "digitize", sample / "can-cuoc.jpg", tmp_path, exit_code=3)
    assert [r["code"] for r in answer["refused"]] == ["file-too-large", "file-unreadable"]


def test_an_unreadable_file_hides_no_verdict(
    environment: dict[str, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    pdf, missing = tmp_path / "a[b].pdf", tmp_path / "a[/b].pdf"
    sohoa(environment, "get", stored["id"], "-o", pdf)
    files = sohoa_json(environment, "verify", pdf, missing, exit_code=2)["files"]
    assert [(f["file"], f["verdict"]) for f in files] == [(str(pdf), "valid"), (str(missing), "undetermined")]
    assert [(f["code"], f["severity"]) for f in files[1]["findings"]] == [("not-found", "error")]
    assert files[1]["signatures"] == []
    tight = environment | {"SOHOA_MAX_UPLOAD_BYTES": "1000"}
    assert sohoa_json(tight, "verify", pdf, exit_code=2)["files"][0]["findings"][0]["code"] == "file-too-large"
    printed = sohoa(environment, "verify", pdf, missing, exit_code=2)
    assert "a[b].pdf" in printed
    assert "a[/b].pdf" in printed


def test_folders_are_verified_with_everything_in_them(
    environment: dict[str, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    inside = tmp_path / "in" / "deeper"
    inside.mkdir(parents=True)
    sohoa(environment, "get", stored["id"], "-o", inside / "paper.pdf")
    (tmp_path / "in" / "notes.txt").write_text("no PDF")
    (tmp_path / "in" / "cut.pdf").write_bytes((inside / "paper.pdf").read_bytes()[:9999])
    (tmp_path / "in" / "link.pdf").symlink_to(inside / "paper.pdf")
    for number in range(3):
        (tmp_path / "in" / f"{number}.pdf").write_bytes((inside / "paper.pdf").read_bytes())
    reports = tmp_path / "reports"
    answer = sohoa_json(environment, "verify", tmp_path / "in", "--pdf", reports, "--xml", reports, exit_code=1)

    assert answer["version"] == 2
    verdicts = {Path(f["file"]).relative_to(tmp_path / "in").as_posix(): f["verdict"] for f in answer["files"]}
    assert verdicts == {
        "0.pdf": "valid", "1.pdf": "valid", "2.pdf": "valid", "cut.pdf": "invalid", "notes.txt": "invalid",
        "deeper/paper.pdf": "valid",
    }  # fmt: skip
    made = {path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file()}
    names = ("0", "1", "2", "cut", "notes", "deeper/paper")
    assert made == {f"{name}.report.{suffix}" for name in names for suffix in ("pdf", "xml")}
    printed = sohoa(environment, "verify", tmp_path / "in", exit_code=1)
    assert "6 tệp" in printed
    assert "HỢP LỆ: 4" in printed


def test_reports_are_written_and_none_replaces_another(
    environment: dict[str, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sohoa(environment, "get", stored["id"], "-o", tmp_path / name / "paper.pdf")
    one = tmp_path / "a" / "paper.pdf"
    sohoa(environment, "verify", one, "--pdf", tmp_path / "one.pdf", "--xml", tmp_path / "one.xml")
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF-")
    assert b"total-passed" in (tmp_path / "one.xml").read_bytes()
    sohoa(environment, "verify", one, tmp_path / "b", "--pdf", tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"paper.report.pdf", "paper.report.2.pdf"}
    refused = sohoa_json(environment, "verify", one, "--pdf", tmp_path, exit_code=3)
    assert refused["error"]["code"] == "file-unwritable"


def test_a_file_is_judged_at_another_moment(
    environment: dict[str, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    pdf = tmp_path / "paper.pdf"
    sohoa(environment, "get", stored["id"], "-o", pdf)
    later = sohoa_json(environment, "verify", pdf, "--at", "2038-01-01", exit_code=2)["files"][0]
    assert (later["checked_at"], later["sub_indication"]) == ("2038-01-01T00:00:00+07:00", "OUT_OF_BOUNDS_NO_POE")
    assert sohoa_json(environment, "verify", pdf, "--at", "soon", exit_code=64)["error"]["code"] == "usage"


def test_serving_on_a_port_in_use_is_refused_before_it_is_announced(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run(environment, "serve", "--port", port, exit_code=6).stderr
    assert said.startswith("Lỗi [part-failed]")
    assert f"127.0.0.1:{port}" in said
    assert "http://" not in said


def test_production_refuses_test_keys(environment: dict[str, str]) -> None:
    parts = sohoa_json(environment | {"SOHOA_ENVIRONMENT": "production"}, "doctor", exit_code=6)["parts"]
    assert {p["part"] for p in parts if not p["ok"]} == {"seal key", "time stamps"}


def test_doctor_tells_of_each_key_and_each_authority(environment: dict[str, str], tmp_path: Path) -> None:
    authority = DevelopmentAuthority.open(Path(environment["SOHOA_DATA_DIR"]) / "development")
    local = authority.time_stamper()
    assert isinstance(local, LocalTimeStamper)
    tsa, fast = Tsa(local._signer), Tsa(local._signer, off=dt.timedelta(hours=2))  # noqa: SLF001 - a trusted key
    seals = tmp_path / "seals.toml"
    seals.write_text(
        "[[agency]]\ncode = 'H41.12.5'\nname = 'Ủy ban nhân dân xã Thử'\n[[agency.official]]\nname = 'Lê Thị Đối'\n"
        "[[agency]]\ncode = 'H41.13'\nname = 'Phường Thử'\npkcs12 = 'none.p12'\n"
    )
    ending = authority.seal_key("Lê Thị Đối", at=times.now() - dt.timedelta(days=5 * 365 - 30))
    assert 0 < ending.days_left(times.now()) < 60
    with contextlib.closing(tsa), contextlib.closing(fast):
        tsa.start()
        fast.start()
        urls = f"{tsa.url} {fast.url} http://127.0.0.1:9/"
        settings = environment | {"SOHOA_SEALS_FILE": str(seals), "SOHOA_TIMESTAMP_URL": urls}
        parts = sohoa_json(settings, "doctor", exit_code=6)["parts"]
        shown = sohoa(settings, "doctor", exit_code=6)
    keys = [p for p in parts if p["part"] == "seal key"]
    assert [(p["ok"], p["warning"]) for p in keys] == [(True, False), (True, True), (False, False)]
    assert keys[0]["text"].startswith("H41.12.5 Ủy ban nhân dân xã Thử: ")
    assert "THỬ NGHIỆM / TEST" in keys[0]["text"]
    assert re.search(r"còn \d+ ngày / ends 20\d\d-\d\d-\d\d, \d+ days left", keys[0]["text"])
    assert "Sắp hết hạn" in keys[1]["mend"]
    assert "none.p12" in keys[2]["text"]
    stamps = [p for p in parts if p["part"] == "time stamps"]
    assert [p["ok"] for p in stamps] == [True, False, False]
    assert re.search(r"giờ lệch \+7[12]\d\d giây", stamps[1]["text"])
    assert "không trả lời" in stamps[2]["text"]
    assert "! seal key: H41.12.5 Lê Thị Đối" in shown


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


def test_stored_papers_are_read_again(environment: dict[str, str], stored: dict[str, Any], tmp_path: Path) -> None:
    built_in = (files("dossier") / "catalogue" / "paper_types" / "decision.toml").read_text(encoding="utf-8")
    field = '\n[[fields]]\nkey = "award"\nname_vi = "Tiền thưởng"\nname_en = "Award"\nvalue = "money"\n'
    (tmp_path / "decision.toml").write_text(
        built_in.replace("\nversion = 1\n", "\nversion = 2\n") + field + 'labels = ["Giấy khen kèm tiền thưởng"]\n'
    )
    newer = environment | {"SOHOA_PAPER_TYPES_DIR": str(tmp_path)}
    chosen = ("reread", "--type", "decision", "--since", "2026-01-01")

    same = sohoa_json(environment, *chosen)
    assert (same["papers"], same["failed"], same["unchanged"] >= 1) == ([], [], True)
    (looked,) = (p for p in sohoa_json(newer, *chosen, "--dry-run")["papers"] if p["id"] == stored["id"])
    assert (looked["outcome"], looked["version"]) == ("found", 2)
    assert looked["differences"] == [{"field": "award", "kind": "new"}]
    assert "19550000" not in sohoa(newer, *chosen, "--dry-run")
    assert "award: mới / new: — → 19550000" in sohoa(newer, *chosen, "--dry-run", "--show-values")
    assert "đã đề xuất" in sohoa(newer, *chosen)
    assert sohoa_json(newer, "show", stored["id"])["papers"][0]["fields"] == stored["fields"]

    for arguments in (("--type", "decision", "--dry-run", "--accept-by", "A"), ()):
        assert run(newer, "reread", *arguments, exit_code=64).stdout == ""
    assert run(newer, "reread", "--paper", stored["id"], "--accept-by", " ", exit_code=3).stdout == ""
    accepted = sohoa_json(newer, "reread", "--paper", stored["id"], "--accept-by", "Trần Văn Đối")["papers"][0]
    assert (accepted["outcome"], accepted["reading_version"]) == ("accepted", 2)
    served = sohoa_json(newer, "show", stored["id"])["papers"][0]
    assert served["reading_version"] == 2
    assert [f["key"] for f in served["fields"]] == [*(f["key"] for f in stored["fields"]), "award"]
    assert served["sealed"] == stored["sealed"]
    assert stored["id"] not in {p["id"] for p in sohoa_json(newer, *chosen)["papers"]}


def test_one_paper_that_cannot_be_read_again_harms_no_other(
    environment: dict[str, str], stored: dict[str, Any]
) -> None:
    whole = sohoa_json(environment, "reread", "--since", "2026-01-01", "--dry-run")
    gone = next(Path(environment["SOHOA_DATA_DIR"]).glob(f"objects/**/papers/*/{stored['id']}"), None)
    assert gone is not None
    away = gone.rename(gone.with_name("away"))
    try:
        partly = sohoa_json(environment, "reread", "--since", "2026-01-01", "--dry-run", exit_code=4)
    finally:
        away.rename(gone)
    assert [(problem["paper"], problem["code"]) for problem in partly["failed"]] == [(stored["id"], "not-found")]
    seen = [answer["unchanged"] + len(answer["papers"]) for answer in (whole, partly)]
    assert seen[0] - seen[1] == 1


def test_the_log_is_whole(environment: dict[str, str], stored: dict[str, Any]) -> None:
    assert stored["id"]
    assert sohoa_json(environment, "audit", "check")["entries"] > 5


def test_keys_are_shown_once(environment: dict[str, str]) -> None:
    key = sohoa_json(environment, "keys", "new", "quay-so-1", "--role", "station")["key"]
    assert key not in sohoa(environment, "keys", "list")
    assert sohoa_json(environment, "keys", "revoke", "quay-so-1") == {"revoked": "quay-so-1"}
    names = [key["name"] for key in sohoa_json(environment, "keys", "list")["keys"]]
    first = sohoa_json(environment, "keys", "list", "--limit", "1")
    assert ([key["name"] for key in first["keys"]], first["next"]) == (names[:1], names[0])
    assert next(k for k in sohoa_json(environment, "keys", "list")["keys"] if k["name"] == "quay-so-1")["revoked_at"]


def test_a_system_is_granted_what_it_may_have(environment: dict[str, str]) -> None:
    sohoa(environment, "keys", "new", "land-registry", "--role", "system")
    wanted = ("grants", "new", "land-registry", "--purpose", "settle-dossier", "--type", "decision")
    by_law = sohoa_json(environment, *wanted, "--basis", "law", "--citation", "Điều 4", "--file")
    assert (by_law["basis"], by_law["file"], by_law["owner_number"]) == ("law", True, None)
    owner = ("--basis", "owner", "--owner", OWNER, "--until", "2099-12-31", "--personal", "*")
    assert sohoa_json(environment, *wanted, *owner)["personal_fields"] == ["*"]
    sohoa(environment, *wanted, "--basis", "law", exit_code=3)
    assert "Đã thu hồi" in sohoa(environment, "grants", "revoke", by_law["id"])
    listed = sohoa_json(environment, "grants", "list")["grants"]
    assert [one["revoked_by"] for one in listed] == ["cli", None]
    assert "thu hồi / revoked" in sohoa(environment, "grants", "list")
    first = sohoa_json(environment, "grants", "list", "--limit", "1")
    assert first["grants"] == listed[:1]
    assert sohoa_json(environment, "grants", "list", "--after", first["next"])["grants"] == listed[1:]
    assert f"--after {first['next']}" in sohoa(environment, "grants", "list", "--limit", "1")


def test_a_poor_scan_is_told_and_the_paper_waits_for_a_person(
    environment: dict[str, str], sample: Path, tmp_path: Path
) -> None:
    good, poor = sample / "can-cuoc.jpg", tmp_path / "blurred.jpg"
    with Image.open(good) as scan:
        scan.filter(ImageFilter.GaussianBlur(4)).save(poor, dpi=scan.info["dpi"])
    assert "ĐẠT" in sohoa(environment, "quality", good)
    assert "mờ" in sohoa(environment, "quality", poor, exit_code=1)
    (file,) = sohoa_json(environment, "quality", poor, exit_code=1)["files"]
    assert (file["file"], file["advice"], [p["page"] for p in file["pages"]]) == (str(poor), "rescan", [1])
    half = tmp_path / "half.jpg"
    half.write_bytes(good.read_bytes()[:9000])
    several = sohoa_json(environment, "quality", half, good, exit_code=3)
    assert [file["file"] for file in several["files"]] == [str(good)]
    assert [(file["file"], file["code"]) for file in several["refused"]] == [(str(half), "file-damaged")]
    paper = sohoa_json(environment, "digitize", poor, "--owner", OWNER)["papers"][0]
    assert paper["state"] == "needs_review"
    assert "scan-blurred" in {check["code"] for check in paper["checks"]}
    assert "[scan-blurred]" in sohoa(environment, "show", paper["id"])


def test_a_number_by_pen_goes_to_a_person_with_its_picture(environment: dict[str, str], tmp_path: Path) -> None:
    scan, picture = tmp_path / "quyet-dinh.pdf", tmp_path / "number.png"
    write_scan(scan, render(PaperSpec(Kind.DECISION_BY_PEN, 3, scanner=Scanner(noise=2.5, blur=0.4))).pages)
    paper = sohoa_json(environment, "digitize", scan, "--paper-type", "decision", "--owner", OWNER)["papers"][0]
    assert paper["state"] == "needs_review"
    written = {check["field"] for check in paper["checks"] if check["code"] == "handwritten"}
    assert written == {"document_number", "issued_on"}
    assert {f["key"]: f["value"] for f in paper["fields"] if f["key"] in written} == dict.fromkeys(written)
    sohoa(environment, "picture", paper["id"], "document_number", "-o", picture)
    with Image.open(picture) as seen:
        assert seen.format == "PNG"
        assert seen.width > 100
    assert "not-found" in run(environment, "picture", paper["id"], "nothing", "-o", picture, exit_code=4).stderr
