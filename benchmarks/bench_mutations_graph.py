"""Counts the small faults that the rules for the graph catch: one triple dropped, doubled or retyped at a time.

The graph is that of a report with ontology and vocabulary. Every pair of class and predicate is a stratum, of which a
fixed number of triples is drawn by hash, so that every run draws the same. A mutant is caught if a shape or a check
finds anything, as both find nothing in the graph itself. Only the neighbourhood of a change is held against the shapes;
`--prove N` holds N mutants against all of it and stops if the verdicts differ.
"""

import argparse
import hashlib
import multiprocessing
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
from pyshacl.graph_abstraction import DataGraph
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shapes_graph import ShapesGraph
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from provfin.assets import find_assets
from provfin.turtle import TYPE, read_turtle

KINDS = ("drop", "duplicate", "retype")
TARGET = 0.95
# A node that half the graph points to is looked at from a few of its neighbours; they all look alike from there.
FEW, MANY = 5, 400

Stratum = tuple[str, str]
Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Mutant:
    """One change: the triple taken away, the one put in its place or beside it, and what was drawn."""

    kind: str
    form: str
    stratum: Stratum
    removed: ox.Triple | None
    added: ox.Triple | None

    def __str__(self) -> str:
        return f"{self.form}: {_write(self.removed)} -> {_write(self.added)}"


def _write(triple: ox.Triple | None) -> str:
    return "nothing" if triple is None else f"{triple.subject} {triple.predicate} {triple.object}"


def _take_node(term: object) -> ox.NamedNode:
    """Return the term; the graphs of reports have no blank nodes and no triples about triples."""
    assert isinstance(term, ox.NamedNode), term
    return term


def _take_term(term: object) -> Term:
    return term if isinstance(term, ox.Literal) else _take_node(term)


# Drawing


def rank(*terms: object) -> str:
    """Return a string to sort by that depends on the terms alone."""
    return hashlib.sha256("\n".join(map(str, terms)).encode()).hexdigest()


