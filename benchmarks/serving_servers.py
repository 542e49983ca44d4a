"""Starts and ends the servers that are compared, each on a port of its own of the loopback, and reads what they take.

What processes take is read from /proc, so on Linux only: https://man7.org/linux/man-pages/man5/proc.5.html
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SECONDS_TO_START = 300
_SECONDS_TO_ANSWER = 60
_BIN = Path(sys.executable).parent
_OURS = """
import sys
from pathlib import Path
from provfin.commands.serve import run_server
from provfin.release import load_release
from provfin.settings import read_settings
run_server(load_release(Path(sys.argv[1])), read_settings())
"""


@dataclass(frozen=True)
class Process:
    """A process of a server and what it holds, in bytes: resident, its share of it, and what no other has."""

    pid: int
    depth: int
    resident: int
    share: int
    private: int


@dataclass
class Server:
    """A server that was started: where it is asked, and what starting it took in seconds."""

    name: str
    port: int
    path: str
    process: "subprocess.Popen[bytes]"
    seconds: float = 0

    def ask(self, text: str) -> tuple[int, str, bytes]:
        """Send one request, whole as `Asked.render` makes it; return status, media type and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS_TO_ANSWER)
        lines = text.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        try:
            connection.request("GET", lines[0].split(" ")[1], headers=headers)
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type", ""), response.read()
        finally:
            connection.close()

    def list_processes(self) -> list[Process]:
        """Return its processes, the first one first; none where there is no /proc."""
        found = (_read_memory(pid, depth) for pid, depth in _list_pids(self.process.pid, 0))
        return [process for process in found if process is not None]

    def measure_work(self) -> float:
        """Return the seconds of processor time its processes have taken, those that have ended included."""
        return sum(_measure_work(pid) for pid, _ in _list_pids(self.process.pid, 0))


@dataclass(frozen=True)
class Recipe:
    """How to start a server: its command for a release's N-Quads and a port, what to set, what to do to fill it."""

    name: str
    path: str
    command: Callable[[Path, int], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    fill: Callable[[Path, int], None] | None = None


def ours(name: str, **settings: object) -> Recipe:
    """Return our server with default settings but for those given (`cache_megabytes=0`)."""
    environment = {f"PROVFIN_{key.upper()}": str(value) for key, value in settings.items()}
    return Recipe(
        name,
        "/sparql",
        lambda data, _port: [sys.executable, "-c", _OURS, str(data.parent)],
        {"PROVFIN_LOG": "json", **environment},
    )


def oxigraph(name: str = "oxigraph serve", *options: str) -> Recipe:
    """Return `oxigraph serve` in memory over the union of all graphs, filled by its Graph Store Protocol."""
    command = [str(_BIN / "oxigraph"), "serve", "--union-default-graph", *options]
    return Recipe(name, "/query", lambda _, port: [*command, "--bind", f"127.0.0.1:{port}"], {}, _fill_oxigraph)


def rdflib_endpoint() -> Recipe:
    """Return `rdflib-endpoint serve` with rdflib's own store in memory."""
    command = [str(_BIN / "rdflib-endpoint"), "serve", "--host", "127.0.0.1"]
    return Recipe("rdflib-endpoint", "/", lambda data, port: [*command, "--port", str(port), str(data)])


def _fill_oxigraph(data: Path, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_TO_START)
    with data.open("rb") as body:
        headers = {"Content-Type": "application/n-quads", "Content-Length": str(data.stat().st_size)}
        connection.request("POST", "/store?no_transaction", body, headers)
        response = connection.getresponse()
        if response.status not in (200, 201, 204):
            raise SystemExit(f"oxigraph serve did not take the data: {response.status} {response.read().decode()}")
    connection.close()


@contextmanager
def running(recipe: Recipe, data: Path, log: Path) -> Iterator[Server]:
    """Start a server over a release's N-Quads, yield it when it answers, end it; what it says goes to a file."""
    port = _find_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROVFIN_")}
    environment |= {"PROVFIN_PORT": str(port), **recipe.environment}
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(recipe.command(data, port), env=environment, stdout=output, stderr=output)
    try:
        _wait(process, port, log)
        if recipe.fill is not None:
            recipe.fill(data, port)
        yield Server(recipe.name, port, recipe.path, process, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    for _ in range(_SECONDS_TO_START * 10):
        if process.poll() is not None:
            break
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"a server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _list_pids(pid: int, depth: int) -> Iterator[tuple[int, int]]:
    yield pid, depth
    try:
        children = [path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return
    for child in " ".join(children).split():
        yield from _list_pids(int(child), depth + 1)


def _read_memory(pid: int, depth: int) -> Process | None:
    """Return what a process holds; None for one that is ending, which holds nothing any more."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in text.splitlines()[1:]}
    return Process(pid, depth, sizes["Rss"], sizes["Pss"], sizes["Private_Clean"] + sizes["Private_Dirty"])


def _measure_work(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0
    # User and system time, its own and that of the children it has waited for.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
