"""What a store elsewhere may do wrong, played by a server that says what it is told, and what is sent to it."""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from provfin.errors import InputError
from provfin.queries import Query
from provfin.release import Release, name_release
from provfin.remote import RemoteStore, publication
from provfin.remote.connection import MEGABYTE
from provfin.remote.graphs import NO_GRAPH, NOTES_GRAPH, Note, read_notes, restrict, write_notes
from provfin.remote.heads import read_head
from provfin.remote.publication import hash_figures
from provfin.remote.rewriting import ROWS, TRIPLES, rewrite
from provfin.settings import Settings, read_settings
from provfin.store import (
    Answer,
    BadQueryError,
    ExceededError,
    Limit,
    NotAcceptableError,
    StoreError,
)

GRAPHS = {"http://example.org/a": 1, "http://example.org/b": 1}
RELEASE = Release("ab" * 32, Path("nowhere"), GRAPHS)
SELECT = Query("SELECT ?x { ?x ?p ?o }")
EMPTY = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'


@dataclass
class Reply:
    body: bytes = EMPTY
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 0
    # Bytes promised beyond those that come.
    missing: int = 0


@dataclass
class Played:
    """A server that answers the next queries as told, and keeps what was asked."""

    address: str
    reply: Reply = field(default_factory=Reply)
    # What it says when it is asked, at the start, for as many rows as it gives.
    probe: Reply = field(default_factory=lambda: Reply(b"p\r\n"))
    tokens: list[str] = field(default_factory=lambda: ["t1"])
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def find_reply(self, form: dict[str, list[str]]) -> Reply:
        if form["default-graph-uri"] == [NOTES_GRAPH]:
            token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
            return Reply(write_notes([Note(RELEASE.hash, frozenset(GRAPHS), token)]))
        if "LIMIT 2" in form["query"][0]:
            return self.probe
        return self.reply


@pytest.fixture
def played() -> Iterator[Played]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
            found.asked.append(form)
            found.accepted.append(self.headers["Accept"])
            reply = found.find_reply(form)
            found.stopping.wait(reply.seconds)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Played(f"http://127.0.0.1:{server.server_address[1]}/sparql")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 1 / 50}, daemon=True)
    thread.start()
    yield found
    found.stopping.set()
    server.shutdown()
    server.server_close()
    thread.join(10)


def set_up(played: Played, **given: object) -> Settings:
    return read_settings(store=played.address, **given)


def answer(played: Played, query: Query = SELECT, media_type: str | None = "text/csv", **given: object) -> Answer:
    async def ask() -> Answer:
        remote = RemoteStore(set_up(played, **given), RELEASE)
        await remote.start()
        try:
            return await remote.answer(query, media_type, "text/turtle")
        finally:
            await remote.stop()

    return asyncio.run(ask())


# What is sent


def test_a_query_is_sent_as_a_form_with_its_dataset_written_out(played: Played) -> None:
    assert answer(played).body == b"x\r\n"
    [sent] = [form for form in played.asked if form["query"] == [SELECT.text]]
    assert sent["default-graph-uri"] == [name_release(RELEASE.hash)]
    assert sent["named-graph-uri"] == list(GRAPHS)


@pytest.mark.parametrize(("text", "accept"), [("ASK { }", ROWS), ("DESCRIBE <urn:a>", TRIPLES), (SELECT.text, ROWS)])
def test_the_form_of_the_query_decides_which_format_is_asked_for(played: Played, text: str, accept: str) -> None:
    played.reply = Reply(b"" if accept == TRIPLES else b'{"head":{},"boolean":true}' if "ASK" in text else EMPTY)
    answer(played, Query(text))
    assert played.accepted[[form["query"][0] for form in played.asked].index(text)] == accept


def test_a_query_that_cannot_be_answered_in_the_type_asked_for_is_not_sent(played: Played) -> None:
    with pytest.raises(NotAcceptableError, match="application/sparql-results"):
        answer(played, media_type=None)
    assert SELECT.text not in [form["query"][0] for form in played.asked]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        'DEFINE get:soft "soft" SELECT * { ?s ?p ?o }',
        "SELECT (bif:http_get('http://example.org/') AS ?x) { }",
        "PREFIX x: <bif:> SELECT (x:http_get('http://example.org/') AS ?x) { }",
        r"PREFIX x: <\u0062if:> SELECT (x:http_get('http://example.org/') AS ?x) { }",
        "SELECT * FROM <http://example.org/> OPTION (get:soft 'soft') { ?s ?p ?o }",
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "LOAD <http://example.org/>",
        "",
    ],
)
def test_what_reaches_beyond_the_data_is_not_sent(played: Played, text: str) -> None:
    with pytest.raises(BadQueryError):
        answer(played, Query(text))
    assert text not in [form["query"][0] for form in played.asked]


