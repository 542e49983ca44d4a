"""Every name of the graph answers, whole, in every format; and the pages for people are sound."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pyoxigraph as ox
import pytest

from linking import Client, DirectService, Service, check_page, make_client, read
from provfin.assets import find_assets
from provfin.dataset import CATALOGUE, DATASET, NAMESPACES, ONTOLOGY
from provfin.exports import EXPORTS
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import GRAPH_FORMATS, BadQueryError, ExceededError, Limit
from provfin.turtle import BASE, TYPE
from provfin.web import resources
from provfin.web.explore.portraits import list_kinds
from provfin.web.lookup import PAGE_SIZE, find_resource, list_slices
from provfin.web.pages import find_address
from provfin.web.resources import FORMATS, list_readings
from provfin.web.site import Site

FIGURE = "observation/liaoning-2025/CN-LN/2024/gross-regional-product/level"
BUSY = "unit/percent"
OWN = "https://w3id.org/provfin/"
RDF_SUFFIXES = [suffix for suffix, media_type in FORMATS.items() if media_type in GRAPH_FORMATS]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def quads(release: Release) -> list[ox.Quad]:
    return list(ox.parse(release.data_path.read_bytes(), format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def store(quads: list[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


@pytest.fixture(scope="module")
def site(store: ox.Store, release: Release) -> Site:
    return Site(Service(store), release, read_settings())


@pytest.fixture(scope="module")
def client(site: Site) -> Client:
    return make_client(site)


@pytest.fixture(scope="module")
def names(quads: list[ox.Quad]) -> list[str]:
    """Every IRI of the project's own that the release has."""
    terms = (term for quad in quads for term in quad)
    return sorted({term.value for term in terms if isinstance(term, ox.NamedNode) and term.value.startswith(OWN)})


def own_triples(store: ox.Store, iri: str) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None)}


def incoming_triples(store: ox.Store, iri: str) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, ox.NamedNode(iri))}


def read_links(response: httpx.Response) -> list[tuple[str, str, str]]:
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', response.headers["link"])
    return [(target, rel, kind) for target, rel, kind in found]


# Every name


def test_every_name_is_told_of_whole(store: ox.Store, release: Release, names: list[str]) -> None:
    site = Site(DirectService(store), release, read_settings())

    async def find_all() -> list[str]:
        return [iri for iri in names if not await is_whole(iri)]

    async def is_whole(iri: str) -> bool:
        resource = await find_resource(site, iri)
        if resource is None:
            return False
        own, incoming = own_triples(store, iri), incoming_triples(store, iri)
        return set(resource.own) == own and resource.links == len(incoming) and set(resource.incoming) <= incoming

    assert len(names) > 6000
    assert asyncio.run(find_all()) == []


def test_every_name_leads_to_an_address_and_back(names: list[str]) -> None:
    for iri in names:
        address = find_address(iri, "/")
        assert address.isascii()
        path = unquote(urlsplit(address).path)
        if path.startswith("/id/"):
            assert next(list_readings(BASE + path.removeprefix("/id/"))) == (iri, "")
        else:
            assert iri.startswith(ONTOLOGY)
            assert path.startswith("/def")


