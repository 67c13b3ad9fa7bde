"""Letting others go first: work on papers takes what the answering of requests leaves of the processors."""

import contextlib
import os
import threading


def step_back(nice: int) -> None:
    """Lower the priority of this thread, and of the processes that it starts from now on.

    Args:
        nice: 0 for the priority of whatever else runs, up to 19 for the lowest.
    """
    thread = threading.get_native_id()  # on Linux each thread has a priority of its own
    with contextlib.suppress(OSError):  # nobody may raise it again: it is lower already
        os.setpriority(os.PRIO_PROCESS, thread, nice)
