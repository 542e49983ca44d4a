"""Answers as tables, spreadsheets, Parquet and Turtle: what is read back is what was answered, digit for digit."""

import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCTERMS, PROV

from asking import QUESTIONS
from provfin.answers import (
    Kind,
    Table,
    convert_results,
    read_graph,
    read_results,
    write_parquet,
    write_result_set,
    write_xlsx,
)
from provfin.answers.resultset import RESULT_SET
from provfin.assets import find_assets
from provfin.citations import Citation, hash_answer, make_citation
from provfin.quantity import fits_double
from provfin.sheets import workbook
from provfin.store import ExceededError, LocalEngine

JSON, TSV = "application/sparql-results+json", "text/tab-separated-values"
XSD = "http://www.w3.org/2001/XMLSchema#"
RS = rdflib.Namespace(RESULT_SET)


def _cite(tsv: bytes = b"?a\n", name: str = "fiscal-gap") -> Citation:
    return make_citation("ab" * 32, QUESTIONS[name], hash_answer(tsv), base="http://example.org/")


CITATION = _cite()


def _literal(text: str, kind: str = "string") -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))


def _make_table(*cells: ox.Literal | ox.NamedNode | None) -> Table:
    return Table(("a",), tuple((cell,) for cell in cells))


def _read_sheet(data: bytes, name: str = "answer") -> tuple[list[str], list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["answer", "citation"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    head, *rows = book[name].iter_rows(values_only=True)
    return [str(item) for item in head], rows


def _read_parquet(data: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(data))


# One table, and what its columns are


@pytest.mark.parametrize(
    ("terms", "kind", "cells"),
    [
        ([_literal("3", "integer"), None], Kind.integer, [3, None]),
        ([_literal("3", "integer"), _literal("2.50", "decimal")], Kind.decimal, [Decimal(3), Decimal("2.50")]),
        ([_literal("2024-02-29", "date")], Kind.date, [dt.date(2024, 2, 29)]),
        ([_literal("true", "boolean"), _literal("0", "boolean")], Kind.boolean, [True, False]),
        ([ox.NamedNode("http://example.org/a")], Kind.iri, ["http://example.org/a"]),
        ([ox.Literal("亿元", language="zh"), _literal("x")], Kind.text, ["亿元", "x"]),
        ([_literal("3", "integer"), _literal("x")], Kind.text, ["3", "x"]),
        ([_literal("1E3", "double")], Kind.text, ["1E3"]),
        ([_literal("2024-02-30", "date")], Kind.text, ["2024-02-30"]),
        ([_literal("20240229", "date")], Kind.text, ["20240229"]),
        ([_literal("1_0", "integer")], Kind.text, ["1_0"]),
        ([_literal("NaN", "decimal")], Kind.text, ["NaN"]),
        ([_literal("2024-12", "gYearMonth")], Kind.text, ["2024-12"]),
        ([None], Kind.text, [None]),
    ],
)
def test_a_column_has_a_type_when_all_its_cells_do(terms: Sequence[Any], kind: Kind, cells: Sequence[Any]) -> None:
    (column,) = _make_table(*terms).list_columns()
    assert (column.kind, column.cells) == (kind, cells)
    assert [type(cell) for cell in column.cells] == [type(cell) for cell in cells]


def test_the_answer_to_an_ask_is_one_truth() -> None:
    table = read_results(b'{"head":{},"boolean":true}')
    assert table.is_boolean
    assert table.list_columns()[0].cells == [True]
    graph = rdflib.Graph().parse(data=write_result_set(table, CITATION), format="turtle")
    assert list(graph.objects(None, RS.boolean)) == [rdflib.Literal(True)]
    assert convert_results(b'{"head":{},"boolean":true}', "text/csv") == b"true"


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(SyntaxError):
        read_results(b'{"head":')


def test_a_graph_is_a_table_of_its_triples() -> None:
    table = read_graph(b'<http://a/b> <http://a/p> "2" .\n<http://a/a> <http://a/p> <http://a/o> .\n')
    assert table.names == ("subject", "predicate", "object")
    assert [column.kind for column in table.list_columns()] == [Kind.iri, Kind.iri, Kind.text]
    assert table.list_columns()[0].cells == ["http://a/a", "http://a/b"]


# Spreadsheets


def test_a_sheet_never_computes_what_is_text() -> None:
    texts = ["=1+1", "+1", "-1", "@x", "{=1}", "http://example.org/", "_x0041_", "  a\n", "mailto:a@b.c"]
    _, rows = _read_sheet(write_xlsx(_make_table(*map(_literal, texts)), CITATION))
    assert [row[0] for row in rows] == texts


def test_a_sheet_has_numbers_dates_and_truths_as_such() -> None:
    row = (
        _literal("3", "integer"),
        _literal("-2.5", "decimal"),
        _literal("2024-12-31", "date"),
        _literal("1", "boolean"),
    )
    head, rows = _read_sheet(write_xlsx(Table(("i", "d", "t", "b"), (row,)), CITATION))
    assert head == ["i", "d", "t", "b"]
    assert rows == [(3, -2.5, dt.datetime(2024, 12, 31), True)]  # noqa: DTZ001
    assert rows[0][3] is True


def test_a_figure_no_double_holds_is_there_as_text_as_well() -> None:
    long = "0.1234567890123456789"
    head, rows = _read_sheet(
        write_xlsx(_make_table(_literal(long, "decimal"), None, _literal("2", "decimal")), CITATION)
    )
    assert head == ["a", "a (exact)"]
    assert [row[1] for row in rows] == [long, None, "2"]
    assert rows[0][0] == pytest.approx(0.1234567890123456789)


@pytest.mark.parametrize("text", ["0.1", "123456789012345", "32612.7", "1000000000000000000", "-0.000000000000015"])
def test_fifteen_digits_come_back_from_a_double(text: str) -> None:
    assert fits_double(Decimal(text))
    assert Decimal(repr(float(text))) == Decimal(text)


def test_dates_a_sheet_miscounts_are_text() -> None:
    _, rows = _read_sheet(
        write_xlsx(_make_table(_literal("1900-02-28", "date"), _literal("1900-03-01", "date")), CITATION)
    )
    assert [row[0] for row in rows] == ["1900-02-28", dt.datetime(1900, 3, 1)]  # noqa: DTZ001


def test_what_a_sheet_cannot_hold_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExceededError, match="at most 32767; ask for CSV or Parquet"):
        write_xlsx(_make_table(_literal("x" * 32_768)), CITATION)
    monkeypatch.setattr(workbook, "MOST_ROWS", 30)
    write_xlsx(_make_table(*[None] * 29), CITATION)
    with pytest.raises(ExceededError, match="sheet answer: 30 rows and their header"):
        write_xlsx(_make_table(*[None] * 30), CITATION)


def test_the_second_sheet_is_the_citation() -> None:
    _, rows = _read_sheet(write_xlsx(_make_table(None), CITATION), "citation")
    facts = dict(rows)
    assert facts["address"] == CITATION.url
    assert facts["release (SHA-256)"] == CITATION.release
    assert facts["answer (SHA-256)"] == CITATION.answer_hash
    assert facts["parameter year"] == "2024"
    assert facts["BibTeX"] == CITATION.to_bibtex()
    assert facts["GB/T 7714—2015"] == CITATION.to_gbt7714()


# Parquet


@pytest.mark.parametrize(
    ("texts", "kind", "expected"),
    [
        (["3", "-4"], "integer", pa.int64()),
        (["9223372036854775807"], "integer", pa.int64()),
        (["9223372036854775808", "1"], "integer", pa.decimal128(38, 6)),
        (["1234.5", "-0.125"], "decimal", pa.decimal128(38, 6)),
        (["0"], "decimal", pa.decimal128(38, 6)),
        (["0.1234567"], "decimal", pa.decimal128(38, 18)),
        (["1" * 20 + "." + "1" * 18], "decimal", pa.decimal128(38, 18)),
        (["1" * 21, "0.1234567"], "decimal", pa.string()),
        (["1" * 30 + "." + "1" * 20], "decimal", pa.string()),
        (["1" * 40], "integer", pa.string()),
    ],
)
def test_parquet_holds_every_digit(texts: list[str], kind: str, expected: pa.DataType) -> None:
    table = _read_parquet(write_parquet(_make_table(*(_literal(text, kind) for text in texts), None), CITATION))
    assert table.schema.field("a").type == expected
    *found, empty = table.column("a").to_pylist()
    assert empty is None
    assert [Decimal(str(value)) for value in found] == [Decimal(text) for text in texts]


def test_parquet_has_the_citation_in_its_metadata() -> None:
    metadata = _read_parquet(write_parquet(_make_table(None), CITATION)).schema.metadata
    assert json.loads(metadata[b"citation"]) == CITATION.to_json()
    assert metadata[b"reference"].decode() == CITATION.to_gbt7714()


# All questions


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_form_says_what_the_engine_answers(engine: LocalEngine, name: str) -> None:
    query = QUESTIONS[name].bind()
    body = engine.answer(query, JSON, None).body
    names, rows = engine.select(query)
    citation, table = _cite(convert_results(body, TSV), name), read_results(body)
    assert list(table.names) == names
    _check_parquet(_read_parquet(write_parquet(table, citation)), names, rows)
    _check_sheet(write_xlsx(table, citation), table, rows)
    _check_result_set(write_result_set(table, citation), table, citation)


def _check_parquet(found: pa.Table, names: list[str], rows: list[list[str | None]]) -> None:
    assert found.column_names == names
    assert found.num_rows == len(rows)
    cells = [list(row.values()) for row in found.to_pylist()]
    assert [
        [_same(cell, text) for cell, text in zip(*pair, strict=True)] for pair in zip(cells, rows, strict=True)
    ] == [[True] * len(names)] * len(rows)


def _same(cell: Any, text: str | None) -> bool:
    """Tell whether a cell that was read back is what a term says."""
    if cell is None or text is None:
        return cell is text
    if isinstance(cell, bool):
        return str(cell).lower() == text
    if isinstance(cell, int | float | Decimal):
        return Decimal(repr(cell) if isinstance(cell, float) else str(cell)) == Decimal(text)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() == text
    return str(cell) == text


def _check_sheet(data: bytes, table: Table, rows: list[list[str | None]]) -> None:
    head, found = _read_sheet(data)
    exact = [head.index(f"{name} (exact)") if f"{name} (exact)" in head else head.index(name) for name in table.names]
    assert len(found) == len(rows)
    wrong = [
        (cells[place], text)
        for cells, row in zip(found, rows, strict=True)
        for place, text in zip(exact, row, strict=True)
        if not _same(cells[place], text)
    ]
    assert not wrong


def _check_result_set(data: bytes, table: Table, citation: Citation) -> None:
    graph = rdflib.Graph().parse(data=data, format="turtle")
    (answer,) = graph.subjects(rdflib.RDF.type, RS.ResultSet)
    assert {str(name) for name in graph.objects(answer, RS.resultVariable)} == set(table.names)
    assert graph.value(answer, RS["size"]) == rdflib.Literal(len(table.rows))
    assert str(graph.value(answer, DCTERMS.isFormatOf)) == citation.url
    assert str(graph.value(answer, PROV.wasDerivedFrom)) == citation.release_url
    assert str(graph.value(answer, DCTERMS.identifier)) == f"sha256:{citation.answer_hash}"
    found: dict[int, dict[str, str]] = {}
    for solution in graph.objects(answer, RS.solution):
        index = graph.value(solution, RS["index"])
        assert isinstance(index, rdflib.Literal)
        bindings = [
            (graph.value(item, RS.variable), graph.value(item, RS.value))
            for item in graph.objects(solution, RS.binding)
        ]
        found[index.toPython()] = {str(name): value.n3() for name, value in bindings if value is not None}
    expected = {
        number: {name: _write_n3(term) for name, term in zip(table.names, row, strict=True) if term is not None}
        for number, row in enumerate(table.rows, 1)
    }
    assert found == expected


def _write_n3(term: Any) -> str:
    """Return a term as rdflib writes it, numbers with the digits they have."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value).n3()
    datatype = None if term.language or term.datatype.value == f"{XSD}string" else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype).n3()


def test_same_answer_same_bytes(engine: LocalEngine) -> None:
    table = read_results(engine.answer(QUESTIONS["fiscal-gap"].bind(), JSON, None).body)
    for write in (write_xlsx, write_parquet, write_result_set):
        assert write(table, CITATION) == write(table, CITATION)
