"""Owns how amounts become a diagram of flows: instrument, through whom, for whom, as wide as the amount.

Only amounts of one kind over one time are drawn together. What may be part of another amount is drawn apart from it,
with nodes of its own, so that no node is as wide as a sum that counts something twice. Refuses to draw no amount as
zero: where through whom is not told the flow goes straight on, and where for whom is not told it says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provfin.web.explore.figures import Shown
from provfin.web.explore.money.uses import Amount, Placed
from provfin.web.pages import find_address

# The columns, from left to right.
_INSTRUMENT, _THROUGH, _TARGET = range(3)


@dataclass(frozen=True)
class Drawing:
    """What amounts are drawn with: names in the language of the page, figures for people, where links begin."""

    name: Callable[[str], str]
    show: Callable[[Amount], Shown]
    root: str
    untold: str


def draw_flows(amounts: Sequence[Placed], drawing: Drawing) -> dict[str, Any]:
    """Return the chart of amounts: `nodes`, and `flows` as the path each takes through them.

    What holds others comes first, then the greatest. The value of a flow is the text of a decimal.
    """
    order = sorted(amounts, key=lambda placed: (placed.layer, -abs(placed.amount.figure.base)))
    nodes: dict[str, dict[str, Any]] = {}
    flows = []
    for placed in order:
        amount, layer = placed.amount, placed.layer
        path = [_add_node(nodes, column, iri, layer, drawing) for column, iri in _list_stations(amount)]
        shown = drawing.show(amount)
        flows.append(
            {
                "path": path,
                "value": str(abs(amount.figure.base)),
                "text": shown.text,
                "what": drawing.name(amount.figure.indicator),
                "link": f"{find_address(amount.figure.iri, drawing.root)}#evidence",
                "layer": layer,
            }
        )
    return {"kind": "flow", "nodes": list(nodes.values()), "flows": flows}


def _list_stations(amount: Amount) -> Iterable[tuple[int, str]]:
    yield _INSTRUMENT, amount.use.instrument
    if amount.use.through:
        yield _THROUGH, amount.use.through
    yield _TARGET, amount.use.target


def _add_node(nodes: dict[str, dict[str, Any]], column: int, iri: str, layer: int, drawing: Drawing) -> str:
    code = f"{layer} {column} {iri}"
    nodes.setdefault(
        code,
        {
            "id": code,
            "label": drawing.name(iri) if iri else drawing.untold,
            "column": column,
            "layer": layer,
            "link": find_address(iri, drawing.root) if iri else "",
        },
    )
    return code


def name_all(texts: Mapping[str, Mapping[str, str]], language: str) -> Callable[[str], str]:
    """Return what names an IRI in a language, in another where it has no name in this, else by its code."""

    def name(iri: str) -> str:
        found = texts.get(iri, {})
        return found.get(language) or next((found[code] for code in sorted(found)), "") or iri.rpartition("/")[2]

    return name
