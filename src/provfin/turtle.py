"""Owns writing and reading Turtle: the same triples give the same bytes, one predicate a line, no blank nodes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox

from provfin.errors import InputError

BASE = "https://w3id.org/provfin/id/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIXES = {
    "cc": "https://creativecommons.org/licenses/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "pf": "https://w3id.org/provfin/def#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-code": "http://purl.org/linked-data/sdmx/2009/code#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Name spaces of codes, whose local names have no slash and so read well behind a prefix.
CODE_PREFIXES = {
    name: f"{BASE}{name}/"
    for name in (
        "activity",
        "area",
        "audit-rule",
        "bill-type",
        "comparison-base",
        "contributor-role",
        "currency-scope",
        "event-kind",
        "indicator",
        "institution",
        "institution-kind",
        "institution-type",
        "instrument",
        "instrument-kind",
        "maturity",
        "measure",
        "missing-reason",
        "nature",
        "participant-role",
        "payment-system",
        "period",
        "rate-band",
        "rule",
        "scheme",
        "sector",
        "structure",
        "target",
        "topic",
        "transfer-type",
        "unit",
    )
}
ALL_PREFIXES = {**PREFIXES, **CODE_PREFIXES}


def shorten_iri(iri: str, prefixes: Mapping[str, str] = ALL_PREFIXES) -> str:
    """Return an IRI with its prefix, as it is where none of the prefixes leaves a plain local name.

    >>> shorten_iri(f"{BASE}area/CN"), shorten_iri("http://www.w3.org/ns/prov#Entity")
    ('area:CN', 'prov:Entity')
    >>> shorten_iri("http://example.org/a")
    'http://example.org/a'
    """
    place = max(iri.rfind("/"), iri.rfind("#")) + 1
    return next((f"{prefix}:{iri[place:]}" for prefix, start in prefixes.items() if start == iri[:place]), iri)


def sort_triples(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return triples without repeats, by subject, its types first, then by predicate and object."""
    return sorted(set(triples), key=_order)


def _order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    predicate = triple.predicate.value
    return str(triple.subject), predicate != TYPE, predicate, str(triple.object)


def write_turtle(triples: Iterable[ox.Triple]) -> bytes:
    """Write triples as Turtle with the project's prefixes; the order they come in does not matter."""
    ordered = sort_triples(triples)
    data = ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=ALL_PREFIXES)
    assert data is not None
    return data


def find_turtle(folder: Path) -> list[Path]:
    """Return the Turtle files below a folder; raises `InputError` when there are none."""
    paths = sorted(folder.rglob("*.ttl"))
    if not paths:
        raise InputError("no Turtle files", where=str(folder), repair="give a folder that extract or build wrote")
    return paths


def read_turtle(path: Path) -> list[ox.Triple]:
    """Read a Turtle file; raises `InputError` naming file and line when it is not Turtle."""
    try:
        return [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    except OSError as error:
        raise InputError(f"cannot be read ({error})", where=str(path), repair="give a Turtle file") from error
    except SyntaxError as error:
        where = f"{path}:{error.lineno}" if error.lineno else str(path)
        raise InputError(f"not Turtle ({error.msg})", where=where, repair="mend the file or build it anew") from error
