"""Owns publishing a release into a store: in which order graphs are written, and the proof that they arrived.

All triples go into a graph of their own first, which nobody reads yet. Then the note of the release before is taken
back, from which moment on its readers are refused; the named graphs are replaced, everything is counted and the figures
are compared; only then is the new note written, and only where the notes are still those of this publication. So a
reader sees one release, or the other, or an honest refusal. What a publication that broke off left behind is repaired
by publishing again. Refuses to look after two publishers at once, and to finish when it meets another.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pyoxigraph as ox

from provfin.errors import InputError
from provfin.quantity import drop_empty_decimals, read_decimal
from provfin.release import Release, name_release
from provfin.remote.connection import MEGABYTE, Connection
from provfin.remote.graphs import NO_GRAPH, NOTES_GRAPH, Dataset, Note, write_notes
from provfin.remote.rewriting import ROWS
from provfin.remote.store import connect, read_store_notes
from provfin.settings import Settings
from provfin.store import RESULT_FORMATS, BadQueryError, ExceededError, StoreError
from provfin.turtle import PREFIXES

# What one request carries; a store that reads a request whole before it writes needs a few times as much memory.
_REQUEST_BYTES = 16 * MEGABYTE
# What is read of the release before the graph with most of it is sent.
_HELD_BYTES = 8 * _REQUEST_BYTES
# A publisher waits for writes and reads all figures of a report: the limits of readers would stop it halfway.
_SECONDS, _MEGABYTES = 600, 1024

_VALUE = f"{PREFIXES['sdmx-measure']}obsValue"
_COUNT = "SELECT (COUNT(?s) AS ?n) WHERE { ?s ?p ?o }"
_COUNT_FIGURES = f"SELECT (COUNT(?value) AS ?n) WHERE {{ ?observation <{_VALUE}> ?value }}"
# A figure as the whole has it and as its own graph does; of one graph at a time, or there would be no end of rows.
_FIGURES = (
    f"SELECT ?observation ?value ?own WHERE {{ ?observation <{_VALUE}> ?value "
    f"GRAPH ?graph {{ ?observation <{_VALUE}> ?own }} }}"
)


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
    limits = {
        "query_seconds": max(_SECONDS, settings.query_seconds),
        "answer_megabytes": max(_MEGABYTES, settings.answer_megabytes),
    }
    publisher = _Publisher(release, connect(address, settings.model_copy(update=limits)), graph_store)
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
        self._whole = name_release(release.hash)

    async def publish(self) -> Publication:
        notes = await read_store_notes(self.connection)
        known = notes.get(self._release.hash)
        is_new = not (known and known.token and await self._find_fault() is None)
        if is_new:
            await self._replace(notes)
        return Publication(self._release.quads, sum(map(len, self._figures.values())), is_new)

    async def _replace(self, notes: dict[str, Note]) -> None:
        release = self._release
        ours = Note(release.hash, frozenset(release.graphs))
        others = [note for note in notes.values() if note.hash != release.hash]
        # What will be in the store is noted before it is, so that nothing is left of a publication that breaks off.
        await self._note([*others, ours])
        await self._put((self._whole, line) for _, line in _read_triples(release))
        noted = [*(note.without_token() for note in others), ours]
        await self._note(noted)
        await self._put(_read_triples(release))
        for graph in sorted({graph for note in others for graph in note.graphs} - set(release.graphs)):
            await self._delete(graph)
        fault = await self._find_fault()
        if fault is not None:
            raise StoreError(fault)
        await self._refuse_other(noted)
        for note in others:
            await self._delete(name_release(note.hash))
        await self._note([Note(release.hash, ours.graphs, uuid.uuid4().hex)])

    async def _note(self, notes: Iterable[Note]) -> None:
        await self.connection.change("PUT", self._graph_store, NOTES_GRAPH, write_notes(notes))

    async def _refuse_other(self, noted: list[Note]) -> None:
        """Refuse to call whole what another publisher has had its hands on, be it this release or that one's."""
        found, ours = await read_store_notes(self.connection), {note.hash: note for note in noted}
        if found != ours:
            await self._note(note.without_token() for note in {**ours, **found}.values())
            raise StoreError("something else has changed the notes of the store meanwhile; publish one at a time")

    async def _put(self, triples: Iterable[tuple[str, bytes]]) -> None:
        """Replace graphs, each in several requests where it is large: without blank nodes, parts make up the whole."""
        begun: set[str] = set()
        for graph, data in _gather(triples):
            await self.connection.change("POST" if graph in begun else "PUT", self._graph_store, graph, data)
            begun.add(graph)

    async def _delete(self, graph: str) -> None:
        await self.connection.change("DELETE", self._graph_store, graph)

    async def _find_fault(self) -> str | None:
        """Return how what the store holds differs from the release, or None: triples by graph, and every figure."""
        expected = {**self._release.graphs, self._whole: self._release.quads}
        for graph, count in expected.items():
            rows = await self._select(_COUNT, graph)
            if [row[0] for row in rows] != [str(count)]:
                return f"the store has {rows[0][0] if rows else 'no'} triples in <{graph}>, not {count}"
        return await self._find_figure_fault()

    async def _find_figure_fault(self) -> str | None:
        fault = "the figures in the store are not those of the release"
        count = sum(map(len, self._figures.values()))
        if await self._select(_COUNT_FIGURES, self._whole) != [[str(count)]]:
            return fault
        for graph, figures in self._figures.items():
            rows = await self._select(_FIGURES, self._whole, graph)
            for place in (1, 2):
                if hash_figures((row[0], row[place]) for row in rows) != hash_figures(figures):
                    return f"{fault}: those of <{graph}>"
        return None

    @cached_property
    def _figures(self) -> Mapping[str, list[tuple[str, str]]]:
        return _read_figures(self._release)

    async def _select(self, text: str, *graphs: str) -> list[list[str]]:
        """Return the rows of a query of one graph, or of one and another by name."""
        body = await self.connection.ask(text, Dataset(graphs[:1], graphs[1:] or [NO_GRAPH]), is_graph=False)
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


