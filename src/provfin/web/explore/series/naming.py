"""Owns what things on a page are called in its language, and how series are told apart in a legend.

A name that only exists in another language stands in that one. Refuses to leave anything nameless: what has no name is
called by its code.
"""

from collections.abc import Iterable, Mapping, Sequence

from provfin.web.explore.asking import find_path, find_texts, name_resource
from provfin.web.explore.series.series import DIMENSIONS, TOTAL, Key, Series
from provfin.web.lookup import Texts
from provfin.web.site import Site
from provfin.web.texts import load_texts


class Names:
    """The names of things by IRI, in the language of a page."""

    def __init__(self, texts: Mapping[str, Texts], language: str) -> None:
        self._texts = texts
        self.language = language

    def say(self, iri: str) -> str:
        """Return the name of a thing."""
        texts = self.find(iri)
        return texts.get(self.language) or next(iter(texts.values()))

    def find(self, iri: str) -> Texts:
        """Return its names by language, its code under no language where it has none."""
        return self._texts.get(iri) or {"": find_path(iri).rpartition("/")[2]}

    def say_measure(self, measure: str) -> str:
        """Return the name of a measure."""
        return self.say(name_resource(f"measure/{measure}"))

    def say_dimension(self, dimension: str) -> str:
        """Return the name of a breakdown, with a capital where the language has them."""
        name = self.say(DIMENSIONS[dimension].iri)
        return name[:1].upper() + name[1:]

    def say_code(self, dimension: str, code: str) -> str:
        """Return the name of a code of a breakdown; a total is that of its dimension."""
        return self.say(DIMENSIONS[dimension].name_code(code))

    def label(self, keys: Sequence[Key]) -> dict[Key, str]:
        """Return a name for each of several series that tells it from the others, and no more than that."""
        dimensions = list_dimensions(keys)
        varying = {name for name in dimensions if len({key.find_code(name) for key in keys}) > 1}
        told = {
            "indicator": len({key.indicator for key in keys}) > 1,
            "measure": len({key.measure for key in keys}) > 1,
            "area": len({key.area for key in keys}) > 1,
            "kind": len({key.kind for key in keys}) > 1,
        }
        return {key: self._label(key, [name for name in dimensions if name in varying], told) for key in keys}

    def say_whole(self, key: Key) -> str:
        """Return the whole name of a series, its area left out."""
        limits = [self.say_code(name, code) for name, code in key.breakdowns]
        inner = ("、" if self.language == "zh" else ", ").join(limits)
        return self.join([self.say(key.indicator_iri), inner, self.say(key.measure_iri)])

    def join(self, parts: Iterable[str]) -> str:
        """Return the parts of a name as one."""
        return (" · " if self.language == "en" else "·").join(part for part in parts if part)

    def _label(self, key: Key, dimensions: Sequence[str], told: Mapping[str, bool]) -> str:
        parts = [self.say(key.indicator_iri)] if told["indicator"] else []
        codes = [(name, key.find_code(name)) for name in dimensions]
        limits = [self.say_code(name, code) for name, code in codes if code != TOTAL]
        # Where indicators differ, each alone stands for its total.
        if not limits and codes and not parts:
            limits = [self.say_code(*codes[0]) if len(codes) == 1 else load_texts(self.language).gettext("Total")]
        parts += limits
        parts += [self.say(key.measure_iri)] if told["measure"] else []
        parts += [self.say(key.area_iri)] if told["area"] else []
        parts += [name_kind(key.kind, self.language)] if told["kind"] and key.kind else []
        return self.join(parts) or self.say(key.measure_iri)


def list_dimensions(keys: Iterable[Key]) -> list[str]:
    """Return the breakdowns that any of the series is limited by, in the order of their names."""
    return sorted({name for key in keys for name, _ in key.breakdowns})


def name_kind(kind: str, language: str) -> str:
    """Return what periods of a kind are called."""
    _ = load_texts(language).gettext
    return {
        "date": _("Point in time"),
        "year": _("Year"),
        "month": _("Month"),
        "quarter": _("Quarter"),
        "cumulative": _("Since the start of the year"),
    }.get(kind, _("Other spans"))


async def load_names(site: Site, iris: Iterable[str], language: str) -> Names:
    """Return the names of things and of all breakdowns."""
    dimensions = [dimension.iri for dimension in DIMENSIONS.values()]
    totals = [dimension.name_code(TOTAL) for dimension in DIMENSIONS.values()]
    return Names(await find_texts(site, {*iris, *dimensions, *totals}), language)


async def name_series(site: Site, series: Iterable[Series], language: str, more: Iterable[str] = ()) -> Names:
    """Return the names of all that series speak of."""
    iris = {iri for each in series for iri in each.key.iris}
    reports = {point.report for each in series for point in each.points}
    return await load_names(site, {*iris, *reports, *more}, language)