# What comes back


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        (Reply(b"line 1: bad\n\nSPARQL query:\nx", 400), BadQueryError, "^line 1: bad$"),
        (Reply(b"Error SR171: Transaction timed out", 500), ExceededError, "gave up"),
        (Reply(b"out of order", 500), StoreError, "500: out of order"),
        (Reply(status=503), ExceededError, "too much to do"),
        (Reply(status=401), StoreError, "401"),
        (Reply(status=302, headers={"Location": "http://example.org/"}), StoreError, "302"),
        (Reply(headers={"X-SPARQL-MaxRows": "10"}), ExceededError, "no more than 10 rows"),
        (Reply(headers={"X-SQL-State": "S1TAT"}), ExceededError, "gave up"),
        (Reply(EMPTY[:-3]), StoreError, "not whole"),
        (Reply(EMPTY[:-3] + b"The SPARQL operation has been cancelled"), ExceededError, "gave up"),
        (Reply(missing=5), StoreError, "broke off"),
        (Reply(b"<html>"), StoreError, "not what was asked for"),
        (Reply(b" " * MEGABYTE + EMPTY), ExceededError, "more than 1 MB"),
    ],
)
def test_every_failure_of_the_store_is_told_and_none_is_an_answer(
    played: Played, reply: Reply, error: type[Exception], told: str
) -> None:
    played.reply = reply
    with pytest.raises(error, match=told):
        answer(played, answer_megabytes=1)


def test_an_answer_that_grows_when_it_is_written_anew_keeps_to_the_limit(played: Played) -> None:
    rows = ",".join('{"x":{"type":"uri","value":"urn:a"}}' for _ in range(20_000))
    played.reply = Reply(f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{rows}]}}}}'.encode())
    assert answer(played, answer_megabytes=1).body.count(b"\r\n") == 20_001
    with pytest.raises(ExceededError) as told:
        answer(played, media_type="application/sparql-results+xml", answer_megabytes=1)
    assert told.value.limit is Limit.size


def test_a_store_that_is_too_slow_is_not_waited_for(played: Played) -> None:
    played.reply = Reply(seconds=30)
    with pytest.raises(ExceededError) as told:
        answer(played, query_seconds=1)
    assert told.value.limit is Limit.time


