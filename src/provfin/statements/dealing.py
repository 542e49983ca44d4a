"""Owns which thing each figure of a list is about: one name for all, a list of names, or what was spoken of before.

Refuses to give several figures of one kind the same thing: what tells them apart was then not read.
"""

from collections.abc import Sequence
from dataclasses import replace

from provfin.statements.context import Context
from provfin.statements.figures import PrintedFigure
from provfin.statements.grammar import Grammar
from provfin.statements.meanings import AMOUNTS_OF_CHANGE
from provfin.statements.predicates import Predicate
from provfin.statements.scenes import SceneReader
from provfin.statements.topics import Topic, TopicReader

NOTHING = Topic("")
_AMOUNT_END = "额"


class TopicDealer:
    """Deals the names before a group of figures out to them."""

    def __init__(self, grammar: Grammar, topics: TopicReader, scenes: SceneReader) -> None:
        self._grammar = grammar
        self._scenes = scenes
        self._topics = topics

    def deal(
        self, rest: str, predicate: Predicate, figures: Sequence[PrintedFigure], context: Context, *,
        has_times: bool = False, behind: int = 0,
    ) -> list[Topic]:  # fmt: skip
        """Return the topic of each figure of a group; one without a name where that is not clear.

        `behind` is the number of figures in the groups behind it, to which 分别 deals as well.
        """
        number = len(figures)
        if context.dealt and not rest:
            dealt, context.dealt = context.dealt[:number], context.dealt[number:]
            return dealt + [NOTHING] * (number - len(dealt))
        if "each" in predicate.found and behind and not has_times and not predicate.bases:
            topics = self._deal_to_all(rest, number + behind, context)
            context.dealt = topics[number:]
            return topics[:number] or [self.find(rest, context)] * number
        if figures[0].kind == "ratio":
            parts = self._list_parts(rest, number)
            return [self._topics.read(part, context.topics) for part in parts or [rest] * number]
        if number == 1 or predicate.bases or has_times:
            return [self.find(rest, context)] * number
        names = self._list_names(rest, number, context)
        if names:
            return [self._topics.read(name, context.topics) for name in names]
        topic = self.find(rest, context)
        if topic.is_carried and not rest and len(context.in_sentence) >= number:
            return [replace(topic, is_carried=True) for topic in context.in_sentence[-number:]]
        if topic.is_carried and len(context.in_sentence) >= number and all(figure.is_signed for figure in figures):
            return [replace(topic, is_carried=True) for topic in context.in_sentence[-number:]]
        return self._tell_apart(topic, figures)

    def _deal_to_all(self, rest: str, number: int, context: Context) -> list[Topic]:
        """Return the topics of all figures of a clause, or nothing where there are not as many."""
        names = self._list_names(rest, number, context)
        if names:
            return [self._topics.read(name, context.topics) for name in names]
        if not rest and len(context.in_sentence) >= number:
            return [replace(topic, is_carried=True) for topic in context.in_sentence[-number:]]
        return [] if rest else [NOTHING] * number

    def find(self, rest: str, context: Context) -> Topic:
        """Return the topic a name stands for, or the one spoken of last when the words name nothing."""
        is_deed = self._grammar.subject["deed"].fullmatch(rest) and "instrument" in context.roles
        if is_deed and not context.in_sentence:
            return Topic(f"{context.roles['instrument'].label}{rest}")
        topic = self._topics.read(rest, context.topics) if rest else NOTHING
        if topic.phrase and topic.indicator is None:
            done = self._topics.read(self._scenes.drop_actor(rest), context.topics)
            # Without a place for who acts, the figure of one institution would stand for that of all.
            has_actor = done.indicator is not None and any(item.name == "actor" for item in done.indicator.dimensions)
            topic = done if has_actor else topic
        if topic.phrase or topic.indicator or self._topics.is_side(rest):
            return topic
        carried = context.in_sentence or ([] if rest else context.topics)
        return replace(carried[-1], is_carried=True) if carried else NOTHING

    def name_increase(self, rest: str, predicate: Predicate, context: Context) -> str:
        """Return the name of an increase that is told alone, as one thing with its verb: 债券规模增加."""
        if predicate.found & {"compound", "over"} or context.increase in AMOUNTS_OF_CHANGE:
            return rest
        topic = self.find(rest, context)
        increase = self._topics.read_increase(topic)
        return increase.name if increase.indicator and increase != topic else f"{topic.name}{predicate.verb}"

    def name_share(self, topic: Topic, predicate: Predicate, context: Context) -> Topic:
        """Return the topic of a share, where the words say that it is one: of what it is a part, and which part."""
        if predicate.whole:
            whole = self._grammar.subject["whole"].match(predicate.whole)
            if topic.is_carried and whole is not None and whole["name"]:
                topic = self._topics.read(whole["name"], context.topics)
            return replace(self._topics.read_whole(topic, predicate.whole, context.topics), is_carried=topic.is_carried)
        if "share" not in predicate.found or (
            topic.is_carried and self._grammar.subject["share-name"].search(topic.name)
        ):
            return topic
        inside = self._grammar.subject["inside"].fullmatch(topic.phrase) if topic.indicator is None else None
        if inside is not None:
            return self._topics.read_whole(Topic(inside["part"]), inside["whole"], context.topics)
        around = [item for item in context.topics if item.phrase != topic.phrase]
        last = around[-1].indicator if around else None
        whole_name = last.label if last and last.measure not in {"rate", "share"} else ""
        return self._topics.read_whole(topic, whole_name, context.topics)

    def _list_names(self, rest: str, number: int, context: Context) -> list[str]:
        if not rest:
            return []
        carried = self.find("", context)
        return self._topics.split_pair(rest, number, carried) or self._topics.split(rest, number)

    def _list_parts(self, phrase: str, number: int) -> list[str]:
        """Return the names of the parts that a ratio is made of, where the grammar knows them."""
        whole = self._grammar.subject["wholes"].search(phrase)
        parts = self._grammar.subject["parts"].pattern.split("|")
        if whole is None or len(parts) != number:
            return []
        return [f"{phrase[: whole.start()]}{part}{phrase[whole.end() :]}" for part in parts]

    def _tell_apart(self, topic: Topic, figures: Sequence[PrintedFigure]) -> list[Topic]:
        """Return a topic for each kind of figure (1893万笔、78万亿元), or nothing where two are of one kind."""
        kinds = [figure.unit.kind if figure.unit else "" for figure in figures]
        if len(set(kinds)) < len(kinds):
            return [NOTHING] * len(figures)
        tail = self._grammar.subject["amount"].pattern
        is_amount = (
            topic.indicator is not None
            and topic.indicator.unit is not None
            and (topic.indicator.unit.kind == "Currency")
        )
        return [
            self._topics.read(f"{topic.name}{tail}", []) if kind == "Currency" and not is_amount else topic
            for kind in kinds
        ]


def fit_unit(topic: Topic, figure: PrintedFigure, grammar: Grammar) -> Topic:
    """Return a topic for a figure whose unit its indicator is not told in: a number of deals is no amount of money."""
    unit = topic.indicator.unit if topic.indicator else None
    kinds = {unit.kind if unit else "", figure.unit.kind if figure.unit else ""}
    if figure.kind != "number" or kinds != {"Count", "Currency"}:
        return topic
    tail = grammar.subject["amount"].pattern if unit and unit.kind == "Count" else ""
    # A name of money is also found without its last character, which is no part of what was printed.
    phrase = topic.phrase if tail else topic.phrase.removesuffix(_AMOUNT_END)
    return Topic(f"{phrase}{tail}" if phrase else "", is_carried=topic.is_carried)