class Population:
    """The triples of a report by stratum, and what can stand in for them."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples = list(dict.fromkeys(triples))
        types: dict[ox.NamedNode, set[str]] = defaultdict(set)
        for triple in self.triples:
            if triple.predicate.value == TYPE:
                types[_take_node(triple.subject)].add(shorten(triple.object))
        self.classes = {node: " ".join(sorted(names)) for node, names in types.items()}

    @cached_property
    def strata(self) -> dict[Stratum, list[ox.Triple]]:
        """The triples of every class and predicate, in the order they are drawn in."""
        strata: dict[Stratum, list[ox.Triple]] = defaultdict(list)
        for triple in self.triples:
            strata[self.classes[_take_node(triple.subject)], shorten(triple.predicate)].append(triple)
        return {key: sorted(strata[key], key=lambda triple: rank("draw", triple)) for key in sorted(strata)}

    @cached_property
    def values(self) -> dict[ox.NamedNode, list[tuple[ox.NamedNode, Term]]]:
        """Who has which value of a predicate."""
        values: dict[ox.NamedNode, list[tuple[ox.NamedNode, Term]]] = defaultdict(list)
        for triple in self.triples:
            values[triple.predicate].append((_take_node(triple.subject), _take_term(triple.object)))
        return values

    @cached_property
    def samples(self) -> dict[str, ox.NamedNode]:
        """One node of each class."""
        return {name: node for node, name in sorted(self.classes.items(), key=lambda item: rank(item[0]))}

    def draw(self, size: int) -> Iterator[Mutant]:
        """Yield the mutants of `size` triples of every stratum."""
        for stratum, triples in self.strata.items():
            for triple in triples[:size]:
                yield from self._mutate(stratum, triple)

    def _mutate(self, stratum: Stratum, triple: ox.Triple) -> Iterator[Mutant]:
        yield Mutant("drop", "drop", stratum, triple, None)
        other = self._find_other(triple)
        if other is not None:
            added = ox.Triple(triple.subject, triple.predicate, other)
            yield Mutant("duplicate", "duplicate", stratum, None, added)
        for form, value in self._retype(triple):
            yield Mutant("retype", form, stratum, triple, ox.Triple(triple.subject, triple.predicate, value))

    def _find_other(self, triple: ox.Triple) -> Term | None:
        """Return the value that another subject, of the same class if there is one, has of the predicate."""
        pairs = self.values[triple.predicate]
        own = {value for subject, value in pairs if subject == triple.subject}
        name = self.classes[_take_node(triple.subject)]
        others = [(self.classes[subject] != name, rank(triple, value), value) for subject, value in pairs]
        return min(((far, key, value) for far, key, value in others if value not in own), default=(0, "", None))[2]

    def _retype(self, triple: ox.Triple) -> Iterator[tuple[str, Term]]:
        value = _take_term(triple.object)
        if isinstance(value, ox.Literal):
            yield "datatype", _change_datatype(value)
            yield "literal to IRI", min(self.samples.values(), key=lambda node: rank(triple, node))
        else:
            yield "IRI to literal", ox.Literal(value.value)
            strangers = [node for name, node in self.samples.items() if name != self.classes.get(value)]
            yield "IRI of another class", min(strangers, key=lambda node: rank(triple, node))


def _change_datatype(value: ox.Literal) -> ox.Literal:
    plain = value.language is None and value.datatype.value.endswith("#string")
    if not plain:
        return ox.Literal(value.value)
    return ox.Literal(value.value, language="en")


def shorten(term: object) -> str:
    """Return the last step of an IRI."""
    return str(getattr(term, "value", term)).rpartition("#")[2].rpartition("/")[2]


# Judging


class Judge:
    """All graphs twice, for the shapes and for the checks; changes are made in place and taken back."""

    def __init__(self, own: Iterable[ox.Triple], shared: Iterable[ox.Triple]) -> None:
        own, assets = list(own), find_assets()
        self.own = {_to_node(triple.subject) for triple in own}
        self.graph, self.store = Graph(), ox.Store()
        for triple in [*shared, *own]:
            self.graph.add(_to_triple(triple))
        self.store.extend(ox.Quad(*triple) for triple in [*shared, *own])
        self.checks = [path.read_text(encoding="utf-8") for path in sorted(assets.checks.glob("*.rq"))]
        shapes = Graph()
        for path in sorted(assets.shapes.glob("*.ttl")):
            for triple in read_turtle(path):
                shapes.add(_to_triple(triple))
        # Shapes are taken apart once, which pyshacl.validate would do for every mutant.
        self.view, self.executor = DataGraph.from_rdflib(self.graph), SHACLExecutor(abort_on_first=True)
        self.rules = [shape for shape in ShapesGraph(shapes).shapes if _list_targets(shapes, shape.node)]
        self.targets = {shape.node: _list_targets(shapes, shape.node) for shape in self.rules}

    # Shapes

    def is_refused(self, focus: Iterable[Node]) -> bool:
        """Return whether any shape finds anything at the nodes that are in focus."""
        aims = self._aim(node for node in focus if node in self.own)
        return any(
            not shape.validate(self.executor, self.view, focus=sorted(aims[shape.node], key=str))[0]
            for shape in self.rules
            if aims.get(shape.node)
        )

    def _aim(self, focus: Iterable[Node]) -> dict[Node, set[Node]]:
        aims: dict[Node, set[Node]] = defaultdict(set)
        for node in focus:
            met = set(self.graph.predicates(node))
            for name in self.graph.objects(node, RDF.type):
                met.update(filter(None, self.graph.transitive_objects(name, RDFS.subClassOf)))
            for shape, targets in self.targets.items():
                if met & targets:
                    aims[shape].add(node)
        return aims

    def find_neighbours(self, nodes: Iterable[Node]) -> set[Node]:
        """Return the nodes with those two steps from them, in either direction."""
        near = set(nodes)
        for _ in range(2):
            for node in list(near):
                near.update(self._step(node))
        return near

    def _step(self, node: Node) -> Iterator[Node]:
        if node not in self.own:
            return
        yield from (value for value in self.graph.objects(node) if value in self.own)
        users: dict[Node, list[Node]] = defaultdict(list)
        for subject, predicate in self.graph.subject_predicates(node):
            users[predicate].append(subject)
        for subjects in users.values():
            yield from sorted(subjects, key=str)[: MANY if len(subjects) < MANY else FEW]

    # Checks

    def find_faults(self) -> Iterator[str]:
        """Yield the code of each check that finds anything; those that lately did are asked first."""
        for check in list(self.checks):
            found = self.store.query(check)
            assert isinstance(found, ox.QuerySolutions)
            if next(found, None) is not None:
                self.checks.remove(check)
                self.checks.insert(0, check)
                yield check.partition("\n")[0].removeprefix("# code: ")

    # Both

    def judge(self, mutant: Mutant, *, wholly: bool = False) -> bool:
        """Return whether the mutant is caught; `wholly` holds every node against the shapes."""
        triples = [triple for triple in (mutant.removed, mutant.added) if triple is not None]
        ends = {_to_node(term) for triple in triples for term in (triple.subject, triple.object)}
        focus = self.own if wholly else self.find_neighbours(ends)
        self._change(mutant.removed, mutant.added)
        try:
            # Most faults show at the ends of the triple itself; the neighbourhood takes longest.
            return self.is_refused(ends) or any(self.find_faults()) or self.is_refused(focus - ends)
        finally:
            self._change(mutant.added, mutant.removed)

    def _change(self, removed: ox.Triple | None, added: ox.Triple | None) -> None:
        if removed is not None:
            self.graph.remove(_to_triple(removed))
            self.store.remove(ox.Quad(*removed))
        if added is not None:
            self.graph.add(_to_triple(added))
            self.store.add(ox.Quad(*added))


def _list_targets(shapes: Graph, shape: Node) -> set[Node]:
    return {target for kind in (SH.targetClass, SH.targetSubjectsOf) for target in shapes.objects(shape, kind)}


def _to_triple(triple: ox.Triple) -> tuple[Node, Node, Node]:
    return _to_node(triple.subject), _to_node(triple.predicate), _to_node(triple.object)


def _to_node(term: object) -> Node:
    if isinstance(term, ox.Literal):
        return Literal(term.value, lang=term.language, datatype=None if term.language else URIRef(term.datatype.value))
    return URIRef(term.value) if isinstance(term, ox.NamedNode) else BNode(str(term))


# Running


@dataclass(frozen=True)
class Bench:
    """What every process works with."""

    population: Population
    judge: Judge
    mutants: Sequence[Mutant]


def load(report: str, size: int) -> Bench:
    """Read the graph of a report with what it refers to, and draw."""
    assets = find_assets()
    own = [triple for path in sorted((assets.graphs / report).glob("*.ttl")) for triple in read_turtle(path)]
    shared = [triple for path in sorted(assets.ontology.rglob("*.ttl")) for triple in read_turtle(path)]
    population = Population(own)
    return Bench(population, Judge(population.triples, shared), list(population.draw(size)))


_BENCH: list[Bench] = []


def _judge(number: int) -> bool:
    bench = _BENCH[0]
    return bench.judge.judge(bench.mutants[number])


def judge_all(bench: Bench, processes: int) -> list[bool]:
    """Return for each mutant whether it is caught."""
    _BENCH[:] = [bench]
    # Forked processes share the loaded graphs.
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return pool.map(_judge, range(len(bench.mutants)), chunksize=20)


def prove(bench: Bench, verdicts: Sequence[bool], size: int) -> int:
    """Judge `size` mutants wholly; return how many verdicts differ from those of the neighbourhood."""
    order = sorted(range(len(bench.mutants)), key=lambda number: rank("prove", bench.mutants[number]))
    # Only what is not caught could be judged otherwise by looking further.
    escaped = [number for number in order if not verdicts[number]]
    drawn = [*escaped[: size // 2], *(number for number in order if verdicts[number])][:size]
    return sum(bench.judge.judge(bench.mutants[number], wholly=True) != verdicts[number] for number in drawn)


def find_rates(bench: Bench, verdicts: Sequence[bool]) -> dict[tuple[str, Stratum], float]:
    """Return the share caught of each kind and stratum."""
    caught: dict[tuple[str, Stratum], list[bool]] = defaultdict(list)
    for mutant, verdict in zip(bench.mutants, verdicts, strict=True):
        caught[mutant.kind, mutant.stratum].append(verdict)
    return {key: sum(values) / len(values) for key, values in caught.items()}


def describe(bench: Bench, verdicts: Sequence[bool]) -> tuple[str, float]:
    """Return the table of shares caught and the lowest share of the last line, which is over all kinds."""
    rates, strata = find_rates(bench, verdicts), bench.population.strata
    lines = [f"{'':12}{'mutants':>9}{'caught':>9}{'of sample':>11}{'by triples':>12}"]
    shares: tuple[float, float] = (0.0, 0.0)
    for name, kinds in (*((kind, {kind}) for kind in KINDS), ("all", set(KINDS))):
        judged = [verdict for mutant, verdict in zip(bench.mutants, verdicts, strict=True) if mutant.kind in kinds]
        weights = [(rate, len(strata[key[1]])) for key, rate in rates.items() if key[0] in kinds]
        weighted = sum(rate * weight for rate, weight in weights) / sum(weight for _, weight in weights)
        shares = (sum(judged) / len(judged), weighted)
        lines.append(f"{name:12}{len(judged):9}{sum(judged):9}{shares[0]:11.1%}{shares[1]:12.1%}")
    return "\n".join(lines), min(shares)


def describe_escapes(bench: Bench, verdicts: Sequence[bool]) -> str:
    """Return the strata and forms that escape, those of most triples first."""
    drawn = Counter((mutant.form, mutant.stratum) for mutant in bench.mutants)
    escaped = Counter(
        (mutant.form, mutant.stratum) for mutant, verdict in zip(bench.mutants, verdicts, strict=True) if not verdict
    )
    strata = bench.population.strata
    order = sorted(escaped, key=lambda key: (-len(strata[key[1]]) * escaped[key] / drawn[key], key))
    return "\n".join(
        f"  {len(strata[key[1]]):6} triples  {escaped[key]}/{drawn[key]} escape  {key[0]}: {key[1][0]} | {key[1][1]}"
        for key in order
    )


def main() -> int:
    """Print what is caught and what escapes; 1 if the share is below the target or the two ways differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--report", default="liaoning-2025", help="folder of data/ttl")
    parser.add_argument("--size", type=int, default=3, help="triples drawn of each class and predicate")
    parser.add_argument("--prove", type=int, default=4, help="mutants to validate wholly")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--escapes", type=Path, help="file to list the escaped mutants in")
    arguments = parser.parse_args()
    bench = load(arguments.report, arguments.size)
    if bench.judge.is_refused(bench.judge.own) or any(bench.judge.find_faults()):
        print("the graph has faults of its own: mend them first", file=sys.stderr)
        return 1
    verdicts = judge_all(bench, arguments.processes)
    table, share = describe(bench, verdicts)
    print(f"{arguments.report}: {len(bench.population.triples)} triples, {len(bench.population.strata)} strata\n")
    print(f"{table}\n\nescaped:\n{describe_escapes(bench, verdicts)}\n")
    if arguments.escapes:
        pairs = zip(bench.mutants, verdicts, strict=True)
        arguments.escapes.write_text("".join(f"{mutant}\n" for mutant, verdict in pairs if not verdict))
    differing = prove(bench, verdicts, arguments.prove)
    print(f"{arguments.prove} mutants judged wholly: {differing} verdicts differ")
    return int(share < TARGET or differing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
