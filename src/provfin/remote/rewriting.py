"""Owns writing the answer of a store anew, in the format asked for, as this machine's engine writes it.

Stores are asked for SPARQL JSON and N-Triples only: of the formats Virtuoso 7 writes, these alone keep every datatype.
Reading an answer to its end also shows whether it was cut short. Refuses to repair one.
"""

import re

import pyoxigraph as ox

from provfin.store import GRAPH_FORMATS, RESULT_FORMATS, ExceededError, Limit, NotAcceptableError, StoreError

ROWS = "application/sparql-results+json"
TRIPLES = "application/n-triples"

# What stores say in the middle of an answer that began with 200, or behind it.
_TIMED_OUT = re.compile(r"timed? ?out|operation has been cancelled", re.IGNORECASE)
_TAIL = 200


def choose_type(form: str, results_type: str | None, graph_type: str | None) -> str:
    """Return the media type to answer with; raises `NotAcceptableError` when there is none for the form of the query.

    >>> choose_type("ASK", "text/csv", "text/turtle"), choose_type("DESCRIBE", "text/csv", "text/turtle")
    ('text/csv', 'text/turtle')
    """
    offered, chosen = (GRAPH_FORMATS, graph_type) if is_graph(form) else (RESULT_FORMATS, results_type)
    if chosen is None:
        raise NotAcceptableError(list(offered))
    return chosen


def is_graph(form: str) -> bool:
    """Tell whether queries of a form are answered with a graph."""
    return form in {"CONSTRUCT", "DESCRIBE"}


def rewrite(form: str, body: bytes, media_type: str) -> bytes:
    """Return an answer in SPARQL JSON or N-Triples, by the form of its query, in another media type.

    Raises `StoreError` for an answer that is not whole, `ExceededError` when it says that time was up.
    """
    try:
        return _write(form, body, media_type)
    except (SyntaxError, ValueError, OSError) as error:
        fault = str(error)
    # Raised out here: the frames of that error hold what the parser made, which must not leave this thread.
    if is_timeout(body[-_TAIL:].decode("utf-8", "replace")):
        raise ExceededError(Limit.time, "the store gave up before the answer was whole; ask for less")
    raise StoreError(f"the store's answer is not whole or not what was asked for ({fault})")


def _write(form: str, body: bytes, media_type: str) -> bytes:
    if is_graph(form):
        return _whole(ox.serialize(ox.parse(body, format=ox.RdfFormat.N_TRIPLES), format=GRAPH_FORMATS[media_type]))
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if form == "ASK":
        found = _read_truth(found)
    return _whole(found.serialize(format=RESULT_FORMATS[media_type]))


def is_timeout(message: str) -> bool:
    """Tell whether a store says that time was up.

    >>> is_timeout("Virtuoso S1T00 Error SR171: Transaction timed out")
    True
    """
    return _TIMED_OUT.search(message) is not None


def _read_truth(found: ox.QuerySolutions | ox.QueryBoolean) -> ox.QueryBoolean:
    """Return what ASK found; Virtuoso gives a table with one row, 1, for true, and none for false."""
    if isinstance(found, ox.QueryBoolean):
        return found
    rows = [next(iter(solution), None) for solution in found]
    is_true = any(isinstance(term, ox.Literal) and term.value in {"1", "true"} for term in rows)
    text = f'{{"head":{{}},"boolean":{"true" if is_true else "false"}}}'
    truth = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    assert isinstance(truth, ox.QueryBoolean)
    return truth


def _whole(data: bytes | None) -> bytes:
    assert data is not None
    return data
