"""Owns the process that holds a release in memory and forks workers that share it.

It has one thread and only what workers need, so that forking is quick and safe, which it would not be in a server with
threads and connections of its own. It ends, and all its workers with it, when the control socket is closed, whatever
became of who held the other end. Refuses orders about any process that is not its living child.
"""

import gc
import os
import selectors
import signal
import socket
import sys
from pathlib import Path

import pyoxigraph as ox

from provfin.guard import Reading, confirm_services
from provfin.store import load_store
from provfin.workers import confinement
from provfin.workers.frames import MESSAGE, Event, Order
from provfin.workers.limits import Limits
from provfin.workers.worker import run_worker

_FORK_FAILED = -1


class ForkServer:
    """Forks, lowers and kills workers on command, and tells when each ends."""

    def __init__(self, control: socket.socket, store: ox.Store, limits: Limits) -> None:
        self._control = control
        self._store = store
        self._limits = limits
        self._pids: dict[int, int] = {}
        self._tokens: dict[int, int] = {}
        self._wake, self._bell = socket.socketpair()

    def run(self) -> None:
        """Obey until the control socket is closed, then end every worker."""
        self._ring_on_death()
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ, self._obey)
        selector.register(self._wake, selectors.EVENT_READ, self._reap)
        self._tell(Event.ready)
        try:
            while all(key.data() for key, _ in selector.select()):
                pass
        finally:
            self._end_all()

    def _ring_on_death(self) -> None:
        for end in (self._wake, self._bell):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)

    def _obey(self) -> bool:
        """Carry out one order; tell whether there can be more."""
        data, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE.size, 1, socket.MSG_WAITALL)
        if len(data) < MESSAGE.size:
            return False
        order, token, value = MESSAGE.unpack(data)
        if order == Order.fork:
            self._fork(token, socket.socket(fileno=descriptors[0]))
        elif order == Order.lower:
            self._lower(token, value)
        elif token in self._pids:
            os.kill(self._pids[token], signal.SIGKILL)
        return True

    def _fork(self, token: int, connection: socket.socket) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            self._tell(Event.died, token, _FORK_FAILED)
            connection.close()
            return
        if pid == 0:
            self._become_worker(parent, connection)
        connection.close()
        self._pids[token], self._tokens[pid] = pid, token
        self._tell(Event.forked, token, pid)

    def _become_worker(self, parent: int, connection: socket.socket) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            confinement.die_with_parent(parent)
            run_worker(connection, self._store, self._limits)
        finally:
            os._exit(1)

    def _lower(self, token: int, thread: int) -> None:
        """Let a worker's thread run only on what the others leave of the processors; it cannot rise again."""
        if token in self._pids:
            confinement.lower_priority(self._pids[token], thread)

    def _reap(self) -> bool:
        self._wake.recv(4096)
        while self._tokens:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            token = self._tokens.pop(pid)
            del self._pids[token]
            self._tell(Event.died, token, status)
        return True

    def _tell(self, event: Event, token: int = 0, value: int = 0) -> None:
        self._control.sendall(MESSAGE.pack(event, token, value))

    def _end_all(self) -> None:
        for pid in self._tokens:
            os.kill(pid, signal.SIGKILL)
        for pid in self._tokens:
            os.waitpid(pid, 0)


def main(descriptor: str, data_path: str, limits: str) -> int:
    """Load a release and serve forks of this process over the socket of a descriptor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(descriptor))
    bounds = Limits.parse(limits)
    confinement.give_up_rights()
    if not bounds.services:
        confinement.leave_network()
    try:
        store = load_store(Path(data_path))
    except (OSError, SyntaxError, ValueError) as error:
        text = str(error).encode()
        control.sendall(MESSAGE.pack(Event.failed, 0, len(text)) + text)
        return 1
    if bounds.services:
        # The second reader is there before workers are, which could hardly load it.
        confirm_services("ASK {}", Reading(names_graphs=False, is_volatile=False), ())
    gc.collect()
    # What is here now stays, and workers need not copy its pages to count references to it.
    gc.freeze()
    try:
        ForkServer(control, store, bounds).run()
    except (BrokenPipeError, ConnectionResetError):
        # Nobody is left to tell.
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
