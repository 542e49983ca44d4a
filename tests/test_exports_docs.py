"""The page about exports: it names every form and column, and its Python runs on the files it speaks of."""

import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from exporting import gather_real
from provfin.exports import EXPORTS
from provfin.exports.tables import make_tables

PAGE = Path(__file__).parent.parent / "docs" / "exports.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCES = [token for token in MarkdownIt("commonmark").parse(TEXT) if token.type == "fence"]
BLOCKS = [token.content for token in FENCES if token.info == "python"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the real data."""
    folder = tmp_path_factory.mktemp("tables")
    for form in ("csv", "parquet"):
        for name, data in EXPORTS[form].write(gather_real()).items():
            (folder / name).write_bytes(data)
    return folder


def run(block: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    names: dict[str, Any] = {}
    monkeypatch.chdir(folder)
    exec(compile(block, str(PAGE), "exec"), names)
    return names


def list_cells(title: str) -> list[tuple[str, str]]:
    """Return what stands in backticks in the rows of the table under a title, each with its star or nothing."""
    table = TEXT.split(f"| `{title}` | |\n", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"`([a-z_0-9]+)`(\\\*)?", table)


def test_the_page_names_every_form_and_no_other() -> None:
    rows = re.findall(r"^\| (`[a-z`, 0-9.-]+`) \| ", TEXT.split("## Columns")[0], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)} - {"--format"}
    assert named == set(EXPORTS)


@pytest.mark.parametrize("place", [0, 1], ids=["observations", "mentions"])
def test_the_page_names_every_column(place: int) -> None:
    table = make_tables(gather_real())[place]
    named = set()
    for name, star in list_cells(table.name):
        named |= {name, f"{name}_label_zh", f"{name}_label_en"} if star else {name}
    assert not {column.name for column in table.fields} - named


def test_codes_are_starred_and_nothing_else_is() -> None:
    observations, _ = make_tables(gather_real())
    starred = {name for name, star in list_cells("observations") if star}
    assert starred == {column.name for column in observations.fields if column.is_code}


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_a_block_of_python_runs(
    place: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(BLOCKS[place], folder, monkeypatch)
    printed = capsys.readouterr().out
    assert printed.strip()
    assert "Empty DataFrame" not in printed


def test_the_sql_finds_something(folder: Path) -> None:
    import pandas as pd

    (sql,) = [token.content for token in FENCES if token.info == "sql"]
    conditions = dict(re.findall(r"(\w+) = '(\w+)'", sql))
    table = pd.read_parquet(folder / "observations.parquet")
    for column, code in conditions.items():
        table = table[table[column] == code]
    assert len(conditions) == 5
    assert len(table) > 1
    assert set(re.findall(r"SELECT (\w+), (\w+), (\w+)", sql)[0]) <= set(table.columns)
