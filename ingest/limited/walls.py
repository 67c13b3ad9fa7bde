"""The walls around a limited child process: whose it is, what it sees of the machine, what it can ask the kernel.

Each wall stands by itself and is left out where the kernel does not offer it; ``sohoa doctor`` tells which stand.

- ``user``: as root the process becomes ``nobody``, where ``nobody`` can read Python and our code; any process loses the
  way to more rights.
- ``namespaces``: a user namespace, in which its processes are counted, and a network namespace with nothing in it.
- ``files``: Landlock. Programs, libraries, fonts and our code can be read, its own folder written, nothing else.
- ``calls``: seccomp. No sockets, no other process's memory, no mounts; no second process where none is needed; and no
  way out of the process group, so that whatever it starts ends with it.
"""

import ctypes
import os
import re
import resource
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from ingest.limited.landlock import LIST, READ, RUN, USE, WORK, keep_to
from ingest.limited.seccomp import refuse_calls

WALLS = ("user", "namespaces", "files", "calls")
"""All there are."""

_PR_SET_NO_NEW_PRIVS = 38
_NEW_USER, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_NOBODY = 65534
_COUNTED_APART = (5, 14)
"""Linux counts the processes of a user namespace apart since then; before, the limit would count all of the user's."""
_CODE = Path(__file__).resolve().parents[2]
_PARTS = ("dossier", "ingest", "ocr", "signing", "storage")
_PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
_DATA = ("/etc/fonts", "/etc/localtime", "/etc/papersize", "/var/cache/fontconfig", "/proc/cpuinfo", "/proc/meminfo")
_OF_NETWORK = ("/etc/ssl", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

_standing: list[str] = []


def raise_walls(package: str, folder: Path | None, *, processes: int, network: bool) -> None:
    """Put this process, which has one thread, behind every wall that this kernel offers.

    Args:
        package: Top-level package of the function that will run.
        folder: Its working folder, given to it; ``None``: it has none.
        processes: Most processes and threads it may have at once.
        network: Whether it may use the network.
    """
    places = list(_places(package, folder, network=network))
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    stands = {
        "user": _be_nobody(folder),
        "namespaces": _leave_namespaces(processes, network=network),
        "files": keep_to(places, network=network),
        "calls": refuse_calls(network=network, alone=processes == 1),
    }
    _standing[:] = [wall for wall in WALLS if stands[wall]]


def standing() -> list[str]:
    """Return the walls around this process; to be run in a limited child."""
    return list(_standing)


def _places(package: str, folder: Path | None, *, network: bool) -> Iterator[tuple[Path, int]]:
    yield from ((Path(name), RUN) for name in (*_PROGRAMS, sys.prefix, sys.base_prefix))
    yield from ((_CODE / part, READ) for part in {*_PARTS, package})
    yield _CODE, LIST
    yield from ((Path(name), READ) for name in (*_DATA, *(_OF_NETWORK if network else ())))
    yield from ((Path(name), USE) for name in _DEVICES)
    if folder is not None:
        yield folder, WORK


def _be_nobody(folder: Path | None) -> bool:
    """Give root's rights away, with the folder; return whether this process is not root's any more."""
    if os.geteuid():
        return True
    if not all(_open_to_all(Path(path)) for path in (os.__file__, sys.executable, __file__)):
        return False
    try:
        if folder is not None:
            for path in (folder, *folder.iterdir()):
                os.chown(path, _NOBODY, _NOBODY, follow_symlinks=False)
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        return False
    return True


def _open_to_all(path: Path) -> bool:
    """Return whether every user may read a file."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents) and bool(
        path.stat().st_mode & stat.S_IROTH
    )


def _leave_namespaces(processes: int, *, network: bool) -> bool:
    """Go into a user namespace of its own, where processes are counted apart, and a network one without a network."""
    wanted = _NEW_USER | _NEW_IPC | (0 if network else _NEW_NETWORK)
    if ctypes.CDLL(None).unshare(wanted):
        return False
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if release and (int(release[1]), int(release[2])) >= _COUNTED_APART:
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    return True
