"""What a release says of itself: its counts against queries, its prefixes and examples as editors read them."""

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib.namespace import DCAT, DCTERMS, FOAF, SH, VOID

from provfin.assets import find_assets
from provfin.dataset import CATALOGUE, CATALOGUE_GRAPH, DATASET, NAMESPACES, ONTOLOGY, Census, describe_quads
from provfin.dataset.census import Extent, Way
from provfin.dataset.questions import describe_questions
from provfin.dataset.terms import AGENT, find_namespace, name_term
from provfin.entailments import ENTAILMENTS_GRAPH
from provfin.graph import report as report_graph
from provfin.queries import Question, load_questions, load_topics, parse_question
from provfin.release import read_quads
from provfin.turtle import ALL_PREFIXES, BASE

QUADS = list(read_quads(find_assets()))
DESCRIPTION = [quad for quad in QUADS if quad.graph_name == ox.NamedNode(CATALOGUE_GRAPH)]
DATA = [quad for quad in QUADS if quad.graph_name != ox.NamedNode(CATALOGUE_GRAPH)]
PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in NAMESPACES.items())
# rdflib does not list a term that is a word of Python.
UNLISTED = {"http://rdfs.org/ns/void#class"}
EX = "http://example.org/"


@pytest.fixture(scope="module")
def data() -> ox.Store:
    store = ox.Store()
    store.extend(DATA)
    return store


@pytest.fixture(scope="module")
def description() -> ox.Store:
    store = ox.Store()
    store.extend(DESCRIPTION)
    return store


def select(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PREFIXES + query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [tuple(row[name].value if row[name] is not None else "" for name in names) for row in found]


def same_rows(left: Sequence[tuple[str, ...]], right: Sequence[tuple[str, ...]]) -> None:
    assert left
    assert Counter(left) == Counter(right)


# Counts

EXTENT = """(COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
    (COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?class) AS ?classes)"""
TOLD = "void:triples ?n ; void:distinctSubjects ?s ; void:distinctObjects ?o ; void:properties ?p ; void:classes ?c"


def test_the_extent_of_the_whole_is_what_a_query_counts(data: ox.Store, description: ox.Store) -> None:
    counted = select(data, f"SELECT {EXTENT} {{ ?s ?p ?o BIND(IF(?p = rdf:type, ?o, ?none) AS ?class) }}")
    same_rows(select(description, f"SELECT ?n ?s ?o ?p ?c {{ <{DATASET}> {TOLD} }}"), counted)


def test_each_named_graph_is_a_subset_with_its_own_extent(data: ox.Store, description: ox.Store) -> None:
    counted = select(
        data,
        f"SELECT ?g {EXTENT} {{ GRAPH ?g {{ ?s ?p ?o }} BIND(IF(?p = rdf:type, ?o, ?none) AS ?class) }} GROUP BY ?g",
    )
    same_rows(select(description, f"SELECT ?g ?n ?s ?o ?p ?c {{ <{DATASET}> void:subset ?g . ?g {TOLD} }}"), counted)


def test_class_partitions_are_what_a_query_counts(data: ox.Store, description: ox.Store) -> None:
    counted = select(data, "SELECT ?c (COUNT(DISTINCT ?s) AS ?e) (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c")
    told = f"<{DATASET}> void:classPartition [ void:class ?c ; void:entities ?e ; void:triples ?n ]"
    same_rows(select(description, f"SELECT ?c ?e ?n {{ {told} }}"), counted)


def test_property_partitions_are_what_a_query_counts(data: ox.Store, description: ox.Store) -> None:
    counted = select(
        data,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?x) (COUNT(DISTINCT ?o) AS ?y) { ?s ?p ?o } GROUP BY ?p",
    )
    counts = "void:triples ?n ; void:distinctSubjects ?x ; void:distinctObjects ?y"
    told = f"<{DATASET}> void:propertyPartition [ void:property ?p ; {counts} ]"
    same_rows(select(description, f"SELECT ?p ?n ?x ?y {{ {told} }}"), counted)


