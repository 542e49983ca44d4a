"""Owns what a worker cannot do, because the kernel does not let it: open anything, grow, outlive who made it.

Every limit is set by the process on itself and cannot be taken back by what runs in it. What only Linux has is left
out elsewhere. Refuses to depend on any right: all of it works without privileges, the network namespace where the
system allows it.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

from provfin.workers.limits import MEGABYTE

IS_LINUX = sys.platform == "linux"
# How many descriptors a query that may ask other servers has for it: sockets, certificates, resolver.
SERVICE_DESCRIPTORS = 64

# https://man7.org/linux/man-pages/man2/prctl.2.html and unshare.2.html
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

_LOWEST = 19
_STATM = Path("/proc/self/statm")


def give_up_rights() -> None:
    """Never gain privileges again, neither this process nor those it makes."""
    if IS_LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def leave_network() -> bool:
    """Move to a network namespace without any way out, where the system allows; tell whether it did.

    Only a process of one thread can.
    """
    if not IS_LINUX:
        return False
    unshare = ctypes.CDLL(None).unshare
    return any(unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def die_with_parent(parent: int) -> None:
    """Be killed when the process that forked this one ends; ends at once if it already has."""
    if IS_LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def forbid_files(descriptors: int) -> None:
    """Allow no descriptor numbered from `descriptors` on to be opened, nothing to be written, no process to start."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, descriptors))


def allow_descriptors(number: int) -> None:
    """Allow descriptors below a number to be opened, within what `forbid_files` left."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def bound_memory(megabytes: int) -> None:
    """Allow address space for so many megabytes more than is taken now, where the system counts it."""
    if _STATM.exists():
        pages = int(_STATM.read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + megabytes * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def lower_priority(pid: int, thread: int) -> None:
    """Let a thread of a process run only on what others leave of the processors; it cannot rise again.

    Where threads have no priority of their own the whole process is lowered.
    """
    if not IS_LINUX:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, _LOWEST)
    elif Path(f"/proc/{pid}/task/{thread}").exists():
        with suppress(OSError):
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
            return
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, _LOWEST)


def is_lowered() -> bool:
    """Tell whether this thread was lowered and others of the process were not."""
    return IS_LINUX and (os.sched_getscheduler(0) == os.SCHED_IDLE or os.getpriority(os.PRIO_PROCESS, 0) == _LOWEST)


def measure_peak() -> int:
    """Return the most memory this process has ever held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if IS_LINUX else peak // MEGABYTE
