"""Owns reading a folder of Turtle as the release it would make, without publishing it.

It is for who has read a report of their own: to export it, to ask it, to compare it. The ontology and vocabulary its
terms come from belong to it, and so does what follows from them. Refuses blank nodes, as a release does.
"""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets, find_assets
from provfin.release import Content, find_graph_files, gather_content
from provfin.turtle import BASE, PREFIXES, find_turtle, read_turtle

_HASH_OF_SOURCE = ox.NamedNode(PREFIXES["pf"] + "sha256")


def gather_folder(folder: Path) -> Content:
    """Return the content of the release that a folder of Turtle would make; that of all data, for the folder of those.

    The ontology is the folder's own when it has an `ontology/` beside `data/ttl/`, else that of this installation.
    Raises `InputError` when there is no Turtle, or bad Turtle.
    """
    if (folder / "ontology").is_dir() and (folder / "data" / "ttl").is_dir():
        return gather_content(Assets(folder))
    assets = find_assets()
    return gather_content(assets, _find_files(folder, assets))


def _find_files(folder: Path, assets: Assets) -> Iterator[tuple[str, Path]]:
    paths = find_turtle(folder)
    names = {parent: f"{BASE}graph/{_find_report(parent)}" for parent in {path.parent for path in paths}}
    yield from (item for item in find_graph_files(assets) if not item[1].is_relative_to(assets.graphs))
    yield from ((names[path.parent], path) for path in paths)


def _find_report(folder: Path) -> str:
    """Return the identifier of the report whose files lie in a folder, the name of the folder where none is told."""
    # The file that tells it is small beside those of figures.
    for path in sorted(folder.glob("*.ttl"), key=lambda path: (path.stat().st_size, path.name)):
        subjects = (triple.subject for triple in read_turtle(path) if triple.predicate == _HASH_OF_SOURCE)
        found = next((node.value for node in subjects if isinstance(node, ox.NamedNode)), None)
        if found is not None:
            return found.rsplit("/", 1)[1]
    return folder.resolve().name
