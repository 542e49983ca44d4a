"""The text of a report with its marks: every character stays, every figure is a link, no other file is ever shown."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linking import check_page
from provfin.release import Release
from provfin.web.explore.reports.marking import FIGURE, Mark, Title, write_text
from reporting import OA, PF, REPORT, Element, Served, change_source, publish_here, read_page, serve_here

TEXT = "/reports/liaoning-2025/text"
_LENGTH = 22926
# As long as the report, and nothing a page should take for its own.
HOSTILE = ("<script>alert(1)</script>&amp;\t</td></article>\"'\r\n\r\n" * 500)[:_LENGTH]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_here(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def liaoning_text(release: Release, liaoning_source: str, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("sources")
    (folder / "any name at all").write_bytes(liaoning_source.encode())
    (folder / "liaoning-2025.txt").write_text("not the report", encoding="utf-8")
    return serve_here(release, sources=folder)


def read_article(page: str) -> Element:
    return read_page(page).find("article", "source")


# Which file is shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_folder_there_is_a_page_that_says_so(release: Release, language: str) -> None:
    response = serve_here(release).client.get(f"{TEXT}?lang={language}", "text/html")
    assert response.status_code == 404
    assert "content-security-policy" in response.headers
    page = check_page(response.text)
    assert "provfin serve --sources" in response.text
    assert page.links.count("/id/part/liaoning-2025/table/1") == 1
    assert "etag" not in response.headers


def test_only_the_file_with_the_hash_is_shown(release: Release, tmp_path: Path) -> None:
    (tmp_path / "liaoning-2025.txt").write_text("a secret under the right name", encoding="utf-8")
    (tmp_path / "liaoning-2025").mkdir()
    served = serve_here(release, sources=tmp_path)
    for path in (TEXT, "/id/report/liaoning-2025", "/reports"):
        assert "a secret" not in served.client.get(path, "text/html").text
    assert served.client.get(TEXT, "text/html").status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "liaoning-2025.txt", "%00", "x" * 300])
def test_no_other_name_leads_to_a_file(release: Release, tmp_path: Path, name: str) -> None:
    response = serve_here(release, sources=tmp_path).client.get(f"/reports/{name}/text", "text/html")
    assert response.status_code == 404


def test_what_cannot_be_read_is_not_there(release: Release, tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    served = serve_here(release, sources=tmp_path)
    assert served.client.get(TEXT, "text/html").status_code == 404


def test_a_folder_that_goes_away_is_an_empty_one(release: Release, tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    served = serve_here(release, sources=folder)
    folder.rmdir()
    assert served.client.get(TEXT, "text/html").status_code == 404


# The text


def test_the_text_is_there_character_for_character(liaoning_text: Served, liaoning_source: str) -> None:
    for language in ("en", "zh"):
        page = liaoning_text.get(TEXT, language)
        check_page(page)
        assert read_article(page).text == liaoning_source


def test_every_figure_is_marked_where_it_is_printed(liaoning_text: Served) -> None:
    article = read_article(liaoning_text.get(TEXT))
    hits = article.find_all("a", FIGURE)
    shown = {}
    for place in article.find_all():
        if "id" in place.attributes:
            shown[place.attributes["id"]] = place.text
    mentions = liaoning_text.list_of_class("Mention")
    assert len(hits) == len(mentions)
    for mention in mentions:
        assert shown[f"m{mention.rpartition('/')[2]}"] == liaoning_text.list_objects(mention, f"{OA}exact")[0]


def test_a_figure_leads_to_what_it_asserts(liaoning_text: Served) -> None:
    article = read_article(liaoning_text.get(TEXT, "en"))
    hit = next(hit for hit in article.find_all("a", FIGURE) if hit.attributes.get("id") == "m400-407")
    iri = "/id/observation/liaoning-2025/CN-LN/2024/gross-regional-product/level"
    assert hit.attributes["href"] == f"{iri}#evidence"
    assert hit.attributes["title"] == "Gross regional product · 2024 · 32,612.7 × 100 million yuan"
    growth = next(hit for hit in article.find_all("a", FIGURE) if hit.attributes.get("id") == "m413-417")
    assert growth.attributes["title"] == "Gross regional product · Year-on-year growth · 2024 · 5.1%"
    assert f"{TEXT}#m400-407" in liaoning_text.get(iri)


def test_names_statements_and_doubts_are_marked_too(liaoning_text: Served) -> None:
    article = read_article(liaoning_text.get(TEXT, "zh"))
    counts = {kind: len(article.find_all("a", kind)) for kind in ("name", "told-to", "doubted")}
    assert counts["name"] == len(liaoning_text.list_of_class("NameMention")) + 2  # two are cut by the end of a page
    assert counts["told-to"] > len(liaoning_text.list_of_class("Event"))
    targets = {
        mention
        for finding in liaoning_text.list_of_class("AuditFinding")
        for observation in liaoning_text.list_objects(finding, f"{OA}hasTarget")
        for mention in liaoning_text.list_objects(observation, f"{PF}mention")
    }
    assert counts["doubted"] == len(targets)


def test_headings_have_their_place_and_the_outline_leads_there(liaoning_text: Served) -> None:
    page = read_page(liaoning_text.get(TEXT))
    article = page.find("article", "source")
    ids = {element.attributes["id"] for element in article.find_all() if "id" in element.attributes}
    links = [link.attributes["href"] for link in page.find("nav", "places").find_all("a")]
    parts = [iri for iri in liaoning_text.list_of_class("DocumentPart") if iri != REPORT]
    assert len(links) == len(parts)
    assert {link.removeprefix("#") for link in links} <= ids
    assert [heading.text for heading in article.find_all("h2")] == [
        "[内容摘要]", "一、经济运行情况", "二、金融运行情况", "三、预测与展望", "附录："
    ]  # fmt: skip


def test_a_table_of_the_text_is_a_table(liaoning_text: Served) -> None:
    tables = read_article(liaoning_text.get(TEXT)).find_all("table", "rows")
    rows = next(table for table in tables if "机构类别" in table.text).find_all("tr")
    assert [cell.text for cell in rows[2].find_all("td")] == ["一、大型商业银行", "2909", "66007", "39930", "—"]


def test_the_pages_of_facts_lead_to_the_text(liaoning_text: Served) -> None:
    assert f'href="{TEXT}"' in liaoning_text.get("/reports")
    assert f'href="{TEXT}#m6909-6929"' in liaoning_text.get("/id/part/liaoning-2025/table/1")
    assert f'href="{TEXT}#m6773-6780"' in liaoning_text.get("/id/part/liaoning-2025/section/2/1/1")


def test_a_page_has_another_tag_where_there_are_texts(release: Release, liaoning_text: Served) -> None:
    bare = serve_here(release)
    page, data = "/id/part/liaoning-2025/table/1", "/id/part/liaoning-2025/table/1.ttl"
    tags = [
        (served.client.get(path, "text/html").headers["etag"])
        for path in (page, data)
        for served in (bare, liaoning_text)
    ]
    assert tags[0] != tags[1]
    assert tags[2] == tags[3]


def test_a_hostile_text_stays_text(release: Release, tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(HOSTILE.encode())
    served = serve_here(release, sources=tmp_path)
    change_source(served, HOSTILE)
    page = served.get(TEXT)
    check_page(page)
    assert "<script>alert" not in page
    assert read_article(page).text == HOSTILE
    assert len(read_article(page).find_all("a", FIGURE)) >= len(served.list_of_class("Mention"))


# Marking


def write(source: str, *marks: Mark, titles: tuple[Title, ...] = ()) -> str:
    return write_text(source, marks, titles, "rows")


def test_marks_lie_in_one_another() -> None:
    written = write("abcdef", Mark(0, 6, "told", "/t", "T", is_pointed=True), Mark(2, 4, FIGURE, "/f"))
    inner = '<a class="hit" id="m2-4" href="/f">cd</a>'
    pointer = '<a class="to told-to" href="/t" title="T" aria-label="T"></a>'
    assert written == f'<p><span class="told" id="m0-6" title="T">ab{inner}ef</span>{pointer}</p>'


def test_marks_that_cross_are_cut() -> None:
    written = write("abcdef", Mark(0, 4, "told"), Mark(2, 6, "name"))
    first = '<span class="told" id="m0-4">ab<span class="name" id="m2-6">cd</span></span>'
    assert written == f'<p>{first}<span class="name">ef</span></p>'


def test_a_link_never_lies_in_a_link() -> None:
    written = write("abcd", Mark(0, 4, "name", "/n"), Mark(1, 2, FIGURE, "/f"))
    assert written.count("<a ") == 2
    assert '<a class="hit" id="m1-2" href="/f">b</a>' in written
    assert '<a class="to name-to" href="/n"' in written
    crossing = write("abcd", Mark(0, 3, "name", "/n"), Mark(1, 4, "name", "/o"))
    assert not re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", crossing)


def test_marks_of_one_place_share_its_anchor() -> None:
    written = write("ab", Mark(0, 2, "told"), Mark(0, 2, FIGURE, "/f"))
    assert written.count('id="m0-2"') == 1
    assert written.startswith('<p><span class="told" id="m0-2"><a class="hit" href="/f">')


def test_a_mark_over_lines_is_cut_at_their_ends() -> None:
    written = write("ab\n\ncd\n", Mark(1, 5, "name", "/n"))
    assert written == ('<p>a<a class="name" id="m1-5" href="/n">b</a></p>\n\n<p><a class="name" href="/n">c</a>d</p>\n')


def test_a_heading_is_a_line_or_the_beginning_of_one() -> None:
    written = write(" 一、概况 \n1.增长。全年\n表 1\n", titles=(Title(1, 5, 2), Title(7, 11, 4), Title(15, 18, 0)))
    assert '<h2 id="m1-5"> 一、概况 </h2>' in written
    assert '<p><strong class="run-in" id="m7-11">1.增长</strong>。全年</p>' in written
    assert '<p class="caption" id="m15-18">表 1</p>' in written


def test_rows_keep_their_tabs_and_what_is_bold_its_stars() -> None:
    written = write("a\t1.5\t\nb\t—\t\n\n**一是** 二")
    assert '<tr><td>a</td>\t<td class="number">1.5</td>\t<td></td></tr>\n' in written
    assert '<td class="number">—</td>' in written
    assert (
        '<strong class="stressed"><span class="sign">**</span>一是<span class="sign">**</span></strong> 二' in written
    )


def test_marks_out_of_the_text_are_left_out() -> None:
    assert write("ab", Mark(1, 9, "name"), Mark(2, 2, "name"), Mark(-1, 1, "name")) == "<p>ab</p>"
    assert write("") == ""


_TEXTS = st.text(st.sampled_from("a b<&>\"'\t\n\r\u2028*一"), max_size=60)
_MARKS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from((FIGURE, "name", "told")), st.booleans()),
    max_size=8,
)


@given(source=_TEXTS, drawn=_MARKS)
def test_whatever_is_marked_every_character_stays(source: str, drawn: list[tuple[int, int, str, bool]]) -> None:
    marks = [Mark(start, start + length, kind, "/x" if linked else "") for start, length, kind, linked in drawn]
    written = write(source, *marks, titles=(Title(0, 3, 2),))
    root = read_page(written)
    assert root.text == source
    assert not [link for link in root.find_all("a") if link.find_all("a")]
    ids = [element.attributes["id"] for element in root.find_all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
