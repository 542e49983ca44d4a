"""Owns which graphs have changed in git: those whose Turtle differs from a commit, or all if what judges them does.

Refuses to answer outside a git checkout.
"""

import subprocess
from pathlib import Path

from provfin.assets import Assets
from provfin.errors import InputError
from provfin.validation.graphs import Folders


def keep_changed(folders: Folders, assets: Assets, base: str | None = None) -> Folders:
    """Return the folders whose Turtle differs from HEAD, or from where the branch left `base`, deleted files included.

    All folders, if ontology, vocabulary, shapes or checks differ. Raises `InputError` outside a git checkout, for a
    folder outside it, and for a base git does not know.
    """
    root = find_root()
    if root is None:
        repair = "run it in one, or without --changed"
        raise InputError("not a git checkout", where=str(Path.cwd()), repair=repair)
    changed = _list_changed(root, base)
    judges = [path.resolve() for path in (assets.ontology, assets.shapes, assets.checks)]
    if any(_lies_below(file, judge) for file in changed for judge in judges):
        return folders
    _refuse_outside(folders, root, assets)
    return {folder: files for folder, files in folders.items() if any(_lies_below(file, folder) for file in changed)}


def find_root() -> Path | None:
    """Return the root of the git checkout around the working directory, or None."""
    try:
        found = _run_git("rev-parse", "--show-toplevel")
    except (OSError, subprocess.CalledProcessError):
        return None
    return Path(found.rstrip("\n")).resolve()


def _list_changed(root: Path, base: str | None) -> list[Path]:
    try:
        against = _run_git("merge-base", base, "HEAD").strip() if base is not None else "HEAD"
        names = _run_git("-C", str(root), "diff", "--name-only", "--no-renames", "-z", against, "--")
        names += _run_git("-C", str(root), "ls-files", "--others", "--exclude-standard", "-z")
    except subprocess.CalledProcessError as error:
        repair = "give a branch or commit that is fetched, with its history"
        raise InputError(f"git says {error.stderr.strip()!r}", where=base or "HEAD", repair=repair) from error
    return [(root / name).resolve() for name in names.split("\0") if name]


def _refuse_outside(folders: Folders, root: Path, assets: Assets) -> None:
    for folder in folders:
        if not folder.is_relative_to(root) and folder != assets.ontology.resolve():
            raise InputError("outside the git checkout", where=str(folder), repair=f"give a folder in {root}")


def _lies_below(file: Path, folder: Path) -> bool:
    return file.suffix in {".ttl", ".rq"} and file.is_relative_to(folder)


def _run_git(*arguments: str) -> str:
    command = ["git", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # noqa: S603
