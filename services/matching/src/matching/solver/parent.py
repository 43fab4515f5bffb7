"""The bond between the child and its parent: where one is gone, the other has nobody to work for."""

import ctypes
import os
import signal
import sys

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def die_with(parent: int) -> None:
    """On Linux the kernel ends this process with its parent, even while the solver holds the interpreter."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    # It may have died before the kernel was asked.
    if os.getppid() != parent:
        sys.exit("the parent is gone")
