"""What a pool of workers answers, how it schedules, and which limit is met when."""

import asyncio
import sys
import time
from pathlib import Path

import pytest
import uvloop

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.queries import Query, load_questions
from provfin.release import gather_content
from provfin.settings import read_settings
from provfin.store import (
    GRAPH_FORMATS,
    RESULT_FORMATS,
    BadQueryError,
    ExceededError,
    Limit,
    LocalEngine,
    NotAcceptableError,
)
from provfin.workers import WorkerPool
from provfin.workers import pool as pool_module
from working import (
    CSV,
    FOUND,
    JSON,
    LIGHT,
    QUADS,
    RUNAWAY,
    TURTLE,
    ask,
    expect_exceeded,
    is_alive,
    list_links,
    lives,
    open_pool,
    run,
    wait_until,
    write_quads,
)

SELECT = "SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 100"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 100"
EVERYTHING = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
JOINED = "SELECT (GROUP_CONCAT(CONCAT(STR(?a), ?c, ?f)) AS ?all) { ?a ?b ?c . ?d ?e ?f }"


@pytest.fixture(scope="module")
def data_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_quads(tmp_path_factory.mktemp("release") / "release.nq")


@pytest.fixture(scope="module")
def engine(data_path: Path) -> LocalEngine:
    return LocalEngine.load_release(data_path)


# Answers


def test_workers_answer_in_every_format_what_one_process_answers(data_path: Path, engine: LocalEngine) -> None:
    graph = "http://example.org/g1"
    queries = [Query(SELECT), Query("ASK {}"), Query(CONSTRUCT), Query("DESCRIBE <http://example.org/s1>")]
    queries += [
        Query("SELECT * { ?s ?p ?o }", default_graphs=[graph]),
        Query(f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}"),
    ]
    pairs = zip([*RESULT_FORMATS, JSON], GRAPH_FORMATS, strict=True)

    async def work() -> None:
        async with open_pool(data_path) as pool:
            for results_type, graph_type in pairs:
                for query in queries:
                    expected = engine.answer(query, results_type, graph_type)
                    assert await pool.answer(query, results_type, graph_type) == expected
                    assert len(expected.body) > 3

    run(work())


def test_the_release_itself_is_answered_alike(tmp_path: Path) -> None:
    path = tmp_path / "release.nq"
    path.write_bytes(gather_content(find_assets()).data)
    engine = LocalEngine.load_release(path)
    questions = [question.bind() for question in load_questions().values()]
    assert len(questions) > 10

    async def work() -> None:
        async with open_pool(path, workers=4) as pool:
            answers = await asyncio.gather(*[ask(pool, question, CSV) for question in questions])
            assert [answer.body for answer in answers] == [engine.answer(q, CSV, TURTLE).body for q in questions]

    run(work())


def test_errors_are_those_of_one_process(data_path: Path, engine: LocalEngine) -> None:
    texts = ["SELECT * {\n ?s ?p", "", "INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <http://127.0.0.1:1/>"]
    texts += ["ASK { SERVICE <http://127.0.0.1:1/> {} }", "ASK { FILTER(<http://example.org/f>(1)) }"]

    async def work() -> None:
        async with open_pool(data_path) as pool:
            for text in texts:
                with pytest.raises(BadQueryError) as expected:
                    engine.answer(Query(text), JSON, TURTLE)
                with pytest.raises(BadQueryError) as caught:
                    await ask(pool, text)
                assert str(caught.value) == str(expected.value)
            with pytest.raises(NotAcceptableError, match=CSV) as refused:
                await pool.answer(Query("ASK {}"), None, TURTLE)
            assert refused.value.offered == list(RESULT_FORMATS)
            with pytest.raises(NotAcceptableError, match=TURTLE):
                await pool.answer(Query(CONSTRUCT), CSV, None)
            with pytest.raises(BadQueryError, match="IRI"):
                await ask(pool, Query("ASK {}", default_graphs=["no iri"]))
            assert pool.count().killed == {}

    run(work())


def test_an_answer_says_whether_it_would_be_another_next_time(data_path: Path, engine: LocalEngine) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            for text, is_volatile in (("ASK {}", False), ("SELECT (NOW() AS ?now) {}", True)):
                assert (await ask(pool, text)).is_volatile is is_volatile
                assert engine.answer(Query(text), JSON, None).is_volatile is is_volatile

    run(work())