def test_properties_of_a_class_are_what_a_query_counts(data: ox.Store, description: ox.Store) -> None:
    counted = select(data, "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p")
    inner = "void:propertyPartition [ void:property ?p ; void:triples ?n ]"
    told = f"<{DATASET}> void:classPartition [ void:class ?c ; {inner} ]"
    same_rows(select(description, f"SELECT ?c ?p ?n {{ {told} }}"), counted)


INNER = f"<{DATASET}> void:classPartition [ void:class ?c ; void:propertyPartition ?way ] . ?way void:property ?p ; "


def told_class(subject: str, name: str) -> str:
    """Match a class that is asserted, not derived."""
    return f"GRAPH ?g{name} {{ {subject} a ?{name} }} FILTER(?g{name} != <{ENTAILMENTS_GRAPH}>)"


def test_classes_led_to_are_what_a_query_counts(data: ox.Store, description: ox.Store) -> None:
    pattern = f"{told_class('?s', 'c')} {told_class('?o', 'd')} ?s ?p ?o"
    counted = select(data, f"SELECT ?c ?p ?d (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?c ?p ?d")
    told = "void:classPartition [ void:class ?d ; void:triples ?n ]"
    same_rows(select(description, f"SELECT ?c ?p ?d ?n {{ {INNER} {told} }}"), counted)


def test_datatypes_led_to_are_what_a_query_counts(data: ox.Store, description: ox.Store) -> None:
    pattern = f"{told_class('?s', 'c')} ?s ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?d)"
    counted = select(data, f"SELECT ?c ?p ?d (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?c ?p ?d")
    told = "void-ext:datatypePartition [ void-ext:datatype ?d ; void:triples ?n ]"
    same_rows(select(description, f"SELECT ?c ?p ?d ?n {{ {INNER} {told} }}"), counted)


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(EX + name)


TYPE = ox.NamedNode(NAMESPACES["rdf"] + "type")


def test_a_census_of_a_few_statements() -> None:
    derived = ox.NamedNode(ENTAILMENTS_GRAPH)
    quads = [
        ox.Quad(node("a"), TYPE, node("A"), node("g")),
        ox.Quad(node("a"), TYPE, node("A"), node("g")),
        ox.Quad(node("a"), TYPE, node("Above"), derived),
        ox.Quad(node("b"), TYPE, node("B"), node("g")),
        ox.Quad(node("a"), node("to"), node("b"), node("g")),
        ox.Quad(node("a"), node("name"), ox.Literal("a", language="en"), node("g")),
        ox.Quad(node("nobody"), node("to"), node("nothing"), node("g")),
    ]
    census = Census(quads, ENTAILMENTS_GRAPH)
    assert census.whole == Extent(triples=6, subjects=3, objects=6, properties=3, classes=3)
    assert census.graphs[derived.value] == Extent(1, 1, 1, 1, 1)
    assert census.entities == {EX + "A": 1, EX + "Above": 1, EX + "B": 1}
    assert census.class_triples == {EX + "A": 4, EX + "Above": 4, EX + "B": 1}
    assert census.class_properties[EX + "Above", EX + "to"] == 1
    text = NAMESPACES["rdf"] + "langString"
    assert census.ways == {
        Way(EX + "A", EX + "to", EX + "B", is_datatype=False): 1,
        Way(EX + "A", EX + "name", text, is_datatype=True): 1,
    }
    assert census.find_first(EX + "B") == EX + "b"
    assert census.find_first(EX + "C") is None
    assert census.list_values(EX + "to") == [EX + "b", EX + "nothing"]


def test_decimals_of_one_value_are_one_as_in_a_store() -> None:
    decimal = ox.NamedNode(NAMESPACES["xsd"] + "decimal")
    texts = ("5", "5.0", "5.00", "0.5")
    quads = [ox.Quad(node("a"), node("p"), ox.Literal(text, datatype=decimal), node("g")) for text in texts]
    quads.append(ox.Quad(node("a"), node("p"), ox.Literal("5"), node("g")))
    store = ox.Store()
    store.extend(quads)
    assert Census(quads, ENTAILMENTS_GRAPH).whole.triples == len(store) == 3


