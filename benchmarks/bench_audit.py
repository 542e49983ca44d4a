"""Measure how many misprints the audit would catch: one digit of one figure is changed, everywhere it can be done.

Every digit of every printed figure of a report is changed to other digits, one at a time. A change is caught when the
audit then finds what it did not find before: places of one fact that disagree, a figure beyond its nature, an identity
that can no longer be met. A sample of the changes is made in the text itself and the whole report read and audited
anew, to see that changing what was read measures the same.
"""

import argparse
import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from provfin.audit import Figure, audit_extraction, make_figures
from provfin.audit.conflicts import find_conflicts
from provfin.audit.examine import report_restatements
from provfin.audit.identities import build_network
from provfin.audit.laws import load_laws
from provfin.extraction import Extraction, extract, extract_text
from provfin.facts import make_facts
from provfin.mentions import Mention
from provfin.quantity import parse_figure

REPORT = "liaoning-2025"


@dataclass(frozen=True)
class Change:
    """One digit of the printed figure that starts at `start` changed to another; `place` 1 is the last digit."""

    start: int
    offset: int
    digit: str
    place: int


@dataclass(frozen=True)
class Result:
    """Whether a change was caught, and what it was made in."""

    change: Change
    origin: str
    part: str
    is_caught: bool


class Proof:
    """What the audit knows of a report, ready to be asked about one change after another."""

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        self.groups = {m.span.start: fact.mentions for fact in extraction.facts for m in fact.mentions}
        self.disputed = {m.span.start for fact in extraction.facts for m in fact.mentions if fact.disputed}
        self.network = build_network(make_figures(extraction.facts), load_laws())
        given_up = {conflict.main for conflict in find_conflicts(self.network)}
        self.components: dict[int, list[int]] = {}
        for component in self.network.components():
            kept = [number for number in component if number not in given_up]
            for place in {place for number in component for place in self.network.constraints[number].places}:
                self.components[place] = kept

    def list_mentions(self) -> list[Mention]:
        """Return the printed figures of the report, in its order."""
        mentions = (mention for fact in self.extraction.facts for mention in fact.mentions if mention.value is not None)
        return sorted(mentions, key=lambda mention: mention.span)

    def catches(self, change: Change) -> bool | None:
        """Tell whether the audit finds a change; None where the changed digit leaves no figure."""
        group = self.groups[change.start]
        mention = next(item for item in group if item.span.start == change.start)
        changed = misprint(mention, change)
        if changed is None:
            return None
        facts, gaps = make_facts([changed if item is mention else item for item in group])
        figures = make_figures(facts)
        if gaps and not facts:
            return True
        if any(list(report_restatements(figures))):
            return change.start not in self.disputed or len(facts[0].disputed) > 1
        return any(self._misses(figure) for figure in figures)

    def _misses(self, figure: Figure) -> bool:
        place = self.network.find(figure.slot)
        if place is None or figure.bounds is None:
            return False
        if self.network.natural[place].meet(figure.bounds).is_empty:
            return True
        if place not in self.components:
            return False
        return self.network.narrow(self.components[place], given={place: figure.bounds}).failed is not None


def misprint(mention: Mention, change: Change) -> Mention | None:
    """Return a mention as it would have been read with the changed digit; None where that is no figure of its kind."""
    position = change.offset - mention.span.start
    exact = mention.exact[:position] + change.digit + mention.exact[position + 1 :]
    old, new = (parse_figure(cut_number(text)) for text in (mention.exact, exact))
    if old is None or new is None or mention.value is None:
        return None
    value = mention.value + (new.value - old.value) * (-1 if mention.value * old.value < 0 else 1)
    return replace(mention, exact=exact, value=value)


def cut_number(text: str) -> str:
    """Return the digits of a printed figure with their sign and point."""
    return "".join(character for character in text if character in "0123456789.,-−+")


def list_changes(mentions: Iterable[Mention], others: int) -> Iterator[Change]:
    """Yield for every digit of every figure its changes to `others` other digits, picked by a hash of the place."""
    for mention in mentions:
        digits = [n for n, character in enumerate(mention.exact) if character in "0123456789"]
        for number, position in enumerate(digits):
            offset = mention.span.start + position
            leads = number == 0 and len(digits) > 1
            for digit in pick_digits(mention.exact[position], offset, others, leads=leads):
                yield Change(mention.span.start, offset, digit, len(digits) - number)


