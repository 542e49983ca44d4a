"""Events are those of the report: dated as precisely as it tells them, with those it names, none lost."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest

from altering import copy_report, list_lines, list_lines_without_report, serve
from linking import Client, Page
from provfin.turtle import BASE
from provfin.web.explore.events.dates import Date, write_month
from provfin.web.explore.events.details import _join, _strip
from provfin.web.explore.events.timeline import PAGE_SIZE, Timeline

PF = "https://w3id.org/provfin/def#"
MERGER = "event/liaoning-2025/2024-06-20/merger-liaoning-rural-commercial-bank"
# In the chronicle of the report each event begins a line with its month and day.
DATED = re.compile(r"^([0-9]+) 月 ([0-9]+) 日，(.+)$", re.MULTILINE)
ARTICLE = re.compile(r'<article class="event">(.*?)</article>', re.DOTALL)
TIME = re.compile(r'<time datetime="([^"]+)">')
NUMERALS = {"三": "3", "六": "6", "十一": "11"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return serve(tmp_path_factory.mktemp("events"), list_lines())


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A server of three reports: the real one, and two that say the same of other provinces."""
    copies = [*copy_report("jilin-2025", "CN-JL", "2024"), *copy_report("hebei-2025", "CN-HE", "2024")]
    return serve(tmp_path_factory.mktemp("several"), [*list_lines(), *copies])


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.extend(ox.parse(b"".join(list_lines()), format=ox.RdfFormat.N_QUADS))
    return store


def get(client: Client, path: str) -> httpx.Response:
    response = client.get(path, "text/html")
    assert response.status_code == 200, response.text[:500]
    return response


def read_text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def list_articles(client: Client, path: str) -> list[str]:
    return ARTICLE.findall(get(client, path).text)


def check_markup(response: httpx.Response) -> Page:
    """Fail where tags do not match, identifiers repeat, or something would run or be dressed in the page itself."""
    page = Page()
    page.feed(response.text)
    assert page.open == []
    assert page.tags["h1"] == 1
    assert page.styled == []
    assert len(page.ids) == len(set(page.ids))
    return page


def list_subjects(store: ox.Store, local: str) -> Iterator[str]:
    kind = ox.NamedNode(PF + local)
    for quad in store.quads_for_pattern(None, ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), kind):
        assert isinstance(quad.subject, ox.NamedNode)
        yield quad.subject.value


# What the report says


def test_the_dated_events_are_those_of_the_chronicle(client: Client, liaoning_source: str) -> None:
    told = sorted(f"2024-{int(month):02}-{int(day):02}" for month, day, _ in DATED.findall(liaoning_source))
    assert len(told) == 10
    dates = [TIME.findall(article)[:1] for article in list_articles(client, "/events?lang=zh")]
    assert [date[0] for date in dates if date] == told


def test_who_takes_part_stands_in_the_line_of_the_event(client: Client, liaoning_source: str) -> None:
    lines = {f"2024-{int(month):02}-{int(day):02}": line for month, day, line in DATED.findall(liaoning_source)}
    checked = 0
    for article in list_articles(client, "/events?lang=zh"):
        for date in TIME.findall(article)[:1]:
            plain = re.sub("[“”]", "", lines[date])
            for role in re.findall(r"<dt>(?!数值|文件)[^<]*</dt><dd>(.*?)</dd>", article, re.DOTALL):
                for name in re.findall(r"<a [^>]*>([^<]+)</a>", role):
                    assert unescape(name) in plain
                    checked += 1
    assert checked > 15


@pytest.mark.parametrize(
    ("date", "printed", "shown"),
    [
        ("2024-04-25", "联合六部门", "6 家，未具名"),
        ("2024-05-17", "十一部门", "（共 11 家）"),
        ("2024-07-09", "联合三部门", "3 家，未具名"),
    ],
)
def test_those_who_are_only_counted_are_told_as_the_report_counts_them(
    client: Client, liaoning_source: str, date: str, printed: str, shown: str
) -> None:
    line = next(
        line for month, day, line in DATED.findall(liaoning_source) if f"2024-{int(month):02}-{day:0>2}" == date
    )
    assert printed in line
    article = next(each for each in list_articles(client, "/events?lang=zh") if f'datetime="{date}"' in each)
    assert shown in read_text(article)
    number = next(NUMERALS[word] for word in sorted(NUMERALS, key=len, reverse=True) if word in printed)
    assert number in shown


