"""Tables drawn anew from the graph: cell by cell as they are printed, and each a way to its evidence."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

import pytest

from linking import check_page
from provfin.turtle import BASE
from provfin.web.explore.reports.headspans import find_year, name_spans
from provfin.web.explore.reports.printing import write_exact, write_number
from provfin.web.explore.reports.redrawn import MEASURE, PERIOD, Cell, Grid, redraw
from reporting import OA, PF, Element, Served, publish_here, read_page, serve_here, squeeze

TABLES = ["table/1", "table/2", "table/3", "table/4", "table/5", "appendix/table/1", "appendix/table/2"]
_YEAR = (dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    return serve_here(publish_here(tmp_path_factory.mktemp("releases")))


def draw(served: Served, path: str, language: str = "en") -> Element:
    return read_page(served.get(f"/id/part/liaoning-2025/{path}", language))


def list_cells(page: Element) -> list[Element]:
    return [cell for table in page.find_all("table", "redrawn") for cell in table.find_all("td", "number")]


def list_drawn(page: Element) -> list[list[str]]:
    """Return the figures of a page's tables by row, as they would be printed."""
    rows = [row.find_all("td", "number") for table in page.find_all("table", "redrawn") for row in table.find_all("tr")]
    return [[read_figure(cell) for cell in row] for row in rows if row]


def read_figure(cell: Element) -> str:
    text = cell.find("a").text.replace("▼", "").replace(",", "").replace("\u2212", "-").strip()
    return {"\u2013": "\u2014"}.get(text, text)


def list_printed(source: str, start: int) -> list[list[str]]:
    """Return the figures of the table whose caption is at a place, by another way: its lines, cut at their tabs."""
    lines = source[start:].split("\n")
    first = next(number for number, line in enumerate(lines) if "\t" in line)
    rows = []
    for line in lines[first:]:
        if "\t" not in line:
            break
        cells = [cell.strip() for cell in line.split("\t")[1:]]
        figures = [cell for cell in cells if re.fullmatch(r"-?\d+(\.\d+)?|—", cell)]
        rows += [figures] if figures else []
    return rows


@pytest.mark.parametrize("path", TABLES)
def test_every_cell_is_drawn_where_it_is_printed(served: Served, liaoning_source: str, path: str) -> None:
    start = int(served.list_objects(f"{BASE}part/liaoning-2025/{path}", f"{OA}start")[0])
    printed = list_printed(liaoning_source, start)
    assert sum(map(len, printed)) > 10
    for language in ("en", "zh"):
        assert list_drawn(draw(served, path, language)) == printed


@pytest.mark.parametrize("path", TABLES)
def test_every_cell_leads_to_its_own_evidence(served: Served, path: str) -> None:
    part = f"{BASE}part/liaoning-2025/{path}"
    cells = list_cells(draw(served, path))
    assert len({cell.attributes["id"] for cell in cells}) == len(cells)
    for cell in cells:
        mention = f"{BASE}mention/liaoning-2025/{cell.attributes['id'].removeprefix('m')}"
        assert served.list_objects(mention, f"{OA}exact") == [read_figure(cell)]
        assert served.list_objects(mention, f"{PF}part") == [part]
        address = cell.find("a").attributes["href"]
        assert address.endswith("#evidence")
        observation = BASE + address.removeprefix("/id/").removesuffix("#evidence")
        assert mention in served.list_objects(observation, f"{PF}mention")


def test_every_printed_cell_is_in_some_table(served: Served) -> None:
    shown = sum(len(list_cells(draw(served, path))) for path in TABLES)
    in_tables = [iri for iri in served.list_of_class("Mention") if served.list_objects(iri, f"{PF}origin") == ["table"]]
    assert shown == len(in_tables)


def list_headings(row: Element) -> list[str]:
    return [squeeze(cell.text) for cell in row.find_all("th")]


def test_headings_are_names_and_units_stand_once(served: Served) -> None:
    page = draw(served, "table/1")
    head, first, *_ = page.find_all("tr")
    assert list_headings(head) == [
        "Bank outlets items", "Staff of bank outlets persons", "Assets of banking institutions 100 million yuan",
        "Banking legal entities items",
    ]  # fmt: skip
    assert list_headings(first) == ["Large commercial banks"]
    assert "Liaoning · 31 Dec 2024" in squeeze(page.find("p", "lead").text)
    rates = draw(served, "table/2", "zh")
    assert squeeze(rates.find("p", "lead").text) == "辽宁省 · 一般贷款各利率区间占比 · 2024年 · 单位： %"
    assert list_headings(rates.find_all("tr")[0]) == [f"{month}月" for month in range(1, 7)]
    assert [list_headings(row) for row in rates.find_all("tr")[1:4]] == [["各利率区间合计"], ["LPR减点"], ["等于LPR"]]


