"""Owns citing what is no answer to a question: the data of a release as a whole, or one thing it tells of.

A reference names the release, for that alone stays what it is. Refuses to have a clock: the day it was read is the
reader's to add. https://docs.citationstyles.org/, GB/T 7714—2015 (4.6)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provfin import __version__
from provfin.citations import LICENSE, MOST_NAMED, PROJECT, Source, escape_latex
from provfin.release import shorten_hash


@dataclass(frozen=True)
class Reference:
    """What a reference is made of: what is cited, by language, in which release, where it lies, from which reports."""

    titles: Mapping[str, str]
    release: str
    url: str
    sources: Sequence[Source] = ()

    @property
    def _edition(self) -> str:
        return shorten_hash(self.release)

    def to_gbt7714(self) -> str:
        """Return a reference by GB/T 7714—2015: a data set online."""
        version = f"{PROJECT} {__version__}, 数据版本 {self._edition}"
        named = "; ".join(source.write_gbt7714() for source in self.sources)
        credit = f" 数据来源: {named}." if 0 < len(self.sources) <= MOST_NAMED else ""
        return f"{PROJECT}. {self._title('zh')}[DS/OL]. {version}. {self.url}.{credit}"

    def to_text(self) -> str:
        """Return a reference in English, as most journals take one for data."""
        credit = f" Figures: {self._credit()}." if self._credit() else ""
        return f"{PROJECT}. {self._title('en')} [Data set]. Release {self._edition}. {self.url}.{credit}"

    def to_bibtex(self) -> str:
        """Return an entry that BibTeX and biblatex read alike."""
        fields = {
            "author": f"{{{PROJECT}}}",
            "title": f"{{{escape_latex(self._title('en'))}}}",
            "titleaddon": f"{{{escape_latex(self._title('zh'))}}}",
            "howpublished": f"{PROJECT} {__version__}, release {self._edition}",
            "note": escape_latex("; ".join(filter(None, (self._credit(), f"SHA-256 of the release: {self.release}")))),
            "url": self.url,
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{provfin-{self.release[:8]},\n{lines}}}\n"

    def to_csl(self) -> str:
        """Return a list of one item of CSL-JSON."""
        item: dict[str, Any] = {
            "id": f"provfin-{self.release[:8]}",
            "type": "dataset",
            "title": self._title("en"),
            "translated-title": self._title("zh"),
            "author": [{"literal": PROJECT}],
            "publisher": PROJECT,
            "version": f"release {self._edition}",
            "URL": self.url,
            "custom": {"release_sha256": self.release, "license": LICENSE},
        }
        if self._credit():
            item["note"] = f"Figures: {self._credit()}"
        return json.dumps([item], ensure_ascii=False, indent=2)

    def _title(self, language: str) -> str:
        return self.titles.get(language) or next(iter(self.titles.values()), PROJECT)

    def _credit(self) -> str:
        if len(self.sources) > MOST_NAMED:
            return f"{len(self.sources)} reports"
        return "; ".join(source.write_credit() for source in self.sources)
