"""Owns answering SPARQL queries over a release, as bytes in the format asked for.

An engine takes and gives only text and bytes, so that one in another process can stand in its place. Refuses updates:
a release is read-only.
"""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.guard import RefusedQueryError, check_query
from provfin.release import read_quads

# Address space, of which only what a query needs is ever used.
_STACK_BYTES = 512 * 1024 * 1024
_THREADS = 8

# Media types by what the query asks for; the first of each is the default.
RESULT_FORMATS: Mapping[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


class BadQueryError(ValueError):
    """Says why a query cannot be answered: bad syntax, or a refusal."""


@dataclass(frozen=True)
class Query:
    """A query and the data it is asked of; unless it or the request names graphs, the union of all."""

    text: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    """The bytes of an answer and their media type."""

    body: bytes
    media_type: str


class QueryEngine(Protocol):
    """Whatever answers queries: in this process or in a worker that can be killed."""

    def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer in `results_type` (SELECT, ASK) or `graph_type` (CONSTRUCT, DESCRIBE).

        Raises `BadQueryError` for bad syntax and `NotAcceptableError` when the type for the query's form is None.
        """
        ...


class NotAcceptableError(ValueError):
    """Says that no format the client accepts exists for the form of the query, and which do."""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(f"answers to this query come as {', '.join(offered)}")


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
        store = ox.Store()
        store.bulk_load(path=str(data_path), format=ox.RdfFormat.N_QUADS)
        return cls(store)

    @classmethod
    def load_assets(cls, assets: Assets) -> "LocalEngine":
        """Return an engine over the Turtle files themselves, without a release."""
        store = ox.Store()
        store.extend(read_quads(assets))
        return cls(store)

    def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer a query as bytes; see `QueryEngine`."""
        return self._threads.submit(self._answer, query, results_type, graph_type).result()

    def _answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        found = self._evaluate(query)
        if isinstance(found, ox.QueryTriples):
            if graph_type is None:
                # An error keeps what its frames hold, and what the engine found must not leave this thread.
                del found
                raise NotAcceptableError(list(GRAPH_FORMATS))
            return Answer(_bytes(found.serialize(format=GRAPH_FORMATS[graph_type])), graph_type)
        if results_type is None:
            del found
            raise NotAcceptableError(list(RESULT_FORMATS))
        return Answer(_bytes(found.serialize(format=RESULT_FORMATS[results_type])), results_type)

    def select(self, query: Query) -> tuple[list[str], list[list[str | None]]]:
        """Return the variables and rows of a SELECT as text; raises `BadQueryError` for any other form."""
        return self._threads.submit(self._select, query).result()

    def _select(self, query: Query) -> tuple[list[str], list[list[str | None]]]:
        found = self._evaluate(query)
        if not isinstance(found, ox.QuerySolutions):
            del found
            raise BadQueryError("a table can only be made of a SELECT query; use --format json or csv")
        names = [variable.value for variable in found.variables]
        return names, [[_show(solution[name]) for name in names] for solution in found]

    def _evaluate(self, query: Query) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        try:
            names_graphs = check_query(query.text)
            return self._store.query(
                query.text,
                use_default_graph_as_union=not (names_graphs or query.default_graphs or query.named_graphs),
                default_graph=[ox.NamedNode(iri) for iri in query.default_graphs] or None,
                named_graphs=[ox.NamedNode(iri) for iri in query.named_graphs] or None,
            )
        except SyntaxError as error:
            raise BadQueryError(error.msg) from error
        except (RefusedQueryError, RuntimeError, OSError, ValueError) as error:
            raise BadQueryError(str(error)) from error


def _start_threads() -> ThreadPoolExecutor:
    before = threading.stack_size(_STACK_BYTES)
    try:
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="query")
        # Threads start when there is work; all of it waits here until each of them has some.
        all_started = threading.Barrier(_THREADS)
        for future in [threads.submit(all_started.wait) for _ in range(_THREADS)]:
            future.result()
    finally:
        threading.stack_size(before)
    return threads


def _bytes(data: bytes | None) -> bytes:
    assert data is not None
    return data


def _show(term: object) -> str | None:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return None if term is None else str(term)
