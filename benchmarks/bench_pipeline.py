"""Times every stage from source to answer, for one report and for ten copies of it, side by side in one run.

The report is the first source found in $PROVFIN_REPORTS, else the invented one of the tests. Each stage runs several
times; the median is shown. The last column says how cost grows: 10 means in proportion.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets, find_assets
from provfin.audit import audit_extraction
from provfin.building import write_files
from provfin.curation import describe_share
from provfin.document import parse_document
from provfin.exports import ReleaseContent
from provfin.exports.records import make_records
from provfin.extraction import Extraction, extract_text
from provfin.graph import build_graph
from provfin.queries import load_questions
from provfin.release import gather_content, read_quads
from provfin.store import LocalEngine
from provfin.turtle import write_turtle
from provfin.validation import validate
from provfin.vocabulary import load_vocabulary

ROUNDS = 3
COPIES = 10


@dataclass(frozen=True)
class Workload:
    """Copies of one report, each under the name of another province, and a folder of assets that holds only them."""

    sources: dict[str, str]
    assets: Assets

    def extract(self) -> list[Extraction]:
        """Read every copy."""
        return [extract_text(source, report_id) for report_id, source in self.sources.items()]

    def folders(self) -> list[Path]:
        """Return the folder of each copy's Turtle."""
        return [self.assets.graphs / report_id for report_id in self.sources]


def copy_report(source: str, copies: int) -> dict[str, str]:
    """Return the report, then copies whose title names other provinces, under ids of their own."""
    title = parse_document(source).title
    assert title is not None
    names = [area.label for area in load_vocabulary().areas.values() if area.label not in title.text][2:]
    others = [f"{source[: title.span.start]}{name}金融运行报告（2025）{source[title.span.end :]}" for name in names]
    return {f"copy-{number}": text for number, text in enumerate([source, *others][:copies])}


def make_workload(source: str, copies: int, folder: Path) -> Workload:
    """Lay out assets with `copies` of the report, built and written."""
    (folder / "data" / "ttl").mkdir(parents=True)
    (folder / "ontology").symlink_to(find_assets().ontology)
    workload = Workload(copy_report(source, copies), Assets(folder))
    for extraction in workload.extract():
        files = {name: write_turtle(triples) for name, triples in build_graph(extraction).items()}
        write_files(workload.assets.graphs / extraction.report.id, files)
    return workload


def find_source() -> tuple[str, str]:
    """Return the name and the text of the report to time."""
    folder = os.environ.get("PROVFIN_REPORTS")
    sources = sorted(Path(folder).glob("*.txt")) if folder else []
    path = (sources or sorted((Path(__file__).parent.parent / "tests" / "reports").glob("*.txt")))[0]
    return path.stem, path.read_bytes().decode()


def time_stage(stage: Callable[[], object]) -> float:
    """Return the median seconds of a few runs."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        stage()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def export_records(assets: Assets) -> object:
    """Return one record for each printed figure of all data."""
    return make_records(ReleaseContent.from_content(gather_content(assets)).observations)


def list_stages(workload: Workload) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    extractions = workload.extract()
    graphs = [build_graph(extraction) for extraction in extractions]
    quads = list(read_quads(workload.assets))
    engine = LocalEngine.load_assets(workload.assets)
    questions = [question.bind({}) for question in load_questions().values()]
    return {
        "document: take the text apart": lambda: [parse_document(source) for source in workload.sources.values()],
        "extraction: all up to facts": workload.extract,
        "audit: figures against each other": lambda: [audit_extraction(extraction) for extraction in extractions],
        "graph: facts to triples": lambda: [build_graph(extraction) for extraction in extractions],
        "turtle: write": lambda: [write_turtle(triples) for graph in graphs for triples in graph.values()],
        "turtle: read": lambda: list(read_quads(workload.assets)),
        "validation: shapes and checks": lambda: [validate([folder]) for folder in workload.folders()],
        "export: JSON records": lambda: export_records(workload.assets),
        "store: load": lambda: ox.Store().extend(quads),
        f"store: all {len(questions)} questions": lambda: [engine.select(question) for question in questions],
    }


def main() -> None:
    """Print the table."""
    name, source = find_source()
    with tempfile.TemporaryDirectory() as folder:
        one = list_stages(make_workload(source, 1, Path(folder) / "one"))
        many = list_stages(make_workload(source, COPIES, Path(folder) / "many"))
        extraction = extract_text(source, name)
        print(f"{name}: {len(extraction.facts)} facts; {describe_share(extraction.share)}\n")
        print(f"median of {ROUNDS} runs, seconds\n")
        print(f"{'stage':36}{'1 report':>10}{f'{COPIES} copies':>11}{'growth':>8}")
        for stage in one:
            single, multiple = time_stage(one[stage]), time_stage(many[stage])
            print(f"{stage:36}{single:10.3f}{multiple:11.3f}{multiple / single:8.1f}")


if __name__ == "__main__":
    main()