@pytest.mark.parametrize("value", ["1", "0"])
def test_a_truth_value_that_comes_as_a_table_is_one(value: str) -> None:
    cell = {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": value}
    table = {"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [{"__ASK_RETVAL": cell}]}}
    found = json.loads(rewrite("ASK", json.dumps(table).encode(), ROWS))
    assert found["boolean"] is (value == "1")


# Releases in the store


def test_an_answer_from_a_release_published_meanwhile_is_asked_for_again(played: Played) -> None:
    played.tokens = ["t1", "t2", "t2"]
    assert answer(played).body == b"x\r\n"
    assert [form["query"][0] for form in played.asked].count(SELECT.text) == 2
    played.tokens = ["t3", "t4", "t5"]
    with pytest.raises(StoreError, match="published anew"):
        answer(played)


def test_a_store_without_the_release_or_without_an_answer_is_not_served_from(played: Played) -> None:
    played.tokens = [""]
    with pytest.raises(InputError, match="does not hold release abababababababab but none that is whole"):
        answer(played)
    played.address = "http://user:secret@127.0.0.1:1/sparql"
    with pytest.raises(InputError, match="cannot be reached") as told:
        answer(played)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("status", [400, 401, 406, 500, 503])
def test_a_store_that_does_not_say_how_many_rows_it_gives_is_not_served_from(played: Played, status: int) -> None:
    played.probe = Reply(b"no rows for you", status)
    with pytest.raises(InputError, match=r"see docs/other-stores\.md"):
        answer(played)
    assert SELECT.text not in [form["query"][0] for form in played.asked]


def test_notes_are_read_as_they_were_written() -> None:
    notes = [Note("ab", frozenset(GRAPHS), "t1"), Note("cd", frozenset(), "")]
    assert list(read_notes(write_notes(notes)).values()) == notes


def test_a_note_of_two_publications_is_of_none() -> None:
    written = b"".join(write_notes([Note("ab", frozenset(GRAPHS), token)]) for token in ("t1", "t2"))
    assert read_notes(written) == {"ab": Note("ab", frozenset(GRAPHS), "")}


# What is sent when a release is published


def test_graphs_go_in_parts_that_add_up_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "_REQUEST_BYTES", 40)
    monkeypatch.setattr(publication, "_HELD_BYTES", 100)
    lines = [(f"g{number % 7}", f"line {number:03}\n".encode()) for number in range(70)]
    lines += [("g0", b"more of it\n") for _ in range(9)]
    parts = list(publication._gather(lines))
    assert max(len(data) for _, data in parts) < 40 + 11
    assert len(parts) < len(lines) / 1.5
    for graph in dict(lines):
        whole = b"".join(data for name, data in parts if name == graph)
        assert whole == b"".join(line for name, line in lines if name == graph)


def test_what_is_held_while_a_release_is_read_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "_HELD_BYTES", 100)
    read = 0

    def count() -> Iterator[tuple[str, bytes]]:
        nonlocal read
        for number in range(200):
            read += 1
            yield f"g{number % 20}", b"0123456789"

    sent = 0
    for _, data in publication._gather(count()):
        sent += len(data)
        assert 10 * read - sent <= 100 or read == 200
    assert sent == 2000


def test_figures_are_the_same_by_value_and_told_apart_by_every_digit() -> None:
    long = f"1.{'0' * 40}"
    assert hash_figures([("o", long)]) == hash_figures([("o", "1")])
    assert hash_figures([("o", f"{long}1")]) != hash_figures([("o", "1")])
    assert hash_figures([("o", "-0.0")]) == hash_figures([("o", "0")])
    assert hash_figures([("o", "no figure")]) != hash_figures([("o", "0")])


# Graphs a query names


def test_a_dataset_keeps_to_the_graphs_of_the_release() -> None:
    first, second = GRAPHS
    assert restrict(RELEASE, [first, "urn:x"], []).default == [first]
    assert restrict(RELEASE, [first, "urn:x"], []).named == [NO_GRAPH]
    assert restrict(RELEASE, ["urn:x"], [second]) == restrict(RELEASE, [], [second])
    assert restrict(RELEASE, [second, first], []).default == [name_release(RELEASE.hash)]


@pytest.mark.parametrize(
    ("text", "kept", "default", "named"),
    [
        ("SELECT * FROM <urn:a> { }", "SELECT *  { }", ["urn:a"], []),
        ("BASE <http://e.org/x/> ASK FROM <../y> from named <#z> { }", None, ["http://e.org/y"], ["http://e.org/x/#z"]),
        ("PREFIX : <urn:p:> # FROM\nCONSTRUCT { ?from :from 'FROM <x>' } FROM :a WHERE { }", None, ["urn:p:a"], []),
        ("DESCRIBE <urn:from> FROM <urn:a>", "DESCRIBE <urn:from> ", ["urn:a"], []),
        ("SELECT ('FROM <urn:x>' AS ?y) FROM # it\n <urn:a> { }", None, ["urn:a"], []),
        ("SELECT * FROMNAMED<urn:a>FROM<urn:b>{ }", "SELECT * { }", ["urn:b"], ["urn:a"]),
        ("PREFIX a: <urn:a:> ASK FROM a:b%20c\\,d FROM NAMED a: { }", None, ["urn:a:b%20c,d"], ["urn:a:"]),
    ],
)
def test_graphs_are_taken_out_of_the_query(text: str, kept: str | None, default: list[str], named: list[str]) -> None:
    head = read_head(text, names_graphs=True)
    assert (head.default_graphs, head.named_graphs) == (default, named)
    assert kept is None or head.text == kept


@pytest.mark.parametrize("text", ["ASK FROM x:a { }", "ASK { FROM <urn:a> }", "PREFIX from: <urn:> ASK FROM:a { }"])
def test_graphs_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadQueryError, match=r"not declared|cannot be (read|told)"):
        read_head(text, names_graphs=True)
