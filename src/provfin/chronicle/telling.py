"""Owns making an event of one place that tells it: what it is called, who takes part, which documents it issues."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provfin.chronicle.model import Event, Evidence, Group, Moment, Participant, PolicyDocument
from provfin.chronicle.participants import Cast, find_cast, unite
from provfin.chronicle.reading import Reading
from provfin.chronicle.rules import Happening
from provfin.chronicle.setting import Setting, make_label, name_kind, read_count, squeeze_name
from provfin.entities import load_scheme
from provfin.vocabulary import Concept, escape_iri

_DOCUMENT = re.compile(r"《(?P<title>[^》]+)》(?:\((?P<number>[^()]+)\))?")
_QUOTED = re.compile("“([^”]{2,20})”")
_NUMBERED = re.compile(r"[\[〔(]?(?:19|20)\d{2}[\]〕)]?.*号")
_LONGEST_STEP = 24


@dataclass(frozen=True)
class Telling:
    """A stretch of text in which a rule found a happening, and where the name of what happened stands in it."""

    window: Reading
    rule: Happening
    actor: str
    start: int
    end: int
    moment: Moment
    evidence: Evidence


@dataclass(frozen=True)
class _Named:
    """What happened as it is called, the names in that name, and the institutions and instruments in it."""

    text: str
    items: tuple[str, ...]
    things: tuple[Concept, ...]


def make_event(telling: Telling, setting: Setting) -> Event:
    """Return the event a telling tells."""
    cast = find_cast(telling.window.text, telling.start, setting)
    named = _name(telling, cast, setting)
    documents = tuple(_list_documents(telling, cast, setting)) if telling.rule.kind == "document-issued" else ()
    group = _read_group(telling, setting) if telling.rule.object == "absorbed" else None
    participants = unite(_list_participants(telling, cast, named, group, setting))
    name = _find_name(telling, participants, named)
    kind = _refine_kind(telling.rule, named.items[0] if named.items else named.text)
    return Event(
        kind=kind,
        moment=telling.moment,
        label=make_label(name_kind("event-kinds", kind), _list_labels(name, named, documents)),
        slug=f"{kind}-{_make_step(telling, participants, named, documents)}",
        subjects=_list_subjects(telling, name, named),
        evidence=(telling.evidence,),
        participants=participants,
        areas=setting.list_areas(named.text, telling.window.printed) or setting.locate(participants),
        documents=documents,
        group=group,
        is_first=telling.rule.is_first,
    )


def _refine_kind(rule: Happening, name: str) -> str:
    """Return which of the kinds a rule may tell the name ends in, or the kind of the rule."""
    found = [
        (name.rfind(signal) + len(signal), len(signal), code)
        for code in rule.kinds
        if (concept := load_scheme("event-kinds").get(code))
        for signal in concept.names
        if signal in name
    ]
    return max(found)[2] if found else rule.kind


def _name(telling: Telling, cast: Cast, setting: Setting) -> _Named:
    start = min(max(telling.start, cast.head_end), telling.end - 1)
    text = telling.window.printed[start : telling.end]
    items = setting.drop_slogans(setting.split_names(text))
    name = items[0] if len(items) == 1 else setting.trim(text)
    return _Named(name or text, tuple(items), tuple(setting.name_things("、".join(items))))


def _list_participants(
    telling: Telling, cast: Cast, named: _Named, group: Group | None, setting: Setting
) -> Iterator[Participant]:
    rule = telling.rule
    yield from cast.participants
    actors = list(_list_actors(telling, cast, setting)) if rule.actor else []
    yield from actors
    if group is not None:
        yield Participant(rule.object, group.label, None, group.count)
    elif rule.object:
        taken = {item.concept.iri for item in (*cast.participants, *actors) if item.concept}
        yield from (Participant(rule.object, item.label, item) for item in named.things if item.iri not in taken)
    lead = rule.subject or rule.actor
    if rule.subject and not any(item.role == lead and item.concept for item in (*cast.participants, *actors)):
        subject = setting.find_subject(telling.window.part)
        if subject is not None:
            yield Participant(lead, subject.label, subject)


def _list_actors(telling: Telling, cast: Cast, setting: Setting) -> Iterator[Participant]:
    place = telling.window.text.find(telling.actor) if telling.actor else 0
    text = telling.actor[max(cast.head_end - place, 0) :] or telling.actor
    named = list(setting.list_actors(text, telling.rule.actor))
    partners = {item.concept.iri for item in cast.participants if item.role == "partner" and item.concept}
    yield from (item for item in named if item.concept is None or item.concept.iri not in partners)
    area = None if named else setting.entities.read(setting.trim(text), "area")
    if area is not None:
        yield Participant(telling.rule.actor, area.label, area)


def _read_group(telling: Telling, setting: Setting) -> Group | None:
    printed = telling.window.printed[telling.start : telling.end]
    counted = setting.rules.names.counted.match(telling.window.text[telling.start : telling.end])
    if counted is None:
        return None
    members = tuple(setting.list_actors(printed[: counted.end("names")], "member"))
    return Group(counted["group"] or printed, read_count(counted["count"]), members)


def _list_documents(telling: Telling, cast: Cast, setting: Setting) -> Iterator[PolicyDocument]:
    window = telling.window
    issuers = [*_list_actors(telling, cast, setting), *(item for item in cast.participants if item.role == "issuer")]
    subject = setting.find_subject(window.part)
    issuer = next((item.concept for item in issuers if item.concept), subject)
    for match in _DOCUMENT.finditer(window.text, telling.start, telling.end):
        number = match["number"] or ""
        is_number = bool(_NUMBERED.search(number))
        yield PolicyDocument(
            title=window.printed[match.start("title") : match.end("title")],
            number=number if is_number else "",
            issuer=issuer,
            evidence=(telling.evidence,),
        )


# What an event is called


def _tells_by_actor(rule: Happening) -> bool:
    """Tell whether an event is called after who acts, as a merger is, not after what is done."""
    return bool(rule.actor) and rule.object in ("", "absorbed") and rule.kind != "document-issued"


def _find_name(telling: Telling, participants: tuple[Participant, ...], named: _Named) -> str:
    if not _tells_by_actor(telling.rule):
        return named.text
    return next((item.label for item in participants if item.role == telling.rule.actor), named.text)


def _list_labels(name: str, named: _Named, documents: tuple[PolicyDocument, ...]) -> list[str]:
    titles = [document.title for document in documents]
    numbers = [document.number for document in documents if document.number]
    if documents:
        return [*titles, *numbers]
    things = [thing.label for thing in named.things]
    lists = [*_shorten_list(named.items), *_shorten_list(things)]
    return [name.strip("《》"), *lists, *_QUOTED.findall(name)]


def _shorten_list(names: Sequence[str]) -> Iterator[str]:
    """Yield a list whole, then ever fewer of its names."""
    for count in range(len(names), 0, -1):
        rest = f"等{len(names)}项" if count < len(names) else ""
        yield "、".join(names[:count]) + rest
    yield from names[:1]


def _make_step(
    telling: Telling, participants: tuple[Participant, ...], named: _Named, documents: tuple[PolicyDocument, ...]
) -> str:
    if _tells_by_actor(telling.rule):
        concepts = [item.concept for item in participants if item.role == telling.rule.actor and item.concept]
    else:
        concepts = list(named.things)
    names_thing = bool(telling.rule.object) and bool(concepts) and _is_named_by(named, concepts[0])
    if concepts and not documents and (_tells_by_actor(telling.rule) or names_thing):
        return concepts[0].slug
    text = documents[0].title if documents else named.text
    return escape_iri(_clean(text)[:_LONGEST_STEP])


def _is_named_by(named: _Named, concept: Concept) -> bool:
    """Tell whether what happened is called by a concept, not by a longer name with the concept in it."""
    return len(concept.label) * 2 >= len(named.items[0] if named.items else named.text)


def _clean(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _list_subjects(telling: Telling, name: str, named: _Named) -> tuple[str, ...]:
    if telling.rule.kind != "landing":
        return (squeeze_name(name),)
    return (*(thing.iri for thing in named.things), *(squeeze_name(item) for item in named.items))
