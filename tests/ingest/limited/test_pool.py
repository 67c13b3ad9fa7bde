"""Warm workers: each request in a process of its own with limits; whatever it does, the next one is served."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from dossier.errors import DamagedFile, LimitExceeded, PartFailed, PartMissing, SohoaError
from ingest.limited.limits import MIB, Limits
from ingest.limited.pool import WarmPool
from tests.ingest import warm_work

TIGHT = Limits(memory_bytes=512 * MIB, cpu_s=1, wall_s=30.0, output_bytes=8 * MIB, open_files=64)


@pytest.fixture(scope="module")
def pool() -> Iterator[WarmPool]:
    pool = WarmPool(warm_work.prepare, b"ours", size=1, limits=TIGHT)
    yield pool
    pool.close()


def test_a_request_sees_its_bytes_and_what_was_prepared(pool: WarmPool) -> None:
    first = pool.run(warm_work.tell, b"one", 1, "a")
    second = pool.run(warm_work.tell, b"two" * 1_000_000, 2, "b")

    assert (first["size"], first["arguments"], first["prepared"]) == (3, [1, "a"], "ours")
    assert second["size"] == 3_000_000
    assert first["process"] != second["process"]
    assert first["parent"] == second["parent"] != os.getpid()


def test_what_one_request_leaves_behind_no_other_sees(pool: WarmPool) -> None:
    assert pool.run(warm_work.remember, b"secret") == 1
    assert pool.run(warm_work.remember, b"secret") == 1


def test_nothing_of_the_parents_environment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_SEAL_PASSPHRASE", "bí mật")
    pool = WarmPool(warm_work.prepare, b"", size=1, limits=TIGHT)
    try:
        assert "SOHOA_SEAL_PASSPHRASE" not in pool.run(warm_work.environment, b"")
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("function", "limits", "error"),
    [
        (warm_work.eat_memory, TIGHT, LimitExceeded(limit="memory")),
        (warm_work.hoard_memory, replace(TIGHT, cpu_s=20), LimitExceeded(limit="memory")),
        (warm_work.be_killed, TIGHT, LimitExceeded(limit="memory")),
        (warm_work.burn, TIGHT, LimitExceeded(limit="processor time")),
        (warm_work.sleep, replace(TIGHT, wall_s=0.5), LimitExceeded(limit="wall-clock time")),
        (warm_work.answer_at_length, TIGHT, PartFailed(part="", reason="")),
        (warm_work.crash, TIGHT, DamagedFile(reason="")),
        (warm_work.fail, TIGHT, PartFailed(part="", reason="")),
        (warm_work.leave, TIGHT, PartFailed(part="", reason="")),
    ],
)
def test_a_runaway_is_stopped_and_the_next_request_is_served(
    function: Callable[..., Any], limits: Limits, error: SohoaError
) -> None:
    pool = WarmPool(warm_work.prepare, b"", size=1, limits=limits)
    try:
        with pytest.raises(type(error)) as caught:
            pool.run(function, b"")
        if isinstance(error, LimitExceeded):
            assert caught.value.details["limit"] == error.details["limit"]
        assert pool.run(warm_work.tell, b"x")["size"] == 1
    finally:
        pool.close()


def test_programs_a_request_started_end_with_it() -> None:
    pool = WarmPool(warm_work.prepare, b"", size=1, limits=replace(TIGHT, processes=8))
    helper = pool.run(warm_work.leave_helper, b"")
    pool.close()
    ended = psutil.Process(helper).wait(timeout=10) if psutil.pid_exists(helper) else None
    assert ended is None or not psutil.pid_exists(helper)


def test_a_request_cannot_speak_for_its_worker_nor_reach_the_network(pool: WarmPool) -> None:
    assert pool.run(warm_work.open_sockets, b"") == 0
    assert pool.run(warm_work.open_network, b"") == "PermissionError"


def test_an_answer_may_come_with_a_file(pool: WarmPool) -> None:
    data = bytes(range(256)) * 1000
    assert pool.run_for_file(warm_work.upside_down, data) == ({"size": len(data)}, data[::-1])
    assert pool.run_for_file(warm_work.remember, b"") == (1, b"")


def test_a_request_may_have_a_folder_of_its_own_and_writes_nowhere_else(tmp_path: Path) -> None:
    pool = WarmPool(warm_work.prepare, b"", size=1, limits=TIGHT, with_folder=True)
    try:
        elsewhere = tmp_path / "theirs"
        if "files" in pool.run(warm_work.walls, b""):
            assert pool.run(warm_work.write_twice, b"x", str(elsewhere)) == [str(elsewhere)]
        one, two = pool.run(warm_work.where, b""), pool.run(warm_work.where, b"")
        assert one != two
        assert not Path(one).exists()
    finally:
        pool.close()


def test_a_request_that_fills_its_folder_is_stopped() -> None:
    limits = replace(TIGHT, folder_bytes=16 * MIB, cpu_s=20)
    pool = WarmPool(warm_work.prepare, b"", size=1, limits=limits, with_folder=True)
    try:
        with pytest.raises(LimitExceeded) as caught:
            pool.run(warm_work.fill_folder, b"")
        assert caught.value.details["limit"] == "folder size"
        assert pool.run(warm_work.tell, b"x")["size"] == 1
    finally:
        pool.close()


def test_a_worker_that_is_gone_is_replaced(pool: WarmPool) -> None:
    worker = pool.run(warm_work.tell, b"")["parent"]
    psutil.Process(worker).kill()
    psutil.wait_procs([psutil.Process(worker)] if psutil.pid_exists(worker) else [], timeout=5)

    assert pool.run(warm_work.tell, b"")["parent"] != worker


def test_a_worker_that_cannot_be_prepared_is_missing_a_part() -> None:
    pool = WarmPool(warm_work.refuse, b"", size=1, limits=TIGHT)
    with pytest.raises(PartMissing):
        pool.run(warm_work.tell, b"")
    pool.close()


def test_requests_at_once_go_to_several_workers() -> None:
    pool = WarmPool(warm_work.prepare, b"", size=2, limits=TIGHT)
    seen: list[int] = []
    barrier = threading.Barrier(2)

    def ask() -> None:
        barrier.wait()
        seen.append(pool.run(warm_work.wait_a_little, b""))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    workers = set(seen)
    pool.close()
    assert len(workers) == 2
    assert not any(psutil.pid_exists(worker) for worker in workers)
