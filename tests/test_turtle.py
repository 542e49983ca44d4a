"""Turtle: the same triples give the same bytes, and what is written reads back."""

from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.errors import InputError
from provfin.turtle import ALL_PREFIXES, BASE, TYPE, read_turtle, sort_triples, write_turtle

NODES = st.sampled_from(["a", "b/c", "观测/甲", "x-1", "d/2024--2025"]).map(lambda step: ox.NamedNode(BASE + step))
LITERALS = st.one_of(
    st.text(max_size=8).map(ox.Literal),
    st.text(max_size=8).map(lambda text: ox.Literal(text, language="zh")),
    st.integers().map(ox.Literal),
)
PREDICATES = st.sampled_from([TYPE, f"{BASE}p", f"{BASE}q", "http://www.w3.org/2000/01/rdf-schema#label"])
TRIPLES = st.lists(st.builds(ox.Triple, NODES, PREDICATES.map(ox.NamedNode), NODES | LITERALS), max_size=12)


def read(folder: Path, data: bytes) -> list[ox.Triple]:
    path = folder / "some.ttl"
    path.write_bytes(data)
    return read_turtle(path)


@given(TRIPLES, st.randoms(use_true_random=False))
def test_the_order_and_number_of_triples_do_not_matter(triples: list[ox.Triple], chance: Random) -> None:
    again = triples * 2
    chance.shuffle(again)
    assert write_turtle(again) == write_turtle(triples)


@given(TRIPLES)
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, triples: list[ox.Triple]) -> None:
    data = write_turtle(triples)
    assert read(tmp_path_factory.mktemp("turtle"), data) == sort_triples(triples)


@given(TRIPLES)
def test_types_come_first(triples: list[ox.Triple]) -> None:
    seen = set()
    for triple in sort_triples(triples):
        is_type = triple.predicate.value == TYPE
        assert not (is_type and triple.subject in seen)
        if not is_type:
            seen.add(triple.subject)


def test_terms_stand_behind_their_prefix() -> None:
    node = ox.NamedNode(f"{BASE}observation/some/CN-LN/2024/loans/level")
    triples = [
        ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(ALL_PREFIXES["qb"] + "Observation")),
        ox.Triple(node, ox.NamedNode(ALL_PREFIXES["pf"] + "indicator"), ox.NamedNode(f"{BASE}indicator/loans")),
        ox.Triple(node, ox.NamedNode(ALL_PREFIXES["rdfs"] + "label"), ox.Literal('甲"乙', language="zh")),
    ]
    body = [line for line in write_turtle(triples).decode().splitlines() if not line.startswith("@prefix")]
    assert body == [
        f"<{node.value}> a qb:Observation ;",
        '\trdfs:label "甲\\"乙"@zh ;',
        "\tpf:indicator indicator:loans .",
    ]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.ttl: cannot be read"):
        read_turtle(tmp_path / "none.ttl")


def test_a_file_that_is_no_turtle_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"some\.ttl:3: not Turtle"):
        read(tmp_path, b"@prefix a: <http://example.org/> .\n\na:b a:c ;;; oops .\n")