def test_a_merger_tells_what_became_what_and_its_figure_leads_to_its_evidence(client: Client) -> None:
    article = next(each for each in list_articles(client, "/events") if 'datetime="2024-06-20"' in each)
    assert "× 36 → Liaoning Rural Commercial Bank" in read_text(article)
    assert "Absorbed institution" not in article
    address = re.search(r'href="(/id/observation/[^"]+#evidence)"><data[^>]*>36', article)
    assert address is not None
    evidence = get(client, address[1].removesuffix("#evidence")).text
    assert 'id="evidence"' in evidence
    assert "36" in read_text(evidence[evidence.index('id="evidence"') :])


def test_the_portrait_of_a_merger_tells_all_that_is_told(client: Client) -> None:
    text = read_text(get(client, f"/id/{MERGER}").text)
    for told in ("20 June 2024", "Merger", "Liaoning Xinmin Rural Commercial Bank", "Approver"):
        assert told in text
    assert "Before · 6 June 2024" in text
    assert "After · 9 July 2024" in text


def test_every_event_is_listed_once_and_counted_in_its_month(client: Client, store: ox.Store) -> None:
    events = set(list_subjects(store, "Event"))
    response = get(client, "/events")
    listed = [
        match[1] for each in ARTICLE.findall(response.text) if (match := re.search(r'<h4>.*?href="([^"]+)"', each))
    ]
    assert sorted(listed) == sorted("/id/" + quote(iri.removeprefix(BASE), safe="/:@!$&'()*+,;=-._~") for iri in events)
    dates = [
        quad.object.value
        for iri in events
        for quad in store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(PF + "date"), None)
        if isinstance(quad.object, ox.Literal)
    ]
    shown = dict(re.findall(r'href="#on-(2024-[0-9]{2})"><span class="number">([0-9]+)<', response.text))
    assert shown == {
        month: str(sum(each.startswith(month) for each in dates)) for month in {d[:7] for d in dates if d[4:]}
    }
    assert f"{sum(len(each) == 4 for each in dates)} without a month" in response.text


# Choosing


@pytest.mark.parametrize(
    ("query", "predicates"),
    [
        ("kind=merger", "pf:eventKind id:event-kind/merger"),
        ("kind=gathering", "pf:eventKind/skos:broader* id:event-kind/gathering"),
        ("area=CN-210200", "dcterms:spatial id:area/CN-210200"),
        ("participant=institution/pboc-liaoning", "pf:participation/pf:participant id:institution/pboc-liaoning"),
        (
            "participant=institution/pboc-liaoning&kind=first",
            "pf:participation/pf:participant id:institution/pboc-liaoning ; pf:eventKind id:event-kind/first",
        ),
        ("document=document/pboc-liaoning/辽银发202466号", "pf:document id:document/pboc-liaoning/辽银发202466号"),
        ("year=2024&report=liaoning-2025", "pf:report id:report/liaoning-2025"),
    ],
)
def test_a_choice_shows_those_it_is_true_of(client: Client, store: ox.Store, query: str, predicates: str) -> None:
    written = re.sub(r"id:(\S+)", rf"<{BASE}\1>", predicates)
    found = store.query(
        f"PREFIX pf: <{PF}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        f"PREFIX dcterms: <http://purl.org/dc/terms/> SELECT DISTINCT ?e WHERE {{ ?e a pf:Event ; {written} . }}",
        use_default_graph_as_union=True,
    )
    assert isinstance(found, ox.QuerySolutions)
    number = len(list(found))
    assert number > 0
    assert len(list_articles(client, f"/events?{query}")) == number


def test_what_is_chosen_is_said_and_can_be_taken_away(client: Client) -> None:
    text = get(client, "/events?kind=merger&area=CN-LN").text
    assert '<option value="merger" selected>' in text
    assert 'href="/events?area=CN-LN"' in text
    assert 'href="/events?kind=merger"' in text


