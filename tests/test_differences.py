"""What two releases differ in: planted changes are found, told exactly, and nothing else is."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import PROV, RDF, VOID

from provfin.assets import find_assets
from provfin.dataset import CATALOGUE_GRAPH
from provfin.differences import Change, Differences, Kind, compare_releases, find_source
from provfin.differences.changes import Comparison
from provfin.differences.renaming import Renaming
from provfin.differences.sources import SortedQuads, open_quads
from provfin.entailments import ENTAILMENTS_GRAPH
from provfin.errors import InputError
from provfin.release import Content, Release, gather_content, name_release, publish
from provfin.turtle import BASE, PREFIXES

REPORT = "liaoning-2025"
FIGURE = f"{BASE}observation/{REPORT}/CN-LN/2024/gross-regional-product/level"
OTHER = f"{BASE}observation/{REPORT}/CN-LN/2024/gross-regional-product/primary-industry/level"
ONCE = f"{BASE}observation/{REPORT}/CN-LN/2024-01--2024-03/gross-regional-product/level"
PF, VALUE = PREFIXES["pf"], f"{PREFIXES['sdmx-measure']}obsValue"
DECIMAL = f"^^<{PREFIXES['xsd']}decimal>"

Lines = list[bytes]
Build = Callable[[Iterable[bytes]], Release]


@pytest.fixture(scope="module")
def lines() -> Lines:
    """The quads of the real release, in order."""
    return gather_content(find_assets()).data.splitlines(keepends=True)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Make a release of quads in any order."""
    folder = tmp_path_factory.mktemp("releases")

    def make(quads: Iterable[bytes]) -> Release:
        data = b"".join(sorted(set(quads)))
        return publish(folder, Content(data, hashlib.sha256(data).hexdigest(), {f"{BASE}graph/{REPORT}": 1}))

    return make


@pytest.fixture(scope="module")
def old(lines: Lines, build: Build) -> Release:
    """The real release."""
    return build(lines)


def replace(lines: Lines, subject: str, predicate: str, before: str, after: str) -> Lines:
    """Return quads with the object of some statements of a subject changed."""
    start = f"<{subject}> <{predicate}> ".encode()
    changed = [line.replace(before.encode(), after.encode(), 1) if line.startswith(start) else line for line in lines]
    assert changed != lines
    return changed


def drop(lines: Lines, *subjects: str) -> Lines:
    starts = tuple(f"<{subject}> ".encode() for subject in subjects)
    kept = [line for line in lines if not line.startswith(starts)]
    assert len(kept) < len(lines)
    return kept


def find_objects(lines: Lines, subject: str, predicate: str) -> list[str]:
    start = f"<{subject}> <{predicate}> <".encode()
    return [line[len(start) :].split(b">", 1)[0].decode() for line in lines if line.startswith(start)]


def find_only(found: Differences, kind: Kind) -> Change:
    """Return the only change of a figure, which is of this kind."""
    (change,) = found.changes
    assert change.kind is kind
    return change


def read_json(found: Differences) -> dict[str, Any]:
    told = json.loads(found.to_json())
    assert isinstance(told, dict)
    return told


def read_graph(found: Differences) -> Graph:
    graph = Graph().parse(data=found.to_turtle(), format="turtle")
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]
    return graph


def name_state(release: Release, iri: str) -> URIRef:
    return URIRef(f"{name_release(release.hash)}/{iri.removeprefix(BASE)}")


def name_comparison(old: Release, new: Release) -> URIRef:
    return URIRef(f"{name_release(new.hash)}/compared-with/{old.hash[:16]}")


# Nothing differs


def test_a_release_does_not_differ_from_itself(old: Release) -> None:
    found = compare_releases(old, old)
    assert found.is_empty
    assert not found.changes
    assert found.to_text() == f"{old.hash[:16]} → {old.hash[:16]}\nno differences\n"
    assert set(read_json(found)["counts"].values()) == {0}
    assert not list(read_graph(found).triples((None, RDF.type, PROV.Activity)))


