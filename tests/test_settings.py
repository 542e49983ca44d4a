"""The settings of a server: by the environment, each documented, bad ones refused by name."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from provfin.cli import app
from provfin.errors import InputError
from provfin.settings import Settings, list_settings, read_settings


def test_the_environment_sets_and_what_is_given_stands_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVFIN_PORT", "8001")
    monkeypatch.setenv("PROVFIN_QUERY_SECONDS", "7")
    monkeypatch.setenv("PROVFIN_BASE_URL", "https://data.example.org/provfin/")
    monkeypatch.setenv("PROVFIN_CACHE_MEGABYTES", "")
    settings = read_settings(port=None, host="0.0.0.0")
    assert (settings.host, settings.port, settings.query_seconds) == ("0.0.0.0", 8001, 7)
    assert str(settings.base_url) == "https://data.example.org/provfin/"
    assert settings.cache_megabytes == Settings.model_fields["cache_megabytes"].default
    assert settings.workers >= 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eight"), ("PORT", "70000"), ("QUERY_SECONDS", "0"), ("BASE_URL", "here"), ("LOG", "loud")],
)
def test_a_bad_value_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PROVFIN_{name}", value)
    with pytest.raises(InputError, match=f"^PROVFIN_{name}: .*; provfin serve --help"):
        read_settings()


def test_sources_are_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read_settings().sources is None
    assert read_settings(sources=tmp_path).sources == tmp_path
    monkeypatch.setenv("PROVFIN_SOURCES", str(tmp_path))
    assert read_settings().sources == tmp_path


@pytest.mark.parametrize("name", ["nowhere", "file.txt"])
def test_a_folder_of_sources_that_is_none_is_one_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("text", encoding="utf-8")
    result = CliRunner().invoke(app, ["serve", "--sources", str(tmp_path / name)])
    assert result.exit_code != 0
    assert isinstance(result.exception, InputError | SystemExit)
    with pytest.raises(InputError, match=r"^PROVFIN_SOURCES: .*director.*; provfin serve --help"):
        read_settings(sources=tmp_path / name)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(PROVFIN_\w+)` \| (?:`(.*?)`)? ?\| (.*?) \|$", page, re.MULTILINE)
    assert rows == list(list_settings())
    help_text = " ".join(CliRunner().invoke(app, ["serve", "--help"], terminal_width=200).output.split())
    assert not [name for name, _, _ in rows if name not in help_text]


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(read_settings(store_password="secret"))
