"""Owns how a file of a finding is named: relative to the root of the repository, with slashes, on every system."""

import os
from pathlib import Path


def relate(file: str, root: Path) -> str:
    """Return a file relative to the root where it lies below it, else its whole path.

    >>> relate("/repo/data/a.ttl", Path("/repo"))
    'data/a.ttl'
    """
    path = Path(os.path.abspath(root / file))  # noqa: PTH100  (links are kept as the user wrote them)
    for below in (root, root.resolve()):
        if path.is_relative_to(below):
            return path.relative_to(below).as_posix()
    return path.as_posix()
