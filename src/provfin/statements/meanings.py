"""Owns what a figure says of its topic: the measure, the sign, the unit that is meant, what it is compared with.

Decided from the unit, the words before the figure and what was said right before; refuses to guess when they leave the
measure open.
"""

from dataclasses import dataclass

from provfin.statements.context import Said
from provfin.statements.figures import PrintedFigure
from provfin.statements.grammar import Grammar
from provfin.statements.predicates import Predicate
from provfin.statements.topics import Topic
from provfin.vocabulary import Concept, Unit, Vocabulary

AMOUNTS_OF_CHANGE = {"change_since_year_start", "mom_change_abs", "yoy_change_abs"}
_POINTS = {"percentage-point", "basis-point"}
_CHANGE_OF = {
    "growth_change_pp": "growth_change_pp",
    "rate": "rate_change_pp",
    "rate_change_pp": "rate_change_pp",
    "share": "share_change_pp",
    "share_change_pp": "share_change_pp",
    "yoy_growth": "growth_change_pp",
}
_RATES = {"rate", "share", "yoy_growth"}


@dataclass(frozen=True)
class Meaning:
    """What a figure says: measure, sign of its value, unit as meant, base of comparison (a code), and any doubt."""

    measure: str
    sign: int
    unit: Unit
    base: str = "_T"
    doubt: str = ""
    # Whether it is of what was added over a time, though the thing is a stock (同比多增).
    is_of_flow: bool = False
    # A base named in a list of several (比上月末和上年同期), which no code needs to have.
    named_base: Concept | None = None