def test_a_row_tells_its_measure_and_unit(served: Served) -> None:
    rows = draw(served, "appendix/table/1").find_all("tr")
    headings = [heading for row in rows for heading in list_headings(row)[:1]]
    assert "Deposits outstanding Change on the month before 100 million yuan" in headings
    assert "Loans outstanding (Foreign currencies) Year-on-year growth %" in headings
    groups = [squeeze(row.text) for row in rows if "group" in row.classes]
    assert groups == ["All currencies", "Renminbi", "Foreign currencies"]


def test_flows_say_how_far_a_column_runs(served: Served) -> None:
    page = draw(served, "appendix/table/2")
    head = page.find("table", "redrawn").find("tr")
    assert list_headings(head)[:3] == ["Jan", "Jan–Feb", "Jan–Mar"]
    assert list_headings(head)[-1] == "Jan–Dec"
    assert [squeeze(row.text) for row in page.find_all("tr", "group")] == ["Values", "Year-on-year growth"]


def test_a_fall_is_more_than_a_colour_and_a_dash_says_why(served: Served) -> None:
    page = draw(served, "table/5")
    falls = [cell.find("a", "fall") for cell in page.find_all("td") if cell.find_all("a", "fall")]
    assert [squeeze(fall.text) for fall in falls] == ["▼\u22121.8", "▼\u22123.1"]
    missing = page.find_all("td", "missing")
    assert [cell.find("a").attributes["title"] for cell in missing] == ["Not given", "Not given"]
    negative = [
        cell for cell in draw(served, "appendix/table/2").find_all("td", "number") if read_figure(cell) == "-23.7"
    ]
    assert negative[0].find_all("a", "fall") == []


def test_what_the_audit_doubts_is_marked(served: Served) -> None:
    page = draw(served, "appendix/table/1")
    doubted = {cell.attributes["id"].removeprefix("m") for cell in page.find_all("td", "doubted")}
    targets = {
        observation
        for finding in served.list_of_class("AuditFinding")
        for observation in served.list_objects(finding, f"{OA}hasTarget")
    }
    mentions = {mention for iri in targets for mention in served.list_objects(iri, f"{PF}mention")}
    part = f"{BASE}part/liaoning-2025/appendix/table/1"
    inside = {mention for mention in mentions if served.list_objects(mention, f"{PF}part") == [part]}
    assert doubted == {mention.rpartition("/")[2] for mention in inside}
    assert doubted


@pytest.mark.parametrize("path", TABLES)
def test_the_page_is_sound(served: Served, path: str) -> None:
    check_page(served.get(f"/id/part/liaoning-2025/{path}", "zh"))


# Drawing anew, by hand


def make_cells(*rows: tuple[int, Sequence[tuple[str, str]]], gap: int = 30) -> list[Cell]:
    """Return cells: each row says how many characters stand before it, then of each cell what it is and its figure."""
    cells, place = [], 0
    for before, row in rows:
        place += before
        for number, (what, exact) in enumerate(row):
            row_of, column = what.split("/")
            place += 1 if number else 0
            cells.append(make_cell(place, exact, {"row": row_of, "column": column}))
            place += len(exact)
        place += gap
    return cells


def make_cell(start: int, exact: str, codes: dict[str, str], span: tuple[dt.date, dt.date] = _YEAR) -> Cell:
    value = None if exact == "—" else Decimal(exact)
    end = start + len(exact)
    name = f"mention/{start}-{end}"
    return Cell(name, "o", exact, start, end, value, 0, "unit", "measure/level", span, {"en": "x"}, codes)


def show(grid: Grid) -> list[list[list[str]]]:
    return [
        [[row.cells[key].exact if key in row.cells else "" for key in block.columns] for row in block.rows]
        for block in grid.blocks
    ]


