"""A folder of Turtle is read as the release it would make, whoever reads it."""

import hashlib
import shutil
from pathlib import Path

import pytest

from exporting import gather_tiny, gather_turtle, write_tiny
from provfin.assets import find_assets
from provfin.differences.sources import open_quads
from provfin.errors import InputError
from provfin.folders import gather_folder
from provfin.release import gather_content
from provfin.turtle import BASE, PREFIXES

PF = PREFIXES["pf"]
ASSETS = find_assets()
REPORTS = sorted(path for path in ASSETS.graphs.iterdir() if path.is_dir())


def test_the_folder_of_all_data_and_the_whole_are_the_release() -> None:
    expected = gather_content(ASSETS)
    for folder in (ASSETS.graphs, ASSETS.root):
        assert gather_folder(folder) == expected
        assert open_quads(folder).origin.hash == expected.hash


def test_the_folder_of_a_report_may_have_any_name_and_any_files(tmp_path: Path) -> None:
    (only, *others) = REPORTS
    shutil.copytree(only, tmp_path / "out")
    whole = tmp_path / "one" / "file.ttl"
    whole.parent.mkdir()
    whole.write_bytes(b"\n".join(path.read_bytes() for path in sorted(only.glob("*.ttl"))))
    assert gather_folder(tmp_path / "out") == gather_folder(whole.parent) == gather_folder(only)
    assert (gather_folder(only) == gather_content(ASSETS)) == (not others)


def test_the_ontology_beside_the_data_is_theirs(tmp_path: Path) -> None:
    shutil.copytree(ASSETS.ontology, tmp_path / "ontology")
    (tmp_path / "data" / "ttl").mkdir(parents=True)
    (tmp_path / "ontology" / "more.ttl").write_text("<x:a> <x:b> <x:c> .", encoding="utf-8")
    content = gather_folder(tmp_path)
    assert content.graphs.keys() >= {f"{BASE}graph/ontology", f"{BASE}graph/vocabulary"}
    assert f"<x:a> <x:b> <x:c> <{BASE}graph/ontology> .".encode() in content.data


def test_what_belongs_to_no_report_is_in_the_graph_of_the_vocabulary() -> None:
    content = gather_tiny()
    assert content.hash == hashlib.sha256(content.data).hexdigest()
    lines = content.data.decode().splitlines()
    assert lines == sorted(set(lines))
    told = {
        name: [line for line in lines if line.startswith(f"<{BASE}{name}> <{PF}")]
        for name in ("report/tiny-2020", "period/2020")
    }
    assert told["report/tiny-2020"][0].endswith(f"<{BASE}graph/tiny-2020> .")
    assert all(line.endswith(f"<{BASE}graph/vocabulary> .") for line in told["period/2020"])
    assert len(told["period/2020"]) == 2


def test_a_folder_without_a_report_names_the_graph(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.ttl").write_text("<x:a> <x:b> <x:c> .", encoding="utf-8")
    assert gather_folder(tmp_path / "mine").graphs[f"{BASE}graph/mine"] == 1


@pytest.mark.parametrize("added", ["[] a <x:y> .", "<x:y> <x:z> [] ."])
def test_blank_nodes_are_refused_wherever_a_folder_is_read(tmp_path: Path, added: str) -> None:
    with pytest.raises(InputError, match="blank nodes"):
        gather_turtle(write_tiny() + added)
    (tmp_path / "a.ttl").write_text(added, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.ttl: blank nodes"):
        open_quads(tmp_path)


def test_a_folder_without_turtle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Turtle files"):
        gather_folder(tmp_path)
