"""Owns answering SPARQL queries over a release, as bytes in the format asked for.

An engine takes and gives only text and bytes, so that one in another process can stand in its place. Refuses updates:
a release is read-only.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.guard import Reading, RefusedQueryError, check_query
from provfin.queries import Query
from provfin.release import read_quads
from provfin.syntax import describe_fault

# Parser and evaluator descend once per operator of a query: stack for the longest the guard passes. It is address
# space, of which only what a query needs is ever used.
STACK_BYTES = 512 * 1024 * 1024
_THREADS = 8

# Whose query is being answered: a text that tells clients apart, none where nobody needs to. A service may use it to
# keep one client from taking what is there for all.
CLIENT: ContextVar[str] = ContextVar("client", default="")

RESULTS_JSON = "application/sparql-results+json"
# Media types by what the query asks for; the first of each is the default.
RESULT_FORMATS: Mapping[str, ox.QueryResultsFormat] = {
    RESULTS_JSON: ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


class BadQueryError(ValueError):
    """Says why a query cannot be answered: bad syntax, or a refusal."""


@dataclass(frozen=True)
class Answer:
    """The bytes of an answer, their media type, and whether they would be others next time (NOW, RAND)."""

    body: bytes
    media_type: str
    is_volatile: bool = False


class QueryService(Protocol):
    """Whatever answers many queries at once, each within limits: workers on this machine or a store elsewhere."""

    async def start(self) -> None:
        """Get ready to answer; raises `InputError` when that cannot be."""
        ...

    async def stop(self) -> None:
        """Give back what was taken: processes, connections."""
        ...

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer whole, in `results_type` (SELECT, ASK) or `graph_type` (CONSTRUCT, DESCRIBE).

        Raises `BadQueryError` for bad syntax, `NotAcceptableError` when the type for the query's form is None,
        `ExceededError` when a limit was met, `StoreError` when the store behind does not do its part. A caller that
        is cancelled takes the query with it.
        """
        ...


class Limit(StrEnum):
    """What a query can exceed."""

    time = "time"
    memory = "memory"
    size = "size"
    load = "load"


class ExceededError(RuntimeError):
    """Says which limit a query met, how large it is, and what to do instead."""

    def __init__(self, limit: Limit, detail: str) -> None:
        super().__init__(detail)
        self.limit = limit


class StoreError(RuntimeError):
    """Says that the store behind the endpoint failed or cannot be reached."""


class NotAcceptableError(ValueError):
    """Says that no format the client accepts exists for the form of the query, and which do."""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(f"answers to this query come as {', '.join(offered)}")
        self.offered = offered


def load_store(data_path: Path) -> ox.Store:
    """Return the N-Quads of a release as a store in memory; raises OSError or SyntaxError for a file that is none."""
    store = ox.Store()
    store.bulk_load(path=str(data_path), format=ox.RdfFormat.N_QUADS)
    return store


def read_query(query: Query, services: Collection[str] = ()) -> Reading:
    """Return what the guard knows of a query; raises `BadQueryError` when it refuses it."""
    try:
        return check_query(query.text, services)
    except RefusedQueryError as error:
        raise BadQueryError(str(error)) from error


def write_answer(
    store: ox.Store, query: Query, reading: Reading, formats: tuple[str | None, str | None], output: IO[bytes]
) -> str:
    """Evaluate a query and write its answer as it is found; return its media type.

    The two `formats` are those for results and for graphs. Raises as `QueryService.answer` does, and whatever writing
    raises.
    """
    with _translate_errors(query.text):
        return _write(_evaluate(store, query, reading), formats, output)


def _write(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    formats: tuple[str | None, str | None],
    output: IO[bytes],
) -> str:
    results_type, graph_type = formats
    try:
        if isinstance(found, ox.QueryTriples):
            if graph_type is None:
                raise NotAcceptableError(list(GRAPH_FORMATS))
            found.serialize(output, GRAPH_FORMATS[graph_type])
            return graph_type
        if results_type is None:
            raise NotAcceptableError(list(RESULT_FORMATS))
        found.serialize(output, RESULT_FORMATS[results_type])
        return results_type
    finally:
        # An error keeps what its frames hold, and what the engine found must not leave this thread.
        del found


def _evaluate(store: ox.Store, query: Query, reading: Reading) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    # A request that names graphs names all of them: https://www.w3.org/TR/sparql11-protocol/#dataset
    names_graphs = bool(query.default_graphs or query.named_graphs)
    return store.query(
        query.text,
        use_default_graph_as_union=not (reading.names_graphs or names_graphs),
        default_graph=[ox.NamedNode(iri) for iri in query.default_graphs] if names_graphs else None,
        named_graphs=[ox.NamedNode(iri) for iri in query.named_graphs] if names_graphs else None,
    )


@contextmanager
def _translate_errors(text: str) -> Iterator[None]:
    try:
        yield
    except (NotAcceptableError, BadQueryError, ExceededError):
        raise
    except SyntaxError as error:
        raise BadQueryError(describe_fault(text, error.msg)) from error
    except OSError as error:
        raise StoreError(str(error)) from error
    except (RuntimeError, ValueError) as error:
        raise BadQueryError(str(error)) from error


class LocalEngine:
    """Answers queries in this process, over an Oxigraph store held in memory.

    Parser and evaluator descend once per operator of a query, and a stack that ends takes the process with it. So they
    run in threads of their own, with stacks for the longest query the guard passes.
    """

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._threads = _start_threads()

    @classmethod
    def load_release(cls, data_path: Path) -> "LocalEngine":
        """Return an engine over the N-Quads of a release."""
        return cls(load_store(data_path))

    @classmethod
    def load_assets(cls, assets: Assets) -> "LocalEngine":
        """Return an engine over the Turtle files themselves, without a release."""
        store = ox.Store()
        store.extend(read_quads(assets))
        return cls(store)

    def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer a query as bytes; see `QueryService`."""
        return self._threads.submit(self._answer, query, results_type, graph_type).result()

    def _answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        output = BytesIO()
        reading = read_query(query)
        media_type = write_answer(self._store, query, reading, (results_type, graph_type), output)
        return Answer(output.getvalue(), media_type, reading.is_volatile)

    def select(self, query: Query) -> tuple[list[str], list[list[str | None]]]:
        """Return the variables and rows of a SELECT as text; raises `BadQueryError` for any other form."""
        return self._threads.submit(self._select, query).result()

    def _select(self, query: Query) -> tuple[list[str], list[list[str | None]]]:
        with _translate_errors(query.text):
            found = _evaluate(self._store, query, read_query(query))
            if not isinstance(found, ox.QuerySolutions):
                del found
                raise BadQueryError("a table can only be made of a SELECT query; use --format json or csv")
            names = [variable.value for variable in found.variables]
            return names, [[_show(solution[name]) for name in names] for solution in found]


def _start_threads() -> ThreadPoolExecutor:
    before = threading.stack_size(STACK_BYTES)
    try:
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="query")
        # Threads start when there is work; all of it waits here until each of them has some.
        all_started = threading.Barrier(_THREADS)
        for future in [threads.submit(all_started.wait) for _ in range(_THREADS)]:
            future.result()
    finally:
        threading.stack_size(before)
    return threads


def _show(term: object) -> str | None:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return None if term is None else str(term)