def test_what_follows_from_statements_and_the_graph_they_stand_in_make_no_difference(
    lines: Lines, old: Release, build: Build
) -> None:
    follows = (f"<{ENTAILMENTS_GRAPH}>".encode(), f"<{CATALOGUE_GRAPH}>".encode())
    asserted = [line for line in lines if not any(graph in line for graph in follows)]
    assert len(asserted) < len(lines)
    moved = [line.replace(f"graph/{REPORT}>".encode(), b"graph/elsewhere>") for line in asserted]
    new = build(moved)
    assert new.hash != old.hash
    assert compare_releases(old, new).is_empty


# One thing differs


def test_a_revised_value_is_told_exactly(lines: Lines, old: Release, build: Build) -> None:
    new = build(replace(lines, FIGURE, VALUE, '"32612.7"', '"32612.710"'))
    found = compare_releases(old, new)
    change = find_only(found, Kind.revised)
    assert change.aspects == ("value",)
    assert change.old is not None
    assert change.new is not None
    assert (change.old.value, change.new.value) == ("32612.7", "32612.710")
    record = read_json(found)
    assert record["counts"]["revised"] == 1
    (told,) = record["revised"]
    assert (told["observation"], told["aspects"]) == (FIGURE, ["value"])
    assert (told["old"]["value"], told["new"]["value"]) == ("32612.7", "32612.710")
    assert (told["old"]["lower_bound"], told["old"]["unit"]["code"]) == ("32612.65", "hundred-million-cny")
    assert [place["start"] for place in told["new"]["evidence"]] == [400, 3072, 21026]
    assert told["period"]["code"] == "2024"
    assert told["labels"] == {"en": "Gross regional product", "zh": "地区生产总值"}
    assert record["statements"] == {"added": 1, "withdrawn": 1}


def test_a_revision_reads_well_in_both_languages(lines: Lines, old: Release, build: Build) -> None:
    new = build(replace(lines, FIGURE, VALUE, '"32612.7"', '"32613.7"'))
    found = compare_releases(old, new)
    english, chinese = found.to_text(), found.to_text("zh")
    assert english.startswith(f"{old.hash[:16]} → {new.hash[:16]}\n1 revised, 0 added, 0 withdrawn;")
    assert (
        "\nRevised\n  Gross regional product, Level [2024, Liaoning]: "
        "32612.7 × 100 million yuan → 32613.7 × 100 million yuan  at liaoning-2025 400-407 ("
    ) in english
    assert (
        "\n修订\n  地区生产总值，水平 [2024年，辽宁省]: 32612.7 亿元 → 32613.7 亿元  位置 liaoning-2025 400-407 ("
        in chinese
    )
    with pytest.raises(InputError, match="one of: en, zh"):
        found.to_text("fr")


def test_a_revision_is_told_in_standard_terms(lines: Lines, old: Release, build: Build) -> None:
    new = build(replace(lines, FIGURE, VALUE, '"32612.7"', '"32613.70"'))
    found = compare_releases(old, new)
    graph = read_graph(found)
    before, after = name_state(old, FIGURE), name_state(new, FIGURE)
    assert {(after, PROV.alternateOf, before), (before, PROV.alternateOf, after)} <= set(graph)
    assert (after, PROV.specializationOf, URIRef(FIGURE)) in graph
    activity = name_comparison(old, new)
    assert set(graph.objects(activity, PROV.used)) == {URIRef(name_release(item.hash)) for item in (old, new)}
    revised = URIRef(f"{activity}/revised")
    assert (revised, PROV.wasGeneratedBy, activity) in graph
    assert set(graph.objects(revised, PROV.hadMember)) == {before, after}
    # rdflib would show 32613.70 as it reads it; the engine keeps how it is written.
    written = {
        quad.subject.value: quad.object.value
        for quad in ox.parse(found.to_turtle(), format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == VALUE
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)
    }
    assert written == {str(before): "32612.7", str(after): "32613.70"}


