"""Owns the differences of two releases as text for people, in English and Chinese: one line for each figure."""

from collections.abc import Iterator, Mapping
from string import Template

from provfin.differences.changes import Change, Comparison, Kind
from provfin.differences.editions import Figure, Named
from provfin.errors import InputError
from provfin.turtle import shorten_iri

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "revised": "Revised",
        "added": "Added",
        "withdrawn": "Withdrawn",
        "labels_changed": "Named otherwise",
        "evidence_changed": "Printed elsewhere or read otherwise",
        "otherwise_changed": "Told otherwise",
        "spelling_changed": "Written with more or fewer zeros",
        "resources": "Other resources",
        "none": "no differences",
        "figures": "$revised revised, $added added, $withdrawn withdrawn; names of $labels_changed, "
        "evidence of $evidence_changed, other statements of $otherwise_changed, zeros of $spelling_changed changed",
        "statements": "$added statements added, $withdrawn withdrawn",
        "counts": "$added added, $withdrawn withdrawn, $changed changed",
        "missing": "no value",
        "comma": ", ",
        "between": " between $lower and $upper",
        "base": " = $value in base units",
        "at": "  at $places",
    },
    "zh": {
        "revised": "修订",
        "added": "新增",
        "withdrawn": "撤回",
        "labels_changed": "名称变更",
        "evidence_changed": "出处变更",
        "otherwise_changed": "其他陈述变更",
        "spelling_changed": "仅零位写法变更",
        "resources": "其他资源",
        "none": "无差异",
        "figures": "数值：修订 $revised，新增 $added，撤回 $withdrawn；名称变更 $labels_changed，"
        "出处变更 $evidence_changed，其他变更 $otherwise_changed，仅零位写法变更 $spelling_changed",
        "statements": "陈述：新增 $added，撤回 $withdrawn",
        "counts": "新增 $added，撤回 $withdrawn，变更 $changed",
        "missing": "无数值",
        "comma": "，",
        "between": "（$lower 至 $upper）",
        "base": "（基本单位 $value）",
        "at": "  位置 $places",
    },
}
LANGUAGES = tuple(_WORDS)


def write_text(comparison: Comparison, language: str) -> str:
    """Return the differences as text in a language; raises `InputError` for one that is not spoken."""
    if language not in _WORDS:
        raise InputError("no such language", where=language, repair=f"one of: {', '.join(LANGUAGES)}")
    return "".join(f"{line}\n" for line in _Writer(comparison, language).lines())


class _Writer:
    """Writes one comparison in one language."""

    def __init__(self, comparison: Comparison, language: str) -> None:
        self._comparison = comparison
        self._language = language
        self._words = _WORDS[language]

    def lines(self) -> Iterator[str]:
        """Yield the lines: what is compared, how much differs, then what."""
        comparison = self._comparison
        yield f"{comparison.old.name} → {comparison.new.name}"
        if comparison.is_empty:
            yield self._words["none"]
            return
        yield self._fill("figures", {kind.value: len(comparison.select(kind)) for kind in Kind})
        yield self._fill("statements", vars(comparison.statements))
        for kind in Kind:
            changes = comparison.select(kind)
            if changes:
                yield from ("", self._words[kind.value])
            yield from (f"  {self._tell_change(change)}" for change in changes)
        if comparison.resources:
            yield from ("", self._words["resources"])
        for name, counts in comparison.resources.items():
            yield f"  {shorten_iri(name)}: {self._fill('counts', vars(counts))}"

    def _fill(self, word: str, values: Mapping[str, object]) -> str:
        return Template(self._words[word]).substitute(values)

    def _tell_change(self, change: Change) -> str:
        figure = change.figure
        what = [figure.this.name(self._language), self._name(figure.measure)]
        where = [self._name(figure.period), self._name(figure.area)]
        comma = self._words["comma"]
        head = f"{comma.join(filter(None, what))} [{comma.join(filter(None, where))}]"
        states = [self._tell_state(change, item) for item in (change.old, change.new) if item]
        return f"{head}: {_arrow(states)}{self._tell_places(change)}"

    def _name(self, named: Named | None) -> str:
        return named.name(self._language) if named else ""

    def _tell_state(self, change: Change, figure: Figure) -> str:
        """Return value and unit, and of the rest what changed."""
        told = self._tell_value(figure)
        if "base_value" in change.aspects and not {"value", "unit"} & set(change.aspects):
            told += self._fill("base", {"value": figure.base_value})
        if "bounds" in change.aspects and "value" not in change.aspects and figure.lower:
            told += self._fill("between", {"lower": figure.lower, "upper": figure.upper})
        if "status" in change.aspects and figure.status:
            told += f" ({self._name(figure.status)})"
        if "label" in change.aspects:
            told += f" “{figure.this.name(self._language)}”"
        if "dimensions" in change.aspects:
            told += f" {{{self._tell_dimensions(figure)}}}"
        return told + (f" <{figure.this.iri}>" if "iri" in change.aspects else "")

    def _tell_value(self, figure: Figure) -> str:
        if figure.value is None:
            reason = self._name(figure.missing)
            return f"{self._words['missing']} ({reason})" if reason else self._words["missing"]
        unit = self._name(figure.unit)
        # A unit that starts with a number (100 million yuan) must not run into the value.
        return f"{figure.value} {'× ' if unit[:1].isdigit() else ''}{unit}".strip()

    def _tell_dimensions(self, figure: Figure) -> str:
        named = (figure.indicator, figure.measure, figure.period, figure.area)
        return self._words["comma"].join(self._name(item) for item in named if item)

    def _tell_places(self, change: Change) -> str:
        places = [_tell_places(figure) for figure in (change.old, change.new) if figure]
        return self._fill("at", {"places": _arrow(places)}) if any(places) else ""


def _arrow(states: list[str]) -> str:
    return states[0] if len(set(states)) == 1 else " → ".join(states)


def _tell_places(figure: Figure) -> str:
    spans = ", ".join(f"{place.start}-{place.end} ({place.exact})" for place in figure.places)
    return f"{figure.report.code} {spans}" if figure.report and spans else spans
