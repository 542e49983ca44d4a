"""Owns reading a paragraph: sentence by sentence, clause by clause, each figure with what the words around it say.

What a clause leaves out (the thing, the time, the place) is carried on from the clauses before it. A figure whose
measure stays open is a gap; a number that states no fact is dismissed with its reason.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from provfin.document import Gap, Part, Passage, Span
from provfin.entities import EntityReader, Kind, Naming
from provfin.mentions import Claim, Mention
from provfin.names import NameReader
from provfin.periods import Period
from provfin.reports import Report
from provfin.statements.figures import Dismissed, FigureReader, PrintedFigure
from provfin.statements.grammar import Grammar
from provfin.statements.meanings import AMOUNTS_OF_CHANGE, Meaning, MeaningReader, Said
from provfin.statements.plain import Plain, cut_spans, make_plain
from provfin.statements.predicates import Predicate, PredicateReader
from provfin.statements.times import Time, find_time
from provfin.statements.topics import Topic, TopicReader, make_candidate
from provfin.vocabulary import Concept, Indicator, Vocabulary

_ROLES: tuple[Kind, ...] = ("actor", "instrument", "target")
_LATEST = 12
# A bare name such as 沈阳 may be the beginning of another; with its kind it is a place.
_AREA_KINDS = ("省", "市", "区", "州", "盟", "县", "内")


@dataclass(frozen=True)
class Dismissal:
    """A number that states no fact: its place, and why."""

    span: Span
    reason: str


@dataclass(frozen=True)
class Readings:
    """What was read of prose: its figures, its numbers that state no fact, and what could not be read."""

    mentions: tuple[Mention, ...] = ()
    dismissals: tuple[Dismissal, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass
class Context:
    """What is carried from clause to clause."""

    part: Part
    area: Concept
    home: Concept
    time: Time
    topics: list[Topic] = field(default_factory=list)
    in_sentence: list[Topic] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    # Whether the time spoken of now opened its sentence, so that the next sentence is of it too.
    sticks: bool = True
    # Whether amounts are told as sums since the beginning (累计).
    is_sum: bool = False
    roles: dict[str, Concept] = field(default_factory=dict)

    def note(self, topic: Topic) -> None:
        """Remember a topic as the one spoken of last."""
        plain = replace(topic, is_carried=False)
        if plain in self.in_sentence:
            self.in_sentence.remove(plain)
        self.in_sentence.append(plain)
        self.topics = [*self.topics, plain][-_LATEST:]


@dataclass(frozen=True)
class Group:
    """Figures of a clause that stand in one list, with the words before the first and behind the last."""

    figures: tuple[PrintedFigure, ...]
    before: str
    behind: str
    start: int


class StatementReader:
    """Reads the prose of a report with the grammar, the vocabulary and its names."""

    def __init__(
        self, grammar: Grammar, vocabulary: Vocabulary, names: NameReader, entities: EntityReader, report: Report
    ) -> None:
        self._grammar = grammar
        self._vocabulary = vocabulary
        self._entities = entities
        self._report = report
        self._figures = FigureReader(grammar, vocabulary)
        self._predicates = PredicateReader(grammar)
        self._topics = TopicReader(grammar, vocabulary, names)
        self._meanings = MeaningReader(vocabulary, grammar.figure["unitless"])
        self._joint = re.compile(f"^(?:{grammar.subject['joints'].pattern})")
        self._verbs = re.compile(f"^{grammar.subject['verbs'].pattern}")
        self._noun_end = grammar.subject["noun-end"]

    def read(self, passage: Passage, part: Part) -> Readings:
        """Return the figures of a paragraph, its numbers that state no fact, and what could not be read."""
        plain = make_plain(passage, self._grammar)
        context = Context(part, self._report.area, self._report.area, Time(self._report.year))
        mentions: list[Mention] = []
        dismissals: list[Dismissal] = []
        gaps: list[Gap] = []
        for start, end in cut_spans(plain.text, self._grammar, "sentence"):
            if self._grammar.cut["anew"].match(plain.text, start):
                context.time = Time(context.time.year)
            context.said.pop("", None)
            context.area, context.in_sentence, context.roles = context.home, [], {}
            context.is_sum = False
            if not context.sticks:
                context.time = Time(context.time.year)
            context.sticks = True
            figures, dismissed = self._figures.read(plain.text[start:end])
            dismissals.extend(
                Dismissal(plain.span(start + item.start, start + item.end), item.reason) for item in dismissed
            )
            sentence = _Sentence(plain, start, plain.text[start:end], figures, dismissed)
            for item in self._read_sentence(sentence, context):
                (mentions if isinstance(item, Mention) else gaps).append(item)  # type: ignore[arg-type]
        return Readings(tuple(mentions), tuple(dismissals), tuple(gaps))

    def _read_sentence(self, sentence: "_Sentence", context: Context) -> Iterator[Mention | Gap]:
        for start, end in cut_spans(sentence.text, self._grammar, "clause"):
            before = context.time
            clause = _Clause(sentence, start, end, [f for f in sentence.figures if start <= f.start < end])
            self._note_roles(clause, context)
            context.is_sum = context.is_sum or bool(self._grammar.subject["sum"].search(clause.text))
            if clause.figures:
                yield from self._read_clause(clause, context)
            else:
                self._read_bare(sentence.text[start:end], context)
            context.sticks = context.sticks and (start == 0 or context.time == before)

    # Clauses without figures only set the scene

    def _read_bare(self, text: str, context: Context) -> None:
        rest = self._set_scene(text, context)
        topic = self._topics.read(self._topics.tidy(rest), context.topics) if rest else None
        if topic is not None and topic.indicator is not None:
            context.note(topic)
        else:
            stem = self._find_opening(rest)
            if stem is not None:
                context.note(stem)

    def _find_opening(self, text: str) -> Topic | None:
        """Return the longest name that opens a headline such as 固定资产投资稳中有进."""
        for end in range(len(text), 2, -1):
            topic = self._topics.read(text[:end], [])
            if topic.indicator is not None:
                return topic
        return None

    def _set_scene(self, text: str, context: Context) -> str:
        """Take the time and the place out of a text, note them, and return the rest."""
        text = self._grammar.time["lead"].sub("", text, count=1) if self._grammar.time["lead"].match(text) else text
        found = find_time(text, self._grammar, context.time)
        while found is not None:
            time, start, end = found
            if self._grammar.time["aside"].search(text[:start]):
                break
            context.time, context.sticks = time, context.sticks and not start
            text = text[:start] + text[end:]
            found = find_time(text, self._grammar, context.time)
        return self._take_area(text.lstrip(",、"), context)

    def _take_area(self, text: str, context: Context) -> str:
        bare = text[1:] if text.startswith("在") else text
        for naming in self._entities.find_outermost(bare, ("area",)):
            is_whole = naming.concept == context.home or naming.exact.endswith(_AREA_KINDS)
            if naming.start == 0 and is_whole and not bare[naming.end :].startswith(("、", "和", "等")):
                context.area = naming.concept
                return bare[naming.end :]
            break
        return text

    def _note_roles(self, clause: "_Clause", context: Context) -> None:
        told: set[Kind] = set()
        for naming in self._entities.find_outermost(clause.text, _ROLES):
            goes_on = clause.text[naming.end :].lstrip("”").startswith("、")
            if naming.kind in told or (goes_on and naming.kind == "instrument"):
                continue
            told.add(naming.kind)
            if naming.kind == "actor" and "actor" in context.roles and not _opens(naming, clause.text):
                continue
            context.roles[naming.kind] = naming.concept

    # Clauses with figures

    def _read_clause(self, clause: "_Clause", context: Context) -> Iterator[Mention | Gap]:
        lead = ""
        for number, group in enumerate(self._group(clause)):
            former = self._grammar.time["former"].search(group.before)
            before = self._set_scene(group.before[: former.start()] if former else group.before, context)
            before = _drop_open_bracket(before)
            if number > 0 and self._joint.match(before):
                before = self._joint.sub("", before)
                before = before if self._verbs.match(before) else lead + before
            elif number > 0 and before.startswith((")", "）")):
                before = self._joint.sub("", before[1:])
            verbs = self._verbs.match(self._topics.tidy(before))
            lead = verbs[0] if verbs else lead
            now = context.time
            if former:
                context.time = replace(now, year=now.year - 1)
            yield from self._read_group(clause, group, before, context)
            context.time = now

    def _group(self, clause: "_Clause") -> Iterator[Group]:
        """Gather the figures of a clause that nothing but a joint stands between; the others open a new group."""
        text, figures = clause.sentence.text, clause.figures
        start = clause.start
        n = 0
        while n < len(figures):
            last = n
            while last + 1 < len(figures) and self._is_joint(text[figures[last].end : figures[last + 1].start]):
                last += 1
            before = text[start : figures[n].start]
            end = figures[last + 1].start if last + 1 < len(figures) else clause.end
            behind = text[figures[last].end : end]
            yield Group(tuple(figures[n : last + 1]), before, behind, start)
            is_noun_behind = self._find_noun(behind) and not self._joint.match(behind)
            # The words before a counted noun go on behind it: 助力 15.2 万户 企业融资 2326 亿元.
            start = figures[last].end
            if is_noun_behind and last + 1 < len(figures):
                yield from self._group_behind_noun(clause, figures[last + 1 :], before, start)
                return
            n = last + 1

    def _group_behind_noun(
        self, clause: "_Clause", figures: Sequence[PrintedFigure], lead: str, start: int
    ) -> Iterator[Group]:
        rest = _Clause(clause.sentence, start, clause.end, list(figures))
        for number, group in enumerate(self._group(rest)):
            yield replace(group, before=lead + group.before) if number == 0 else group

    def _is_joint(self, text: str) -> bool:
        return text in {"、", "和", "与", "及", "以及", ":", "∶", ""} or text in {",和"}

    def _find_noun(self, behind: str) -> str:
        """Return the noun that stands right behind a counted figure, or nothing."""
        text = behind.split(")")[0] if behind.startswith(")") else behind
        match = self._noun_end.search(text, 1)
        noun = text[: match.start()] if match else text
        if self._noun_end.match(text) and self._noun_end.match(text)[0] not in {"到期", "增加值"}:  # type: ignore[index]
            return ""
        return "" if self._joint.match(noun) or noun.startswith((")", "(", "左右", "以上", "以下")) else noun

    def _read_group(self, clause: "_Clause", group: Group, before: str, context: Context) -> Iterator[Mention | Gap]:
        predicate = self._predicates.read(before)
        figures = _share_unit(group.figures, self._vocabulary)
        rest = self._topics.tidy(predicate.rest)
        noun = self._find_noun(group.behind)
        if noun and _is_counted(figures[-1]) and not predicate.is_change and not predicate.whole:
            rest = self._topics.tidy(f"{rest}{noun}")
        if not rest and figures[0].kind == "streak" and not context.in_sentence:
            rest = self._topics.tidy(group.behind)
        if predicate.is_change and predicate.base is None and not predicate.other and _is_counted(figures[0]):
            rest = self._name_increase(rest, predicate, context)
        topics = self._deal_topics(rest, predicate, figures, context)
        for number, figure in enumerate(figures):
            yield self._make(clause, figure, predicate, topics[number], number, context)

    def _name_increase(self, rest: str, predicate: Predicate, context: Context) -> str:
        """Return the name of an increase that is told alone, as one thing with its verb: 债券规模增加."""
        if predicate.found & {"compound", "over"} or context.said.get("", Said()).measure in AMOUNTS_OF_CHANGE:
            return rest
        carried = context.in_sentence[-1].name if context.in_sentence else ""
        return f"{rest or carried}{predicate.verb}"

    def _deal_topics(
        self, rest: str, predicate: Predicate, figures: Sequence[PrintedFigure], context: Context
    ) -> list[Topic]:
        """Return the topic of each figure of a group."""
        number = len(figures)
        parts = self._parts_of(rest, number) if figures[0].kind == "ratio" else []
        if parts:
            return [self._topics.read(part, context.topics) for part in parts]
        if number > 1 and not predicate.bases:
            names = self._topics.split(rest, number) if rest else []
            if names:
                return [self._topics.read(name, context.topics) for name in names]
            if not rest and len(context.in_sentence) >= number:
                return [replace(topic, is_carried=True) for topic in context.in_sentence[-number:]]
        return [self._find_topic(rest, predicate, context)] * number

    def _parts_of(self, phrase: str, number: int) -> list[str]:
        """Return the names of the parts that a ratio is made of, where the grammar knows them."""
        whole = self._grammar.subject["wholes"].search(phrase)
        parts = self._grammar.subject["parts"].pattern.split("|")
        if whole is None or len(parts) != number:
            return []
        return [f"{phrase[: whole.start()]}{part}{phrase[whole.end() :]}" for part in parts]

    def _find_topic(self, rest: str, predicate: Predicate, context: Context) -> Topic:
        if rest:
            return self._topics.read(rest, context.topics)
        carried = context.in_sentence or context.topics
        return replace(carried[-1], is_carried=True) if carried else Topic("")

    def _make(
        self,
        clause: "_Clause",
        figure: PrintedFigure,
        predicate: Predicate,
        topic: Topic,
        number: int,
        context: Context,
    ) -> Mention | Gap:
        if figure.kind != "ratio":
            topic = self._find_share_topic(topic, predicate, context)
        said = context.said.get(topic.name, context.said.get("", Said()))
        meaning = self._meanings.read(figure, predicate, topic, said)
        span = clause.span(figure)
        if meaning is None or (topic.indicator is None and not topic.phrase):
            message = f"the words around {clause.exact(figure)} do not say what it measures"
            return Gap("prose-not-clear", span, message, "add a curation entry", context.part.trail)
        if predicate.bases and number < len(predicate.bases):
            meaning = replace(meaning, base=self._find_base(predicate.bases[number]))
        context.note(topic)
        said = Said(meaning.measure, meaning.sign < 0)
        context.said[topic.name] = context.said[""] = said
        return self._mention(clause, figure, topic, meaning, context)

    def _find_share_topic(self, topic: Topic, predicate: Predicate, context: Context) -> Topic:
        if predicate.whole:
            return replace(self._topics.read_whole(topic, predicate.whole, context.topics), is_carried=topic.is_carried)
        if "share" in predicate.found:
            around = [item for item in context.topics if item.phrase != topic.phrase]
            whole = around[-1].indicator.label if around and around[-1].indicator else ""
            return self._topics.read_whole(topic, whole, context.topics)
        return topic

    def _find_base(self, text: str) -> str:
        base = self._vocabulary.dimensions["comparisonBase"].find(text)
        return base.code if base else "_T"

    def _mention(
        self, clause: "_Clause", figure: PrintedFigure, topic: Topic, meaning: Meaning, context: Context
    ) -> Mention:
        claim = self._claim(clause, topic, meaning, context)
        doubt = meaning.doubt or ("candidate" if claim.indicator.is_candidate else "")
        is_plain_count = meaning.unit.exponent == 0 and meaning.unit.kind == "Count"
        return Mention(
            span=clause.span(figure),
            exact=clause.exact(figure),
            claim=claim,
            unit=meaning.unit,
            value=figure.value * meaning.sign,
            decimals=figure.decimals,
            part=context.part,
            origin="prose",
            rule=f"prose-{figure.kind}",
            is_exact=is_plain_count and not figure.qualifier,
            qualifier=figure.qualifier,
            leeway=next((way for way, words in self._grammar.leeway.items() if words.fullmatch(figure.qualifier)), ""),
            sentence=clause.sentence.plain.span(clause.sentence.start, clause.sentence.start + 1).start,
            doubt=doubt,
        )

    def _claim(self, clause: "_Clause", topic: Topic, meaning: Meaning, context: Context) -> Claim:
        roles = dict(context.roles)
        indicator = topic.indicator or make_candidate(
            topic, meaning.unit, meaning.measure, self._vocabulary,
            is_stock=self._is_stock(topic, context), with_roles=bool(roles),
        )  # fmt: skip
        members = {**topic.members, **roles, "comparisonBase": self._base_concept(meaning.base)}
        names = {dimension.name for dimension in indicator.dimensions}
        members = {name: member for name, member in members.items() if name in names}
        return Claim.make(indicator, meaning.measure, context.area, _find_period(indicator, meaning, context), members)

    def _base_concept(self, code: str) -> Concept:
        members = self._vocabulary.dimensions["comparisonBase"].members
        return next(member for member in members if member.code == code)

    def _is_stock(self, topic: Topic, context: Context) -> bool:
        subject = self._grammar.subject
        is_flow = bool(subject["flow"].search(topic.phrase))
        if context.time.is_point:
            return not is_flow or context.is_sum
        return bool(subject["stock"].search(topic.phrase)) and not is_flow


@dataclass(frozen=True)
class _Sentence:
    plain: Plain
    start: int
    text: str
    figures: list[PrintedFigure]
    dismissed: list[Dismissed]


@dataclass(frozen=True)
class _Clause:
    sentence: _Sentence
    start: int
    end: int
    figures: list[PrintedFigure]

    @property
    def text(self) -> str:
        return self.sentence.text[self.start : self.end]

    def span(self, figure: PrintedFigure) -> Span:
        return self.sentence.plain.span(self.sentence.start + figure.start, self.sentence.start + figure.end)

    def exact(self, figure: PrintedFigure) -> str:
        return self.sentence.plain.exact(self.sentence.start + figure.start, self.sentence.start + figure.end)


def _find_period(indicator: Indicator, meaning: Meaning, context: Context) -> Period:
    time = context.time
    if meaning.measure == "change_since_year_start":
        return time.to_date
    if meaning.measure == "mom_change_abs":
        return time.month
    return time.stock if indicator.is_stock else time.flow


def _is_counted(figure: PrintedFigure) -> bool:
    return figure.kind == "number" and figure.unit is not None and figure.unit.kind in {"Count", "Currency"}


def _share_unit(figures: Sequence[PrintedFigure], vocabulary: Vocabulary) -> list[PrintedFigure]:
    """Give the figures of a list the unit that only the last one is printed with."""
    unit = figures[-1].unit
    item = vocabulary.units["item"]
    elided = unit is not None and unit.code == "percentage-point"
    return [
        replace(figure, unit=unit) if figure.unit is None or (elided and figure.unit == item) else figure
        for figure in figures
    ]


def _drop_open_bracket(text: str) -> str:
    """Cut a bracket that opens right before the figure, as in 汽车（增长 5.3%）."""
    if text.count("(") > text.count(")"):
        return text[: text.rindex("(")] + text[text.rindex("(") + 1 :]
    return text


def _opens(naming: Naming, text: str) -> bool:
    return naming.start <= 4 or text[: naming.start].endswith(("指导", "推动", "支持", "组织", "引导"))
