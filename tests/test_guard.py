"""What is refused before a query reaches the parser, and what is known of one that is passed."""

import random
import time

import pyoxigraph as ox
import pytest

from provfin.guard import DEEPEST_NESTING, LONGEST_QUERY, Reading, RefusedQueryError, check_query, confirm_services

# Nobody listens there, so that a query which calls it fails as the operating system says.
NOWHERE = "http://127.0.0.1:1/"
CALL = f"SERVICE <{NOWHERE}> {{ ?x ?y ?z }}"
NAMES = f"PREFIX w: <{NOWHERE}> PREFIX e: <http://example.org/> "

# Each hides a call from a reader that is less exact than the parser.
HIDDEN = [
    f"SELECT * {{ ?s ?p true{CALL} }}",
    "SELECT * { SERVICEw:x { ?x ?y ?z } }",
    # No string, for \z is no escape; the parser finds a comment after the call.
    f'SELECT * {{ {{ ?a ?b ( """abc" ) }} UNION {{ {CALL} }} #\\z """\n }}',
    f'SELECT * {{ {{ ?a ?b ( """abc" ) }} UNION {{ {CALL} }} #\\uD800 """\n }}',
    # A comparison with e:b and a comment, not an IRI and a string.
    f'SELECT * {{ ?s ?p ?o FILTER(?o<e:b#c>"""\n|| true) {CALL} #"""\n }}',
    f"SELECT * {{ ?s ?p ?o FILTER(true||?o<'x'||?o>'y') {CALL} }}",
    "SELECT * { ?s ?p ?o FILTER(true||?o<?p)SERVICEw:x{}FILTER(2>1) }",
    # An IRI with an escape, not a comment.
    f"SELECT * {{ OPTIONAL {{ <http://example.org/\\u0041#> ?p ?o }} {CALL} }}",
]
PIECES = [
    '"""', "'''", '"', "'", "#", "\n", " ", "\\z", "\\u0041", "\\uD800", '\\"', "<", ">", "<e:b#c>", "<http://e/#>",
    "<http://e/\\u0041#>", "?o", "?o<", "e:a", "e:a\\#", "e:", "true", "1", ".", ";", ",", "(", ")", "[", "]", "{", "}",
    "||", '"x"@en', "^^", "_:b", "FILTER(", "FILTER(?o<e:b#c>", "OPTIONAL {", "<urn:a'b>", "?s ?p ", "-", "UNION",
]  # fmt: skip
STARTS = ["", "?s ?p ?o ", 'FILTER(?o<e:b#c>"""\n', '?s ?p ( """a" ', 'OPTIONAL { ?s ?p "', "?s ?p '''", '?s ?p """']
CALLS = [CALL, "SERVICEw:x {}", f"SERVICE SILENT <{NOWHERE}>{{}}", f'SERVICE#"\n<{NOWHERE}>{{}}', "serviceSilentw: {}"]
ENDS = [" }", ' #"""\n }', " #'''\n }", ' #"\n }', ' #\\z """\n }', ")}", ") }", " #>\n }", "#'\n)}"]


def _is_refused(text: str) -> bool:
    try:
        check_query(text)
    except RefusedQueryError:
        return True
    return False


def _calls(text: str) -> bool:
    """Tell whether the engine opens a connection for a query."""
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("e:s"), ox.NamedNode("e:p"), ox.Literal(value=True)))
    try:
        found = store.query(text)
        assert not isinstance(found, ox.QueryTriples)
        found.serialize(format=ox.QueryResultsFormat.CSV)
    except OSError:
        return True
    except (SyntaxError, RuntimeError, ValueError):
        return False
    return False


