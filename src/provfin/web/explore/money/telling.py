"""Owns how uses of instruments are told on a page: in its language, with figures for people and times in words.

Refuses to leave a figure without the time it counts: amounts of a year and amounts until a day read alike otherwise.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from provfin.queries import Query
from provfin.web.explore.asking import find_texts, name_resource
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.hierarchy import Hierarchy, load_areas, load_instruments, load_targets
from provfin.web.explore.holdings import Holdings, load_holdings
from provfin.web.explore.money.diagram import Drawing, name_all
from provfin.web.explore.money.uses import PLAIN, Amount, Roles, Use, UseFigure, load_roles
from provfin.web.lookup import Texts
from provfin.web.site import Site
from provfin.web.texts import load_texts

# More are found report by report.
MOST_SHOWN = 60


@dataclass(frozen=True)
class Setting:
    """What flows are read with: the lists they speak of, units, kinds of amounts, reports."""

    instruments: Hierarchy
    targets: Hierarchy
    areas: Hierarchy
    units: Units
    roles: Roles
    holdings: Holdings


@dataclass(frozen=True)
class Told:
    """What a report tells: the uses of instruments, and amounts that belong to none; names of all they speak of."""

    uses: Sequence[Use]
    others: Sequence[Use]
    names: Mapping[str, Texts]
    query: Query
    # How many there is no room for.
    more: int = 0


async def load_setting(site: Site) -> Setting:
    """Return what flows are read with."""
    return Setting(
        *await asyncio.gather(
            site.once(load_instruments),
            site.once(load_targets),
            site.once(load_areas),
            site.once(load_units),
            site.once(load_roles),
            site.once(load_holdings),
        )
    )


async def read_latest(site: Site, uses: Sequence[Use], others: Sequence[Use], query: Query) -> Told:
    """Return as many uses and other amounts as a page has room for, those of the newest reports first."""
    holdings = await site.once(load_holdings)
    places = {report.iri: place for place, report in enumerate(holdings.reports)}

    def choose(found: Sequence[Use]) -> list[Use]:
        return sorted(found, key=lambda use: places.get(use.report, len(places)))[:MOST_SHOWN]

    told = await read_told(site, choose(uses), choose(others), query)
    return replace(told, more=len(uses) + len(others) - len(told.uses) - len(told.others))


async def read_told(site: Site, uses: Sequence[Use], others: Sequence[Use], query: Query) -> Told:
    """Return uses and other amounts with the names of what they speak of."""
    return Told(uses, others, await find_texts(site, list_spoken((*uses, *others))), query)


def list_spoken(uses: Iterable[Use]) -> set[str]:
    """Return the IRIs that uses speak of."""
    found = {iri for use in uses for iri in (use.report, use.instrument, use.through, use.target)}
    figures = [figure for use in uses for figure in use.figures]
    found |= {iri for figure in figures for iri in (figure.indicator, figure.period, figure.area, figure.unit)}
    found |= {name_measure(figure) for figure in figures if figure.measure not in PLAIN}
    return found - {""}


def name_measure(figure: UseFigure) -> str:
    """Return the IRI of the measure of a figure."""
    return name_resource(f"measure/{figure.measure}")


def name_time(figure: UseFigure, names: Mapping[str, Texts], language: str) -> str:
    """Return the time a figure counts in words, as `up to 2024-12-31`."""
    _ = load_texts(language).gettext
    period = name_all(names, language)(figure.period)
    words = {"in": _("in %(period)s"), "to": _("up to %(period)s"), "on": _("standing on %(period)s")}
    time = words[figure.span] % {"period": period}
    return time if figure.measure in PLAIN else f"{time} · {name_all(names, language)(name_measure(figure))}"


class Writing:
    """How uses are written on a page: names, figures and times in its language."""

    def __init__(self, language: str, names: Mapping[str, Texts], setting: Setting) -> None:
        self.language = language
        self.names = names
        self.setting = setting
        self.name = name_all(names, language)

    def show(self, figure: UseFigure) -> Shown:
        """Return how a figure reads."""
        return self.setting.units.show(figure.value, figure.unit, figure.measure, self.language)

    def tell_report(self, iri: str) -> str:
        """Return of where and when a report is; its name where that is not known."""
        report = next((each for each in self.setting.holdings.reports if each.iri == iri), None)
        if report is None:
            return self.name(iri)
        name = name_all(self.setting.holdings.names, self.language)
        return f"{name(report.area)} {name(report.period)}"

    def tell_time(self, figure: UseFigure) -> str:
        """Return the time a figure counts in words."""
        return name_time(figure, self.names, self.language)

    def tell_role(self, figure: UseFigure) -> str:
        """Return what a figure is of its use; empty where that is left open."""
        return self.setting.roles.name(figure.role, self.language) if figure.role else ""

    def draw(self, root: str) -> Drawing:
        """Return what a diagram is drawn with."""
        untold = load_texts(self.language).gettext("For whom is not told")
        return Drawing(self.name, self._show_amount, root, untold)

    def _show_amount(self, amount: Amount) -> Shown:
        return self.show(amount.figure)
