"""The pages of the vocabulary show every code list, concept and term, counted as the graph has them."""

import re
from html import unescape

import pyoxigraph as ox
import pytest

from linking import Client, check_page
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES, ONTOLOGY
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import LocalEngine, load_store
from provfin.turtle import BASE, TYPE
from provfin.web.app import create_app
from provfin.web.explore.asking import Cell, Row
from provfin.web.explore.kinds import choose_kinds
from provfin.web.explore.vocabulary.vocabulary import _build_tree
from provfin.web.pages import find_address
from serving import LocalService

HTML = "text/html"
SKOS = NAMESPACES["skos"]
IN_SCHEME, BROADER = ox.NamedNode(f"{SKOS}inScheme"), ox.NamedNode(f"{SKOS}broader")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def store(release: Release) -> ox.Store:
    return load_store(release.data_path)


@pytest.fixture(scope="module")
def client(release: Release, store: ox.Store) -> Client:
    service = LocalService(LocalEngine(store))
    return Client(create_app(release, read_settings(log="off"), lambda _release: service))


def list_concepts(store: ox.Store, scheme: str) -> set[str]:
    return {name(quad.subject) for quad in store.quads_for_pattern(None, IN_SCHEME, ox.NamedNode(scheme))}


def list_schemes(store: ox.Store) -> set[str]:
    kind = ox.NamedNode(f"{SKOS}ConceptScheme")
    return {name(quad.subject) for quad in store.quads_for_pattern(None, ox.NamedNode(TYPE), kind)}


def name(term: object) -> str:
    assert isinstance(term, ox.NamedNode)
    return term.value


# The list of code lists


def test_every_code_list_is_there_with_the_number_of_its_concepts(client: Client, store: ox.Store) -> None:
    text = client.get("/vocabulary", HTML).text
    check_page(text)
    cards = re.findall(
        r'<li class="card"><h3><a href="([^"]+)">.*?</h3>\s*<p class="count">([\d,]+) concepts?</p>', text
    )
    shown = {address: int(number.replace(",", "")) for address, number in cards}
    assert shown == {find_address(iri, "/"): len(list_concepts(store, iri)) for iri in list_schemes(store)}
    assert len(shown) > 20
    assert 'href="/def"' in text


def test_dimensions_come_first(client: Client, store: ox.Store) -> None:
    text = client.get("/vocabulary", HTML).text
    dimensions = text[text.index('id="dimensions"') : text.index('id="others"')]
    coded = store.query(
        f"SELECT DISTINCT ?list WHERE {{ GRAPH ?g {{ ?d a <{NAMESPACES['qb']}DimensionProperty> }} "
        f"GRAPH ?h {{ ?d <{NAMESPACES['qb']}codeList> ?list }} }}"
    )
    assert isinstance(coded, ox.QuerySolutions)
    lists = {find_address(name(row["list"]), "/") for row in coded}
    assert len(lists) > 10
    assert set(re.findall(r'<h3><a href="([^"]+)"', dimensions)) == lists


# A code list


@pytest.mark.parametrize("code", ["areas", "event-kinds", "indicators", "measures", "units", "targets"])
def test_a_code_list_shows_each_of_its_concepts_once(client: Client, store: ox.Store, code: str) -> None:
    text = client.get(f"/id/scheme/{code}", HTML).text
    check_page(text)
    tree = text[text.index('<div class="tree') : text.index('id="statements"')]
    shown = re.findall(r'<a href="([^"]+)"', tree)
    assert sorted(shown) == sorted(find_address(iri, "/") for iri in list_concepts(store, f"{BASE}scheme/{code}"))


def test_what_is_below_stands_below(client: Client, store: ox.Store) -> None:
    text = client.get("/id/scheme/areas", HTML).text
    province, city = (find_address(f"{BASE}area/{code}", "/") for code in ("CN-LN", "CN-210100"))
    above = {
        name(quad.object) for quad in store.quads_for_pattern(ox.NamedNode(f"{BASE}area/CN-210100"), BROADER, None)
    }
    assert above == {f"{BASE}area/CN-LN"}
    between = text[text.index(f'"{province}"') : text.index(f'"{city}"')]
    assert len(re.findall("<ul[ >]", between)) == 1
    assert "</ul>" not in between


def test_uses_are_counted_as_an_independent_query_counts_them(client: Client, store: ox.Store) -> None:
    text = client.get("/id/scheme/measures", HTML).text
    shown = dict(re.findall(r'href="/id/measure/(\w+)">[^<]*</a> <code>\w+</code> <small class="uses">([\d,]+)<', text))
    own = ox.NamedNode(f"{BASE}graph/liaoning-2025")
    counted = {
        code: len(
            {quad.subject for quad in store.quads_for_pattern(None, None, ox.NamedNode(f"{BASE}measure/{code}"), own)}
        )
        for code in shown
    }
    assert {code: int(number.replace(",", "")) for code, number in shown.items()} == counted
    assert counted["yoy_growth"] > 100