# Calls to other servers


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { # SERVICE\n SERVICE<http://example.org/>{ ?s ?p ?o } }",
        'SELECT * { ?s ?p "a\\"" SERVICE <http://example.org/> {} }',
        "SELECT * { ?s ?p '''a'b''' . SERVICE <http://example.org/> {} }",
        "SELECT * { ?s ?p ?o.SERVICE <http://example.org/> {} }",
        "PREFIX : <http://example.org/> SELECT * { SERVICE:x {} }",
        "SELECT * { ?s ?p 1SERVICE <http://example.org/> {} }",
        "PREFIX ex: <http://example.org/> SELECT * { ex:a\\# ?p ?o . SERVICE <http://example.org/> {} }",
        f"SELECT * {{ SERVICESILENT<{NOWHERE}> {{}} }}",
        "SELECT * { service SILENTw: { ?x ?y ?z } }",
        *(NAMES + text for text in HIDDEN),
    ],
)
def test_calls_to_other_servers_are_refused(text: str) -> None:
    with pytest.raises(RefusedQueryError, match=r"SERVICE (is not allowed|may be hidden)"):
        check_query(text)


@pytest.mark.parametrize("text", HIDDEN)
def test_the_engine_would_call_for_what_hides_a_call(text: str) -> None:
    # Else that it is refused proves nothing.
    assert _calls(NAMES + text)


def test_whatever_the_engine_would_call_for_is_refused() -> None:
    choose = random.Random(2024)
    called = 0
    for _ in range(20_000):
        before, after = (("".join(choose.choices(PIECES, k=choose.randint(0, 4)))) for _ in range(2))
        text = f"{NAMES} SELECT * {{ {choose.choice(STARTS)}{before}{choose.choice(CALLS)}{after}{choose.choice(ENDS)}"
        if _calls(text):
            called += 1
            assert _is_refused(text), text
    assert called > 100


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?service ?p ?o }",
        "SELECT * { ?s ?p 'SERVICE' , \"SERVICE {\" , '''\nSERVICE''' }",
        "SELECT * { <http://example.org/service#service> ?p ?o } # SERVICE",
        "PREFIX ex: <http://example.org/> SELECT * { ex:service ?p ex:from ; ex:a-service 'x'@en-service }",
        "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
        "SELECT * { ?s ?p ?o FILTER(?o<'a'&&?o>'b') }",
        "SELECT * { ?s <http://example.org/a> 'it\\'s \\u4E2D' }",
        "BASE <http://example.org/> SELECT * { <a#b> ?p ?o }",
    ],
)
def test_the_word_in_other_places_is_no_call(text: str) -> None:
    assert check_query(text) == Reading(names_graphs=False, is_volatile=False)


def test_servers_of_the_list_may_be_called_by_their_address() -> None:
    allowed = ["http://example.org/a", "http://example.org/b"]
    text = "ASK { SERVICE<http://example.org/a>{} service # why\n silent <http://example.org/b> {} }"
    reading = check_query(text, allowed)
    assert reading == Reading(names_graphs=False, is_volatile=True, services=tuple(allowed))
    confirm_services(text, reading, allowed)


@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <http://example.org/ab> {}",
        "SERVICE <http://example.org/a#> {}",
        "SERVICE <http://example.org/%61> {}",
        "SERVICE <http://example.org/\\u0061> {}",
        "SERVICE <a> {}",
        "SERVICE ?a {}",
        "SERVICE w:a {}",
        "SERVICE silent ?a {}",
        "SERVICE <http://example.org/a> { SERVICE <http://example.org/c> {} }",
        "?s ?p ?o FILTER(?o<w:b#c>1) SERVICE <http://example.org/a> {}",
    ],
)
def test_a_list_opens_no_other_address(call: str) -> None:
    text = f"BASE <http://example.org/> PREFIX w: <http://example.org/> ASK {{ {call} }}"
    with pytest.raises(RefusedQueryError, match=r"may ask only <http://example.org/a>|may be hidden"):
        check_query(text, ["http://example.org/a"])


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("ASK { SERVICE <http://example.org/b> {} }", ["http://example.org/a"]),
        ("ASK { SERVICE <http://example.org/a> {} }", []),
        ("ASK { FILTER EXISTS { SERVICE <http://example.org/a> {} } }", []),
        ("SELECT * { { SELECT * { SERVICE ?x {} } } }", ["http://example.org/a"]),
        ("PREFIX w: <http://example.org/> ASK { SERVICE w:a {} }", ["http://example.org/a"]),
        ("ASK { SERVICE <http://example.org/a> { SERVICE <http://example.org/a> {} } }", ["http://example.org/a"]),
        ("ASK { }", ["http://example.org/a"]),
        ("ASK { << ?s ?p ?o >> ?q ?r SERVICE <http://example.org/a> {} }", ["http://example.org/a"]),
        ("ASK { " + "{" * 5000 + "}" * 5000 + "}", []),
        ("no query", []),
    ],
)
def test_the_second_reader_must_agree(text: str, services: list[str]) -> None:
    reading = Reading(names_graphs=False, is_volatile=True, services=tuple(services))
    with pytest.raises(RefusedQueryError, match="SERVICE"):
        confirm_services(text, reading, ["http://example.org/a"])


