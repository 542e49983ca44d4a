"""Owns what reviewers have decided: corrections to what the rules read of prose, in `data/curation/<report>.toml`.

An entry names a span with its figure as printed, the fields that are right, and why. Refuses to apply any of a file of
which one entry no longer matches the text: the text is then not the one that was reviewed.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from provfin.assets import find_assets
from provfin.document import Document, Gap, Part, Span
from provfin.errors import InputError
from provfin.mentions import Claim, Mention
from provfin.periods import parse_period
from provfin.statements import Dismissal, Readings, find_leeway, list_passages
from provfin.vocabulary import Concept, Dimension, Vocabulary

T = TypeVar("T")

REVIEW_RULE = "review"
_FIELDS = {"span", "exact", "reason", "not_a_fact", "indicator", "measure", "period", "area", "value", "unit",
           "qualifier", "members"}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One decision: the figure it is about, why, and either the right fields or that it states no fact."""

    span: Span
    exact: str
    reason: str
    not_a_fact: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadingShare:
    """How the rules did on the prose of a report, told by what a reviewer had to change."""

    right: int
    wrong: int
    missed: int
    # Without a reviewer nothing is known of how the rules did.
    is_reviewed: bool = field(default=True, compare=False)

    @property
    def facts(self) -> int:
        """How many figures of the prose state a fact."""
        return self.right + self.wrong + self.missed


def describe_share(share: ReadingShare) -> str:
    """Return the share in words.

    >>> describe_share(ReadingShare(180, 6, 14))
    'prose: 200 figures, of which the rules alone read 180 (90.0%) right, 6 (3.0%) wrong, and missed 14 (7.0%)'
    """
    if not share.facts:
        return "prose: no figures"
    if not share.is_reviewed:
        return f"prose: {share.facts} figures read by rule, not yet reviewed"
    right, wrong, missed = (
        f"{number} ({100 * number / share.facts:.1f}%)" for number in (share.right, share.wrong, share.missed)
    )
    return (
        f"prose: {share.facts} figures, of which the rules alone read {right} right, {wrong} wrong, and missed {missed}"
    )


@dataclass(frozen=True)
class Curated:
    """Readings with the reviewers' decisions in them."""

    readings: Readings
    gaps: tuple[Gap, ...]
    share: ReadingShare


def find_curation(report_id: str) -> Path:
    """Return where the decisions on a report stand, whether or not there are any."""
    return find_assets().root / "data" / "curation" / f"{report_id}.toml"


def load_curation(path: Path) -> tuple[Entry, ...]:
    """Read the decisions on a report, none when there is no file; raises `InputError` naming a bad entry."""
    if not path.is_file():
        return ()
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not TOML ({error})", where=str(path), repair="mend the file") from error
    entries = declared.get("figure", [])
    unknown = sorted(set(declared) - {"figure"})
    if unknown or not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
        what = f"unknown tables {unknown}" if unknown else "its entries are no tables"
        raise InputError(what, where=str(path), repair="head each entry with [[figure]]")
    return tuple(_read_entry(item, number, path) for number, item in enumerate(entries, start=1))


def _read_entry(item: Mapping[str, Any], number: int, path: Path) -> Entry:
    unknown = sorted(set(item) - _FIELDS)
    lacking = sorted({"span", "exact", "reason"} - set(item))
    if unknown or lacking:
        what = f"entry {number} has unknown fields {unknown}" if unknown else f"entry {number} lacks {lacking}"
        raise InputError(what, where=str(path), repair=f"an entry has {', '.join(sorted(_FIELDS))}")
    span = item["span"]
    is_span = isinstance(span, list) and len(span) == 2 and all(isinstance(place, int) for place in span)
    texts = ("exact", "reason", "not_a_fact")
    if not is_span or any(not isinstance(item.get(name, ""), str) for name in texts):
        what = f"entry {number} has a span that is no pair of numbers, or a text that is none"
        raise InputError(what, where=str(path), repair='write span = [12, 15] and exact = "5.1%"')
    fields = {name: value for name, value in item.items() if name not in {"span", *texts}}
    members = fields.get("members", {})
    is_named = isinstance(members, dict) and all(isinstance(code, str) for code in members.values())
    if not is_named or not isinstance(fields.get("qualifier", ""), str):
        what = f"entry {number} has breakdowns or a qualifier that are no text"
        raise InputError(what, where=str(path), repair='write members = { instrument = "rediscount" }')
    return Entry(Span(*span), item["exact"], item["reason"], item.get("not_a_fact", ""), fields)


