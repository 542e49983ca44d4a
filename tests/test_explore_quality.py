"""What pages of quality say is so: counted again from the text, calculated again by hand, never more than is known."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from html import unescape
from itertools import product
from pathlib import Path

import pytest

from altering import copy_report, list_lines, list_lines_without_report, serve, write_name
from linking import Client, check_page
from provfin.accounts import Equation, Term, read_account
from provfin.assets import find_assets
from provfin.catalogue import list_audit_rules, list_rules
from provfin.extraction import Extraction
from provfin.findings import Finding
from provfin.ledger import make_ledger, summarise
from provfin.release import Content, find_validation, hash_files, mark_validated
from provfin.web.explore.quality.contradictions import SCALE, draw_bars
from provfin.web.explore.quality.formulas import identify_term, write_line

REPORT = "/quality/liaoning-2025"
LOANS = "growth-against-levels/CN-LN/2024-12-31/loans/cny/yoy_growth"
HOSTILE = '<script>alert("x")</script>'
_TAG = re.compile(r"<[^>]+>")
_ROW = re.compile(r'<tr id="n(\d+)">(.*?)</tr>', re.DOTALL)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return serve(tmp_path_factory.mktemp("releases"), list_lines())


def get(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path, "text/html")
    assert response.status_code == status, response.text[:500]
    return response.text


def read_text(html: str) -> str:
    """Return what a reader sees of a page, on one line."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(_TAG.sub(" ", main)).split())


# Overview


def test_the_overview_counts_what_the_reader_reads(client: Client, liaoning: Extraction) -> None:
    ledger = make_ledger(liaoning)
    kinds = Counter(line.kind for line in ledger)
    text = read_text(get(client, "/quality"))
    assert f"{len(ledger):,} numbers printed" in text
    for kind, words in (("table-fact", "state facts in tables"), ("prose-fact", "state facts in prose"),
                        ("not-a-fact", "state no fact"), ("unread", "were not read")):  # fmt: skip
        assert f"{kinds[kind]:,} {words}" in text
    for _kind, reason, number in summarise(ledger):
        if reason:
            assert re.search(
                rf"reason={reason}\".*?<td class=\"number\">{number}</td>", get(client, "/quality"), re.DOTALL
            )


def test_the_overview_counts_who_read_what(client: Client, liaoning: Extraction) -> None:
    rules = Counter(mention.rule == "review" for fact in liaoning.facts for mention in fact.mentions)
    text = read_text(get(client, REPORT))
    assert f"{rules[False]:,} by rule" in text
    assert f"{rules[True]} set right by a reviewer" in text
    assert f"{liaoning.share.right} figures right, {liaoning.share.wrong} wrong" in text


def test_pages_are_sound_in_both_languages(client: Client) -> None:
    paths = ["/quality", REPORT, f"{REPORT}/ledger", f"{REPORT}/validation", f"{REPORT}/contradictions",
             "/quality/rules", "/quality/rules/PF-AUD-008", f"/id/audit-finding/liaoning-2025/{LOANS}"]  # fmt: skip
    for path in paths:
        english, chinese = (get(client, f"{path}?lang={language}") for language in ("en", "zh"))
        assert 'lang="zh"' in chinese.partition("<head>")[0]
        assert read_text(english) != read_text(chinese)
        for text in (english, chinese):
            check_page(re.sub(r"<script.*?</script>\n?", "", text, flags=re.DOTALL))


# Ledger


def read_rows(client: Client, parameters: str = "") -> Iterator[tuple[int, str, str]]:
    """Yield the place, the printed characters and the cells of every row of the ledger, over all its pages."""
    page = 1
    while True:
        html = get(client, f"{REPORT}/ledger?page={page}{parameters}")
        for place, row in _ROW.findall(html):
            printed = re.search(r'<q lang="zh">(.*?)</q>', row)
            assert printed is not None
            yield int(place), unescape(printed[1]), row
        if 'rel="next"' not in html:
            return
        page += 1


def test_the_ledger_shows_every_number_and_what_it_states(
    client: Client, liaoning: Extraction, liaoning_source: str
) -> None:
    rows, ledger = list(read_rows(client)), make_ledger(liaoning)
    assert [(place, printed) for place, printed, _ in rows] == [(line.span.start, line.exact) for line in ledger]
    assert all(liaoning_source[place : place + len(printed)] == printed for place, printed, _ in rows)
    for line, (_, _, row) in zip(ledger, rows, strict=True):
        for key in line.facts:
            assert f'href="/id/observation/liaoning-2025/{key}#evidence"' in row
        assert ("#evidence" in row) == bool(line.facts)


