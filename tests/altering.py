"""A server in this process over data that a test has altered: another report, another name, no report at all."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI

from linking import Client
from provfin.assets import find_assets
from provfin.release import Content, gather_content, publish
from provfin.settings import read_settings
from provfin.store import LocalEngine, load_store
from provfin.web.app import create_app
from serving import LocalService

GRAPH = b"<https://w3id.org/provfin/id/graph/liaoning-2025>"


@lru_cache(maxsize=1)
def list_lines() -> tuple[bytes, ...]:
    """Return the statements of this checkout as N-Quads."""
    return tuple(gather_content(find_assets()).data.splitlines(keepends=True))


def list_lines_without_report() -> list[bytes]:
    return [line for line in list_lines() if GRAPH not in line and b"liaoning-2025" not in line]


def copy_report(name: str, area: str, year: str) -> list[bytes]:
    """Return what another report would say that says the same of another area for another year."""
    changes = (
        (b"liaoning-2025", name.encode()),
        (b"/area/CN-LN>", f"/area/{area}>".encode()),
        (b"/CN-LN/", f"/{area}/".encode()),
        (b"dc/terms/temporal> <https://w3id.org/provfin/id/period/2024>",
         f"dc/terms/temporal> <https://w3id.org/provfin/id/period/{year}>".encode()),
    )  # fmt: skip
    lines = [line for line in list_lines() if GRAPH in line]
    for before, after in changes:
        lines = [line.replace(before, after) for line in lines]
    return lines


def write_name(path: str, predicate: str, name: str, language: str = "en") -> bytes:
    """Return the statement that names a thing."""
    text = name.replace("\\", "\\\\").replace('"', '\\"')
    thing, graph = (f"<https://w3id.org/provfin/id/{each}>" for each in (path, "graph/vocabulary"))
    return f'{thing} <http://www.w3.org/2004/02/skos/core#{predicate}> "{text}"@{language} {graph} .\n'.encode()


def make_app(folder: Path, lines: Iterable[bytes]) -> FastAPI:
    """Return the application that serves statements, answered in this process."""
    release = publish(folder, Content.from_lines(lines))
    service = LocalService(LocalEngine(load_store(release.data_path)))
    return create_app(release, read_settings(log="off"), lambda _release: service)


def serve(folder: Path, lines: Iterable[bytes]) -> Client:
    """Return a client of a server of statements."""
    return Client(make_app(folder, lines))
