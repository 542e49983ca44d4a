"""Every page is in the language of its reader: nothing on it is in another one without saying so."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest

from linking import Client, check_page
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.release import Content, Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import LocalEngine, load_store
from provfin.turtle import BASE, TYPE
from provfin.web.app import create_app
from provfin.web.explore.portraits import list_kinds
from provfin.web.pages import find_address
from serving import LocalService

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
# What stands in these is as it is in any language: code, figures, quotations of the report.
_AS_IT_IS = {"code", "pre", "data", "q", "script", "style", "title", "option", "kbd", "samp", "blockquote"}
_VOID = {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}
_SAID = ("title", "aria-label", "placeholder", "alt")
_HAN = re.compile("[\u4e00-\u9fff]")
# Names of standards and products are not translated; three words in a row that begin small are a sentence.
_ENGLISH = re.compile(r"\b[A-Za-z][a-z]+(?: [a-z]{2,}){2,}")


class Reader(HTMLParser):
    """Gathers what a page says in its own language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._open: list[tuple[str, bool]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        is_other = "lang" in told and told["lang"] != self._language
        is_silent = tag in _AS_IT_IS or is_other or (bool(self._open) and self._open[-1][1])
        if not is_silent:
            self.said += [str(told[name]) for name in _SAID if told.get(name)]
        if tag not in _VOID:
            self._open.append((tag, is_silent))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._open and not self._open[-1][1] and data.strip():
            self.said.append(" ".join(data.split()))


def list_foreign(text: str, language: str) -> list[str]:
    """Return what a page says in another language than its own without marking it."""
    reader = Reader(language)
    reader.feed(text)
    is_foreign = _ENGLISH.search if language == "zh" else _is_chinese
    return [said for said in reader.said if is_foreign(said)]


def _is_chinese(said: str) -> bool:
    # An English name may have the Chinese word in brackets, as handsets (部), and a sentence may quote one.
    plain = re.sub(r"\([^)]*\)", "", said)
    return len(_HAN.findall(plain)) * 3 > len(re.findall("[A-Za-z]", plain))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("releases")
    quads = gather_content(find_assets())
    # An older release: without a few lines, so that something differs.
    lines = [line for line in quads.data.splitlines(keepends=True) if b"gross-regional-product/level> " not in line]
    publish(folder, Content.from_lines(lines))
    return publish(folder, quads)


@pytest.fixture(scope="module")
def store(release: Release) -> ox.Store:
    return load_store(release.data_path)


@pytest.fixture(scope="module")
def client(release: Release, store: ox.Store) -> Client:
    service = LocalService(LocalEngine(store))
    return Client(create_app(release, read_settings(log="off"), lambda _release: service))


def list_things(store: ox.Store) -> Iterator[str]:
    """Yield resources of every class that has a page of its own, and of some that have none: a few each."""
    pf = NAMESPACES["pf"]
    others = [pf + name for name in ("Reading", "ReadingRule", "AuditFinding", "Participation", "PolicyDocument")]
    for kind in (*list_kinds(), f"{NAMESPACES['qb']}DataSet", *others):
        quads = store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(kind))
        things = sorted({str(quad.subject)[1:-1] for quad in quads})
        own = [thing for thing in things if thing.startswith(BASE)]
        yield from {*own[:1], *own[len(own) // 2 : len(own) // 2 + 1], *own[-1:]}


LISTS = (
    "/", "/search?q=loans", "/search?q=zzzz", "/indicators", "/compare", "/flows", "/events", "/institutions",
    "/instruments", "/reports", "/quality", "/questions", "/questions/fiscal-gap", "/query", "/vocabulary", "/catalog",
    "/releases", "/def", "/def?term=Observation",
)  # fmt: skip
ERRORS = (
    "/nothing", "/id/nothing", "/questions/nothing", "/questions/fiscal-gap?year=x", "/sparql?query=SELECT",
    "/releases/zzzz", "/language/xx", "/data/nothing", "/graphs?graph=x",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", LISTS)
def test_a_page_is_in_one_language(client: Client, path: str, language: str) -> None:
    response = client.get(path, BROWSER, language)
    assert (response.status_code, response.headers["content-language"]) == (200, language)
    assert list_foreign(response.text, language) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_thing_is_in_one_language(client: Client, store: ox.Store, language: str) -> None:
    things = sorted(set(list_things(store)))
    assert len(things) > 40
    foreign = {}
    for iri in things:
        response = client.get(find_address(iri, "/"), BROWSER, language)
        assert response.status_code == 200, iri
        check_page(response.text)
        foreign[iri] = list_foreign(response.text, language)
    assert [f"{iri}: {said[:3]}" for iri, said in foreign.items() if said] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ERRORS)
def test_errors_are_pages_for_people_and_problems_for_programs(client: Client, path: str, language: str) -> None:
    page = client.get(path, BROWSER, language)
    problem = client.get(path, language=language)
    assert page.status_code == problem.status_code >= 400
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-language"] == language
    assert "default-src 'none'" in page.headers["content-security-policy"]
    check_page(page.text)
    assert list_foreign(page.text, language) == []
    assert 'action="/search"' in page.text
    if not path.startswith("/id/"):
        assert problem.headers["content-type"] == "application/problem+json"
        assert problem.json()["status"] == problem.status_code


def test_what_differs_between_releases_is_in_one_language(client: Client, release: Release) -> None:
    names = [each["hash"][:16] for each in client.get("/releases").json()]
    assert len(names) == 2
    for language in ("en", "zh"):
        for path in (*names, f"{names[1]}..{names[0]}", f"{names[0]}..{names[1]}", f"{names[0]}..{names[0]}"):
            page = client.get(f"/releases/{path}", BROWSER, language)
            assert page.status_code == 200
            check_page(page.text)
            assert list_foreign(page.text, language) == [], path


def test_the_reader_finds_what_is_foreign() -> None:
    page = '<p>handsets (部) <span lang="zh">中</span></p><p title="中文">x</p><p>中文</p><code>中</code><q>中</q>'
    assert list_foreign(page, "en") == ["中文", "中文"]
    assert list_foreign("<p>这是 an English sentence here</p><p>RDF Data Cube</p>", "zh") != []
    assert list_foreign("<p>RDF Data Cube、SPARQL 1.1</p>", "zh") == []