def find_mismatches(entries: Iterable[Entry], source: str) -> list[Gap]:
    """Return a gap for each entry whose figure does not stand at its span."""
    return [
        Gap(
            "curation-does-not-match", entry.span,
            f"the curation expects {entry.exact!r} here; the text has {source[entry.span.start : entry.span.end]!r}",
            "review the report anew, or take the text that was reviewed",
        )
        for entry in entries
        if source[entry.span.start : entry.span.end] != entry.exact
    ]  # fmt: skip


def apply_curation(
    readings: Readings, entries: Sequence[Entry], document: Document, vocabulary: Vocabulary, area: Concept, where: str
) -> Curated:
    """Return the readings as the reviewers decided; raises `InputError` for an entry that names what does not exist.

    Where one entry does not match the text none is applied, and each that fails is a gap.
    """
    mismatches = find_mismatches(entries, document.source)
    if mismatches:
        return Curated(readings, tuple(mismatches), ReadingShare(len(readings.mentions), 0, 0, is_reviewed=False))
    by_span = {mention.span: mention for mention in readings.mentions}
    decided = {entry.span for entry in entries}
    _refuse_overlaps(entries, where)
    corrector = _Corrector(vocabulary, area, where)
    added = [
        corrector.correct(entry, by_span.get(entry.span), _find_part(document, entry, where))
        for entry in entries
        if not entry.not_a_fact
    ]
    mentions = [mention for mention in readings.mentions if not _meets(mention.span, decided)]
    dismissed = [Dismissal(entry.span, entry.not_a_fact) for entry in entries if entry.not_a_fact]
    confirmed = sum(mention.span in by_span and _say_the_same(mention, by_span[mention.span]) for mention in added)
    wrong = len(readings.mentions) - len(mentions) - confirmed
    missed = sum(not _meets(entry.span, by_span) and not entry.not_a_fact for entry in entries)
    return Curated(
        Readings(
            tuple(sorted([*mentions, *added], key=lambda mention: mention.span)),
            (*(item for item in readings.dismissals if not _meets(item.span, decided)), *dismissed),
            tuple(gap for gap in readings.gaps if not _meets(gap.span, decided)),
        ),
        (),
        ReadingShare(len(mentions) + confirmed, wrong, missed, is_reviewed=bool(entries)),
    )


def _say_the_same(mention: Mention, other: Mention) -> bool:
    same_figure = (mention.value, mention.unit, mention.qualifier) == (other.value, other.unit, other.qualifier)
    return same_figure and mention.claim.key == other.claim.key


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _refuse_overlaps(entries: Sequence[Entry], where: str) -> None:
    ordered = sorted(entries, key=lambda entry: entry.span)
    for one, next_one in pairwise(ordered):
        if next_one.span.start < one.span.end:
            what = f"two entries are about {next_one.exact!r} at {next_one.span.start}"
            raise InputError(what, where=where, repair="keep one of them")


def _find_part(document: Document, entry: Entry, where: str) -> Part:
    for passage, part in list_passages(document):
        if entry.span.start in passage.offsets:
            return part
    what = f"the entry of {entry.exact!r} at {entry.span.start} is about no prose"
    raise InputError(
        what, where=f"{where}, the entry of {entry.exact!r}", repair="only figures of the prose are decided"
    )


