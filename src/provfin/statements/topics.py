"""Owns what the name of a thing stands for: an indicator of the vocabulary with its breakdowns, else a candidate.

A name is read alone, then beside what was spoken of before it (`其中，进口`, `金额`). Nothing is lost: a name that no
concept has becomes a candidate under its own words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from provfin.names import Members, NameReader
from provfin.statements.grammar import Grammar
from provfin.vocabulary import Indicator, Unit, Vocabulary, escape_iri, normalise

_QUOTES = str.maketrans("", "", "“”‘’\"'《》")
_LONGEST_LABEL = 40
_KIND_MEASURES = {"Currency": "level", "Count": "count", "DimensionlessRatio": "rate"}


@dataclass(frozen=True)
class Topic:
    """What a figure is about. `phrase` is the name it was read from; a candidate's indicator is made of it later."""

    phrase: str
    indicator: Indicator | None = None
    members: Members = field(default_factory=dict)
    is_carried: bool = False

    @property
    def name(self) -> str:
        """The name to join further words to."""
        return self.phrase or (self.indicator.label if self.indicator else "")


class TopicReader:
    """Reads names with the vocabulary's names and the grammar's words around them."""

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary, names: NameReader) -> None:
        subject = grammar.subject
        self._names = names
        self._before = re.compile(f"^(?:{subject['before'].pattern})")
        self._behind = re.compile(f"(?:{subject['behind'].pattern})$")
        self._generic = subject["generic"]
        self._joints = subject["joints"]
        self._heads = grammar.heads
        self._inner = re.compile("实现|共有|共计|合计|累计|已经|已")
        self._in_context: dict[str, list[Indicator]] = {}
        for indicator in vocabulary.indicators.values():
            for name in indicator.context_names:
                self._in_context.setdefault(name, []).append(indicator)

    def tidy(self, phrase: str) -> str:
        """Return a name without the words around it that say nothing of it."""
        text = phrase.translate(_QUOTES).strip("、,;:() ")
        if phrase.endswith(")") and text.count("(") > text.count(")"):
            text += ")"
        while True:
            shorter = self._behind.sub("", self._before.sub("", text)).strip("、,;: ")
            if shorter == text:
                return text
            text = shorter

    def read(self, phrase: str, around: list[Topic]) -> Topic:
        """Return the topic a tidy name stands for among the topics spoken of before, the latest last."""
        for variant in self._vary(phrase):
            found = self._look_up(variant, around)
            if found is not None:
                return found
        if around and self._generic.fullmatch(phrase):
            return self._extend(around[-1], phrase, around)
        return Topic(self._inner.sub("", phrase)[-_LONGEST_LABEL:])

    def read_whole(self, part: Topic, whole: str, around: list[Topic]) -> Topic:
        """Return the topic of a share: of what it is a part, and which part."""
        name = part.name
        for text in (f"{name}占{whole}的比重", f"{name}占{whole}比重", f"{name}占比", f"{name}占比重"):
            found = self._look_up(text, around)
            if found is not None and found.indicator is not None and found.indicator.measure == "share":
                return found
        label = part.indicator.label if part.indicator and not part.members else name
        return Topic(f"{label}占{whole}的比重" if whole else f"{label}占比")

    def split(self, phrase: str, number: int) -> list[str]:
        """Return the names of a list of `number` things, each complete; empty if it has no such parts."""
        parts = [part for part in re.split("、", phrase) if part]
        if len(parts) < number:
            parts = [part for part in self._joints.split(phrase) if part]
        while len(parts) > number and number > 1:
            # A joint inside a name: what stands around it is put together again, from the left.
            parts = [parts[0] + "、" + parts[1], *parts[2:]] if len(parts) - number < len(parts) - 1 else parts
        if len(parts) != number:
            return []
        return [self._complete(part, parts) for part in parts]

    def _complete(self, part: str, parts: list[str]) -> str:
        """Give a part of a list the head behind the last one or the owner before the first one."""
        if self._look_up(part, []):
            return part
        for known in self._list_completions(part, parts[0], parts[-1]):
            if self._look_up(known, []):
                return known
        head = next((head for head in self._heads if parts[-1].endswith(head)), "")
        has_head = any(part.endswith(other) for other in self._heads)
        return part if has_head or not head or part is parts[-1] else part + head

    @staticmethod
    def _list_completions(part: str, first: str, last: str) -> Iterator[str]:
        yield from (part + last[n:] for n in range(1, len(last)))
        yield from (first[:n] + part for n in range(len(first) - 1, 0, -1))
        yield from (first[:n] + part + last[m:] for n in range(len(first) - 1, 0, -1) for m in range(1, len(last)))

    def _vary(self, phrase: str) -> Iterator[str]:
        yield phrase
        yield self._inner.sub("", phrase)
        bare = re.sub(r"\([^()]*\)", "", phrase)
        yield bare
        yield re.sub(r"(?:规模|总量|数量)$", "", bare)
        for tail in ("额", "总额", "余额", "同比"):
            yield bare + tail

    def _look_up(self, phrase: str, around: list[Topic]) -> Topic | None:
        named = self._names.read(phrase) if phrase else None
        if named is not None:
            return Topic(phrase, named.indicator, named.members)
        spoken_of = {topic.indicator.code for topic in around if topic.indicator}
        for indicator in self._in_context.get(normalise(phrase), []):
            if spoken_of & indicator.kin:
                return Topic(phrase, indicator)
        return None

    def _extend(self, topic: Topic, generic: str, around: list[Topic]) -> Topic:
        name = topic.name
        stem = next((name[: -len(head)] for head in self._heads if name.endswith(head) and name != head), name)
        for text in (name + generic, stem + generic):
            found = self._look_up(text, around)
            if found is not None:
                return found
        return Topic(f"{name}{generic}"[-_LONGEST_LABEL:])


def make_candidate(
    topic: Topic, unit: Unit, measure: str, vocabulary: Vocabulary, *, is_stock: bool, with_roles: bool
) -> Indicator:
    """Return an indicator for a name the vocabulary lacks; it keeps its facts, marked as a candidate."""
    label = topic.phrase or "（未指明）"
    known = next(iter(vocabulary.indicators.values()))
    return Indicator(
        iri=f"{known.iri.rsplit('/', 1)[0]}/candidate-{escape_iri(label)}",
        code=f"candidate-{label}",
        label=label,
        scheme=known.scheme,
        names=frozenset({normalise(label)}),
        label_en=label,
        is_candidate=True,
        structure=vocabulary.structures["operations" if with_roles else "general"],
        is_stock=is_stock,
        measure=measure if measure in {"share", "rate"} else _KIND_MEASURES.get(unit.kind, "level"),
        unit=unit,
    )
