"""The exports of a release: what each is, that it is pure, and that observations are read as the graph has them."""

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from exporting import (
    CONTENTS,
    LONG,
    TEXTS,
    VALUES,
    ask_facts,
    ask_mentions,
    gather_real,
    gather_tiny,
    gather_turtle,
    make_content,
    select,
    write_tiny,
)
from provfin.commands.export import ExportFormat
from provfin.errors import InputError
from provfin.exports import EXPORTS, Export, ReleaseContent, find_export
from provfin.exports.content import compress
from provfin.exports.index import Index
from provfin.exports.observations import Observation
from provfin.release import Content, publish
from provfin.turtle import BASE, PREFIXES

PF = PREFIXES["pf"]
HASH_ALL = """
import hashlib, sys
from provfin.exports import EXPORTS, ReleaseContent
data = open(sys.argv[1], "rb").read()
for export in EXPORTS.values():
    for name, file in export.write(ReleaseContent("0" * 64, data)).items():
        print(export.name, name, hashlib.sha256(file).hexdigest())
"""


def find(name: str) -> Observation:
    return next(item for item in gather_tiny().observations if item.iri.endswith(f"/{name}"))


# The registry


def test_every_export_has_a_name_and_the_command_offers_it() -> None:
    assert all(name == export.name for name, export in EXPORTS.items())
    assert {item.value for item in ExportFormat} == set(EXPORTS)
    assert {"turtle", "nquads", "json-ld", "jsonl", "csv", "parquet", "xlsx"} <= set(EXPORTS)


def test_an_unknown_export_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="parquet"):
        find_export("xls")


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_an_export_writes_files_of_its_suffix_first(export: Export) -> None:
    files = export.write(gather_tiny())
    assert next(iter(files)).endswith(export.suffix)
    assert all(files.values())
    assert all("/" not in name and "/" in export.find_media_type(name) for name in files)


def test_metadata_beside_a_table_has_a_media_type_of_its_own() -> None:
    export = EXPORTS["csv"]
    assert export.find_media_type("mentions.csv-metadata.json") == "application/csvm+json"
    assert export.find_media_type("mentions.csv").startswith("text/csv")


def test_equal_releases_give_equal_bytes_in_any_process_and_time_zone(tmp_path: Path) -> None:
    path = tmp_path / "release.nq"
    path.write_bytes(gather_tiny().data)
    printed = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", HASH_ALL, str(path)]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
        printed.append(result.stdout)
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) >= len(EXPORTS)


def test_writing_one_export_leaves_the_content_as_it_was() -> None:
    content = gather_tiny()
    before = {name: dict(export.write(content)) for name, export in EXPORTS.items()}
    assert {name: dict(export.write(content)) for name, export in reversed(list(EXPORTS.items()))} == before


def test_gzip_tells_no_time() -> None:
    assert compress(b"abc")[4:8] == bytes(4)


# The content of a release


def test_a_published_release_has_the_content_of_the_files(tmp_path: Path) -> None:
    content = gather_tiny()
    release = publish(tmp_path, Content(content.data, content.hash, {}))
    assert ReleaseContent.from_release(release) == content
    assert ReleaseContent.from_content(Content(content.data, content.hash, {})) == content
    release.data_path.unlink()
    with pytest.raises(InputError, match="provfin build"):
        ReleaseContent.from_release(release)


def test_what_is_not_n_quads_is_refused() -> None:
    with pytest.raises(InputError, match="not N-Quads"):
        _ = make_content("<a> <b> .").quads


def test_the_reports_and_the_licence_are_those_of_the_graph() -> None:
    assert [(report.id, report.title_zh, report.sha256) for report in gather_tiny().reports] == [
        ("tiny-2020", "小", "00")
    ]
    assert gather_tiny().licences == ["https://creativecommons.org/licenses/by/4.0/"]
    assert [report.id for report in gather_real().reports] == [
        row[0]
        for row in select("real", "SELECT ?id WHERE { ?report pf:sha256 ?hash ; dcterms:identifier ?id } ORDER BY ?id")
    ]


# Observations


@pytest.mark.parametrize("name", CONTENTS)
def test_observations_are_those_of_the_graph(name: str) -> None:
    read = {
        item.iri: (item.value, item.unit.code, item.period.code, item.area.code)
        for item in CONTENTS[name]().observations
    }
    assert read == {iri: (fact.value, fact.unit, fact.period, fact.area) for iri, fact in ask_facts(name).items()}
    assert list(read) == sorted(read)


@pytest.mark.parametrize("name", CONTENTS)
def test_mentions_are_those_of_the_graph(name: str) -> None:
    read = {
        (item.iri, at.iri, at.start, at.end, at.exact, at.value, at.unit.code, at.origin, at.rule)
        for item in CONTENTS[name]().observations
        for at in item.mentions
    }
    assert read == ask_mentions(name)


@pytest.mark.parametrize("name", CONTENTS)
def test_every_other_dimension_is_a_breakdown_or_a_role(name: str) -> None:
    rows = select(
        name,
        """SELECT ?iri ?dimension ?code WHERE {
             ?dimension a qb:DimensionProperty . ?iri a qb:Observation ; ?dimension ?concept .
             ?concept skos:notation ?code . FILTER STRSTARTS(STR(?dimension), STR(pf:))
             FILTER(?dimension NOT IN (pf:indicator, pf:measure)) }""",
    )
    read = {
        (item.iri, PF + dimension, code.code)
        for item in CONTENTS[name]().observations
        for dimension, code in {**item.breakdowns, **item.roles}.items()
    }
    assert read == {tuple(row) for row in rows}
    assert len(read) > len(CONTENTS[name]().observations)