def test_a_census_of_nothing_is_empty() -> None:
    census = Census([], ENTAILMENTS_GRAPH)
    assert (census.whole, census.graphs, census.ways) == (Extent(0, 0, 0, 0, 0), {}, {})


# Form


def test_the_description_is_a_function_of_the_graphs() -> None:
    shuffled = random.Random(5).sample(DATA, len(DATA))
    again = describe_quads(shuffled, load_questions().values(), load_topics())
    assert set(again) == set(DESCRIPTION)


def test_every_name_is_an_iri_and_no_server_is_named() -> None:
    assert all(get_value(quad.subject) and isinstance(quad.object, ox.NamedNode | ox.Literal) for quad in DESCRIPTION)
    for predicate in ("void:sparqlEndpoint", "void:dataDump", "dcat:endpointURL", "dcat:downloadURL", "foaf:homepage"):
        assert not list_objects(predicate)
    assert {get_value(quad.subject).startswith("https://w3id.org/provfin/") for quad in DESCRIPTION} == {True}


def get_value(term: Any) -> str:
    """Return the IRI or text of a term; what has neither fails."""
    assert isinstance(term, ox.NamedNode | ox.Literal), term
    return term.value


def list_objects(name: str) -> list[Any]:
    prefix, _, local = name.partition(":")
    predicate = ox.NamedNode(NAMESPACES[prefix] + local)
    return [quad.object for quad in DESCRIPTION if quad.predicate == predicate]


def test_nothing_is_said_twice() -> None:
    assert len(set(DESCRIPTION)) == len(DESCRIPTION)
    said = {quad.triple for quad in DATA}
    assert not [quad for quad in DESCRIPTION if quad.triple in said]


def test_no_two_partitions_share_a_name() -> None:
    names = Counter(
        (get_value(quad.subject), quad.predicate.value)
        for quad in DESCRIPTION
        if "/id/partition/" in get_value(quad.subject) and not quad.predicate.value.endswith("Partition")
    )
    assert len(names) > 1000
    assert set(names.values()) == {1}


@pytest.mark.parametrize("vocabulary", [DCAT, DCTERMS, FOAF, SH, VOID], ids=str)
def test_every_term_is_in_its_vocabulary(vocabulary: Any) -> None:
    terms = {quad.predicate.value for quad in DESCRIPTION} | {
        get_value(quad.object) for quad in DESCRIPTION if quad.predicate == TYPE
    }
    own = {term for term in terms if term.startswith(str(vocabulary))}
    assert own
    assert own <= set(map(str, dir(vocabulary))) | UNLISTED


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://purl.org/dc/terms/title", "dcterms-title"),
        ("https://w3id.org/provfin/id/area/CN", "area-CN"),
        ("http://example.org/a#b/c", "example-org-a-b-c"),
        ("urn:x:y", "urn-x-y"),
    ],
)
def test_a_term_has_a_name_that_can_stand_in_an_iri(iri: str, name: str) -> None:
    assert name_term(iri) == name


def test_the_namespace_of_what_has_none_is_itself() -> None:
    assert find_namespace("urn:x:y") == "urn:x:y"


# Catalogue


def test_every_report_is_a_dataset_of_the_catalogue(description: ox.Store) -> None:
    kind = ox.NamedNode(NAMESPACES["pf"] + "Report")
    reports = {get_value(quad.subject) for quad in DATA if (quad.predicate, quad.object) == (TYPE, kind)}
    assert reports
    found = select(
        description,
        f"""SELECT ?source ?place ?start ?end ?zh ?en {{
            <{CATALOGUE}> a dcat:Catalog ; dcat:dataset ?d .
            ?d a dcat:Dataset, void:Dataset ; dcterms:source ?source ; dcterms:spatial ?place ; dcterms:temporal ?t ;
               dcterms:title ?zh, ?en ; dcterms:publisher/foaf:name "ProvFin" .
            ?place a dcterms:Location . ?t a dcterms:PeriodOfTime ; dcat:startDate ?start ; dcat:endDate ?end
            FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }}""",
    )
    assert {row[0] for row in found} == reports
    assert len(found) == len(reports)
    for row in found:
        assert re.fullmatch(r"\d{4}-01-01", row[2])
        assert re.fullmatch(r"\d{4}-12-31", row[3])


