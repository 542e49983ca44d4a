"""Tables of a release: what CSV, Parquet and XLSX give back is what SPARQL says, to the last digit."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from csvw import CSVW, TableGroup
from uritemplate import expand

from exporting import (
    CONTENTS,
    LONG,
    MENTION_CELLS,
    TEXTS,
    VALUES,
    Fact,
    ask_facts,
    ask_mentions,
    gather_candidate,
    gather_tiny,
    gather_turtle,
    select,
    to_decimal,
    write_tiny,
)
from provfin.exports import EXPORTS, Files
from provfin.exports.csvw import describe_tables, write_csv
from provfin.exports.tables import Table, make_tables
from provfin.sheets import Kind
from provfin.store import ExceededError

Row = Mapping[str, Any]
ADDED = (
    "indicator",
    "indicator_label_zh",
    "measure",
    "area_iso_3166_2",
    "period_start",
    "maturity",
    "maturity_label_en",
)


@lru_cache(maxsize=8)
def write(form: str, name: str) -> Files:
    return EXPORTS[form].write(CONTENTS[name]())


@pytest.fixture(scope="module", params=CONTENTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CSV files of a content, in a folder."""
    folder = tmp_path_factory.mktemp("csv")
    for file, data in write("csv", name).items():
        (folder / file).write_bytes(data)
    return folder


def list_facts(rows: Sequence[Row]) -> dict[str, Fact]:
    """Return the figures of a table read back, each by its IRI."""
    assert len({row["observation"] for row in rows}) == len(rows)
    return {row["observation"]: Fact(row["value"], row["unit"], row["period"], row["area"]) for row in rows}


def list_mentions(rows: Sequence[Row]) -> set[tuple[object, ...]]:
    return {tuple(row[cell] for cell in MENTION_CELLS) for row in rows}


def list_kinds(kind: type | tuple[type, ...], rows: Sequence[Row], *columns: str) -> None:
    """Hold every filled cell of some columns to a type."""
    cells = [row[column] for row in rows for column in columns if row[column] is not None]
    assert cells
    assert all(isinstance(cell, kind) for cell in cells)


# The tables themselves


@pytest.fixture(scope="module")
def tables(name: str) -> tuple[Table, Table]:
    return make_tables(CONTENTS[name]())


def test_tables_have_the_columns_of_the_cube_whatever_figures_there_are(tables: tuple[Table, Table]) -> None:
    names = [[column.name for column in table.fields] for table in tables]
    assert names == [[column.name for column in table.fields] for table in make_tables(gather_tiny())]
    assert all(len(set(columns)) == len(columns) for columns in names)
    assert {"activity", "rate_band", "institutional_sector", "comparison_base", "actor_label_zh"} <= set(names[0])


def test_every_column_says_what_it_is_in_two_languages(tables: tuple[Table, Table]) -> None:
    for table in tables:
        assert all(column.en and column.zh for column in table.fields)
        assert all(len(row) == len(table.fields) for row in table.rows)
        keys = list(zip(*(table.list_cells(column) for column in table.key), strict=True))
        assert len(set(keys)) == len(keys) > 0


def test_a_required_column_has_no_empty_cell(tables: tuple[Table, Table]) -> None:
    for table in tables:
        required = [column.name for column in table.fields if column.is_required]
        assert required
        assert not [column for column in required if None in table.list_cells(column)]


def test_terms_of_columns_exist(tables: tuple[Table, Table], name: str) -> None:
    known = {row[0] for row in select(name, "SELECT DISTINCT ?p WHERE { ?s ?p ?o }")}
    known |= {row[0] for row in select(name, "SELECT DISTINCT ?p WHERE { ?p a qb:DimensionProperty }")}
    known |= {row[0] for row in select(name, "SELECT DISTINCT ?p WHERE { ?p rdfs:isDefinedBy ?ontology }")}
    assert not [column for table in tables for column in table.fields if column.term and column.term not in known]


# CSV on the Web


def write_iris(row: Row) -> Row:
    """Return a row as csvw reads it with IRIs as texts."""
    return {name: cell.unsplit() if hasattr(cell, "unsplit") else cell for name, cell in row.items()}


