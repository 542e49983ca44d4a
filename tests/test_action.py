"""The action, the hooks and the workflow to copy: well formed, naming what exists, and doing what they say."""

import json
import os
import re
import shlex
import subprocess
import sysconfig
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from provfin.assets import find_assets
from provfin.cli import app

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
CASES = find_assets().shapes / "cases" / "report"
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


ACTION = read_yaml(ROOT / "action.yml")
HOOKS = {hook["id"]: hook for hook in read_yaml(ROOT / ".pre-commit-hooks.yaml")}
WORKFLOW = read_yaml(ROOT / "docs" / "examples" / "workflow.yml")


@pytest.mark.parametrize(("document", "schema"), [(ACTION, "github-actions"), (WORKFLOW, "github-workflows")])
def test_it_fits_the_schema_of_those_who_run_it(document: Any, schema: str) -> None:
    text = files("check_jsonschema.builtin_schemas.vendor").joinpath(f"{schema}.json").read_text(encoding="utf-8")
    errors = jsonschema.Draft7Validator(json.loads(text)).iter_errors(document)
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    steps = WORKFLOW["jobs"]["check"]["steps"]
    (step,) = (step for step in steps if step.get("uses", "").startswith("provfin/provfin@"))
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_every_input_of_the_action_is_used() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", text)) == set(ACTION["inputs"])
    # Nothing from outside is pasted into a script.
    assert not [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


def test_the_locks_the_action_installs_exist() -> None:
    install = ACTION["runs"]["steps"][1]["run"]
    names = re.findall(r"\$LOCKS/([\w.]+)", install)
    assert names == ["runtime.txt", "build.txt"]
    assert all((ROOT / "requirements" / name).is_file() for name in names)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_the_command_of_a_hook_exists(name: str) -> None:
    program, command, *options = shlex.split(HOOKS[name]["entry"])
    assert (SCRIPTS / program).is_file()
    assert command in COMMANDS
    known = {option for parameter in COMMANDS[command].params for option in parameter.opts}
    assert set(options) <= known
    re.compile(HOOKS[name]["files"])
    assert HOOKS[name]["language"] == "python"


def run_action(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the last step of the action as its runner would, with what is installed here."""
    (folder / "temp" / "provfin").mkdir(parents=True)
    (folder / "temp" / "provfin" / "bin").symlink_to(SCRIPTS)
    defaults = {f"INPUT_{name.upper().replace('-', '_')}": item["default"] for name, item in ACTION["inputs"].items()}
    given = {f"INPUT_{name.upper()}": text for name, text in inputs.items()}
    environment = {**os.environ, **defaults, **given, "RUNNER_TEMP": str(folder / "temp")}
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", ACTION["runs"]["steps"][-1]["run"]]
    return subprocess.run(script, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_action_annotates_and_writes_sarif(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "ttl" / "a b"
    folder.mkdir(parents=True)
    (folder / "report.ttl").write_bytes((CASES / "invalid-pf-rep-002.ttl").read_bytes())
    done = run_action(tmp_path, paths="data/ttl/a b\n\n")
    assert done.returncode == 1
    assert "::error file=data/ttl/a b/report.ttl,line=" in done.stdout
    results = json.loads((tmp_path / "provfin-sarif" / "validate.sarif").read_text(encoding="utf-8"))["runs"][0][
        "results"
    ]
    assert "PF-REP-002" in {result["ruleId"] for result in results}


def test_the_action_fails_on_bad_input_and_when_there_is_nothing_to_check(tmp_path: Path) -> None:
    assert run_action(tmp_path / "a", paths="no-such").returncode == 2
    done = run_action(tmp_path / "b", paths="\n")
    assert done.returncode == 2
    assert "nothing to check" in done.stdout
