"""The wheel: it carries all that the commands read, and runs on its own where there is no checkout."""

import csv
import io
import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from provfin.assets import PACKAGE, find_assets
from provfin.queries import find_question, load_questions
from provfin.store import LocalEngine

ROOT = Path(__file__).parent.parent
FOLDERS = ["ontology", "shapes", "queries", "data"]
pytestmark = pytest.mark.skipif(not find_assets().is_checkout, reason="a wheel is built from a checkout")


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("name", FOLDERS)
def test_the_wheel_carries_a_folder_whole(unpacked: Path, name: str) -> None:
    expected = read_files(ROOT / name)
    assert expected
    assert read_files(unpacked / "provfin" / "assets" / name) == expected


def test_the_wheel_carries_what_each_command_needs(unpacked: Path) -> None:
    assets = unpacked / "provfin" / "assets"
    patterns = [
        "ontology/provfin.ttl", "ontology/cube.ttl", "ontology/vocabulary/*.ttl", "shapes/*.ttl",
        "queries/questions/*.rq", "queries/checks/*.rq", "data/*.toml", "data/curation/*.toml",
        "data/layouts/*.toml",
        "data/reports/*.toml", "data/ttl/*/observations.ttl", "data/ttl/*/mentions.ttl", "data/ttl/*/report.ttl",
        "data/ttl/*/things.ttl", "data/ledger/*/report.json", "data/ledger/*/*.jsonl",
    ]  # fmt: skip
    assert not [pattern for pattern in patterns if not any(assets.glob(pattern))]


def test_the_wheel_carries_the_package_and_nothing_else(unpacked: Path) -> None:
    inside = {name for name in read_files(unpacked) if not name.startswith("provfin/assets/")}
    package = {f"provfin/{name}" for name in read_files(PACKAGE) if not name.startswith("assets/")}
    assert "provfin/py.typed" in package
    assert {name for name in inside if ".dist-info/" not in name} == package
    # The reports themselves are not redistributed.
    assert not list((unpacked / "provfin" / "assets").rglob("*.txt"))


def test_the_wheel_says_what_it_is_and_needs(unpacked: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (information,) = unpacked.glob("*.dist-info")
    metadata = Parser().parsestr((information / "METADATA").read_text(encoding="utf-8"))
    assert (metadata["Name"], metadata["Version"]) == (project["name"], project["version"])
    assert set(project["dependencies"]) <= set(metadata.get_all("Requires-Dist", []))
    assert "provfin = provfin.cli:main" in (information / "entry_points.txt").read_text(encoding="utf-8")
    assert set(project["license-files"]) == {path.name for path in (information / "licenses").iterdir()}


def test_the_same_source_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=True)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def run_alone(unpacked: Path, folder: Path, *arguments: str) -> bytes:
    """Run Python on the unpacked wheel from a folder; -S leaves out the checkout that the environment points to."""
    libraries = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    environment = {
        "HOME": str(folder),
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(unpacked), *libraries]),
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-P", "-S", "-B", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_the_wheel_runs_on_its_own_files(unpacked: Path, tmp_path: Path) -> None:
    code = "import provfin.assets as a; f = a.find_assets(); print(f.root, f.is_checkout, a.find_releases_folder())"
    root, is_checkout, releases = run_alone(unpacked, tmp_path, "-c", code).decode().split()
    assert (Path(root), is_checkout) == (unpacked / "provfin" / "assets", "False")
    assert Path(releases).is_relative_to(tmp_path)


def test_the_wheel_tells_its_version(unpacked: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert run_alone(unpacked, tmp_path, "-m", "provfin.cli", "--version").decode() == f"provfin {version}\n"
    assert not list(tmp_path.iterdir())


def test_the_wheel_answers_a_question_as_the_checkout_does(unpacked: Path, tmp_path: Path) -> None:
    name = min(load_questions())
    answer = run_alone(unpacked, tmp_path, "-m", "provfin.cli", "query", "--name", name, "--format", "csv")
    expected = LocalEngine.load_assets(find_assets()).answer(find_question(name).bind(), "text/csv", None)
    assert len(list(csv.reader(io.StringIO(answer.decode())))) > 1
    assert answer == expected.body
    assert not list(tmp_path.iterdir())