def test_neither_way_round_is_a_history_told_that_nobody_knows(lines: Lines, old: Release, build: Build) -> None:
    new = build(drop(replace(lines, FIGURE, VALUE, '"32612.7"', '"32613.7"'), OTHER))
    graphs = [read_graph(compare_releases(*pair)) for pair in ((old, new), (new, old))]
    words = (
        "wasRevisionOf",
        "wasDerivedFrom",
        "previousVersion",
        "replaces",
        "wasInvalidatedBy",
        "hasVersion",
        "since",
    )
    for graph in graphs:
        assert not [term for triple in graph for term in triple if str(term).rsplit("#")[-1].rsplit("/")[-1] in words]
        # What both ways tell of one release must not make two activities the cause of it.
        made = {subject for subject, _ in graph.subject_objects(PROV.wasGeneratedBy)}
        assert made
        assert not made & {subject for other in graphs for subject in other.subjects(PROV.specializationOf)}
        assert not made & {URIRef(name_release(release.hash)) for release in (old, new)}


def test_a_decimal_that_is_only_written_otherwise_is_no_revision(lines: Lines, old: Release, build: Build) -> None:
    found = compare_releases(old, build(replace(lines, FIGURE, VALUE, '"32612.7"', '"32612.70"')))
    assert find_only(found, Kind.spelling).aspects == ("spelling",)
    assert not found.is_empty
    told = read_json(found)
    assert (told["counts"]["revised"], told["counts"]["spelling_changed"]) == (0, 1)
    assert told["spelling_changed"][0]["new"]["value"] == "32612.70"
    assert "\nWritten with more or fewer zeros\n  Gross regional product" in found.to_text()
    assert "\n仅零位写法变更\n" in found.to_text("zh")


def test_a_change_beyond_the_digits_that_python_reckons_with_is_a_revision(
    lines: Lines, old: Release, build: Build
) -> None:
    long = [build(replace(lines, FIGURE, VALUE, '"32612.7"', f'"32612.7{"0" * 40}{end}"')) for end in ("0", "1")]
    assert find_only(compare_releases(old, long[0]), Kind.spelling)
    assert find_only(compare_releases(*long), Kind.revised).aspects == ("value",)


def test_a_dump_of_a_store_revises_nothing(old: Release, tmp_path: Path) -> None:
    # A store keeps the value of a decimal, not its zeros.
    store, dump = ox.Store(), tmp_path / "dump.nq"
    store.bulk_load(path=old.data_path, format=ox.RdfFormat.N_QUADS)
    store.dump(dump, format=ox.RdfFormat.N_QUADS)
    found = compare_releases(old, dump)
    assert len(found.changes) > 100
    assert {change.kind for change in found.changes} == {Kind.spelling}


def test_the_same_releases_give_the_same_bytes(lines: Lines, old: Release, build: Build) -> None:
    new = build(drop(replace(lines, FIGURE, VALUE, '"32612.7"', '"1.0"'), OTHER))
    first, second = compare_releases(old, new), compare_releases(old, new)
    assert first.to_text() == second.to_text()
    assert first.to_json() == second.to_json()
    assert first.to_turtle() == second.to_turtle()


def test_a_changed_unit_is_a_revision(lines: Lines, old: Release, build: Build) -> None:
    new = build(replace(lines, FIGURE, f"{PF}unit", "hundred-million-cny", "ten-thousand-cny"))
    found = compare_releases(old, new)
    change = find_only(found, Kind.revised)
    assert change.aspects == ("unit",)
    assert "32612.7 × 100 million yuan → 32612.7 × 10 thousand yuan" in found.to_text()


