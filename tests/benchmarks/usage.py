"""What processes use: processor time and memory."""

import os
import platform
import resource
import socket
from pathlib import Path
from typing import Final

import psutil

_PAGE_BYTES: Final = resource.getpagesize()


def cpu_seconds() -> float:
    """Return the processor seconds of this process and of its finished children."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def cpu_seconds_of(process: psutil.Process) -> float:
    """Return the processor seconds of a process and of its children, those that ended among them."""
    every, total = [process, *process.children(recursive=True)], 0.0
    for one in every:
        try:
            total += sum(one.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def resident_bytes(pid: int) -> int:
    """Return the memory that a process and everything it started hold now; 0 if it has ended.

    A child that has not begun its own program yet (between vfork and exec) is still in its parent's memory, which
    counts once; it is known by its parent's command line.
    """
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
        program = Path(f"/proc/{pid}/cmdline").read_bytes()
        started = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
            if Path(f"/proc/{child}/cmdline").read_bytes() != program
        ]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return own + sum(map(resident_bytes, started))


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def machine() -> str:
    """Return what figures depend on: processors, how busy they are, Python."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{os.cpu_count()} × {model}, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
