"""Owns the questions a release was published with: read from its own catalogue, so that they stay what they were.

Whoever cites an answer cites the words that were asked; a file changed since must not change them. A release that
holds no questions is asked those of this installation, and every answer says so.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from provfin.dataset import CATALOGUE_GRAPH
from provfin.dataset.terms import NAMESPACES
from provfin.queries import Query, Question, load_questions, load_topics, parse_question
from provfin.web.negotiation import RESULTS_JSON
from provfin.web.site import Site

Topics = Mapping[str, Mapping[str, str]]

# The names, texts and labels of topics of the questions a release holds.
STORED = Query(
    "".join(f"PREFIX {name}: <{NAMESPACES[name]}>\n" for name in ("dcterms", "schema", "sh"))
    + f"""SELECT ?name ?text ?topic WHERE {{ GRAPH <{CATALOGUE_GRAPH}> {{
  ?question dcterms:identifier ?name ; sh:select|sh:ask|sh:construct ?text .
  OPTIONAL {{ ?question schema:keywords ?topic }}
}} }}"""
)
_NOTE = "the release holds no questions; this one is as this installation has it today"


@dataclass(frozen=True)
class Published:
    """The questions asked of a release, by name, and their topics with labels; a note where they are not its own."""

    questions: Mapping[str, Question]
    topics: Topics = field(default_factory=dict)
    note: str = ""

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of the texts of all questions."""
        return hashlib.sha256("".join(item.text for item in self.questions.values()).encode()).hexdigest()

    def list_headers(self, tag: str) -> dict[str, str]:
        """Return the headers of an answer to questions that are not the release's own: they may be others tomorrow.

        `tag` is the entity tag the answer would have otherwise.
        """
        if not self.note:
            return {}
        own_tag = f'{tag.removesuffix(chr(34))}+{self.hash[:8]}"'
        return {"ETag": own_tag, "Cache-Control": "public, no-cache", "Provfin-Note": self.note}


class Questions:
    """The questions of the release of a site, read when they are first asked for."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._published: Published | None = None

    async def read(self) -> Published:
        """Return the questions; raises as `QueryService.answer` does."""
        if self._published is None:
            answer = await self._site.service.answer(STORED, RESULTS_JSON, None)
            self._published = read_published(answer.body) or Published(load_questions(), load_topics(), _NOTE)
        return self._published


def read_published(body: bytes) -> Published | None:
    """Return the questions that stand in the catalogue of a release, or None where there are none.

    `body` holds their names, texts and labels of topics as SPARQL results in JSON.
    """
    rows: list[dict[str, Any]] = json.loads(body)["results"]["bindings"]
    texts = {row["name"]["value"]: row["text"]["value"] for row in rows}
    # In the order of their files.
    names = sorted(texts, key=lambda name: f"{name}.rq")
    questions = {name: parse_question(name, texts[name], name).unbind() for name in names}
    return Published(questions, _read_topics(rows, questions)) if questions else None


def _read_topics(rows: Iterable[Mapping[str, Any]], questions: Mapping[str, Question]) -> Topics:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        topic, label = questions[row["name"]["value"]].topic, row.get("topic")
        if topic and label is not None:
            found[topic][label["xml:lang"]] = label["value"]
    order = [*load_topics(), *sorted(found)]
    return {topic: found[topic] for topic in sorted(found, key=order.index)}