def test_circles_end_and_nothing_is_lost() -> None:
    def row(concept: str, above: str = "") -> Row:
        told = {"concept": Cell(concept, is_iri=True), "code": Cell(concept)}
        return {**told, "above": Cell(above, is_iri=True)} if above else told

    roots = list(_build_tree([row("a", "b"), row("b", "a"), row("c", "a"), row("d"), row("e", "e")], {}, {"c": 3}))
    assert [node.iri for node in roots] == ["a", "b", "c", "d", "e"]
    assert [node.uses for node in roots] == [0, 0, 3, 0, 0]
    (root,) = _build_tree([row("d"), row("f", "d"), row("g", "f")], {}, {})
    assert (root.size, root.below[0].below[0].iri) == (2, "g")


# A concept


def test_a_concept_shows_what_is_around_it_and_its_figures(client: Client, store: ox.Store) -> None:
    text = client.get("/id/measure/share", HTML).text
    check_page(text)
    indicator = ox.NamedNode(f"{ONTOLOGY}#indicator")
    figures = {
        quad.subject
        for quad in store.quads_for_pattern(
            None, ox.NamedNode(f"{ONTOLOGY}#measure"), ox.NamedNode(f"{BASE}measure/share")
        )
    }
    assert f"{len(figures)} figures, of these indicators" in text
    of = {name(quad.object) for figure in figures for quad in store.quads_for_pattern(figure, indicator, None)}
    listed = re.search(r'<ul class="uses-by">(.*?)</ul>', text, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r'href="([^"]+)"', listed[1])) == {find_address(iri, "/") for iri in of}
    assert 'href="/id/scheme/measures"' in text


def test_the_way_up_is_from_the_widest(client: Client) -> None:
    text = client.get("/id/area/CN-210100", HTML).text
    crumbs = text[text.index('class="crumbs"') : text.index("<h1")]
    assert re.findall(r'href="([^"]+)"', crumbs)[:4] == [
        "/vocabulary", "/id/scheme/areas", "/id/area/CN", "/id/area/CN-LN",
    ]  # fmt: skip


def test_other_names_are_marked_with_their_language(client: Client, store: ox.Store) -> None:
    chinese = client.get("/id/area/CN-LN", HTML, "zh").text
    english = client.get("/id/area/CN-LN", HTML, "en").text
    assert '<p class="other-name" lang="zh">辽宁省</p>' in english
    assert '<p class="other-name" lang="en">Liaoning</p>' in chinese
    assert '<li class="chip">辽宁</li>' in chinese
    assert '<li class="chip" lang="zh">辽宁</li>' in english


def test_only_classes_that_say_most_are_named() -> None:
    above = {"pf:B": {"pf:A", "x:Z"}, "pf:A": {"x:Z"}}
    assert choose_kinds({"pf:A", "pf:B", "x:Z"}, above) == ["pf:B"]
    assert choose_kinds({"x:Z", "x:Y"}, above) == ["x:Y", "x:Z"]


# The ontology


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_term_of_the_ontology_is_defined_on_its_page(client: Client, store: ox.Store, language: str) -> None:
    text = unescape(client.get("/def", HTML, language).text)
    defined = store.quads_for_pattern(None, ox.NamedNode(f"{NAMESPACES['rdfs']}isDefinedBy"), ox.NamedNode(ONTOLOGY))
    terms = {name(quad.subject) for quad in defined} - {ONTOLOGY}
    ids = re.findall(r'<(?:section|tr)[^>]* id="(\w+)"', text)
    assert sorted(f"{ONTOLOGY}#{each}" for each in ids if each != "several") == sorted(terms)
    for term in terms:
        texts = store.quads_for_pattern(ox.NamedNode(term), ox.NamedNode(f"{SKOS}definition"), None)
        told = {quad.object.language: quad.object.value for quad in texts if isinstance(quad.object, ox.Literal)}
        assert told[language] in text, term


def test_instances_are_counted_as_the_graph_has_them(client: Client, store: ox.Store) -> None:
    text = client.get("/def", HTML).text
    for local in ("Observation", "Event", "Indicator"):
        quads = store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(f"{ONTOLOGY}#{local}"))
        number = len({quad.subject for quad in quads})
        section = text[text.index(f'<section class="term" id="{local}">') :]
        assert f"<span>{number:,} instances</span>" in section[: section.index("</section>")]