def test_csv_read_by_its_metadata_is_what_sparql_says(folder: Path, name: str) -> None:
    group = TableGroup.from_file(folder / "observations.csv-metadata.json")
    # The library reads decimals by arithmetic, which rounds.
    with localcontext(prec=100):
        observations, mentions = ([write_iris(row) for row in table] for table in group.tables)
    assert list_facts(observations) == ask_facts(name)
    assert list_mentions(mentions) == ask_mentions(name)
    list_kinds(Decimal, observations, "value", "base_value", "lower_bound", "upper_bound")
    list_kinds(int, observations, "decimals", "unit_multiplier", "mentions")
    list_kinds(date, observations, "period_start", "period_end")


def test_csv_is_valid_found_from_either_table_and_its_keys_hold(folder: Path) -> None:
    for file in ("observations.csv", "mentions.csv"):
        read = CSVW(str(folder / file), validate=True)
        assert len(read.tables) == 2
        assert read.is_valid, [str(warning.message) for warning in read.warnings]


def test_a_mention_of_no_observation_would_break_a_key(folder: Path) -> None:
    table = folder / "mentions.csv"
    rows = table.read_bytes()
    table.write_bytes(rows.replace(b"/observation/", b"/nothing/", 1))
    try:
        with pytest.raises(ValueError, match=r"/nothing/.* not found in table observations.csv"):
            _ = CSVW(str(folder / "observations.csv-metadata.json"), validate=True).is_valid
    finally:
        table.write_bytes(rows)


