"""Owns what commands say to people: notes and progress on stderr, results on stdout or in a file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from provfin.building import replace_file
from provfin.errors import InputError

notes = Console(stderr=True, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """Print a note on stderr."""
    notes.print(text, markup=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show progress, on a terminal only."""
    if notes.is_terminal:
        with notes.status(what):
            yield
    else:
        yield


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; raises `InputError` where it cannot be."""
    try:
        replace_file(path, data)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(path), repair="give a file") from error


def write_result(text: str, out: Path | None) -> None:
    """Write a result to a file, else to stdout."""
    if out is None:
        sys.stdout.write(text)
    else:
        write_file(out, text.encode("utf-8"))


def split_param(text: str) -> tuple[str, str]:
    """Return the name and the value of `name=value`; raises `InputError` for anything else."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text!r} has no value", where="--param", repair="write name=value")
    return name, value