@pytest.mark.parametrize(
    ("predicate", "before", "after", "aspect", "told"),
    [
        (f"{PF}lowerBound", "32612.65", "32612.6", "bounds", "between 32612.6 and 32612.75"),
        (f"{PF}valueInBaseUnit", "3261270000000", "32612700", "base_value", "= 32612700 in base units"),
        (f"{PREFIXES['sdmx-attribute']}obsStatus", "obsStatus-A", "obsStatus-E", "status", "(Normal) → "),
        (f"{PF}measure", "measure/level", "measure/share", "dimensions", ", Share,"),
    ],
)
def test_what_else_revises_a_figure(
    lines: Lines, old: Release, build: Build, predicate: str, before: str, after: str, aspect: str, told: str
) -> None:
    found = compare_releases(old, build(replace(lines, FIGURE, predicate, before, after)))
    assert find_only(found, Kind.revised).aspects == (aspect,)
    assert told in found.to_text()


def test_a_value_that_is_gone_is_told_as_missing(lines: Lines, old: Release, build: Build) -> None:
    start = f"<{FIGURE}> <{VALUE}> ".encode()
    found = compare_releases(old, build(line for line in lines if not line.startswith(start)))
    assert "32612.7 × 100 million yuan → no value" in found.to_text()
    assert read_json(found)["revised"][0]["new"]["value"] is None


def test_added_and_withdrawn_figures_come_with_their_mentions(lines: Lines, old: Release, build: Build) -> None:
    (mention,) = find_objects(lines, ONCE, f"{PF}mention")
    less = build(drop(lines, ONCE, mention))
    added, withdrawn = compare_releases(less, old), compare_releases(old, less)
    assert find_only(added, Kind.added).old is None
    assert find_only(withdrawn, Kind.withdrawn).new is None
    assert added.resources[f"{PF}Mention"].added == withdrawn.resources[f"{PF}Mention"].withdrawn == 1
    # A mention is a selector of Web Annotation as well, and is counted once.
    assert set(added.resources) == {f"{PF}Mention"}
    line = "  Gross regional product, Level [2024-01/2024-03, Liaoning]: 6961.2 × 100 million yuan  at liaoning-2025 "
    assert f"\nAdded\n{line}" in added.to_text()
    assert f"\nWithdrawn\n{line}" in withdrawn.to_text()
    gone = URIRef(f"{name_comparison(old, less)}/withdrawn")
    assert (gone, PROV.hadMember, name_state(old, ONCE)) in read_graph(withdrawn)
    assert not list(read_graph(withdrawn).triples((None, PROV.alternateOf, None)))


def test_a_renamed_label_is_no_revision(lines: Lines, old: Release, build: Build) -> None:
    label = f"{PREFIXES['rdfs']}label"
    found = compare_releases(old, build(replace(lines, FIGURE, label, '"Gross regional product"', '"GRP"')))
    assert find_only(found, Kind.labels).aspects == ("label",)
    assert read_json(found)["labels_changed"][0]["old"]["labels"]["en"] == "Gross regional product"
    assert "“Gross regional product” → 32612.7 × 100 million yuan “GRP”" in found.to_text()
    assert "/labels_changed> a prov:Collection" in found.to_turtle()


def test_moved_evidence_is_no_revision(lines: Lines, old: Release, build: Build) -> None:
    before = f"{BASE}mention/{REPORT}/400-407"
    after = f"{BASE}mention/{REPORT}/401-408"
    moved = [line.replace(f"<{before}>".encode(), f"<{after}>".encode()) for line in lines]
    moved = replace(moved, after, f"{PREFIXES['oa']}start", '"400"', '"401"')
    found = compare_releases(old, build(moved))
    change = find_only(found, Kind.evidence)
    assert change.new is not None
    assert [place.start for place in change.new.places] == [401, 3072, 21026]
    assert "400-407" in found.to_text()
    assert found.resources[f"{PF}Mention"].added == 1


def test_a_mention_that_is_read_otherwise_changes_the_evidence_of_its_figure(
    lines: Lines, old: Release, build: Build
) -> None:
    mention = f"{BASE}mention/{REPORT}/400-407"
    new = build(replace(lines, mention, f"{PF}readBy", "rule/prose-number", "rule/review"))
    found = compare_releases(old, new)
    assert find_only(found, Kind.evidence).figure.this.iri == FIGURE
    assert found.resources[f"{PF}Mention"].changed == 1