def test_requests_and_answers_larger_than_a_socket_holds_cross_whole(data_path: Path, engine: LocalEngine) -> None:
    graphs = [f"http://example.org/g{'0' * 100}{n}" for n in range(20_000)] + ["http://example.org/g1"]
    query = Query("SELECT * { ?s ?p ?o } ORDER BY ?s", default_graphs=graphs)
    many = "SELECT * { ?a ?b ?c . VALUES ?d { 1 2 3 4 5 6 7 8 9 } VALUES ?e { 1 2 3 4 5 6 7 8 9 } }"

    async def work() -> None:
        async with open_pool(data_path) as pool:
            assert (await ask(pool, query)).body == engine.answer(query, JSON, None).body
            answer = await ask(pool, many, CSV)
            assert len(answer.body.splitlines()) == QUADS * 81 + 1

    run(work())


@pytest.mark.parametrize("runner", [asyncio.run, uvloop.run])
def test_hundreds_of_queries_at_once_are_answered_each_its_own(data_path: Path, runner: object) -> None:
    async def work() -> None:
        async with open_pool(data_path, waiting=300) as pool:
            texts = [f"SELECT ?o {{ <http://example.org/s{n}> ?p ?o }}" for n in range(300)]
            answers = await asyncio.gather(*[ask(pool, text, CSV) for text in texts])
            assert [answer.body.decode() for answer in answers] == [f"o\r\n值 {n}\r\n" for n in range(300)]
            assert pool.count().killed == {}

    assert callable(runner)
    runner(work())


# Limits


def test_a_runaway_ends_at_its_deadline_and_the_next_query_is_answered(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, query_seconds=1) as pool:
            start = time.monotonic()
            error = await expect_exceeded(pool, RUNAWAY)
            assert 1 - 1 / 10 < time.monotonic() - start < 10
            assert error.limit is Limit.time
            assert "1 s" in str(error)
            assert "OFFSET" in str(error)
            assert await lives(pool)
            await wait_until(lambda: pool.count().killed == {"time": 1})

    run(work())


@pytest.mark.parametrize("text", [SORTED, JOINED])
def test_a_query_that_gathers_too_much_meets_its_memory(data_path: Path, text: str) -> None:
    async def work() -> None:
        async with open_pool(data_path, query_megabytes=64) as pool:
            error = await expect_exceeded(pool, text)
            assert error.limit is Limit.memory
            assert "64 MB" in str(error)
            assert await lives(pool)

    run(work())


def test_an_answer_that_grows_too_large_is_never_given_in_part(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, answer_megabytes=1) as pool:
            start = time.monotonic()
            error = await expect_exceeded(pool, EVERYTHING)
            assert error.limit is Limit.size
            assert "1 MB" in str(error)
            # All of it would be a gigabyte.
            assert time.monotonic() - start < 10
            assert await lives(pool)
            assert pool.count().killed == {}

    run(work())


@pytest.mark.parametrize("size", [10_000, 100_000])
def test_deep_nesting_is_refused_before_it_is_parsed(data_path: Path, size: int) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            with pytest.raises(BadQueryError, match=r"nests|characters"):
                await ask(pool, "ASK { FILTER" + "(" * size + "1" + ")" * size + "}")
            assert await lives(pool)

    run(work())


# Who gets a worker


