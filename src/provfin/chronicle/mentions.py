"""Owns the places where institutions and instruments are named: in prose, notes and headings."""

from collections.abc import Iterator

from provfin.chronicle.model import NameMention
from provfin.chronicle.setting import Setting
from provfin.document import Part, Passage
from provfin.entities import LONGEST_NAME


def list_name_mentions(setting: Setting) -> Iterator[NameMention]:
    """Yield every naming of an institution or instrument, each place once, in reading order."""
    found = {}
    for passage, part in _list_passages(setting):
        for naming in setting.entities.find_outermost(passage.text, ("actor", "instrument"), LONGEST_NAME):
            span = passage.span(naming.start, naming.end)
            exact = setting.document.source[span.start : span.end]
            place = part or setting.find_part(span.start)
            found[span, naming.kind] = NameMention(span, exact, naming.concept, naming.kind, place)
    yield from (found[key] for key in sorted(found))


def _list_passages(setting: Setting) -> Iterator[tuple[Passage, Part | None]]:
    document = setting.document
    yield from document.passages()
    for part in document.parts:
        yield Passage.cut(document.source, part.span), part