@dataclass(frozen=True)
class _Corrector:
    """Makes the mention that an entry says is right, from what the rules read and the fields it gives."""

    vocabulary: Vocabulary
    area: Concept
    where: str

    def correct(self, entry: Entry, read: Mention | None, part: Part) -> Mention:
        """Return the mention as reviewed."""
        fields = dict(entry.fields)
        lacking = [name for name in ("indicator", "measure", "period", "unit", "value") if name not in fields]
        if read is None and lacking:
            raise self._refuse(entry, f"lacks {', '.join(lacking)}", "the rules read nothing here: give all fields")
        unit = self._find(self.vocabulary.units, fields["unit"], entry) if "unit" in fields else None
        if read is None:
            assert unit is not None
            claim = self._make_claim(entry, None)
            read = Mention(entry.span, entry.exact, claim, unit, None, 0, part, "prose", "", sentence=entry.span.start)
        value, decimals = read.value, read.decimals
        if "value" in fields:
            value, decimals = self._read_value(fields["value"], entry)
        unit = unit or read.unit
        qualifier = fields.get("qualifier", read.qualifier)
        return replace(
            read,
            claim=self._make_claim(entry, read.claim),
            unit=unit,
            value=value,
            decimals=decimals,
            rule=REVIEW_RULE,
            is_exact=unit.is_plain_count and not qualifier and decimals == 0,
            qualifier=qualifier,
            leeway=find_leeway(qualifier),
            doubt="",
        )

    def _make_claim(self, entry: Entry, read: Claim | None) -> Claim:
        fields = entry.fields
        indicator = read.indicator if read else None
        if "indicator" in fields:
            indicator = self._find(self.vocabulary.indicators, fields["indicator"], entry)
        assert indicator is not None
        area = self._find(self.vocabulary.areas, fields["area"], entry) if "area" in fields else None
        members = {name: member for name, member in (read.members if read else ()) if not member.is_total}
        for name, code in fields.get("members", {}).items():
            dimension = self._find({item.name: item for item in indicator.dimensions}, name, entry)
            members[name] = self._find_member(dimension, code, entry)
        return Claim.make(
            indicator,
            self._find_measure(entry, read),
            area or (read.area if read else self.area),
            self._read_period(fields["period"], entry) if "period" in fields else read.period,  # type: ignore[union-attr]
            members,
        )

    def _find_measure(self, entry: Entry, read: Claim | None) -> str:
        if "measure" in entry.fields:
            return self._find(self.vocabulary.measures, entry.fields["measure"], entry).code
        assert read is not None
        return read.measure

    def _find_member(self, dimension: Dimension, code: str, entry: Entry) -> Concept:
        return self._find({member.code: member for member in dimension.members}, code, entry)

    def _find(self, known: Mapping[str, T], code: str, entry: Entry) -> T:
        if code not in known:
            raise self._refuse(
                entry, f"names {code!r}, which the vocabulary lacks", "take a code of ontology/vocabulary"
            )
        return known[code]

    def _read_value(self, text: str, entry: Entry) -> tuple[Decimal, int]:
        try:
            if isinstance(text, str) and Decimal(text).is_finite():
                return Decimal(text), len(text.partition(".")[2])
        except InvalidOperation:
            pass
        raise self._refuse(entry, f"gives {text!r} as value", "give a decimal number as a string")

    def _read_period(self, text: str, entry: Entry) -> Any:
        try:
            return parse_period(text)
        except (ValueError, AttributeError) as error:
            raise self._refuse(entry, f"gives {text!r} as period", "such as 2024, 2024-12-31") from error

    def _refuse(self, entry: Entry, what: str, repair: str) -> InputError:
        place = f"{self.where}, the entry of {entry.exact!r} at {entry.span.start}"
        return InputError(f"the entry {what}", where=place, repair=repair)
