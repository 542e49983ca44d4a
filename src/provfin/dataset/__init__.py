"""Owns how a release describes itself: VoID, DCAT, prefixes and example queries, in a graph of its own.

All of it is computed from the other graphs and the questions, so that a release stays a function of its files: no
address of a server, no date of today. What depends on who serves it is told where it is served.
"""

from collections.abc import Collection, Iterable, Iterator

import pyoxigraph as ox

from provfin.dataset.catalogue import describe_catalogue
from provfin.dataset.census import Census
from provfin.dataset.partitions import describe_partitions
from provfin.dataset.prefixes import describe_prefixes
from provfin.dataset.questions import Topics, describe_questions
from provfin.dataset.terms import CATALOGUE, CATALOGUE_GRAPH, DATASET, NAMESPACES, ONTOLOGY
from provfin.entailments import ENTAILMENTS_GRAPH
from provfin.queries import Question

__all__ = ["CATALOGUE", "CATALOGUE_GRAPH", "DATASET", "NAMESPACES", "ONTOLOGY", "Census", "describe_quads"]


def describe_quads(quads: Collection[ox.Quad], questions: Iterable[Question], topics: Topics) -> Iterator[ox.Quad]:
    """Yield the description of quads and of the questions asked of them, in the graph of the catalogue.

    `topics` has the words for each topic of a question, by language.
    """
    census = Census(quads, ENTAILMENTS_GRAPH)
    graph = ox.NamedNode(CATALOGUE_GRAPH)
    for triples in (
        describe_catalogue(quads, census),
        describe_partitions(census),
        describe_prefixes(),
        describe_questions(questions, topics),
    ):
        yield from (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