def test_the_ledger_is_filtered(client: Client, liaoning: Extraction) -> None:
    ledger = make_ledger(liaoning)
    dates = [line.span.start for line in ledger if line.reason == "date"]
    assert [place for place, _, _ in read_rows(client, "&reason=date")] == dates
    prose = [line.span.start for line in ledger if line.kind == "prose-fact"]
    assert [place for place, _, _ in read_rows(client, "&kind=prose-fact")] == prose
    digits = [line.span.start for line in ledger if "13.5" in line.exact]
    assert [place for place, _, _ in read_rows(client, "&text=13.5")] == digits
    named = {
        place
        for fact in liaoning.facts
        if "household" in fact.claim.name_en.lower()
        for mention in fact.mentions
        for place in range(mention.span.start, mention.span.end)
    }
    found = [place for place, _, _ in read_rows(client, "&text=Household")]
    assert found == [line.span.start for line in ledger if line.span.start in named]
    part = {place for place, _, _ in read_rows(client, "&part=table/1")}
    assert len(part) == sum(
        number.part == "table/1" for number in read_account(find_assets().ledgers / "liaoning-2025").numbers
    )


def test_a_filter_that_nothing_meets_says_so(client: Client) -> None:
    assert "No number of the report is like that" in get(client, f"{REPORT}/ledger?text=nothing-like-it")
    assert "0 were not read" in read_text(get(client, "/quality"))
    assert "No number of the report is like that" in get(client, f"{REPORT}/ledger?kind=unread")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ledger?kind=odd", 400),
        ("/ledger?reason=odd", 400),
        ("/ledger?page=0", 400),
        ("/ledger?page=9999", 404),
        (f"/ledger?text={'x' * 101}", 400),
    ],
)
def test_a_bad_parameter_is_told(client: Client, path: str, status: int) -> None:
    assert "<h1" in get(client, REPORT + path, status)


@pytest.mark.parametrize("page", ["", "/ledger", "/validation", "/contradictions"])
def test_a_report_that_is_not_there_is_told(client: Client, page: str) -> None:
    assert "no report" in get(client, f"/quality/nowhere-2025{page}", 404)


@pytest.mark.parametrize(("path", "status"), [("rules?kind=odd", 400), ("rules/PF-ODD-1", 404)])
def test_a_rule_that_is_not_there_is_told(client: Client, path: str, status: int) -> None:
    assert "<h1" in get(client, f"/quality/{path}", status)


def test_an_account_of_another_text_is_not_used(tmp_path: Path) -> None:
    sha256 = read_account(find_assets().ledgers / "liaoning-2025").summary.sha256.encode()
    client = serve(tmp_path, [line.replace(sha256, b"0" * 64) for line in list_lines()])
    assert "no account of this text here" in read_text(get(client, f"{REPORT}/ledger"))
    assert "1,578" not in get(client, "/quality")
    text = read_text(get(client, f"{REPORT}/contradictions"))
    assert "The steps of the arithmetic are not at hand" in text
    assert "likely wrong" in text


# Contradictions


def cut(html: str, key: str) -> str:
    """Return what a page shows of one finding."""
    return html.partition(f'id="{key.replace("/", ".")}"')[2].partition("</section>")[0]


def find_number(source: str, html: str, exact: str) -> Fraction:
    """Return a figure as the report prints it at the place the page names."""
    (place,) = {
        (int(start), int(end))
        for start, end in re.findall(rf">{re.escape(exact)}</q>.*?characters (\d+)–(\d+)", html, re.DOTALL)[:1]
    }
    assert source[slice(*place)] == exact
    return Fraction(re.sub(r"[^\d.-]", "", exact))


def test_growth_against_levels_is_calculated_again(client: Client, liaoning_source: str) -> None:
    html = cut(get(client, f"{REPORT}/contradictions?lang=en"), LOANS)
    text = " ".join(unescape(_TAG.sub(" ", html)).split())
    january, change, december, printed = (
        find_number(liaoning_source, html, exact) for exact in ("54863.2", "375.0", "51956.1", "-4.7")
    )
    before = january - change
    growth = (december / before - 1) * 100
    assert "x = a − b" in text
    assert f"= 54,863.2 − 375.0 ≈ {float(before):,.1f}" in text
    assert "d = (c ÷ x − 1) × 100" in text
    assert f"≈ −{abs(float(growth)):.4f}" in text
    half = Fraction(5, 100)
    ends = [
        ((december + one) / (before + two + three) - 1) * 100 for one, two, three in product((-half, half), repeat=3)
    ]
    assert f"from −{abs(float(min(ends))):.4f} to −{abs(float(max(ends))):.4f}" in text
    assert f"Off by {abs(float(printed - growth)):.4f} pp" in text
    assert "[−4.75, −4.65)" in text
    assert max(ends) > printed + half
    assert 'class="wrong">likely wrong' in html


