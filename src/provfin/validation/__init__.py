"""Owns validating: which promises a graph breaks, each as a finding that says how to repair it.

The Turtle of one folder is one data graph, and the shapes are held against each on its own: what a report costs does
not depend on how many there are. The check queries run once, over everything that is validated together. Ontology and
vocabulary are at hand to look classes up, but are judged only where they are themselves what is validated. Refuses to
call a graph clean that no shape has anything to say about, and refuses blank nodes in reports, which could not be named
in a finding.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets, find_assets
from provfin.errors import InputError
from provfin.findings import Finding, order_findings
from provfin.validation.checks import Check, Checker, load_checks, read_check
from provfin.validation.graphs import Folders, list_turtle, load_ontology, read_files
from provfin.validation.places import locate
from provfin.validation.shapes import Met, check_shapes, find_text, load_shapes, refuse_blank_nodes, write_path

VOCABULARY = "vocabulary"

__all__ = [
    "VOCABULARY", "Check", "Finding", "Folders", "Outcome", "find_text", "gather", "load_checks", "load_ontology",
    "load_shapes", "name_source", "read_check", "run", "validate", "write_path",
]  # fmt: skip

# Below, starting processes costs more than they save.
_WORTH_A_PROCESS = 3


@dataclass(frozen=True)
class Outcome:
    """What a run found, and the codes of the rules that had something to look at."""

    findings: list[Finding]
    met: frozenset[str]


def validate(
    paths: Sequence[Path] | None = None, *, assets: Assets | None = None, checks: bool = True, workers: int = 1
) -> list[Finding]:
    """Validate Turtle files or folders against shapes and checks, by default the vocabulary and all reports.

    Without `checks`, only against the shapes (https://www.w3.org/TR/shacl/). With several `workers`, reports are held
    against the shapes in that many processes. Findings come in a fixed order, each with the line of its node. Raises
    `InputError` for a missing path, a folder without Turtle, a file that is not Turtle, a report with blank nodes, and
    a graph in which no shape meets any node.
    """
    assets = assets or find_assets()
    return run(gather(paths, assets), assets, checks=checks, workers=workers).findings


def gather(paths: Sequence[Path] | None, assets: Assets) -> Folders:
    """Return the files to validate by folder; ontology and vocabulary count as one folder."""
    ontology = assets.ontology.resolve()
    folders: dict[Path, set[Path]] = defaultdict(set)
    for path in [assets.ontology, assets.graphs] if paths is None else paths:
        for file in list_turtle(path.resolve()):
            folders[ontology if file.is_relative_to(ontology) else file.parent].add(file)
    if not folders:
        raise InputError("nothing to validate", where="the paths given", repair="give a folder of Turtle")
    return {folder: sorted(folders[folder]) for folder in sorted(folders)}


def run(folders: Folders, assets: Assets, *, checks: bool = True, workers: int = 1) -> Outcome:
    """Validate the graph of each folder on its own against the shapes, and all of them together with the checks."""
    checker = Checker(assets) if checks else None
    apart = workers > 1 and len(folders) > _WORTH_A_PROCESS
    outcomes = _run_apart(folders, assets, checker, workers) if apart else _run_in_turn(folders, assets, checker)
    findings: dict[Path, list[Finding]] = defaultdict(list)
    met = checker.codes if checker else frozenset()
    for folder, outcome in outcomes:
        if not outcome.codes:
            what = "nothing to validate: no shape meets any node of the graph"
            raise InputError(what, where=str(folder), repair="give the graph of a report, as provfin build writes it")
        findings[folder] += outcome.findings
        met |= outcome.codes
    for folder, finding in checker.find() if checker else ():
        findings[folder].append(replace(finding, source=name_source(folder, assets)))
    return Outcome(order_findings(chain(*(locate(findings[folder], folders[folder]) for folder in findings))), met)


def name_source(folder: Path, assets: Assets) -> str:
    """Return what findings in a folder call their source."""
    return VOCABULARY if _is_ontology(folder, assets) else folder.name


def _run_in_turn(folders: Folders, assets: Assets, checker: Checker | None) -> Iterator[tuple[Path, Met]]:
    for folder, files in folders.items():
        triples = _read(folder, files, assets, checker)
        yield folder, _hold_shapes(assets, triples, folder)


def _run_apart(folders: Folders, assets: Assets, checker: Checker | None, workers: int) -> Iterator[tuple[Path, Met]]:
    # A forked process would inherit the threads of a progress display half; a fresh one costs a second.
    with ProcessPoolExecutor(min(workers, len(folders)), mp_context=get_context("spawn")) as pool:
        futures: dict[Path, Future[Met]] = {}
        for folder, files in folders.items():
            _read(folder, files, assets, checker)
            futures[folder] = pool.submit(_check_files, assets, files, folder)
        for folder, future in futures.items():
            yield folder, future.result()


def _read(folder: Path, files: Iterable[Path], assets: Assets, checker: Checker | None) -> list[ox.Triple]:
    triples = read_files(files)
    if not _is_ontology(folder, assets):
        refuse_blank_nodes(triples, str(folder))
    if checker is not None:
        checker.add(folder, triples)
    return triples


def _check_files(assets: Assets, files: Iterable[Path], folder: Path) -> Met:
    return _hold_shapes(assets, read_files(files), folder)


def _hold_shapes(assets: Assets, triples: Sequence[ox.Triple], folder: Path) -> Met:
    source, is_ontology = name_source(folder, assets), _is_ontology(folder, assets)
    return check_shapes(assets, triples, source, is_ontology=is_ontology)


def _is_ontology(folder: Path, assets: Assets) -> bool:
    # Not by its name: a report's folder may be called vocabulary too.
    return folder == assets.ontology.resolve()