def test_light_queries_are_answered_while_slow_ones_take_all_their_places(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            runaways = [asyncio.create_task(ask(pool, RUNAWAY)) for _ in range(2)]
            await wait_until(lambda: pool.count().slow == 2)
            lasted = []
            for _ in range(100):
                start = time.monotonic()
                await ask(pool, LIGHT)
                lasted.append(time.monotonic() - start)
            assert sorted(lasted)[90] < 1 / 4
            assert pool.count().slow == 2
            assert pool.count().idle == 2
            for runaway in runaways:
                runaway.cancel()
            await asyncio.gather(*runaways, return_exceptions=True)

    run(work())


def test_the_one_that_turns_slow_when_no_place_is_left_is_refused(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, slow_workers=1, query_seconds=3) as pool:
            first = asyncio.create_task(ask(pool, RUNAWAY))
            await wait_until(lambda: pool.count().slow == 1)
            start = time.monotonic()
            error = await expect_exceeded(pool, RUNAWAY)
            assert time.monotonic() - start < 2
            assert error.limit is Limit.load
            assert "1 slow queries" in str(error)
            assert not first.done()
            assert await lives(pool)
            with pytest.raises(ExceededError) as caught:
                await first
            assert caught.value.limit is Limit.time
            await wait_until(lambda: pool.count().killed == {"load": 1, "time": 1})

    run(work())


def test_who_finds_the_queue_full_is_refused_and_who_waits_is_answered(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1, waiting=1) as pool:
            runaway = asyncio.create_task(ask(pool, RUNAWAY))
            await asyncio.sleep(0)
            waits = asyncio.create_task(ask(pool, LIGHT))
            await asyncio.sleep(0)
            assert pool.count().waiting == 1
            error = await expect_exceeded(pool, LIGHT)
            assert error.limit is Limit.load
            assert "1 queries wait" in str(error)
            # The runaway gives its place back by being slow.
            assert b"bindings" in (await waits).body
            assert not runaway.done()
            runaway.cancel()

    run(work())


def test_who_stops_waiting_gives_the_turn_to_the_next(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1) as pool:
            runaway = asyncio.create_task(ask(pool, RUNAWAY))
            await asyncio.sleep(0)
            waits = [asyncio.create_task(ask(pool, LIGHT)) for _ in range(3)]
            await asyncio.sleep(0)
            waits[0].cancel()
            runaway.cancel()
            outcomes = await asyncio.gather(*waits, return_exceptions=True)
            assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False, False]
            assert pool.count().waiting == 0

    run(work())


def test_a_client_that_leaves_takes_its_query_with_it(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            task = asyncio.create_task(ask(pool, RUNAWAY))
            await asyncio.sleep(1 / 5)
            running = [link.pid for link in list_links(pool) if link in pool._busy]
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(running) == 1
            assert running[0] is not None
            pid = running[0]
            await wait_until(lambda: not is_alive(pid))
            await wait_until(lambda: pool.count().killed == {"cancelled": 1})
            assert await lives(pool)

    run(work())


def test_a_worker_is_replaced_when_worn_or_old(data_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gather(pool: WorkerPool, text: str, times: int) -> int:
        for _ in range(times):
            await ask(pool, text, CSV)
        await wait_until(lambda: pool.count().idle == 1 == len(list_links(pool)))
        return pool.count().forks

    async def work() -> None:
        monkeypatch.setattr(pool_module, "_LOWERED_AFTER", 60_000)
        async with open_pool(data_path, workers=1, query_megabytes=1024) as pool:
            assert await gather(pool, "ASK {}", 50) == 1
            # More than 64 MB are sorted at once.
            large = "SELECT * { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } LIMIT 200 } } ORDER BY DESC(?c) LIMIT 1"
            assert await gather(pool, large, 1) == 2
            monkeypatch.setattr(pool_module, "_MOST_SERVED", 3)
            assert await gather(pool, "ASK {}", 6) == 4
            assert pool.count().killed == {}

    run(work())


# Starting


def test_a_release_that_cannot_be_loaded_is_one_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.nq"
    broken.write_text("no quads\n", encoding="utf-8")
    for path, said in ((tmp_path / "none.nq", "No such file"), (broken, "line 1")):
        with pytest.raises(InputError, match=said) as caught:
            run(WorkerPool(path, read_settings()).start())
        assert caught.value.where == str(path)


def test_a_system_that_cannot_fork_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(InputError, match="Windows"):
        run(WorkerPool(tmp_path / "release.nq", read_settings()).start())


def test_an_answer_is_counted_against_its_limit_to_the_byte(data_path: Path) -> None:
    one = "SELECT ?x {{ VALUES ?n {{ 1 }} BIND(REPLACE({text}, 'a', '{by}') AS ?x) }}"

    async def work() -> None:
        async with open_pool(data_path, answer_megabytes=1) as pool:
            # x\r\n, then the value and \r\n: as much as is allowed, then one more.
            text = "'" + "a" * 1024 + "'"
            value = one.format(text=text, by="b" * 1023)
            assert len((await ask(pool, value, CSV)).body) == 1024 * 1023 + 5
            error = await expect_exceeded(pool, one.format(text=text, by="b" * 1024))
            assert error.limit is Limit.size
            assert (await ask(pool, "ASK {}")).body == FOUND

    run(work())