def test_a_change_of_share_is_calculated_again(client: Client, liaoning_source: str) -> None:
    key = "share-change/CN-LN/2024-12-31/loan-share-of-banking-assets/share_change_pp"
    html = cut(get(client, f"{REPORT}/contradictions?lang=en"), key)
    text = " ".join(unescape(_TAG.sub(" ", html)).split())
    assets, share, fall, loans = (
        find_number(liaoning_source, html, exact) for exact in ("5.5%", "47.4%", "4.7个百分点", "-4.8")
    )
    # As much of last year’s assets as are this year’s loans before they fell and assets before they grew.
    before = share * (1 + assets / 100) / (1 + loans / 100)
    assert f"≈ {float(before):.4f} %" in text
    half = Fraction(5, 100)
    ends = [
        share + one - (share + two) * (1 + (assets + three) / 100) / (1 + (loans + four) / 100)
        for one, two, three, four in product((-half, half), repeat=4)
    ]
    low, high = min(ends), max(ends)
    assert f"from −{abs(float(low)):.4f} to −{abs(float(high)):.4f}" in text
    off = abs(-fall - (low + high) / 2)
    assert f"Off by {float(off):.4f} pp" in text
    assert f"Left unexplained {float(off - half - (high - low) / 2):.4f} pp" in text
    # The graph names no culprit, so neither does the page.
    assert "likely wrong" not in text.partition("In the words of the audit")[0]


def test_a_figure_printed_in_two_ways_is_subtracted(client: Client, liaoning_source: str) -> None:
    key = "restatement/CN-LN/2024-12-31/inclusive-small-business-loans/yoy_growth"
    html = cut(get(client, f"{REPORT}/contradictions?lang=en"), key)
    high, low = (find_number(liaoning_source, html, exact) for exact in ("35.7%", "13.5%"))
    assert f"35.7 − 13.5 = {float(high - low)}" in html
    assert html.count("<rect") == 6
    assert "22.1" in html


def test_a_list_that_names_fewer_than_it_announces_is_counted(client: Client, liaoning_source: str) -> None:
    text = read_text(
        cut(get(client, f"{REPORT}/contradictions?lang=en"), "list-length/15055-15057").join(("<main>", "</main>"))
    )
    assert "5 − 6 = −1" in text
    assert liaoning_source[15055:15057] == "六大"


def test_each_finding_has_a_page_of_its_own(client: Client) -> None:
    html = get(client, f"/id/audit-finding/liaoning-2025/{LOANS}?lang=en")
    assert "x = a − b" in html
    assert 'href="/quality/rules/PF-AUD-007"' in html
    assert "growth-against-levels" in get(client, "/id/audit-rule/growth-against-levels?lang=zh")
    assert "376" not in read_text(get(client, "/id/rule/review"))


# Formulas


def make_equation(form: str, ends: list[tuple[str, str]], solved: int, **more: object) -> Equation:
    terms = tuple(
        Term("" if place == solved else f"o{place}", {"en": "x", "zh": "x"}, (Decimal(low), Decimal(high)), True)
        for place, (low, high) in enumerate(ends)
    )
    return Equation(form, terms, Decimal(1), "", solved, **more)  # type: ignore[arg-type]


_HUNDRED = Decimal(100)
SOLVABLE = [
    ("total", 4, {"signs": (1, 1, -1)}),
    ("product", 3, {"scale": _HUNDRED, "offset": _HUNDRED}),
    ("product", 3, {"scale": _HUNDRED}),
    ("product", 3, {}),
    ("proportion", 4, {}),
]


def evaluate(formula: str, values: dict[str, Fraction]) -> Fraction:
    """Return what a formula in letters comes to."""
    python = formula.translate(str.maketrans("×÷−", "*/-"))
    python = re.sub(r"\b\d+\b", lambda match: f"F({match[0]})", python)
    result: Fraction = eval(python, {"__builtins__": {}, "F": Fraction}, values)
    return result


