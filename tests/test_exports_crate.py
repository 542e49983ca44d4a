"""A release as a research object: whole, readable, and telling only what the release knows."""

import gzip
import hashlib
import io
import json
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rocrate.rocrate import ROCrate
from rocrate.vocabs import RO_CRATE

from provfin import __version__
from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.exports.content import ReleaseContent
from provfin.exports.crate import METADATA, describe_crate, write_archive, write_crate
from provfin.exports.csvw import write_release_csv
from provfin.exports.sdmx import write_sdmx_ml
from provfin.release import gather_content

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
GRAPH = "https://w3id.org/provfin/id/graph/"
ROOT_NEEDS = {"@id", "@type", "name", "description", "datePublished", "license"}
FILE_NEEDS = {"@id", "@type", "name", "encodingFormat", "contentSize", "sha256"}


@lru_cache(maxsize=1)
def content() -> ReleaseContent:
    return ReleaseContent.from_content(gather_content(find_assets()))


@lru_cache(maxsize=1)
def archive() -> bytes:
    (data,) = write_crate(content()).values()
    return data


@lru_cache(maxsize=1)
def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive())) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def read_metadata() -> dict[str, Any]:
    metadata: dict[str, Any] = json.loads(files()[METADATA])
    return metadata


def index_entities(metadata: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entity["@id"]: entity for entity in metadata["@graph"]}


def list_values(entity: dict[str, Any]) -> Iterator[Any]:
    for value in entity.values():
        yield from value if isinstance(value, list) else [value]


def list_faults(metadata: dict[str, Any]) -> Iterator[str]:
    """Yield what the specification asks for and the metadata lack: https://www.researchobject.org/ro-crate/1.2/."""
    entities = index_entities(metadata)
    about = {"@id": METADATA, "@type": "CreativeWork", "about": {"@id": "./"}}
    about["conformsTo"] = {"@id": "https://w3id.org/ro/crate/1.2"}
    if metadata["@context"] != "https://w3id.org/ro/crate/1.2/context" or entities.get(METADATA) != about:
        yield "descriptor"
    yield from (f"root: no {name}" for name in ROOT_NEEDS if not entities["./"].get(name))
    parts = {part["@id"] for part in entities["./"]["hasPart"]}
    yield from (f"{name}: no part" for name, item in entities.items() if (item["@type"] == "File") != (name in parts))
    yield from (f"{name}: no {key}" for name in parts for key in FILE_NEEDS - set(entities[name]))
    if len(entities) != len(metadata["@graph"]):
        yield "an entity is there twice"
    for entity in metadata["@graph"]:
        yield from (f"no such term: {name}" for name in entity if not name.startswith("@") and name not in TERMS)
        nested = [value for value in list_values(entity) if isinstance(value, dict)]
        yield from (f"nested: {value}" for value in nested if set(value) != {"@id"})
        yield from (f"no entity {value['@id']}" for value in nested if value["@id"] not in {*entities, *OUTSIDE})


TERMS = set(RO_CRATE["@context"])
OUTSIDE = {"https://w3id.org/ro/crate/1.2"}


# The metadata


def test_the_metadata_have_what_the_specification_asks_for() -> None:
    assert not list(list_faults(read_metadata()))


@pytest.mark.parametrize("name", sorted(ROOT_NEEDS - {"@id", "@type"}))
def test_a_root_without_what_it_needs_is_a_fault(name: str) -> None:
    metadata = read_metadata()
    del index_entities(metadata)["./"][name]
    assert f"root: no {name}" in list(list_faults(metadata))


def test_an_entity_that_is_missing_is_a_fault() -> None:
    metadata = read_metadata()
    metadata["@graph"] = [entity for entity in metadata["@graph"] if entity["@id"] != LICENCE]
    assert list(list_faults(metadata)) == [f"no entity {LICENCE}"]


def test_the_root_names_the_release_its_licence_and_its_maker() -> None:
    entities = index_entities(read_metadata())
    root = entities["./"]
    assert entities[root["identifier"]["@id"]]["value"] == content().hash
    assert content().hash == hashlib.sha256(content().data).hexdigest()
    assert root["license"] == {"@id": LICENCE}
    assert root["author"] == root["publisher"]
    assert entities[root["author"]["@id"]]["name"] == "The ProvFin project"
    assert "knowledge graph" in root["description"]
    assert "知识图谱" in root["description"]
    assert f"{len(content().observations)} observations" in root["description"]


