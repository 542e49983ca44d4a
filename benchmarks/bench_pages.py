"""Times every kind of page from a warm server that keeps no answers, so that what is timed is making the page.

All of it for the release of the repository, and for a release of as many reports as there are provinces, made of copies
of the first. A page should take less than 300 ms; one that takes more is marked.
"""

import argparse
import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from generated import Pattern, make_content
from serving_servers import Server, ours, running

from provfin.assets import find_assets
from provfin.release import Release, gather_content, publish

COPIES = (0, 30)
AIM = 300


def list_pages(report: str) -> Iterator[str]:
    """Yield the path of each kind of page, those of resources by an example of the report."""
    yield from ("/", "/search?q=" + quote("贷款"), "/search/suggestions?q=" + quote("贷款"), "/indicators", "/compare")
    yield from ("/flows", "/instruments", "/sectors", "/events", "/institutions", "/reports", "/quality", "/query")
    yield from ("/questions", "/questions/tools-and-sectors", "/vocabulary", "/def", "/catalog", "/releases")
    yield f"/quality/{report}/ledger"
    yield f"/quality/{report}/contradictions"
    for path in (
        "indicator/loans", "indicator/gross-regional-product", "instrument/carbon-reduction-facility", "measure/level",
        "scheme/indicators", f"report/{report}", f"part/{report}/table/1", f"part/{report}/section/1",
        f"observation/{report}/CN-LN/2024/gross-regional-product/level",
    ):  # fmt: skip
        yield f"/id/{path}"


def time_page(server: Server, path: str, rounds: int) -> tuple[int, list[int]]:
    """Return the status of a page and the milliseconds it took, after one request that is not counted."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    status, taken = 0, []
    for _ in range(rounds + 1):
        start = time.perf_counter_ns()
        connection.request("GET", path, headers={"Accept": "text/html", "Accept-Language": "zh"})
        response = connection.getresponse()
        response.read()
        status = response.status
        taken.append((time.perf_counter_ns() - start) // 1_000_000)
    connection.close()
    return status, taken[1:]


def measure(release: Release, folder: Path, rounds: int) -> None:
    """Print what each page of a release takes."""
    reports = len(release.reports)
    print(f"\n## {reports} report(s), {release.quads:,} quads\n")
    print("| page | status | least | median | most, ms |\n|---|---|---|---|---|")
    recipe = ours("provfin", cache_megabytes=0)
    with running(recipe, release.data_path, folder / "server.log") as server:
        for path in list_pages(release.reports[0] if reports == 1 else "liaoning-2025"):
            status, taken = time_page(server, path, rounds)
            median = statistics.median(taken)
            mark = " **slow**" if median > AIM else ""
            print(f"| `{path}` | {status} | {min(taken)} | {median:.0f}{mark} | {max(taken)} |", flush=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each page is asked for")
    parser.add_argument("--copies", type=int, nargs="*", default=COPIES, help="copies of the report beside it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = publish(folder / "releases", gather_content(find_assets()))
        for copies in given.copies:
            content = make_content(Pattern.read(first), copies) if copies else None
            release = publish(folder / f"releases-{copies}", content) if content else first
            measure(release, folder, given.rounds)


if __name__ == "__main__":
    main()
