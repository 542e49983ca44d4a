"""Owns citing an answer: which question was asked of which release, what it said, and where it can be read again.

A citation holds what makes the answer checkable: the hash of the release, of the query with its parameters bound, and
of the answer itself. It gives the credit the licence asks for: to the project, and to who published the reports the
figures are from. It has no clock: an answer never changes, so the day it was read is the reader's, and it is in
the citation when the reader names it. References are written as BibTeX, by GB/T 7714—2015 and as CSL-JSON.
"""

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox

from provfin import __version__
from provfin.queries import Question
from provfin.release import shorten_hash
from provfin.turtle import PREFIXES

# Who made the data and who publishes them, in every form of a reference.
PROJECT = "ProvFin"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
# How much of a hash stands in an address or a reference; the whole is in the note and in CSL-JSON.
# More reports than these are counted in a reference, and listed at the address it gives. GB/T 7714—2015 (8.1.2) names
# as many authors.
MOST_NAMED = 3

# What `read_sources` reads, to be asked of a release.
SOURCES_QUERY = f"""PREFIX dc: <{PREFIXES["dc"]}> PREFIX dcterms: <{PREFIXES["dcterms"]}> PREFIX pf: <{PREFIXES["pf"]}>
CONSTRUCT {{ ?report dcterms:title ?title ; dc:publisher ?publisher }}
WHERE {{ ?report a pf:Report . {{ ?report dcterms:title ?title }} UNION {{ ?report dc:publisher ?publisher }} }}"""

_LATEX = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces, also those behind a backslash.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}
_SPECIAL = re.compile("[" + re.escape("".join(_LATEX)) + "]")


def hash_answer(tsv: bytes) -> str:
    r"""Return the SHA-256 of an answer given as SPARQL TSV: that of its lines, sorted by their bytes.

    The order of rows counts for nothing, because a query may leave it open. Anyone can compute it again:
    `curl … | LC_ALL=C sort | sha256sum`. https://www.w3.org/TR/sparql11-results-csv-tsv/

    >>> hash_answer(b"?n\n2\n1\n") == hash_answer(b"?n\n1\n2\n") != hash_answer(b"?n\n1\n1\n")
    True
    """
    lines = sorted(tsv.removesuffix(b"\n").split(b"\n"))
    return hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


@dataclass(frozen=True)
class Source:
    """A report figures are from: its title and who published it, in each language."""

    iri: str
    titles: Mapping[str, str]
    publishers: Mapping[str, str]

    def write_credit(self) -> str:
        """Return who published which report, in English."""
        return f"{_choose(self.publishers, 'en')}, {_choose(self.titles, 'en')}"

    def write_gbt7714(self) -> str:
        """Return the report as GB/T 7714—2015 (4.1) has one, without what the data do not know of it."""
        return f"{_choose(self.publishers, 'zh')}. {_choose(self.titles, 'zh')}[R]"


def read_sources(triples: Iterable[ox.Triple]) -> tuple[Source, ...]:
    """Return the reports of a release in the order of their IRIs, from what `SOURCES_QUERY` answers."""
    told: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for subject, predicate, value in triples:
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.Literal):
            told[subject.value][predicate.value][value.language or ""] = value.value
    title, publisher = PREFIXES["dcterms"] + "title", PREFIXES["dc"] + "publisher"
    return tuple(Source(iri, texts[title], texts[publisher]) for iri, texts in sorted(told.items()))


def select_sources(sources: Sequence[Source], parameters: Mapping[str, str]) -> tuple[Source, ...]:
    """Return the reports that values of parameters name; where they name none, all the answer may rest on."""
    named = set(parameters.values())
    return tuple(source for source in sources if source.iri in named) or tuple(sources)