@pytest.mark.parametrize(
    "query", ["kind=wedding", "year=1999", "participant=institution/nobody", "area=CN-210100&kind=merger"]
)
def test_a_choice_nothing_is_like_says_so(client: Client, query: str) -> None:
    response = get(client, f"/events?{query}")
    assert 'class="empty"' in response.text
    check_markup(response)


@pytest.mark.parametrize("query", ["year=24", "year=abcd", "kind=a%20b", "report=%3Cx%3E", "page=0", "page=x"])
def test_what_cannot_be_a_choice_is_refused(client: Client, query: str) -> None:
    response = client.get(f"/events?{query}", "application/json")
    assert response.status_code in (400, 422)


def test_there_is_no_page_beyond_the_last(client: Client) -> None:
    assert client.get("/events?page=2", "application/json").status_code == 404
    assert client.get("/events/titles?page=2", "application/json").status_code == 404
    assert client.get("/events/weddings", "application/json").status_code == 404


# Several reports


def test_with_several_reports_one_can_be_chosen_and_pages_be_turned(several: Client, store: ox.Store) -> None:
    text = get(several, "/events").text
    assert "90 events" in text
    assert len(ARTICLE.findall(text)) == PAGE_SIZE
    assert '<option value="jilin-2025">' in text
    second = get(several, "/events?page=2").text
    assert len(ARTICLE.findall(second)) == 90 - PAGE_SIZE
    assert len(list_articles(several, "/events?report=hebei-2025")) == 30
    # What happened in a city of the one province happened there in all three.
    spatial, province = ox.NamedNode("http://purl.org/dc/terms/spatial"), ox.NamedNode(f"{BASE}area/CN-LN")
    whole = [
        iri
        for iri in list_subjects(store, "Event")
        if ox.Quad(ox.NamedNode(iri), spatial, province, ox.NamedNode(f"{BASE}graph/liaoning-2025")) in store
    ]
    assert len(list_articles(several, "/events?area=CN-JL")) == len(whole)
    # What begins on another page is led to there.
    assert 'href="/events#on-2024-04"' in second


def test_without_a_report_the_pages_say_that_there_is_nothing(tmp_path: Path) -> None:
    # A document with a number has a name of its own, whichever report speaks of it.
    client = serve(tmp_path, [line for line in list_lines_without_report() if b"/id/document/" not in line])
    for path in ("/events", "/events/titles", "/events/outlook", "/events/documents"):
        response = get(client, path)
        assert 'class="empty"' in response.text
        check_markup(response)


# Dates


def test_what_has_no_date_or_runs_on_is_not_lost(tmp_path: Path) -> None:
    date = f"<{BASE}{MERGER}> <{PF}date>".encode()
    other = "event/liaoning-2025/2024-07-09/rollout-three-crops-insurance"
    until = (
        f'<{BASE}{other}> <{PF}until> "2024-09"^^<http://www.w3.org/2001/XMLSchema#gYearMonth> '
        f"<{BASE}graph/liaoning-2025> .\n"
    )
    lines = [line for line in list_lines() if date not in line]
    client = serve(tmp_path, [*lines, until.encode()])
    text = get(client, "/events").text
    assert len(ARTICLE.findall(text)) == 30
    end = text[text.index("Without a date") :]
    assert len(ARTICLE.findall(end)) == 1
    assert "Liaoning Rural Commercial Bank" in end
    assert "9 July – September 2024" in read_text(text)
    assert "No date" in read_text(get(client, f"/id/{MERGER}").text)


@pytest.mark.parametrize(
    ("text", "precision", "english", "chinese"),
    [
        ("2024-06-20", "day", "20 June 2024", "2024年6月20日"),
        ("2024-06", "month", "June 2024", "2024年6月"),
        ("2024", "year", "2024", "2024年"),
        ("2024-13", "", "2024-13", "2024-13"),
        ("2023-02-29", "", "2023-02-29", "2023-02-29"),
        ("0000", "", "0000", "0000"),
        ("autumn", "", "autumn", "autumn"),
    ],
)
def test_a_date_is_as_precise_as_it_is_told(text: str, precision: str, english: str, chinese: str) -> None:
    date = Date(text)
    assert (date.precision, date.write("en"), date.write("zh")) == (precision, english, chinese)