# What else is known


def test_a_query_that_names_its_graphs_is_told_apart() -> None:
    for clause in (
        "FROM <http://example.org/g>",
        "from named<http://example.org/g>",
        "FROMNAMED<http://example.org/g>",
    ):
        assert check_query(f"SELECT * {clause} {{ ?s ?p ?o }}").names_graphs
        assert check_query(f"CONSTRUCT {{ ?s ?p ?o }} {clause} WHERE {{ ?s ?p ?o }}").names_graphs
    for text in ("SELECT ?from { ?from ?p '#from' }", "PREFIX from: <http://example.org/> ASK { from:a from:from 1 }"):
        assert not check_query(text).names_graphs


@pytest.mark.parametrize("call", ["NOW()", "now ()", "1-RAND()", "UUID(# new\n)", "STRUUID()", "BNODE('a')", "!RAND()"])
def test_a_query_whose_answer_changes_by_itself_is_told_apart(call: str) -> None:
    assert check_query(f"SELECT ({call} AS ?x) {{}}").is_volatile


@pytest.mark.parametrize("text", ["SELECT ?now { ?now ?rand ?uuid }", "ASK { ?s ?p 'now' }", "ASK { ?s e:now ?o }"])
def test_a_query_that_only_has_such_a_word_is_not(text: str) -> None:
    assert not check_query(text).is_volatile


# Size


def test_nesting_and_length_are_bounded() -> None:
    nested = "(" * DEEPEST_NESTING + ")" * DEEPEST_NESTING
    check_query(nested)
    with pytest.raises(RefusedQueryError, match="deep"):
        check_query(f"({nested})")
    check_query("'" + "(" * 1000 + "'")
    many = "(" * 500
    for text in (f"ASK {{ FILTER(?x<{many}>2) }}", f"ASK {{ ex:a\\# ?p {many} }}", f'?a<b#c>"""\n{many}"""'):
        with pytest.raises(RefusedQueryError, match="deep"):
            check_query(text)
    with pytest.raises(RefusedQueryError, match="characters"):
        check_query(" " * (LONGEST_QUERY + 1))


@pytest.mark.parametrize("piece", ["now#", "now \t", "<a://b ", '"""', "'''\\'", "?o<e:b#", "uuid((", "e:a\\#"])
def test_reading_takes_no_more_than_its_share_for_longer_queries(piece: str) -> None:
    def measure(times: int) -> int:
        rounds = []
        for number in range(5):
            # Another text each time: what was read is remembered.
            text = f"#{number}\n" + (piece * times)[: LONGEST_QUERY - 10]
            start = time.thread_time_ns()
            _is_refused(text)
            rounds.append(time.thread_time_ns() - start)
        return min(rounds)

    short, long = measure(1250 // len(piece)), measure(LONGEST_QUERY // len(piece))
    # Sixteen times the text; a reading that starts again for each piece takes 256 times as long.
    assert long < 80 * max(short, 20_000)


def test_an_iri_without_an_end_hides_nothing() -> None:
    for text in ("ASK { <a://b SERVICEw:x {} }", "ASK { <a://b " + "(" * 500):
        with pytest.raises(RefusedQueryError, match=r"SERVICE may be hidden|deep"):
            check_query(text)