def test_a_figure_may_be_told_otherwise(lines: Lines, old: Release, build: Build) -> None:
    new = build(replace(lines, FIGURE, f"{PREFIXES['qb']}dataSet", "national-accounts", "credit"))
    assert find_only(compare_releases(old, new), Kind.other).aspects == ("other",)


def rename(lines: Lines) -> tuple[str, Lines]:
    """Return a new IRI for the figure and quads that name it so, without what only follows."""
    name = f"{FIGURE}/renamed"
    follows = (f"<{ENTAILMENTS_GRAPH}>".encode(), f"<{CATALOGUE_GRAPH}>".encode())
    asserted = [line for line in lines if not any(graph in line for graph in follows)]
    return name, [line.replace(f"<{FIGURE}>".encode(), f"<{name}>".encode()) for line in asserted]


def test_a_figure_with_another_iri_and_the_same_dimensions_is_the_same(
    lines: Lines, old: Release, build: Build
) -> None:
    name, renamed = rename(lines)
    # A release that tells a total where another is silent speaks of the same figure.
    start = f"<{name}> <{PF}comparisonBase> ".encode()
    renamed = [line for line in renamed if not line.startswith(start)]
    change = find_only(compare_releases(old, build(renamed)), Kind.other)
    assert change.aspects == ("iri",)
    assert change.figure.this.iri == name


def test_a_revised_figure_with_another_iri_is_a_revision(lines: Lines, old: Release, build: Build) -> None:
    name, renamed = rename(lines)
    found = compare_releases(old, build(replace(renamed, name, VALUE, '"32612.7"', '"32613.7"')))
    assert find_only(found, Kind.revised).aspects == ("iri", "value")
    (told,) = read_json(found)["revised"]
    assert (told["old"]["observation"], told["new"]["observation"]) == (FIGURE, name)


def test_of_several_figures_with_the_same_dimensions_none_is_the_same(lines: Lines, old: Release, build: Build) -> None:
    name, renamed = rename(lines)
    twin = [line.replace(f"<{name}>".encode(), f"<{name}/twin>".encode()) for line in renamed]
    found = compare_releases(old, build([*renamed, *twin]))
    assert [change.kind for change in found.changes] == [Kind.withdrawn, Kind.added, Kind.added]


def test_a_figure_of_other_dimensions_is_another(lines: Lines, old: Release, build: Build) -> None:
    name, renamed = rename(lines)
    period = f"{PREFIXES['sdmx-dimension']}refPeriod"
    found = compare_releases(old, build(replace(renamed, name, period, "period/2024>", "period/2023>")))
    assert [change.kind for change in found.changes] == [Kind.withdrawn, Kind.added]


def test_a_renamed_report_keeps_its_figures(lines: Lines, old: Release, build: Build) -> None:
    follows = (f"<{ENTAILMENTS_GRAPH}>".encode(), f"<{CATALOGUE_GRAPH}>".encode())
    asserted = [line for line in lines if not any(graph in line for graph in follows)]
    name = b"northern-2025"
    renamed = [
        line.replace(f"/{REPORT}/".encode(), b"/" + name + b"/").replace(f"/{REPORT}>".encode(), b"/" + name + b">")
        for line in asserted
    ]
    after = FIGURE.replace(REPORT, name.decode())
    found = compare_releases(old, build(replace(renamed, after, VALUE, '"32612.7"', '"32613.7"')))
    told = f"> <{PF}Observation> <{BASE}graph/{REPORT}>".encode()
    observations = {line.split(b" ", 1)[0] for line in asserted if told in line}
    assert len(found.changes) == len(observations) > 1000
    revised = [change for change in found.changes if change.kind is not Kind.other]
    assert [(change.kind, change.aspects, change.figure.this.iri) for change in revised] == [
        (Kind.revised, ("iri", "value"), after)
    ]
    assert {change.aspects for change in found.select(Kind.other)} == {("iri",)}
    assert {count for counts in found.resources.values() for count in (counts.added, counts.withdrawn)} == {0}
    assert found.statements.added == found.statements.withdrawn > len(observations)


