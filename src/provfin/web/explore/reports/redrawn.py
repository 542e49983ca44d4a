"""Owns how a printed table is told from its figures alone: which stand in one row, under one heading, in which order.

Cells that follow one another with nothing but a tab between them are a row; what varies along a row is what columns
are told apart by, what does not is its row's. Rows whose columns have nothing in common begin another block, as where a
year is printed in two halves. Refuses to move, merge or leave out a figure.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from provfin.dataset import NAMESPACES
from provfin.web.lookup import Texts

PERIOD = f"{NAMESPACES['sdmx-dimension']}refPeriod"
MEASURE = f"{NAMESPACES['pf']}measure"
# Characters between cells of one row where one of them is blank.
_WIDEST_BLANK = 4
_SHORTEST_GROUP = 2

Span = tuple[dt.date, dt.date]
# A column or a row by what it is of: the code of each dimension; in a row that prints one thing twice, the how manieth.
Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """A figure or dash as it is printed, what it asserts, and the code of each dimension."""

    mention: str
    observation: str
    exact: str
    start: int
    end: int
    value: Decimal | None
    decimals: int
    unit: str
    default_measure: str
    span: Span
    names: Texts
    codes: Mapping[str, str]
    reason: str = ""

    def find_code(self, dimension: str) -> str:
        """Return what it is of in a dimension, empty for a dimension it has not.

        Of when is told by the last day, for stocks and flows alike; a bare figure of an indicator has no measure.
        """
        if dimension == PERIOD:
            return str(self.span[1])
        code = self.codes.get(dimension, "")
        return "" if dimension == MEASURE and code == self.default_measure else code

    def tell(self, dimensions: Iterable[str]) -> Key:
        """Return what it is of in some dimensions."""
        return tuple((name, self.find_code(name)) for name in dimensions)


@dataclass
class Row:
    """A row: its cells by their columns."""

    key: Key
    cells: dict[Key, Cell]


@dataclass
class Block:
    """Rows below one heading."""

    columns: list[Key]
    rows: list[Row] = field(default_factory=list)

    def list_column(self, column: Key) -> list[Cell]:
        """Return the cells of a column from the top."""
        return [row.cells[column] for row in self.rows if column in row.cells]


@dataclass(frozen=True)
class Grid:
    """A table: its blocks, the dimensions its columns and rows are told apart by, and what all of it is of."""

    blocks: Sequence[Block]
    across: Sequence[str]
    down: Sequence[str]
    constant: Mapping[str, str]
    # What groups of rows are told apart by, or empty.
    grouped: str = ""

    @property
    def cells(self) -> list[Cell]:
        """All cells in reading order."""
        return [cell for block in self.blocks for row in block.rows for cell in row.cells.values()]

    def list_groups(self, block: Block) -> list[tuple[str, list[Row]]]:
        """Return the rows of a block in their groups, each with the code they share; one without a code for none."""
        if not self.grouped:
            return [("", block.rows)]
        runs = groupby(block.rows, lambda row: dict(row.key).get(self.grouped, ""))
        return [(code, list(rows)) for code, rows in runs]


def redraw(cells: Sequence[Cell]) -> Grid:
    """Return the table that cells are of, given in reading order."""
    dimensions = sorted({name for cell in cells for name in cell.codes})
    runs = list(_cut(cells))
    across = [name for name in dimensions if any(_count(run, name) > 1 for run in runs)]
    down = [name for name in dimensions if name not in across and _count(cells, name) > 1]
    constant = {name: cells[0].find_code(name) for name in dimensions if _count(cells, name) == 1}
    rows = [_make_row(run, down, across) for run in _join(runs, down, across)]
    return Grid(list(_stack(rows)), across, down, constant, _find_grouping(rows, down))


def _cut(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Yield runs of cells with nothing but a tab between them."""
    run: list[Cell] = []
    for cell in cells:
        if run and cell.start - run[-1].end > 1:
            yield run
            run = []
        run.append(cell)
    if run:
        yield run


def _count(cells: Iterable[Cell], name: str) -> int:
    return len({cell.tell((name,)) for cell in cells})


def _join(runs: Iterable[list[Cell]], down: Sequence[str], across: Sequence[str]) -> list[list[Cell]]:
    """Return the rows: runs of the same thing that only a blank cell parts are one."""
    joined: list[list[Cell]] = []
    for run in runs:
        if joined and _goes_on(joined[-1], run, down, across):
            joined[-1].extend(run)
        else:
            joined.append(list(run))
    return joined


def _goes_on(before: Sequence[Cell], run: Sequence[Cell], down: Sequence[str], across: Sequence[str]) -> bool:
    is_near = run[0].start - before[-1].end <= _WIDEST_BLANK
    is_other = {cell.tell(across) for cell in before}.isdisjoint(cell.tell(across) for cell in run)
    return is_near and is_other and before[0].tell(down) == run[0].tell(down)


def _make_row(run: Sequence[Cell], down: Sequence[str], across: Sequence[str]) -> Row:
    row = Row(run[0].tell(down), {})
    for cell in run:
        key = cell.tell(across)
        times = sum(known[: len(key)] == key for known in row.cells)
        row.cells[(*key, ("", str(times))) if times else key] = cell
    return row


def _stack(rows: Iterable[Row]) -> Iterator[Block]:
    """Yield the blocks that rows make up."""
    block: Block | None = None
    for row in rows:
        if block is None or set(block.columns).isdisjoint(row.cells):
            if block is not None:
                yield block
            block = Block([])
        _add_columns(block.columns, list(row.cells))
        block.rows.append(row)
    if block is not None:
        yield block


def _add_columns(columns: list[Key], more: Sequence[Key]) -> None:
    """Put columns that are new behind those they follow."""
    place = 0
    for key in more:
        if key in columns:
            place = columns.index(key) + 1
        else:
            columns.insert(place, key)
            place += 1


def _find_grouping(rows: Sequence[Row], down: Sequence[str]) -> str:
    """Return the dimension whose codes each hold a run of rows together, the one with the fewest runs."""
    found = [(len(runs), name) for name in down if (runs := _list_runs(rows, name))]
    return min(found)[1] if found and len(down) > 1 else ""


def _list_runs(rows: Sequence[Row], name: str) -> list[str]:
    """Return the code of each run of rows with one code; none where a code comes back, or a run is too short."""
    runs = [(code, len(list(run))) for code, run in groupby(dict(row.key)[name] for row in rows)]
    codes = [code for code, _ in runs]
    is_grouping = len(set(codes)) == len(codes) > 1 and min(length for _, length in runs) >= _SHORTEST_GROUP
    return codes if is_grouping else []
