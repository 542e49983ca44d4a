"""The shape of the code: who imports whom, how long things are, and what may not stand in it."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rdflib import Graph, Literal, Namespace
from rdflib.namespace import SKOS

from provfin.assets import PACKAGE, find_assets

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PF = Namespace("https://w3id.org/provfin/def#")

# Each imports only from those before it.
ORDER = [
    "errors", "assets", "findings", "quantity", "periods", "document", "vocabulary", "names", "entities", "layouts",
    "reports", "mentions", "tables", "statements", "curation", "facts", "uses", "chronicle", "extraction", "ledger",
    "turtle", "audit", "graph", "building", "accounts", "review", "validation", "catalogue", "formats", "entailments",
    "queries", "dataset", "release", "folders", "differences", "model", "modelpage", "settings", "guard", "syntax",
    "store", "workers", "remote", "citations", "sheets", "answers", "exports", "client", "web", "commands", "cli",
]  # fmt: skip
LONGEST_FILE = 500
LONGEST_FUNCTION = 40
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "shared", "util", "utils"}


def name_module(path: Path) -> str:
    steps = ["provfin", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(steps[:-1] if steps[-1] == "__init__" else steps)


MODULES = {
    name_module(path): ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in sorted(PACKAGE.rglob("*.py"))
}


def list_imports(module: str) -> Iterator[str]:
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: {ast.unparse(node)} should say which module it means"
            places = (f"{node.module}.{alias.name}" for alias in node.names)
            found = {place if place in MODULES else str(node.module) for place in places}
            yield from sorted(found & set(MODULES))


def find_stratum(module: str) -> str:
    return module.split(".")[1]


def list_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def list_own_modules() -> list[str]:
    return [module for module in MODULES if module != "provfin"]


# Imports


def test_every_module_has_its_place_in_the_order() -> None:
    assert sorted(ORDER) == sorted({find_stratum(module) for module in list_own_modules()})


@pytest.mark.parametrize("module", list_own_modules())
def test_a_module_imports_only_from_those_before_it(module: str) -> None:
    place = ORDER.index(find_stratum(module))
    allowed = {*ORDER[:place], find_stratum(module)}
    imported = [name for name in list_imports(module) if name != "provfin"]
    assert not [name for name in imported if find_stratum(name) not in allowed]


def test_no_import_leads_back_to_where_it_started() -> None:
    imports = {module: set(list_imports(module)) for module in MODULES}
    assert sum(map(len, imports.values())) > len(ORDER)
    assert len(list(TopologicalSorter(imports).static_order())) == len(MODULES)


# Size and names


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=name_module)
def test_a_file_is_short_enough_to_be_read_at_a_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("module", MODULES)
def test_a_function_is_short_enough_to_be_seen_at_once(module: str) -> None:
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in list_functions(MODULES[module])}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_owns_and_is_named_for_it(module: str) -> None:
    assert (ast.get_docstring(MODULES[module]) or "").strip()
    assert not EMPTY_NAMES & set(module.strip("_").split("."))


# What may not stand in the code


@pytest.mark.parametrize("module", MODULES)
def test_figures_are_never_binary_fractions(module: str) -> None:
    faults = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(MODULES[module])
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert not faults


@lru_cache
def list_places() -> set[str]:
    """Return every name and code of an area that is a place in the country."""
    graph = Graph().parse(find_assets().ontology / "vocabulary" / "areas.ttl", format="turtle")
    labels = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.notation, PF.gbCode)
    areas = [area for area in graph.subjects(PF.gbCode) if graph.value(area, SKOS.broader) is not None]
    found = (text for area in areas for predicate in labels for text in graph.objects(area, predicate))
    return {str(text) for text in found if isinstance(text, Literal)}


def list_reports() -> set[str]:
    assets = find_assets()
    declared = {path.stem for path in assets.reports.glob("*.toml")}
    assert declared
    return declared | {path.name for path in assets.graphs.iterdir() if path.is_dir()}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=name_module)
def test_no_place_or_report_is_named_in_the_code(path: Path) -> None:
    places = list_places()
    assert {"辽宁", "辽宁省", "Liaoning", "CN-LN", "210000"} <= places
    words = sorted({*places, *list_reports()}, key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word) for word in words)
    found = re.findall(pattern, path.read_text(encoding="utf-8"), re.IGNORECASE)
    assert not found


# What is installed and shipped


def list_strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from (str(key), *list_strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from list_strings(item)
    else:
        yield str(value)


def read_lock(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def read_pins(path: Path) -> dict[str, str]:
    requirements = [Requirement(line.split(" --hash=")[0]) for line in read_lock(path)]
    return {canonicalize_name(item.name): str(item.specifier) for item in requirements}


def list_required(*specifications: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for texts in specifications for text in texts}


def test_the_project_file_names_no_registry() -> None:
    project = {**PYPROJECT, "project": {key: item for key, item in PYPROJECT["project"].items() if key != "urls"}}
    assert not [text for text in list_strings(project) if re.search(r"://|\bgit\+|\bindex[-]url\b|\s@\s", text)]
    assert not set(PYPROJECT["tool"]) & {"uv", "pip", "poetry", "pdm"}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_registry_and_every_requirement_has_hashes(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")
    requirement = r"[\w.-]+(\[[\w,-]+\])?==[\w.!+]+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+"
    lines = read_lock(path)
    assert lines
    assert not [line for line in lines if not re.fullmatch(requirement, line)]


def test_the_lock_of_the_scripts_names_no_registry_and_every_package_has_a_hash() -> None:
    text = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    own = packages.pop("")
    asked = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    assert {name: own[name] for name in ("dependencies", "devDependencies")} == {
        name: asked[name] for name in ("dependencies", "devDependencies")
    }
    assert packages
    assert not [name for name, told in packages.items() if not told["integrity"].startswith("sha512-")]
    assert not [name for name, told in packages.items() if "resolved" in told]


def test_locks_hold_what_the_project_asks_for_and_agree() -> None:
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    runtime, build, dev = (read_pins(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "build", "dev"))
    assert list_required(project["dependencies"]) <= set(runtime)
    assert list_required(groups["build"]) <= set(build)
    assert list_required(groups["dev"]) <= set(dev)
    for lock in (build, dev):
        assert not {name for name in set(lock) & set(runtime) if lock[name] != runtime[name]}


def test_every_folder_the_wheel_takes_in_exists() -> None:
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included
    assert not [name for name in included if not (ROOT / name).exists()]
    assert not [place for place in included.values() if not place.startswith("provfin/assets/")]
