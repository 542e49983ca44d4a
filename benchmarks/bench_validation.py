"""Compares validating with plain pySHACL over the same shapes and data, and shows how its cost grows with reports.

Both judge the first report of the repository, as it is and with planted faults, side by side in one run, and must find
the same: rule, node, path and value. Then 1, 10 and 30 copies of it under other ids are validated together, with shapes
and checks.
Validating is stricter than pySHACL on one point, which is not planted: NaN and 1_000 are no decimals.
"""

import argparse
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyshacl
from rdflib import Graph
from rdflib.namespace import DCTERMS, SH

from provfin.assets import Assets, find_assets
from provfin.validation import gather, load_ontology, load_shapes, run, write_path
from provfin.validation.shapes import aim_shapes

COPIES = (1, 10, 30)
FAULTS = 40
# What is struck out or spoilt; the n-th fault takes the n-th of these, at a place of its own.
EDITS = (
    (r'pf:origin "table"', 'pf:origin "chair"'),
    (r"oa:start (\d+)", r'oa:start "\1"'),
    (r"pf:upperBound [\d.-]+", "pf:upperBound -999999999.5"),
    (r"sdmx-attribute:decimals \d", "sdmx-attribute:decimals 1.50"),
    (r"\s+pf:measure measure:[\w-]+ ;", ""),
    (r"qb:dataSet <[^>]+>", "qb:dataSet area:CN"),
    (r"\s+rdfs:label [^\n]+ ;", ""),
    (r"pf:printedValue [\d.-]+", 'pf:printedValue "twelve"^^xsd:decimal'),
)
Findings = set[tuple[str, str, str, str]]
Answer = TypeVar("Answer")


def find_report(assets: Assets) -> Path:
    """Return the folder of the report that is judged."""
    return min(path for path in assets.graphs.iterdir() if path.is_dir())


def plant_faults(source: Path, folder: Path, number: int = FAULTS) -> int:
    """Copy a report's Turtle and spoil it in a number of places, spread over its files; return how many."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(source.glob("*.ttl"))}
    planted = 0
    for pattern, spoilt in EDITS:
        for name, text in texts.items():
            places = list(re.finditer(pattern, text))
            share = places[:: max(1, len(places) * len(EDITS) // number)][: number // len(EDITS)]
            for place in reversed(share):
                texts[name] = texts[name][: place.start()] + place.expand(spoilt) + texts[name][place.end() :]
            planted += len(share)
            if share:
                break
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return planted


def copy_report(source: Path, folder: Path, copies: int) -> None:
    """Write copies of a report's Turtle, each under an id of its own."""
    for number in range(copies):
        target = folder / f"copy-{number}"
        target.mkdir(parents=True)
        for path in source.glob("*.ttl"):
            text = path.read_text(encoding="utf-8").replace(source.name, target.name)
            (target / path.name).write_text(text, encoding="utf-8")


def find_plainly(folder: Path, assets: Assets) -> Findings:
    """Return what pySHACL finds in a report, with the shapes as they stand and nothing prepared."""
    shapes, data = Graph(), Graph()
    for path in assets.shapes.glob("*.ttl"):
        shapes.parse(path)
    for path in [*assets.ontology.rglob("*.ttl"), *folder.glob("*.ttl")]:
        data.parse(path)
    own = {str(subject) for path in folder.glob("*.ttl") for subject in Graph().parse(path).subjects()}
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    return {found for found in _list_results(report, shapes) if found[1] in own}


def _list_results(report: Graph, shapes: Graph) -> Iterator[tuple[str, str, str, str]]:
    for result in report.objects(None, SH.result):
        shape = report.value(result, SH.sourceShape)
        assert shape is not None
        code, value = shapes.value(shape, DCTERMS.identifier), report.value(result, SH.value)
        focus = report.value(result, SH.focusNode)
        yield str(code), str(focus), write_path(shapes, shape), "" if value is None else str(value)


def find_ours(folder: Path, assets: Assets) -> Findings:
    """Return what our validating finds in a report with the shapes alone, with nothing kept from a run before."""
    for cached in (load_ontology, load_shapes, aim_shapes):
        cached.cache_clear()
    found = run(gather([folder], assets), assets, checks=False).findings
    return {(finding.code, finding.focus, finding.path, finding.value) for finding in found}


def time_call(call: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return the seconds a call takes and its answer."""
    start = time.perf_counter()
    answer = call()
    return time.perf_counter() - start, answer


def compare(name: str, folder: Path, assets: Assets) -> None:
    """Print a line that compares both; ends the run where they differ."""
    runs = [time_call(lambda: find_ours(folder, assets)) for _ in range(3)]
    ours, found = sorted(runs, key=lambda timed: timed[0])[1]
    plain, expected = time_call(lambda: find_plainly(folder, assets))
    if found != expected:
        raise SystemExit(f"{name}: not the same: {sorted(found ^ expected)[:5]}")
    print(f"{name:24}{plain:10.2f}{ours:10.2f}{plain / ours:8.1f}{len(found):10}")


def show_growth(source: Path, folder: Path, assets: Assets, workers: int) -> None:
    """Print what one to many reports cost, shapes and checks together."""
    for copies in COPIES:
        copy_report(source, folder / f"{copies}-{workers}", copies)
        folders = gather([folder / f"{copies}-{workers}"], assets)
        seconds, outcome = time_call(partial(run, folders, assets, workers=workers))
        print(f"{copies:8}{workers:10}{seconds:10.2f}{seconds / copies:12.2f}{len(outcome.findings):10}", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-growth", action="store_true", help="only compare with pySHACL")
    wanted = parser.parse_args()
    assets = find_assets()
    source = find_report(assets)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted = plant_faults(source, folder / "faulty")
        print(f"{source.name}, seconds (ours: median of 3)\n")
        print(f"{'graph':24}{'pySHACL':>10}{'ours':>10}{'ratio':>8}{'findings':>10}")
        compare("as it is", source, assets)
        compare(f"{planted} planted faults", folder / "faulty", assets)
        if wanted.no_growth:
            return
        print(f"\n{'reports':>8}{'processes':>10}{'seconds':>10}{'per report':>12}{'findings':>10}")
        for workers in sorted({1, os.cpu_count() or 1}):
            show_growth(source, folder, assets, workers)


if __name__ == "__main__":
    main()