def list_told(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the triples that a converter makes of the tables (https://www.w3.org/TR/csv2rdf/), values as texts."""
    for table in json.loads((folder / "mentions.csv-metadata.json").read_text(encoding="utf-8"))["tables"]:
        schema = table["tableSchema"]
        told = [column for column in schema["columns"] if not column.get("suppressOutput")]
        for row in csv.DictReader(io.StringIO((folder / table["url"]).read_text(encoding="utf-8"), newline="")):
            for column in told:
                if row[column["name"]]:
                    value = expand(column["valueUrl"], row) if "valueUrl" in column else row[column["name"]]
                    yield expand(schema["aboutUrl"], row), column["propertyUrl"], value


def test_what_a_converter_makes_of_the_csv_is_in_the_graph(folder: Path, name: str) -> None:
    index = CONTENTS[name]().index
    told = list(list_told(folder))
    assert {"obsValue", "indicator", "refArea", "exact"} <= {
        predicate.replace("#", "/").rsplit("/", 1)[1] for _, predicate, _ in told
    }
    # A reader of CSV in text mode has turned the ends of lines into one kind.
    wrong = [
        item for item in told if item[2] not in [text.replace("\r\n", "\n") for text in index.all(item[0], item[1])]
    ]
    assert not [item for item in wrong if to_number(item[2]) not in map(to_number, index.all(item[0], item[1]))]


def test_of_a_candidate_a_converter_tells_nothing_that_is_not_in_the_graph(tmp_path: Path) -> None:
    content = gather_candidate()
    for file, data in EXPORTS["csv"].write(content).items():
        (tmp_path / file).write_bytes(data)
    assert CSVW(str(tmp_path / "observations.csv"), validate=True).is_valid
    observations, mentions = json.loads((tmp_path / "mentions.csv-metadata.json").read_text(encoding="utf-8"))["tables"]
    assert "aboutUrl" not in observations["tableSchema"]
    assert "aboutUrl" in mentions["tableSchema"]
    assert not [column for column in observations["tableSchema"]["columns"] if "valueUrl" in column]
    told = list(list_told(tmp_path))
    assert told
    # A template percent-encodes what an IRI may have, so this is what would be told.
    (iri,) = {item.indicator.iri for item in content.observations}
    assert expand("{+iri}", iri=iri) != iri
    index = content.index
    assert {about for about, *_ in told} <= {mention.iri for item in content.observations for mention in item.mentions}
    assert not [item for item in told if item[1].endswith("unit") and item[2] not in index.all(item[0], item[1])]


@pytest.mark.parametrize("code", ["余额", "a/b", "a(b)"])
def test_a_code_that_a_template_would_change_has_no_link(code: str) -> None:
    content = gather_tiny()
    (table, _) = make_tables(content)
    place = [item.name for item in table.fields].index("unit")
    rows = [(*row[:place], code, *row[place + 1 :]) for row in table.rows]
    told = {}
    for name, item in (("before", table), ("after", replace(table, rows=rows))):
        (described,) = describe_tables(content, [item])["tables"]
        told[name] = {column["name"] for column in described["tableSchema"]["columns"] if "valueUrl" in column}
    assert told["before"] - told["after"] == {"unit"}
    assert told["after"]


def to_number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def test_csv_is_rfc_4180_in_utf_8_without_a_mark(name: str) -> None:
    data = write("csv", name)["observations.csv"]
    assert data.startswith(b"observation,report,")
    assert data.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == len(ask_facts(name)) + 1


def test_csv_keeps_texts_and_figures_to_the_letter() -> None:
    data = write("csv", "tiny")
    rows = list(csv.DictReader(io.StringIO(data["observations.csv"].decode(), newline="")))
    read = {row["observation"].rsplit("/", 1)[1]: row for row in rows}
    assert {name: read[name]["value"] for name in VALUES} == VALUES
    assert {name: read[name]["label_zh"] for name in TEXTS} == TEXTS
    assert (read["missing"]["value"], read["missing"]["missing_reason"]) == ("", "not-printed")
    assert read["equals"]["maturity"] == "_T"
    mentions = csv.DictReader(io.StringIO(data["mentions.csv"].decode(), newline=""))
    assert sorted(row["exact"] for row in mentions) == sorted([*TEXTS.values(), "—"])


# Parquet


def read_parquet(name: str, table: str) -> Any:
    return pq.read_table(pa.BufferReader(write("parquet", name)[f"{table}.parquet"]))


def list_rows(table: Any) -> list[dict[str, Any]]:
    """Return the rows of a file, figures that are text as the decimals they are."""
    written = [
        field.name for field in table.schema if field.metadata[b"kind"] == b"decimal" and field.type == pa.string()
    ]
    return [{**row, **{name: to_decimal(row[name]) for name in written}} for row in table.to_pylist()]


def test_parquet_gives_back_what_sparql_says(name: str) -> None:
    assert list_facts(list_rows(read_parquet(name, "observations"))) == ask_facts(name)
    assert list_mentions(list_rows(read_parquet(name, "mentions"))) == ask_mentions(name)


def test_parquet_has_decimals_days_and_the_release(name: str) -> None:
    table = read_parquet(name, "observations")
    rows = table.to_pylist()
    list_kinds(Decimal if name == "real" else str, rows, "value", "base_value", "lower_bound", "upper_bound")
    list_kinds(date, rows, "period_start", "period_end")
    assert not [field for field in table.schema if pa.types.is_floating(field.type)]
    assert table.schema.metadata[b"provfin.release"].decode() == CONTENTS[name]().hash
    assert table.schema.field("value").metadata[b"property"].endswith(b"obsValue")
    assert not table.schema.field("unit").nullable


def test_parquet_and_csv_are_the_same_table(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(write("csv", name)["observations.csv"].decode(), newline="")))
    table = read_parquet(name, "observations").to_pylist()
    assert [[row[column] for column in ADDED] for row in rows] == [
        ["" if row[column] is None else str(row[column]) for column in ADDED] for row in table
    ]


def test_a_column_of_parquet_has_one_of_three_types_so_releases_can_be_put_together() -> None:
    files = [
        EXPORTS["parquet"].write(gather_turtle(write_tiny({**VALUES, "at": figure})))["observations.parquet"]
        for figure in ("1.5", "0.00001", f"{'1' * 20}.{'1' * 18}")
    ]
    tables = [pq.read_table(pa.BufferReader(data)) for data in files]
    types = [table.schema.field("value").type for table in tables]
    assert types == [pa.decimal128(38, 6), pa.decimal128(38, 6), pa.decimal128(38, 18)]
    assert pa.concat_tables(tables[:2]).num_rows == 2 * tables[0].num_rows
    assert read_parquet("tiny", "observations").schema.field("value").type == pa.string()
    assert str(LONG) in read_parquet("tiny", "observations")["value"].to_pylist()


# XLSX


@lru_cache(maxsize=2)
def read_workbook(name: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(write("xlsx", name)["provfin.xlsx"]))


def read_sheet(name: str, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet, a number as the decimal it shows or as the exact text beside it."""
    header, *rows = read_workbook(name)[sheet].values
    read = [dict(zip(header, row, strict=True)) for row in rows]
    return [{column: read_cell(row, column) for column in row} for row in read]


def read_cell(row: Row, column: str) -> Any:
    cell = row.get(f"{column} (exact)") or row[column]
    if column in {"value", "base_value", "lower_bound", "upper_bound"}:
        return to_decimal(cell)
    # The format escapes control characters (ISO/IEC 29500-1, 22.9.2.19), and openpyxl leaves them so.
    return cell.replace("_x000D_", "\r") if isinstance(cell, str) else cell


def test_xlsx_gives_back_what_sparql_says(name: str) -> None:
    assert list_facts(read_sheet(name, "observations")) == ask_facts(name)
    assert list_mentions(read_sheet(name, "provenance")) == ask_mentions(name)


def test_xlsx_has_numbers_as_numbers_days_as_days_and_texts_as_texts(name: str) -> None:
    header, *rows = read_workbook(name)["observations"].iter_rows()
    types = {
        cell.value: {row[place].data_type for row in rows if row[place].value is not None}
        for place, cell in enumerate(header)
    }
    assert types["value"] == types["base_value"] == types["decimals"] == {"n"}
    assert types["period_start"] == {"d"}
    assert types["label_zh"] == types["observation"] == {"s"}
    assert all(isinstance(row[18].value, datetime) for row in rows if header[18].value == "period_start")


def test_xlsx_runs_nothing_and_links_nothing() -> None:
    book = read_workbook("tiny")
    assert not [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
    ]
    texts = {row["observation"].rsplit("/", 1)[1]: row["label_zh"] for row in read_sheet("tiny", "observations")}
    assert {name: texts[name] for name in TEXTS} == TEXTS
    with zipfile.ZipFile(io.BytesIO(write("xlsx", "tiny")["provfin.xlsx"])) as archive:
        sheets = [archive.read(file) for file in archive.namelist() if file.startswith("xl/worksheets/")]
        assert {item.date_time[:3] for item in archive.infolist()} == {(1980, 1, 1)}
    assert len(sheets) == 3
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet]


def test_xlsx_has_the_exact_text_beside_a_number_it_cannot_hold(name: str) -> None:
    header = [cell.value for cell in read_workbook(name)["observations"][1]]
    assert ("value (exact)" in header) == (name == "tiny")
    if name == "tiny":
        assert header.index("value (exact)") == header.index("value") + 1
        rows = [
            dict(zip(header, row, strict=True))
            for row in read_workbook(name)["observations"].iter_rows(min_row=2, values_only=True)
        ]
        exact = {row["observation"].rsplit("/", 1)[1]: row["value (exact)"] for row in rows}
        assert exact == {**VALUES, "missing": None}


def test_xlsx_says_which_release_it_is_and_what_columns_are(name: str) -> None:
    rows = [[cell for cell in row if cell is not None] for row in read_workbook(name)["about"].values]
    content = CONTENTS[name]()
    assert ["release", content.hash] in rows
    assert ["licence", *content.licences] in rows
    assert {row[1] for row in rows if row and row[0] == "report"} == {report.id for report in content.reports}
    columns = [tuple(row[:2]) for row in rows if row and row[0] in ("observations", "provenance")]
    expected = zip(("observations", "provenance"), make_tables(content), strict=True)
    assert columns == [(sheet, column.name) for sheet, table in expected for column in table.fields]


def test_xlsx_refuses_a_text_too_long_for_a_cell() -> None:
    content = gather_turtle(write_tiny().replace('"\\ta "', f'"{"长" * 40000}"'))
    with pytest.raises(ExceededError, match="sheet observations: a text of 40000 characters"):
        EXPORTS["xlsx"].write(content)


def test_xlsx_refuses_more_rows_than_a_sheet_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provfin.sheets.workbook.MOST_ROWS", 8)
    with pytest.raises(ExceededError, match="sheet observations: 8 rows and their header, it has at most 8"):
        EXPORTS["xlsx"].write(gather_tiny())


def test_a_kind_of_column_is_known_to_every_writer() -> None:
    from provfin.exports import csvw
    from provfin.sheets import parquet

    assert set(csvw._DATATYPES) == {*parquet._TYPES, Kind.integer, Kind.decimal} == set(Kind)


def test_a_table_without_rows_is_written() -> None:
    for table in make_tables(gather_tiny()):
        assert write_csv(replace(table, rows=())).count(b"\r\n") == 1
