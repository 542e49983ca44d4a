"""Compares our server with `oxigraph serve` and rdflib-endpoint: same machine, same release, same queries, in one run.

Before anything is timed, all servers must answer every query alike in meaning; where they do not, the run fails. Rounds
are interleaved, so that what else the machine does meets all alike. Then light queries are timed while two clients send
queries that never end. All of it for the release of the repository, and for releases of about 1 and 5 million triples.
The client takes its share of the processors, the same way for all; rdflib-endpoint is asked at the first size only.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generated import Pattern, make_content
from serving_answers import Meaning, find_percentile, read_meaning
from serving_load import Outcome, Pestering, run_load
from serving_queries import KINDS, RESULTS, RUNAWAY, VARIANTS, Asked, Constants, make_cycles
from serving_servers import Process, Recipe, Server, ours, oxigraph, rdflib_endpoint, running
from serving_tables import render_aims, render_kinds, render_memory, render_runaways, render_throughput

from provfin.assets import find_assets
from provfin.release import Release, gather_content, publish

CONNECTIONS = (1, 8)
RUNAWAYS = 2
# Our workers are children of the process that holds the data, which is a child of the server.
WORKER_DEPTH = 2
SECONDS_OF_A_QUERY = 2
UNCACHED, CACHED, LIMITED = "provfin, uncached", "provfin, cached", f"provfin, {SECONDS_OF_A_QUERY} s a query"
OTHER, SLOW = "oxigraph serve", "rdflib-endpoint"
# Rounds of the slow one; each is one cycle of queries.
SLOW_ROUNDS = 2
RUNAWAY_ROUNDS = 2
RUNAWAY_SECONDS = 2 * SECONDS_OF_A_QUERY

Record = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """A release to measure with: how many quads, how many rounds of how many seconds, cycles of different queries."""

    name: str
    quads: int
    rounds: int
    seconds: float
    cycles: int

    @property
    def is_first(self) -> bool:
        """Tell whether this is the release of the repository itself."""
        return self.quads == 0


SIZES = (
    Size("as released", 0, 4, 2, VARIANTS),
    Size("1 M", 1_000_000, 3, 4, VARIANTS // 2),
    Size("5 M", 5_000_000, 2, 8, VARIANTS // 4),
)


@dataclass
class Measured:
    """What the rounds of a server at a number of connections have shown."""

    server: str
    connections: int
    outcomes: list[Outcome] = field(default_factory=list)
    work: float = 0

    @property
    def rates(self) -> list[float]:
        """Requests a second of each round."""
        return [outcome.rate for outcome in self.outcomes]

    @property
    def milliseconds(self) -> list[float]:
        """The time of every request of every round."""
        return [time for outcome in self.outcomes for time in outcome.milliseconds]

    def record(self, other: "Measured | None") -> Record:
        """Return the figures, those of another server (that of the same round) as ratio."""
        times = self.milliseconds
        ratios = [own / rate for own, rate in zip(self.rates, other.rates, strict=False)] if other else []
        return {
            "server": self.server,
            "connections": self.connections,
            "per_second": statistics.median(self.rates),
            "slowest_round": min(self.rates),
            "fastest_round": max(self.rates),
            "p50_ms": find_percentile(times, 50),
            "p99_ms": find_percentile(times, 99),
            "ratio": statistics.median(ratios) if ratios else None,
            "server_cpu_ms": self.work * 1000 / len(times),
            "client_cpu_ms": sum(outcome.own for outcome in self.outcomes) / 1e6 / len(times),
            "answered": len(times),
            "refused": sum(outcome.refused for outcome in self.outcomes),
        }


def check_alike(servers: Sequence[Server], cycles: Sequence[Sequence[Asked]]) -> int:
    """Ask every server every query and return how many there were; ends the run where answers differ in meaning.

    The slow one is asked the first cycle only.
    """
    asked = 0
    for number, cycle in enumerate(cycles):
        for query in cycle:
            answers = {
                server.name: _read_answer(server, query) for server in servers if number == 0 or server.name != SLOW
            }
            _compare(query, answers)
            asked += 1
    return asked


def _read_answer(server: Server, query: Asked) -> Meaning:
    status, media_type, body = server.ask(query.render(server.path, server.port).decode())
    if status != 200:
        raise SystemExit(f"{server.name} answers {status} to:\n{query.text}\n{body[:500].decode(errors='replace')}")
    return read_meaning(media_type, body)


def _compare(query: Asked, answers: dict[str, Meaning]) -> None:
    (first, expected), *others = answers.items()
    for name, meaning in others:
        if meaning != expected:
            only = [f"{first} only: {row}" for row in list(expected - meaning)[:3]]
            only += [f"{name} only: {row}" for row in list(meaning - expected)[:3]]
            raise SystemExit("\n".join([f"{first} and {name} disagree on {query.kind}:", query.text, *only]))


def measure_rounds(size: Size, servers: Sequence[Server], cycles: Sequence[Sequence[Asked]]) -> list[Measured]:
    """Let servers take turns at every number of connections, round after round.

    A round of the slow one is one cycle, each time another one: it keeps queries it has parsed.
    """
    measured = {(server.name, count): Measured(server.name, count) for count in CONNECTIONS for server in servers}
    fresh = iter(cycles[1:])
    for number in range(size.rounds):
        for count in CONNECTIONS:
            for server in servers:
                if server.name != SLOW:
                    measure_round(server, cycles, size.seconds, measured[server.name, count])
                elif number < SLOW_ROUNDS:
                    measure_round(server, [next(fresh)], 0, measured[server.name, count])
    return list(measured.values())


def measure_round(server: Server, cycles: Sequence[Sequence[Asked]], seconds: float, measured: Measured) -> None:
    """Add one round of at least so many seconds."""
    sequence = [query.render(server.path, server.port) for cycle in cycles for query in cycle]
    before = server.measure_work()
    measured.outcomes.append(run_load(server.port, sequence, measured.connections, seconds, len(KINDS)))
    measured.work += server.measure_work() - before


def measure_kinds(measured: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each kind of query by server, over one connection."""
    kinds: dict[str, dict[str, float]] = {kind: {} for kind in KINDS}
    for one in measured:
        if one.connections == 1:
            times = defaultdict(list)
            for outcome in one.outcomes:
                for place, nanoseconds in outcome.latencies:
                    times[[*KINDS][place % len(KINDS)]].append(nanoseconds / 1e6)
            for kind, values in times.items():
                kinds[kind][one.server] = statistics.median(values)
    return kinds