def test_reports_are_renamed_only_where_it_is_certain() -> None:
    def find(old: dict[str, str], new: dict[str, str], name: str) -> str:
        sides = [{f"{BASE}report/{report}": source for report, source in side.items()} for side in (old, new)]
        return Renaming.find(*sides).forth(BASE + name).removeprefix(BASE)

    assert find({"a": "1"}, {"b": "1"}, "report/a") == "report/b"
    assert find({"a": "1"}, {"b": "1"}, "part/a/section/1") == "part/b/section/1"
    assert find({"a": "1"}, {"b": "1"}, "area/aa") == "area/aa"
    assert find({"a": "1"}, {"b": "2"}, "report/a") == "report/a"
    assert find({"a": "1"}, {"a": "1", "b": "1"}, "report/a") == "report/a"
    assert find({"a": "1", "c": "1"}, {"b": "1"}, "report/a") == "report/a"
    assert find({"a": "1"}, {"b": "1", "c": "1"}, "report/a") == "report/a"


def test_terms_are_counted_by_class(lines: Lines, old: Release, build: Build) -> None:
    label = f"{PREFIXES['skos']}prefLabel"
    changed = replace(lines, f"{BASE}area/CN-LN", label, '"Liaoning"', '"Liaoning Province"')
    told = f"> <{PF}Event> <{BASE}graph/{REPORT}>".encode()
    event = next(line for line in lines if told in line).split(b"> ")[0][1:].decode()
    new = build(drop(changed, event))
    found = compare_releases(old, new)
    assert not [change for change in found.changes if change.kind is Kind.revised]
    assert found.resources[f"{PF}Area"].changed == 1
    assert found.resources[f"{PF}Event"].withdrawn == 1
    assert "  pf:Event: 0 added, 1 withdrawn, 0 changed\n" in found.to_text()
    assert read_json(found)["resources"][f"{PF}Area"] == {"added": 0, "withdrawn": 0, "changed": 1}
    graph = read_graph(found)
    part = next(graph.subjects(VOID["class"], URIRef(f"{PF}Event")))
    assert [str(count) for count in graph.objects(part, VOID.entities)] == ["1"]


# All differs


def test_a_whole_report_is_added(lines: Lines, old: Release, build: Build) -> None:
    graph = f"<{BASE}graph/{REPORT}>".encode()
    without = [line for line in lines if graph not in line and f"/{REPORT}/".encode() not in line]
    less = build(without)
    found = compare_releases(less, old)
    text, graphs = found.to_text(), found.to_turtle()
    observations = {line.split(b" ", 1)[0] for line in lines if f"<{PF}Observation> {graph.decode()}".encode() in line}
    assert {change.kind for change in found.changes} == {Kind.added}
    assert len(found.changes) == len(observations) > 1000
    assert text.count("\n  ") == len(observations) + len(found.resources)
    assert graphs.count("prov:specializationOf") == len(observations)


def test_every_value_is_told_as_the_graph_has_it(lines: Lines, old: Release, build: Build) -> None:
    found = compare_releases(build(line for line in lines if b"/def#" not in line.split(b" ", 1)[0]), old)
    assert found.is_empty or found.resources
    start = f'> <{VALUE}> "'.encode()
    values = {
        line.split(b"> ", 1)[0][1:].decode(): line.split(start, 1)[1].split(b'"', 1)[0].decode()
        for line in lines
        if start in line
    }
    whole = compare_releases(build(line for line in lines if start not in line), old)
    told = {item["observation"]: item["new"]["value"] for item in read_json(whole)["revised"]}
    assert told == values


# Where quads come from


def test_files_and_folders_are_compared_as_releases_are(lines: Lines, old: Release, tmp_path: Path) -> None:
    shuffled = tmp_path / "shuffled.nq"
    shuffled.write_bytes(b"# a comment\n\n" + b"".join([*lines[::-1], lines[0]]))
    packed = tmp_path / "packed.nq.gz"
    packed.write_bytes(gzip.compress(b"".join(lines)))
    for source in (shuffled, packed, old.folder, find_assets().root):
        assert compare_releases(source, old).is_empty
    assert open_quads(shuffled).origin.hash == open_quads(packed).origin.hash == old.hash


