"""Owns where ProvFin's declared knowledge lies: ontology, shapes, queries and data.

In a checkout they are the top-level folders; in an installed wheel the same folders travel inside the package.
Also owns where a user's releases are kept. Refuses to write into the package.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import platformdirs

from provfin.errors import InputError

PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Assets:
    """The folders under one root, whether a checkout or the installed package."""

    root: Path

    @property
    def ontology(self) -> Path:
        """Folder of the ontology, the cube structures and, below it, the vocabulary."""
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        """Folder of SHACL shapes, one promise per file."""
        return self.root / "shapes"

    @property
    def questions(self) -> Path:
        """Folder of competency questions."""
        return self.root / "queries" / "questions"

    @property
    def pages(self) -> Path:
        """Folder of the queries that pages are made from."""
        return self.root / "queries" / "pages"

    @property
    def checks(self) -> Path:
        """Folder of queries whose rows are faults."""
        return self.root / "queries" / "checks"

    @property
    def entailments(self) -> Path:
        """Folder of queries that construct what follows."""
        return self.root / "queries" / "entailments"

    @property
    def layouts(self) -> Path:
        """Folder of table layouts."""
        return self.root / "data" / "layouts"

    @property
    def reports(self) -> Path:
        """Folder of what is known about each report beforehand."""
        return self.root / "data" / "reports"

    @property
    def graphs(self) -> Path:
        """Folder of the generated Turtle, one folder per report."""
        return self.root / "data" / "ttl"

    @property
    def ledgers(self) -> Path:
        """Folder of the generated accounts of how reports were read, one folder per report."""
        return self.root / "data" / "ledger"

    @cached_property
    def is_checkout(self) -> bool:
        """Whether the root is a source checkout, where generated files may be written."""
        return (self.root / "pyproject.toml").is_file()


def find_assets() -> Assets:
    """Return the folders of this installation.

    Raises `InputError` when neither a checkout nor packaged data is there.
    """
    checkout = PACKAGE.parent.parent
    for root in (PACKAGE / "assets", checkout):
        if (root / "ontology" / "provfin.ttl").is_file():
            return Assets(root)
    raise InputError("the ontology and data are missing", where=str(PACKAGE), repair="install provfin again")


def find_releases_folder() -> Path:
    """Return the folder of releases: `$PROVFIN_HOME`, else `build/` in a checkout, else the user's data folder."""
    home = os.environ.get("PROVFIN_HOME")
    if home:
        return Path(home) / "releases"
    assets = find_assets()
    if assets.is_checkout:
        return assets.root / "build" / "releases"
    return Path(platformdirs.user_data_dir("provfin")) / "releases"
