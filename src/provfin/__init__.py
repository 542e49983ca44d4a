"""ProvFin: regional financial operation reports as a checked, traceable knowledge graph."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provfin.client import Connection

__all__ = ["__version__", "connect"]
__version__ = version("provfin")


def connect(source: str | Path | None = None, *, language: str = "en", seconds: int = 60) -> "Connection":
    """Return a connection to an endpoint (`http://…`), to a path, or to the data of this installation.

    See `provfin.client.connect`. Raises `InputError` when there is nothing to connect to.
    """
    # The client brings an engine and data frames along, which few who import the package want.
    from provfin.client import connect as open_connection

    return open_connection(source, language=language, seconds=seconds)
