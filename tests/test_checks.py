"""Every check finds nothing in the graph, and none is idle: a fault planted in it is found, with what must follow.

A few integrity constraints are written a second time in plain Python; both ways must find the same nodes.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest

import check_faults
import check_faults_graph
from check_faults import ASCENDING, ENDLESS, SOUND, UPDATE_PREFIXES, Fault
from check_following import FOLLOWING
from provfin.assets import find_assets
from provfin.extraction import extract_text
from provfin.graph import build_graph
from provfin.turtle import BASE, PREFIXES, TYPE, read_turtle

ASSETS = find_assets()
CHECKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(ASSETS.checks.glob("*.rq"))}
CONSTRAINTS = [f"ic-{number:02}" for number in range(1, 22)]
TEXTS = [f"{key}@{language}" for key in ("title", "why", "repair") for language in ("en", "zh")]
HEADER = re.compile("".join(f"# {key}: .+\n" for key in ["code", "severity", *TEXTS]) + r"\n(?!#)")
FAULTS = [*check_faults.FAULTS, *check_faults_graph.FAULTS]

# What is cut out of the graph for planting faults: a few nodes of each class, wholes of these, all that have those.
FEW = 2
WHOLE = re.compile(f"{BASE}(component|part|scheme|structure)/")
NEEDED = {f"{PREFIXES['pf']}{name}" for name in ("disputedBy", "lent", "qualifier")}
CONCEPT = ox.NamedNode(f"{PREFIXES['skos']}Concept")


# The graph, and small cubes cut from it


def read_quads(folder: Path) -> list[ox.Quad]:
    return [ox.Quad(*triple) for path in sorted(folder.rglob("*.ttl")) for triple in read_turtle(path)]


@pytest.fixture(scope="session")
def shared_graph() -> list[ox.Quad]:
    """The ontology and the vocabulary."""
    return read_quads(ASSETS.ontology)


@pytest.fixture(scope="session")
def real_graph(shared_graph: list[ox.Quad]) -> ox.Store:
    """The ontology, the vocabulary and all reports in one graph."""
    return make_store([*shared_graph, *read_quads(ASSETS.graphs)])


@pytest.fixture(scope="session")
def small_cube(real_graph: ox.Store) -> list[ox.Quad]:
    """A sound cut of the graph: a few nodes of every class with all they refer to, ontology and structures whole."""
    kept = _follow(real_graph, _draw(real_graph))
    return [quad for quad in real_graph if quad.subject in kept]


def _draw(store: ox.Store) -> set[object]:
    """The nodes to begin with: the ontology, the cube, the parts of reports, and the first few of every class."""
    numbers: dict[object, int] = defaultdict(int)
    drawn: set[object] = set()
    for quad in sorted(store.quads_for_pattern(None, ox.NamedNode(TYPE), None), key=str):
        numbers[quad.object] += 1
        name = _write_term(quad.subject)
        if numbers[quad.object] <= FEW or not name.startswith(BASE) or WHOLE.match(name):
            drawn.add(quad.subject)
    drawn |= {quad.subject for quad in store if quad.predicate.value in NEEDED}
    for dataset in store.quads_for_pattern(None, ox.NamedNode(_expand("qb:structure")), None):
        drawn |= {quad.subject for quad in list(store.quads_for_pattern(None, None, dataset.subject))[:FEW]}
    return drawn


def _follow(store: ox.Store, waiting: set[object]) -> set[object]:
    """All that the nodes refer to, and a few of those that refer to them."""
    kept: set[object] = set()
    while waiting:
        node = waiting.pop()
        if node not in kept and isinstance(node, ox.NamedNode | ox.BlankNode):
            kept.add(node)
            waiting |= {quad.object for quad in store.quads_for_pattern(node, None, None)}
            if CONCEPT not in _list_types(store, node):
                users = sorted({quad.subject for quad in store.quads_for_pattern(None, None, node)}, key=str)
                waiting |= set(users[:FEW])
    return kept


def _list_types(store: ox.Store, node: ox.NamedNode | ox.BlankNode) -> set[object]:
    return {quad.object for quad in store.quads_for_pattern(node, ox.NamedNode(TYPE), None)}


def make_store(quads: Iterable[ox.Quad], *updates: str) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    for update in updates:
        store.update(UPDATE_PREFIXES + update)
    return store


def find_faults(store: ox.Store, check: str) -> list[tuple[str, str]]:
    found = store.query(CHECKS[check], use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    assert [variable.value for variable in found.variables] == ["subject", "detail"]
    return sorted((str(row["subject"]), str(row["detail"])) for row in found)


def find_failing(store: ox.Store) -> set[str]:
    return {check for check in CHECKS if find_faults(store, check)}


# The files


def test_every_integrity_constraint_is_there() -> None:
    assert [check for check in CHECKS if check.startswith("ic-")] == CONSTRAINTS


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_has_its_header(check: str) -> None:
    header = HEADER.match(CHECKS[check])
    assert header, "write code, severity, then title, why and repair in en and zh, then an empty line"
    lines = dict(line.removeprefix("# ").split(": ", 1) for line in header[0].strip().splitlines())
    number = check.removeprefix("ic-")
    pattern = f"PF-IC-{number}" if number.isdigit() else "PF-CHK-[0-9]{3}"
    assert re.fullmatch(pattern, lines["code"])
    assert lines["severity"] in {"violation", "warning", "info"}
    assert all(re.search("[一-鿿]", lines[key]) for key in lines if key.endswith("@zh"))
    assert all(lines[f"{key}@en"].endswith(".") and lines[f"{key}@zh"].endswith("。") for key in ("why", "repair"))


def test_codes_are_counted_through() -> None:
    codes = sorted(text.partition("\n")[0].removeprefix("# code: ") for text in CHECKS.values())
    rules = [f"PF-CHK-{number:03}" for number in range(1, len(CHECKS) - len(CONSTRAINTS) + 1)]
    assert codes == [*rules, *(f"PF-IC-{number:02}" for number in range(1, 22))]


def test_titles_are_not_repeated() -> None:
    titles = re.findall("# title@(?:en|zh): (.+)", "".join(CHECKS.values()))
    assert len(set(titles)) == len(titles) == 2 * len(CHECKS)


def test_every_check_has_a_fault() -> None:
    assert {fault.check for fault in FAULTS} == set(CHECKS)


# The verdicts


@pytest.mark.parametrize("check", CHECKS)
def test_the_graph_has_no_fault(real_graph: ox.Store, check: str) -> None:
    assert find_faults(real_graph, check) == []


@pytest.mark.parametrize("name", ["prose-a-2023", "prose-b-2021"])
def test_the_graph_of_another_report_has_no_fault(shared_graph: list[ox.Quad], name: str) -> None:
    source = (Path(__file__).parent / "reports" / f"{name}.txt").read_text(encoding="utf-8")
    built = build_graph(extract_text(source, name)).values()
    assert find_failing(make_store([*shared_graph, *(ox.Quad(*triple) for part in built for triple in part)])) == set()


def test_the_integrity_constraints_take_less_than_two_seconds(real_graph: ox.Store) -> None:
    start = time.perf_counter()
    for check in CONSTRAINTS:
        find_faults(real_graph, check)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_check_finds_its_fault(small_cube: list[ox.Quad], fault: Fault) -> None:
    store = make_store(small_cube, fault.update)
    # What else a change breaks is listed, so that a check which begins to find more is noticed.
    assert find_failing(store) == {fault.check, *FOLLOWING.get(str(fault), "").split()}
    assert all("None" not in found for found in find_faults(store, fault.check))


@pytest.mark.parametrize("update", ["", *SOUND.values()], ids=["nothing", *SOUND])
def test_a_sound_addition_is_no_fault(small_cube: list[ox.Quad], update: str) -> None:
    assert find_failing(make_store(small_cube, update)) == set()


def test_the_bounds_of_a_figure_too_long_to_reckon_with_are_not_judged(small_cube: list[ox.Quad]) -> None:
    store = make_store(small_cube, ENDLESS)
    assert find_faults(store, "bounds-mismatch") == []


def test_a_hierarchy_by_an_inverse_is_no_fault_but_for_its_blank_node(small_cube: list[ox.Quad]) -> None:
    assert find_failing(make_store(small_cube, ASCENDING)) == {"blank-node"}


def test_triples_two_reports_share_are_no_fault(small_cube: list[ox.Quad]) -> None:
    graphs = [ox.NamedNode(f"{BASE}graph/{name}") for name in ("one", "two")]
    store = make_store(
        ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in small_cube for graph in graphs
    )
    assert find_failing(store) == set()


@pytest.mark.parametrize(("levels", "is_fault"), [(0, False), (6, False), (7, True)])
@pytest.mark.parametrize("check", ["ic-20", "ic-21"])
def test_hierarchies_are_followed_for_six_levels(
    small_cube: list[ox.Quad], check: str, levels: int, is_fault: bool
) -> None:
    links = [f"x:level{level} x:parts x:level{level + 1}" for level in range(levels)]
    link = "x:parts"
    if check == "ic-21":
        links = [f"x:level{level + 1} x:parts x:level{level}" for level in range(levels)]
        link = "[ owl:inverseOf x:parts ]"
    update = f"""
    DELETE {{ ?o sdmx-dimension:refArea ?area }} INSERT {{ ?o sdmx-dimension:refArea x:level{levels} }}
    WHERE {{ ?o sdmx-dimension:refArea ?area }};
    INSERT DATA {{
      sdmx-dimension:refArea qb:codeList x:hierarchy . {" . ".join(links)}{" ." if links else ""}
      x:hierarchy a qb:HierarchicalCodeList ; qb:hierarchyRoot x:level0 ; qb:parentChildProperty {link} .
    }}"""
    assert bool(find_faults(make_store(small_cube, update), check)) == is_fault


def test_every_repeated_observation_is_found(small_cube: list[ox.Quad]) -> None:
    # The copies are stored in another order than the originals: places must be equal all the same.
    store = make_store(
        small_cube,
        """INSERT { ?copy ?p ?v } WHERE {
          ?o a qb:Observation ; ?p ?v . BIND (IRI(CONCAT("https://example.org/", SHA256(STR(?o)))) AS ?copy)
        }""",
    )
    originals = Cube(make_store(small_cube)).find_instances("qb:Observation")
    assert len(find_faults(store, "ic-12")) == len(originals)


# The second route: what the constraints mean, in Python


class Cube:
    """The triples of a store by subject and by object, with IRIs as text; predicates and classes by short name."""

    def __init__(self, store: ox.Store) -> None:
        self._objects: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._subjects: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in store:
            subject, predicate, value = quad.subject.value, quad.predicate.value, _write_term(quad.object)
            self._objects[subject, predicate].add(value)
            self._subjects[predicate, value].add(subject)

    def find_objects(self, subject: str, predicate: str) -> set[str]:
        return self._objects.get((subject, _expand(predicate)), set())

    def find_subjects(self, predicate: str, value: str) -> set[str]:
        return self._subjects.get((_expand(predicate), value), set())

    def find_instances(self, name: str) -> set[str]:
        return self.find_subjects(TYPE, _expand(name))

    def is_a(self, node: str, name: str) -> bool:
        return _expand(name) in self.find_objects(node, TYPE)

    def find_components(self, dataset: str, kind: str) -> set[str]:
        """The components of a kind that the structures of a data set declare."""
        return {component for component in self._find_components(dataset) if self.is_a(component, kind)}

    def _find_components(self, dataset: str) -> Iterator[str]:
        for structure in self.find_objects(dataset, "qb:structure"):
            for specification in self.find_objects(structure, "qb:component"):
                yield from self.find_objects(specification, "qb:componentProperty")

    def find_places(self) -> Iterator[tuple[str, str]]:
        """Yield every observation with each of its data sets."""
        for (subject, predicate), datasets in self._objects.items():
            if predicate == _expand("qb:dataSet"):
                yield from ((subject, dataset) for dataset in datasets)

    def find_members(self, collection: str) -> set[str]:
        """The members of a collection and of the collections in it."""
        found: set[str] = set()
        waiting = [collection]
        while waiting:
            fresh = self.find_objects(waiting.pop(), "skos:member") - found
            found |= fresh
            waiting.extend(fresh)
        return found


@lru_cache
def _expand(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else name


def _write_term(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode) else str(term)


def find_without_one_dataset(cube: Cube) -> set[str]:
    return {
        observation
        for observation in cube.find_instances("qb:Observation")
        if len(cube.find_objects(observation, "qb:dataSet")) != 1
    }


def find_without_dimension(cube: Cube) -> set[str]:
    return {
        observation
        for observation, dataset in cube.find_places()
        for dimension in cube.find_components(dataset, "qb:DimensionProperty")
        if not cube.find_objects(observation, dimension)
    }


def find_repeated(cube: Cube) -> set[str]:
    """The first observation, by IRI, of each place that holds several."""
    places: dict[tuple[str, frozenset[tuple[str, str]]], set[str]] = defaultdict(set)
    for observation, dataset in cube.find_places():
        dimensions = cube.find_components(dataset, "qb:DimensionProperty")
        place = frozenset((name, value) for name in dimensions for value in cube.find_objects(observation, name))
        if place:
            places[dataset, place].add(observation)
    return {min(observations) for observations in places.values() if len(observations) > 1}


def find_without_measure(cube: Cube) -> set[str]:
    return {
        observation
        for observation, dataset in cube.find_places()
        if _expand("qb:measureType") not in cube.find_components(dataset, "qb:DimensionProperty")
        for measure in cube.find_components(dataset, "qb:MeasureProperty")
        if not cube.find_objects(observation, measure)
    }


def find_with_foreign_code(cube: Cube) -> set[str]:
    return {
        observation
        for observation, dataset in cube.find_places()
        for dimension in cube.find_components(dataset, "qb:DimensionProperty")
        for code in cube.find_objects(observation, dimension)
        for code_list in cube.find_objects(dimension, "qb:codeList")
        if not _is_listed(cube, code, code_list)
    }


def _is_listed(cube: Cube, code: str, code_list: str) -> bool:
    if cube.is_a(code_list, "skos:ConceptScheme"):
        return cube.is_a(code, "skos:Concept") and code_list in cube.find_objects(code, "skos:inScheme")
    if cube.is_a(code_list, "skos:Collection"):
        return cube.is_a(code, "skos:Concept") and code in cube.find_members(code_list)
    return True


SECOND_ROUTES: dict[str, Callable[[Cube], set[str]]] = {
    "ic-01": find_without_one_dataset,
    "ic-11": find_without_dimension,
    "ic-12": find_repeated,
    "ic-14": find_without_measure,
    "ic-19": find_with_foreign_code,
}


def assert_routes_agree(store: ox.Store) -> None:
    cube = Cube(store)
    for check, find in SECOND_ROUTES.items():
        queried = {subject.strip("<>") for subject, _ in find_faults(store, check)}
        assert find(cube) == queried, check


def test_both_routes_agree_on_the_graph(real_graph: ox.Store) -> None:
    assert_routes_agree(real_graph)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.check in CONSTRAINTS], ids=str)
def test_both_routes_agree_on_a_fault(small_cube: list[ox.Quad], fault: Fault) -> None:
    assert_routes_agree(make_store(small_cube, fault.update))
