"""Owns what reports tell beside events: titles that were given, what is announced, and the documents they speak of.

Each list is made once for a release. Refuses to give what is printed in one language as if it were in another.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from provfin.queries import Query
from provfin.web.explore.asking import Asked, Row, ask_page, find_texts
from provfin.web.explore.events.dates import Date
from provfin.web.explore.named import Named, name_thing
from provfin.web.lookup import Texts
from provfin.web.site import Site

# Reports are in Chinese; what is printed is kept in it.
_PRINTED = "zh"
Thing = TypeVar("Thing", "Title", "Announcement", "Document")


@dataclass(frozen=True)
class Title:
    """A title that was given to someone: at a level of government, in a batch as printed, or in none."""

    iri: str
    title: Named
    recipient: Named
    level: str
    batch: str
    place: Named | None
    date: Date
    report: Named


@dataclass(frozen=True)
class Announcement:
    """What is announced for a period: its topics, and who means to do it where that is told."""

    iri: str
    what: Named
    period: Named | None
    who: Named | None
    topics: Sequence[Named]
    report: Named


@dataclass(frozen=True)
class Document:
    """A document: its number as printed or nothing, its issuer, the events it belongs to, how often it is named."""

    iri: str
    title: Named
    number: str
    issuer: Named | None
    events: Sequence[tuple[Named, Date]]
    names: int

    @property
    def date(self) -> Date:
        """The date of the last of its events."""
        return max((date for _, date in self.events), default=Date())


@dataclass(frozen=True)
class Listing(Generic[Thing]):
    """All things of a kind that a release tells of, the last first, and what was asked for them."""

    query: Query
    things: Sequence[Thing]

    def find(self, iri: str) -> Thing | None:
        """Return the one with an IRI."""
        return next((each for each in self.things if each.iri == iri), None)


async def load_titles(site: Site) -> Listing[Title]:
    """Return the titles of a release; ask for it by `Site.once`."""
    asked, texts = await _ask(site, "event-titles")
    return Listing(asked.query, [_read_title(row, texts) for row in _take_first(asked.rows, "statement")])


async def load_outlook(site: Site) -> Listing[Announcement]:
    """Return the announcements of a release; ask for it by `Site.once`."""
    asked, texts = await _ask(site, "event-outlook")
    return Listing(asked.query, [_read_announcement(rows, texts) for rows in _group(asked.rows, "statement")])


async def load_documents(site: Site) -> Listing[Document]:
    """Return the documents of a release; ask for it by `Site.once`."""
    asked, texts = await _ask(site, "event-documents")
    return Listing(asked.query, [_read_document(rows, texts) for rows in _group(asked.rows, "document")])


async def _ask(site: Site, name: str) -> tuple[Asked, Mapping[str, Texts]]:
    asked = await ask_page(site, name)
    return asked, await find_texts(site, {cell.text for row in asked.rows for cell in row.values() if cell.is_iri})


def _group(rows: Iterable[Row], name: str) -> Sequence[Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[name].text, []).append(row)
    return list(found.values())


def _take_first(rows: Iterable[Row], name: str) -> Sequence[Row]:
    # What is told of several places is listed once.
    return [rows[0] for rows in _group(rows, name)]


def _read_title(row: Row, texts: Mapping[str, Texts]) -> Title:
    recipient = _find_named(row, "recipient", texts) or Named("", {_PRINTED: _find(row, "printed")})
    return Title(
        row["statement"].text,
        Named(row["statement"].text, {_PRINTED: row["title"].text}),
        recipient,
        _find(row, "level"),
        _find(row, "batch"),
        _find_named(row, "place", texts),
        Date(_find(row, "date")),
        name_thing(row["report"].text, texts),
    )


def _read_announcement(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Announcement:
    first = rows[0]
    topics = dict.fromkeys(row["topic"].text for row in rows if "topic" in row)
    return Announcement(
        first["statement"].text,
        name_thing(first["statement"].text, texts),
        _find_named(first, "period", texts),
        _find_named(first, "who", texts),
        [name_thing(topic, texts) for topic in topics],
        name_thing(first["report"].text, texts),
    )


def _read_document(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Document:
    first = rows[0]
    events = {row["event"].text: Date(_find(row, "date")) for row in rows if "event" in row}
    return Document(
        first["document"].text,
        name_thing(first["document"].text, texts),
        _find(first, "number"),
        _find_named(first, "issuer", texts),
        [(name_thing(event, texts), date) for event, date in events.items()],
        int(first["names"].number),
    )


def _find_named(row: Row, name: str, texts: Mapping[str, Texts]) -> Named | None:
    return name_thing(row[name].text, texts) if name in row else None


def _find(row: Row, name: str) -> str:
    return row[name].text if name in row else ""


def name_level(level: str, gettext: Callable[[str], str]) -> str:
    """Return what a level of government is called, by its code in the data; an unknown code is itself."""
    _ = gettext
    names = {
        "county": _("County"),
        "international": _("International"),
        "municipal": _("City"),
        "national": _("National"),
        "provincial": _("Province"),
    }
    return names.get(level, level)
