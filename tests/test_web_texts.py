"""No word of a page is left in one language only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file

from provfin.assets import PACKAGE
from provfin.web.language import DEFAULT, LANGUAGES
from provfin.web.texts import LOCALE, load_script_texts, load_texts, read_catalogue

WEB = PACKAGE / "web"
SCRIPTS = Path(__file__).parent.parent / "frontend" / "src"
OTHERS = [code for code in LANGUAGES if code != DEFAULT]
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]


def list_texts() -> Iterator[str]:
    """Yield what templates and code say, in English; of several forms the first."""
    options = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
    for _, _, text, _, _ in extract_from_dir(WEB, _METHODS, options):
        yield _first(text)


def list_script_texts() -> Iterator[str]:
    for path in sorted(SCRIPTS.rglob("*.js")):
        for _, text, _, _ in extract_from_file("javascript", path):
            yield _first(text)


def list_translated(language: str, *, of_scripts: bool) -> dict[str, str]:
    paths = [path for path in (LOCALE / language).glob("*.po") if (path.stem == "scripts") is of_scripts]
    messages = [message for path in paths for message in read_catalogue(path) if message.id]
    assert not [message.id for message in messages if message.fuzzy]
    return {_first(message.id): _first(message.string) for message in messages}


def _first(text: Any) -> str:
    """Return a text, of its plural forms the first."""
    return text if isinstance(text, str) else str(text[0])


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    texts, translated = set(list_texts()), list_translated(language, of_scripts=False)
    assert len(texts) > 20
    assert sorted(texts - set(translated)) == []
    assert sorted(set(translated) - texts) == []
    assert [text for text, other in translated.items() if not other.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_script_is_translated_and_nothing_else(language: str) -> None:
    translated = list_translated(language, of_scripts=True)
    assert set(translated) == set(list_script_texts())
    assert load_script_texts(language) == translated


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_agree(language: str) -> None:
    assert load_texts(language).gettext("Search") != "Search"
