"""Validating tells whose fault it is, looks classes up without judging them, and is never silently green."""

import json
import shutil
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, Literal
from rdflib.namespace import DCTERMS, SH

from provfin.assets import Assets, find_assets
from provfin.errors import InputError
from provfin.validation import Finding, as_json, format_finding, validate

ASSETS = find_assets()
CASES = ASSETS.shapes / "cases"
OBSERVATION = (CASES / "observation" / "valid.ttl").read_text(encoding="utf-8")
PREFIXES = OBSERVATION.partition("\n\n")[0]
FINDING = Finding("warning", "PF-REP-005", "Add a title.", "补充标题。", "http://x/r", "dcterms:title", "old", "x-2001")


def write(folder: Path, text: str, file: str = "report.ttl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


def break_value(folder: Path, old: str, new: str) -> list[Finding]:
    assert old in OBSERVATION
    return validate([write(folder, OBSERVATION.replace(old, new, 1))])


# What a finding says


def test_a_finding_says_what_is_wrong_where_and_how_to_repair_it(tmp_path: Path) -> None:
    (finding,) = break_value(tmp_path / "x-2001", "pf:lowerBound 12.25", "pf:lowerBound 12.5")
    assert finding.severity == "violation"
    assert finding.code == "PF-OBS-021"
    assert finding.focus == "https://w3id.org/provfin/id/observation/example-2001/CN/2001/fiscal-revenue/level"
    assert (finding.path, finding.value, finding.source) == ("pf:lowerBound", "12.5", "x-2001")
    assert "compute the bounds again" in finding.message_en
    assert "重新计算" in finding.message_zh


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ("document-part/invalid-pf-par-008", "dcterms:isPartOf+"),
        ("document-part/invalid-pf-par-009", "dcterms:isPartOf/oa:start"),
        ("mention/invalid-pf-men-001", ""),
        ("mention/invalid-pf-men-013", "^pf:mention"),
        ("observation/invalid-pf-obs-025", "pf:lowerBound|pf:upperBound|pf:valueInBaseUnit|sdmx-measure:obsValue"),
    ],
)
def test_the_path_reads_as_in_sparql(case: str, path: str) -> None:
    assert {finding.path for finding in validate([CASES / f"{case}.ttl"])} == {path}


@pytest.mark.parametrize(
    ("case", "severity"),
    [("document-part/invalid-pf-par-011", "info"), ("report/invalid-pf-rep-005", "warning")],
)
def test_the_severity_is_that_of_the_rule(case: str, severity: str) -> None:
    assert {finding.severity for finding in validate([CASES / f"{case}.ttl"])} == {severity}


@pytest.mark.parametrize("number", ["NaN", "INF", "1_000", "１２", "1e3", "twelve", ""])
def test_what_is_no_decimal_is_found(tmp_path: Path, number: str) -> None:
    literal = f'"{number}"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    found = break_value(tmp_path, "pf:valueInBaseUnit 1230000000.0", f"pf:valueInBaseUnit {literal}")
    assert [(finding.code, finding.value) for finding in found] == [("PF-OBS-018", number)]