def test_rows_and_columns_come_from_the_places() -> None:
    grid = redraw(make_cells((0, [("a/x", "1"), ("a/y", "2")]), (0, [("b/x", "3"), ("b/y", "—")])))
    assert show(grid) == [[["1", "2"], ["3", "—"]]]
    assert (list(grid.across), list(grid.down)) == (["column"], ["row"])


def test_a_blank_cell_leaves_its_column_empty() -> None:
    cells = make_cells((0, [("a/x", "1"), ("a/y", "2"), ("a/z", "3")]), (0, [("b/x", "4")]))
    cells.append(make_cell(cells[-1].end + 2, "6", {"row": "b", "column": "z"}))
    assert show(redraw(cells)) == [[["1", "2", "3"], ["4", "", "6"]]]


def test_columns_with_nothing_in_common_begin_another_block() -> None:
    halves = [(0, [(f"{row}/{column}", f"{column}") for column in columns]) for columns in ("12", "34") for row in "ab"]
    assert show(redraw(make_cells(*halves))) == [[["1", "2"], ["1", "2"]], [["3", "4"], ["3", "4"]]]


def test_a_table_of_one_column_is_a_list() -> None:
    assert show(redraw(make_cells((0, [("a/x", "1")]), (0, [("b/x", "2")])))) == [[["1"], ["2"]]]


def test_a_figure_printed_twice_in_a_row_stays_twice() -> None:
    cells = [make_cell(place, "7", {"row": "a", "column": column}) for place, column in ((0, "x"), (2, "x"), (4, "y"))]
    assert show(redraw(cells)) == [[["7", "7", "7"]]]


def test_no_cells_are_no_table() -> None:
    assert redraw([]).cells == []


def test_rows_of_a_kind_are_a_group() -> None:
    rows = [(0, [(f"{row}/x", "1"), (f"{row}/y", "2")]) for row in "abcd"]
    cells = make_cells(*rows)
    kinds = {"a": "one", "b": "one", "c": "two", "d": "two"}
    kept = [make_cell(cell.start, cell.exact, {**cell.codes, "kind": kinds[cell.codes["row"]]}) for cell in cells]
    grid = redraw(kept)
    assert grid.grouped == "kind"
    assert [(code, len(rows)) for code, rows in grid.list_groups(grid.blocks[0])] == [("one", 2), ("two", 2)]


def test_stocks_and_flows_up_to_one_day_share_a_column() -> None:
    day = (dt.date(2024, 12, 31), dt.date(2024, 12, 31))
    stock, flow = (make_cell(0, "1", {PERIOD: "a", MEASURE: "measure/level"}, span) for span in (day, _YEAR))
    assert stock.tell([PERIOD, MEASURE]) == flow.tell([PERIOD, MEASURE]) == ((PERIOD, "2024-12-31"), (MEASURE, ""))


# Words


def test_spans_side_by_side_are_short_and_told_apart() -> None:
    first, last = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
    march, day = (dt.date(2024, 3, 1), dt.date(2024, 3, 31)), (dt.date(2024, 3, 31), dt.date(2024, 3, 31))
    odd = (dt.date(2024, 3, 5), dt.date(2024, 4, 6))
    spans = [(first, last), march, day, odd, (first, march[1])]
    assert [name_spans(spans, "en")[span] for span in spans] == ["Jan–Dec", "Mar", "31 Mar", "5 Mar–6 Apr", "Jan–Mar"]
    assert [name_spans(spans, "zh")[span] for span in spans] == ["1–12月", "3月", "3月31日", "3月5日–4月6日", "1–3月"]
    years = [(first, last), (dt.date(2023, 1, 1), dt.date(2023, 12, 31))]
    assert sorted(name_spans(years, "en").values()) == ["2023", "2024"]
    across = [(dt.date(2023, 11, 1), dt.date(2024, 2, 29)), march]
    assert sorted(name_spans(across, "zh").values()) == ["2023-11-01/2024-02-29", "2024年3月"]
    assert (find_year(spans), find_year(years)) == ("2024", "")


def test_numbers_are_written_as_printed() -> None:
    assert [write_number(Decimal(text), places) for text, places in (("-0.5", 2), ("1321881", 1), ("0", 0))] == [
        "\u22120.50", "1,321,881.0", "0"
    ]  # fmt: skip
    assert [write_exact("3", unit) for unit in ("", "‰", "户")] == ["3", "3‰", "3 户"]
