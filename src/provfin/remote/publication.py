"""Owns publishing a release into a store: in which order graphs are written, and the proof that they arrived.

All triples go into a graph of their own first, which nobody reads yet. Then the note of the release before is taken
back, from which moment on its readers are refused; the named graphs are replaced, everything is counted and the figures
are compared; only then is the new note written. So a reader sees one release, or the other, or an honest refusal. What
a publication that broke off left behind is repaired by publishing again. Refuses to look after two publishers at once.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from provfin.errors import InputError
from provfin.release import Release
from provfin.remote.connection import MEGABYTE, Connection
from provfin.remote.graphs import NOTES_GRAPH, Dataset, Note, name_whole, write_notes
from provfin.remote.rewriting import ROWS
from provfin.remote.store import connect, read_store_notes
from provfin.settings import Settings
from provfin.store import RESULT_FORMATS, BadQueryError, ExceededError, StoreError
from provfin.turtle import PREFIXES

# What one request carries; a store that reads a request whole before it writes needs a few times as much memory.
_REQUEST_BYTES = 16 * MEGABYTE

_VALUE = f"{PREFIXES['sdmx-measure']}obsValue"
_COUNT = "SELECT (COUNT(?s) AS ?n) WHERE { ?s ?p ?o }"
_FIGURES = f"SELECT ?observation ?value WHERE {{ ?observation <{_VALUE}> ?value }}"


@dataclass(frozen=True)
class Publication:
    """What is in the store now: quads, figures among them, and whether this publication brought them."""

    quads: int
    figures: int
    is_new: bool


async def publish_release(release: Release, graph_store: str, settings: Settings) -> Publication:
    """Put a release into the store of the settings, by the Graph Store Protocol at `graph_store`, and prove it there.

    A release that is there whole is only proved. Raises `InputError` when the store cannot take it or holds something
    else afterwards.
    """
    address = str(settings.store)
    publisher = _Publisher(release, connect(address, settings), graph_store)
    try:
        return await publisher.publish()
    except (StoreError, ExceededError, BadQueryError) as error:
        repair = "repair the store and publish again; until then servers of the release refuse to answer"
        raise InputError(f"the release is not published ({error})", where=graph_store, repair=repair) from error
    finally:
        await publisher.connection.close()


class _Publisher:
    def __init__(self, release: Release, connection: Connection, graph_store: str) -> None:
        self.connection = connection
        self._release = release
        self._graph_store = graph_store
        self._whole = name_whole(release.hash)

    async def publish(self) -> Publication:
        notes = await read_store_notes(self.connection)
        known = notes.get(self._release.hash)
        is_new = not (known and known.token and await self._find_fault() is None)
        if is_new:
            await self._replace(notes)
        return Publication(self._release.quads, len(_list_figures(self._release)), is_new)

    async def _replace(self, notes: dict[str, Note]) -> None:
        release = self._release
        ours = Note(release.hash, frozenset(release.graphs))
        others = [note for note in notes.values() if note.hash != release.hash]
        # What will be in the store is noted before it is, so that nothing is left of a publication that breaks off.
        await self._note([*others, ours])
        await self._put(self._whole, (line for _, line in _read_triples(release)))
        await self._note([*(note.without_token() for note in others), ours])
        for graph in release.graphs:
            await self._put(graph, (line for name, line in _read_triples(release) if name == graph))
        for graph in sorted({graph for note in others for graph in note.graphs} - set(release.graphs)):
            await self._delete(graph)
        fault = await self._find_fault()
        if fault is not None:
            raise StoreError(fault)
        for note in others:
            await self._delete(name_whole(note.hash))
        await self._note([Note(release.hash, ours.graphs, uuid.uuid4().hex)])

    async def _note(self, notes: Iterable[Note]) -> None:
        await self.connection.change("PUT", self._graph_store, NOTES_GRAPH, write_notes(notes))

    async def _put(self, graph: str, lines: Iterable[bytes]) -> None:
        """Replace a graph, in several requests where it is large: without blank nodes, parts add up to the whole."""
        method = "PUT"
        for data in _gather(lines):
            await self.connection.change(method, self._graph_store, graph, data)
            method = "POST"

    async def _delete(self, graph: str) -> None:
        await self.connection.change("DELETE", self._graph_store, graph)

    async def _find_fault(self) -> str | None:
        """Return how what the store holds differs from the release, or None: triples by graph, and every figure."""
        expected = {**self._release.graphs, self._whole: self._release.quads}
        for graph, count in expected.items():
            rows = await self._select(_COUNT, graph)
            if [row[0] for row in rows] != [str(count)]:
                return f"the store has {rows[0][0] if rows else 'no'} triples in <{graph}>, not {count}"
        found = [(iri, value) for iri, value in await self._select(_FIGURES, self._whole)]
        if hash_figures(found) != hash_figures(_list_figures(self._release)):
            return "the figures in the store are not those of the release"
        return None

    async def _select(self, text: str, graph: str) -> list[list[str]]:
        body = await self.connection.ask(text, Dataset([graph]), is_graph=False)
        try:
            found = ox.parse_query_results(body, format=RESULT_FORMATS[ROWS])
            assert isinstance(found, ox.QuerySolutions)
            return [[term.value for term in row if isinstance(term, ox.NamedNode | ox.Literal)] for row in found]
        except (SyntaxError, ValueError) as error:
            raise StoreError(f"the store's answer is not whole ({error})") from error


def _read_triples(release: Release) -> Iterator[tuple[str, bytes]]:
    """Yield every quad of a release as its graph's name and a line of N-Triples."""
    with release.data_path.open("rb") as lines:
        for line in lines:
            triple, _, graph = line.rpartition(b" <")
            yield graph.partition(b">")[0].decode(), triple + b" .\n"


def _gather(lines: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for line in lines:
        if part and len(part) + len(line) > _REQUEST_BYTES:
            yield bytes(part)
            part.clear()
        part += line
    yield bytes(part)


def _list_figures(release: Release) -> list[tuple[str, str]]:
    predicate = f"<{_VALUE}>".encode()
    lines = b"".join(line for _, line in _read_triples(release) if predicate in line)
    triples = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
    return [
        (triple.subject.value, triple.object.value)
        for triple in triples
        if triple.predicate.value == _VALUE
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.Literal)
    ]


def hash_figures(figures: Iterable[tuple[str, str]]) -> str:
    """Return one SHA-256 of observations and their values, however a store writes the decimals.

    >>> hash_figures([("o", "2.90"), ("p", "36.0")]) == hash_figures([("p", "36"), ("o", "2.9")])
    True
    """
    lines = sorted(f"{iri} {Decimal(value).normalize():f}\n" for iri, value in figures)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
