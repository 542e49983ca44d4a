"""Every check finds nothing in the graph, and none is idle: a small change makes it, and it alone, find a fault.

A few integrity constraints are written a second time in plain Python; both ways must find the same nodes.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
import pytest

from provfin.assets import find_assets
from provfin.turtle import ALL_PREFIXES, BASE, PREFIXES, TYPE, read_turtle

ASSETS = find_assets()
CHECKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(ASSETS.checks.glob("*.rq"))}
CONSTRAINTS = [f"ic-{number:02}" for number in range(1, 22)]
HEADER = re.compile(
    r"# code: (?P<code>\S+)\n# title: (?P<title>.+)\n# title-zh: (?P<title_zh>.+)\n# why: .+\n# repair: .+\n\n"
)
UPDATE_PREFIXES = "".join(
    f"PREFIX {name}: <{iri}>\n"
    for name, iri in {
        **ALL_PREFIXES,
        "component": f"{BASE}component/",
        "nature": f"{BASE}nature/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "quantitykind": "http://qudt.org/vocab/quantitykind/",
        "qudt": "http://qudt.org/schema/qudt/",
        "x": "https://example.org/",
    }.items()
)


@dataclass(frozen=True)
class Mutation:
    """A SPARQL update after which `check`, with those that cannot but follow it, finds faults."""

    check: str
    name: str
    update: str
    also: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"


# Constructs the reports do not use yet. Each is sound by itself; a mutation adds one fault to it.

SLICED = """
INSERT {
  ?structure qb:sliceKey x:key .
  x:key a qb:SliceKey ; qb:componentProperty sdmx-dimension:refArea .
  ?dataset qb:slice x:slice .
  x:slice a qb:Slice ; qb:sliceStructure x:key ; sdmx-dimension:refArea ?area ; qb:observation ?o .
} WHERE {
  SELECT * WHERE {
    ?o a pf:NumericObservation ; sdmx-dimension:refArea ?area ; qb:dataSet ?dataset .
    ?dataset qb:structure ?structure .
  }
  ORDER BY DESC(?o) LIMIT 1
}"""

MEASURED = """
INSERT DATA {
  qb:measureType a qb:DimensionProperty ; rdfs:label "measure type"@en , "测度类型"@zh ; rdfs:range qb:MeasureProperty .
  x:dataset a qb:DataSet ; qb:structure x:structure .
  x:structure a qb:DataStructureDefinition ;
    qb:component component:area , x:measure-type , component:value , component:missing-reason .
  x:measure-type a qb:ComponentSpecification ; qb:dimension qb:measureType ; qb:componentProperty qb:measureType .
  x:first a qb:Observation ; qb:dataSet x:dataset ; sdmx-dimension:refArea area:CN ;
    qb:measureType sdmx-measure:obsValue ; sdmx-measure:obsValue 1.0 .
  x:second a qb:Observation ; qb:dataSet x:dataset ; sdmx-dimension:refArea area:CN ;
    qb:measureType pf:missingReason ; pf:missingReason missing-reason:not-printed .
}"""

COLLECTED = """
INSERT {
  sdmx-dimension:refArea qb:codeList x:collection .
  x:collection a skos:Collection ; skos:member x:inner .
  x:inner a skos:Collection ; skos:member ?area .
} WHERE { ?area a pf:Area }"""

DESCENDING = """
INSERT {
  sdmx-dimension:refArea qb:codeList x:hierarchy .
  x:hierarchy a qb:HierarchicalCodeList ; qb:hierarchyRoot x:root ; qb:parentChildProperty skos:narrower .
  x:root skos:narrower x:middle .
  x:middle skos:narrower ?area .
} WHERE { ?area a pf:Area }"""

ASCENDING = """
INSERT {
  sdmx-dimension:refArea qb:codeList x:hierarchy .
  x:hierarchy a qb:HierarchicalCodeList ; qb:hierarchyRoot x:root ; qb:parentChildProperty [ owl:inverseOf x:within ] .
  x:middle x:within x:root .
  ?area x:within x:middle .
} WHERE { ?area a pf:Area }"""

CANDIDATE = """
INSERT DATA {
  x:candidate a pf:Topic , pf:Candidate , skos:Concept ; skos:inScheme scheme:topics ; skos:prefLabel "某主题"@zh .
}"""

SOUND = {
    "a slice": SLICED,
    "a measure dimension": MEASURED,
    "a collection of codes": COLLECTED,
    "a hierarchy": DESCENDING,
    "a candidate without an English label": CANDIDATE,
}

_ONE = "{ SELECT ?o WHERE { ?o a qb:Observation } ORDER BY ?o LIMIT 1 }"
_ONE_NUMBER = "{ SELECT ?o WHERE { ?o a pf:NumericObservation } ORDER BY ?o LIMIT 1 }"

MUTATIONS = [
    Mutation("ic-01", "no data set", f"DELETE {{ ?o qb:dataSet ?d }} WHERE {{ {_ONE} ?o qb:dataSet ?d }}"),
    Mutation(
        "ic-01",
        "two data sets",
        f"""INSERT {{ ?o qb:dataSet x:dataset . x:dataset a qb:DataSet ; qb:structure ?structure }}
        WHERE {{ {_ONE} ?o qb:dataSet/qb:structure ?structure }}""",
    ),
    Mutation("ic-02", "no structure", "INSERT DATA { x:dataset a qb:DataSet }"),
    Mutation(
        "ic-02",
        "two structures",
        "INSERT DATA { x:dataset a qb:DataSet ; qb:structure structure:bills , structure:credit }",
    ),
    Mutation(
        "ic-03",
        "dimensions only",
        "INSERT DATA { x:structure a qb:DataStructureDefinition ; qb:component component:area }",
    ),
    Mutation("ic-04", "no range", "DELETE WHERE { sdmx-dimension:refPeriod rdfs:range ?range }"),
    Mutation(
        "ic-05",
        "no code list",
        """INSERT DATA {
          x:colour a qb:DimensionProperty ; rdfs:range skos:Concept ; rdfs:label "colour"@en , "颜色"@zh .
        }""",
    ),
    Mutation("ic-06", "optional dimension", "INSERT DATA { component:area qb:componentRequired false }"),
    Mutation("ic-07", "undeclared key", "INSERT DATA { x:key a qb:SliceKey }"),
    Mutation("ic-07", "key of no structure", "INSERT DATA { x:key a qb:SliceKey . x:thing qb:sliceKey x:key }"),
    Mutation(
        "ic-08",
        "key fixes a stranger",
        """INSERT DATA {
          structure:general qb:sliceKey x:key . x:key a qb:SliceKey ; qb:componentProperty pf:missingReason .
        }""",
    ),
    Mutation("ic-09", "no key", SLICED + "; DELETE WHERE { x:slice qb:sliceStructure ?key }"),
    Mutation(
        "ic-09",
        "two keys",
        SLICED
        + """; INSERT { ?structure qb:sliceKey x:other . x:other a qb:SliceKey . x:slice qb:sliceStructure x:other }
        WHERE { ?structure qb:sliceKey x:key }""",
    ),
    Mutation("ic-10", "no value", SLICED + "; DELETE WHERE { x:slice sdmx-dimension:refArea ?area }"),
    Mutation(
        "ic-11",
        "no period",
        f"DELETE {{ ?o sdmx-dimension:refPeriod ?p }} WHERE {{ {_ONE} ?o sdmx-dimension:refPeriod ?p }}",
    ),
    Mutation("ic-12", "a repeated observation", f"INSERT {{ x:copy ?p ?v }} WHERE {{ {_ONE} ?o ?p ?v }}"),
    Mutation("ic-13", "no unit", f"DELETE {{ ?o pf:unit ?u }} WHERE {{ {_ONE} ?o pf:unit ?u }}"),
    Mutation(
        "ic-14",
        "no value",
        f"DELETE {{ ?o sdmx-measure:obsValue ?v }} WHERE {{ {_ONE_NUMBER} ?o sdmx-measure:obsValue ?v }}",
    ),
    Mutation("ic-15", "measure not stated", MEASURED + "; DELETE WHERE { x:second pf:missingReason ?reason }"),
    Mutation("ic-16", "another measure", MEASURED + "; INSERT DATA { x:second sdmx-measure:obsValue 1.0 }"),
    Mutation("ic-17", "one measure of two", MEASURED + "; DELETE WHERE { x:second ?p ?v }"),
    Mutation(
        "ic-17",
        "measures in different places",
        MEASURED
        + """; DELETE DATA { x:second sdmx-dimension:refArea area:CN };
        INSERT DATA { x:second sdmx-dimension:refArea area:CN-LN }""",
    ),
    Mutation(
        "ic-18",
        "another data set",
        SLICED
        + """; INSERT { x:slice qb:observation ?o } WHERE {
          SELECT ?o WHERE {
            ?dataset qb:slice x:slice .
            x:slice sdmx-dimension:refArea ?area .
            ?o sdmx-dimension:refArea ?area ; qb:dataSet ?other .
            FILTER (?other != ?dataset)
          }
          ORDER BY ?o LIMIT 1
        }""",
    ),
    Mutation(
        "ic-19",
        "a code of another list",
        f"""DELETE {{ ?o sdmx-dimension:refArea ?area }} INSERT {{ ?o sdmx-dimension:refArea nature:flow }}
        WHERE {{ {_ONE} ?o sdmx-dimension:refArea ?area }}""",
    ),
    Mutation(
        "ic-19",
        "no concept",
        f"DELETE {{ ?area a skos:Concept }} WHERE {{ {_ONE} ?o sdmx-dimension:refArea ?area }}",
    ),
    Mutation("ic-19", "outside the collection", COLLECTED + "; DELETE WHERE { x:inner skos:member ?area }"),
    Mutation("ic-20", "not below the root", DESCENDING + "; DELETE WHERE { x:middle skos:narrower ?area }"),
    Mutation(
        "ic-21",
        "not below the root",
        ASCENDING + "; DELETE WHERE { x:middle x:within x:root }",
        # A list that names the inverse of a property needs a blank node to do so.
        also=frozenset({"blank-node"}),
    ),
    Mutation(
        "abbreviated-cube",
        "untyped observation",
        f"DELETE {{ ?o a qb:Observation }} WHERE {{ {_ONE} ?o a qb:Observation }}",
    ),
    Mutation("abbreviated-cube", "untyped structure", "DELETE DATA { structure:bills a qb:DataStructureDefinition }"),
    Mutation("abbreviated-cube", "no component property", "DELETE WHERE { component:status qb:componentProperty ?p }"),
    Mutation(
        "abbreviated-cube",
        "attribute on the data set",
        f"""DELETE {{ ?o sdmx-attribute:decimals ?n }}
        INSERT {{ component:decimals qb:componentAttachment qb:DataSet . ?dataset sdmx-attribute:decimals ?n }}
        WHERE {{ {_ONE_NUMBER} ?o sdmx-attribute:decimals ?n ; qb:dataSet ?dataset }}""",
    ),
    Mutation(
        "abbreviated-cube",
        "attribute on the slice",
        SLICED
        + """; DELETE { ?o sdmx-attribute:decimals ?n }
        INSERT { component:decimals qb:componentAttachment qb:Slice . x:slice sdmx-attribute:decimals 1 }
        WHERE { x:slice qb:observation ?o OPTIONAL { ?o sdmx-attribute:decimals ?n } }""",
    ),
    Mutation(
        "abbreviated-cube",
        "dimension on the slice",
        SLICED
        + "; DELETE { ?o sdmx-dimension:refArea ?a } WHERE { x:slice qb:observation ?o ; sdmx-dimension:refArea ?a }",
        also=frozenset({"ic-11"}),
    ),
    Mutation("blank-node", "as subject", "INSERT DATA { [] rdfs:comment 'nameless' }"),
    Mutation("blank-node", "as object", "INSERT DATA { x:thing rdfs:seeAlso [] }"),
    Mutation(
        "clashing-label",
        "a label given twice",
        """INSERT { ?b skos:prefLabel ?label } WHERE {
          SELECT ?b ?label WHERE {
            ?a skos:inScheme scheme:topics ; skos:prefLabel ?label . ?b skos:inScheme scheme:topics .
            FILTER (LANG(?label) = "zh" && ?a != ?b)
          } ORDER BY ?a ?b LIMIT 1
        }""",
    ),
    Mutation("concept-without-scheme", "no scheme", "DELETE WHERE { nature:flow skos:inScheme ?scheme }"),
    Mutation("concept-without-scheme", "untyped scheme", "DELETE DATA { scheme:topics a skos:ConceptScheme }"),
    Mutation("cyclic-broader", "both ways", "INSERT { ?b skos:broader ?a } WHERE { ?a skos:broader ?b }"),
    Mutation("cyclic-broader", "by narrower", "INSERT { ?a skos:narrower ?b } WHERE { ?a skos:broader ?b }"),
    Mutation("cyclic-broader", "itself", "INSERT DATA { area:CN skos:broader area:CN }"),
    Mutation("missing-code-list", "no list", "DELETE WHERE { sdmx-attribute:obsStatus qb:codeList ?list }"),
    Mutation(
        "missing-code-list",
        "a list that is not there",
        "DELETE WHERE { pf:unit qb:codeList ?list }; INSERT DATA { pf:unit qb:codeList x:nowhere }",
    ),
    Mutation(
        "missing-label",
        "concept, English",
        'DELETE { area:CN skos:prefLabel ?l } WHERE { area:CN skos:prefLabel ?l FILTER (LANG(?l) = "en") }',
    ),
    Mutation(
        "missing-label",
        "class, Chinese",
        'DELETE { pf:Area rdfs:label ?l } WHERE { pf:Area rdfs:label ?l FILTER (LANG(?l) = "zh") }',
    ),
    Mutation("missing-label", "property", "DELETE WHERE { pf:origin rdfs:label ?label }"),
    Mutation("missing-label", "component of SDMX", "DELETE WHERE { sdmx-dimension:refArea rdfs:label ?label }"),
    Mutation("missing-label", "candidate, Chinese", CANDIDATE + "; DELETE WHERE { x:candidate skos:prefLabel ?label }"),
    Mutation(
        "name-clash",
        "a label claimed as another name",
        """INSERT { ?b skos:altLabel ?label } WHERE {
          SELECT ?b ?label WHERE {
            ?a a pf:Indicator ; skos:prefLabel ?label . ?b a pf:Indicator .
            FILTER (LANG(?label) = "zh" && ?a != ?b)
          } ORDER BY ?a ?b LIMIT 1
        }""",
    ),
    Mutation("orphan-mention", "no observation", f"DELETE {{ ?o pf:mention ?m }} WHERE {{ {_ONE} ?o pf:mention ?m }}"),
    Mutation(
        "period-mismatch",
        "a flow at a date",
        "DELETE { ?i pf:nature nature:stock } INSERT { ?i pf:nature nature:flow } WHERE { ?i pf:nature nature:stock }",
    ),
    Mutation(
        "period-mismatch",
        "a stock over a period",
        "DELETE { ?i pf:nature nature:flow } INSERT { ?i pf:nature nature:stock } WHERE { ?i pf:nature nature:flow }",
    ),
    Mutation("undefined-term", "property", "INSERT DATA { x:thing pf:misspelt 1 }"),
    Mutation("undefined-term", "class", "INSERT DATA { x:thing a pf:Misspelt }"),
    Mutation("undefined-term", "range", "INSERT DATA { x:thing rdfs:range pf:Misspelt }"),
    Mutation("undefined-term", "class as a property", "INSERT DATA { x:thing pf:Unit 1 }"),
    Mutation("undefined-term", "property as a class", "INSERT DATA { x:thing a pf:unit }"),
    Mutation(
        "unit-mismatch",
        "an amount in percent",
        """DELETE { ?o pf:unit ?unit } INSERT { ?o pf:unit unit:percent } WHERE {
          ?o pf:measure measure:level ; pf:unit ?unit . ?unit qudt:hasQuantityKind quantitykind:Currency .
        }""",
    ),
    Mutation("unit-mismatch", "a unit of no kind", "DELETE WHERE { ?unit qudt:hasQuantityKind ?kind }"),
]


# The graph, and small cubes cut from it


@pytest.fixture(scope="session")
def real_graph() -> ox.Store:
    """The ontology, the vocabulary and all reports in one graph."""
    store = ox.Store()
    folders = (ASSETS.ontology, ASSETS.ontology / "vocabulary", *sorted(ASSETS.graphs.iterdir()))
    for path in (path for folder in folders for path in sorted(folder.glob("*.ttl"))):
        store.extend(ox.Quad(*triple) for triple in read_turtle(path))
    return store


@pytest.fixture(scope="session")
def small_cube(real_graph: ox.Store) -> list[ox.Quad]:
    """All of the graph but for its observations and mentions: two observations of each data set with theirs."""
    cube = Cube(real_graph)
    kept: set[str] = set()
    for dataset in cube.find_instances("qb:DataSet"):
        for observation in sorted(cube.find_subjects("qb:dataSet", dataset))[:2]:
            kept |= {observation, *cube.find_objects(observation, "pf:mention")}
    many = {*cube.find_instances("qb:Observation"), *cube.find_instances("pf:Mention")}
    return [quad for quad in real_graph if quad.subject.value in kept or quad.subject.value not in many]


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
    assert header, "write code, title, title-zh, why and repair, then an empty line"
    number = check.removeprefix("ic-")
    assert header["code"] == (f"IC-{int(number)}" if number.isdigit() else check)
    assert re.search("[一-鿿]", header["title_zh"])


def test_every_check_has_a_mutation() -> None:
    assert {mutation.check for mutation in MUTATIONS} == set(CHECKS)


# The verdicts


@pytest.mark.parametrize("check", CHECKS)
def test_the_graph_has_no_fault(real_graph: ox.Store, check: str) -> None:
    assert find_faults(real_graph, check) == []


def test_the_integrity_constraints_take_less_than_two_seconds(real_graph: ox.Store) -> None:
    start = time.perf_counter()
    for check in CONSTRAINTS:
        find_faults(real_graph, check)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_mutation_fails_its_check_alone(small_cube: list[ox.Quad], mutation: Mutation) -> None:
    store = make_store(small_cube, mutation.update)
    assert find_failing(store) == {mutation.check, *mutation.also}
    assert all("None" not in fault for fault in find_faults(store, mutation.check))


@pytest.mark.parametrize("update", ["", *SOUND.values()], ids=["nothing", *SOUND])
def test_a_sound_addition_is_no_fault(small_cube: list[ox.Quad], update: str) -> None:
    assert find_failing(make_store(small_cube, update)) == set()


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


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_both_routes_agree_on_a_mutation(small_cube: list[ox.Quad], mutation: Mutation) -> None:
    assert_routes_agree(make_store(small_cube, mutation.update))