def test_the_whole_says_what_it_is(description: ox.Store) -> None:
    rows = select(
        description,
        f"""SELECT ?license ?space ?about {{ <{DATASET}> a void:Dataset, dcat:Dataset ; dcterms:license ?license ;
            void:uriSpace ?space . <{CATALOGUE_GRAPH}> a void:DatasetDescription ; foaf:primaryTopic ?about }}""",
    )
    assert rows == [(report_graph.LICENSE, BASE, DATASET)]
    assert report_graph.AGENT == AGENT


def test_languages_are_resources() -> None:
    found = {item.value for item in list_objects("dcterms:language")}
    authority = "http://publications.europa.eu/resource/authority/language/"
    assert found == {f"{authority}ENG", f"{authority}ZHO"}
    assert not [item for item in list_objects("dcterms:language") if isinstance(item, ox.Literal)]


def test_vocabularies_are_those_of_the_terms_in_use() -> None:
    used = {quad.predicate.value for quad in DATA} | {get_value(quad.object) for quad in DATA if quad.predicate == TYPE}
    found = {item.value for item in list_objects("void:vocabulary")}
    assert {"http://purl.org/linked-data/cube#", "https://w3id.org/provfin/def#"} <= found
    assert all(term.startswith(tuple(found)) for term in used)


def test_examples_are_things_of_the_graph() -> None:
    examples = {item.value for item in list_objects("void:exampleResource")}
    assert len(examples) > 4
    assert examples <= {get_value(quad.subject) for quad in DATA}


# What editors read


def read_prefixes(store: ox.Store) -> Mapping[str, str]:
    """Ask for prefixes as https://github.com/sib-swiss/sparql-editor does."""
    rows = select(store, "SELECT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }")
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1] for row in rows}


def test_prefixes_are_declared_on_the_ontology(description: ox.Store) -> None:
    assert ALL_PREFIXES.items() <= read_prefixes(description).items()
    kinds = select(description, f"SELECT (DATATYPE(?n) AS ?kind) {{ <{ONTOLOGY}> sh:declare [ sh:namespace ?n ] }}")
    assert set(kinds) == {(NAMESPACES["xsd"] + "anyURI",)}


@pytest.mark.parametrize("question", load_questions().values(), ids=lambda question: question.name)
def test_prefixes_of_a_question_are_those_declared(question: Question, description: ox.Store) -> None:
    found = dict(re.findall(r"PREFIX ([\w-]+): <([^>]+)>", question.text))
    assert found.items() <= read_prefixes(description).items()


# What an editor lists, whether it asks for comments or not; a class above is what SHACL says of those of one form.
LISTED = """SELECT DISTINCT ?sq ?query WHERE {
    VALUES ?kind { sh:SPARQLExecutable sh:SPARQLSelectExecutable sh:SPARQLAskExecutable sh:SPARQLConstructExecutable }
    ?sq a ?kind ; sh:select|sh:ask|sh:construct ?query }"""


def test_an_editor_lists_every_question_once_and_runs_it(data: ox.Store, description: ox.Store) -> None:
    rows = select(description, LISTED)
    same_rows(rows, [(f"{BASE}question/{name}", each.bind().text) for name, each in load_questions().items()])
    for row in rows[::12]:
        assert isinstance(data.query(row[1], use_default_graph_as_union=True), ox.QuerySolutions)


def test_an_example_has_its_name_titles_and_prefixes(description: ox.Store) -> None:
    rows = select(
        description,
        """SELECT ?id ?zh ?en { ?example a sh:SPARQLExecutable ; sh:prefixes/sh:declare ?any ; rdfs:comment ?comment ;
            dcterms:identifier ?id ; rdfs:label ?zh, ?en FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }
            GROUP BY ?id ?zh ?en""",
    )
    same_rows(rows, [(name, each.titles["zh"], each.titles["en"]) for name, each in load_questions().items()])