def measure_runaways(server: Server, cycles: Sequence[Sequence[Asked]], connections: int) -> Record:
    """Time light queries in turn alone and while clients send queries that are killed at their limit."""
    light = [query.render(server.path, server.port) for cycle in cycles for query in cycle if query.is_light]
    runaway = Asked("count", RUNAWAY, RESULTS).render(server.path, server.port)
    runaway = runaway.replace(b"\r\nAccept:", b"\r\nConnection: close\r\nAccept:")
    quiet, pestered, statuses = Measured(server.name, connections), Measured(server.name, connections), []
    for _ in range(RUNAWAY_ROUNDS):
        quiet.outcomes.append(run_load(server.port, light, connections, RUNAWAY_SECONDS / 2))
        with Pestering(server.port, runaway, RUNAWAYS) as pestering:
            time.sleep(0.2)
            pestered.outcomes.append(run_load(server.port, light, connections, RUNAWAY_SECONDS))
        statuses += pestering.statuses
    alone, among = quiet.record(None), pestered.record(quiet)
    return {
        "server": server.name,
        "connections": connections,
        "quiet": alone,
        "with_runaways": among,
        "p99_ratio": among["p99_ms"] / alone["p99_ms"],
        "runaways_answered": dict(sorted((status, statuses.count(status)) for status in set(statuses))),
    }


def measure_memory(server: Server, cycles: Sequence[Sequence[Asked]]) -> Record:
    """Return what a server holds at most while it answers a cycle over many connections, in megabytes.

    Workers come and go, so it is looked at again and again; this takes time, for which it is not done in a round.
    """
    sequence = [query.render(server.path, server.port) for query in cycles[0]]
    with ThreadPoolExecutor(1) as pool:
        load = pool.submit(run_load, server.port, sequence, CONNECTIONS[-1], 1, len(KINDS))
        states = [server.list_processes()]
        while not load.done():
            states.append(server.list_processes())
            time.sleep(0.02)
        load.result()
    return {"server": server.name, "seconds_to_start": server.seconds, **_sum_memory(states)}


def _sum_memory(states: Sequence[Sequence[Process]]) -> Record:
    workers = [process for state in states for process in state if process.depth == WORKER_DEPTH]
    return {
        "total_mb": max(sum(process.share for process in state) for state in states) / 1e6,
        "largest_process_mb": max((process.resident for state in states for process in state), default=0) / 1e6,
        "workers": max(sum(process.depth == WORKER_DEPTH for process in state) for state in states),
        "worker_private_mb": [pick(process.private for process in workers) / 1e6 for pick in (min, max)]
        if workers
        else [],
    }