def test_months_have_short_names() -> None:
    assert [write_month(number, "en") for number in (1, 12)] == ["Jan", "Dec"]
    assert [write_month(number, "zh") for number in (1, 12)] == ["1月", "12月"]


def test_a_timeline_of_nothing_has_no_bars() -> None:
    empty = Timeline([], 1, [], None)  # type: ignore[arg-type]
    assert (empty.overview, empty.years, empty.pages) == ({}, {}, 1)


# Names


def test_a_title_has_no_more_names_than_can_be_read() -> None:
    assert _join(["a"], "en") == "a"
    assert _join(["a", "b"], "en") == "a and b"
    assert _join(["a", "b", "c", "d"], "en") == "a and 3 more"


def test_a_label_keeps_what_its_kind_is_not() -> None:
    assert _strip("Merger: A", "Merger") == "A"
    assert _strip("Mergers of A", "Merger") == "Mergers of A"
    assert _strip("合并：", "合并") == "合并："


def test_english_pages_say_in_english_what_has_an_english_name(client: Client) -> None:
    text = get(client, "/events").text
    assert "Relending for affordable housing and 3 more" in read_text(text)
    assert '<span lang="zh">金融机构支持冰雪经济座谈会</span>' in text


# Beside events


def test_titles_outlook_and_documents_are_all_listed(client: Client, store: ox.Store) -> None:
    for path, local in (("titles", "Designation"), ("outlook", "OutlookStatement"), ("documents", "PolicyDocument")):
        response = get(client, f"/events/{path}")
        page = check_markup(response)
        for iri in list_subjects(store, local):
            assert "/id/" + quote(iri.removeprefix(BASE), safe="/:@!$&'()*+,;=-._~") in page.links


def test_each_has_a_portrait(client: Client, store: ox.Store) -> None:
    for local, heading in (("Designation", "Given to"), ("OutlookStatement", "Topics"), ("PolicyDocument", "Issuer")):
        for iri in list_subjects(store, local):
            response = get(client, "/id/" + quote(iri.removeprefix(BASE), safe="/:@!$&'()*+,;=-._~"))
            check_markup(response)
            assert f"<dt>{heading}</dt>" in response.text


def test_each_event_has_a_portrait_in_both_languages(client: Client, store: ox.Store) -> None:
    for iri in list_subjects(store, "Event"):
        for language, heading in (("en", "Kind of event"), ("zh", "事件类别")):
            path = "/id/" + quote(iri.removeprefix(BASE), safe="/:@!$&'()*+,;=-._~")
            response = get(client, f"{path}?lang={language}")
            check_markup(response)
            assert heading in response.text


def test_the_number_of_a_document_is_as_printed(client: Client, liaoning_source: str) -> None:
    text = get(client, "/id/document/pboc-liaoning/辽银发202466号").text
    assert "辽银发〔2024〕66号" in text
    assert "辽银发〔2024〕66 号".replace(" ", "") in liaoning_source.replace(" ", "")
    assert "17 May 2024" in read_text(text)


# Safety


def test_a_hostile_name_is_only_text(tmp_path: Path) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    label = f"<{BASE}{MERGER}> <http://www.w3.org/2000/01/rdf-schema#label>".encode()
    lines = [line for line in list_lines() if not line.startswith(label)]
    named = (
        f'<{BASE}{MERGER}> <http://www.w3.org/2000/01/rdf-schema#label> "{hostile}"@en <{BASE}graph/liaoning-2025> .\n'
    )
    printed = (
        f"<{BASE}participation/liaoning-2025/2024-04-25/launch-liaoxintong/partner-6> <{PF}participantLabel> "
        f'"{hostile}" <{BASE}graph/liaoning-2025> .\n'
    )
    client = serve(tmp_path, [*lines, named.encode(), printed.encode()])
    for path in (
        "/events",
        f"/id/{MERGER}",
        "/id/institution/liaoning-rural-commercial-bank",
        "/id/institution/liaoxintong",
    ):
        response = get(client, path)
        assert "<img src=x" not in response.text
        assert "&lt;img src=x" in response.text
        check_markup(response)
