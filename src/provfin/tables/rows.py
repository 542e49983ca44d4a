"""Owns what the rows of a table mean, from the labels to their left and the rows above them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from provfin.layouts import Axis, Layout, Meaning
from provfin.mentions import RELATIVE_MEASURES
from provfin.names import Named, NameReader
from provfin.quantity import parse_figure
from provfin.tables.columns import When, read_when
from provfin.tables.grid import Row, split_unit
from provfin.vocabulary import Concept, Dimension, Indicator, Structure, Unit, Vocabulary, escape_iri, normalise

_CHECK_ORDER = "check the order of the rows"
_KIND_MEASURES = {"Currency": "level", "Count": "count", "DimensionlessRatio": "rate"}


class UnreadableLabelError(Exception):
    """Says why a row's label has no meaning, and what would give it one."""

    def __init__(self, reason: str, message: str, repair: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.repair = repair


@dataclass(frozen=True)
class RowMeaning:
    """What a row's labels say: meaning, time and unit; what they leave open is None."""

    meaning: Meaning
    when: When | None = None
    unit: Unit | None = None


class RowReader:
    """Reads labels from the top down; remembers what is carried down and which row the parts belong to."""

    def __init__(
        self, layout: Layout, vocabulary: Vocabulary, names: NameReader, patterns: Mapping[str, re.Pattern[str]]
    ) -> None:
        self.axis: Axis = layout.rows
        self._vocabulary = vocabulary
        self._names = names
        self._patterns = patterns
        self._carried = ""
        self._head: RowMeaning | None = None
        self._group: Concept | None = None
        self._is_among_parts = False

    def start_anew(self) -> None:
        """Forget the rows above, as a heading row does."""
        self._carried = ""
        self._head = None
        self._group = None
        self._is_among_parts = False

    def read(self, row: Row, labels: int, units: Sequence[Unit]) -> RowMeaning:
        """Return what a row's labels say; `units` are what the table or a heading row gives for all of its rows.

        Raises `UnreadableLabelError` when they say nothing known.
        """
        texts = [row.cell(number).text for number in range(labels)]
        if labels > 1 and texts[0]:
            self._carried = texts[0]
        if self.axis.time:
            return self._read_time(texts[-1])
        if self.axis.dimension:
            return self._read_member(texts, labels)
        return self._read_name(texts, labels, units)

    def _read_time(self, text: str) -> RowMeaning:
        assert self.axis.time is not None
        when = read_when(text, self.axis.time, self._patterns)
        if when is None:
            raise UnreadableLabelError(
                "label-not-a-time", f"{text!r} is no {self.axis.time}", "check the label in the source"
            )
        return RowMeaning(Meaning(), when)

    def _read_member(self, texts: list[str], labels: int) -> RowMeaning:
        dimension = self.axis.dimension
        assert dimension is not None
        own = texts[-1]
        path = normalise(self._carried + own) if labels > 1 else normalise(own)
        if self.axis.strip is not None:
            path = self.axis.strip.sub("", path, count=1)
        member = dimension.find(path) or (dimension.find(own) if labels > 1 and own else None)
        if not path or (member is None and parse_figure(path)):
            raise _no_label()
        return RowMeaning(Meaning(members={dimension.name: member or dimension.candidate(path)}))

    def _read_name(self, texts: list[str], labels: int, units: Sequence[Unit]) -> RowMeaning:
        if self.axis.group is not None and labels > 1:
            self._open_group(texts[0])
        label, is_part = self._strip_part_mark(texts[-1])
        if not label or parse_figure(label):
            raise _no_label()
        bare, printed = split_unit(label, self._vocabulary)
        name, measure = self._split_measure(bare)
        unit = self._vocabulary.find_unit(printed) if printed else None
        stands_alone = unit is not None or measure is not None
        if is_part or (not stands_alone and self._leans_on_head(name, units)):
            self._is_among_parts = self._is_among_parts or is_part
            return self._lean_on_head(name, measure, unit, is_part=is_part)
        unit = unit or _choose_unit(units, measure)
        row = RowMeaning(self._resolve(name, measure, unit, is_part=False), unit=unit)
        if unit is None:
            raise _no_unit(name)
        self._head, self._is_among_parts = row, False
        return row

    def _leans_on_head(self, name: str, units: Sequence[Unit]) -> bool:
        """Tell whether a label without unit and measure of its own takes them from the row it is part of."""
        head = self._head.meaning.indicator if self._head else None
        named = self._find_name(name)
        if named is None:
            return bool(self._find_member(name, head)) and (self._is_among_parts or not self._has_measure())
        if self._is_among_parts:
            return _belongs_together(head, named.indicator)
        # Without 其中 a part may take the unit of the row above, but a change or a growth only where it says so.
        return _belongs_together(head, named.indicator) and not units and not self._has_measure()

    def _has_measure(self) -> bool:
        return self._head is not None and self._head.meaning.measure is not None

    def _lean_on_head(self, name: str, measure: str | None, unit: Unit | None, *, is_part: bool) -> RowMeaning:
        head = self._head
        assert head is not None
        meaning = self._resolve(name, measure, unit, is_part=is_part)
        if unit is None and not _belongs_together(head.meaning.indicator, meaning.indicator):
            raise _no_unit(name)
        return RowMeaning(replace(meaning, measure=measure or head.meaning.measure), unit=unit or head.unit)

    def _find_name(self, name: str) -> Named | None:
        return self._names.read(name) or self._names.read(self._patterns["harmless"].sub("", name))

    def _open_group(self, text: str) -> None:
        assert self.axis.group is not None
        if text:
            self._head = None
            self._group = self.axis.group.find(text)
        if self._group is None:
            raise UnreadableLabelError(
                "group-not-known",
                f"{self._carried!r} is no code of {self.axis.group.name}",
                "add it to the code list in ontology/vocabulary",
            )

    def _strip_part_mark(self, text: str) -> tuple[str, bool]:
        label = normalise(text)
        match = self._patterns["parts"].match(label)
        if match is None:
            return label, False
        if self._head is None:
            raise UnreadableLabelError("part-without-whole", f"{text!r} is part of no row above it", _CHECK_ORDER)
        return label[match.end() :], True

    def _split_measure(self, bare: str) -> tuple[str, str | None]:
        for phrase, measure in self._vocabulary.measure_phrases:
            if bare.endswith(phrase) and len(bare) > len(phrase):
                return bare[: -len(phrase)], measure
        return bare, None

    def _resolve(self, name: str, measure: str | None, unit: Unit | None, *, is_part: bool) -> Meaning:
        named = self._find_name(name)
        head = self._head.meaning if self._head else Meaning()
        if named is not None:
            meaning = Meaning(named.indicator, measure, None, named.members)
        elif member := self._find_member(name, head.indicator):
            meaning = Meaning(head.indicator, measure, None, {**head.members, **member})
        else:
            meaning = Meaning(self._make_candidate(name, unit, is_part=is_part), measure)
        return self._join_group(meaning, name)

    def _join_group(self, meaning: Meaning, name: str) -> Meaning:
        group, dimension = self._group, self.axis.group
        if group is None or dimension is None:
            return meaning
        own = meaning.members.get(dimension.name)
        if own is not None and own != group:
            raise UnreadableLabelError(
                "labels-disagree", f"{name} says {own.label} but stands under {group.label}", "check the row's place"
            )
        return meaning.merged(Meaning(members={dimension.name: group}))

    def _find_member(self, name: str, indicator: Indicator | None) -> dict[str, Concept]:
        for dimension in indicator.named_dimensions if indicator else ():
            member = dimension.find(name)
            if member is not None:
                return {dimension.name: member}
        return {}

    def _make_candidate(self, name: str, unit: Unit | None, *, is_part: bool) -> Indicator:
        head = self._head
        unit = unit or (head.unit if head and is_part else None)
        if unit is None:
            raise UnreadableLabelError(
                "name-not-known",
                f"{name} is not in the vocabulary and no unit is printed for it",
                "add it to ontology/vocabulary/indicators.ttl",
            )
        if any(dimension.find(name) for dimension in self._vocabulary.dimensions.values()):
            raise UnreadableLabelError("part-without-whole", f"{name} is part of no row above it", _CHECK_ORDER)
        whole = head.meaning.indicator if head and is_part else None
        return make_candidate_indicator(name, unit, self._vocabulary, self.axis, whole)


def make_candidate_indicator(
    name: str, unit: Unit, vocabulary: Vocabulary, axis: Axis, whole: Indicator | None
) -> Indicator:
    """Return an indicator for a name the vocabulary lacks; it keeps its facts, marked as a candidate.

    Its level and its growth go by one name: 余额 is cut and comes back in the label. Its nature is that of its whole,
    else the one the layout declares; its family is the one with the breakdown the table has.
    """
    known = next(iter(vocabulary.indicators.values()))
    bare = name.removesuffix("余额")
    is_stock = whole.is_stock if whole else axis.unknown_are_stocks
    label = f"{whole.label}其中{bare}" if whole else bare + ("余额" if name != bare or is_stock else "")
    base = vocabulary.units[unit.base]
    return Indicator(
        iri=f"{known.iri.rsplit('/', 1)[0]}/candidate-{escape_iri(label)}",
        code=f"candidate-{label}",
        label=label,
        scheme=known.scheme,
        names=frozenset({label}),
        label_en=label,
        is_candidate=True,
        structure=_find_structure(vocabulary, axis.group),
        is_stock=is_stock,
        measure=_KIND_MEASURES[base.kind],
        unit=unit,
        topics=whole.topics if whole else frozenset(),
    )


def _find_structure(vocabulary: Vocabulary, breakdown: Dimension | None) -> Structure | None:
    fitting = [item for item in vocabulary.indicators.values() if breakdown is None or breakdown in item.dimensions]
    return min(fitting, key=lambda item: (len(item.dimensions), item.code)).structure


def _no_label() -> UnreadableLabelError:
    return UnreadableLabelError("row-without-label", "the row has no label", "check the row in the source")


def _no_unit(name: str) -> UnreadableLabelError:
    message = f"no unit is printed for {name}, nor for a row above that it is part of"
    return UnreadableLabelError("unit-not-printed", message, _CHECK_ORDER)


def _choose_unit(units: Sequence[Unit], measure: str | None) -> Unit | None:
    """Return the unit for a row where the table gives one for all, or several of which one fits its measure."""
    fitting = [unit for unit in units if unit.is_ratio == (measure in RELATIVE_MEASURES)]
    return next(iter(units if len(units) == 1 else fitting), None)


def _belongs_together(head: Indicator | None, part: Indicator | None) -> bool:
    if head is None or part is None:
        return False
    return head.code == part.code or part.is_candidate or part.code in head.kin or head.code in part.kin
