"""Citations: what they are made of, and that references survive the formats they are written in."""

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace

import pyoxigraph as ox
import pytest

from provfin import __version__
from provfin.assets import find_assets
from provfin.citations import (
    SOURCES_QUERY,
    Citation,
    Source,
    escape_latex,
    hash_answer,
    make_citation,
    make_path,
    read_sources,
)
from provfin.errors import InputError
from provfin.queries import Parameter, Question, find_question
from provfin.release import read_quads

RELEASE = hashlib.sha256(b"release").hexdigest()
ANSWER = hash_answer(b"?n\n1\n")
BASE = "https://data.example.org/provfin/"
DAY = dt.date(2026, 1, 31)
# The properties an item has in CSL-JSON, all of them, and the types of those used here; it may have no other.
# https://resource.citationstyles.org/schema/latest/input/json/csl-data.json
CSL_PROPERTIES = {
    "abstract", "accessed", "annote", "archive", "archive-place", "archive_collection", "archive_location",
    "author", "authority", "available-date", "call-number", "categories", "chair", "chapter-number",
    "citation-label", "citation-number", "collection-editor", "collection-number", "collection-title", "compiler",
    "composer", "container", "container-author", "container-title", "container-title-short", "contributor",
    "curator", "custom", "dimensions", "director", "division", "DOI", "edition", "editor", "editorial-director",
    "event", "event-date", "event-place", "executive-producer", "first-reference-note-number", "genre", "id",
    "illustrator", "interviewer", "ISAN", "ISBN", "ISCI", "ISMN", "ISRC", "ISSN", "issue", "issued", "ISWC",
    "journalAbbreviation", "jurisdiction", "keyword", "language", "locator", "medium", "note", "number",
    "number-of-pages", "number-of-volumes", "organizer", "original-author", "original-date", "original-publisher",
    "original-publisher-place", "original-title", "page", "page-first", "part", "part-title", "performer", "PMCID",
    "PMID", "printing", "producer", "publisher", "publisher-place", "recipient", "references", "reviewed-author",
    "reviewed-title", "scale", "section", "shortTitle", "source", "status", "submitted", "supplement", "title",
    "title-short", "translated-title", "translated-title-short", "translator", "type", "URL", "version", "volume",
    "year-suffix",
}  # fmt: skip
CSL_TYPES = {"author": list, "accessed": dict, "custom": dict}
LIAONING = Source(
    "https://w3id.org/provfin/id/report/liaoning-2025",
    {"zh": "甲省报告（2025）", "en": "Report of A (2025)"},
    {"zh": "甲省分行", "en": "A Branch & Sons"},
)
OTHERS = [
    Source(f"https://w3id.org/provfin/id/report/{name}", {"zh": f"{name}报告"}, {"zh": f"{name}分行"}) for name in "bcd"
]


def _cite(
    given: dict[str, str] | None = None,
    accessed: dt.date | None = None,
    sources: Sequence[Source] = (LIAONING,),
    name: str = "fiscal-gap",
) -> Citation:
    question = find_question(name)
    return make_citation(RELEASE, question, ANSWER, base=BASE, given=given, accessed=accessed, sources=sources)


def _ask_odd(value: str, title: str = "50% of {a_b} & c?") -> Citation:
    parameter = Parameter("name", "string", "x", {"en": "a", "zh": "甲"})
    question = Question("odd", {"en": title, "zh": "有何“特别”？"}, {}, (parameter,), "SELECT ?s\nWHERE {\n}\n")
    return make_citation(RELEASE, question, ANSWER, base=BASE, given={"name": value}, accessed=DAY)


def _read_fields(entry: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE))


