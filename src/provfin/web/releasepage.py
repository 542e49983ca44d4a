"""Owns the pages of releases: the list of them, one of them, and what differs between two, figure by figure.

Refuses to judge which of two releases is right, and to put more on a page than can be read; all is in the other forms.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from fastapi import Request

from provfin.dataset import CATALOGUE_GRAPH
from provfin.differences import Change, Counts, Differences, Figure, Kind, Named
from provfin.entailments import ENTAILMENTS_GRAPH
from provfin.release import ALIGNMENTS_GRAPH, ONTOLOGY_GRAPH, VOCABULARY_GRAPH, Release
from provfin.web.explore.asking import find_texts
from provfin.web.explore.figures import Units, load_units
from provfin.web.language import find_language
from provfin.web.pages import find_address, render
from provfin.web.questions.forms import fetch_sources
from provfin.web.references import Reference
from provfin.web.shelf import shorten
from provfin.web.site import Site
from provfin.web.texts import load_texts

_MOST_CHANGES = 100
# Those in which a figure is another one come before those in which it is only told otherwise.
_FIRST = (Kind.revised, Kind.added, Kind.withdrawn)


@dataclass(frozen=True)
class Graph:
    """A named graph: what it holds in words, and how many statements."""

    iri: str
    holds: str
    statements: int


@dataclass(frozen=True)
class Listed:
    """A release in a list."""

    name: str
    reports: Sequence[str]
    statements: int
    is_newest: bool


@dataclass(frozen=True)
class Side:
    """A figure as one of two releases has it: where that release shows it, and how it reads; no value for a dash."""

    address: str
    text: str
    exact: str


@dataclass(frozen=True)
class Row:
    """A figure that differs: what it is of, how either release has it, and in what they differ."""

    label: str
    setting: Sequence[str]
    old: Side | None
    new: Side | None
    aspects: Sequence[str]


@dataclass(frozen=True)
class Section:
    """The figures to which the same has happened: how many, and the first of them."""

    kind: str
    title: str
    number: int
    rows: Sequence[Row]


def list_graphs(release: Release, language: str) -> list[Graph]:
    """Return the named graphs of a release with what they hold."""
    _: Callable[[str], str] = load_texts(language).gettext
    known = {
        VOCABULARY_GRAPH: _("code lists, and the periods, dates and rules that reports share"),
        ONTOLOGY_GRAPH: _("classes, properties, data structures"),
        ENTAILMENTS_GRAPH: _("what follows from the others"),
        CATALOGUE_GRAPH: _("what the release holds, prefixes, questions"),
        ALIGNMENTS_GRAPH: _("what our terms are in other vocabularies"),
    }
    own = _("what one report asserts")
    return [Graph(iri, known.get(iri, own), number) for iri, number in release.graphs.items()]


def describe_releases(releases: Sequence[Release], newest: Release) -> list[Listed]:
    """Return releases as a list shows them."""
    return [Listed(shorten(each), each.reports, each.quads, each.hash == newest.hash) for each in releases]


def render_releases(site: Site, request: Request, releases: Sequence[Release]) -> bytes:
    """Return the page of all releases, which come with the one made last first."""
    listed = describe_releases(releases, site.release)
    before = next((each.name for each in listed if not each.is_newest), shorten(site.release))
    return render(site, request, "releases.html", releases=listed, old=before, new=shorten(site.release))


async def render_release(site: Site, request: Request, release: Release, releases: Sequence[Release]) -> bytes:
    """Return the page of one release; raises as `Site.ask`."""
    name = shorten(release)
    titles = {"en": "Regional financial operation reports", "zh": "区域金融运行报告"}
    url = f"{site.find_base(request)}releases/{name}/"
    sources = await fetch_sources(site) if release.hash == site.release.hash else ()
    return render(
        site,
        request,
        "release.html",
        shown=release,
        name=name,
        is_newest=release.hash == site.release.hash,
        graphs=list_graphs(release, find_language(request.scope)),
        address=url,
        reference=Reference(titles, release.hash, url, sources),
        releases=describe_releases(releases, site.release),
        newest=shorten(site.release),
    )


async def render_differences(site: Site, request: Request, pair: tuple[Release, Release], told: Differences) -> bytes:
    """Return the page of what differs between two releases; raises as `Site.ask`."""
    language = find_language(request.scope)
    units = await site.once(load_units)
    old, new = (shorten(release) for release in pair)
    kinds = [*_FIRST, *(kind for kind in Kind if kind not in _FIRST)]
    write = _Writer(units, language, site.find_root(request), (old, new))
    sections = [write.write_section(kind, told.select(kind)) for kind in kinds]
    return render(
        site,
        request,
        "differences.html",
        old=old,
        new=new,
        is_same=pair[0].hash == pair[1].hash,
        told=told,
        sections=[section for section in sections if section.number],
        most=_MOST_CHANGES,
        resources=await _name_classes(site, told.resources),
    )


async def _name_classes(site: Site, counts: Mapping[str, Counts]) -> list[tuple[str, Mapping[str, str], Counts]]:
    names = await find_texts(site, counts)
    return [(iri, names.get(iri, {}), number) for iri, number in counts.items()]


class _Writer:
    """Writes changes of figures in one language."""

    def __init__(self, units: Units, language: str, root: str, names: tuple[str, str]) -> None:
        self._units = units
        self._language = language
        self._roots = [f"{root}releases/{name}/" for name in names]
        self._texts = load_texts(language)

    def write_section(self, kind: Kind, changes: Sequence[Change]) -> Section:
        """Return the changes of a kind, no more than a page has room for."""
        rows = [self._write_row(change) for change in changes[:_MOST_CHANGES]]
        return Section(kind.value, self._name_kind(kind), len(changes), rows)

    def _write_row(self, change: Change) -> Row:
        figure = change.figure
        named = (figure.measure, figure.period, figure.area)
        setting = [item.name(self._language) for item in named if item is not None]
        sides = [self._write_side(figure, place) for place, figure in enumerate((change.old, change.new))]
        aspects = [self._name_aspect(aspect) for aspect in change.aspects]
        return Row(figure.this.name(self._language), setting, sides[0], sides[1], aspects)

    def _write_side(self, figure: Figure | None, place: int) -> Side | None:
        if figure is None:
            return None
        text, exact = self._write_value(figure)
        return Side(find_address(figure.this.iri, self._roots[place]), text, exact)

    def _write_value(self, figure: Figure) -> tuple[str, str]:
        if figure.value is None:
            return "—", figure.missing.name(self._language) if figure.missing else ""
        unit, measure = figure.unit.iri if figure.unit else "", figure.measure.code if figure.measure else ""
        try:
            shown = self._units.show(Decimal(figure.value), unit, measure, self._language)
        except (KeyError, InvalidOperation):
            # A unit that only the older release has.
            text = f"{figure.value} {_name(figure.unit, self._language)}".strip()
            return text, text
        return shown.text, shown.exact

    def _name_kind(self, kind: Kind) -> str:
        _ = self._texts.gettext
        return {
            Kind.revised: _("Revised"),
            Kind.added: _("Added"),
            Kind.withdrawn: _("Withdrawn"),
            Kind.labels: _("Named otherwise"),
            Kind.evidence: _("Printed elsewhere or read otherwise"),
            Kind.other: _("Told otherwise"),
            Kind.spelling: _("Written with more or fewer zeros"),
        }[kind]

    def _name_aspect(self, aspect: str) -> str:
        _ = self._texts.gettext
        known = {
            "value": _("value"),
            "base_value": _("value in base units"),
            "unit": _("unit"),
            "bounds": _("rounding"),
            "status": _("status"),
            "label": _("name"),
            "evidence": _("place in print"),
            "dimensions": _("dimensions"),
            "iri": _("address"),
            "spelling": _("zeros"),
        }
        return known.get(aspect, _("other statements"))


def _name(named: Named | None, language: str) -> str:
    return named.name(language) if named else ""
