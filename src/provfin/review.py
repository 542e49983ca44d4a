"""Owns what a reviewer is shown and what becomes of the answer: doubtful figures in reading order, entries as TOML.

Shows each figure in the words around it and what the rules made of it. Refuses to change anything but the curation
file of the report, to which entries are added at the end.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provfin.building import replace_file
from provfin.curation import REVIEW_RULE, Entry
from provfin.document import Gap, Span
from provfin.errors import InputError
from provfin.extraction import Extraction
from provfin.mentions import Mention
from provfin.quantity import write_decimal

_AROUND = 40
_GAPS = {"prose-not-clear", "prose-not-read"}


@dataclass(frozen=True)
class Doubt:
    """A figure a reviewer should look at: why, what the rules read of it (None where nothing), and its surroundings."""

    span: Span
    exact: str
    why: str
    mention: Mention | None
    before: str
    behind: str


def find_doubts(extraction: Extraction, *, everything: bool = False) -> list[Doubt]:
    """Return the doubtful figures of the prose in reading order; with `everything`, all of them not yet reviewed."""
    doubts = [*_list_mentions(extraction, everything), *_list_gaps(extraction)]
    return sorted(doubts, key=lambda doubt: doubt.span)


def _list_mentions(extraction: Extraction, everything: bool) -> Iterator[Doubt]:
    for fact in extraction.facts:
        for mention in fact.mentions:
            if mention.origin == "table" or mention.rule == REVIEW_RULE:
                continue
            why = "the report prints it in another way elsewhere" if mention in fact.disputed else mention.doubt
            if why or everything:
                yield _make_doubt(extraction, mention.span, why or "not yet reviewed", mention)


def _list_gaps(extraction: Extraction) -> Iterator[Doubt]:
    for gap in extraction.gaps:
        if gap.reason in _GAPS:
            yield _make_doubt(extraction, gap.span, _explain(gap), None)


def _explain(gap: Gap) -> str:
    return f"{gap.reason}: {gap.message}"


def _make_doubt(extraction: Extraction, span: Span, why: str, mention: Mention | None) -> Doubt:
    source = extraction.document.source
    before = source[max(0, span.start - _AROUND) : span.start]
    behind = source[span.end : span.end + _AROUND]
    return Doubt(span, source[span.start : span.end], why, mention, _flatten(before), _flatten(behind))


def _flatten(text: str) -> str:
    return " ".join(text.split())


def describe_fields(mention: Mention) -> dict[str, Any]:
    """Return the fields of a mention as a curation entry gives them."""
    claim = mention.claim
    members = {name: member.code for name, member in claim.members if not member.is_total}
    value = {} if mention.value is None else {"value": write_decimal(mention.value)}
    return {
        "indicator": claim.indicator.code,
        "measure": claim.measure,
        "period": claim.period.code,
        "area": claim.area.code,
        **value,
        "unit": mention.unit.code,
        **({"members": members} if members else {}),
    }


def write_entry(entry: Entry) -> str:
    """Return an entry as TOML.

    >>> print(write_entry(Entry(Span(3, 7), "12 家", "a name", "name")), end="")
    [[figure]]
    span = [3, 7]
    exact = "12 家"
    reason = "a name"
    not_a_fact = "name"
    """
    lines = ["[[figure]]", f"span = [{entry.span.start}, {entry.span.end}]"]
    pairs = {"exact": entry.exact, "reason": entry.reason}
    pairs |= {"not_a_fact": entry.not_a_fact} if entry.not_a_fact else {}
    lines += [f"{name} = {_quote(value)}" for name, value in {**pairs, **entry.fields}.items()]
    return "\n".join(lines) + "\n"


def _quote(value: str | Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {_quote(item)}' for name, item in value.items())} }}"
    # A JSON string is a TOML basic string, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def append_entry(path: Path, entry: Entry) -> None:
    """Add an entry at the end of a curation file, making it if needed; raises `InputError` if it cannot be."""
    try:
        known = path.read_text(encoding="utf-8") if path.is_file() else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"{known.rstrip()}\n\n{write_entry(entry)}" if known.strip() else write_entry(entry)
        replace_file(path, text.encode())
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(path), repair="check the folder") from error