def test_a_citation_names_the_answer_wholly() -> None:
    citation = _cite({"year": "2023"})
    assert citation.parameters == {"area": "https://w3id.org/provfin/id/area/CN-LN", "year": "2023"}
    assert citation.release == RELEASE
    assert (
        citation.query_hash
        == hashlib.sha256(find_question("fiscal-gap").bind({"year": "2023"}).text.encode()).hexdigest()
    )
    assert citation.answer_hash == ANSWER
    assert citation.url == (
        f"{BASE}releases/{RELEASE[:16]}/questions/fiscal-gap?area=https://w3id.org/provfin/id/area/CN-LN&year=2023"
    )
    assert citation.release_url == f"{BASE}releases/{RELEASE[:16]}"


def test_one_way_of_giving_a_parameter_is_cited_as_the_other() -> None:
    assert _cite({"area": "area:CN-LN"}) == _cite()
    assert _cite({"year": "2023"}) != _cite()


def test_an_unknown_parameter_is_not_cited() -> None:
    with pytest.raises(InputError, match="no parameter colour"):
        _cite({"colour": "red"})


def test_the_hash_of_an_answer_is_that_of_its_sorted_lines() -> None:
    assert hash_answer(b'?a\n"b"\n"a"\n') == hashlib.sha256(b'"a"\n"b"\n?a\n').hexdigest()
    assert hash_answer(b"?a\n1\n1\n") != hash_answer(b"?a\n1\n")
    assert hash_answer(b"?a\n\n") == hashlib.sha256(b"\n?a\n").hexdigest()


def test_an_address_keeps_characters_that_mean_something_apart() -> None:
    path = make_path(RELEASE, "odd", {"name": "a&b=c#d e/é"})
    assert path.endswith("questions/odd?name=a%26b%3Dc%23d+e/%C3%A9")
    assert make_path(RELEASE, "odd", {}, "/citation").endswith("questions/odd/citation")


def test_bibtex_has_balanced_braces_and_what_latex_prints() -> None:
    entry = _ask_odd("}{\\ 100% $x_1$ ~^#&\nthen").to_bibtex()
    assert entry.startswith(f"@misc{{provfin-odd-{ANSWER[:8]},\n")
    assert entry.count("{") == entry.count("}")
    fields = _read_fields(entry)
    assert list(fields) == ["author", "title", "titleaddon", "howpublished", "note", "url", "urldate"]
    assert fields["title"] == r"{50\% of \textbraceleft{}a\_b\textbraceright{} \& c?}"
    assert fields["titleaddon"] == "{有何“特别”？}"
    assert fields["urldate"] == "2026-01-31"
    assert RELEASE in fields["note"]
    assert ANSWER in fields["note"]
    assert r"100\% \$x\_1\$ \textasciitilde{}\textasciicircum{}\#\& then" in fields["note"]
    assert not re.search(r"[{}\\%]\B", fields["url"].replace("%7D", "").replace("%7B", ""))


def test_without_a_day_of_reading_there_is_no_empty_place_for_one() -> None:
    citation = _cite()
    assert "urldate" not in citation.to_bibtex()
    assert "accessed" not in citation.to_json()
    assert re.search(r"\[\s*\]", citation.to_gbt7714()) is None


def test_a_reference_by_gbt7714() -> None:
    reference = _cite(accessed=DAY).to_gbt7714()
    assert reference == (
        f"ProvFin. {find_question('fiscal-gap').titles['zh']} (area=CN-LN, year=2024)[DS/OL]. "
        f"ProvFin {__version__}, 数据版本 {RELEASE[:16]}[2026-01-31]. {_cite().url}. "
        "数据来源: 甲省分行. 甲省报告（2025）[R]."
    )
    assert "\n" not in _ask_odd("a\nb").to_gbt7714()


def test_csl_json_has_only_what_its_schema_knows() -> None:
    item = _cite(accessed=DAY).to_json()
    assert not set(item) - CSL_PROPERTIES
    assert {name: type(value) for name, value in item.items()} == {name: CSL_TYPES.get(name, str) for name in item}
    assert item["type"] == "dataset"
    assert item["accessed"] == {"date-parts": [[2026, 1, 31]]}
    assert item["URL"] == _cite().url
    assert item["custom"]["answer_sha256"] == ANSWER
    assert item["custom"]["release_sha256"] == RELEASE
    assert item["custom"]["parameters"] == _cite().parameters
    assert json.loads(json.dumps(item)) == item