@pytest.mark.parametrize(("form", "number", "more"), SOLVABLE)
def test_a_formula_solves_its_identity(form: str, number: int, more: dict[str, object]) -> None:
    known = [Fraction(value) for value in (52, 7, 41, 5)][:number]
    for solved in range(number):
        equation = make_equation(form, [("1", "2")] * number, solved, **more)
        letters = {identify_term(term): "abcd"[place] for place, term in enumerate(equation.terms)}
        line = write_line(equation, letters, {}, "", "en")
        assert line.letter == "abcd"[solved]
        values = dict(zip("abcd", known, strict=False))
        values["abcd"[solved]] = evaluate(line.letters, values)
        a, b, c, d = (values.get(letter, Fraction(0)) for letter in "abcd")
        if form == "total":
            assert a == b + c - d
        elif form == "proportion":
            assert a * (100 + b) == c * (100 + d)
        else:
            scale, offset = Fraction(equation.scale), Fraction(equation.offset)
            assert scale * a == b * (c + offset)


def test_what_is_open_on_one_side_is_a_bound() -> None:
    equation = make_equation("ceiling", [("1", "2"), ("3", "4"), ("5", "6")], 0)
    letters = {identify_term(term): "abc"[place] for place, term in enumerate(equation.terms)}
    line = write_line(equation, letters, {"o1": Decimal(3), "o2": Decimal("5.5")}, "", "en")
    assert (line.relation, line.letters, line.numbers) == ("≥", "b + c", "3 + 5.5")
    between = write_line(make_equation("between", [("1", "2")] * 3, 0), letters, {}, "", "zh")
    assert between.letters == "[b … c]"


def test_bars_lie_on_one_scale() -> None:
    first, second, third = draw_bars(
        [("1", Decimal(0), Decimal(1)), ("2", Decimal(9), Decimal(10)), ("implied", Decimal(5), None)], "en"
    )
    assert 0 < first.x < first.x + first.width < second.x < second.x + second.width < SCALE
    assert third.x + third.width == SCALE
    assert (first.is_printed, third.is_printed, third.high) == (True, False, "")
    assert draw_bars([("1", None, None)], "en") == []


# Rules


def test_every_rule_is_told_under_its_code(client: Client) -> None:
    rules = {"shape": [], "check": [], "audit": [rule.code for rule in list_audit_rules(find_assets())]}
    for rule in list_rules(find_assets()):
        rules["check" if rule.code.split("-")[1] in ("CHK", "IC") else "shape"].append(rule.code)
    for kind, codes in rules.items():
        html = get(client, f"/quality/rules?kind={kind}")
        assert Counter(re.findall(r'<li id="([^"]+)">', html)) == Counter(codes)
    # As many as there are pages of the catalogue.
    pages = [path.stem for path in (Path(__file__).parent.parent / "docs" / "rules").glob("PF-*.md")]
    assert sorted(code for codes in rules.values() for code in codes) == sorted(pages)


def test_a_rule_says_what_it_holds_in_the_language_of_the_page(client: Client) -> None:
    rule = next(rule for rule in list_audit_rules(find_assets()) if rule.code == "PF-AUD-008")
    english, chinese = (read_text(get(client, f"/quality/rules/{rule.code}?lang={code}")) for code in ("en", "zh"))
    for text in (rule.name, rule.what, rule.why, rule.repair):
        assert " ".join(text.en.split()) in english
        assert " ".join(text.zh.split()) in chinese
        assert text.zh not in english
    assert "checked 8 times · 2 findings" in english


def test_rules_are_found_by_their_words(client: Client) -> None:
    assert 'id="PF-AUD-011"' in get(client, "/quality/rules?kind=audit&q=PF-AUD-011")
    assert 'id="PF-AUD-001"' not in get(client, "/quality/rules?kind=audit&q=PF-AUD-011")
    assert "No rule of this kind" in get(client, "/quality/rules?kind=check&q=nothing-like-it")


def test_reading_rules_have_read_what_there_is(client: Client, liaoning: Extraction) -> None:
    html = get(client, "/quality/rules?kind=reading&lang=en")
    figures = Counter(mention.rule for fact in liaoning.facts for mention in fact.mentions)
    mark = b"/def#readBy> <https://w3id.org/provfin/id/rule/"
    read = Counter(line.split(mark)[1].split(b">")[0].decode() for line in list_lines() if mark in line)
    assert all(read[rule] >= number for rule, number in figures.items())
    for rule, number in read.items():
        shown = re.search(rf'<li id="{rule}">.*?([\d,]+) things? read', html, re.DOTALL)
        assert shown is not None
        assert int(shown[1].replace(",", "")) == number


# Validation


