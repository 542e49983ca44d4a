"""Owns what reports tell of instruments in use: through whom, for whom, and the figures of each use.

Amounts can be compared where they are of one kind (lent, promised, provided ...) over one time: what a figure is of a
use, and whether it counts a period, all until a day, or what stands on that day. Refuses to add amounts up: an amount
may be part of another, and the report seldom says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import Row, ask_page, find_path, name_resource, read_value
from provfin.web.explore.hierarchy import Hierarchy, is_whole
from provfin.web.lookup import Texts
from provfin.web.site import Site

# What is told of a use beside the kinds that the ontology has.
OTHER = "other"
# The measures of a bare amount or number.
PLAIN = frozenset(("level", "count"))
_CURRENCY = "http://qudt.org/vocab/quantitykind/Currency"
_STOCK = name_resource("nature/stock")
_PF = NAMESPACES["pf"]


@dataclass(frozen=True)
class UseFigure:
    """A figure of a use; `role` says what it is of it, as `lent`, and `bound` whether it is printed as a limit."""

    iri: str
    role: str
    indicator: str
    nature: str
    measure: str
    value: Decimal
    base: Decimal
    unit: str
    quantity: str
    area: str
    period: str
    is_day: bool
    bound: str

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.quantity == _CURRENCY

    @property
    def span(self) -> str:
        """The time it counts: `in` a period, all `to` a day, or what stands `on` a day."""
        if not self.is_day:
            return "in"
        # Money lent or provided is counted up to a day, what is told otherwise of a stock stands on it.
        return "on" if self.nature == _STOCK and not (self.role and self.is_money) else "to"

    @property
    def kind(self) -> str:
        """The kind of amount: what it is of the use, `other` where the report's wording leaves that open."""
        return self.role or OTHER

    @property
    def when(self) -> str:
        """The code of the time it counts, as `in-2024`."""
        measure = "" if self.measure in PLAIN else f"{self.measure}-"
        return f"{measure}{self.span}-{find_path(self.period).removeprefix('period/')}"


@dataclass(frozen=True)
class Use:
    """An instrument used through somebody for somebody; what is not told is empty.

    Where figures tell for whom they were but belong to no use, its IRI is empty.
    """

    iri: str
    report: str
    instrument: str
    through: str
    target: str
    figures: Sequence[UseFigure]

    @property
    def money(self) -> list[UseFigure]:
        """Its amounts of money."""
        return [figure for figure in self.figures if figure.is_money]

    @property
    def rest(self) -> list[UseFigure]:
        """Its other figures: how many were reached, what came of it."""
        return [figure for figure in self.figures if not figure.is_money]


@dataclass(frozen=True)
class Amount:
    """An amount of money of a use."""

    use: Use
    figure: UseFigure


def read_uses(rows: Iterable[Row]) -> list[Use]:
    """Return the uses that rows tell of, in their order."""
    found: dict[str, Use] = {}
    for row in rows:
        iri = row["use"].text
        known = found.get(iri) or _read_use(iri, row)
        figures = (*known.figures, _read_figure(row)) if "figure" in row else known.figures
        found[iri] = replace(known, figures=figures)
    return list(found.values())


def read_others(rows: Iterable[Row]) -> list[Use]:
    """Return the figures that belong to no use, those of the same parties and time together."""
    found: dict[tuple[str, ...], Use] = {}
    for row in rows:
        instrument, through, target = (_leave_whole(row[name].text) for name in ("with", "actor", "for"))
        key = (row["report"].text, instrument, through, target, row["period"].text)
        known = found.get(key) or Use("", row["report"].text, instrument, through, target, ())
        found[key] = replace(known, figures=(*known.figures, _read_figure(row)))
    return list(found.values())


def _read_use(iri: str, row: Row) -> Use:
    through, target = (row[name].text if name in row else "" for name in ("through", "target"))
    return Use(iri, row["report"].text, row["instrument"].text, through, target, ())


def _leave_whole(iri: str) -> str:
    return "" if is_whole(iri) else iri


