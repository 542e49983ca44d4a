"""Owns what is told of events beside when they were: who took part as what, documents, figures, what became of it.

A report that says eleven departments and names one of them is told as it says it: the one, and eleven in all. Refuses
to count those who are not named as others than those who are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from babel.lists import format_list

from provfin.web.explore.asking import Asked, Row, ask_page, find_path, find_texts, name_resource
from provfin.web.explore.events.dates import Date
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.named import Named, name_thing
from provfin.web.lookup import Texts
from provfin.web.site import Site
from provfin.web.texts import load_texts
from provfin.web.views import shorten

# Whose name says what an event was about, the first of these that takes part.
_TELLING = tuple(
    name_resource(f"participant-role/{code}") for code in ("subject", "resulting", "absorbing", "applicant")
)
# What `origins` and `results` tell.
_CHANGED = frozenset(name_resource(f"participant-role/{code}") for code in ("absorbed", "absorbing", "resulting"))
# As many names stand in a title.
_MOST_NAMES = 2


@dataclass(frozen=True)
class Participation:
    """Who takes part in a role, and how many those are in all where that is told."""

    role: Named
    who: Sequence[Named]
    number: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether those who are named are all there are."""
        return self.number is None or self.number == len(self.who)


@dataclass(frozen=True)
class Origin:
    """What was merged or changed: a group or an institution, its number of members, and those that are named."""

    group: Named
    number: int | None
    members: Sequence[Named]


@dataclass(frozen=True)
class Told:
    """A figure that belongs to an event: the observation, its indicator and period, and how it reads."""

    iri: str
    indicator: Named
    period: Named
    shown: Shown


@dataclass(frozen=True)
class Details:
    """All that is told of an event beside its kind and date; a document has its number as printed, or nothing."""

    participations: Sequence[Participation] = ()
    documents: Sequence[tuple[Named, str]] = ()
    origins: Sequence[Origin] = ()
    results: Sequence[Named] = ()
    places: Sequence[Named] = ()
    figures: Sequence[Told] = ()

    @property
    def is_change(self) -> bool:
        """Whether it is told what became what."""
        return bool(self.origins and self.results)

    @property
    def others(self) -> Sequence[Participation]:
        """Who took part, those left out of whom it is told what became of them."""
        return [part for part in self.participations if not self.is_change or part.role.iri not in _CHANGED]


@dataclass(frozen=True)
class Event:
    """An event as pages show it; `what` says in one name what it was about."""

    iri: str
    date: Date
    until: Date
    kind: Named
    report: Named
    is_first: bool
    what: Texts
    details: Details = field(default_factory=Details)


async def read_events(site: Site, rows: Sequence[Row], language: str) -> list[Event]:
    """Return the events of rows of `event-timeline` with all that is told of them, in the order of the rows.

    As many as a query has room for; raises what `Site.ask` does.
    """
    if not rows:
        return []
    asked = await ask_page(site, "event-details", *({"event": row["event"].text} for row in rows))
    units = await site.once(load_units)
    texts = await find_texts(site, _list_iris([*rows, *asked.rows]))
    details = _read_details(asked, texts, units, language)
    return [_read_event(row, texts, details.get(row["event"].text, Details()), language) for row in rows]


def _list_iris(rows: Iterable[Row]) -> set[str]:
    return {cell.text for row in rows for cell in row.values() if cell.is_iri}


def _read_event(row: Row, texts: Mapping[str, Texts], details: Details, language: str) -> Event:
    event = Event(
        row["event"].text,
        Date(_find(row, "date")),
        Date(_find(row, "until")),
        name_thing(row["of"].text, texts),
        name_thing(row["told"].text, texts),
        _find(row, "first") == "true",
        {},
        details,
    )
    return replace(event, what=_tell(event, texts.get(event.iri, {}), language))


def _tell(event: Event, label: Texts, language: str) -> Texts:
    """Return what an event was about in a language, from its label or else from the names of those it is about.

    A long title of a document is cut in the label.
    """
    if any(text.endswith("…") for text in label.values()) and len(event.details.documents) == 1:
        return event.details.documents[0][0].texts
    if language in label:
        return {language: _strip(label[language], event.kind.texts.get(language, ""))}
    telling = [part.who for role in _TELLING for part in event.details.participations if part.role.iri == role]
    names = [named.texts.get(language, "") for named in telling[0]] if telling else []
    if names and all(names):
        return {language: _join(names, language)}
    return {code: _strip(text, event.kind.texts.get(code, "")) for code, text in label.items()} or {
        "": shorten(event.iri)
    }


