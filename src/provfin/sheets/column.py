"""Owns what a column of a table is, whichever file it goes to: a name, what its cells are, and the cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | None


class Kind(StrEnum):
    """What the cells of a column are; each form has its own name for it."""

    text = "text"
    iri = "iri"
    integer = "integer"
    decimal = "decimal"
    date = "date"
    boolean = "boolean"


@dataclass(frozen=True)
class Column:
    """A column: its name, what its cells are, and the cells, None where one is empty.

    A column that `is_required` has no empty cell. `notes` go with it where a form has a place for them.
    """

    name: str
    kind: Kind
    cells: Sequence[Cell] = field(repr=False)
    is_required: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def figures(self) -> Iterator[Decimal]:
        """The integers and decimals of the column as decimals."""
        return (Decimal(cell) for cell in self.cells if isinstance(cell, int | Decimal) and not isinstance(cell, bool))
