"""A release as a graph: what Turtle, N-Quads, JSON-LD and JSON records give back is the release itself."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from exporting import CONTENTS, export_records, gather_real, make_content, select, to_decimal
from provfin.building import write_jsonl
from provfin.exports import EXPORTS, Files
from provfin.turtle import BASE, CODE_PREFIXES

DECIMAL = "^^<http://www.w3.org/2001/XMLSchema#decimal>"
FILES = {"turtle": "provfin.ttl", "json-ld": "provfin.jsonld", "jsonl": "provfin.jsonl", "nquads": "provfin.nq.gz"}
LINES = [
    f'<{BASE}a> <{BASE}value> "0.10"{DECIMAL} <{BASE}graph/one> .',
    f'<{BASE}a> <{BASE}value> "-1234567890123456789012345678"{DECIMAL} <{BASE}graph/one> .',
    f'<{BASE}a> <{BASE}label> "=1+1 \\"q\\"\\n乙"@zh <{BASE}graph/two> .',
    f'<{BASE}b> <{BASE}label> "=1+1" <{BASE}graph/one> .',
    f"<{BASE}b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}a> <{BASE}graph/two> .",
    f"<{BASE}区> <{BASE}to> <{BASE}b> <{BASE}graph/one> .",
]


@lru_cache(maxsize=8)
def write(form: str, name: str) -> Files:
    return EXPORTS[form].write(CONTENTS[name]())


def read_file(form: str, name: str) -> bytes:
    return write(form, name)[FILES[form]]


@pytest.fixture(scope="module", params=CONTENTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def list_figures(quads: Sequence[ox.Quad | ox.Triple]) -> dict[str, str]:
    """Return every observed value as it is written, by the IRI of its observation."""
    return {
        str(quad.subject.value): quad.object.value
        for quad in quads
        if quad.predicate.value.endswith("#obsValue") and not isinstance(quad.subject, ox.Triple | ox.BlankNode)
        and isinstance(quad.object, ox.Literal)
    }  # fmt: skip


def hold_to_sparql(quads: Sequence[ox.Quad | ox.Triple], name: str) -> None:
    """Hold the figures among some quads to what SPARQL says of the release."""
    rows = select(name, "SELECT ?iri ?value WHERE { ?iri sdmx-measure:obsValue ?value }")
    assert {iri: Decimal(value) for iri, value in list_figures(quads).items()} == {
        iri: to_decimal(value) for iri, value in rows
    }
    assert rows


def test_n_quads_are_the_release_to_the_byte(name: str) -> None:
    data = gzip.decompress(read_file("nquads", name))
    assert hashlib.sha256(data).hexdigest() == CONTENTS[name]().hash
    assert data.splitlines() == sorted(set(data.splitlines()))
    hold_to_sparql(list(ox.parse(data, format=ox.RdfFormat.N_QUADS)), name)


def test_turtle_has_all_triples_sorted_under_their_prefixes(name: str) -> None:
    data = read_file("turtle", name)
    triples = [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE)]
    assert set(triples) == {quad.triple for quad in CONTENTS[name]().quads}
    assert [str(triple.subject) for triple in triples] == sorted(str(triple.subject) for triple in triples)
    assert all(f"@prefix {prefix}: <{iri}> .".encode() in data for prefix, iri in CODE_PREFIXES.items())
    hold_to_sparql(triples, name)


def test_json_ld_has_all_quads_each_graph_once(name: str) -> None:
    data = read_file("json-ld", name)
    quads = list(ox.parse(data, format=ox.RdfFormat.JSON_LD))
    assert set(quads) == set(CONTENTS[name]().quads)
    graphs = [item["@id"] for item in json.loads(data)]
    assert len(set(graphs)) == len(graphs) == len({quad.graph_name for quad in quads})
    hold_to_sparql(quads, name)


@pytest.mark.filterwarnings("ignore:(Dataset|ConjunctiveGraph):DeprecationWarning")
@pytest.mark.parametrize("form", ["turtle", "json-ld", "nquads"])
def test_another_library_reads_the_same_graph(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Else rdflib writes 0.10 as 0.1 when it reads it.
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    data = EXPORTS[form].write(make_content(*LINES))[FILES[form]]
    read = rdflib.Dataset(default_union=True)
    read.parse(gzip.decompress(data) if form == "nquads" else data, format=form)
    expected = rdflib.Graph()
    for line in LINES:
        expected.parse(data=line.rsplit(" <", 1)[0] + " .", format="nt")
    union = rdflib.Graph()
    for triple in read.triples((None, None, None)):
        union.add(triple)
    assert isomorphic(union, expected)
    assert {str(item) for item in union.objects(None, rdflib.URIRef(f"{BASE}value"))} == {
        "0.10",
        "-1234567890123456789012345678",
    }


@pytest.mark.parametrize("form", ["turtle", "json-ld", "nquads"])
def test_the_order_quads_come_in_does_not_matter(form: str) -> None:
    assert EXPORTS[form].write(make_content(*reversed(LINES))) == EXPORTS[form].write(make_content(*LINES))


# JSON records


def read_records(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read_file("jsonl", name).decode().splitlines()]


def test_records_of_a_release_are_those_of_its_files() -> None:
    assert read_file("jsonl", "real") == write_jsonl(export_records())


def test_records_of_a_folder_are_those_of_its_turtle(tmp_path: Path) -> None:
    (tmp_path / "report.ttl").write_bytes(read_file("turtle", "tiny"))
    assert write_jsonl(export_records(tmp_path)) == read_file("jsonl", "tiny")


def test_records_say_what_sparql_says(name: str) -> None:
    rows = select(
        name,
        """SELECT ?observation ?mention ?value ?unit ?period ?area WHERE {
             ?observation pf:mention ?mention ; sdmx-dimension:refPeriod/skos:notation ?period ;
                          sdmx-dimension:refArea/skos:notation ?area .
             ?mention pf:unit/skos:prefLabel ?unit FILTER(LANG(?unit) = "zh")
             OPTIONAL { ?mention pf:printedValue ?value } }""",
    )
    read = {
        (
            record["observation"],
            record["mention"],
            to_decimal(record["value"]),
            *map(record.get, ("unit", "period", "area")),
        )
        for record in read_records(name)
    }
    assert read == {(*row[:2], to_decimal(row[2]), *row[3:]) for row in rows}
    assert len(read_records(name)) == len(rows)


def test_records_are_in_reading_order() -> None:
    keys = [(record["report"], record["start"], record["observation"]) for record in read_records("real")]
    assert keys == sorted(keys)
    assert len(keys) == sum(len(item.mentions) for item in gather_real().observations)