def note(folder: Path, *findings: Finding, rules: str = "") -> Client:
    """Return a client of a server whose release was found valid."""
    client = serve(folder, list_lines())
    assets = find_assets()
    rules = rules or hash_files([*assets.shapes.glob("*.ttl"), *assets.checks.glob("*.rq")])
    mark_validated(folder, Content.from_lines(list_lines()), rules, findings)
    return client


def test_without_a_note_a_release_is_not_called_valid(client: Client) -> None:
    text = read_text(get(client, f"{REPORT}/validation"))
    assert "no note of a validation" in text
    assert "Found valid" not in text
    assert "findings not noted" in get(client, "/quality/rules?kind=check")


def test_what_validating_found_is_told(tmp_path: Path) -> None:
    at = "https://w3id.org/provfin/id/report/liaoning-2025"
    found = Finding("warning", "PF-REP-005", "Mend it.", "请改正。", at, "dcterms:title", HOSTILE, "liaoning-2025")
    client = note(tmp_path, found)
    html = get(client, f"{REPORT}/validation")
    assert "with 1 finding of lower severity" in html
    assert "Mend it." in html
    assert "请改正。" in get(client, f"{REPORT}/validation?lang=zh")
    assert HOSTILE not in html
    assert "held against the rules of this version" in html
    assert "no findings" in get(client, "/quality/rules/PF-REP-006")
    assert "1 finding" in get(client, "/quality/rules/PF-REP-005")


def test_a_note_of_other_rules_is_told_as_such(tmp_path: Path) -> None:
    html = get(note(tmp_path, rules="0" * 64), f"{REPORT}/validation")
    assert "with no findings at all" in html
    assert "rules of another version" in html


def test_a_mark_that_says_nothing_is_no_note(tmp_path: Path) -> None:
    note(tmp_path)
    (mark,) = tmp_path.glob("*.valid")
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    from provfin.release import load_release

    release = load_release(folder)
    assert find_validation(release) is not None
    for text in ("", "{}", '{"findings": [{}]}'):
        mark.write_text(text, encoding="utf-8")
        assert find_validation(release) is None


def test_shapes_look_at_what_the_report_has(client: Client, liaoning: Extraction) -> None:
    html = get(client, f"{REPORT}/validation")
    observations = len(liaoning.facts)
    mentions = len({mention.span for fact in liaoning.facts for mention in fact.mentions})
    for shape, number in (("observation", observations), ("mention", mentions), ("audit-finding", 6)):
        row = re.search(rf"<code>{shape}</code></a></th>.*?</tr>", html, re.DOTALL)
        assert row is not None
        assert row[0].rstrip().removesuffix("</tr>").rstrip().endswith(f'<td class="number">{number:,}</td>')


# Other data


def test_names_from_the_graph_are_text(tmp_path: Path) -> None:
    graph = b"<https://w3id.org/provfin/id/graph/liaoning-2025>"
    label = b"http://www.w3.org/2000/01/rdf-schema#label"
    lines = []
    for line in list_lines():
        if label in line and graph in line and b'"@en' in line:
            subject = line.split(b"> ", 1)[0]
            line = subject + b"> <" + label + b'> "<script>alert(\\"x\\")</script>"@en ' + graph + b" .\n"
        lines.append(line)
    client = serve(tmp_path, [*lines, write_name("rule/review", "prefLabel", HOSTILE)])
    for path in ("/quality", f"{REPORT}/ledger", f"{REPORT}/contradictions", "/quality/rules?kind=reading"):
        html = get(client, f"{path}{'&' if '?' in path else '?'}lang=en")
        assert "<script>alert" not in html
    assert "&lt;script&gt;" in get(client, f"{REPORT}/contradictions?lang=en")


def test_several_reports_are_listed_side_by_side(tmp_path: Path) -> None:
    client = serve(tmp_path, [*list_lines(), *copy_report("jilin-2025", "CN-JL", "2024")])
    html = get(client, "/quality?lang=en")
    assert 'href="/quality/liaoning-2025"' in html
    assert 'href="/quality/jilin-2025"' in html
    # The text is the same, but the account is that of another report.
    assert "no account of this text here" in html
    assert "99.3%" in read_text(html)
    assert "6" in read_text(get(client, "/quality/jilin-2025/contradictions"))
    get(client, "/quality?page=2", 404)


def test_a_release_without_reports_says_so(tmp_path: Path) -> None:
    client = serve(tmp_path, list_lines_without_report())
    assert "This release holds no report yet" in get(client, "/quality")
    assert "18" in get(client, "/quality/rules")
