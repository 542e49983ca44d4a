"""Owns where a node stands in Turtle: the line of its block, or of the predicate at fault in it.

Turtle as it is written here starts a node's block in the first column. A file is read once for all findings. Refuses to
guess: a node that starts no block has no place.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

from provfin.findings import Finding, Lines, Place

_PREFIX = re.compile(r"@prefix ([\w-]*): <([^>]*)> \.|@base <([^>]*)> \.", re.IGNORECASE)
_SUBJECT = re.compile(r"^(?:<([^<>\s]*)>|([\w-]*):([^\s;,<>\"]*))(?=\s|$)", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_LINE = re.compile(r".*")


class TurtleFile:
    """A Turtle file and where in it the block of each node starts."""

    def __init__(self, path: Path) -> None:
        """Read the file and find its blocks, in one pass."""
        self.path = path
        self.lines = Lines(path.read_text(encoding="utf-8"))
        self.blocks: dict[str, int] = {}
        for iri, start in _list_blocks(self.lines.text):
            self.blocks.setdefault(iri, start)

    def locate(self, finding: Finding) -> Place | None:
        """Return the line of a finding: of its path and value, else of its path, else of its node."""
        start = self.blocks.get(finding.focus)
        if start is None:
            return None
        text = self.lines.text
        end = text.find("\n\n", start)
        faults = list(_list_faults(text[start : end if end >= 0 else len(text)], finding.path))
        told = [offset for offset, line in faults if finding.value and finding.value.split("/")[-1] in line]
        offset = start + next(iter([*told, *(offset for offset, _ in faults)]), 0)
        found = _LINE.match(text, offset)
        assert found is not None
        return self.lines.make_place(str(self.path), offset, offset + len(found[0].rstrip()))


def locate(findings: Iterable[Finding], files: Sequence[Path]) -> Iterator[Finding]:
    """Yield findings with their places in the Turtle files that tell of them."""
    read: list[TurtleFile] = []
    for finding in findings:
        read = read or [TurtleFile(file) for file in files]
        places = (file.locate(finding) for file in read)
        place = next((place for place in places if place is not None), None)
        yield replace(finding, places=(place,)) if place else finding


def _list_blocks(text: str) -> Iterator[tuple[str, int]]:
    base, prefixes = "", {}
    for name, iri, found_base in _PREFIX.findall(text):
        base = found_base or base
        prefixes[name] = iri
    for found in _SUBJECT.finditer(text):
        whole, prefix, local = found.groups()
        if whole is not None:
            yield urljoin(base, whole), found.start()
        elif prefix in prefixes:
            yield prefixes[prefix] + _ESCAPE.sub(r"\1", local), found.start()


def _list_faults(block: str, path: str) -> Iterator[tuple[int, str]]:
    offset = 0
    for line in block.splitlines(keepends=True):
        content = line.strip()
        if path and path in content.split(" ")[:3]:
            yield offset + line.index(content), content
        offset += len(line)
