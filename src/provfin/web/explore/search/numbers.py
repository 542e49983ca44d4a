"""Owns finding figures by the number a reader has before them: where it is printed just so, whatever its sign.

Refuses to round: 3.3 finds what is printed as 3.3, not what would be.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from provfin.periods import parse_period
from provfin.web.explore.asking import Asked, Row, ask_page, find_path, find_texts, read_value
from provfin.web.explore.figures import Shown, load_units
from provfin.web.explore.spans import write_period
from provfin.web.lookup import Texts
from provfin.web.site import Site

_NUMBER = re.compile(
    r"[+\-\u2212]? ?(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?P<fraction>\.[0-9]{1,9})?"
    r" ?(?P<unit>[^\W0-9_]{1,8}|[%\u2030])?"
)


@dataclass(frozen=True)
class Number:
    """A number as a reader gives it: its digits without a sign, and the unit behind it, if any."""

    digits: str
    unit: str


@dataclass(frozen=True)
class FoundFigure:
    """A figure that is printed so: its observation, its names, the characters, the value for people, when and where."""

    observation: str
    texts: Texts
    exact: str
    shown: Shown
    period: str
    report: str
    report_texts: Texts


@dataclass(frozen=True)
class FoundFigures:
    """The figures a number stands for, and the query that found them."""

    asked: Asked
    figures: Sequence[FoundFigure]

    @property
    def is_of_several(self) -> bool:
        """Whether more than one report prints them."""
        return len({figure.report for figure in self.figures}) > 1


def parse_number(text: str) -> Number | None:
    r"""Return the number that a text is, or None.

    >>> parse_number("32,612.7"), parse_number("\uff13.\uff13 万亿元"), parse_number("\u22120.5%")
    (Number(digits='32612.7', unit=''), Number(digits='3.3', unit='万亿元'), Number(digits='0.5', unit='%'))
    >>> parse_number("1.2.3"), parse_number("M2")
    (None, None)
    """
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    return Number(match["whole"].replace(",", "") + (match["fraction"] or ""), match["unit"] or "")


async def find_figures(site: Site, number: Number, language: str) -> FoundFigures:
    """Return the figures that are printed so, in the order of reports and their texts; raises what `Site.ask` does."""
    asked = await ask_page(site, "search-printed", {"number": number.digits}, {"number": f"-{number.digits}"})
    # An observation may be printed so in several places; the first of them is shown.
    rows: dict[str, Row] = {}
    for row in asked.rows:
        if _has_unit(number.unit, row):
            rows.setdefault(row["observation"].text, row)
    units = await site.once(load_units)
    texts = await find_texts(site, {*rows, *(row["report"].text for row in rows.values())})

    def make(observation: str, row: Row) -> FoundFigure:
        slug, report = find_path(row["period"].text).removeprefix("period/"), row["report"].text
        return FoundFigure(
            observation,
            texts.get(observation, {"": find_path(observation)}),
            row["exact"].text,
            units.show(read_value(row), row["unit"].text, row["code"].text, language),
            write_period(parse_period(slug.replace("--", "/")), language),
            report,
            texts.get(report, {"": find_path(report)}),
        )

    return FoundFigures(asked, [make(observation, row) for observation, row in rows.items()])


def _has_unit(unit: str, row: Row) -> bool:
    exact = "".join(unicodedata.normalize("NFKC", row["exact"].text).split())
    return exact.casefold().endswith(unit.casefold())
