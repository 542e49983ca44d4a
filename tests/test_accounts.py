"""The account of a report is what reading it gives today, holds no sentence of it, and says how findings come about."""

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from provfin.accounts import ARITHMETIC, GAPS, NUMBERS, SUMMARY, read_account, read_summary, render_account
from provfin.assets import find_assets
from provfin.audit import Audit, Figure, audit_figures, make_figures
from provfin.audit.network import Bounds
from provfin.building import write_files
from provfin.errors import InputError
from provfin.extraction import Extraction
from provfin.ledger import make_ledger

FOLDER = find_assets().ledgers / "liaoning-2025"
# A slip shows in the last digits of what is printed; so many figures are changed one after the other.
SLIPS = 60


@pytest.fixture(scope="module")
def folder(example: Extraction, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger") / "example"
    write_files(folder, render_account(example))
    return folder


def test_the_committed_account_is_what_is_read_today(liaoning: Extraction) -> None:
    committed = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    fresh = render_account(liaoning)
    assert sorted(committed) == sorted(fresh) == sorted((SUMMARY, NUMBERS, GAPS, ARITHMETIC))
    assert [name for name in fresh if committed[name] != fresh[name]] == [], "run provfin build"


def test_every_number_of_the_text_is_accounted_for(liaoning: Extraction, liaoning_source: str) -> None:
    account = read_account(FOLDER)
    assert account.summary.sha256 == liaoning.report.sha256
    assert [(number.start, number.end) for number in account.numbers] == [
        (line.span.start, line.span.end) for line in make_ledger(liaoning)
    ]
    assert all(liaoning_source[number.start : number.end] == number.exact for number in account.numbers)
    lines = liaoning_source.split("\n")
    assert all(number.exact in lines[number.line - 1] for number in account.numbers)
    counted = Counter((number.kind, number.reason) for number in account.numbers)
    assert counted == {(tally.kind, tally.reason): tally.number for tally in account.summary.tallies}
    # A second route: every run of digits of the text lies in a number of the account.
    places = {place for number in account.numbers for place in range(number.start, number.end)}
    assert [match[0] for match in re.finditer(r"[0-9]+", liaoning_source) if match.start() not in places] == []


def test_a_number_is_in_the_part_its_fact_is_in(liaoning: Extraction) -> None:
    parts = {
        place: mention.part.path
        for fact in liaoning.facts
        for mention in fact.mentions
        for place in range(mention.span.start, mention.span.end)
    }
    numbers = read_account(FOLDER).numbers
    assert {parts[number.start] for number in numbers if number.facts} >= {"abstract", "table/1"}
    assert all(number.part == parts[number.start] for number in numbers if number.facts)


def test_no_sentence_of_the_report_is_in_its_account() -> None:
    numbers = read_account(FOLDER).numbers
    assert max(len(number.exact) for number in numbers) < 16
    assert all(len(gap.exact) <= 17 for gap in read_account(FOLDER).gaps)


def test_equal_input_gives_equal_bytes(example: Extraction) -> None:
    assert render_account(example) == render_account(example)


def test_what_is_written_is_read_back(folder: Path, example: Extraction) -> None:
    account = read_account(folder)
    assert account.summary.numbers == len(account.numbers) == len(make_ledger(example))
    assert account.summary.gaps == len(account.gaps) == len(example.gaps)
    assert read_summary(folder) == account.summary


def test_what_is_no_account_is_told(folder: Path, tmp_path: Path) -> None:
    assert read_summary(tmp_path) is None
    for name in (SUMMARY, NUMBERS, GAPS, ARITHMETIC):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / NUMBERS).write_text(json.dumps({"start": 1}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="run provfin build"):
        read_account(tmp_path)


# How findings come about


def move(figure: Figure, share: Decimal) -> Figure:
    """Return a figure printed otherwise than it was, by a share of its value."""
    assert figure.bounds is not None
    assert figure.value is not None
    change = (figure.bounds.middle or Decimal(1)) * share
    moved = Bounds(figure.bounds.lower + change, figure.bounds.upper + change)
    return replace(figure, bounds=moved, value=figure.value + change / figure.factor)


@pytest.fixture(scope="module")
def audits(liaoning: Extraction) -> list[Audit]:
    """Audits of the report with one figure wrong in each."""
    figures = make_figures(liaoning.facts)
    places = [place for place, figure in enumerate(figures) if figure.bounds is not None and figure.value]
    changed = places[:: len(places) // SLIPS]
    return [
        audit_figures("some", [*figures[:place], move(figures[place], Decimal("0.4")), *figures[place + 1 :]])
        for place in changed
    ]


def test_the_steps_of_a_finding_lead_to_what_it_tells(audits: list[Audit]) -> None:
    solved = Counter[str]()
    for finding in (finding for audit in audits for finding in audit.findings if finding.steps):
        for step in finding.steps:
            assert all(quantity.figure is not None or quantity.names["en"] for quantity in step.quantities)
            assert step.bounds is None or not step.bounds.is_empty
        if finding.implied is None:
            # What the others leave the figure is nothing it can be at all.
            continue
        last = finding.steps[-1]
        solved["whole" if last.solved is not None else "unsolved"] += 1
        if last.solved is None:
            continue
        assert last.bounds is not None
        first = last.quantities[last.solved].figure
        assert first is finding.figures[0]
        factor = last.factor if last.quantities[last.solved].is_amount else Decimal(1)
        told = [bound / factor for bound in finding.implied]
        # A step takes each identity once; narrowing again and again may only leave less.
        slack = max(abs(told[0]), abs(told[1]), Decimal(1)) / 10**9
        assert last.bounds.lower <= told[0] + slack
        assert last.bounds.upper >= told[1] - slack
    assert solved["whole"] > 20
    assert solved["whole"] > 9 * solved["unsolved"]
