"""Owns one JSON-ready record for each mention: a printed figure with all that is known of it, in reading order.

Records are made of the observations of a release, so they say what the graph says.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from provfin.exports.observations import Code, Mention, Observation
from provfin.mentions import ROLES
from provfin.quantity import drop_empty_decimals, multiply, write_decimal

Record = dict[str, Any]


def make_records(observations: Iterable[Observation]) -> list[Record]:
    """Return one record per mention of observations, by report, place and observation.

    `value` is the figure in `unit` as printed, with its decimal places, `value_base` that in `base_unit`, both as exact
    text, None for a dash. `start` and `end` are code points of the source.
    """
    records = (_make_record(item, mention) for item in observations for mention in item.mentions)
    return sorted(records, key=lambda record: (record["report"], record["start"], record["observation"]))


def _make_record(item: Observation, mention: Mention) -> Record:
    return {
        "observation": item.iri,
        "mention": mention.iri,
        "report": item.report,
        "start": mention.start,
        "end": mention.end,
        "exact": mention.exact,
        "section": " / ".join(mention.section),
        "indicator": item.indicator.iri,
        "indicator_label": item.label_zh or "",
        "measure": item.measure.code,
        **dict(_describe_value(mention)),
        "period": item.period.code,
        "area": item.area.code,
        "dimensions": {name: code.code for name, code in sorted(item.breakdowns.items())},
        **{role: _name_role(item.roles.get(role)) for role in ROLES},
        "qualifier": mention.qualifier,
        "origin": mention.origin,
        "read_by": mention.read_by,
    }


def _describe_value(mention: Mention) -> Iterator[tuple[str, str | None]]:
    value, unit = mention.value, mention.unit
    yield "value", None if value is None else f"{value:.{mention.decimals or 0}f}"
    yield "unit", unit.label_zh or ""
    yield "value_base", None if value is None else _to_base(value, unit.factor)
    yield "base_unit", unit.base.label_zh or ""


def _to_base(value: Decimal, factor: Decimal) -> str:
    return write_decimal(drop_empty_decimals(multiply(value, factor)))


def _name_role(code: Code | None) -> str | None:
    """Return the name of who did it, with what or for whom; None where the report does not tell."""
    return None if code is None or code.is_total else code.label_zh or ""
