"""Owns what a finding of the audit shows: its figures side by side, the arithmetic between them, by how much they miss.

What a finding says comes from the graph; how it follows comes from the account of the report, where there is one.
Refuses to name a figure as wrong that the graph does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from string import ascii_lowercase

from provfin.accounts import Arithmetic
from provfin.quantity import drop_empty_decimals
from provfin.web.explore.asking import Row, ask_page, find_path, find_texts, name_resource
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.quality.formulas import Line, count_places, identify_term, write_line, write_number
from provfin.web.explore.quality.ledgers import ReadReport
from provfin.web.lookup import Texts
from provfin.web.site import Site

_FURTHER = 3
_MOST_PLACES = 4
_PERCENT, _POINTS = name_resource("unit/percent"), name_resource("unit/percentage-point")
_HALF = Decimal(1) / 2
# A bar is drawn on a scale of so many steps, and is never thinner than this to be seen.
SCALE, _THINNEST = 1000, 6
_MARGIN = 12


# Whose values they are, from where to where; None where a side is open.
_Span = tuple[str, Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Place:
    """Where a figure is printed: the characters, their offsets, the part, and the values this print stands for."""

    mention: str
    exact: str
    start: int
    end: int
    part: str
    part_names: Texts
    low: Decimal | None
    high: Decimal | None
    is_disputed: bool


@dataclass(frozen=True)
class Compared:
    """A figure of a finding, or with no IRI a quantity nobody printed; `low` and `high` are as texts, in its unit."""

    letter: str
    iri: str
    names: Texts
    measure: Texts
    period: Texts
    shown: Shown | None
    low: str
    high: str
    unit: str
    places: Sequence[Place] = ()
    is_likely_wrong: bool = False


@dataclass(frozen=True)
class Bar:
    """A span of values as a bar: whose it is, from where and how long on the scale, and its ends as texts."""

    label: str
    x: int
    width: int
    low: str
    high: str
    is_printed: bool


@dataclass(frozen=True)
class Miss:
    """By how much figures miss the rule, what of that rounding explains, and what it does not, in one unit."""

    off: str
    rounding: str
    unexplained: str
    unit: str


@dataclass(frozen=True)
class Contradiction:
    """A finding of the audit, ready to be shown; `names` and `comments` are what the graph says in each language."""

    iri: str
    rule: str
    code: str
    severity: str
    names: Texts
    comments: Texts
    figures: Sequence[Compared]
    lines: Sequence[Line]
    bars: Sequence[Bar]
    miss: Miss | None
    difference: str = ""
    announced: int | None = None
    named: int | None = None
    part: str = ""
    part_names: Texts | None = None
    start: int = 0
    end: int = 0

    @property
    def key(self) -> str:
        """What tells it from the others of its report, fit for an anchor."""
        return find_path(self.iri).removeprefix("audit-finding/").partition("/")[2].replace("/", ".")


@dataclass(frozen=True)
class _Figure:
    """An observation with its numbers as they are."""

    iri: str
    measure: str
    period: str
    value: Decimal
    unit: str
    low: Decimal
    high: Decimal
    places: Sequence[Place]

    @property
    def printed_value(self) -> Decimal:
        """Its value with the decimals it is printed with: its bounds have one more, unless it is a whole count."""
        decimals = max(0, count_places([self.low, self.high]) - 1, count_places([self.value]))
        return round(self.value, decimals)


async def find_contradictions(
    site: Site, report: ReadReport, language: str, only: str | None = None
) -> Sequence[Contradiction]:
    """Return the findings of the audit of a report, or only the one with an IRI; worst first."""
    asked = await ask_page(site, "quality-findings", {"report": report.iri})
    rows = _gather(row for row in asked.rows if only in (None, row["finding"].text))
    if not rows:
        return []
    told = await ask_page(site, "quality-figures", *({"finding": iri} for iri in rows))
    texts = await find_texts(site, _list_named([*asked.rows, *told.rows]))
    account = report.read()
    arithmetic = account.arithmetic if account else {}
    units = await site.once(load_units)
    figures = _read_figures(told.rows, texts)
    writer = _Writer(report, units, texts, language)
    return [
        writer.write(found[0], _take_texts(found), figures.get(iri, []), arithmetic.get(_find_key(report, iri)))
        for iri, found in rows.items()
    ]


def _gather(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["finding"].text, []).append(row)
    # In the order of the alphabet the worst severity comes last but one.
    return dict(sorted(found.items(), key=lambda item: item[1][0]["severity"].text != "violation"))


def _take_texts(rows: Sequence[Row]) -> tuple[Texts, Texts]:
    labels = {row["language"].text: row["label"].text for row in rows}
    return labels, {row["language"].text: row["comment"].text for row in rows}


def _list_named(rows: Iterable[Row]) -> set[str]:
    columns = ("observation", "measure", "period", "part")
    return {row[column].text for row in rows for column in columns if column in row}


def _find_key(report: ReadReport, iri: str) -> str:
    return find_path(iri).removeprefix(f"audit-finding/{report.id}/")


def _read_figures(rows: Iterable[Row], texts: Mapping[str, Texts]) -> Mapping[str, Sequence[_Figure]]:
    """Return the observations of each finding, each once with all places that print it."""
    found: dict[str, dict[str, _Figure]] = {}
    for row in rows:
        figures = found.setdefault(row["finding"].text, {})
        iri = row["observation"].text
        known = figures.get(iri) or _Figure(
            iri, row["measure"].text, row["period"].text, row["value"].number, row["unit"].text,
            row["lower"].number, row["upper"].number, (),
        )  # fmt: skip
        figures[iri] = replace(known, places=(*known.places, _read_place(row, texts)))
    return {finding: list(figures.values()) for finding, figures in found.items()}


def _read_place(row: Row, texts: Mapping[str, Texts]) -> Place:
    low = high = None
    if "printed" in row:
        value, half = row["printed"].number, _HALF.scaleb(-int(row["decimals"].text))
        low, high = value - half, value + half
    part = row["part"].text
    return Place(
        row["mention"].text, row["exact"].text, int(row["start"].text), int(row["end"].text), part,
        texts.get(part, {"": find_path(part)}), low, high, row["disputed"].text == "true",
    )  # fmt: skip


class _Writer:
    """Writes findings of one report in one language."""

    def __init__(self, report: ReadReport, units: Units, texts: Mapping[str, Texts], language: str) -> None:
        self._report = report
        self._units = units
        self._texts = texts
        self._language = language

    def write(
        self, row: Row, told: tuple[Texts, Texts], figures: Sequence[_Figure], arithmetic: Arithmetic | None
    ) -> Contradiction:
        culprit = row["culprit"].text if "culprit" in row else ""
        letters = self._choose_letters(figures, arithmetic)
        part = row["part"].text if "part" in row else ""
        first = self._find_first(figures, arithmetic, culprit)
        return Contradiction(
            iri=row["finding"].text,
            rule=row["rule"].text,
            code=row["code"].text,
            severity=row["severity"].text,
            names=told[0],
            comments=told[1],
            figures=[
                *(self._compare(figure, letters, culprit) for figure in figures),
                *self._list_unprinted(letters, arithmetic),
            ],
            lines=self._write_lines(figures, arithmetic, letters),
            bars=self._draw(first, arithmetic),
            miss=self._measure(row, first),
            difference=self._subtract(first),
            announced=arithmetic.announced if arithmetic else None,
            named=arithmetic.named if arithmetic else None,
            part=part,
            part_names=self._texts.get(part),
            start=int(row["start"].text) if "start" in row else 0,
            end=int(row["end"].text) if "end" in row else 0,
        )

    def _name(self, iri: str) -> str:
        """Return how the account calls an observation."""
        return find_path(iri).removeprefix(f"observation/{self._report.id}/")

    def _choose_letters(self, figures: Sequence[_Figure], arithmetic: Arithmetic | None) -> dict[str, str]:
        """Return a letter for each quantity: the figures first, then from x on what nobody printed."""
        printed = [self._name(figure.iri) for figure in figures]
        terms = [term for equation in (arithmetic.equations if arithmetic else ()) for term in equation.terms]
        others = dict.fromkeys(identify_term(term) for term in terms if identify_term(term) not in printed)
        letters = dict(zip(printed, _list_letters(len(printed)), strict=True))
        return letters | {name: _write_unknown(place) for place, name in enumerate(others)}

    def _compare(self, figure: _Figure, letters: Mapping[str, str], culprit: str) -> Compared:
        code = find_path(figure.measure).removeprefix("measure/")
        places = count_places([figure.low, figure.high])
        return Compared(
            letter=letters[self._name(figure.iri)],
            iri=figure.iri,
            names=self._texts.get(figure.iri, {"": figure.iri}),
            measure=self._texts.get(figure.measure, {"": code}),
            period=self._texts.get(figure.period, {"": find_path(figure.period)}),
            shown=_keep_unit(self._units.show(figure.printed_value, figure.unit, code, self._language)),
            low=write_number(figure.low, self._language, places),
            high=write_number(figure.high, self._language, places),
            unit=self._units.name(figure.unit, self._language),
            places=figure.places,
            is_likely_wrong=figure.iri == culprit,
        )

    def _list_unprinted(self, letters: Mapping[str, str], arithmetic: Arithmetic | None) -> list[Compared]:
        found: dict[str, Compared] = {}
        for equation in arithmetic.equations if arithmetic else ():
            for term in equation.terms:
                if not term.observation:
                    low, high = (self._write_end(item) for item in term.bounds)
                    unit = self._name_unit(equation.unit) if term.is_amount else ""
                    name = identify_term(term)
                    found.setdefault(name, Compared(letters[name], "", term.names, {}, {}, None, low, high, unit))
        return list(found.values())

    def _write_end(self, value: Decimal | None) -> str:
        return "" if value is None else _write_end(value, self._language, _MOST_PLACES)

    def _name_unit(self, code: str) -> str:
        return self._units.name(name_resource(f"unit/{code}"), self._language) if code else ""

    def _write_lines(
        self, figures: Sequence[_Figure], arithmetic: Arithmetic | None, letters: Mapping[str, str]
    ) -> list[Line]:
        if arithmetic is None:
            return []
        lines = []
        for equation in arithmetic.equations:
            amounts = {term.observation: term.is_amount for term in equation.terms if term.observation}
            values = {
                name: self._convert(figure, equation.factor if amounts[name] else Decimal(1))
                for figure in figures
                if (name := self._name(figure.iri)) in amounts
            }
            # A ratio is always in per cent, whatever it is printed in.
            lines.append(write_line(equation, letters, values, self._name_unit(equation.unit), self._language))
        return lines

    def _convert(self, figure: _Figure, factor: Decimal) -> Decimal:
        """Return the value of a figure in units of a factor, with the decimals it is printed with where it is one."""
        own = self._units[figure.unit].factor
        return figure.printed_value if own == factor else drop_empty_decimals(figure.value * own / factor)

    # By how much they miss

    def _find_first(self, figures: Sequence[_Figure], arithmetic: Arithmetic | None, culprit: str) -> _Figure | None:
        """Return the figure that the miss is told of, or None where the graph does not tell."""
        wanted = name_resource(f"observation/{self._report.id}/{arithmetic.observation}") if arithmetic else culprit
        alone = figures[0] if len(figures) == 1 else None
        return next((figure for figure in figures if figure.iri == wanted), alone)

    def _measure(self, row: Row, first: _Figure | None) -> Miss | None:
        if "residual" not in row or first is None:
            return None
        factor = self._units[first.unit].factor
        off, rounding = abs(row["residual"].number) / factor, row["tolerance"].number / factor
        places = min(count_places([first.printed_value]) + _FURTHER, count_places([off, rounding]))
        texts = [write_number(value, self._language, places) for value in (off, rounding, off - rounding)]
        # Per cent differ by points.
        unit = _POINTS if first.unit == _PERCENT else first.unit
        return Miss(texts[0], texts[1], texts[2], self._units.name(unit, self._language))

    def _subtract(self, first: _Figure | None) -> str:
        """Return how far the print that disagrees is from the value, written out; empty where none does."""
        disputed = [place for place in first.places if place.is_disputed] if first else []
        if first is None or not disputed or disputed[0].low is None or disputed[0].high is None:
            return ""
        other, value = drop_empty_decimals((disputed[0].low + disputed[0].high) / 2), first.printed_value
        terms = (_enclose(write_number(number, self._language)) for number in (other, value))
        return f"{' − '.join(terms)} = {write_number(other - value, self._language)}"

    def _draw(self, first: _Figure | None, arithmetic: Arithmetic | None) -> list[Bar]:
        """Return the spans of values that do not meet, one below the other."""
        if first is None:
            return []
        spans: list[_Span] = [(place.exact, place.low, place.high) for place in first.places if place.low is not None]
        if arithmetic is not None and arithmetic.implied is not None:
            spans = [("", first.low, first.high), ("implied", *arithmetic.implied)]
        return draw_bars(spans, self._language, count_places([first.low]) + _FURTHER - 1)


def _keep_unit(shown: Shown) -> Shown:
    """Return a figure in the unit it is printed in: that is the one its bounds are in."""
    return replace(shown, text=shown.exact)


def draw_bars(spans: Sequence[_Span], language: str, places: int = _MOST_PLACES) -> list[Bar]:
    """Return spans of values as bars on one scale; one that is open reaches to its end."""
    ends = [end for _, low, high in spans for end in (low, high) if end is not None]
    if not ends:
        return []
    least, most = min(ends), max(ends)
    margin = (most - least) / _MARGIN or Decimal(1)
    start, width = least - margin, most - least + 2 * margin
    bars = []
    for label, low, high in spans:
        left = 0 if low is None else int((low - start) / width * SCALE)
        right = SCALE if high is None else int((high - start) / width * SCALE)
        texts = ["" if end is None else _write_end(end, language, places) for end in (low, high)]
        bars.append(Bar(label, left, max(_THINNEST, right - left), texts[0], texts[1], label != "implied"))
    return bars


def _enclose(text: str) -> str:
    return text if text[0].isdigit() else f"({text})"


def _write_end(value: Decimal, language: str, most: int) -> str:
    return write_number(value, language, min(most, count_places([value])))


def _list_letters(number: int) -> list[str]:
    """Return so many letters, with numbers behind them once the alphabet before x is through."""
    alphabet = ascii_lowercase[:23]
    return [alphabet[place % 23] + (str(place // 23) if place >= len(alphabet) else "") for place in range(number)]


def _write_unknown(place: int) -> str:
    return "xyz"[place % 3] + (str(place // 3) if place >= len("xyz") else "")
