"""The commands about releases: what they print, and exit codes that stay."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from rdflib import Graph
from typer.testing import CliRunner, Result

from provfin.cli import app
from provfin.errors import InputError
from provfin.release import Content, Release, publish
from provfin.turtle import BASE, PREFIXES

FIGURE = f"{BASE}observation/somewhere-2024/CN/2024/output/level"
STATEMENTS = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": f"<{PREFIXES['pf']}Observation>",
    f"{PREFIXES['rdfs']}label": '"Output"@en',
    f"{PREFIXES['pf']}report": f"<{BASE}report/somewhere-2024>",
}
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def write(value: str) -> Content:
    told = {**STATEMENTS, f"{PREFIXES['sdmx-measure']}obsValue": f'"{value}"^^<{PREFIXES["xsd"]}decimal>'}
    graph = f"{BASE}graph/somewhere-2024"
    data = "".join(sorted(f"<{FIGURE}> <{key}> {term} <{graph}> .\n" for key, term in told.items())).encode()
    return Content(data, hashlib.sha256(data).hexdigest(), {graph: len(told)})


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[Release]:
    """Two releases with one figure, which the newest revises."""
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path))
    return [publish(tmp_path / "releases", write(value)) for value in ("5.1", "5.20")]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["release", *map(str, arguments)])


def test_releases_are_listed(releases: Sequence[Release]) -> None:
    result = run("list")
    assert result.exit_code == 0
    lines = {f"{release.hash[:16]}\t4\tsomewhere-2024" for release in releases}
    newest = f"{releases[1].hash[:16]}\t4\tsomewhere-2024"
    assert set(result.stdout.splitlines()) == lines - {newest} | {f"{newest}\tnewest"}


def test_no_release_is_an_empty_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path))
    assert (run("list").exit_code, run("list").stdout) == (0, "")


def test_a_release_is_shown(releases: Sequence[Release]) -> None:
    shown = dict(line.split("\t") for line in run("show", releases[0].hash[:6]).stdout.splitlines())
    assert shown["hash"] == releases[0].hash
    assert shown["folder"] == str(releases[0].folder)
    assert (shown["quads"], shown["reports"]) == ("4", "somewhere-2024")
    assert shown[f"<{BASE}graph/somewhere-2024>"] == "4"
    assert run("show").stdout.startswith(f"hash\t{releases[1].hash}\n")


def test_differences_are_told_as_text(releases: Sequence[Release]) -> None:
    result = run("diff", releases[0].hash[:8], "newest")
    assert result.exit_code == 0
    old, new = (release.hash[:16] for release in releases)
    assert result.stdout.startswith(f"{old} → {new}\n1 revised, 0 added, 0 withdrawn; ")
    assert result.stdout.endswith("\nRevised\n  Output []: 5.1 → 5.20\n")
    assert run("diff", releases[0].hash[:8]).stdout == result.stdout
    assert "\n修订\n" in run("diff", releases[0].hash, "CURRENT", "--language", "zh").stdout


def test_differences_are_told_as_json_and_rdf(releases: Sequence[Release], tmp_path: Path) -> None:
    told = json.loads(run("diff", releases[0].hash, releases[1].hash, "--format", "json").stdout)
    assert told["new"] == {"name": releases[1].hash[:16], "hash": releases[1].hash}
    assert (told["revised"][0]["old"]["value"], told["revised"][0]["new"]["value"]) == ("5.1", "5.20")
    out = tmp_path / "differences.ttl"
    result = run("diff", releases[0].hash, releases[1].hash, "--format", "rdf", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(Graph().parse(out, format="turtle")) > 10


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--exit-code"], 1)])
def test_differences_are_an_exit_code_only_when_asked_for(
    releases: Sequence[Release], arguments: list[str], code: int
) -> None:
    assert run("diff", releases[0].hash[:8], "newest", *arguments).exit_code == code
    assert run("diff", "newest", "newest", *arguments).exit_code == 0


def test_files_are_compared_with_releases(releases: Sequence[Release], tmp_path: Path) -> None:
    path = tmp_path / "other.nq"
    path.write_bytes(releases[1].data_path.read_bytes())
    assert run("diff", path, "newest").stdout.endswith("\nno differences\n")
    assert run("diff", releases[0].folder, path).stdout.endswith("5.1 → 5.20\n")


@pytest.mark.parametrize("arguments", [["diff", "0000", "newest"], ["show", "abc"], ["diff", "newest", "missing.nq"]])
def test_what_is_not_there_is_bad_input(releases: Sequence[Release], arguments: list[str]) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert releases[0].hash[:16] in str(result.exception)


def test_an_old_release_is_asked_by_its_hash(releases: Sequence[Release], tmp_path: Path) -> None:
    file = tmp_path / "count.rq"
    file.write_text(COUNT, encoding="utf-8")
    asked = ["query", str(file), "--format", "csv", "--release"]
    assert CliRunner().invoke(app, [*asked, releases[0].hash[:10]]).stdout.split() == ["n", "4"]
    assert isinstance(CliRunner().invoke(app, [*asked, "0000"]).exception, InputError)
    value = f"SELECT ?value WHERE {{ <{FIGURE}> <{PREFIXES['sdmx-measure']}obsValue> ?value }}"
    file.write_text(value, encoding="utf-8")
    other = publish(tmp_path / "releases", write("5.3"))
    answers = [CliRunner().invoke(app, [*asked, release.hash]).stdout.split()[1] for release in (releases[0], other)]
    assert answers == ["5.1", "5.3"]
