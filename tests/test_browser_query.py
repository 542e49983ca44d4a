"""The query editor in a real browser: it completes, asks, shows, is stopped, and keeps to the page's policy."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pyoxigraph as ox
import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import LocalEngine
from provfin.turtle import BASE
from provfin.web.app import create_app
from serving import LocalService, running

QUESTION = "/query?question=deposit-and-loan-growth"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FIGURES = (
    'SELECT * { VALUES (?group ?period ?value) { ("a" "2024-02" 0.1) ("a" "2024-01" 0.2) ("b" "2024-01" 10) '
    '("a" "2024-01" 0.1) ("b" "2024-02" -9.75) } }'
)


def ask_for(query: str, **choices: str) -> str:
    return f"/query?{urlencode({'query': query, **choices})}"


def write(page: Page, text: str) -> None:
    page.locator(".CodeMirror-code").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def read_editor(page: Page) -> str:
    text: str = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    return text


def read_rows(page: Page, selector: str = ".table-view") -> list[list[str]]:
    page.locator(f"{selector} tbody tr").first.wait_for()
    rows: list[list[str]] = page.evaluate(
        "selector => [...document.querySelectorAll(selector)].map(row => [...row.cells].map(cell => cell.textContent))",
        f"{selector} tbody tr",
    )
    return rows


def forgive(visitor: Visitor, status: int) -> None:
    """Leave out what a browser writes to its console about an answer that says what is wrong with the query."""
    visitor.faults = [
        fault for fault in visitor.faults if f"the server responded with a status of {status}" not in fault
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_fits_and_can_be_used(visitor: Visitor, language: str, width: int) -> None:
    page = visitor.open(QUESTION, language, width, dark=width == WIDTHS[0])
    assert len(read_rows(page)) == 12
    for view in ("table", "chart", "pivot", "raw"):
        page.locator(f"#tab-{view}").click()
        page.locator(f".{view}-view > *").first.wait_for()
        if view == "chart":
            page.locator(".plot[data-drawn] canvas").wait_for()
        check_layout(page)
        check_access(page)


def test_a_query_is_run_by_its_keys_and_names_lead_to_their_pages(visitor: Visitor) -> None:
    page = visitor.open("/query")
    assert page.locator(".answer").is_hidden()
    write(page, f"SELECT ?i ?n {{ VALUES (?i ?n) {{ (<{BASE}indicator/loans> 2.50) }} }}")
    page.keyboard.press("Control+Enter")
    assert read_rows(page) == [["Loans outstanding", "2.5"]]
    assert "1 row" in page.locator(".summary").inner_text()
    page.locator(".table-view a").click()
    page.wait_for_url("**/id/indicator/loans")
    page.go_back()
    assert len(read_rows(page)) == 1


def test_columns_sort_and_pages_turn(visitor: Visitor) -> None:
    named = f"?c a <{NAMESPACES['pf']}Indicator> ; <{NAMESPACES['skos']}prefLabel> ?name"
    query = f"SELECT ?name (STRLEN(?name) AS ?length) {{ {named} }}"
    page = visitor.open(ask_for(query))
    first = read_rows(page)
    assert len(first) == 100
    page.get_by_role("button", name="Next").click()
    assert read_rows(page) != first
    length = page.get_by_role("columnheader", name="length")
    length.get_by_role("button").click()
    expect(length).to_have_attribute("aria-sort", "ascending")
    lengths = [int(row[1]) for row in read_rows(page)]
    assert lengths == sorted(lengths)
    length.get_by_role("button").click()
    downwards = [int(row[1]) for row in read_rows(page)]
    assert downwards == sorted(downwards, reverse=True)
    assert downwards[0] > lengths[-1]


def test_a_fault_is_marked_in_the_editor(visitor: Visitor) -> None:
    page = visitor.open("/query", "zh")
    write(page, "SELECT * WHERE {\n  ?s ?p '贷款' ; nope:x ?o }")
    page.locator(".run").click()
    expect(page.get_by_role("alert")).to_contain_text("第 2 行第 16 列：前缀 nope: 未声明。")
    assert page.locator(".fault-place").all_inner_texts() == ["nope:x"]
    check_access(page)
    page.get_by_role("alert").get_by_role("button").click()
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text("?q ?o }")
    page.locator(".run").click()
    page.locator(".table-view, .empty").first.wait_for()
    assert page.locator(".fault-place").count() == 0
    forgive(visitor, 400)


def test_names_are_completed_by_what_they_are_called(visitor: Visitor) -> None:
    page = visitor.open("/query", "zh")
    write(page, "SELECT * WHERE { ?o ")
    page.keyboard.type("pf:indic")
    hints = page.locator(".CodeMirror-hint")
    expect(hints.first).to_contain_text("pf:indicator指标")
    page.keyboard.press("Enter")
    page.keyboard.type(" ")
    page.keyboard.insert_text("贷款")
    expect(hints.first).to_contain_text("indicator:loans")
    expect(hints.first).to_contain_text("各项贷款余额")
    check_access(page)
    page.keyboard.press("Enter")
    page.keyboard.type(" ; a ")
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hint", has_text="pf:NumericObservation")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.type("pf:NumericObservation }")
    lines = read_editor(page).splitlines()
    assert {f"PREFIX pf: <{NAMESPACES['pf']}>", f"PREFIX indicator: <{BASE}indicator/>"} <= set(lines)
    assert lines[-1] == "SELECT * WHERE { ?o pf:indicator indicator:loans ; a pf:NumericObservation }"
    page.keyboard.press("Control+Enter")
    assert len(read_rows(page)) > 10


def test_missing_prefixes_are_offered(visitor: Visitor) -> None:
    page = visitor.open("/query")
    write(page, "# figures\nBASE <http://example.org/>\nSELECT * { ?s a pf:Measure, <pf:x> # qb:x\n}")
    page.get_by_role("button", name="Add missing prefixes").click()
    assert read_editor(page).splitlines()[:3] == [
        "# figures",
        "BASE <http://example.org/>",
        f"PREFIX pf: <{NAMESPACES['pf']}>",
    ]
    expect(page.get_by_role("button", name="Add missing prefixes")).to_be_hidden()


def test_the_keyboard_leaves_the_editor(visitor: Visitor) -> None:
    page = visitor.open("/query")
    write(page, "ASK {}")
    page.keyboard.press("Tab")
    assert read_editor(page) != "ASK {}"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator(".run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="SPARQL query")).to_be_focused()


def test_a_pivot_table_adds_up_exactly_and_its_link_shows_it_again(visitor: Visitor) -> None:
    page = visitor.open(ask_for(FIGURES))
    page.locator("#tab-pivot").click()
    assert read_rows(page, ".pivot-view") == [["a", "0.3", "0.1"], ["b", "10", "-9.75"]]
    page.get_by_label("Shown as").select_option("mean")
    page.get_by_label("Columns").select_option("")
    # (0.1 + 0.2 + 0.1) / 3, half away from zero to four more places.
    assert read_rows(page, ".pivot-view") == [["a", "0.13333"], ["b", "0.125"]]
    told = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
    assert (told["view"], told["total"], told["columns"]) == (["pivot"], ["mean"], [""])
    again = visitor.open(page.url.removeprefix(visitor.address))
    assert read_rows(again, ".pivot-view") == [["a", "0.13333"], ["b", "0.125"]]


def test_a_chart_is_drawn_by_choice(visitor: Visitor) -> None:
    page = visitor.open(ask_for(FIGURES, view="chart"))
    page.locator(".plot[data-drawn=series] canvas").wait_for()
    assert page.get_by_label("Along").input_value() == "period"
    page.get_by_label("Series by").select_option("group")
    # One of five has the place of another.
    expect(page.locator(".chart-view .notice")).to_contain_text("One value")
    page.get_by_label("Drawn as").select_option("bar")
    assert parse_qs(urlsplit(page.url).query)["mark"] == ["bar"]
    page.locator("#tab-table").click()
    page.locator("#tab-chart").click()
    page.locator(".plot[data-drawn=series] canvas").wait_for()


def test_the_text_of_an_answer_comes_in_every_format(visitor: Visitor) -> None:
    page = visitor.open(ask_for("SELECT (1 AS ?n) {}", view="raw", format="csv"))
    raw = page.locator(".raw-view pre")
    expect(raw).to_have_text("n\n1")
    page.get_by_role("button", name="TSV").click()
    expect(raw).to_contain_text("?n")
    for link in page.locator(".outcome .downloads a").all():
        address = link.get_attribute("href")
        assert address
        assert page.request.get(address).ok


def test_truths_and_graphs_are_shown_as_what_they_are(visitor: Visitor) -> None:
    page = visitor.open(ask_for("ASK {}"))
    expect(page.locator(".truth")).to_contain_text("Yes")
    page = visitor.open(
        ask_for('CONSTRUCT { <http://example.org/a> <http://example.org/b> "1\\n\\"贷\\"款"@zh } WHERE {}')
    )
    assert read_rows(page) == [["http://example.org/a", "http://example.org/b", '1\n"贷"款']]
    page.locator("#tab-raw").click()
    expect(page.locator(".raw-view pre")).to_contain_text("<http://example.org/a>")


def test_examples_are_found_and_loaded(visitor: Visitor) -> None:
    page = visitor.open("/query", "zh")
    menu = page.locator(".examples")
    menu.get_by_role("searchbox").fill("存款 贷款")
    shown = menu.locator("a:visible").all_inner_texts()
    assert shown
    assert all("贷款" in text and "存款" in text for text in shown)
    menu.locator("a:visible").first.click()
    assert len(read_rows(page)) > 1
    assert read_editor(page).startswith(f"# {shown[0]}")
    menu.get_by_role("searchbox").fill("nothing like it")
    expect(menu.locator(".none")).to_be_visible()


def test_recent_queries_are_kept_until_they_are_cleared(visitor: Visitor) -> None:
    page = visitor.open("/query")
    for number in (1, 2):
        write(page, f"SELECT ({number} AS ?n) {{}}")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".table-view td")).to_have_text(str(number))
    page.go_back()
    expect(page.locator(".table-view td")).to_have_text("1")
    recent = page.locator(".recent")
    recent.locator("summary").click()
    expect(recent.locator("li")).to_have_count(2)
    recent.locator(".recall", has_text="(2 AS").click()
    expect(page.locator(".table-view td")).to_have_text("2")
    recent.get_by_role("button", name="Clear").click()
    expect(recent).to_be_hidden()


def test_code_is_that_of_the_query_that_was_run(visitor: Visitor) -> None:
    page = visitor.open("/query", permissions=["clipboard-read", "clipboard-write"])
    write(page, "ASK { <http://example.org/it's> ?p ?o }")
    page.keyboard.press("Control+Enter")
    curl = page.locator("[data-sample=curl]")
    curl.locator("summary").click()
    expect(curl.locator("code")).to_contain_text("""it'"'"'s""")
    curl.get_by_role("button", name="Copy").click()
    expect(curl.locator(".copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == curl.locator("pre code").inner_text()


def test_the_language_can_be_switched_without_losing_the_query(visitor: Visitor) -> None:
    page = visitor.open("/query")
    write(page, 'SELECT ("a+b & 贷款" AS ?n) {}')
    page.keyboard.press("Control+Enter")
    read_rows(page)
    page.locator(".languages a").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "zh"
    assert read_rows(page) == [["a+b & 贷款"]]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("release"), gather_content(find_assets()))


@pytest.fixture
def hostile(browser: Browser, release: Release) -> Iterator[Visitor]:
    store, label = ox.Store(), ox.NamedNode(f"{NAMESPACES['skos']}prefLabel")
    for path in ("indicator/evil", "indicator/%22%3E"):
        store.add(
            ox.Quad(ox.NamedNode(BASE + path), label, ox.Literal("<img src=x onerror=alert(1)>贷款", language="en"))
        )
    store.add(ox.Quad(ox.NamedNode("javascript:alert(1)"), label, ox.Literal("</script><script>alert(2)</script>")))
    service = LocalService(LocalEngine(store))
    with running(create_app(release, read_settings(log="off"), lambda _: service)) as address:
        visitor = Visitor(browser, address)
        yield visitor
        visitor.leave()
        assert not visitor.faults


def test_nothing_from_the_data_is_run_or_becomes_html(hostile: Visitor) -> None:
    page = hostile.open(ask_for("SELECT ?s ?o { ?s ?p ?o }"))
    assert len(read_rows(page)) == 3
    for view in ("pivot", "raw", "table"):
        page.locator(f"#tab-{view}").click()
    assert page.locator(".outcome img, .outcome script").count() == 0
    assert all(not (link.get_attribute("href") or "").startswith("javascript") for link in page.locator("a").all())


@pytest.fixture
def busy(browser: Browser, release: Release) -> Iterator[Visitor]:
    """Somebody who asks workers, each of which is ended with its query."""
    settings = read_settings(log="off", workers=1, slow_workers=1, query_seconds=60)
    with running(create_app(release, settings)) as address:
        visitor = Visitor(browser, address)
        yield visitor
        visitor.leave()
        assert not visitor.faults


def test_a_query_can_be_stopped(busy: Visitor) -> None:
    page = busy.open("/query")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_hidden()
    write(page, RUNAWAY)
    page.locator(".run").click()
    expect(page.locator(".state")).to_have_text("Running …")
    # Past the time in which a query is taken for a quick one.
    page.wait_for_timeout(1000)
    stop.click()
    expect(page.locator(".state")).to_have_text("Stopped.")
    expect(stop).to_be_hidden()
    # There is one worker for all: it answers the next only if it was freed.
    write(page, "SELECT (7 AS ?n) {}")
    page.locator(".run").click()
    expect(page.locator(".table-view td")).to_have_text("7")


def test_a_limit_is_told_in_words(browser: Browser, release: Release) -> None:
    settings = read_settings(log="off", workers=2, slow_workers=2, query_seconds=3, answer_megabytes=1)
    with running(create_app(release, settings)) as address:
        visitor = Visitor(browser, address)
        page = visitor.open("/query")
        for query, words in ((RUNAWAY, "took longer than it may"), ("SELECT * { ?s ?p ?o }", "larger than it may be")):
            write(page, query)
            page.locator(".run").click()
            expect(page.get_by_role("alert")).to_contain_text(words)
        visitor.leave()
        forgive(visitor, 503)
        forgive(visitor, 413)
        assert not visitor.faults