class MeaningReader:
    """Decides meanings with the units of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, grammar: Grammar) -> None:
        self._units = vocabulary.units
        self._unitless = grammar.figure["unitless"]
        self._share_name = grammar.subject["share-name"]
        self._rate_name = grammar.subject["rate-name"]
        self._time_words = grammar.former["words"]

    def read(
        self, figure: PrintedFigure, predicate: Predicate, topic: Topic, said: Said, *, is_open: bool = False
    ) -> Meaning | None:
        """Return what the figure says, or None when that is not clear.

        `is_open` tells that something without a name was spoken of since the last figure.
        """
        if figure.kind == "unclear":
            return None
        if figure.kind == "ratio":
            return Meaning("ratio", 1, self._units["pure-number"])
        if figure.kind == "streak":
            return Meaning("streak", 1, figure.unit or self._units["year"], figure.base or "_T")
        if figure.kind == "record" or "rank" in predicate.found or _is_place(figure):
            return Meaning("ranking", 1, figure.unit or self._units["place-in-order"])
        if figure.unit is None:
            return self._read_bare(predicate, topic)
        if figure.unit.is_ratio and is_open and topic.is_carried and predicate.is_bare:
            return None
        return self._read_with_unit(figure, figure.unit, predicate, topic, said)

    def _read_with_unit(
        self, figure: PrintedFigure, unit: Unit, predicate: Predicate, topic: Topic, said: Said
    ) -> Meaning | None:
        if unit.code in _POINTS:
            return self._read_points(unit, predicate, topic, said)
        if figure.kind == "fraction":
            return self._read_fraction(unit, predicate, topic)
        if unit.is_ratio:
            return self._read_percent(figure, unit, predicate, topic, said)
        if unit.code == "times":
            return self._read_times(figure, unit, predicate)
        return self._read_amount(figure, unit, predicate, topic, said)

    def _read_bare(self, predicate: Predicate, topic: Topic) -> Meaning | None:
        """Read a number without a unit: only a few names have such."""
        kind = self._unitless.search(topic.name)
        if kind is None:
            return None
        if predicate.is_change:
            sign = -1 if "narrow" in predicate.found else predicate.sign or 1
            return Meaning("other", sign, self._units["pure-number"], predicate.base or "_T")
        return Meaning("ratio" if kind["ratio"] else "level", 1, self._units["pure-number"])

    def _read_fraction(self, unit: Unit, predicate: Predicate, topic: Topic) -> Meaning | None:
        """Read 三成 or 三分之一, which state a share unless they are a multiple or the name is that of a rate."""
        if "multiple" in predicate.found:
            return Meaning("multiple", 1, unit)
        if predicate.found & {"share", "share-of"} or self._share_name.search(topic.name):
            return Meaning("share", 1, unit)
        if self._rate_name.search(topic.name) and not predicate.is_change:
            return Meaning("rate", 1, unit)
        return Meaning("yoy_growth", predicate.sign, unit) if predicate.is_change and predicate.sign else None

    def _read_points(self, unit: Unit, predicate: Predicate, topic: Topic, said: Said) -> Meaning | None:
        sign = _find_sign(predicate, said)
        if predicate.base == "nation" or (predicate.other and not self._time_words.match(predicate.other)):
            base = "nation" if predicate.base == "nation" or "全国" in predicate.other else "other-indicator"
            return Meaning("diff_pp", sign or 1, unit, base)
        if "pull" in predicate.found:
            return Meaning("other", sign or 1, unit)
        if sign == 0:
            return None
        measure, doubt = self._find_changed(predicate, topic, said)
        return Meaning(measure, sign, unit, predicate.base or "_T", doubt)

    def _read_percent(
        self, figure: PrintedFigure, unit: Unit, predicate: Predicate, topic: Topic, said: Said
    ) -> Meaning:
        if predicate.found & {"share-of", "share"}:
            return Meaning("share", 1, unit)
        if "multiple" in predicate.found and not predicate.is_change:
            return Meaning("multiple", 1, unit)
        if predicate.metric and not predicate.is_change:
            return Meaning("yoy_growth", -1 if predicate.metric == "fall" else 1, unit, predicate.base or "_T")
        if predicate.is_change:
            is_over_months = predicate.base in {"previous-month", "previous-quarter"}
            measure = "other" if is_over_months else "yoy_growth"
            return Meaning(measure, _find_sign(predicate, said) or 1, unit, predicate.base or "_T")
        default = topic.indicator.measure if topic.indicator else ""
        if default in {"rate", "share"}:
            return Meaning(default, 1, unit)
        if self._share_name.search(topic.name):
            return Meaning("share", 1, unit)
        if self._rate_name.search(topic.name):
            return Meaning("rate", 1, unit)
        return self._read_unsaid(figure, unit, topic, said)

    @staticmethod
    def _read_unsaid(figure: PrintedFigure, unit: Unit, topic: Topic, said: Said) -> Meaning:
        """Read a percentage that no word tells the measure of: from its sign, or what was said before."""
        if figure.is_signed:
            return Meaning("yoy_growth", 1, unit)
        if topic.is_carried and said.measure in _RATES:
            return Meaning(said.measure, 1, unit, doubt="the measure is that of the figure before")
        if said.measure == "yoy_growth":
            sign = -1 if said.is_negative else 1
            return Meaning("yoy_growth", sign, unit, doubt="the growth is told of the thing before")
        return Meaning("rate", 1, unit, doubt="no word says what the percentage is of")

    def _read_times(self, figure: PrintedFigure, unit: Unit, predicate: Predicate) -> Meaning:
        is_change = predicate.is_change or figure.is_signed
        if is_change and "multiple" not in predicate.found:
            return Meaning("yoy_growth", predicate.sign or 1, self._units["times-growth"], predicate.base or "_T")
        return Meaning("multiple", 1, unit)

    @staticmethod
    def _read_amount(
        figure: PrintedFigure, unit: Unit, predicate: Predicate, topic: Topic, said: Said
    ) -> Meaning | None:
        if figure.decimals and unit.is_plain_count:
            # There is no tenth of a thing: the unit is one that the list elided, or a name of points.
            return None
        level = "count" if unit.kind == "Count" else "level"
        is_stock = topic.indicator is not None and topic.indicator.is_stock
        if figure.is_signed and predicate.is_bare:
            if is_stock and said.measure not in AMOUNTS_OF_CHANGE:
                return None
            return Meaning(said.measure if said.measure in AMOUNTS_OF_CHANGE else level, 1, unit)
        if "over" in predicate.found:
            return Meaning("yoy_change_abs", 1, unit)
        if not predicate.is_change:
            return Meaning(level, 1, unit)
        sign = predicate.sign or 1
        if predicate.base == "start-of-year":
            return Meaning("change_since_year_start", sign, unit)
        if predicate.base == "previous-month":
            return Meaning("mom_change_abs", sign, unit)
        if predicate.base is not None or "compound" in predicate.found or predicate.other:
            base = predicate.base if predicate.base not in {None, ""} else "_T"
            return Meaning("yoy_change_abs", sign, unit, base or "_T", is_of_flow="compound" in predicate.found)
        return Meaning(said.measure if said.measure in AMOUNTS_OF_CHANGE else level, sign, unit)

    def _find_changed(self, predicate: Predicate, topic: Topic, said: Said) -> tuple[str, str]:
        """Return the measure of a change in percentage points: of what was said last, else of what the name is."""
        if predicate.metric and predicate.is_change:
            return "growth_change_pp", ""
        if predicate.found & {"share", "share-of"} or self._share_name.search(topic.name):
            return "share_change_pp", ""
        default = topic.indicator.measure if topic.indicator else ""
        if default in {"share", "rate"}:
            return _CHANGE_OF[default], ""
        if said.measure in _CHANGE_OF and topic.is_carried:
            return _CHANGE_OF[said.measure], ""
        if self._rate_name.search(topic.name):
            return "rate_change_pp", ""
        return "growth_change_pp", "no word says of what the points are a change"


def _is_place(figure: PrintedFigure) -> bool:
    return figure.unit is not None and figure.unit.code == "place-in-order"


def _find_sign(predicate: Predicate, said: Said) -> int:
    if "narrow" in predicate.found or "widen" in predicate.found:
        is_fall = predicate.metric == "fall" or (predicate.metric == "" and said.is_negative)
        widens = "widen" in predicate.found
        return -1 if is_fall == widens else 1
    if predicate.metric == "fall":
        return -predicate.sign or -1
    return predicate.sign or (1 if predicate.metric else 0)