def test_the_author_is_the_same_in_every_form() -> None:
    citation = _cite()
    author = "ProvFin"
    assert citation.to_json()["author"] == [{"literal": author}]
    assert _read_fields(citation.to_bibtex())["author"] == f"{{{author}}}"
    assert citation.to_gbt7714().startswith(f"{author}. ")


# The credit the licence asks for


def test_every_form_names_the_report_and_who_published_it() -> None:
    citation = _cite()
    credit = "Figures: A Branch & Sons, Report of A (2025)"
    assert citation.to_json()["note"] == credit
    assert citation.to_json()["custom"]["reports"] == [
        {"id": LIAONING.iri, "title": LIAONING.titles, "publisher": LIAONING.publishers}
    ]
    assert _read_fields(citation.to_bibtex())["note"].startswith(credit.replace("&", r"\&") + "; parameters: ")
    assert citation.to_gbt7714().endswith(" 数据来源: 甲省分行. 甲省报告（2025）[R].")


def test_a_parameter_selects_the_report_and_without_one_all_are_named() -> None:
    sources = [LIAONING, *OTHERS[:2]]
    assert _cite(sources=sources, name="contradictions").sources == (LIAONING,)
    assert _cite({"report": OTHERS[1].iri}, sources=sources, name="contradictions").sources == (OTHERS[1],)
    reference = _cite(sources=sources).to_gbt7714()
    assert reference.endswith("甲省报告（2025）[R]; b分行. b报告[R]; c分行. c报告[R].")
    assert _cite(sources=sources).to_json()["note"].endswith("; b分行, b报告; c分行, c报告")


def test_many_reports_are_counted_and_found_at_the_release() -> None:
    citation = _cite(sources=[LIAONING, *OTHERS])
    assert citation.to_gbt7714().endswith(f" 数据来源: 4 份报告, 见 {BASE}releases/{RELEASE[:16]}.")
    assert citation.to_json()["note"] == f"Figures: 4 reports, listed at {BASE}releases/{RELEASE[:16]}"
    assert citation.to_json()["custom"]["reports"] == []
    assert citation.to_json()["custom"]["report_count"] == 4


def test_a_release_without_reports_is_cited_without_them() -> None:
    citation = _cite(sources=())
    assert "note" not in citation.to_json()
    assert citation.to_gbt7714().endswith(f"{citation.url}.")
    assert _read_fields(citation.to_bibtex())["note"].startswith("parameters: ")


def test_the_reports_of_a_release_are_read_from_it() -> None:
    store = ox.Store()
    store.extend(quad for quad in read_quads(find_assets()) if "/graph/catalogue" not in str(quad.graph_name))
    found = store.query(SOURCES_QUERY, use_default_graph_as_union=True)
    assert isinstance(found, ox.QueryTriples)
    sources = read_sources(found)
    told = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(find_assets().reports.glob("*.toml"))]
    assert [(each.titles, each.publishers) for each in sources] == [
        ({"zh": item["title"], "en": item["title_en"]}, {"zh": item["publisher"], "en": item["publisher_en"]})
        for item in told
    ]


def test_the_key_follows_the_answer_alone() -> None:
    citation = _cite()
    assert citation.key == _cite(accessed=DAY).key
    assert citation.key != replace(citation, answer_hash=hash_answer(b"other\n")).key


@pytest.mark.parametrize("sign", list(r"\{}~^#$%&_"))
def test_every_sign_latex_takes_otherwise_is_escaped(sign: str) -> None:
    escaped = escape_latex(f"a{sign}b")
    assert escaped != f"a{sign}b"
    assert escaped.startswith("a\\")
    assert escaped.endswith("b")
