import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from dossier.errors import DamagedFile, DiskFull, LimitExceeded, PartFailed, SohoaError
from ingest.limited.child import FOLDER_PREFIX, read_output, run_limited, workplace
from ingest.limited.limits import MIB, Limits
from tests.ingest import runaway

TIGHT = Limits(memory_bytes=256 * MIB, cpu_s=1, wall_s=30.0, output_bytes=8 * MIB, open_files=64)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not list(tmp_path.glob(f"{FOLDER_PREFIX}*")), "a child's folder was left behind"


def run(function: Callable[..., Any], *arguments: object, limits: Limits = TIGHT) -> Any:
    with workplace() as folder:
        return run_limited(function, *arguments, limits=limits, folder=folder)


def test_result_comes_back_and_folder_is_private(temporary: Path) -> None:
    with workplace() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        result = run_limited(runaway.add, 2, 3, limits=TIGHT, folder=folder)
    assert result == {"sum": 5, "folder": str(folder)}
    assert folder.parent == temporary


def test_nothing_of_the_parents_environment_is_seen(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_SEAL_PASSPHRASE", "bí mật")
    environment = run(runaway.environment)
    assert set(environment) <= {
        "PATH", "LANG", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "HOME", "TMPDIR", "LC_CTYPE",
        "OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    }  # fmt: skip
    assert environment["TMPDIR"].startswith(str(temporary))


@pytest.mark.parametrize(
    ("function", "limits", "limit"),
    [
        (runaway.eat_memory, TIGHT, "memory"),
        (runaway.hoard_memory, replace(TIGHT, cpu_s=20), "memory"),
        (runaway.be_killed, TIGHT, "memory"),
        (runaway.burn, TIGHT, "processor time"),
        (runaway.sleep, replace(TIGHT, wall_s=0.5), "wall-clock time"),
        (runaway.fill_disk, TIGHT, "file size"),
    ],
)
@pytest.mark.usefixtures("temporary")
def test_runaway_is_stopped_at_its_limit(function: Callable[..., Any], limits: Limits, limit: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        run(function, limits=limits)
    assert caught.value.details["limit"] == limit


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (runaway.crash, DamagedFile),
        (runaway.say_damaged, DamagedFile),
        (runaway.fail, PartFailed),
        (runaway.say_unexpected, PartFailed),
        (runaway.exit_silently, PartFailed),
        (runaway.answer_nonsense, PartFailed),
        (runaway.answer_at_length, DamagedFile),
        (runaway.open_many_files, PartFailed),
    ],
)
@pytest.mark.usefixtures("temporary")
def test_failure_becomes_one_of_our_errors(function: Callable[..., Any], error: type[SohoaError]) -> None:
    with pytest.raises(error) as caught:
        run(function)
    assert len(str(caught.value)) < 400
    assert "001190012345" not in str(caught.value)


def test_a_full_disk_is_told_as_that(temporary: Path) -> None:
    with pytest.raises(DiskFull), workplace():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(PermissionError), workplace():
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with pytest.raises(DiskFull):
        run(runaway.leave_no_room)
    assert not list(temporary.iterdir())


def is_alive(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.usefixtures("temporary")
def test_programs_the_child_started_end_with_it() -> None:
    helper = run(runaway.leave_helper, limits=replace(TIGHT, processes=8))
    deadline = time.monotonic() + 10
    while is_alive(helper) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(helper)


def test_answer_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"result": "bí mật"}')
    (tmp_path / "answer.json").symlink_to(secret)
    with pytest.raises(DamagedFile):
        read_output(tmp_path, "answer.json", max_bytes=100)


def test_outputs_are_read_only_if_regular_and_small(tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(b"1234")
    assert read_output(tmp_path, "good", max_bytes=4) == b"1234"
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "twice").hardlink_to(tmp_path / "pipe")
    for name in ("good", "pipe", "missing", "twice"):
        with pytest.raises(DamagedFile):
            read_output(tmp_path, name, max_bytes=3)