def pick(names: list[str]) -> Iterator[str]:
    """Yield names of every kind and of every odd form, a few each."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for iri in names:
        plain = iri.removeprefix(OWN)
        odd = "".join(sorted({char for char in plain if not re.match(r"[A-Za-z0-9/-]", char)}))
        kinds["/".join(plain.split("#")[0].split("/")[:2]) + ("odd" if odd and odd != "#" else "")].append(iri)
    for found in kinds.values():
        yield found[len(found) // 2]


def test_names_of_every_kind_answer_over_http(client: Client, names: list[str], store: ox.Store) -> None:
    picked = list(pick(names))
    assert len(picked) > 60
    assert [iri for iri in picked if not iri.isascii()]
    for iri in picked:
        address = find_address(iri, "/")
        response = client.get(address, "application/n-triples")
        assert response.status_code == 200, iri
        assert own_triples(store, iri) <= read(response), iri
        assert client.get(address, "text/html").status_code == 200, iri


@pytest.mark.parametrize("path", ["part/liaoning-2025/footnote/¹", "part/liaoning-2025/footnote/%C2%B9"])
def test_a_name_may_come_percent_encoded(client: Client, path: str, store: ox.Store) -> None:
    response = client.get(f"/id/{path}.ttl")
    assert response.headers["content-location"] == "/id/part/liaoning-2025/footnote/%C2%B9.ttl"
    assert own_triples(store, f"{BASE}part/liaoning-2025/footnote/¹") <= read(response)


# Formats


@pytest.mark.parametrize("path", [FIGURE, BUSY, "report/liaoning-2025", "question/absolute-changes"])
def test_all_formats_say_the_same(client: Client, path: str) -> None:
    answers = [client.get(f"/id/{path}{suffix}") for suffix in RDF_SUFFIXES]
    assert [answer.status_code for answer in answers] == [200] * 4
    first = read(answers[0])
    assert len(first) > 10
    assert [read(answer) == first for answer in answers] == [True] * 4


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/rdf+xml;q=0.5, text/turtle;q=0.9", "text/turtle"),
        ("*/*", "text/turtle"),
        (None, "text/turtle"),
    ],
)
def test_the_format_is_what_the_client_likes_best(client: Client, accept: str | None, given: str) -> None:
    for address in (f"/id/{BUSY}", "/def", "/catalog"):
        response = client.get(address, accept)
        assert response.headers["content-type"].split(";")[0] == given
        assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize("address", [f"/id/{BUSY}", "/def", "/def?term=Area", "/catalog"])
def test_a_format_there_is_not_is_refused(client: Client, address: str) -> None:
    response = client.get(address, "image/png")
    assert response.status_code == 406
    assert response.headers["content-type"] == "application/problem+json"
    assert "text/turtle" in response.json()["detail"]


def read_body(response: httpx.Response) -> bytes:
    """Return an answer; of a page what it says, for its frame has its own address, so that one comes back to it."""
    return response.content.partition(b"<main")[2] or response.content


@pytest.mark.parametrize(("suffix", "media_type"), FORMATS.items())
def test_a_suffix_or_a_parameter_asks_for_a_format(client: Client, suffix: str, media_type: str) -> None:
    for path in (f"/id/{FIGURE}", "/def", "/catalog"):
        by_suffix = client.get(path + suffix, "image/png")
        joint = client.get(f"{path}?format={suffix[1:]}", "image/png")
        assert by_suffix.headers["content-type"].split(";")[0] == media_type
        assert read_body(by_suffix) == read_body(joint)
        assert joint.headers["content-location"] == path + suffix


def test_a_suffix_that_belongs_to_a_name_stays(release: Release) -> None:
    node = ox.NamedNode(f"{BASE}file/a.ttl")
    told = ox.Triple(node, ox.NamedNode(NAMESPACES["rdfs"] + "label"), ox.Literal("a file"))
    client = make_site_of([ox.Quad(told.subject, told.predicate, told.object)], release)
    assert client.get("/id/file/a.ttl", "application/n-triples").headers["content-type"] == "application/n-triples"
    assert read(client.get("/id/file/a.ttl.nt")) == {told}
    assert client.get("/id/file/a").status_code == 404


def test_a_percent_sign_in_a_name_is_found(release: Release) -> None:
    node = ox.NamedNode(f"{BASE}file/%E4%BD%A0")
    client = make_site_of([ox.Quad(node, node, ox.Literal("x"))], release)
    assert client.get(find_address(node.value, "/")).status_code == 200
    assert client.get("/id/file/%E4%BD%A0.nt").status_code == 200


def make_site_of(quads: list[ox.Quad], release: Release) -> Client:
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(f"{BASE}graph/x")) for quad in quads)
    return make_client(Site(Service(store), release, read_settings()))


# What an answer has


def test_an_answer_names_what_it_links_to_in_both_languages(client: Client, store: ox.Store) -> None:
    told = read(client.get(f"/id/{FIGURE}.nt"))
    label = ox.NamedNode(NAMESPACES["skos"] + "prefLabel")
    for code in ("area/CN-LN", "indicator/gross-regional-product", "measure/level", "unit/hundred-million-cny"):
        named = {quad.triple for quad in store.quads_for_pattern(ox.NamedNode(BASE + code), label, None)}
        assert {triple.object.language for triple in named if isinstance(triple.object, ox.Literal)} == {"en", "zh"}
        assert named <= told
    rdfs = ox.NamedNode(NAMESPACES["rdfs"] + "label")
    for term in ("mention", "indicator", "Observation"):
        assert {quad.triple for quad in store.quads_for_pattern(ox.NamedNode(f"{ONTOLOGY}#{term}"), rdfs, None)} <= told


def test_names_in_rdf_are_the_same_wherever_they_are_served(client: Client) -> None:
    elsewhere = client.get(f"http://other.example/id/{FIGURE}.ttl")
    assert elsewhere.content == client.get(f"/id/{FIGURE}.ttl").content
    assert b"other.example" not in elsewhere.content


def test_what_leads_to_a_resource_comes_by_the_page(client: Client, store: ox.Store) -> None:
    # What leads from the resource to itself stands among its own statements, on every page.
    wanted = incoming_triples(store, BASE + BUSY) - own_triples(store, BASE + BUSY)
    assert len(wanted) > 10 * PAGE_SIZE
    address, found, pages = f"/id/{BUSY}.nt", list[ox.Triple](), 0
    while address:
        response = client.get(address)
        part = read(response) & wanted
        assert len(part) <= PAGE_SIZE
        found += part
        pages += 1
        links = {rel: target for target, rel, _ in read_links(response)}
        assert ("prev" in links) == (pages > 1)
        address = f"{links['next']}&format=nt" if "next" in links else ""
    assert pages == -(-len(incoming_triples(store, BASE + BUSY)) // PAGE_SIZE)
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_a_predicate_begins_on_the_page_the_heading_names(site: Site) -> None:
    resource = asyncio.run(find_resource(site, BASE + BUSY))
    assert resource is not None
    later = [predicate for predicate in resource.counts if resource.find_page(predicate) > 1]
    assert later
    for predicate in later:
        page = resource.find_page(predicate)
        there = asyncio.run(find_resource(site, BASE + BUSY, page))
        assert there is not None
        assert predicate in {triple.predicate.value for triple in there.incoming}


@pytest.mark.parametrize("start", range(0, 12, 2))
@pytest.mark.parametrize("length", [1, 3, 20])
def test_slices_make_up_the_stretch(start: int, length: int) -> None:
    counts = {"a": 3, "b": 1, "c": 7}
    whole = [(name, place) for name, number in counts.items() for place in range(number)]
    slices = list_slices(counts, start, length)
    assert [(name, place) for name, at, size in slices for place in range(at, at + size)] == whole[
        start : start + length
    ]


@pytest.mark.parametrize(("query", "status"), [("page=0", 422), ("page=x", 422), ("page=99999", 404)])
def test_a_page_there_is_not_is_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"/id/{BUSY}?{query}").status_code == status


def test_headers_lead_on(client: Client, site: Site) -> None:
    response = client.get(f"/id/{FIGURE}", "text/html")
    assert response.headers["etag"] == site.make_tag("text/html", "en")
    chinese = client.get(f"/id/{FIGURE}", "text/html", "zh-CN")
    assert chinese.headers["etag"] == site.make_tag("text/html", "zh") != response.headers["etag"]
    assert (response.headers["content-language"], chinese.headers["content-language"]) == ("en", "zh")
    assert {"accept", "accept-language", "cookie"} <= set(re.split(r",\s*", response.headers["vary"].lower()))
    assert response.headers["content-location"] == f"/id/{FIGURE}.html"
    links = read_links(response)
    assert (BASE + FIGURE, "canonical", "") in links
    assert ("/catalog", "describedby", "") in links
    assert (DATASET, "http://rdfs.org/ns/void#inDataset", "") in links
    assert ("https://creativecommons.org/licenses/by/4.0/", "license", "") in links
    alternates = {target: kind for target, rel, kind in links if rel == "alternate"}
    assert alternates == {f"/id/{FIGURE}{suffix}": kind for suffix, kind in FORMATS.items()}
    for target, kind in alternates.items():
        assert client.get(target).headers["content-type"].split(";")[0] == kind


def test_headers_of_a_chinese_name_are_ascii(client: Client, names: list[str]) -> None:
    iri = next(name for name in names if re.search("[一-龥]", name))
    response = client.get(find_address(iri, "/"), "text/html")
    assert response.headers["link"].isascii()
    assert unquote(read_links(response)[0][0]) == iri


# What is not there


@pytest.mark.parametrize("path", ["nothing", "nothing.ttl", "a b", "<x>", "observation/", ""])
def test_a_name_the_graph_has_not_is_missed(client: Client, path: str) -> None:
    problem = client.get(f"/id/{path}", "text/turtle")
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    page = client.get(f"/id/{path}", "text/html")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    check_page(page.text)


def test_a_term_the_ontology_has_not_is_missed(client: Client) -> None:
    assert client.get("/def?term=Nothing").status_code == 404
    assert client.get("/def/9.9.9").status_code == 404


@pytest.mark.parametrize(
    ("fault", "status"), [(ExceededError(Limit.time, "too long"), 503), (BadQueryError("bad"), 400)]
)
def test_a_fault_of_the_store_is_told(store: ox.Store, release: Release, fault: Exception, status: int) -> None:
    service = Service(store)
    service.fault = fault
    client = make_client(Site(service, release, read_settings()))
    for address in (f"/id/{FIGURE}", "/def", "/catalog"):
        assert client.get(address).status_code == status


# The ontology


def test_the_ontology_has_every_term_and_prefix(client: Client, store: ox.Store) -> None:
    told = read(client.get("/def.nt"))
    defined = {
        quad.subject for quad in store.quads_for_pattern(None, ox.NamedNode(f"{NAMESPACES['rdfs']}isDefinedBy"), None)
    }
    assert len(defined) > 100
    for term in (ox.NamedNode(ONTOLOGY), *defined):
        assert {quad.triple for quad in store.quads_for_pattern(term, None, None)} <= told
    prefix = ox.NamedNode(NAMESPACES["sh"] + "prefix")
    assert "pf" in {
        triple.object.value for triple in told if triple.predicate == prefix and isinstance(triple.object, ox.Literal)
    }


def test_every_term_has_its_place_on_the_page(client: Client, names: list[str]) -> None:
    page = client.get("/def", "text/html").text
    terms = {name.split("#")[1] for name in names if name.startswith(f"{ONTOLOGY}#") and name != f"{ONTOLOGY}#"}
    assert len(terms) > 100
    assert terms <= set(check_page(page).ids)
    assert 'href="?term=Mention"' in page


def test_a_term_has_a_page_of_what_leads_to_it(client: Client, store: ox.Store) -> None:
    response = client.get("/def.nt?term=Event")
    assert response.headers["content-location"] == "/def.nt?term=Event"
    assert incoming_triples(store, f"{ONTOLOGY}#Event") <= read(response)
    assert own_triples(store, f"{ONTOLOGY}#Event") <= read(response)


@pytest.mark.parametrize("path", ["0.1.0", "alignments", "alignments/0.1.0"])
def test_versions_and_alignments_answer(client: Client, path: str) -> None:
    assert client.get(f"/def/{path}", "text/turtle").status_code == 200


# Pages


@pytest.mark.parametrize(
    "address",
    [
        f"/id/{FIGURE}",
        f"/id/{BUSY}",
        "/id/report/liaoning-2025",
        "/id/dataset/provfin",
        "/def",
        "/def?term=Area",
        "/catalog",
    ],
)
def test_pages_are_sound_and_their_links_lead_somewhere(client: Client, address: str) -> None:
    page = check_page(client.get(address, "text/html").text)
    own = [link for link in page.links if link.startswith(("/id/", "/def", "/catalog", "/static/", "?term="))]
    own = [link for link in own if "lang=" not in link]
    assert own
    for link in sorted(set(own))[:: max(1, len(own) // 12)]:
        target = f"/def{link}" if link.startswith("?") else link
        assert client.get(target, "text/html").status_code == 200, link
    assert not [link for link in page.links if link.startswith("https://w3id.org/provfin/")][1:]


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("en", "3.26 trillion yuan", ("Gross regional product", "Liaoning", "Level", "32,612.65", "32,612.75")),
        ("zh", "3.26 万亿元", ("地区生产总值", "辽宁省", "水平", "32,612.65", "32,612.75")),
    ],
)
def test_a_figure_shows_its_value_and_where_it_is_printed(
    client: Client, store: ox.Store, language: str, value: str, words: tuple[str, ...]
) -> None:
    text = client.get(f"/id/{FIGURE}", "text/html", language).text
    assert f">{value}</data>" in text
    for word in (*words, "表 2 2024"):
        assert word in text
    assert text.index('id="evidence"') < text.index("表 2 2024")
    mentions = list(store.quads_for_pattern(ox.NamedNode(BASE + FIGURE), ox.NamedNode(f"{ONTOLOGY}#mention"), None))
    assert len(re.findall(r'<th scope="row"><q lang="zh"><a href=', text)) == len(mentions) > 1
    for mention in mentions:
        assert isinstance(mention.object, ox.NamedNode)
        assert f'href="{find_address(mention.object.value, "/")}"' in text


HOSTILE = "<script>alert('x')</script>\" onload='x"


@pytest.fixture(scope="module")
def hostile(quads: list[ox.Quad], release: Release) -> Client:
    """A server of the same graph in which everything is called by what would do harm, and leads to it."""
    bad = ox.NamedNode("javascript:alert(1)")
    also = ox.NamedNode(NAMESPACES["rdfs"] + "seeAlso")
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, spoil(quad), quad.graph_name) for quad in quads)
    store.extend(ox.Quad(quad.subject, also, bad, quad.graph_name) for quad in quads if quad.predicate.value == TYPE)
    return make_client(Site(Service(store), release, read_settings()))


def spoil(quad: ox.Quad) -> Any:
    """Return the object of a statement, harmful where it is for people."""
    term = quad.object
    if isinstance(term, ox.Literal) and (term.language or quad.predicate.value == NAMESPACES["oa"] + "exact"):
        return ox.Literal(HOSTILE, language=term.language)
    return term


def pick_kinds(store: ox.Store) -> Iterator[str]:
    """Yield a resource of each class that has a page of its own, and some that have none."""
    pf = NAMESPACES["pf"]
    other = [f"{NAMESPACES['qb']}DataSet", f"{pf}Reading", f"{pf}ReadingRule", f"{pf}AuditFinding"]
    for kind in (*list_kinds(), *other):
        quads = store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(kind))
        things = {str(quad.subject)[1:-1] for quad in quads}
        yield from sorted(iri for iri in things if iri.startswith(BASE))[:1]


def test_hostile_text_and_names_stay_text(hostile: Client, store: ox.Store) -> None:
    picked = sorted(set(pick_kinds(store)))
    assert len(picked) > 10
    for address in (*(find_address(iri, "/") for iri in picked), "/def", "/def?term=Observation", "/catalog"):
        for language in ("en", "zh"):
            response = hostile.get(address, "text/html", language)
            assert response.status_code == 200, address
            check_harmless(response.text)
            assert "alert(&#39;x&#39;)" in response.text or "\\u003cscript" in response.text, address


def test_hostile_names_of_nothing_stay_text(client: Client) -> None:
    for path in (f"/id/{HOSTILE}", "/id/javascript:alert(1)", "/def/<script>"):
        response = client.get(path, "text/html")
        assert response.status_code == 404
        check_harmless(response.text)


def check_harmless(text: str) -> None:
    page = check_page(text)
    assert "<script>" not in text
    assert not [link for link in page.links if link.startswith("javascript")]


def test_pages_served_below_a_path_link_there(store: ox.Store, release: Release) -> None:
    settings = read_settings(base_url="https://data.example/kg/")
    client = make_client(Site(Service(store), release, settings, path="releases/abc/"))
    response = client.get(f"/id/{FIGURE}", "text/html")
    assert response.headers["content-location"] == f"/kg/releases/abc/id/{FIGURE}.html"
    page = check_page(response.text)
    assert "/kg/releases/abc/id/area/CN-LN" in page.links
    assert not [link for link in page.links if link.startswith(("/id/", "/def", "/releases/"))]
    assert ("/kg/releases/abc/id/dataset/provfin", "describedby", "") in read_links(response)


def test_the_stylesheet_is_served_for_good(client: Client) -> None:
    page = check_page(client.get("/def", "text/html").text)
    address = next(link for link in page.links if link.startswith("/static/provfin.css"))
    response = client.get(address)
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]
    assert client.get("/static/nothing.css").status_code == 404
    assert client.get("/static/..%2Fpages.py").status_code == 404


# Catalogue


def test_well_known_void_leads_to_the_catalogue(client: Client) -> None:
    response = client.get("/.well-known/void?format=ttl", "text/html")
    assert (response.status_code, response.headers["location"]) == (303, "/catalog?format=ttl")
    assert client.get(response.headers["location"]).headers["content-type"].startswith("text/turtle")


@pytest.mark.parametrize("base", ["http://server.test/", "http://other.example:81/"])
def test_the_catalogue_tells_where_the_data_can_be_had(site: Site, store: ox.Store, base: str) -> None:
    catalogue = ox.Store()
    catalogue.load(make_client(site, base).get("/catalog.ttl").content, format=ox.RdfFormat.TURTLE)
    described = {
        quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(f"{BASE}graph/catalogue"))
    }
    assert described <= {quad.triple for quad in catalogue}
    prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in NAMESPACES.items())
    assert catalogue.query(
        f"""{prefixes} ASK {{ <{DATASET}> void:sparqlEndpoint <{base}sparql> ; foaf:homepage <{base}> .
        <{CATALOGUE}> dcat:service [ a dcat:DataService ; dcat:endpointURL <{base}sparql> ;
          dcat:endpointDescription <{base}sparql> ; dcat:servesDataset <{DATASET}> ] }}"""
    )
    found = catalogue.query(
        f"""{prefixes} SELECT ?url ?type {{ <{DATASET}> dcat:distribution ?one .
        ?one a dcat:Distribution ; dcat:downloadURL ?url
        OPTIONAL {{ ?one dcat:mediaType ?registered }}
        OPTIONAL {{ ?one dcterms:format [ a dcterms:MediaType ; rdfs:label ?named ] }}
        BIND(IF(BOUND(?registered), STR(?registered), ?named) AS ?type) }}"""
    )
    assert isinstance(found, ox.QuerySolutions)
    rows = {row["url"].value.removeprefix(f"{base}data/"): row["type"].value for row in found}
    assert {name.partition("/")[0] for name in rows} == set(EXPORTS)
    assert {"csv/observations.csv", "csv/mentions.csv", "sdmx-ml/structure.xml", "sdmx-csv/CREDIT.csv"} <= set(rows)
    register = "https://www.iana.org/assignments/media-types/"
    assert rows["turtle/provfin.ttl"] == f"{register}text/turtle"
    assert rows["nquads/provfin.nq.gz"] == f"{register}application/n-quads"
    unregistered = {name.partition("/")[0] for name, told in rows.items() if not told.startswith(register)}
    assert unregistered == {"csv", "jsonl", "sdmx-csv", "sdmx-ml", "sdmx-ml-2.1"}
    for name, told in rows.items():
        export, _, file = name.partition("/")
        assert told.startswith(register) or told == EXPORTS[export].find_media_type(file)
    dumps = catalogue.quads_for_pattern(ox.NamedNode(DATASET), ox.NamedNode(NAMESPACES["void"] + "dataDump"), None)
    assert ox.NamedNode(f"{base}data/nquads/provfin.nq.gz") in {quad.object for quad in dumps}


def test_the_catalogue_tells_which_release_it_describes(client: Client, release: Release) -> None:
    catalogue = read(client.get("/catalog.ttl"))
    for thing in (CATALOGUE, DATASET):
        told = {(triple.predicate.value, triple.object) for triple in catalogue if str(triple.subject) == f"<{thing}>"}
        assert (NAMESPACES["dcterms"] + "identifier", ox.Literal(release.hash)) in told
        assert (NAMESPACES["dcat"] + "version", ox.Literal(release.hash[:16])) in told


def test_the_page_of_the_catalogue_tells_endpoint_downloads_and_graphs(client: Client, release: Release) -> None:
    text = client.get("/catalog", "text/html").text
    links = check_page(text).links
    assert "http://server.test/sparql" in text
    assert {f"/data/{name}" for name in EXPORTS} <= set(links)
    assert {find_address(name, "/") for name in release.graphs} <= set(links)


def test_templates_and_styles_have_no_script_of_their_own() -> None:
    """A script is a file; what stands in a page is data for one."""
    folder = Path(resources.__file__).parent
    styles = [path for path in folder.glob("static/*") if path.is_file()]
    for path in [*folder.glob("templates/*.html"), *styles]:
        text = path.read_text(encoding="utf-8")
        tags = re.findall(r"<script[^>]*>", text)
        assert [tag for tag in tags if "application/json" not in tag and 'src="{{' not in tag] == [], path.name
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|@import|url\(", text), path.name