def test_a_date_that_is_none_is_found(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = break_value(tmp_path, '"2001-01-01"^^xsd:date', '"2001-02-31"^^xsd:date')
    assert [finding.code for finding in found] == ["PF-OBS-048"]
    assert caplog.records == []


def test_findings_come_in_one_order() -> None:
    found = validate([CASES / "mention", CASES / "document-part"])
    assert found == validate([CASES / "document-part", *sorted(CASES.glob("mention/*.ttl"), reverse=True)])
    assert [finding.source for finding in found] == sorted(finding.source for finding in found)
    assert len(found) == len(set(found)) > 20


def test_json_holds_every_field() -> None:
    assert json.loads(as_json([FINDING])) == [
        {
            "severity": "warning",
            "code": "PF-REP-005",
            "message_en": "Add a title.",
            "message_zh": "补充标题。",
            "focus": "http://x/r",
            "path": "dcterms:title",
            "value": "old",
            "source": "x-2001",
        }
    ]
    assert "补充标题" in as_json([FINDING])
    assert as_json([]) == "[]\n"


def test_text_holds_place_fault_and_repair() -> None:
    assert format_finding(FINDING).splitlines() == [
        "x-2001: warning PF-REP-005 at http://x/r: dcterms:title old",
        "  Add a title.",
        "  补充标题。",
    ]


def test_text_leaves_out_what_a_finding_has_not() -> None:
    bare = Finding("violation", "PF-REP-001", "Name it.", "命名。", "http://x/r", "", "", "x-2001")
    assert format_finding(bare).splitlines()[0] == "x-2001: violation PF-REP-001 at http://x/r"


# What is validated


def test_the_files_of_a_folder_are_one_graph(tmp_path: Path) -> None:
    blocks = OBSERVATION.partition("\n\n")[2].split("\n\n")
    for number, block in enumerate(blocks):
        write(tmp_path, f"{PREFIXES}\n\n{block}", f"{number}.ttl")
    assert validate([tmp_path]) == []
    assert validate([tmp_path / f"{number}.ttl" for number in range(len(blocks))]) == []
    alone = next(number for number, block in enumerate(blocks) if "a pf:Observation" in block)
    assert {"PF-OBS-004", "PF-OBS-016"} < {finding.code for finding in validate([tmp_path / f"{alone}.ttl"])}


def test_the_folders_are_apart(tmp_path: Path) -> None:
    write(tmp_path / "good", OBSERVATION)
    write(tmp_path / "bad", OBSERVATION.replace("pf:lowerBound 12.25", "pf:lowerBound 12.5"))
    assert [finding.source for finding in validate([tmp_path])] == ["bad"]


def test_the_vocabulary_is_looked_up_and_not_judged(tmp_path: Path) -> None:
    write(tmp_path / "own", f"{PREFIXES}\n\narea:CN pf:gbCode 'six' .")
    found = validate([tmp_path])
    assert {(finding.code, finding.focus) for finding in found} == {
        ("PF-VOC-020", "https://w3id.org/provfin/id/area/CN")
    }


def test_a_vocabulary_file_is_named_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("provfin.validation.find_assets", lambda: Assets(tmp_path))
    text = (CASES / "vocabulary" / "invalid-pf-voc-003.ttl").read_text(encoding="utf-8")
    write(tmp_path / "ontology" / "vocabulary", text, "areas.ttl")
    assert {finding.source for finding in validate([tmp_path / "ontology"])} == {"vocabulary"}


def test_by_default_vocabulary_and_reports_are_validated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("provfin.validation.find_assets", lambda: Assets(tmp_path))
    (tmp_path / "ontology").symlink_to(ASSETS.ontology)
    with pytest.raises(InputError, match="data/ttl: not there"):
        validate()
    for name in ("report", "mention"):
        case = next((CASES / name).glob("invalid-*-002.ttl"))
        write(tmp_path / "data" / "ttl" / name, case.read_text(encoding="utf-8"))
    assert [(finding.source, finding.code) for finding in validate()] == [
        ("mention", "PF-MEN-002"),
        ("report", "PF-REP-002"),
    ]


def test_aimed_shapes_find_what_plain_pyshacl_finds(tmp_path: Path) -> None:
    shapes, data = Graph(), Graph()
    for file in ASSETS.shapes.glob("*.ttl"):
        shapes.parse(file)
    for file in [*ASSETS.ontology.rglob("*.ttl"), *CASES.rglob("*.ttl")]:
        data.parse(file)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    plain = set()
    for result in report.objects(None, SH.result):
        code = shapes.value(report.value(result, SH.sourceShape), DCTERMS.identifier)
        focus, value = (report.value(result, term, default=Literal("")) for term in (SH.focusNode, SH.value))
        plain.add((str(code), str(focus), str(value)))
    for number, file in enumerate(sorted(CASES.rglob("*.ttl"))):
        shutil.copy(file, tmp_path / f"{number}.ttl")
    found = {(finding.code, finding.focus, finding.value) for finding in validate([tmp_path])}
    assert len({code for code, _, _ in found}) > 80
    assert found == plain


# What is refused


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no-such: not there; give a Turtle file or a folder of Turtle"):
        validate([tmp_path / "no-such"])


def test_a_folder_without_turtle_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "not Turtle", "notes.txt")
    with pytest.raises(InputError, match=r"no Turtle in the folder; give a folder that holds \.ttl files"):
        validate([tmp_path])


def test_no_paths_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="nothing to validate"):
        validate([])


def test_bad_turtle_is_refused_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "<http://x/a> <http://x/b> <http://x/c> .\n<http://x/a> <http://x/b>\n")
    with pytest.raises(InputError, match=r"report\.ttl:\d+: not Turtle"):
        validate([tmp_path])


@pytest.mark.parametrize("text", ["", "<http://x/a> <http://x/b> 'c' ."])
def test_a_graph_no_shape_meets_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="nothing to validate: no shape meets any node of the graph; give the graph"):
        validate([write(tmp_path, text)])


@pytest.mark.parametrize("edit", ["pf:unit []", "pf:unit _:b", "pf:unit << <http://x/a> <http://x/b> <http://x/c> >>"])
def test_a_blank_node_is_refused(tmp_path: Path, edit: str) -> None:
    with pytest.raises(InputError, match=r"a blank node at .*; give every node an IRI"):
        break_value(tmp_path, "pf:unit unit:hundred-million-cny", edit)


def test_literals_are_read_as_written(tmp_path: Path) -> None:
    found = break_value(tmp_path, "sdmx-attribute:decimals 1", "sdmx-attribute:decimals 1.50")
    assert [finding.value for finding in found] == [str(Literal("1.50"))]
