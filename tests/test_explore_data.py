"""The pages of the data: downloads that are there, interfaces that answer as they are shown, releases, figures."""

import json
import re
import shlex
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from linking import Client, Service, check_page
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.exports import EXPORTS
from provfin.release import Content, Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import ExceededError, Limit, LocalEngine, StoreError, load_store
from provfin.turtle import BASE, TYPE
from provfin.web.app import create_app
from provfin.web.datapage import list_downloads
from provfin.web.references import Reference
from serving import LocalService

HTML = "text/html"
FIGURE = "observation/liaoning-2025/CN-LN/2024/gross-regional-product/level"
DISPUTED = "observation/liaoning-2025/CN-LN/2024-12-31/inclusive-small-business-loans/yoy_growth"
VALUE = f"<{NAMESPACES['sdmx-measure']}obsValue>".encode()


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release in which one figure had another value, one was not there, and one is gone since."""
    lines = []
    for line in gather_content(find_assets()).data.splitlines(keepends=True):
        subject = line.split(b" ", 1)[0]
        if subject.endswith(b"/CN-LN/2024/gross-regional-product/yoy_growth>"):
            continue
        if subject.endswith(f"{FIGURE}>".encode()) and VALUE in line:
            line = line.replace(b'"32612.7"', b'"32600.1"')
        lines.append(line)
        if subject.endswith(f"{FIGURE}>".encode()):
            lines.append(line.replace(subject, subject.replace(b"/CN-LN/2024/", b"/CN-LN/1999/")))
    return publish(tmp_path_factory.mktemp("releases"), Content.from_lines(lines))


@pytest.fixture(scope="module")
def release(older: Release) -> Release:
    return publish(older.folder.parent, gather_content(find_assets()))


@pytest.fixture(scope="module")
def store(release: Release) -> ox.Store:
    return load_store(release.data_path)


@pytest.fixture(scope="module")
def client(release: Release, store: ox.Store) -> Client:
    service = LocalService(LocalEngine(store))
    return Client(create_app(release, read_settings(log="off"), lambda _release: service))


# The page of the data


def test_every_export_is_offered_with_its_files(client: Client) -> None:
    links = check_page(client.get("/catalog", HTML).text).links
    listed = client.get("/data").json()
    assert {each["name"] for each in listed} == set(EXPORTS)
    for export in listed:
        assert f"/data/{export['name']}" in links
        for file in export["files"]:
            assert urlsplit(file["address"]).path in links


def test_an_export_that_has_no_words_yet_is_offered_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provfin.web.datapage.EXPORTS", {**EXPORTS, "new": EXPORTS["turtle"]})
    found = {download.name: download for download in list_downloads({"new": ("a.ttl",)}, "zh")}
    assert (found["new"].title, found["new"].purpose, found["new"].files) == ("new", "text/turtle", ("a.ttl",))


def test_commands_on_the_page_do_what_they_say(client: Client) -> None:
    text = client.get("/catalog", HTML).text
    commands = [unescape(code) for code in re.findall(r"<code>(curl .*?)</code>", text, re.DOTALL)]
    assert len(commands) == 3
    for command in commands:
        words = [word for word in shlex.split(command.replace("\\\n", " ")) if word != "curl"]
        accept = next((word.removeprefix("Accept: ") for word in words if word.startswith("Accept: ")), None)
        query = next((word for word in words if word.startswith("query=")), "")
        address = words[-1] + (f"?{query.replace(' ', '+').replace('?', '%3F')}" if query else "")
        response = client.get(address, accept)
        assert response.status_code == 200, command
        assert response.headers["content-type"].split(";")[0] == (accept or "text/csv")


def test_the_sample_in_python_is_python(client: Client) -> None:
    text = client.get("/catalog", HTML).text
    (sample,) = [unescape(code) for code in re.findall(r"<code>(import provfin.*?)</code>", text, re.DOTALL)]
    compile(sample, "sample", "exec")
    assert "http://server.test/" in sample


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reference_names_the_release(client: Client, release: Release, language: str) -> None:
    text = unescape(client.get("/catalog", HTML, language).text)
    assert f"http://server.test/releases/{release.hash[:16]}/" in text
    assert f"SHA-256 of the release: {release.hash}" in text
    assert "[DS/OL]" in text
    assert "[R]" in text
    assert client.get(f"/releases/{release.hash[:16]}/", HTML).status_code == 200


def test_a_reference_is_the_same_in_every_form() -> None:
    reference = Reference({"en": "50% of {it}", "zh": "数据"}, "ab" * 32, "https://example.org/x")
    assert reference.to_gbt7714() == f"ProvFin. 数据[DS/OL]. ProvFin 0.1.0, 数据版本 {'ab' * 8}. https://example.org/x."
    assert reference.to_text() == f"ProvFin. 50% of {{it}} [Data set]. Release {'ab' * 8}. https://example.org/x."
    assert r"50\% of \textbraceleft{}it" in reference.to_bibtex()
    (item,) = json.loads(reference.to_csl())
    assert (item["URL"], item["custom"]["release_sha256"], "note" in item) == (
        "https://example.org/x",
        "ab" * 32,
        False,
    )


# Releases


def test_releases_are_json_for_programs_and_a_page_for_people(client: Client, release: Release, older: Release) -> None:
    for accept in (None, "*/*", "application/json"):
        listed = client.get("/releases", accept)
        assert listed.headers["content-type"] == "application/json"
        assert {each["hash"] for each in listed.json()} == {release.hash, older.hash}
    page = check_page(client.get("/releases", "text/html,*/*;q=0.8").text)
    assert {f"/releases/{each.hash[:16]}" for each in (release, older)} <= set(page.links)
    one = client.get(f"/releases/{older.hash[:16]}")
    assert (one.json()["hash"], one.json()["newest"]) == (older.hash, False)
    text = client.get(f"/releases/{older.hash[:16]}", HTML).text
    check_page(text)
    assert older.hash in text
    assert f"{older.quads:,}" in text
    assert client.get("/releases", "image/png").status_code == 406


def test_the_form_leads_to_what_differs(client: Client, release: Release, older: Release) -> None:
    names = older.hash[:16], release.hash[:16]
    led = client.get(f"/releases/compare?old={names[0]}&new={names[1]}", HTML)
    assert (led.status_code, led.headers["location"]) == (307, f"/releases/{names[0]}..{names[1]}")
    assert client.get("/releases/compare?old=x", HTML).status_code == 400
    assert client.get("/releases/compare?old=x&new=/..", HTML).headers["location"] == "/releases/x..%2F.."


def test_what_differs_stands_side_by_side(client: Client, release: Release, older: Release) -> None:
    path = f"/releases/{older.hash[:16]}..{release.hash[:16]}"
    told = client.get(path).json()
    assert told["counts"]["revised"] == 1
    text = client.get(path, HTML).text
    check_page(text)
    sections = {
        kind: text[text.index(f'<h2 id="{kind}">') :].split("</section>")[0]
        for kind in ("revised", "added", "withdrawn")
    }
    revised = re.findall(r'<a href="([^"]+)"><data value="([^"]+)"', sections["revised"])
    assert revised == [
        (f"/releases/{older.hash[:16]}/id/{FIGURE}", "32,600.1 × 100 million yuan"),
        (f"/releases/{release.hash[:16]}/id/{FIGURE}", "32,612.7 × 100 million yuan"),
    ]
    assert "/CN-LN/2024/gross-regional-product/yoy_growth" in sections["added"]
    assert "/CN-LN/1999/gross-regional-product/level" in sections["withdrawn"]
    back = client.get(f"/releases/{release.hash[:16]}..{older.hash[:16]}", HTML).text
    assert back.index("32,612.7 ×") < back.index("32,600.1 ×")


def test_a_page_of_differences_has_an_end(
    client: Client, release: Release, older: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provfin.web.releasepage._MOST_CHANGES", 0)
    text = client.get(f"/releases/{older.hash[:16]}..{release.hash[:16]}?all=0", HTML).text
    assert "The first 0 are shown" in text


# A figure


def test_a_figure_stands_for_an_interval(client: Client, store: ox.Store) -> None:
    text = client.get(f"/id/{FIGURE}", HTML).text
    bounds = {
        quad.predicate.value.rsplit("#", 1)[1]: Decimal(quad.object.value)
        for quad in store.quads_for_pattern(ox.NamedNode(BASE + FIGURE), None, None)
        if quad.predicate.value.endswith("Bound") and isinstance(quad.object, ox.Literal)
    }
    assert f"from {bounds['lowerBound']:,} to below {bounds['upperBound']:,} × 100 million yuan" in text


def test_a_fall_keeps_its_sign(client: Client) -> None:
    text = client.get("/id/observation/liaoning-2025/CN-LN/2024-12-31/loans/cny/yoy_growth", HTML).text
    assert re.search(r'class="shown fall"[^>]*>.*?▼.*?\u22124.7%', text)
    assert "from \u22124.75 to below \u22124.65%" in text


@pytest.mark.parametrize(("language", "said"), [("en", "likely wrong in print"), ("zh", "疑为印误")])
def test_what_the_audit_found_stands_above_the_figure(client: Client, language: str, said: str) -> None:
    text = client.get(f"/id/{DISPUTED}", HTML, language).text
    assert said in text
    assert text.index(said) < text.index('class="value"')
    row = text[text.index("35.7%</a></q>") :]
    assert "contradicts the value" in row[:200] or "与该值矛盾" in row[:200]


def test_a_dash_is_no_figure(client: Client, store: ox.Store) -> None:
    kind = ox.NamedNode(NAMESPACES["pf"] + "MissingObservation")
    quads = store.quads_for_pattern(None, ox.NamedNode(TYPE), kind)
    iri = min(str(quad.subject)[1:-1] for quad in quads)
    text = client.get(f"/id/{iri.removeprefix(BASE)}", HTML).text
    check_page(text)
    assert "A dash is printed" in text
    assert "/id/missing-reason/not-printed" in text


def test_totals_are_not_in_the_setting(client: Client) -> None:
    text = client.get("/id/observation/liaoning-2025/CN-LN/2024-12-31/loans/cny/yoy_growth", HTML).text
    setting = text[text.index('class="setting"') :].split("</dl>")[0]
    shown = re.findall(r'href="/id/([^"]+)"', setting)
    assert shown == [
        "area/CN-LN", "period/2024-12-31", "indicator/loans", "currency-scope/cny", "measure/yoy_growth",
        "report/liaoning-2025",
    ]  # fmt: skip


def test_a_place_in_print_leads_to_what_was_read_there(client: Client) -> None:
    text = client.get("/id/mention/liaoning-2025/400-407", HTML).text
    check_page(text)
    assert '<h1><q lang="zh">3.3 万亿元</q></h1>' in text
    assert f'href="/id/{FIGURE}#evidence"' in text
    crumbs = text[text.index('class="crumbs"') :].split("</ol>")[0]
    assert re.findall(r'href="([^"]+)"', crumbs) == ["/id/report/liaoning-2025", "/id/part/liaoning-2025/abstract"]


# Errors


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (ExceededError(Limit.time, "longer than 1 s"), 503, "This took too long"),
        (ExceededError(Limit.load, "busy"), 503, "Too much is being asked"),
        (ExceededError(Limit.size, "large"), 413, "The answer is too large"),
        (StoreError("gone"), 502, "The database does not answer"),
    ],
)
def test_a_fault_is_told_in_the_words_of_its_reader(release: Release, fault: Exception, status: int, said: str) -> None:
    service = Service(ox.Store())
    service.fault = fault
    client = Client(create_app(release, read_settings(log="off"), lambda _release: service))
    for path in ("/vocabulary", "/catalog", f"/id/{FIGURE}", "/questions", "/sparql?query=ASK%7B%7D"):
        page = client.get(path, HTML)
        assert page.status_code == status, path
        assert said in page.text
        assert str(fault) in page.text
        problem = client.get(path)
        assert problem.headers["content-type"] == "application/problem+json"
        assert problem.json()["detail"] == str(fault)


def test_the_place_of_a_fault_in_a_query_is_marked(client: Client) -> None:
    text = client.get("/sparql?query=SELECT%20*%20WHERE%20%7B%20?s%20<b>%20%7D", HTML).text
    assert "<b>" not in text
    assert re.search(r"Line 1, column \d+", text)
    assert "<mark>" in text
    assert "/query?query=SELECT" in text


def test_a_wrong_parameter_is_explained(client: Client) -> None:
    text = unescape(client.get("/questions/fiscal-gap?year=x", HTML, "zh").text)
    assert "时期所止的年份" in text
    assert "<code>2024</code>" in text


def test_an_error_of_an_older_release_leads_back_into_it(client: Client, release: Release) -> None:
    name = release.hash[:16]
    page = client.get(f"/releases/{name}/id/nothing", HTML)
    assert page.status_code == 404
    assert f'action="/releases/{name}/search"' in page.text
    assert f'action="/releases/{name}/search"' in client.get(f"/releases/{name}/nothing", HTML).text
