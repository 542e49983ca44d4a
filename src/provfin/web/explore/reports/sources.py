"""Owns the source texts of reports that the operator gave the server: which file is which report's.

A text is a report's where the SHA-256 of the file is the one the release has for it; what the file is called tells
nothing. Texts are read once for a release and kept. Refuses every other file of the folder.
"""

import hashlib
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool

from provfin.web.explore.asking import ask_page
from provfin.web.site import Site

# Bytes; the reports of the genre have some hundred thousand.
_LARGEST = 16_000_000


async def load_sources(site: Site) -> Mapping[str, str]:
    """Return the text of each report whose source is in the folder, by the report's IRI; ask for it by `Site.once`."""
    folder = site.settings.sources
    if folder is None:
        return {}
    asked = await ask_page(site, "reading-sources")
    wanted = {row["hash"].text: row["report"].text for row in asked.rows}
    found = await run_in_threadpool(lambda: dict(_read_matching(folder, wanted)))
    return {wanted[digest]: text for digest, text in found.items()}


async def has_text(site: Site, report_iri: str) -> bool:
    """Tell whether this server has the source text of a report."""
    return report_iri in await site.once(load_sources)


def find_text_address(root: str, report_id: str) -> str:
    """Return where a server that begins at `root` shows the text of a report.

    >>> find_text_address("/", "north-2025")
    '/reports/north-2025/text'
    """
    return f"{root}reports/{quote(report_id, safe='')}/text"


def find_place(root: str, report_id: str, start: int, end: int) -> str:
    """Return where characters `start` to before `end` stand in the text of a report as it is shown.

    >>> find_place("/", "north-2025", 400, 407)
    '/reports/north-2025/text#m400-407'
    """
    return f"{find_text_address(root, report_id)}#m{start}-{end}"


def _read_matching(folder: Path, wanted: Container[str]) -> Iterator[tuple[str, str]]:
    for path in _list_entries(folder):
        data = _read_file(path)
        digest = hashlib.sha256(data).hexdigest()
        if digest in wanted:
            yield digest, data.decode()


def _list_entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        # A folder that has gone holds nothing.
        return []


def _read_file(path: Path) -> bytes:
    try:
        is_text = path.is_file() and path.stat().st_size <= _LARGEST
        return path.read_bytes() if is_text else b""
    except OSError:
        # A file the server may not read is none it was given.
        return b""
