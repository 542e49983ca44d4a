"""Owns what the words around figures say of when, where and through whom, and takes those words out of the text."""

import re
from dataclasses import replace

from provfin.entities import EntityReader, Kind, Naming, find_joint, load_relations
from provfin.statements.clauses import Clause
from provfin.statements.context import Context
from provfin.statements.grammar import Grammar
from provfin.statements.times import Time, TimeFound, find_time, find_time_before, list_quarters, list_times
from provfin.vocabulary import Concept

_ROLES: tuple[Kind, ...] = ("actor", "instrument", "target")
_REACH = 8
_QUARTERS = 4


class SceneReader:
    """Reads times, places and roles with the grammar's words and the vocabulary's names."""

    def __init__(self, grammar: Grammar, entities: EntityReader) -> None:
        self._grammar = grammar
        self._entities = entities

    def set_scene(self, text: str, context: Context) -> str:
        """Take the time and the place out of a text, note them, and return the rest."""
        lead = self._grammar.scene["lead"].match(text)
        text = text[lead.end() :] if lead else text
        text = self._take_earlier(text, context)
        place, is_aside = 0, False
        while (found := find_time(text, self._grammar, context.time, place)) is not None:
            goes_on = is_aside and self._grammar.subject["joint"].fullmatch(text, place, found.start)
            is_aside = bool(goes_on) or self._is_aside(text, found, context)
            if is_aside:
                place = found.end
                continue
            self._note_time(found.time, context, opens=not found.start)
            text, place = text[: found.start] + text[found.end :], found.start
        return self._take_area(text.lstrip(",、"), context)

    def _take_earlier(self, text: str, context: Context) -> str:
        """Take words for an earlier time (上年末) from the head of a text, and speak of that time in passing."""
        head = self._grammar.former["heads"].match(text)
        time = find_time_before(head["when"], self._grammar, context.left or context.time) if head else None
        if head is None or time is None:
            return text
        context.leave_for(time)
        return text[head.end() :]

    def _is_aside(self, text: str, found: TimeFound, context: Context) -> bool:
        """Tell whether a time is what something is measured against and not the time spoken of."""
        before = text[max(0, found.start - _REACH) : found.start]
        if self._grammar.scene["aside"].search(before):
            return True
        if text.count("(", 0, found.start) > text.count(")", 0, found.start) and ")" in text[found.end :]:
            return True
        printed = text[found.start : found.end + 1]
        is_old = found.kind == "year" and found.time.year < context.time.year
        return is_old and (found.start > 0 or printed.endswith(("以来", "起")) or printed[:-1].endswith("以来"))

    def _note_time(self, time: Time, context: Context, *, opens: bool) -> None:
        context.time, context.left, context.tells_time, context.is_open = time, None, True, False
        context.sticks = context.sticks and opens
        context.is_sum = context.is_sum or time.is_sum

    def _take_area(self, text: str, context: Context) -> str:
        bare = text[1:] if text.startswith("在") else text
        if self._grammar.subject["unknown-place"].match(bare):
            context.area = context.home
        for naming in self._entities.find_outermost(bare, ("area",)):
            # The bare name of a city may be the beginning of another; with its kind it is a place.
            is_whole = naming.concept == context.home or self._grammar.subject["area"].search(naming.exact)
            if naming.start == 0 and is_whole and not self._grammar.subject["joint"].match(bare, naming.end):
                context.area = naming.concept
                return bare[naming.end :]
            break
        return text

    def find_former(self, text: str, context: Context) -> tuple[str, Time] | None:
        """Return the words before a former value (由上年末的, 比2018年的) without that, and the time it is of."""
        for name in ("by", "than", "beside", "opens"):
            match = self._grammar.former[name].search(text)
            time = find_time_before(match["when"], self._grammar, context.time) if match else None
            if match is not None and time is not None:
                return text[: match.start()] + (match["verb"] or ""), time
        return None

    def list_times(self, text: str, context: Context) -> tuple[str, list[Time]]:
        """Return a text without a list of times that figures are dealt out to, and the times."""
        run = self._find_run(text, context)
        if len(run) < 2 or self._is_aside(text, run[0], context):
            return text, []
        times = [replace(item.time, year=max(run[0].time.year, item.time.year)) for item in run]
        return text[: run[0].start] + text[run[-1].end :], times

    def list_quarters(self, text: str, number: int, context: Context) -> tuple[str, list[Time]]:
        """Return a text without the words for the four quarters, and what four figures are dealt out to."""
        match = self._grammar.scene["quarters"].search(text)
        context.is_quarterly = context.is_quarterly or match is not None
        rest = text[: match.start()] + text[match.end() :] if match else text
        if number != _QUARTERS or not context.is_quarterly:
            return rest, []
        is_cumulative = self._grammar.scene["cumulative"].search(text) is not None
        return rest, list_quarters(context.time, is_cumulative=is_cumulative)

    def _find_run(self, text: str, context: Context) -> list[TimeFound]:
        """Return the times of a text that stand in one list."""
        run: list[TimeFound] = []
        for found in list_times(text, self._grammar, context.time):
            if run and not self._grammar.subject["joint"].fullmatch(text, run[-1].end, found.start):
                break
            run.append(found)
        return run

    def note_roles(self, clause: Clause, context: Context) -> None:
        """Note who does what a clause tells, with which tool, for whom.

        The first of each kind that it names is taken; a name of its own in quotes goes before the class it is of.
        """
        told: dict[Kind, Naming] = {}
        namings = self._entities.find_outermost(clause.text, _ROLES)
        for naming in namings:
            first = told.get(naming.kind)
            is_own_name = first is not None and clause.text[first.end : naming.start] == "“"
            goes_on = naming.kind == "instrument" and clause.text[naming.end :].lstrip("”").startswith("、")
            is_set_up = self._grammar.subject["set-up"].search(clause.text[: naming.start])
            if goes_on or is_set_up or (first is not None and not is_own_name):
                continue
            told[naming.kind] = naming
            is_second = naming.kind == "actor" and "actor" in context.roles and not first
            if is_second and not self._opens(naming, clause.text):
                continue
            if naming.kind == "instrument" and self._is_taken_up(naming.concept, context):
                continue
            context.roles[naming.kind] = naming.concept
        joint = self._find_joint(clause.text, [naming for naming in namings if naming.kind == "instrument"])
        if joint is not None:
            context.roles["instrument"] = joint

    def _find_joint(self, text: str, tools: list[Naming]) -> Concept | None:
        """Return the code that joins the tools of a list, where the vocabulary has one (A、B、C 等)."""
        run: list[Naming] = []
        for naming in tools:
            if run and text[run[-1].end : naming.start].strip("“”") != "、":
                break
            run.append(naming)
        return find_joint("instrument", [naming.concept for naming in run]) if len(run) > 1 else None

    def _is_taken_up(self, concept: Concept, context: Context) -> bool:
        """Tell whether a wider name (再贷款) takes up a tool of that kind that the sentence has named before."""
        step, parents = context.roles.get("instrument"), load_relations("instrument")
        seen: set[str] = set()
        iri = step.iri if step else ""
        while iri and iri not in seen:
            seen.add(iri)
            iri = parents[iri].parent if iri in parents else ""
        return concept.iri in seen

    def drop_actor(self, text: str) -> str:
        """Return a text without the name of who does what it tells, where it begins with one."""
        naming = next(iter(self._entities.find_outermost(text, ("actor",))), None)
        return text[naming.end :] if naming is not None and naming.start == 0 else text

    def _opens(self, naming: Naming, text: str) -> bool:
        return naming.start <= 4 or bool(self._grammar.subject["led"].search(text[: naming.start]))


def take_variant(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """Return a text without the words that make a variant of what it names (扣除价格因素), and those words."""
    match = pattern.search(text)
    return (text[: match.start()] + text[match.end() :], match["variant"] or "") if match else (text, "")
