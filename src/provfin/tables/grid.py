"""Owns the cells of a printed table and their places in the source."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provfin.document import Line, Span, TableBlock
from provfin.quantity import parse_figure, strip_note_marks
from provfin.vocabulary import Vocabulary, normalise

_BORDER = re.compile(r"\|[\s:|-]*-[\s:|-]*\|")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text without surrounding space, and where that text stands."""

    text: str
    span: Span

    @property
    def is_empty(self) -> bool:
        """Whether nothing is printed in the cell."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Row:
    """A printed row of cells."""

    cells: tuple[Cell, ...]
    span: Span

    def cell(self, number: int) -> Cell:
        """Return a cell by its number; past the end of a row cut short, an empty one."""
        return self.cells[number] if number < len(self.cells) else Cell("", Span(self.span.end, self.span.end))

    @property
    def printed(self) -> list[int]:
        """The numbers of the cells that are not empty."""
        return [number for number, cell in enumerate(self.cells) if not cell.is_empty]


def cut_rows(block: TableBlock) -> list[Row]:
    """Return the rows of a table; rows of a drawn border (`|---|`) are left out."""
    lines = [line for line in block.rows if _BORDER.fullmatch(line.text) is None and line.text.strip("\t |")]
    return [Row(tuple(_cut_cells(line)), line.span) for line in lines]


def _cut_cells(line: Line) -> Iterator[Cell]:
    border = "\t" if "\t" in line.text else "|"
    pieces = line.text.split(border)
    position = line.span.start
    for number, piece in enumerate(pieces):
        outside = border == "|" and number in (0, len(pieces) - 1)
        if not outside:
            start = position + len(piece) - len(piece.lstrip())
            text = piece.strip()
            yield Cell(text, Span(start, start + len(text)) if text else Span(position, position))
        position += len(piece) + 1


def is_value(cell: Cell, vocabulary: Vocabulary) -> bool:
    """Tell whether a cell holds a figure or a mark for a missing one."""
    return (
        vocabulary.find_missing_reason(cell.text) is not None or parse_figure(strip_note_marks(cell.text)) is not None
    )


def find_heading_paths(rows: list[Row], width: int, labels: int) -> list[tuple[str, ...]]:
    """Return for each column the texts of its heading from the top down.

    A heading above others spans to the right over cells left empty below the same parent; the lowest row never spans.
    """
    paths: list[tuple[str, ...]] = [() for _ in range(width)]
    for depth, row in enumerate(rows):
        is_lowest = depth == len(rows) - 1
        above = list(paths)
        for column in range(width):
            text = row.cell(column).text
            if text:
                paths[column] = (*above[column], text)
            elif not is_lowest and column > labels and above[column] == above[column - 1]:
                paths[column] = paths[column - 1]
    return paths


def split_unit(text: str, vocabulary: Vocabulary) -> tuple[str, str | None]:
    """Return a label in normal form without the unit in its brackets, and that unit as printed.

    Other brackets stay: `固定资产投资（不含农户）（亿元）` has the unit 亿元 and keeps 不含农户.
    """
    bare = normalise(text)
    unit = None
    position = 0
    while (start := bare.find("(", position)) >= 0:
        end = bare.find(")", start)
        if end < 0:
            break
        inside = bare[start + 1 : end]
        if vocabulary.find_unit(inside) is not None:
            unit = inside
            bare = bare[:start] + bare[end + 1 :]
        else:
            position = end
    return bare, unit
