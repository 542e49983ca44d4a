"""Validating tells whose fault it is, looks classes up without judging them, and is never silently green."""

import itertools
import shutil
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import Graph, Literal
from rdflib.namespace import DCTERMS, SH

from provfin.assets import Assets, find_assets
from provfin.errors import InputError
from provfin.findings import Finding
from provfin.turtle import read_turtle
from provfin.validation import gather, read_check, run, validate
from provfin.validation.graphs import make_graph, read_files
from provfin.validation.places import TurtleFile

ASSETS = find_assets()
CASES = ASSETS.shapes / "cases"
OBSERVATION = (CASES / "observation" / "valid.ttl").read_text(encoding="utf-8")
ID = "https://w3id.org/provfin/id/"
PREFIXES = OBSERVATION.partition("\n\n")[0]


def write(folder: Path, text: str, file: str = "report.ttl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


def break_value(folder: Path, old: str, new: str) -> list[Finding]:
    assert old in OBSERVATION
    return validate([write(folder, OBSERVATION.replace(old, new, 1))], checks=False)


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
    assert {finding.path for finding in validate([CASES / f"{case}.ttl"], checks=False)} == {path}


@pytest.mark.parametrize(
    ("case", "severity"),
    [("document-part/invalid-pf-par-011", "info"), ("report/invalid-pf-rep-005", "warning")],
)
def test_the_severity_is_that_of_the_rule(case: str, severity: str) -> None:
    assert {finding.severity for finding in validate([CASES / f"{case}.ttl"], checks=False)} == {severity}


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


# What is validated


def test_the_files_of_a_folder_are_one_graph(tmp_path: Path) -> None:
    blocks = OBSERVATION.partition("\n\n")[2].split("\n\n")
    for number, block in enumerate(blocks):
        write(tmp_path, f"{PREFIXES}\n\n{block}", f"{number}.ttl")
    assert validate([tmp_path], checks=False) == []
    assert validate([tmp_path / f"{number}.ttl" for number in range(len(blocks))], checks=False) == []
    alone = next(number for number, block in enumerate(blocks) if "a pf:Observation" in block)
    assert {"PF-OBS-004", "PF-OBS-016"} < {finding.code for finding in validate([tmp_path / f"{alone}.ttl"])}


def test_the_folders_are_apart(tmp_path: Path) -> None:
    write(tmp_path / "good", OBSERVATION)
    write(tmp_path / "bad", OBSERVATION.replace("pf:lowerBound 12.25", "pf:lowerBound 12.5"))
    assert [finding.source for finding in validate([tmp_path], checks=False)] == ["bad"]


def test_the_vocabulary_is_looked_up_and_not_judged(tmp_path: Path) -> None:
    write(tmp_path / "own", f"{PREFIXES}\n\narea:CN pf:gbCode 'six' .")
    found = validate([tmp_path])
    assert {(finding.code, finding.focus) for finding in found} == {
        ("PF-VOC-020", "https://w3id.org/provfin/id/area/CN")
    }


def copy_rules(root: Path) -> Assets:
    """Return assets with the rules of the repository and nothing to hold them against."""
    for name in ("shapes", "queries"):
        (root / name).symlink_to(ASSETS.root / name)
    return Assets(root)


def test_a_vocabulary_file_is_named_as_such(tmp_path: Path) -> None:
    assets = copy_rules(tmp_path)
    text = (CASES / "vocabulary" / "invalid-pf-voc-003.ttl").read_text(encoding="utf-8")
    write(tmp_path / "ontology" / "vocabulary", text, "areas.ttl")
    found = validate([tmp_path / "ontology"], assets=assets, checks=False)
    assert {finding.source for finding in found} == {"vocabulary"}


def test_by_default_vocabulary_and_reports_are_validated(tmp_path: Path) -> None:
    assets = copy_rules(tmp_path)
    (tmp_path / "ontology").symlink_to(ASSETS.ontology)
    with pytest.raises(InputError, match="data/ttl: not there"):
        validate(assets=assets)
    for name in ("report", "mention"):
        case = next((CASES / name).glob("invalid-*-002.ttl"))
        write(tmp_path / "data" / "ttl" / name, case.read_text(encoding="utf-8"))
    assert [(finding.source, finding.code) for finding in validate(assets=assets, checks=False)] == [
        ("mention", "PF-MEN-002"),
        ("report", "PF-REP-002"),
    ]


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    for number, case in enumerate(sorted(CASES.glob("mention/invalid-*.ttl"))[:5]):
        write(tmp_path / f"case-{number}", case.read_text(encoding="utf-8"))
    folders = gather([tmp_path], ASSETS)
    alone, apart = run(folders, ASSETS), run(folders, ASSETS, workers=2)
    assert len({finding.source for finding in alone.findings}) == 5
    assert alone == apart


def test_a_run_knows_which_rules_had_something_to_look_at() -> None:
    outcome = run(gather([CASES / "outlook" / "valid.ttl"], ASSETS), ASSETS)
    assert {"PF-OUT-001", "PF-IC-01"} <= outcome.met
    assert "PF-EVT-001" not in outcome.met


# Checks


def test_checks_look_at_all_reports_together(tmp_path: Path) -> None:
    write(tmp_path / "one", OBSERVATION)
    assert "PF-IC-12" not in {finding.code for finding in validate([tmp_path])}
    other = OBSERVATION.replace("observation/example-2001/CN/2001/fiscal-revenue", "observation/example-2002/again")
    write(tmp_path / "two", other)
    clashes = [finding for finding in validate([tmp_path]) if finding.code == "PF-IC-12"]
    assert [(finding.severity, finding.path) for finding in clashes] == [("violation", "")]
    assert {clashes[0].focus, clashes[0].value} == {
        f"{ID}observation/example-2001/CN/2001/fiscal-revenue/level",
        f"{ID}observation/example-2002/again/level",
    }
    assert clashes[0].source == "one"
    assert "合并" in clashes[0].message_zh


def test_a_fault_of_the_vocabulary_is_found_with_the_vocabulary_only(tmp_path: Path) -> None:
    assets = copy_rules(tmp_path)
    shutil.copytree(ASSETS.ontology, tmp_path / "ontology")
    term = "<https://w3id.org/provfin/id/topic/odd> a <https://w3id.org/provfin/def#NoSuchClass> ."
    write(tmp_path / "ontology" / "vocabulary", term, "odd.ttl")
    write(tmp_path / "report", OBSERVATION)
    found = validate([tmp_path / "report", tmp_path / "ontology"], assets=assets)
    assert ("PF-CHK-011", "vocabulary") in {(finding.code, finding.source) for finding in found}
    found = validate([tmp_path / "report"], assets=assets)
    assert found
    assert "PF-CHK-011" not in {finding.code for finding in found}


def test_a_term_nobody_declares_is_found_in_the_report_that_uses_it(tmp_path: Path) -> None:
    write(tmp_path / "x-2001", OBSERVATION.replace("pf:upperBound 12.35", "pf:uperBound 12.35"))
    found = validate([tmp_path])
    codes = {(finding.code, finding.focus) for finding in found}
    assert ("PF-CHK-011", "https://w3id.org/provfin/def#uperBound") in codes
    assert {finding.source for finding in found} == {"x-2001"}


def test_a_check_is_read_from_its_header(tmp_path: Path) -> None:
    path = tmp_path / "no-green.rq"
    header = "# code: X-1\n# severity: info\n# title@en: No green\n# title@zh: 无绿\n# repair@en: Paint it.\n"
    path.write_text(f"{header}# repair@zh: 上色。\n\n# note: none\nSELECT * {{ ?s ?p ?o }}", encoding="utf-8")
    rule = read_check(path).rule
    assert (rule.code, rule.severity, rule.name, rule.repair) == (
        "X-1", "info", ("No green", "无绿"), ("Paint it.", "上色。")
    )  # fmt: skip
    path.write_text("# title: No green\n# repair: paint it\nSELECT * { ?s ?p ?o }", encoding="utf-8")
    assert (read_check(path).rule.code, read_check(path).rule.severity) == ("no-green", "violation")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# repair: a", "no title"),
        ("# title: a", "no repair"),
        ("# title: a\n# repair: b\n# severity: x", "'x' is no"),
    ],
)
def test_a_check_without_a_sound_header_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "odd.rq"
    path.write_text(f"{text}\nSELECT * {{ ?s ?p ?o }}", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_check(path)


# Places


def test_a_finding_points_at_the_line_at_fault(tmp_path: Path) -> None:
    (finding,) = break_value(tmp_path / "x-2001", "pf:lowerBound 12.25", "pf:lowerBound 12.5")
    (place,) = finding.places
    assert place.file == str(tmp_path / "x-2001" / "report.ttl")
    text = Path(place.file).read_text(encoding="utf-8")
    assert text.splitlines()[place.line - 1][place.column - 1 : place.end_column - 1] == "pf:lowerBound 12.5 ;"
    assert text[place.start : place.end] == place.text == "pf:lowerBound 12.5 ;"


def test_a_finding_without_a_line_of_its_own_points_at_its_node(tmp_path: Path) -> None:
    found = break_value(tmp_path / "x-2001", '    pf:origin "table" ;\n', "")
    place = next(finding.places[0] for finding in found if finding.path == "pf:origin")
    assert place.text == "<mention/example-2001/30-34> a pf:Mention , oa:TextPositionSelector ;"


def test_every_block_of_the_repository_is_found() -> None:
    for path in ASSETS.graphs.rglob("*.ttl"):
        subjects = {triple.subject.value for triple in read_turtle(path) if isinstance(triple.subject, ox.NamedNode)}
        assert subjects == set(TurtleFile(path).blocks)


# The engine


def test_layered_graphs_answer_as_rdflib_does() -> None:
    triples = read_files([CASES / "observation" / "valid.ttl", CASES / "mention" / "valid.ttl"])
    graph, plain = make_graph(triples, make_graph(triples[::2])), Graph()
    for triple in graph:
        plain.add(triple)
    assert len(graph) == len(plain) == len(set(triples))
    subject, predicate, value = next(iter(plain))
    patterns = itertools.product((subject, None), (predicate, None), (value, None))
    for pattern in patterns:
        assert sorted(graph.triples(pattern)) == sorted(plain.triples(pattern))
    with pytest.raises(NotImplementedError):
        graph.remove((subject, predicate, value))


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
    found = {(finding.code, finding.focus, finding.value) for finding in validate([tmp_path], checks=False)}
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