def test_a_folder_of_turtle_is_compared_with_the_vocabulary_it_uses(old: Release, tmp_path: Path) -> None:
    assert compare_releases(old, find_assets().graphs).is_empty
    (tmp_path / "own.ttl").write_text(f"<{FIGURE}> <{VALUE}> 1.50 .\n", encoding="utf-8")
    found = compare_releases(old, tmp_path)
    assert not [name for name in found.resources if name.startswith(PREFIXES["skos"])]
    told = {item["observation"]: item for item in read_json(found)["revised"]}
    assert told[FIGURE]["new"]["value"] == "1.50"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"x", "neither N-Quads nor a folder"),
        ("a.nq", b"# nothing\n", "no statements"),
        ("a.nq", b"not quads at all\n", "not N-Quads"),
        ("a.nq.gz", b"not packed", "cannot be read"),
    ],
)
def test_bad_files_are_refused(old: Release, tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        compare_releases(old, tmp_path / name)


def test_folders_with_nothing_and_files_that_are_not_there_are_refused(old: Release, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Turtle files"):
        compare_releases(old, tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        compare_releases(tmp_path / "missing.nq", old)


def test_a_name_means_a_release_or_a_path(old: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    releases = old.folder.parent
    monkeypatch.chdir(tmp_path)
    assert find_source(old.hash[:12], releases) == old
    (tmp_path / old.hash[:8]).mkdir()
    assert find_source(old.hash[:8], releases) == old
    assert find_source(f"./{old.hash[:8]}", releases) == Path(old.hash[:8])
    assert find_source(str(tmp_path), releases) == tmp_path
    with pytest.raises(InputError, match="no such release"):
        find_source("nowhere", releases)


# Sorted quads


def test_the_lines_of_every_subject_are_found(lines: Lines, old: Release) -> None:
    quads = open_quads(old)
    subjects = {line.split(b" ", 1)[0]: number for number, line in enumerate(lines)}
    for subject in [*list(subjects)[::97], next(iter(subjects)), list(subjects)[-1]]:
        assert quads.find(subject) == [line for line in lines if line.startswith(subject + b" ")]
    assert quads.find(b"<http://example.org/none>") == []
    assert quads.find(b"<zzz>") == []


NAMES = st.sampled_from(["a", "ab", "a/b", "b", "é", "中", "a b".replace(" ", "#")])
QUADS = st.sets(st.tuples(NAMES, NAMES, NAMES, st.sampled_from(["g", "h"])), min_size=1, max_size=25)


def write_lines(quads: Iterable[tuple[str, ...]]) -> Lines:
    return [(" ".join(f"<http://example.org/{name}>" for name in quad) + " .").encode() for quad in quads]


@given(QUADS, QUADS)
def test_differences_are_those_of_the_sets_of_triples(old: set[tuple[str, ...]], new: set[tuple[str, ...]]) -> None:
    sides = [SortedQuads.sort_lines(write_lines(quads), "quads") for quads in (old, new)]
    found = Comparison.find(*sides)
    before, after = ({quad[:3] for quad in quads} for quads in (old, new))
    assert (found.statements.added, found.statements.withdrawn) == (len(after - before), len(before - after))
    subjects = [{quad[0] for quad in quads} for quads in (before, after)]
    counts = found.resources.get(f"{PREFIXES['rdfs']}Resource")
    assert (counts.added if counts else 0) == len(subjects[1] - subjects[0])
    assert (counts.withdrawn if counts else 0) == len(subjects[0] - subjects[1])
    for name in subjects[0]:
        start = f"<http://example.org/{name}> ".encode()
        assert sides[0].find(start.rstrip()) == sorted(
            line + b"\n" for line in set(write_lines(old)) if line.startswith(start)
        )
