"""Owns making mentions of prose: the claim of a figure from its topic, its meaning and what is carried on."""

import re

from provfin.mentions import Claim, Mention
from provfin.periods import Period
from provfin.statements.clauses import Clause
from provfin.statements.context import Context
from provfin.statements.figures import PrintedFigure
from provfin.statements.grammar import Grammar, find_leeway
from provfin.statements.meanings import Meaning
from provfin.statements.topics import Topic, make_candidate
from provfin.vocabulary import Concept, Indicator, Vocabulary


class ClaimMaker:
    """Makes mentions with the breakdowns of a vocabulary."""

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self._grammar = grammar
        self._vocabulary = vocabulary

    def make(self, clause: Clause, figure: PrintedFigure, topic: Topic, meaning: Meaning, context: Context) -> Mention:
        """Return the mention of a figure whose topic and meaning are known."""
        claim = self._make_claim(clause, topic, meaning, context)
        doubt = meaning.doubt or ("candidate" if claim.indicator.is_candidate else "")
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
            is_exact=meaning.unit.is_plain_count and not figure.qualifier,
            qualifier=figure.qualifier,
            leeway=find_leeway(figure.qualifier),
            sentence=clause.sentence.plain.span(clause.sentence.start, clause.sentence.start + 1).start,
            doubt=doubt,
        )

    def find_base(self, text: str, year: int) -> Concept:
        """Return the base of comparison that printed words name; a candidate when the vocabulary has none."""
        dimension = self._vocabulary.dimensions["comparisonBase"]
        if self._grammar.former["year-before"].fullmatch(text) or re.match(rf"{year - 1}年(?!\d{{1,2}}月)", text):
            return dimension.total
        return dimension.find(text) or dimension.candidate(f"与{text}相比")

    def _make_claim(self, clause: Clause, topic: Topic, meaning: Meaning, context: Context) -> Claim:
        # Plain statistics tell of nobody who does anything, whatever names stand in them.
        is_deed = topic.indicator is not None or self._grammar.subject["operation"].search(clause.text)
        roles = dict(context.roles) if is_deed else {}
        indicator = topic.indicator or make_candidate(
            topic, meaning.unit, meaning.measure, self._vocabulary,
            is_stock=self._is_stock(topic, context), with_roles=bool(roles),
        )  # fmt: skip
        members = {**topic.members, **roles, "comparisonBase": meaning.named_base or self._find_code(meaning.base)}
        # What an indicator declares of who, with what or for whom goes before what the sentence names.
        names = {dimension.name for dimension in indicator.dimensions} - {name for name, _ in indicator.own_members}
        members = {name: member for name, member in members.items() if name in names}
        return Claim.make(indicator, meaning.measure, context.area, _find_period(indicator, meaning, context), members)

    def _find_code(self, code: str) -> Concept:
        members = self._vocabulary.dimensions["comparisonBase"].members
        return next(member for member in members if member.code == code)

    def _is_stock(self, topic: Topic, context: Context) -> bool:
        subject = self._grammar.subject
        is_flow = bool(subject["flow"].search(topic.phrase))
        if context.is_sum and not context.tells_time:
            return True
        if context.time.is_point:
            return not is_flow or context.is_sum
        return bool(subject["stock"].search(topic.phrase)) and not is_flow


def _find_period(indicator: Indicator, meaning: Meaning, context: Context) -> Period:
    time = context.time
    if meaning.is_of_flow:
        return time.to_date
    if meaning.measure == "change_since_year_start":
        return time.to_date
    if meaning.measure == "mom_change_abs":
        return time.month
    is_since_long = meaning.measure in {"count", "level"} and context.is_sum
    is_sum = is_since_long and (time.is_point or not context.tells_time)
    return time.stock if indicator.is_stock or is_sum else time.flow
