"""The page of the model: it is what is generated, its queries run, and nothing of the model is left out of it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import OWL, SKOS

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.model import MODEL_PREFIXES, Model, expand, shorten
from provfin.modelpage import MOST_CODES, Page, read_words, render_page, write_page
from provfin.queries import Query
from provfin.release import gather_content
from provfin.store import LocalEngine
from provfin.turtle import BASE, PREFIXES

ASSETS = find_assets()
DOCS = Path(__file__).parent.parent / "docs"
TEMPLATE = (DOCS / "model.template.md").read_text(encoding="utf-8")
WORDS = read_words(DOCS / "model.terms.toml")
PAGE = (DOCS / "model.md").read_text(encoding="utf-8")
TOKENS = MarkdownIt("commonmark").enable("table").parse(PAGE)
BLOCKS = [token.content for token in TOKENS if token.type == "fence" and token.info == "sparql"]
PROLOGUE, PATTERNS = BLOCKS[0], BLOCKS[1:]
MODEL = Model(ASSETS)
ONTOLOGY = Graph().parse(ASSETS.ontology / "provfin.ttl", format="turtle")
CODE = re.compile(r"`([^`\n]+)`")
HAN = re.compile("[一-鿿]")


def list_own_terms(kind: URIRef) -> list[str]:
    return sorted(str(term) for term in ONTOLOGY.subjects(RDF.type, kind) if str(term).startswith(PREFIXES["pf"]))


CLASSES = list_own_terms(OWL.Class)
PROPERTIES = [
    *list_own_terms(OWL.ObjectProperty), *list_own_terms(OWL.DatatypeProperty), *list_own_terms(OWL.AnnotationProperty),
]  # fmt: skip


def list_tables() -> Iterator[list[list[str]]]:
    """Yield the tables of the page as a reader sees them: rows of cells."""
    rows: list[list[str]] = []
    for place, token in enumerate(TOKENS):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in {"td_open", "th_open"}:
            rows[-1].append(TOKENS[place + 1].content)
        elif token.type == "table_close":
            yield rows


TABLES = list(list_tables())


def find_tables(head: str) -> list[list[list[str]]]:
    return [table for table in TABLES if table[0][0] == head]


def fill(template: str) -> str:
    return Page(MODEL, WORDS).render(template)


# The page is what is generated


def test_the_page_is_what_the_graph_says_now() -> None:
    assert render_page(TEMPLATE, WORDS, ASSETS) == PAGE, "write it anew: python -m provfin.modelpage docs/model.md"


def test_writing_makes_the_page_beside_its_template(tmp_path: Path) -> None:
    (tmp_path / "model.template.md").write_text("# Units\n\n{{codes pf:maturity}}\n", encoding="utf-8")
    (tmp_path / "model.terms.toml").write_text("", encoding="utf-8")
    write_page(tmp_path / "model.md", ASSETS)
    lines = (tmp_path / "model.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Units"
    assert [line.split("`")[1] for line in lines[4:]] == [
        "maturity:total", "maturity:medium-and-long-term", "maturity:short-term",
    ]  # fmt: skip


# Nothing is left out


def test_every_class_has_its_row_once_and_an_example_if_there_is_any() -> None:
    rows = {row[0].split("`")[1]: row for table in find_tables("class · 类") for row in table[1:]}
    assert Counter(row[0] for table in find_tables("class · 类") for row in table[1:]).most_common(1)[0][1] == 1
    assert set(map(shorten, CLASSES)) <= set(rows)
    for name, row in rows.items():
        things = set(map(shorten, MODEL.list_things(expand(name))))
        assert (CODE.findall(row[3]) or [None])[0] in things if things else row[3] == "–", name
        assert HAN.search(row[2]), name


def test_every_property_of_the_ontology_is_told_in_two_languages() -> None:
    told = {row[0].split("`")[1]: row for table in find_tables("property · 属性") for row in table[1:]}
    assert PROPERTIES
    assert set(map(shorten, PROPERTIES)) <= set(told)
    assert [name for name, row in told.items() if not (row[2] and HAN.search(row[3]))] == []


def test_every_property_of_a_thing_of_the_graph_is_on_the_page() -> None:
    things = {thing for name in find_things_told() for thing in MODEL.list_things(name)}
    used = {predicate for thing in things for predicate in MODEL.list_predicates(thing)}
    assert len(used) > 100
    assert {shorten(iri) for iri in used} <= set(CODE.findall(PAGE))


def find_things_told() -> list[str]:
    return [expand(name) for name in re.findall(r"^\{\{properties (\S+?)(?: \S+)?\}\}$", TEMPLATE, re.MULTILINE)]


def test_everything_of_the_graph_is_of_a_class_that_is_told() -> None:
    told = {*find_things_told(), *map(expand, ("owl:Class", "owl:Ontology", "time:Instant", "prov:SoftwareAgent"))}
    told |= {str(OWL[name]) for name in ("AnnotationProperty", "DatatypeProperty", "ObjectProperty")}
    known = {thing for name in told for thing in MODEL.list_things(name)}
    _, rows = MODEL.select("SELECT DISTINCT ?thing WHERE { ?thing a ?class }")
    things = {str(getattr(row[0], "value", row[0])) for row in rows}
    assert len(things) > 1000
    assert {thing for thing in things if thing.startswith(BASE)} <= known


@pytest.mark.parametrize("dimension", MODEL.list_things(expand("qb:DimensionProperty")), ids=shorten)
def test_the_codes_of_a_dimension_are_all_there_or_are_counted(dimension: str) -> None:
    (row,) = (row for row in find_tables("dimension · 维度")[0] if row[0].split("`")[1:2] == [shorten(dimension)])
    codes = [
        code
        for scheme in MODEL.list_names(dimension, expand("qb:codeList"))
        for code in MODEL.list_subjects(str(SKOS.inScheme), scheme)
    ]
    assert row[2] == str(len(codes) or "–")
    if len(codes) <= MOST_CODES:
        assert set(map(shorten, codes)) <= set(CODE.findall(PAGE))


def test_every_family_has_its_own_dimensions() -> None:
    (table,) = find_tables("family · 数据族")
    own = {row[0].split("`")[1]: set(CODE.findall(row[1])) for row in table[1:]}
    assert own["structure:credit"] == {"pf:currencyScope", "pf:institutionalSector", "pf:maturity"}
    assert own["structure:general"] == set()
    structures = MODEL.list_things(expand("qb:DataStructureDefinition"))
    assert set(own) == {shorten(name) for name in structures if f"{name}-missing" in structures}


def test_what_follows_is_told_and_was_derived() -> None:
    (table,) = find_tables("ask for · 可查")
    below = {row[0].strip("`"): CODE.findall(row[1]) for row in table[1:]}
    assert "pf:lent" in below["pf:figure"]
    for above, names in below.items():
        for name in names:
            if expand(name) in CLASSES:
                assert set(MODEL.list_things(expand(name))) <= set(MODEL.list_things(expand(above))), (name, above)


# Names

BOTH = {"en", "zh"}


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("pf:Observation", BOTH), ("skos:Concept", BOTH), ("pf:Period", BOTH), ("pf:AuditFinding", BOTH),
        ("pf:Report", BOTH), ("pf:Statement", {"zh"}), ("pf:Section", {"zh"}), ("pf:PolicyDocument", {"zh"}),
        ("pf:InstitutionGroup", {"zh"}), ("pf:NameMention", {"zh"}), ("pf:ReadingRule", {"en"}),
    ],
)  # fmt: skip
def test_things_are_named_in_the_languages_the_page_tells(name: str, languages: set[str]) -> None:
    names = {thing: MODEL.read_name(thing) for thing in MODEL.list_things(expand(name))}
    assert names
    told = {thing: {language for language in BOTH if getattr(text, language)} for thing, text in names.items()}
    assert {thing: found for thing, found in told.items() if found != languages} == {}


def list_forms() -> list[list[str]]:
    (table,) = find_tables("thing · 事物")
    return table[1:]


def test_every_kind_of_name_has_a_prefix_or_a_form() -> None:
    _, rows = MODEL.select(f'SELECT DISTINCT ?s WHERE {{ ?s ?p ?o . FILTER(STRSTARTS(STR(?s), "{BASE}")) }}')
    kinds = {str(getattr(row[0], "value", "")).removeprefix(BASE).partition("/")[0] for row in rows}
    forms = {code.partition("/")[0] for row in list_forms() for code in CODE.findall(row[1])}
    assert kinds <= set(MODEL_PREFIXES) | forms


@pytest.mark.parametrize("row", list_forms(), ids=lambda row: row[2])
def test_the_example_of_a_form_is_in_the_graph(row: list[str]) -> None:
    name = row[2].strip("`<>")
    assert MODEL.list_predicates(expand(name))
    kind = next(code for code in CODE.findall(row[1]) if code.split("/")[0] == name.split("/")[0])
    assert len(name.split("/")) >= len(re.findall(r"/\{(?!breakdowns)", kind))


def test_the_periods_shown_are_in_the_graph() -> None:
    (table,) = find_tables("form · 形式")
    assert len(table) == 5
    assert [row for row in table[1:] if expand(row[1].strip("`")) not in MODEL.list_things(expand("pf:Period"))] == []


def test_the_named_graphs_are_those_of_a_release() -> None:
    (table,) = find_tables("named graph · 命名图")
    assert {expand(row[0].strip("`<>")) for row in table[1:]} == set(gather_content(ASSETS).graphs)


def test_words_are_told_of_what_is_on_the_page_and_of_nothing_else() -> None:
    assert set(WORDS) <= set(CODE.findall(PAGE))
    assert [name for name, texts in WORDS.items() if len(texts) != 2 or not HAN.search(texts[1])] == []


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (f"{BASE}period/2024-01--2024-11", "period:2024-01--2024-11"),
        (f"{BASE}rate-band/benchmark-1.3-to-1.5", "rate-band:benchmark-1.3-to-1.5"),
        (f"{BASE}part/a/section/1", "<part/a/section/1>"),
        ("http://example.org/x", "<http://example.org/x>"),
        (f"{PREFIXES['pf']}Event", "pf:Event"),
    ],
)
def test_a_name_is_written_short(iri: str, name: str) -> None:
    assert shorten(iri) == name


# Queries


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(ASSETS)


def test_there_are_a_dozen_patterns_and_each_has_a_title_in_two_languages() -> None:
    assert len(PATTERNS) >= 12
    titles = re.findall(r"^### 10\.\d+ (.+) · (.+)$", PAGE, re.MULTILINE)
    assert len(titles) == len(PATTERNS)
    assert all(HAN.search(chinese) for _, chinese in titles)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(PATTERNS.index(pattern) + 1))
def test_a_pattern_answers_under_the_prefixes_of_the_page(pattern: str, engine: LocalEngine) -> None:
    _, rows = engine.select(Query(PROLOGUE + pattern))
    after = PAGE.split(pattern, 1)[1].split("\n\n")[1]
    assert rows
    assert str(len(rows)) in after
    for value in (value for value in rows[0] if value):
        assert any(value.startswith(shown.rstrip("…")) or expand_shown(shown) == value for shown in CODE.findall(after))


def expand_shown(name: str) -> str:
    text = name.strip("<>")
    return expand(text) if name.startswith("<") or text.partition(":")[0] in MODEL_PREFIXES else text


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(PATTERNS.index(pattern) + 1))
def test_the_first_row_of_a_pattern_is_always_the_same(pattern: str, engine: LocalEngine) -> None:
    _, rows = engine.select(Query(PROLOGUE + pattern))
    assert "ORDER BY" in pattern or len(rows) == 1


# As Markdown


def list_rows(tokens: list[Token]) -> Iterator[int]:
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            yield place


def test_every_line_of_a_table_is_a_row_with_all_its_cells() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    dashes = [line for line in lines if set(line) <= set("|- ")]
    assert len(TABLES) > 40
    assert sum(map(len, TABLES)) == len(lines) - len(dashes) + sum(1 for table in TABLES if not any(table[0]))
    for table in TABLES:
        assert {len(row) for row in table} == {len(table[0])}, table[0]
    for line in lines:
        assert len(re.findall(r"(?<!\\)\|", line)) - 1 in {2, 3, 4, 5}, line


def test_every_code_span_is_closed() -> None:
    assert [line for line in PAGE.splitlines() if line.startswith("|") and line.count("`") % 2] == []


def test_no_part_is_left_unfilled() -> None:
    assert "{{" not in PAGE


# What is refused


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{sections}}", "no part sections"),
        ("{{classes nowhere:Event}}", "no prefix nowhere"),
        ("{{classes prov:Bundle}}", "nothing says what it means"),
        ("{{properties pf:Candidate}}", "no such thing"),
        ("{{properties pf:Event report/none}}", "no such thing"),
        ("{{turtle report/none}}", "not in the graph"),
        ("{{codes pf:target}}", "[0-9]{3} codes"),
        ("{{codes pf:mention}}", "0 codes"),
        ("```sparql\nSELECT ?x WHERE { ?x a pf:Nothing }\n```\n", "no rows"),
        ("```sparql\nSELECT ?x WHERE { ?x a }\n```\n", "not SPARQL"),
    ],
)
def test_what_the_graph_does_not_bear_out_is_refused(template: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fill(template)


def test_only_a_table_can_be_asked_for() -> None:
    with pytest.raises(InputError, match="no table"):
        MODEL.select("ASK { ?s ?p ?o }")


# How parts are made


def test_a_property_is_told_once_where_all_that_have_it_meet() -> None:
    text = fill("{{properties pf:Statement}}\n\n{{properties pf:Event}}\n\n{{properties pf:Designation}}\n")
    statement, event, designation = text.split("\n\n")
    assert "`pf:report`" in statement
    assert "| `pf:report`" not in event
    assert "| `pf:eventKind`" in event
    assert "| `pf:eventKind`" not in statement
    assert "| `pf:designationTitle`" in designation


def test_a_value_of_another_thing_is_marked() -> None:
    text = fill("{{properties pf:Observation observation/liaoning-2025/CN-LN/2024/gross-regional-product/level}}\n")
    rows = {line.split("`")[1]: line for line in text.splitlines()[2:]}
    assert "†" in rows["pf:rateBand"]
    assert "†" not in rows["pf:activity"]
    assert rows["sdmx-measure:obsValue"].endswith("| `32612.7` |")
    assert rows["pf:valueInBaseUnit"].endswith("| `3261270000000` |")


def test_an_example_of_a_code_is_no_total() -> None:
    assert MODEL.pick_example(expand("pf:Maturity")) in set(
        map(expand, ("maturity:short-term", "maturity:medium-and-long-term"))
    )
    assert MODEL.pick_example(expand("pf:Candidate")) is None


def test_the_unit_says_how_it_leads_to_its_base() -> None:
    assert "`unit:hundred-million-cny` 100 million yuan · 亿元 = 100000000 `unit:cny`" in PAGE
