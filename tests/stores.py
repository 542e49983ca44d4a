"""Real stores of other makers, each in a process of its own on the loopback, for as long as the tests need it.

Without its program a store's tests are skipped, and the last lines of the run say so; where `CI` is set that fails.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

PROGRAMS: Mapping[str, tuple[str | None, str]] = {
    "oxigraph": (
        shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"),
        "pip install oxigraph",
    ),
    "virtuoso": (shutil.which("virtuoso-t"), "apt-get install virtuoso-opensource-7-bin"),
}
_STARTING_SECONDS = 60


@dataclass(frozen=True)
class RunningStore:
    """Where a store answers queries and takes graphs, and the account that may write."""

    query: str
    graphs: str
    user: str = ""
    password: str = ""


def list_missing() -> list[str]:
    """Return a line for each store that cannot be tested here."""
    return [
        f"NOT TESTED: the store {name} ({how} brings its program)"
        for name, (path, how) in PROGRAMS.items()
        if path is None
    ]


def find_program(name: str) -> str:
    path, how = PROGRAMS[name]
    if path is None and os.environ.get("CI"):
        pytest.fail(f"the program of {name} is missing: {how}")
    if path is None:
        pytest.skip(f"the program of {name} is missing: {how}")
    return path


def find_ports(count: int) -> list[int]:
    """Return free ports, all different."""
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    ports = [int(opened.getsockname()[1]) for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


@contextmanager
def running(command: list[str], folder: Path, address: str) -> Iterator[None]:
    """Run a store until it has answered once, then for as long as it is needed, then end it."""
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(process, address, folder / "output.txt")
            yield
        finally:
            # What it holds is thrown away: no need to wait until it has written everything down.
            process.kill()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], address: str, output: Path) -> None:
    end = time.monotonic() + _STARTING_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            if httpx.post(address, data={"query": "ASK { }"}, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(1 / 20)
    raise RuntimeError(f"the store has not started: {output.read_text(encoding='utf-8', errors='replace')}")


@contextmanager
def running_oxigraph(folder: Path, *options: str) -> Iterator[RunningStore]:
    program, (port,) = find_program("oxigraph"), find_ports(1)
    address = f"http://127.0.0.1:{port}"
    with running([program, "serve", "--bind", f"127.0.0.1:{port}", *options], folder, f"{address}/query"):
        yield RunningStore(f"{address}/query", f"{address}/store")


@contextmanager
def running_virtuoso(folder: Path, rows: int = 0) -> Iterator[RunningStore]:
    """Run Virtuoso on new, empty files, small; with `rows` it cuts every answer to so many."""
    program, (port, sql_port) = find_program("virtuoso"), find_ports(2)
    (folder / "virtuoso.ini").write_text(make_ini(port, sql_port, rows), encoding="utf-8")
    address = f"http://127.0.0.1:{port}"
    with running([program, "+foreground", "+configfile", "virtuoso.ini"], folder, f"{address}/sparql"):
        yield RunningStore(f"{address}/sparql", f"{address}/sparql-graph-crud-auth", "dba", "dba")


def make_ini(port: int, sql_port: int, rows: int) -> str:
    limit = f"ResultSetMaxRows = {rows}" if rows else ""
    return f"""
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200

[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
CheckpointInterval = 0
MaxQueryMem = 200M
ThreadsPerQuery = 1
DirsAllowed = .

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
ServerThreads = 8
Charset = UTF-8

[SPARQL]
MaxQueryExecutionTime = 20
{limit}
"""