def _read_figure(row: Row) -> UseFigure:
    value, low, high = read_value(row), row["low"].number, row["high"].number
    role = row["role"].text.removeprefix(_PF) if "role" in row else ""
    return UseFigure(
        iri=row["figure"].text,
        role=role,
        **{name: row[name].text for name in ("indicator", "nature", "measure", "unit", "quantity", "area", "period")},
        value=value,
        base=row["base"].number,
        is_day=row["start"].text == row["end"].text,
        bound="least" if value == low < high else "most" if value == high > low else "",
    )


def list_amounts(uses: Iterable[Use]) -> list[Amount]:
    """Return the amounts of money of uses, the greatest first."""
    amounts = [Amount(use, figure) for use in uses for figure in use.money]
    return sorted(amounts, key=lambda amount: (-abs(amount.figure.base), amount.figure.iri))


@dataclass(frozen=True)
class Placed:
    """An amount among others: the closest that may hold it, and within how many it may be, one in the other."""

    amount: Amount
    within: Amount | None
    layer: int


def place_amounts(
    amounts: Sequence[Amount], instruments: Hierarchy, targets: Hierarchy, areas: Hierarchy
) -> list[Placed]:
    """Return amounts with those that may hold them: what may be part of another follows it."""
    trees = (instruments, targets, areas)
    above = [[place for place, other in enumerate(amounts) if _may_hold(other, amount, trees)] for amount in amounts]
    layers = [0] * len(amounts)
    # What holds another has fewer that hold it, so that it is settled first.
    for place in sorted(range(len(amounts)), key=lambda place: len(above[place])):
        layers[place] = max((layers[holder] + 1 for holder in above[place]), default=0)
    closest = [max(held, key=lambda place: (layers[place], -place)) if held else None for held in above]
    return [
        Placed(amounts[place], None if closest[place] is None else amounts[closest[place] or 0], layers[place])
        for place in _follow(closest, None)
    ]


def _follow(closest: Sequence[int | None], holder: int | None) -> Iterator[int]:
    for place, above in enumerate(closest):
        if above == holder:
            yield place
            yield from _follow(closest, place)


def _may_hold(whole: Amount, part: Amount, trees: tuple[Hierarchy, Hierarchy, Hierarchy]) -> bool:
    """Tell whether an amount is that of a wider instrument, or of the same for more targets or in a wider area."""
    instruments, targets, areas = trees
    is_held = instruments.is_within(part.use.instrument, whole.use.instrument) and areas.is_within(
        part.figure.area, whole.figure.area
    )
    # Amounts without an instrument have nothing in common but that.
    if not is_held or not whole.use.instrument or part.use.instrument != whole.use.instrument:
        return is_held and bool(whole.use.instrument)
    is_wider = whole.use.through in ("", part.use.through) and (
        not whole.use.target or targets.is_within(part.use.target, whole.use.target)
    )
    return is_wider and _list_limits(whole) != _list_limits(part)


def _list_limits(amount: Amount) -> tuple[str, str, str]:
    return amount.use.through, amount.use.target, amount.figure.area


@dataclass(frozen=True)
class Roles:
    """What a figure can be of a use, by its code: what that is called and means."""

    names: Mapping[str, Texts]
    meanings: Mapping[str, Texts]

    def name(self, code: str, language: str) -> str:
        """Return what a role is called, as it begins a line."""
        name = self.names.get(code, {}).get(language, code)
        return name[:1].upper() + name[1:]

    def explain(self, code: str, language: str) -> str:
        """Return what a role means; empty where nothing is told."""
        return self.meanings.get(code, {}).get(language, "")


async def load_roles(site: Site) -> Roles:
    """Return what a figure can be of a use; ask for it by `Site.once`."""
    asked = await ask_page(site, "flows-roles")
    names: dict[str, dict[str, str]] = {}
    meanings: dict[str, dict[str, str]] = {}
    for row in asked.rows:
        held = names if row["by"].text.endswith("#label") else meanings
        held.setdefault(row["role"].text.removeprefix(_PF), {})[row["text"].language] = row["text"].text
    return Roles(names, meanings)
