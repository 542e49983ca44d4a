"""Owns what a figure says of its topic: the measure, the sign, the unit that is meant, what it is compared with.

Decided from the unit, the words before the figure and what was said right before; refuses to guess when they leave the
measure open.
"""

import re
from dataclasses import dataclass

from provfin.statements.figures import PrintedFigure
from provfin.statements.predicates import Predicate
from provfin.statements.topics import Topic
from provfin.vocabulary import Unit, Vocabulary

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
_TIME_WORDS = re.compile(r"上|去年|年初|\d{4}年|同期|前|期初")
_SHARE_TAIL = re.compile(r"(?:占比|比重|份额|占.+的比例)$")
_RATE_TAIL = re.compile(r"(?:率|利率|比例|比率|系数|得率|度|成本|LPR)(?:\([^()]*\))?$")


@dataclass(frozen=True)
class Meaning:
    """What a figure says: measure, sign of its value, unit as meant, base of comparison (a code), and any doubt."""

    measure: str
    sign: int
    unit: Unit
    base: str = "_T"
    doubt: str = ""


@dataclass(frozen=True)
class Said:
    """What was said last of a topic: the measure and whether the value was negative."""

    measure: str = ""
    is_negative: bool = False


class MeaningReader:
    """Decides meanings with the units of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, unitless: re.Pattern[str]) -> None:
        self._units = vocabulary.units
        self._unitless = unitless

    def read(self, figure: PrintedFigure, predicate: Predicate, topic: Topic, said: Said) -> Meaning | None:
        """Return what the figure says, or None when that is not clear."""
        if figure.kind == "streak":
            return Meaning("streak", 1, figure.unit or self._units["year"])
        if figure.kind == "record" or "rank" in predicate.found:
            return Meaning("ranking", 1, figure.unit or self._units["place-in-order"])
        if figure.kind == "ratio":
            return Meaning("ratio", 1, self._units["pure-number"])
        if figure.unit is None:
            return self._read_bare(predicate, topic)
        if figure.unit.code in _POINTS:
            return self._read_points(figure.unit, predicate, topic, said)
        if figure.unit.is_ratio:
            return self._read_percent(figure.unit, predicate, topic, said)
        if figure.unit.code == "times":
            return self._read_times(figure.unit, predicate)
        return self._read_amount(figure.unit, predicate, said)

    def _read_bare(self, predicate: Predicate, topic: Topic) -> Meaning | None:
        """Read a number without a unit: only a few names have such."""
        kind = self._unitless.search(topic.name)
        if kind is None:
            return None
        if predicate.is_change:
            return Meaning("other", predicate.sign or 1, self._units["pure-number"], predicate.base or "_T")
        return Meaning("ratio" if kind["ratio"] else "level", 1, self._units["pure-number"])

    def _read_points(self, unit: Unit, predicate: Predicate, topic: Topic, said: Said) -> Meaning | None:
        sign = _find_sign(predicate, said)
        if predicate.base == "nation" or (predicate.other and not _TIME_WORDS.match(predicate.other)):
            base = "nation" if predicate.base == "nation" or "全国" in predicate.other else "other-indicator"
            return Meaning("diff_pp", sign or 1, unit, base)
        if "pull" in predicate.found:
            return Meaning("other", sign or 1, unit)
        if sign == 0:
            return None
        measure, doubt = _find_changed(predicate, topic, said)
        return Meaning(measure, sign, unit, predicate.base or "_T", doubt)

    def _read_percent(self, unit: Unit, predicate: Predicate, topic: Topic, said: Said) -> Meaning:
        if predicate.found & {"share-of", "share"}:
            return Meaning("share", 1, unit)
        if predicate.metric and not predicate.is_change:
            return Meaning("yoy_growth", -1 if predicate.metric == "fall" else 1, unit, predicate.base or "_T")
        if predicate.is_change:
            is_over_months = predicate.base in {"previous-month", "previous-quarter"}
            measure = "other" if is_over_months else "yoy_growth"
            return Meaning(measure, _find_sign(predicate, said) or 1, unit, predicate.base or "_T")
        default = topic.indicator.measure if topic.indicator else ""
        if default in {"rate", "share"}:
            return Meaning(default, 1, unit)
        if _SHARE_TAIL.search(topic.name):
            return Meaning("share", 1, unit)
        if _RATE_TAIL.search(topic.name):
            return Meaning("rate", 1, unit)
        if said.measure == "yoy_growth" and not topic.is_carried:
            return Meaning("yoy_growth", 1, unit, doubt="the growth is told of the thing before")
        return Meaning("rate", 1, unit, doubt="no word says what the percentage is of")

    def _read_times(self, unit: Unit, predicate: Predicate) -> Meaning:
        if predicate.is_change and "multiple" not in predicate.found:
            return Meaning("yoy_growth", predicate.sign or 1, self._units["times-growth"], predicate.base or "_T")
        return Meaning("multiple", 1, unit)

    def _read_amount(self, unit: Unit, predicate: Predicate, said: Said) -> Meaning:
        level = "count" if unit.kind == "Count" else "level"
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
            return Meaning("yoy_change_abs", sign, unit, base or "_T")
        return Meaning(said.measure if said.measure in AMOUNTS_OF_CHANGE else level, sign, unit)


def _find_sign(predicate: Predicate, said: Said) -> int:
    if "narrow" in predicate.found or "widen" in predicate.found:
        is_fall = predicate.metric == "fall" or (predicate.metric == "" and said.is_negative)
        widens = "widen" in predicate.found
        return -1 if is_fall == widens else 1
    if predicate.metric == "fall":
        return -predicate.sign or -1
    return predicate.sign or (1 if predicate.metric else 0)


def _find_changed(predicate: Predicate, topic: Topic, said: Said) -> tuple[str, str]:
    """Return the measure of a change in percentage points: of what was said last, else of what the name is."""
    if predicate.metric and predicate.is_change:
        return "growth_change_pp", ""
    if predicate.found & {"share", "share-of"} or _SHARE_TAIL.search(topic.name):
        return "share_change_pp", ""
    default = topic.indicator.measure if topic.indicator else ""
    if default in {"share", "rate"}:
        return _CHANGE_OF[default], ""
    if said.measure in _CHANGE_OF and topic.is_carried:
        return _CHANGE_OF[said.measure], ""
    if _RATE_TAIL.search(topic.name):
        return "rate_change_pp", ""
    return "growth_change_pp", "no word says of what the points are a change"