def test_the_reports_are_those_that_are_declared() -> None:
    entities = index_entities(read_metadata())
    reports = [entities[item["@id"]] for item in entities["./"]["isBasedOn"]]
    assert reports
    for report in reports:
        path = find_assets().reports / f"{report['identifier']}.toml"
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        assert report["sha256"] == declared["sha256"]
        assert report["name"] == f"{declared['title_en']} · {declared['title']}"
        assert entities[report["publisher"]["@id"]]["name"] == f"{declared['publisher_en']} · {declared['publisher']}"
        assert entities[report["spatialCoverage"]["@id"]]["identifier"] == declared["area"]
        assert report["temporalCoverage"].startswith(declared["period"])


def test_the_files_were_made_of_the_reports_by_this_software() -> None:
    entities = index_entities(read_metadata())
    making = entities[entities["./"]["mentions"]["@id"]]
    assert making["@type"] == "CreateAction"
    assert making["object"] == entities["./"]["isBasedOn"]
    assert making["result"] == entities["./"]["hasPart"]
    assert entities[making["instrument"]["@id"]]["softwareVersion"] == __version__


# Dates


def test_without_a_date_the_day_is_one_the_release_tells() -> None:
    root = index_entities(read_metadata())["./"]
    periods = [index_entities(read_metadata())[item["@id"]]["temporalCoverage"] for item in root["isBasedOn"]]
    assert root["datePublished"] == max(period.split("/")[1] for period in periods)
    assert "the last day of the newest period" in root["description"]


def test_a_date_that_is_given_is_the_date() -> None:
    root = index_entities(describe_crate(content(), {}, date(2025, 9, 1)))["./"]
    assert root["datePublished"] == "2025-09-01"
    assert "the day given" in root["description"]


# What is not known is not told


def drop(pattern: str) -> ReleaseContent:
    lines = content().data.decode().splitlines(keepends=True)
    kept = [line for line in lines if pattern not in line]
    assert len(kept) < len(lines)
    return ReleaseContent(content().hash, "".join(kept).encode())


def test_a_maker_the_graph_does_not_name_is_not_made_up() -> None:
    root = index_entities(describe_crate(drop("<http://purl.org/dc/elements/1.1/creator>"), {}))["./"]
    assert not {"author", "publisher"} & set(root)


def test_a_publisher_the_graph_does_not_name_is_not_made_up() -> None:
    entities = index_entities(describe_crate(drop("<http://purl.org/dc/elements/1.1/publisher>"), {}))
    reports = [entities[item["@id"]] for item in entities["./"]["isBasedOn"]]
    assert [name for report in reports for name in report if name == "publisher"] == []


def test_a_release_without_reports_is_refused() -> None:
    with pytest.raises(InputError, match="no report"):
        write_crate(ReleaseContent("0" * 64, b""))


# The files


def test_every_file_is_told_of_with_its_size_and_hash() -> None:
    entities = index_entities(read_metadata())
    parts = {part["@id"] for part in entities["./"]["hasPart"]}
    assert parts == set(files()) - {METADATA}
    for name in parts:
        assert entities[name]["contentSize"] == str(len(files()[name]))
        assert entities[name]["sha256"] == hashlib.sha256(files()[name]).hexdigest()


def test_the_graphs_together_are_the_release() -> None:
    quads = {
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(GRAPH + Path(name).stem))
        for name, data in files().items()
        if name.startswith("graphs/")
        for triple in ox.parse(data, format=ox.RdfFormat.TURTLE)
    }
    assert quads == set(content().quads)
    assert gzip.decompress(files()["provfin.nq.gz"]) == content().data


def test_tables_and_messages_are_those_of_the_other_exports() -> None:
    for folder, written in (("tables", write_release_csv(content())), ("sdmx", write_sdmx_ml(content()))):
        assert {name: data for name, data in files().items() if name.startswith(f"{folder}/")} == {
            f"{folder}/{name}": data for name, data in written.items()
        }


def test_rocrate_reads_it_back(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive())) as opened:
        opened.extractall(tmp_path)
    crate = ROCrate(tmp_path)
    assert crate.root_dataset["license"].id == LICENCE
    assert crate.root_dataset["identifier"]["value"] == content().hash
    assert crate.datePublished.date().isoformat() == index_entities(read_metadata())["./"]["datePublished"]
    assert {entity.id for entity in crate.data_entities} == set(files()) - {METADATA}
    assert [report["sha256"] for report in crate.root_dataset["isBasedOn"]] == [
        report.sha256 for report in content().reports
    ]


# The same bytes


def test_equal_quads_in_another_order_give_the_same_metadata() -> None:
    lines = content().data.splitlines(keepends=True)
    other = ReleaseContent(content().hash, b"".join(reversed(lines)))
    assert describe_crate(other, {}) == describe_crate(content(), {})


def test_files_bear_no_time_and_the_same_bytes_come_again() -> None:
    with zipfile.ZipFile(io.BytesIO(archive())) as opened:
        entries = opened.infolist()
    assert entries[0].filename == METADATA
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert write_archive(files()) == archive()
