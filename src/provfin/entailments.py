"""Owns what a release states because the ontology says so, that no query needs to know about inference.

Each rule is a CONSTRUCT query under its name in OWL 2 RL (https://www.w3.org/TR/owl2-profiles/#OWL_2_RL). Only what
nobody has asserted is derived, for a union of graphs would meet it twice. Refuses to change what is asserted: all that
is derived stands in one graph of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.errors import InputError
from provfin.turtle import BASE

ENTAILMENTS_GRAPH = f"{BASE}graph/entailments"


@dataclass(frozen=True)
class Rule:
    """A rule of entailment: its name in OWL 2 RL and the CONSTRUCT query that applies it once."""

    name: str
    text: str


def load_rules(assets: Assets) -> list[Rule]:
    """Return the rules of entailment by name."""
    return [Rule(path.stem, path.read_text(encoding="utf-8")) for path in sorted(assets.entailments.glob("*.rq"))]


def derive_quads(quads: Iterable[ox.Quad], rules: Iterable[Rule]) -> Iterator[ox.Quad]:
    """Yield what the rules derive from quads, applied until they find nothing new; all in the graph of entailments.

    Raises `InputError` for a rule that is no CONSTRUCT query.
    """
    store = ox.Store()
    store.extend(quads)
    rules = list(rules)
    while found := {quad for rule in rules for quad in _apply(rule, store)}:
        store.extend(found)
    return store.quads_for_pattern(None, None, None, ox.NamedNode(ENTAILMENTS_GRAPH))


def _apply(rule: Rule, store: ox.Store) -> Iterator[ox.Quad]:
    repair = "write a CONSTRUCT query"
    try:
        found = store.query(rule.text, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise InputError(f"not SPARQL ({error.msg})", where=_name_file(rule), repair=repair) from error
    if not isinstance(found, ox.QueryTriples):
        raise InputError("derives nothing", where=_name_file(rule), repair=repair)
    graph = ox.NamedNode(ENTAILMENTS_GRAPH)
    return (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in found)


def _name_file(rule: Rule) -> str:
    return str(Path("queries") / "entailments" / f"{rule.name}.rq")