def test_a_question_can_be_had_from_its_release_as_its_file_was(description: ox.Store) -> None:
    rows = select(
        description,
        """SELECT ?id ?text { ?example dcterms:identifier ?id OPTIONAL { ?example schema:exampleOfWork ?template }
            BIND(COALESCE(?template, ?example) AS ?work) ?work sh:select ?text }""",
    )
    assert {name: parse_question(name, text, name) for name, text in rows} == load_questions()
    bound = select(description, "SELECT ?id ?text { ?example dcterms:identifier ?id ; sh:select ?text }")
    assert {name: parse_question(name, text, name).unbind() for name, text in bound} == load_questions()


def test_a_template_has_a_variable_for_each_of_its_parameters_and_binds_none(description: ox.Store) -> None:
    rows = select(
        description,
        """SELECT ?text ?path { ?example a sh:SPARQLExecutable ; schema:exampleOfWork ?template .
            ?template a sh:Parameterizable ; sh:select ?text ; sh:parameter/sh:path ?path }""",
    )
    assert len(rows) == sum(len(question.parameters) for question in load_questions().values())
    for text, path in rows:
        name = path.rsplit("/", 1)[1]
        assert re.search(rf"[?$]{name}\b", text)
        assert not re.search(rf"VALUES [^{{]*[?]{name}\b", text)
    assert not select(description, "SELECT ?p { ?example a sh:SPARQLExecutable ; sh:parameter ?p }")


def test_topics_are_keywords(description: ox.Store) -> None:
    rows = select(
        description, "SELECT ?id ?word { ?q dcterms:identifier ?id ; schema:keywords ?word FILTER(LANG(?word) = 'zh') }"
    )
    topics = load_topics()
    assert {row[0]: row[1] for row in rows} == {
        name: topics[each.topic]["zh"] for name, each in load_questions().items() if each.topic
    }


def test_parameters_are_described_as_shacl_has_them(description: ox.Store) -> None:
    rows = select(
        description,
        """SELECT ?q ?path ?default ?kind { ?question dcterms:identifier ?q ; schema:exampleOfWork/sh:parameter ?p .
            ?p a sh:Parameter ; sh:path ?path ; sh:defaultValue ?default ; sh:nodeKind|sh:datatype ?kind }""",
    )
    found = {(row[0], row[1].rsplit("/", 1)[1]): row[2:] for row in rows}
    expected = {}
    for question in load_questions().values():
        for item in question.parameters:
            kind = "http://www.w3.org/ns/shacl#IRI" if item.type == "iri" else NAMESPACES["xsd"] + item.type
            expected[question.name, item.name] = (item.parse(item.default).value, kind)
    assert found == expected


@pytest.mark.parametrize(
    ("form", "kind", "term"),
    [
        ("ASK", "sh:SPARQLAskExecutable", "sh:ask"),
        ("CONSTRUCT { ?s ?p ?o }", "sh:SPARQLConstructExecutable", "sh:construct"),
    ],
)
def test_other_forms_are_examples_of_their_kind(form: str, kind: str, term: str) -> None:
    texts = {"en": "a", "zh": "甲"}
    store = ox.Store()
    question = Question("q", texts, texts, (), f"{form}\nWHERE {{\n ?s ?p ?o }}")
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in describe_questions([question], {}))
    assert select(store, f"SELECT ?text {{ ?q a {kind} ; {term} ?text }}") == [(question.text,)]
    assert select(store, "SELECT ?word { ?q schema:keywords ?word }") == []


def test_what_shacl_has_no_term_for_is_left_out() -> None:
    texts = {"en": "a", "zh": "甲"}
    assert not list(describe_questions([Question("q", texts, texts, (), "DESCRIBE ?s\nWHERE {\n ?s ?p ?o }")], {}))