def pick_digits(old: str, offset: int, others: int, *, leads: bool) -> Sequence[str]:
    """Return other digits in an order that only the place tells; a number does not begin with a nought."""
    choices = [digit for digit in "0123456789" if digit != old and not (leads and digit == "0")]
    return sorted(choices, key=lambda digit: hashlib.sha256(f"{offset} {digit}".encode()).digest())[:others]


@lru_cache
def load_proof(path: Path) -> Proof:
    """Read the report once per process."""
    return Proof(extract(path))


def try_changes(path: Path, changes: Sequence[Change]) -> list[bool | None]:
    """Tell for each change whether it is caught."""
    proof = load_proof(path)
    return [proof.catches(change) for change in changes]


def run(path: Path, others: int, workers: int) -> list[Result]:
    """Try all changes of a report, in processes beside each other."""
    proof = load_proof(path)
    mentions = {mention.span.start: mention for mention in proof.list_mentions()}
    changes = list(list_changes(mentions.values(), others))
    chunks = [changes[n::workers] for n in range(workers)]
    with ProcessPoolExecutor(workers) as pool:
        caught = list(pool.map(try_changes, [path] * workers, chunks))
    return [
        Result(change, mentions[change.start].origin, mentions[change.start].part.path, found)
        for chunk, answers in zip(chunks, caught, strict=True)
        for change, found in zip(chunk, answers, strict=True)
        if found is not None
    ]


def average(results: Iterable[Result], group: Callable[[Result], Hashable]) -> dict[Hashable, tuple[float, int]]:
    """Return for each group the share caught as the mean over its figures, and how many figures it has."""
    figures: dict[Hashable, dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        figures[group(result)][result.change.start].append(result.is_caught)
    return {
        key: (sum(sum(found) / len(found) for found in members.values()) / len(members), len(members))
        for key, members in sorted(figures.items(), key=lambda item: str(item[0]))
    }


def compare_with_text(path: Path, results: Sequence[Result], number: int) -> tuple[int, int]:
    """Make some of the changes in the text, read and audit it anew; return how many agree, and of how many."""
    proof = load_proof(path)
    known = {(item.rule.code, item.key) for item in audit_extraction(proof.extraction).findings}
    step = max(len(results) // number, 1)
    sample = sorted(results, key=lambda item: hashlib.sha256(repr(item.change).encode()).digest())[::step][:number]
    agree = 0
    for result in sample:
        source = proof.extraction.document.source
        text = source[: result.change.offset] + result.change.digit + source[result.change.offset + 1 :]
        found = {(item.rule.code, item.key) for item in audit_extraction(extract_text(text, path.stem)).findings}
        agree += bool(found - known) == result.is_caught
    return agree, len(sample)


def show(title: str, rows: dict[Hashable, tuple[float, int]]) -> None:
    """Print shares caught, with the number of figures each is of."""
    print(f"\n{title}")
    for key, (share, number) in rows.items():
        print(f"  {share:8.2%} of {number:5} figures  {key}")


def main() -> None:
    """Run the benchmark and print what it measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    folder = Path(os.environ.get("PROVFIN_REPORTS", "../shared/reports"))
    parser.add_argument("report", nargs="?", type=Path, default=folder / f"{REPORT}.txt")
    parser.add_argument("--others", type=int, default=3, help="other digits tried for each digit, 9 for all")
    parser.add_argument("--in-text", type=int, default=40, help="changes also made in the text")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    started = time.perf_counter()
    clean = audit_extraction(load_proof(chosen.report).extraction)
    print(f"{chosen.report.stem}: {len(clean.findings)} findings as printed, {sum(clean.checked.values())} checks")
    results = run(chosen.report, chosen.others, chosen.workers)
    seconds = time.perf_counter() - started
    print(f"{len(results)} changes of one digit in {seconds:.0f} s ({1000 * seconds / len(results):.0f} ms each)")
    show("by origin", average(results, lambda item: item.origin))
    show("by place of the digit, the last first", average(results, lambda item: (item.origin, item.change.place)))
    show("by table or section", average(results, lambda item: (item.origin, item.part)))
    agree, of = compare_with_text(chosen.report, results, chosen.in_text)
    print(f"\nchanges made in the text: {agree} of {of} with the same answer")


if __name__ == "__main__":
    main()