@dataclass(frozen=True)
class Citation:
    """What a reference to an answer is made of."""

    question: str
    titles: Mapping[str, str]
    # Every parameter as it was bound, defaults among them.
    parameters: Mapping[str, str]
    release: str
    query_hash: str
    answer_hash: str
    url: str
    release_url: str
    accessed: dt.date | None = None
    version: str = __version__
    # The reports the figures are from; empty where the release has none.
    sources: tuple[Source, ...] = ()

    @property
    def named_sources(self) -> tuple[Source, ...]:
        """Return the reports a reference names: all of them, or none where they are too many and only counted."""
        return self.sources if len(self.sources) <= MOST_NAMED else ()

    @property
    def key(self) -> str:
        """Return a name for the answer that is the same wherever and whenever it is asked for."""
        return f"provfin-{self.question}-{self.answer_hash[:8]}"

    def to_json(self) -> dict[str, Any]:
        """Return an item of CSL-JSON, the input of citation processors: https://docs.citationstyles.org/.

        What has no field there stands under `custom`.
        """
        item: dict[str, Any] = {
            "id": self.key,
            "type": "dataset",
            "title": self._name("en"),
            "translated-title": self._name("zh"),
            "author": [{"literal": PROJECT}],
            "publisher": PROJECT,
            "version": f"release {shorten_hash(self.release)}",
            "URL": self.url,
        }
        if self.sources:
            item["note"] = self._credit()
        if self.accessed is not None:
            item["accessed"] = {"date-parts": [[self.accessed.year, self.accessed.month, self.accessed.day]]}
        return {**item, "custom": self._list_proofs()}

    def _list_proofs(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "question_title": dict(self.titles),
            "parameters": dict(self.parameters),
            "release_sha256": self.release,
            "query_sha256": self.query_hash,
            "answer_sha256": self.answer_hash,
            "software": f"{PROJECT} {self.version}",
            "license": LICENSE,
            "reports": [
                {"id": source.iri, "title": dict(source.titles), "publisher": dict(source.publishers)}
                for source in self.named_sources
            ],
            "report_count": len(self.sources),
        }

    def to_bibtex(self) -> str:
        """Return an entry that BibTeX and biblatex read alike: `@misc`, because BibTeX has no data sets.

        It has no year: a release has none, and the day of reading is `urldate`.
        """
        parameters = ", ".join(f"{name}={_unfold(value)}" for name, value in self.parameters.items()) or "none"
        note = (
            f"{self._credit()}; parameters: {parameters}; SHA-256 of the release: {self.release}, "
            f"of the query: {self.query_hash}, of the answer: {self.answer_hash}"
        ).removeprefix("; ")
        fields = {
            "author": f"{{{PROJECT}}}",
            # Capitals and Chinese are kept as they are.
            "title": f"{{{escape_latex(self.titles['en'])}}}",
            "titleaddon": f"{{{escape_latex(self.titles['zh'])}}}",
            "howpublished": f"{PROJECT} {self.version}, release {shorten_hash(self.release)}",
            "note": escape_latex(note),
            "url": self.url,
        }
        if self.accessed is not None:
            fields["urldate"] = self.accessed.isoformat()
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{{self.key},\n{lines}}}\n"

    def to_gbt7714(self) -> str:
        """Return a reference by GB/T 7714—2015, an electronic resource (4.6): a data set online, [DS/OL] (annex B).

        Place and year of publication may be left out of one (8.4). The standard asks for the day of reading; without
        it the reference is shorter by that. The reports follow, each as a reference of its own.
        """
        day = f"[{self.accessed.isoformat()}]" if self.accessed is not None else ""
        version = f"{PROJECT} {self.version}, 数据版本 {shorten_hash(self.release)}"
        return f"{PROJECT}. {self._name('zh')}[DS/OL]. {version}{day}. {self.url}.{self._credit_zh()}"

    def _credit(self) -> str:
        """Return which reports the figures are from, in English."""
        if self.sources and not self.named_sources:
            return f"Figures: {len(self.sources)} reports, listed at {self.release_url}"
        named = "; ".join(source.write_credit() for source in self.sources)
        return f"Figures: {_unfold(named)}" if named else ""

    def _credit_zh(self) -> str:
        if self.sources and not self.named_sources:
            return f" 数据来源: {len(self.sources)} 份报告, 见 {self.release_url}."
        named = "; ".join(source.write_gbt7714() for source in self.sources)
        return f" 数据来源: {_unfold(named)}." if named else ""

    def _name(self, language: str) -> str:
        """Return the title with the values asked for: of a resource its code, for the address has it whole."""
        values = [f"{name}={_unfold(value.rsplit('/', 1)[-1])}" for name, value in self.parameters.items()]
        return self.titles[language] + (f" ({', '.join(values)})" if values else "")


def make_citation(
    release: str,
    question: Question,
    answer_hash: str,
    *,
    base: str,
    given: Mapping[str, str] | None = None,
    accessed: dt.date | None = None,
    sources: Sequence[Source] = (),
) -> Citation:
    """Return the citation of the answer a release (its hash) gives to a question.

    `base` is the public address of the server, ending in a slash; `answer_hash` is what `hash_answer` returns;
    `sources` are all reports of the release. Raises `ParameterError` for a parameter that is none of the question's.
    """
    parameters = {name: term.value for name, term in question.read_terms(given).items()}
    query_hash = hashlib.sha256(question.bind(given).text.encode()).hexdigest()
    return Citation(
        question=question.name,
        titles=question.titles,
        parameters=parameters,
        release=release,
        query_hash=query_hash,
        answer_hash=answer_hash,
        url=base + make_path(release, question.name, parameters),
        release_url=f"{base}releases/{shorten_hash(release)}",
        accessed=accessed,
        sources=select_sources(sources, parameters),
    )


def make_path(release: str, name: str, parameters: Mapping[str, str], part: str = "") -> str:
    """Return where a release answers a question for good, below the address of the server.

    >>> make_path("0123456789abcdef0123", "fiscal-gap", {"year": "2024", "area": "https://example.org/a b"})
    'releases/0123456789abcdef/questions/fiscal-gap?year=2024&area=https://example.org/a+b'
    """
    asked = urlencode(parameters, safe=":/")
    return f"releases/{shorten_hash(release)}/questions/{name}{part}" + (f"?{asked}" if asked else "")


def escape_latex(text: str) -> str:
    """Return text as LaTeX prints it.

    >>> escape_latex("50% of {a_b}")
    '50\\\\% of \\\\textbraceleft{}a\\\\_b\\\\textbraceright{}'
    """
    return _SPECIAL.sub(lambda match: _LATEX[match[0]], text)


def _choose(texts: Mapping[str, str], language: str) -> str:
    """Return a text in a language, or in any other where it has none."""
    return texts.get(language) or next(iter(texts.values()), "")


def _unfold(text: str) -> str:
    return " ".join(text.split())
