"""How tests of the audit invent figures: one line of text each, made into facts of the real vocabulary.

A line is `CODE [BREAKDOWN=SLUG…] [area=CODE] [part=PATH] PERIOD [MEASURE] NUMBER [UNIT]`, such as
`loans currencyScope=cny 2023-12-31 yoy_growth 5.0`. Where the part is a table, the figure is one of its cells; else it
is told in prose.
"""

import re
from collections.abc import Iterable, Sequence

from provfin.audit import Audit, AuditFinding, Figure, audit_figures, make_figures
from provfin.document import Part, Span
from provfin.facts import make_facts
from provfin.mentions import Claim, Mention
from provfin.periods import parse_period
from provfin.quantity import parse_figure
from provfin.vocabulary import Concept, Indicator, Unit, load_vocabulary

VOCABULARY = load_vocabulary()
AREA = "CN-JL"
DASH = VOCABULARY.missing_reasons["not-printed"]
_UNITS = {
    "yoy_growth": "%", "share": "%", "rate": "%", "diff_pp": "个百分点", "growth_change_pp": "个百分点",
    "rate_change_pp": "个百分点", "share_change_pp": "个百分点", "multiple": "倍", "ratio": "倍",
}  # fmt: skip
_OPTION = re.compile(r"(\w+)=(\S+)")
# How far apart two invented figures stand.
_STEP = 100


def state(line: str, start: int = 0) -> Mention:
    """Return the mention that a line tells, printed at an offset."""
    options = dict(_OPTION.findall(line))
    code, period, *measures, exact, unit = _split(_OPTION.sub("", line).split())
    indicator = VOCABULARY.indicators[code]
    measure = measures[0] if measures else indicator.measure
    area, path = options.pop("area", AREA), options.pop("part", "section/1")
    members = {name: _find_member(name, slug) for name, slug in options.items()}
    figure = parse_figure(exact)
    assert figure is not None or exact == "—", line
    return Mention(
        span=Span(start, start + len(exact)),
        exact=exact,
        claim=Claim.make(indicator, measure, VOCABULARY.areas[area], parse_period(period), members),
        unit=_find_unit(unit, measure, indicator),
        value=figure.value if figure else None,
        decimals=figure.decimals if figure else 0,
        part=Part("table" if "table" in path else "section", path, "甲", Span(0, 1)),
        origin="table" if "table" in path else "prose",
        rule="invented",
        missing=None if figure else DASH,
        is_exact=measure == "count",
    )


def _split(words: list[str]) -> list[str]:
    """Return the words of a line with its unit last, an empty one if none is told."""
    return words if parse_figure(words[-1]) is None and words[-1] != "—" else [*words, ""]


def _find_member(name: str, slug: str) -> Concept:
    dimension = VOCABULARY.dimensions[name]
    if slug.startswith("candidate-"):
        return dimension.candidate(slug.removeprefix("candidate-"))
    return next(member for member in dimension.members if member.slug == slug)


def _find_unit(text: str, measure: str, indicator: Indicator) -> Unit:
    unit = VOCABULARY.find_unit(text or _UNITS.get(measure, "")) or indicator.unit
    assert unit is not None
    return unit


def state_all(lines: Iterable[str]) -> list[Mention]:
    """Return the mentions that lines tell, one printed behind the other."""
    return [state(line, number * _STEP) for number, line in enumerate(lines)]


def make_lines(lines: Iterable[str]) -> list[Figure]:
    """Return the figures that lines tell."""
    return make_figures(make_facts(state_all(lines))[0])


def audit_mentions(mentions: Iterable[Mention]) -> Audit:
    """Audit mentions as those of one report."""
    return audit_figures("invented-2024", make_figures(make_facts(mentions)[0]))


def audit_lines(*lines: str) -> Audit:
    """Audit figures told by lines."""
    return audit_mentions(state_all(lines))


def find_rules(audit: Audit) -> list[str]:
    """Return the rules of the findings, in their order."""
    return [finding.rule.slug for finding in audit.findings]


def misprint(lines: Sequence[str], old: str, new: str) -> list[str]:
    """Return lines with one figure printed wrong; it must be there once."""
    found = [number for number, line in enumerate(lines) if old in line]
    assert len(found) == 1, (old, lines)
    return [line.replace(old, new) if number == found[0] else line for number, line in enumerate(lines)]


def overlaps(finding: AuditFinding, start: int, end: int) -> bool:
    """Tell whether one of the places of a finding lies on a piece of the source."""
    return any(place.start < end and start < place.end for place in finding.places)
