"""Owns what the name of a thing stands for: an indicator of the vocabulary with its breakdowns, else a candidate.

A name is read alone, then beside what was spoken of before it (`其中，进口`, `金额`). Nothing is lost: a name that no
concept has becomes a candidate under its own words.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from provfin.names import Members, Named, NameReader, write_name
from provfin.statements.grammar import Grammar
from provfin.vocabulary import Indicator, Unit, Vocabulary, escape_iri, normalise

_QUOTES = str.maketrans("", "", "“”‘’\"'《》")
# A candidate's label is a name of a few words, never a piece of the report's sentence.
_LONGEST_LABEL = 19
_LONGEST_OPENING = 40
_SHORTEST_NAME = 2
_SHORTEST_END = 6
_LONGEST_PART = 24
_LONGEST_NAME = 80
# What a known name may have behind it that a report leaves out.
_TAILS = ("额", "总额", "余额", "同比")
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
        self._joints = subject["joint"]
        self._heads = grammar.heads
        self._inner = subject["inner"]
        self._share_name = subject["share-name"]
        self._pairs = {name: sides.split("|") for name, sides in grammar.pairs.items()}
        self._variant = grammar.scene["variant"]
        self._scale = subject["scale"]
        self._empty = subject["empty"]
        self._deed_of_side = subject["deed-of-side"]
        self._act = subject["act"]
        self._examples = subject["examples"]
        self._stock_head = subject["stock-head"]
        self._increase = subject["increase"]
        self._side = subject["side"]
        self._of_kinds = subject["of-kinds"]
        self._known: dict[str, Named | None] = {}
        self._in_context: dict[str, list[Indicator]] = {}
        for indicator in vocabulary.indicators.values():
            for name in indicator.context_names:
                self._in_context.setdefault(name, []).append(indicator)

    def find_opening(self, text: str) -> Topic | None:
        """Return the longest known name that opens a headline such as 固定资产投资稳中有进."""
        for end in range(min(len(text), _LONGEST_OPENING), 2, -1):
            topic = self._look_up(text[:end], [])
            if topic is not None:
                return topic
        return None

    def split_pair(self, phrase: str, number: int, topic: Topic) -> list[str]:
        """Return the names a word for several sides stands for (城乡) of what was spoken of before; else nothing."""
        sides = self._pairs.get(phrase, [])
        return [f"{side}{topic.name}" for side in sides] if len(sides) == number and topic.name else []

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
        side = self._complete_side(phrase, _find_whole(around)) if around and self.is_side(phrase) else None
        if side is not None and side.indicator:
            return side
        for variant in self._vary(phrase):
            found = self._look_up(variant, around)
            if found is not None:
                return found
        if side is not None:
            return side
        if around and self._deed_of_side.fullmatch(phrase):
            return Topic(f"{phrase}{self._deed_of_side.sub('', around[-1].name, count=1)}"[:_LONGEST_NAME])
        if around and self._generic.fullmatch(phrase):
            return self._extend(around[-1], phrase, around)
        name = self._inner.sub("", phrase)
        return Topic(name[-_LONGEST_NAME:] if self._is_name(name) else "")

    def read_variant(self, topic: Topic, variant: str) -> Topic:
        """Return a variant of what a topic names (扣除价格因素), which is another thing than itself."""
        stem, bracket, inner = topic.name.rstrip(")").rpartition("(")
        name = stem if bracket and self._variant.fullmatch(inner) else topic.name
        text = f"{name}({variant})"
        named = self._read_name(text)
        return Topic(text, named.indicator, named.members) if named else Topic(text, is_carried=topic.is_carried)

    def read_part(self, topic: Topic, whole: Topic | None) -> Topic:
        """Return a topic as the part of a whole: it is of the same currency, sector or kind unless it names its own.

        A breakdown of what the whole is a kind of is that of the whole: 中长期贷款 among loans to an industry.
        """
        mine, theirs = topic.indicator, whole.indicator if whole else None
        if mine is None or theirs is None or whole is None or topic.is_carried or not theirs.structure:
            return topic
        is_kind = bool(topic.members) and mine.code in theirs.wholes
        if not is_kind and theirs.code not in {mine.code, *mine.kin, *mine.wholes}:
            return topic
        indicator = theirs if is_kind else mine
        names = {dimension.name for dimension in indicator.dimensions} - {name for name, _ in indicator.own_members}
        if not names.issuperset(topic.members):
            return topic
        shared = names if theirs.code not in mine.wholes else {name for name in names if self._of_kinds.fullmatch(name)}
        members = {name: code for name, code in whole.members.items() if name in shared}
        return replace(topic, indicator=indicator, members={**members, **topic.members})

    def is_side(self, phrase: str) -> bool:
        """Tell whether a name is only a side of what was spoken of before (住户, 中长期)."""
        return self._side.fullmatch(phrase) is not None

    def read_increase(self, topic: Topic) -> Topic:
        """Return what is added to a stock over a time, for 同比多增 and 余额新增; another topic as it is."""
        if topic.indicator is None or not topic.indicator.is_stock:
            return topic
        tail = self._increase.pattern
        for name in (topic.name, write_name(topic.indicator, topic.members)):
            stem = self._stock_head.sub("", name)
            found = self._look_up(f"{stem}{tail}", [])
            if found is not None:
                return replace(found, is_carried=topic.is_carried)
        return Topic(f"{stem}{tail}", is_carried=topic.is_carried)

    def _is_name(self, phrase: str) -> bool:
        """Tell whether more is left of a phrase than words that name nothing by themselves."""
        return len(re.sub(r"\W", "", self._empty.sub("", phrase))) >= _SHORTEST_NAME

    def read_whole(self, part: Topic, whole: str, around: list[Topic]) -> Topic:
        """Return the topic of a share: of what it is a part, and which part."""
        name = part.name
        for text in (f"{name}占{whole}的比重", f"{name}占{whole}比重", f"{name}占比", f"{name}占比重"):
            found = self._look_up(text, around)
            if found is not None and found.indicator is not None and found.indicator.measure == "share":
                return found
        if not whole and self._share_name.search(name):
            return part
        label = part.indicator.label if part.indicator and not part.members else name
        if not label:
            return Topic("")
        return Topic(f"{label}占{whole}的比重" if whole else f"{label}占比")

    def split(self, phrase: str, number: int) -> list[str]:
        """Return the names of a list of `number` things, each complete; empty if it has no such parts."""
        parts = [part for part in phrase.split("、") if part]
        if len(parts) < number:
            parts = [part for part in self._joints.split(phrase) if part]
        if len(parts) < number:
            return []
        # Joints inside a name: what stands around them is put together again, from the left.
        extra = len(parts) - number
        parts = ["、".join(parts[: extra + 1]), *parts[extra + 1 :]]
        return [self._complete(part, parts) for part in parts]

    def _complete(self, part: str, parts: list[str]) -> str:
        """Give a part of a list the head behind the last one or the owner before the first one."""
        if self._look_up(part, []):
            return part
        for known in self._list_completions(part, parts[0], parts[-1]):
            if self._look_up(known, []):
                return known
        return part if part is parts[-1] else self._add_head(part, parts[-1])

    def _add_head(self, part: str, last: str) -> str:
        """Give a name the head that another ends with, or what it lacks of it (绿色贷款 beside 涉农贷款余额)."""
        head = next((head for head in self._heads if last.endswith(head)), "")
        for length in range(len(head) - 1, 1, -1):
            if part.endswith(head[:length]):
                return part + head[length:]
        return part if not head or any(part.endswith(other) for other in self._heads) else part + head

    def _complete_side(self, side: str, topic: Topic) -> Topic:
        """Return the side of what was spoken of before: 住户 beside 各项存款余额 is 住户存款余额."""
        name = topic.name[-_LONGEST_PART:]
        for known in self._list_completions(side, name, name):
            found = self._look_up(known, [])
            if found is not None:
                return found
        whole = self._add_head(side, name)
        return Topic(whole if whole != side else "")

    @staticmethod
    def _list_completions(part: str, first: str, last: str) -> Iterator[str]:
        if max(len(part), len(first), len(last)) > _LONGEST_PART:
            return
        yield from (part + last[n:] for n in range(1, len(last)))
        yield from (first[:n] + part for n in range(len(first) - 1, 0, -1))
        yield from (first[:n] + part + last[m:] for n in range(len(first) - 1, 0, -1) for m in range(1, len(last)))

    def _vary(self, phrase: str) -> Iterator[str]:
        yield phrase
        yield self._inner.sub("", phrase)
        bare = re.sub(r"\([^()]*\)", "", phrase)
        yield bare
        yield self._scale.sub("", bare)
        for tail in _TAILS:
            yield bare + tail
        if self._examples.search(bare):
            yield self._examples.sub("", bare)
        act = self._act.search(bare, 1)
        if act is not None:
            yield act[0]

    def _look_up(self, phrase: str, around: list[Topic]) -> Topic | None:
        named = self._read_name(phrase)
        if named is not None:
            return Topic(phrase, named.indicator, named.members)
        wanted = self._in_context.get(normalise(phrase), [])
        for topic in reversed(around) if wanted else ():
            near = {topic.indicator.code, *topic.indicator.kin} if topic.indicator else set()
            for indicator in wanted:
                if near & indicator.kin:
                    return Topic(phrase, indicator)
        return None

    def _read_name(self, phrase: str) -> Named | None:
        if not phrase or len(phrase) > _LONGEST_NAME:
            return None
        if phrase not in self._known:
            self._known[phrase] = self._names.read(phrase)
        return self._known[phrase]

    def _extend(self, topic: Topic, generic: str, around: list[Topic]) -> Topic:
        name = topic.name
        if name.endswith(generic):
            return topic
        stem = next((name[: -len(head)] for head in self._heads if name.endswith(head) and name != head), name)
        for text in (name + generic, stem + generic):
            for variant in self._vary(text):
                found = self._look_up(variant, around)
                if found is not None:
                    return found
        return Topic(f"{name}{generic}"[-_LONGEST_NAME:])


def _shorten(name: str) -> str:
    """Return the end of a name, where Chinese has its head, from the beginning of a word if that can be told."""
    if len(name) <= _LONGEST_LABEL:
        return name
    end = name[-_LONGEST_LABEL:]
    rest = re.split("[、,()的和与]", end, maxsplit=1)[-1]
    return rest if len(rest) >= _SHORTEST_END else end


def _identify(name: str) -> str:
    """Return what tells a long name apart from others with the same end: its end and a hash of the whole."""
    label = _shorten(name)
    return label if label == name else f"{label}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _find_whole(around: list[Topic]) -> Topic:
    """Return what a side is a side of: the stock spoken of last before its increase, else what was spoken of last."""
    stocks = (topic for topic in reversed(around[-2:]) if topic.indicator and topic.indicator.is_stock)
    return next(stocks, around[-1])


def make_candidate(
    topic: Topic, unit: Unit, measure: str, vocabulary: Vocabulary, *, is_stock: bool, with_roles: bool
) -> Indicator:
    """Return an indicator for a name the vocabulary lacks; it keeps its facts, marked as a candidate."""
    label = _shorten(topic.phrase)
    known = next(iter(vocabulary.indicators.values()))
    return Indicator(
        iri=f"{known.iri.rsplit('/', 1)[0]}/candidate-{escape_iri(_identify(topic.phrase))}",
        code=f"candidate-{_identify(topic.phrase)}",
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
