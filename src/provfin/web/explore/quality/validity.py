"""Owns what is known of a release being valid: what was noted when it was published, and what its shapes look at.

A release is held against shapes and checks before it is published, which takes long; pages tell what was noted then.
Refuses to call a release valid that nothing was noted of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from provfin.assets import find_assets
from provfin.findings import Finding, Text
from provfin.release import Validation, find_validation, hash_files, shorten_hash
from provfin.web.explore.asking import ask_page
from provfin.web.site import Site

# Targets that a query has room for.
_AT_ONCE = 60


@dataclass(frozen=True)
class Shape:
    """A shape that aims at nodes: its name, what it promises, what it aims at, and the codes of its rules."""

    iri: str
    name: str
    what: Text
    targets: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What is noted of a release: None for nothing; whether the rules it was held against are those of today."""

    noted: Validation | None
    is_of_these_rules: bool

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found, none of it a violation."""
        return self.noted.findings if self.noted else ()


def judge(site: Site) -> Verdict:
    """Return what is noted of the release that is served."""
    noted = find_validation(site.release)
    return Verdict(noted, noted is not None and noted.shapes == _hash_rules())


@lru_cache(maxsize=1)
def _hash_rules() -> str:
    assets = find_assets()
    return shorten_hash(hash_files([*assets.shapes.glob("*.ttl"), *assets.checks.glob("*.rq")]))


@lru_cache(maxsize=1)
def list_shapes() -> tuple[Shape, ...]:
    """Return the shapes of this version that aim at nodes, in the order of their names."""
    # A server that is not asked about rules does without what reads them.
    from rdflib.namespace import DCTERMS, SH

    from provfin.validation import find_text, load_shapes

    graph, aims = load_shapes(find_assets()), (SH.targetClass, SH.targetSubjectsOf)
    found = []
    for node in {node for aim in aims for node in graph.subjects(aim)}:
        targets = sorted(str(item) for aim in aims for item in graph.objects(node, aim))
        rules = (node, *graph.objects(node, SH.property))
        codes = sorted(str(code) for rule in rules for code in graph.objects(rule, DCTERMS.identifier))
        told = DCTERMS.description if graph.value(node, DCTERMS.description) else SH.name
        what = Text(*(find_text(graph, node, told, language) for language in ("en", "zh")))
        found.append(Shape(str(node), str(node).rpartition("/")[2], what, tuple(targets), tuple(codes)))
    return tuple(sorted(found, key=lambda shape: shape.name))


async def count_nodes(site: Site, graph: str = "") -> Mapping[str, int]:
    """Return how many nodes each shape looks at, in the graph of a report or in all, by the IRI of the shape."""
    pairs = [(shape.iri, target) for shape in list_shapes() for target in shape.targets]
    name, more = ("quality-aims", {"graph": graph}) if graph else ("quality-targets", {})
    counts: dict[str, int] = {}
    for rows in _divide(pairs):
        asked = await ask_page(site, name, *({**more, "shape": shape, "target": target} for shape, target in rows))
        counts |= {row["shape"].text: int(row["number"].text) for row in asked.rows}
    return counts


def _divide(pairs: Sequence[tuple[str, str]]) -> Iterable[Sequence[tuple[str, str]]]:
    """Yield the pairs in runs that a query has room for, the pairs of a shape together."""
    run: list[tuple[str, str]] = []
    for place, pair in enumerate(pairs):
        if len(run) >= _AT_ONCE and pair[0] != pairs[place - 1][0]:
            yield run
            run = []
        run.append(pair)
    yield run


async def count_all_nodes(site: Site) -> Mapping[str, int]:
    """Return how many nodes of the release each shape looks at; ask for them by `Site.once`."""
    return await count_nodes(site)


def index_shapes() -> Mapping[str, Shape]:
    """Return by the code of each rule of a shape the shape that looks at nodes for it."""
    return {code: shape for shape in list_shapes() for code in shape.codes}


def count_rules() -> tuple[int, int]:
    """Return how many rules of shapes and how many checks there are."""
    from provfin.catalogue import list_rules

    of_shapes = set(index_shapes())
    codes = [rule.code for rule in list_rules(find_assets())]
    return sum(code in of_shapes for code in codes), sum(code not in of_shapes for code in codes)
