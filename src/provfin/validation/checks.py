"""Owns the check queries: set-based rules whose rows are faults, each run once over all that is validated together.

They run on Oxigraph as plain SELECTs, where a rule over a whole graph costs milliseconds. A row is a finding at its
first column. Refuses a check without a header that says what is wrong and how to repair it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.errors import InputError
from provfin.findings import SEVERITIES, Finding, Rule, Text
from provfin.validation.graphs import read_files

_HEADER_LINE = re.compile(r"# ?(?P<key>[a-z]+)(?:[@-](?P<language>en|zh))?: ?(?P<text>.*)")
_EMPTY = frozenset[str]()


@dataclass(frozen=True)
class Check:
    """A check query and the rule it holds graphs against."""

    rule: Rule
    query: str


@lru_cache(maxsize=4)
def load_checks(assets: Assets) -> tuple[Check, ...]:
    """Return all checks in the order of their codes."""
    checks = [read_check(path) for path in sorted(assets.checks.glob("*.rq"))]
    return tuple(sorted(checks, key=lambda check: check.rule.code))


def read_check(path: Path) -> Check:
    """Read a check: its header names the code (else the file does), severity, title, why and repair in two languages.

    Raises `InputError` for a severity nobody knows, or a header without a title or a repair.
    """
    query = path.read_text(encoding="utf-8")
    header = dict(_read_header(query))
    severity = header.get(("severity", "en"), "violation")
    texts = {key: Text(header.get((key, "en"), ""), header.get((key, "zh"), "")) for key in ("title", "why", "repair")}
    for key in ("title", "repair"):
        if not texts[key].en:
            raise InputError(f"no {key}", where=str(path), repair=f"add a line # {key}@en: to the header")
    if severity not in SEVERITIES:
        raise InputError(f"{severity!r} is no severity", where=str(path), repair=f"one of {', '.join(SEVERITIES)}")
    code = header.get(("code", "en"), path.stem)
    examples = (header.get(("bad", "en"), ""), header.get(("good", "en"), ""))
    return Check(Rule(code, severity, texts["title"], texts["title"], texts["why"], texts["repair"], *examples), query)


def _read_header(query: str) -> Iterator[tuple[tuple[str, str], str]]:
    for line in query.splitlines():
        found = _HEADER_LINE.fullmatch(line)
        if found is None:
            return
        yield (found["key"], found["language"] or "en"), found["text"].strip()


class Checker:
    """Gathers the graphs to be checked together, over the ontology, then runs every check once."""

    def __init__(self, assets: Assets) -> None:
        """Start with ontology and vocabulary, to look things up."""
        self.checks = load_checks(assets)
        self._ontology = assets.ontology.resolve()
        self._store = ox.Store()
        self._known = _list_subjects(self._extend(read_files(assets.ontology.rglob("*.ttl"))))
        self._subjects: dict[Path, frozenset[str]] = {}

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all checks: each has the whole graph to look at."""
        return frozenset(check.rule.code for check in self.checks)

    def add(self, folder: Path, triples: Sequence[ox.Triple]) -> None:
        """Take in what is validated; the ontology is there already, and its blank nodes should be there once."""
        known = folder == self._ontology
        self._subjects[folder] = _list_subjects(triples if known else self._extend(triples))

    def find(self) -> Iterator[tuple[Path, Finding]]:
        """Yield the faults of what is validated, each with its folder; those of the vocabulary only if that is."""
        for check in self.checks:
            solutions = self._store.query(check.query)
            assert isinstance(solutions, ox.QuerySolutions)
            for row in solutions:
                terms = [term for term in row if term is not None]
                folder = self._find_folder(terms)
                if folder is not None:
                    yield folder, _make_finding(check.rule, terms)

    def _extend(self, triples: Sequence[ox.Triple]) -> Sequence[ox.Triple]:
        self._store.extend(ox.Quad(*triple) for triple in triples)
        return triples

    def _find_folder(self, terms: Sequence[Any]) -> Path | None:
        """Return the folder that tells of a term of the row, the first before the next.

        What is told nowhere counts for the first folder; what only the vocabulary tells of counts for none.
        """
        names = [str(term.value) for term in terms if isinstance(term, ox.NamedNode | ox.BlankNode)]
        for name in names:
            for folder, subjects in self._subjects.items():
                if name in subjects:
                    return folder
        return None if self._known.intersection(names) else next(iter(self._subjects), None)


def _list_subjects(triples: Iterable[ox.Triple]) -> frozenset[str]:
    return frozenset(triple.subject.value for triple in triples if not isinstance(triple.subject, ox.Triple))


def _make_finding(rule: Rule, terms: Sequence[Any]) -> Finding:
    focus, *others = [getattr(term, "value", str(term)) for term in terms] or [""]
    return Finding(rule.severity, rule.code, rule.repair.en, rule.repair.zh, focus, "", " ".join(others), "")
