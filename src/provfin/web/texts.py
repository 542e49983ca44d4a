"""Owns the words of the pages: English in templates and code, other languages in `locale/<language>/*.po`.

Each catalogue belongs to a part of the site; they are read as they are, so that nothing has to be compiled. Refuses
two catalogues that translate one text differently.
"""

from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from provfin.errors import InputError
from provfin.web.language import DEFAULT

LOCALE = Path(__file__).parent / "locale"
# What the scripts in the browser say.
_SCRIPTS = "scripts"


@lru_cache
def load_texts(language: str) -> NullTranslations:
    """Return the texts of a language; `gettext` and `ngettext` take them in English.

    Raises `InputError` where two catalogues differ on a text.
    """
    if language == DEFAULT:
        return NullTranslations()
    whole = Catalog(locale=language)
    for path in sorted((LOCALE / language).glob("*.po")):
        for message in read_catalogue(path):
            known = whole.get(message.id, message.context) if message.id else None
            if known is not None and known.string != message.string:
                raise InputError(f"{message.id!r} is translated otherwise", where=str(path), repair="make both alike")
            if message.id:
                whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def read_catalogue(path: Path) -> Catalog:
    """Return a catalogue; raises `InputError` for a file that is none."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parent.name, abort_invalid=True)
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(str(error), where=str(path), repair="write it as GNU gettext does") from error


@lru_cache
def load_script_texts(language: str) -> Mapping[str, str]:
    """Return what scripts say in a language, by the English text."""
    path = LOCALE / language / f"{_SCRIPTS}.po"
    if not path.is_file():
        return {}
    return {str(message.id): str(message.string) for message in read_catalogue(path) if message.id}
