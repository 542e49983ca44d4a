"""Citations: what they are made of, and that references survive the formats they are written in."""

import datetime as dt
import hashlib
import json
import re
from dataclasses import replace

import pytest

from provfin import __version__
from provfin.citations import Citation, escape_latex, hash_answer, make_citation, make_path
from provfin.errors import InputError
from provfin.queries import Parameter, Question, find_question

RELEASE = hashlib.sha256(b"release").hexdigest()
ANSWER = hash_answer(b"?n\n1\n")
BASE = "https://data.example.org/provfin/"
DAY = dt.date(2026, 1, 31)
# The properties CSL-JSON has: https://resource.citationstyles.org/schema/latest/input/json/csl-data.json
CSL_PROPERTIES = {
    "id", "type", "title", "translated-title", "author", "publisher", "version", "URL", "accessed", "custom",
}  # fmt: skip


def _cite(given: dict[str, str] | None = None, accessed: dt.date | None = None) -> Citation:
    question = find_question("fiscal-gap")
    return make_citation(RELEASE, question, ANSWER, base=BASE, given=given, accessed=accessed)


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
        f"ProvFin. {find_question('fiscal-gap').titles['zh']} (area=CN-LN, year=2024)[DB/OL]. "
        f"ProvFin {__version__}, 数据版本 {RELEASE[:16]}[2026-01-31]. {_cite().url}."
    )
    assert "\n" not in _ask_odd("a\nb").to_gbt7714()


def test_csl_json_has_only_what_its_schema_knows() -> None:
    item = _cite(accessed=DAY).to_json()
    assert set(item) == CSL_PROPERTIES
    assert item["type"] == "dataset"
    assert item["author"] == [{"literal": "The ProvFin authors"}]
    assert item["accessed"] == {"date-parts": [[2026, 1, 31]]}
    assert item["URL"] == _cite().url
    assert item["custom"]["answer_sha256"] == ANSWER
    assert item["custom"]["release_sha256"] == RELEASE
    assert item["custom"]["parameters"] == _cite().parameters
    assert json.loads(json.dumps(item)) == item


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
