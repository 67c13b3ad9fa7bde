"""Files that a limited child process can reach: a Landlock domain, which needs no rights to set up.

Source: the kernel's ``Documentation/userspace-api/landlock.rst``. What a kernel does not know yet is left out.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""System calls; the numbers are the same on every machine."""
_ASK_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE, _READ, _LIST, _REMOVE, _MAKE, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 5, 1 << 8, 1 << 14
_ALL = ((1, 13), (2, 14), (3, 15), (5, 16))
"""Since which version of Landlock there are how many rights to files."""
_OF_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE
_TCP = 0b11
_SCOPES = 0b11
"""Sockets of the abstract kind and signals: neither leaves the domain."""
_WITH_TCP, _WITH_SCOPES = 4, 6

RUN = _EXECUTE | _READ | _LIST
"""Programs, libraries and data may be run and read."""
READ = _READ | _LIST
LIST = _LIST
"""Names alone may be read."""
USE = _READ | _WRITE
"""A device may be read and written."""
WORK = _READ | _WRITE | _LIST | _REMOVE | _MAKE | _TRUNCATE
"""Files may be made and removed, but no folders, links or pipes."""


def keep_to(places: Iterable[tuple[Path, int]], *, network: bool) -> bool:
    """Let this process and all it starts reach nothing but ``places``; it can never be taken off.

    Args:
        places: Files and folders, and what may be done there; those that do not exist are left out.
        network: Whether TCP stays allowed.

    Returns:
        Whether it is in force: not where the kernel has no Landlock.
    """
    call = ctypes.CDLL(None).syscall
    version = call(_CREATE, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    handled = (1 << max(count for since, count in _ALL if since <= version)) - 1
    tcp = _TCP if version >= _WITH_TCP and not network else 0
    scopes = _SCOPES if version >= _WITH_SCOPES else 0
    rules = struct.pack("QQQ", handled, tcp, scopes)
    size = 24 if version >= _WITH_SCOPES else 16 if version >= _WITH_TCP else 8
    domain = call(_CREATE, rules, size, 0)
    if domain < 0:
        return False
    try:
        for place, rights in places:
            _allow(call, domain, place, rights & handled)
        return not call(_RESTRICT, domain, 0)
    finally:
        os.close(domain)


def _allow(call: "ctypes._NamedFuncPointer", domain: int, place: Path, rights: int) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = struct.pack("=Qi", rights if place.is_dir() else rights & _OF_A_FILE, descriptor)
            call(_ADD, domain, _PATH_BENEATH, rule, 0)
        finally:
            os.close(descriptor)
