"""What a limited child cannot do, tried from inside it. Where a wall is not offered, its tests have nothing to try."""

import errno
import os
import platform
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from dossier.errors import LimitExceeded
from ingest.limited import walls
from ingest.limited.child import run_limited, workplace
from ingest.limited.limits import MIB, Limits
from tests.ingest import intruder

TIGHT = Limits(memory_bytes=256 * MIB, cpu_s=10, wall_s=30.0, output_bytes=8 * MIB, open_files=64)


def run(function: Callable[..., Any], *arguments: object, limits: Limits = TIGHT) -> Any:
    with workplace() as folder:
        return run_limited(function, *arguments, limits=limits, folder=folder)


@pytest.fixture(scope="module")
def standing() -> list[str]:
    walls_now: list[str] = run(walls.standing)
    return walls_now


@pytest.fixture
def files(standing: list[str]) -> None:
    if "files" not in standing:
        pytest.skip("this kernel has no Landlock")


@pytest.fixture
def calls(standing: list[str]) -> None:
    if "calls" not in standing:
        pytest.skip("this kernel or machine has no filter of system calls")


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_this_kernel_offers_the_walls_that_need_no_rights(standing: list[str]) -> None:
    assert set(standing) <= set(walls.WALLS)
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        assert "calls" in standing


@pytest.mark.usefixtures("calls")
def test_no_socket_can_be_opened(listener: int, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "daemon"))
        server.listen()
        assert run(intruder.connect, listener) == "PermissionError"
        assert run(intruder.connect_to, str(tmp_path / "daemon")) == "PermissionError"


@pytest.mark.usefixtures("files")
def test_a_child_that_may_use_the_network_reaches_it_and_no_more_files(listener: int, tmp_path: Path) -> None:
    online = replace(TIGHT, network=True)
    assert run(intruder.connect, listener, limits=online) == "done"
    (tmp_path / "seal.passphrase").write_text("bí mật")
    assert run(intruder.read, str(tmp_path / "seal.passphrase"), limits=online) == "PermissionError"


@pytest.mark.usefixtures("files")
def test_no_secret_file_nor_environment_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "owner-secret").write_bytes(b"bi mat")
    monkeypatch.setenv("SOHOA_SEAL_PASSPHRASE", "bí mật")
    for path in (tmp_path / "owner-secret", f"/proc/{os.getpid()}/environ", f"/proc/{os.getpid()}/mem", "/etc/passwd"):
        assert run(intruder.read, str(path)) == "PermissionError"
    assert run(intruder.read, str(Path(intruder.__file__))) == "done"


@pytest.mark.usefixtures("files")
def test_nothing_can_be_written_but_in_its_own_folder(tmp_path: Path) -> None:
    with workplace() as others:
        (others / "page-1.ppm").write_bytes(b"another's page")
        for path in (
            tmp_path / "new",
            Path(walls.__file__),
            Path(tempfile.gettempdir()) / "new",
            others / "page-1.ppm",
        ):
            assert run(intruder.write, str(path)) == "PermissionError"
        assert run(intruder.read, str(others / "page-1.ppm")) == "PermissionError"
    assert run(intruder.write, "new") == "done"
    assert run(intruder.make_folder) == run(intruder.link_to, "/etc/passwd") == "PermissionError"


@pytest.mark.usefixtures("files")
def test_no_other_process_can_be_stopped() -> None:
    assert run(intruder.stop, os.getpid()) == "PermissionError"


@pytest.mark.usefixtures("calls")
def test_the_process_group_cannot_be_left() -> None:
    assert run(intruder.leave_group) == ["PermissionError", "PermissionError"]


@pytest.mark.usefixtures("calls")
def test_dangerous_calls_are_refused() -> None:
    if platform.machine() != "x86_64":
        pytest.skip("the numbers are of another machine")
    refused = {"ptrace": 101, "mount": 165, "keyctl": 250, "unshare": 272, "bpf": 321, "io_uring_setup": 425}
    assert {name: run(intruder.call, number) for name, number in refused.items()} == dict.fromkeys(refused, errno.EPERM)


def test_no_descriptor_is_inherited(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - the function's own signature
    try:
        assert run(intruder.descriptors) == []
    finally:
        os.close(descriptor)


@pytest.mark.usefixtures("calls")
def test_a_child_that_needs_no_second_process_can_start_none() -> None:
    assert run(intruder.multiply, 10) == 0
    assert run(intruder.start_program) == "PermissionError"


@pytest.mark.usefixtures("calls")
def test_processes_that_multiply_are_counted_or_end_with_the_child(standing: list[str]) -> None:
    if {"user", "namespaces"} <= set(standing):
        assert run(intruder.multiply, 50, limits=replace(TIGHT, processes=8)) < 8
    with workplace() as folder:
        with pytest.raises(LimitExceeded):
            run_limited(
                intruder.multiply_for_ever, limits=replace(TIGHT, processes=8, wall_s=0.7, cpu_s=2), folder=folder
            )
        started = [int(path.name.removeprefix("process-")) for path in folder.glob("process-*")]
    deadline = time.monotonic() + 20
    while any(_lives(number) for number in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started
    assert not any(_lives(number) for number in started)


def _lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_many_files_cannot_fill_the_disk() -> None:
    with pytest.raises(LimitExceeded) as caught:
        run(intruder.fill_with_many_files, limits=replace(TIGHT, folder_bytes=16 * MIB))
    assert caught.value.details["limit"] == "folder size"