@contextmanager
def started(recipes: Sequence[Recipe], release: Release, folder: Path) -> Iterator[list[Server]]:
    """Start servers one after the other over a release, and end them."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(recipe, release.data_path, folder / f"{number}.log"))
            for number, recipe in enumerate(recipes)
        ]


def measure_size(
    size: Size, pattern: Pattern, constants: Constants, folder: Path, show: Callable[[str], None]
) -> Record:
    """Make the release of a size and measure all servers with it."""
    copies = pattern.count_copies(size.quads)
    start = time.perf_counter()
    release = publish(folder / "releases", make_content(pattern, copies))
    cycles = make_cycles(pattern, copies, constants, size.cycles)
    seconds = time.perf_counter() - start
    show(f"\n## {size.name}: {release.quads:,} triples, {copies + 1} reports ({seconds:.0f} s to make)\n")
    recipes = [ours(UNCACHED, cache_megabytes=0), ours(CACHED), oxigraph(OTHER)]
    if size.is_first:
        recipes.append(rdflib_endpoint())
    with started(recipes, release, folder) as servers:
        asked = check_alike(servers, cycles)
        show(f"{asked} queries, answers alike in meaning from {', '.join(server.name for server in servers)}\n")
        measured = measure_rounds(size, servers, cycles)
        memory = [measure_memory(server, cycles) for server in servers]
    baseline = {one.connections: one for one in measured if one.server == OTHER}
    record: Record = {
        "size": size.name,
        "triples": release.quads,
        "reports": copies + 1,
        "throughput": [one.record(baseline[one.connections]) for one in measured],
        "kinds_p50_ms": measure_kinds(measured),
        "memory": memory,
    }
    show(render_throughput(record["throughput"]))
    show(render_kinds(record["kinds_p50_ms"], [server.name for server in servers]))
    show(render_memory(memory))
    record["runaways"] = measure_limited(release, cycles, folder)
    show(render_runaways(record["runaways"]))
    return record


def measure_limited(release: Release, cycles: Sequence[Sequence[Asked]], folder: Path) -> list[Record]:
    """Measure runaway queries on our server.

    The others have no limit that ends them: `oxigraph serve --timeout-s 2` has not answered after two minutes.
    """
    limited = ours(LIMITED, cache_megabytes=0, query_seconds=SECONDS_OF_A_QUERY)
    with started([limited], release, folder) as servers:
        return [measure_runaways(server, cycles, count) for server in servers for count in CONNECTIONS]


def judge(first: Record) -> list[Record]:
    """Return each aim, what was measured at the first size, and whether it is met."""
    rows = {(row["server"], row["connections"]): row for row in first["throughput"]}
    most = CONNECTIONS[-1]
    slow = rows[UNCACHED, most]["per_second"] / rows[SLOW, most]["per_second"]
    worst = max(row["p99_ratio"] for row in first["runaways"] if row["server"] == LIMITED)
    aims = [
        (f"uncached, {most} connections: at least 1.0 × {OTHER}", rows[UNCACHED, most]["ratio"], 1.0),
        (f"uncached, 1 connection: at least 0.8 × {OTHER}", rows[UNCACHED, 1]["ratio"], 0.8),
        (f"uncached, {most} connections: at least 100 × {SLOW}", slow, 100),
        (f"cached, 1 connection: at least 10 × {OTHER}", rows[CACHED, 1]["ratio"], 10),
        (f"cached, {most} connections: at least 10 × {OTHER}", rows[CACHED, most]["ratio"], 10),
    ]
    judged = [{"aim": aim, "measured": value, "met": value >= least} for aim, value, least in aims]
    aim = "p99 of light queries beside runaways: at most 5 × quiet"
    return [*judged, {"aim": aim, "measured": worst, "met": worst <= 5}]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = ", ".join(size.name for size in SIZES)
    parser.add_argument(
        "--sizes", type=int, default=len(SIZES), choices=range(1, len(SIZES) + 1), help=f"how many of: {names}"
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file as well")
    wanted = parser.parse_args()
    print("The queries, one of each in turn, with constants that vary:\n")
    for kind, (what, is_light) in KINDS.items():
        print(f"- {kind}: {what}{' (light)' if is_light else ''}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = publish(folder / "releases", gather_content(find_assets()))
        pattern = Pattern.read(release)
        constants = Constants.find(pattern, release.data_path)
        records = [
            measure_size(size, pattern, constants, folder, lambda text: print(text, flush=True))
            for size in SIZES[: wanted.sizes]
        ]
    aims = judge(records[0])
    print(render_aims(aims))
    if wanted.json is not None:
        wanted.json.write_text(json.dumps({"sizes": records, "aims": aims}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