def _gather(triples: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield parts of graphs, each as large as a request may be or the largest of what is held."""
    parts: dict[str, bytearray] = defaultdict(bytearray)
    held = 0
    for graph, line in triples:
        part = parts[graph]
        part += line
        held += len(line)
        full = graph if len(part) >= _REQUEST_BYTES else None
        if held >= _HELD_BYTES:
            full = max(parts, key=lambda name: len(parts[name]))
        if full is not None:
            data = parts.pop(full)
            held -= len(data)
            yield full, bytes(data)
    yield from ((graph, bytes(part)) for graph, part in sorted(parts.items()))


def _read_figures(release: Release) -> dict[str, list[tuple[str, str]]]:
    """Return the observations of each graph and their values, of graphs that have any."""
    predicate = f"<{_VALUE}>".encode()
    with release.data_path.open("rb") as lines:
        quads = ox.parse(b"".join(line for line in lines if predicate in line), format=ox.RdfFormat.N_QUADS)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for quad in quads:
        if (
            quad.predicate.value == _VALUE
            and isinstance(quad.subject, ox.NamedNode)
            and isinstance(quad.object, ox.Literal)
            and isinstance(quad.graph_name, ox.NamedNode)
        ):
            found[quad.graph_name.value].append((quad.subject.value, quad.object.value))
    return dict(sorted(found.items()))


def hash_figures(figures: Iterable[tuple[str, str]]) -> str:
    """Return one SHA-256 of observations and their values, however a store writes the decimals.

    >>> hash_figures([("o", "2.90"), ("p", "36.0")]) == hash_figures([("p", "36"), ("o", "2.9")])
    True
    """
    lines = sorted(f"{iri} {_write_value(value)}\n" for iri, value in figures)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _write_value(text: str) -> str:
    """Return a decimal in its shortest form, without the sign of a zero; text that is none, as it is."""
    value = read_decimal(text)
    return text if value is None else f"{drop_empty_decimals(value) or Decimal(0):f}"