def _strip(label: str, kind: str) -> str:
    """Return a label without the kind of event it begins with.

    >>> _strip("启动：辽信通", "启动"), _strip("a: b", "c")
    ('辽信通', 'a: b')
    """
    rest = label.removeprefix(kind)
    return rest[1:].strip() if kind and rest != label and rest[:1] in ("：", ":") and rest[1:].strip() else label


def _join(names: Sequence[str], language: str) -> str:
    if len(names) <= _MOST_NAMES:
        return format_list(names, locale=language)
    rest = len(names) - 1
    texts = load_texts(language)
    more = texts.ngettext("%(name)s and %(num)s more", "%(name)s and %(num)s more", rest)
    return more % {"name": names[0], "num": rest}


def _read_details(asked: Asked, texts: Mapping[str, Texts], units: Units, language: str) -> dict[str, Details]:
    rows: dict[str, dict[str, list[Row]]] = {}
    for row in asked.rows:
        rows.setdefault(row["event"].text, {}).setdefault(row["what"].text, []).append(row)
    return {
        event: Details(
            _read_participations(told.get("participant", ()), texts),
            [(name_thing(row["thing"].text, texts), _find(row, "printed")) for row in told.get("document", ())],
            _read_origins(told.get("before", ()), texts),
            [name_thing(row["thing"].text, texts) for row in told.get("after", ())],
            [name_thing(row["thing"].text, texts) for row in told.get("place", ())],
            [_read_figure(row, texts, units, language) for row in told.get("figure", ())],
        )
        for event, told in rows.items()
    }


def _read_participations(rows: Iterable[Row], texts: Mapping[str, Texts]) -> list[Participation]:
    by_role: dict[str, list[Row]] = {}
    for row in rows:
        by_role.setdefault(row["role"].text, []).append(row)
    found = [_read_participation(role, told, texts) for role, told in by_role.items()]
    return sorted(found, key=lambda part: (_rank(part.role.iri), part.role.iri))


def _rank(role: str) -> int:
    # What an event was about is what its title says.
    return int(role in _TELLING)


def _read_participation(role: str, rows: Sequence[Row], texts: Mapping[str, Texts]) -> Participation:
    who = [_read_participant(row, texts) for row in rows if "thing" in row or "printed" in row]
    numbers = [int(row["number"].number) for row in rows if "number" in row]
    return Participation(name_thing(role, texts), who, max(numbers, default=None))


def _read_participant(row: Row, texts: Mapping[str, Texts]) -> Named:
    return name_thing(row["thing"].text, texts) if "thing" in row else Named("", {"": row["printed"].text})


def _read_origins(rows: Iterable[Row], texts: Mapping[str, Texts]) -> list[Origin]:
    by_group: dict[str, list[Row]] = {}
    for row in rows:
        by_group.setdefault(row["thing"].text, []).append(row)
    return [_read_origin(group, told, texts) for group, told in by_group.items()]


def _read_origin(group: str, rows: Sequence[Row], texts: Mapping[str, Texts]) -> Origin:
    numbers = [int(row["number"].number) for row in rows if "number" in row]
    known = [name_thing(iri, texts) for iri in dict.fromkeys(row["member"].text for row in rows if "member" in row)]
    printed = dict.fromkeys(row["printed"].text for row in rows if "printed" in row)
    return Origin(
        name_thing(group, texts), max(numbers, default=None), [*known, *(Named("", {"": text}) for text in printed)]
    )


def _read_figure(row: Row, texts: Mapping[str, Texts], units: Units, language: str) -> Told:
    measure = find_path(row["measure"].text).removeprefix("measure/")
    decimals = int(row["decimals"].number) if "decimals" in row else 0
    shown = units.show(row["value"].number, row["unit"].text, measure, language, decimals)
    return Told(
        row["thing"].text, name_thing(row["indicator"].text, texts), name_thing(row["period"].text, texts), shown
    )


def _find(row: Row, name: str) -> str:
    return row[name].text if name in row else ""