@pytest.mark.parametrize("name", CONTENTS)
def test_bounds_bases_and_statuses_are_those_of_the_graph(name: str) -> None:
    rows = select(
        name,
        """SELECT ?iri ?lower ?upper ?base ?decimals ?status ?reason WHERE {
             ?iri a qb:Observation ; sdmx-attribute:obsStatus/skos:notation ?status .
             OPTIONAL { ?iri pf:lowerBound ?lower ; pf:upperBound ?upper ; pf:valueInBaseUnit ?base ;
                             sdmx-attribute:decimals ?decimals }
             OPTIONAL { ?iri pf:missingReason/skos:notation ?reason } }""",
    )
    told = {str(row[0]): (*(None if cell is None else Decimal(cell) for cell in row[1:5]), *row[5:]) for row in rows}
    assert told == {
        item.iri: (
            *(item.lower, item.upper, item.base_value, item.decimals, item.status.code),
            item.missing_reason and item.missing_reason.code,
        )
        for item in CONTENTS[name]().observations
    }


def test_a_figure_is_to_the_letter_that_of_the_graph() -> None:
    assert {name: str(find(name).value) for name in VALUES} == VALUES
    assert find("at").value == LONG
    assert str(find("at").base_value) == f"{LONG}{'0' * 8}"


def test_a_missing_figure_has_a_reason_and_no_value() -> None:
    missing = find("missing")
    assert (missing.value, missing.base_value, missing.lower, missing.decimals) == (None, None, None, None)
    assert missing.missing_reason is not None
    assert (missing.missing_reason.code, missing.status.code) == ("not-printed", "M")


def test_a_mention_says_where_it_stands_and_who_read_it() -> None:
    (mention,) = find("equals").mentions
    assert (mention.section, mention.exact, mention.read_by) == (("一、=1+1",), TEXTS["equals"], "reviewer")


def test_an_area_has_the_code_of_the_subdivision_it_lies_in() -> None:
    areas = {item.area.code: item.area.iso_3166_2 for item in gather_real().observations}
    rows = select("real", "SELECT ?code ?above WHERE { ?area skos:notation ?code ; skos:broader/skos:notation ?above }")
    broader = {row[0]: row[1] for row in rows}
    assert areas
    assert all(iso in (code, broader[code]) and iso is not None for code, iso in areas.items())
    assert find("equals").area.iso_3166_2 is None


def test_a_qualifier_is_that_of_the_value() -> None:
    observation = find("equals")
    (mention,) = observation.mentions
    about = replace(mention, qualifier="约")
    coarse = replace(about, value=Decimal(1))
    assert observation.qualifier is None
    assert replace(observation, mentions=(about, coarse)).qualifier == "约"
    assert replace(observation, mentions=(about, mention)).qualifier is None
    assert replace(observation, mentions=(coarse, mention)).qualifier is None


def test_disputed_mentions_are_marked() -> None:
    rows = select("real", "SELECT ?iri ?mention WHERE { ?iri pf:disputedBy ?mention }")
    marked = [[item.iri, at.iri] for item in gather_real().observations for at in item.mentions if at.is_disputed]
    assert sorted(marked) == sorted(rows)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pf:unit unit:hundred-million-cny ; sdmx-attribute:unitMeasure", "sdmx-attribute:unitMeasure", "no unit"),
        ("pf:measure measure:level", "pf:measure measure:level, measure:share", "more than one measure"),
        ('"0.10"^^xsd:decimal', '"0,10"', "'0,10' is no decimal"),
        ('"0.10"^^xsd:decimal', '"1_0"', "'1_0' is no decimal"),
        ('"0.10"^^xsd:decimal', '"NaN"', "'NaN' is no decimal"),
        ('"0.10"^^xsd:decimal', '"1E3"', "'1E3' is no decimal"),
        ('"0.10"^^xsd:decimal', '"１"', "'１' is no decimal"),
        (
            "dcterms:isPartOf <",
            f"dcterms:isPartOf <{BASE}part/tiny-2020/section/1> . <a:b> dcterms:isPartOf <",
            "leads back",
        ),
    ],
)
def test_a_graph_that_lacks_something_is_refused_naming_the_node(old: str, new: str, said: str) -> None:
    text = write_tiny()
    assert old in text
    with pytest.raises(InputError, match=said) as raised:
        _ = gather_turtle(text.replace(old, new)).observations
    assert raised.value.where.startswith(BASE)


# The index


def test_the_index_finds_values_labels_and_ways_up() -> None:
    content = make_content(
        '<x:a> <x:label> "b"@en <x:g> .',
        '<x:a> <x:label> "乙"@zh <x:g> .',
        "<x:a> <x:up> <x:b> <x:h> .",
        '<x:b> <x:n> "1" <x:g> .',
    )
    index = Index(content.quads)
    assert (index.label("x:a", "zh", "x:label"), index.label("x:a", "fr", "x:label")) == ("乙", None)
    assert (index.get("x:b", "x:n"), index.find("x:b", "x:up"), index.subjects("x:up")) == ("1", None, ["x:a"])
    assert list(index.climb("x:a", "x:up")) == ["x:a", "x:b"]
    assert sorted(index.predicates("x:a")) == ["x:label", "x:up"]
    with pytest.raises(InputError, match="more than one x:label"):
        index.get("x:a", "x:label")
