"""Owns reading a paragraph: sentence by sentence, clause by clause, each figure with what the words around it say.

What a clause leaves out (the thing, the time, the place) is carried on from the clauses before it. A figure whose
measure stays open is a gap; a number that states no fact is dismissed with its reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from provfin.document import Gap, Part, Passage, Span
from provfin.entities import EntityReader
from provfin.mentions import Claim, Mention
from provfin.names import NameReader
from provfin.quantity import fold_width
from provfin.reports import Report
from provfin.statements.claims import ClaimMaker
from provfin.statements.clauses import Clause, ClauseReader, Group, Sentence, split_at_bracket
from provfin.statements.context import Context, Said
from provfin.statements.dealing import TopicDealer, fit_unit
from provfin.statements.figures import FigureReader, PrintedFigure, share_unit
from provfin.statements.grammar import Grammar
from provfin.statements.meanings import MeaningReader
from provfin.statements.plain import Plain, cut_spans, make_plain
from provfin.statements.predicates import Predicate, PredicateReader
from provfin.statements.scenes import SceneReader, take_variant
from provfin.statements.times import Time, find_time
from provfin.statements.topics import Topic, TopicReader
from provfin.vocabulary import Vocabulary


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


@dataclass(frozen=True)
class _Asserted:
    """The figures of a group with all that was read of the words before them."""

    clause: Clause
    figures: Sequence[PrintedFigure]
    predicate: Predicate
    topics: Sequence[Topic]
    times: Sequence[Time] = field(default_factory=tuple)


class StatementReader:
    """Reads the prose of a report with the grammar, the vocabulary and its names."""

    def __init__(
        self, grammar: Grammar, vocabulary: Vocabulary, names: NameReader, entities: EntityReader, report: Report
    ) -> None:
        self._grammar = grammar
        self._vocabulary = vocabulary
        self._report = report
        self._figures = FigureReader(grammar, vocabulary)
        self._clauses = ClauseReader(grammar)
        self._scenes = SceneReader(grammar, entities)
        self._predicates = PredicateReader(grammar)
        self._topics = TopicReader(grammar, vocabulary, names)
        self._dealer = TopicDealer(grammar, self._topics, self._scenes)
        self._meanings = MeaningReader(vocabulary, grammar)
        self._claims = ClaimMaker(grammar, vocabulary)
        self._verbs = grammar.subject["verbs"]

    def read(self, passage: Passage, part: Part) -> Readings:
        """Return the figures of a paragraph, its numbers that state no fact, and what could not be read."""
        plain = make_plain(passage, self._grammar)
        context = Context(part, self._report.area, self._report.area, Time(self._report.year))
        mentions: list[Mention] = []
        dismissals: list[Dismissal] = []
        gaps: list[Gap] = []
        for start, end in cut_spans(plain.text, self._grammar, "sentence"):
            context.open_sentence(is_anew=self._grammar.cut["anew"].match(plain.text, start) is not None)
            first = self._read_entry_date(plain, start, dismissals, context)
            figures, dismissed = self._figures.read(plain.text[first:end])
            dismissals.extend(
                Dismissal(plain.span(first + item.start, first + item.end), item.reason) for item in dismissed
            )
            sentence = Sentence(plain, first, plain.text[first:end], figures)
            for item in self._read_sentence(sentence, context):
                if isinstance(item, Mention):
                    mentions.append(item)
                else:
                    gaps.append(item)
        dismissals.extend(self._dismiss_marks(passage, [*mentions, *dismissals, *gaps]))
        return Readings(tuple(mentions), tuple(dismissals), tuple(gaps))

    def _dismiss_marks(self, passage: Passage, read: Sequence[Mention | Dismissal | Gap]) -> Iterator[Dismissal]:
        """Dismiss the numbers of note marks that do not stand inside a figure."""
        covered = {n for item in read for n in range(item.span.start, item.span.end)}
        for match in self._grammar.noise.finditer(fold_width(passage.text)):
            span = passage.span(*match.span())
            if any(c.isdecimal() for c in match[0]) and covered.isdisjoint(range(span.start, span.end)):
                yield Dismissal(span, "footnote-mark")

    def _read_entry_date(self, plain: Plain, start: int, dismissals: list[Dismissal], context: Context) -> int:
        """Read the day that an entry of a chronicle begins with (4.18), and return where its words begin."""
        match = self._grammar.scene["entry"].match(plain.text) if start == 0 else None
        if match is None or not self._grammar.scene["chronicle"].search(context.part.trail):
            return start
        dismissals.append(Dismissal(plain.span(0, match.end()), "date"))
        found = find_time(f"{match['month']}月{match['day']}日", self._grammar, context.time)
        context.time = found.time if found and not match["last"] else context.time
        return match.end()

    def _read_sentence(self, sentence: Sentence, context: Context) -> Iterator[Mention | Gap]:
        starts = [figure.start for figure in sentence.figures]
        n = 0
        for start, end in cut_spans(sentence.text, self._grammar, "clause", starts):
            first = n
            while n < len(starts) and starts[n] < end:
                n += 1
            before = context.time
            clause = Clause(sentence, start, end, sentence.figures[first:n])
            if context.topics and self._grammar.subject["of-which"].match(clause.text):
                context.whole = context.topics[-1]
            self._scenes.note_roles(clause, context)
            context.is_sum = context.is_sum or bool(self._grammar.subject["sum"].search(clause.text))
            if clause.figures:
                yield from self._read_clause(clause, context)
            else:
                self._read_bare(clause.text, context)
            context.sticks = context.sticks and (start == 0 or context.time == before)

    def _read_bare(self, text: str, context: Context) -> None:
        """Read a clause without figures, which only sets the scene."""
        context.leave_brackets(split_at_bracket(text)[0])
        text, _ = self._scenes.list_quarters(text, 0, context)
        text, times = self._scenes.list_times(text, context)
        context.times = times or context.times
        rest = self._scenes.set_scene(text, context)
        topic = self._topics.read(self._topics.tidy(rest), context.topics) if rest else None
        if topic is None or topic.indicator is None:
            topic = self._topics.find_opening(rest)
        if topic is not None:
            context.note(topic)
        elif rest:
            context.is_open = True

    def _read_clause(self, clause: Clause, context: Context) -> Iterator[Mention | Gap]:
        lead, context.dealt = "", []
        left, in_passing = context.left, context.in_passing
        for number, group in enumerate(self._clauses.group(clause)):
            closed, outer, inner = split_at_bracket(group.before)
            context.leave_brackets(closed)
            former = self._scenes.find_former(group.before if inner else outer, context)
            outer = self._note_times(outer, group, context)
            before = self._enter(outer, inner, former[0] if former else None, context)
            if number > 0 and (tail := self._grammar.figure["behind"].match(before)):
                before = before[tail.end() :]
            if number > 0 and (joint := self._clauses.joint.match(before)):
                before = before[joint.end() :]
                before = before if closed or self._verbs.match(before) else lead + before
            verbs = self._verbs.match(self._topics.tidy(before))
            lead = verbs[0] if verbs else lead
            if in_passing and context.left == left and self._topics.tidy(self._predicates.read(before).rest):
                context.come_back()
            now = context.time
            context.time = former[1] if former else now
            yield from self._read_group(clause, group, before, context)
            context.time = now
        if context.left != left:
            context.in_passing = clause.start > 0
        closed, _, _ = split_at_bracket(clause.tail)
        context.leave_brackets(closed)

    def _note_times(self, text: str, group: Group, context: Context) -> str:
        """Take a list of as many times as there are figures out of a text, and note it."""
        if len(group.figures) == 1:
            return text
        rest, times = self._scenes.list_quarters(text, len(group.figures), context)
        if not times:
            rest, times = self._scenes.list_times(text, context)
        if len(times) != len(group.figures):
            return text
        context.times = times
        return rest

    def _enter(self, outer: str, inner: str, former: str | None, context: Context) -> str:
        """Take the scene out of the words before a group, and those of a bracket that opens among them."""
        if former is not None:
            outer, inner = (former, "") if not inner else (outer, "")
        before = self._scenes.set_scene(outer, context)
        if inner:
            context.enter_bracket()
            before += self._scenes.set_scene(inner, context)
        return before

    def _read_group(self, clause: Clause, group: Group, before: str, context: Context) -> Iterator[Mention | Gap]:
        before, variant = take_variant(before, self._grammar.scene["variant"])
        predicate = self._predicates.read(before)
        figures = share_unit(list(group.figures), self._vocabulary)
        rest = self._name(predicate, figures, group, context)
        times = context.times if len(figures) == len(context.times) > 1 else []
        behind = sum(figure.start > figures[-1].start for figure in clause.figures)
        topics = self._dealer.deal(rest, predicate, figures, context, has_times=bool(times), behind=behind)
        topics = [self._topics.read_part(topic, context.whole) for topic in topics]
        if variant:
            topics = [self._topics.read_variant(topic, variant) if topic.name else topic for topic in topics]
        asserted = _Asserted(clause, figures, predicate, topics, times)
        for number in range(len(figures)):
            yield self._assert(asserted, number, context)

    def _name(self, predicate: Predicate, figures: Sequence[PrintedFigure], group: Group, context: Context) -> str:
        """Return the name before a group of figures, with the noun behind it where things are counted."""
        rest = self._topics.tidy(predicate.rest)
        noun = self._clauses.find_noun(group.behind)
        if noun and _is_counted(figures[-1]) and not predicate.is_change and not predicate.whole:
            rest = self._topics.tidy(f"{rest}{noun}")
        if not rest and figures[0].kind == "streak" and not context.in_sentence:
            rest = self._topics.tidy(group.behind)
        if predicate.is_change and predicate.base is None and not predicate.other and _is_counted(figures[0]):
            rest = self._dealer.name_increase(rest, predicate, context)
        return rest

    def _assert(self, asserted: _Asserted, number: int, context: Context) -> Mention | Gap:
        """Return what one figure of a group states, or a gap where that is not clear."""
        figure, predicate, topic = asserted.figures[number], asserted.predicate, asserted.topics[number]
        if figure.kind != "ratio":
            topic = self._dealer.name_share(topic, predicate, context)
        if "compound" in predicate.found:
            topic = self._topics.read_increase(topic)
        topic = fit_unit(topic, figure, self._grammar) if not predicate.is_change else topic
        # Whether something rose or fell is only known of the thing itself.
        last = context.said.get("", Said())
        said = context.said.get(topic.name, last if topic.is_carried else replace(last, is_negative=False))
        if _is_counted(figure) and (figure.is_signed or predicate.is_change):
            said = replace(said, measure=context.increase)
        meaning = self._meanings.read(figure, predicate, topic, said, is_open=context.is_open)
        if meaning is None or not topic.name:
            exact = asserted.clause.exact(figure)
            message = f"the words around {exact} do not say what it measures"
            span = asserted.clause.span(figure)
            return Gap("prose-not-clear", span, message, "add a curation entry", context.part.trail)
        if number < len(predicate.bases):
            named_base = self._claims.find_base(predicate.bases[number], context.time.year)
            meaning = replace(meaning, named_base=named_base)
        if predicate.is_change and "compound" not in predicate.found and not meaning.unit.is_ratio:
            context.increase = meaning.measure
        context.say(topic, Said(meaning.measure, figure.value * meaning.sign < 0))
        now = context.time
        context.time = asserted.times[number] if number < len(asserted.times) else now
        mention = self._claims.make(asserted.clause, figure, topic, meaning, context)
        context.time = now
        if isinstance(mention, Mention) and meaning.base == "other-indicator":
            return replace(mention, compared=self._find_compared(predicate.other, topic, mention.claim))
        return mention

    def _find_compared(self, words: str, topic: Topic, claim: Claim) -> Claim | None:
        """Return the growth that a figure is compared with (比规模以上工业增加值增速高), if its name is known."""
        other = self._topics.read(self._topics.tidy(words), [topic])
        if other.indicator is None or not other.indicator.structure:
            return None
        return Claim.make(other.indicator, "yoy_growth", claim.area, claim.period, other.members)


def _is_counted(figure: PrintedFigure) -> bool:
    return figure.kind == "number" and figure.unit is not None and figure.unit.kind in {"Count", "Currency"}
