"""System calls that a limited child process may not make: a seccomp filter, installed through ``prctl``.

The filter says no to what no decoder needs and what a decoder that was taken over would want: sockets, other
processes' memory, mounts, namespaces, keys, leaving its process group, and the parts of the kernel in which most faults
were found. A refused call fails with ``EPERM``; nothing is killed for asking.

Source: the kernel's ``Documentation/userspace-api/seccomp_filter.rst``; numbers of calls from its tables of system
calls for x86-64 and for the generic set that 64-bit ARM has.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable
from typing import Final

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in what the filter sees of a call."""
_NEW_NAMESPACES = 0x7E020000
"""Bits of ``clone`` that ask for a namespace."""
_OTHER_TABLE = 0x40000000
"""From this number on x86-64 counts the calls of its 32-bit pointers, which nothing here uses."""

_CODES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE = {"x86_64": 56, "aarch64": 220}
_FORKS = {"x86_64": (56, 57, 58), "aarch64": (220,)}
_CLONE3: Final = 435
_REFUSED = {
    # name: number on x86-64, on 64-bit ARM
    "ptrace": (101, 117),
    "setpgid": (109, 154),
    "setsid": (112, 157),
    "personality": (135, 92),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "mount": (165, 40),
    "umount2": (166, 39),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "perf_event_open": (298, 241),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "finit_module": (313, 273),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "mount_setattr": (442, 442),
}
_SOCKET = (41, 198)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def refuse_calls(*, network: bool, alone: bool) -> bool:
    """Install the filter in this process and all it starts; it can never be taken off.

    Args:
        network: Whether sockets stay allowed.
        alone: Whether this process may start no other, and no thread.

    Returns:
        Whether it is installed: not on a machine of another kind, or where the kernel has no filters.
    """
    machine = platform.machine()
    if machine not in _CODES:
        return False
    column = list(_CODES).index(machine)
    numbers = [both[column] for both in _REFUSED.values()]
    if not network:
        numbers.append(_SOCKET[column])
    if alone:
        numbers += _FORKS[machine]
    program = _filter(_CODES[machine], numbers, _CLONE[machine])
    request = _Program(len(program) // 8, program)
    return not ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(request), 0, 0)


def _filter(architecture: int, refused: Iterable[int], clone: int) -> bytes:
    """Return the filter as the kernel takes it: instructions of eight bytes."""
    no = _REFUSE | errno.EPERM
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _OTHER_TABLE),
        (_RETURN, 0, 0, no),
    ]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, no)]
    steps += [
        # Its arguments lie in memory, where a filter cannot look; the C library falls back on ``clone``.
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
        (_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, no),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
