"""Writes what the comparison of servers has measured as tables of Markdown, with notes on how to read them."""

from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]

_LIGHT = ("per_second", "p50_ms", "p99_ms")


def render_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures.

    >>> print(render_table(["a", "b"], [["x", "10"]]))
    | a   |   b |
    | :-- | --: |
    | x   |  10 |
    """
    widths = [max(3, *(len(row[column]) for row in [head, *rows])) for column in range(len(head))]
    rules = [":".ljust(widths[0], "-"), *(":".rjust(width, "-") for width in widths[1:])]
    lines = [_pad(head, widths), rules, *(_pad(row, widths) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _pad(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    pairs = list(zip(cells, widths, strict=True))
    return [cells[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in pairs[1:])]


def show_figure(value: float | None) -> str:
    """Return a figure with three digits that count.

    >>> show_figure(0.1234), show_figure(12.34), show_figure(12345.6), show_figure(None)
    ('0.123', '12.3', '12,346', '–')
    """
    if value is None:
        return "–"
    digits = next((digits for least, digits in ((100, 0), (10, 1), (1, 2)) if value >= least), 3)
    return f"{value:,.{digits}f}"


def render_throughput(rows: Sequence[Record]) -> str:
    """Return how much each server does, beside the other one's rate in the same rounds."""
    columns = {
        "requests/s": "per_second",
        "slowest": "slowest_round",
        "fastest": "fastest_round",
        "ratio": "ratio",
        "p50 ms": "p50_ms",
        "p99 ms": "p99_ms",
        "CPU ms": "server_cpu_ms",
        "client ms": "client_cpu_ms",
    }
    ordered = sorted(rows, key=lambda row: int(row["connections"]))
    body = [
        [
            row["server"],
            str(row["connections"]),
            *(show_figure(row[name]) for name in columns.values()),
            str(row["refused"]),
        ]
        for row in ordered
    ]
    note = "Median of rounds; ratio to oxigraph serve in the same rounds; processor time per request; refused for load."
    return f"{render_table(['server', 'connections', *columns, '503'], body)}\n\n{note}\n"


def render_kinds(kinds: Mapping[str, Mapping[str, float]], servers: Sequence[str]) -> str:
    """Return the median time of each kind of query."""
    body = [[kind, *(show_figure(times.get(server)) for server in servers)] for kind, times in kinds.items()]
    return f"{render_table(['p50 ms, 1 connection', *servers], body)}\n"


def render_memory(servers: Sequence[Record]) -> str:
    """Return what each server holds at most, and what its workers have of their own."""
    head = ["server", "s to start", "MB in all", "largest process", "workers", "MB of each its own"]
    note = "At most, while it answers 8 connections. In all: what processes share is counted once."
    return f"{render_table(head, [_render_server(server) for server in servers])}\n\n{note}\n"


def _render_server(server: Record) -> list[str]:
    figures = [show_figure(server[name]) for name in ("seconds_to_start", "total_mb", "largest_process_mb")]
    own = " … ".join(show_figure(value) for value in server["worker_private_mb"]) or "–"
    return [server["server"], *figures, str(server["workers"]), own]


def render_runaways(rows: Sequence[Record]) -> str:
    """Return what light queries suffer from runaway ones."""
    figures = ["requests/s", "p50 ms", "p99 ms"]
    head = [
        "light queries, quiet",
        "connections",
        *figures,
        "with runaways",
        *figures[1:],
        "p99 ratio",
        "answers to them",
    ]
    body = [
        [
            row["server"],
            str(row["connections"]),
            *(show_figure(row[state][name]) for state in ("quiet", "with_runaways") for name in _LIGHT),
            show_figure(row["p99_ratio"]),
            ", ".join(f"{count} × {status}" for status, count in row["runaways_answered"].items()),
        ]
        for row in rows
    ]
    return f"{render_table(head, body)}\n"


def render_aims(aims: Sequence[Record]) -> str:
    """Return each aim beside what was measured."""
    body = [[aim["aim"], show_figure(aim["measured"]), "yes" if aim["met"] else "no"] for aim in aims]
    return f"\n## Aims, as released\n\n{render_table(['aim', 'measured', 'met'], body)}"
