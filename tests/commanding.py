"""Running the command line as a user does, in this process: what it printed and returned."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from provfin import cli


@dataclass(frozen=True)
class Outcome:
    """What a run of the command printed and returned."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def make_run(capfd: pytest.CaptureFixture[str], *before: str) -> Run:
    """Return what runs the command line with these arguments before those it is given."""

    def run(*arguments: str | Path) -> Outcome:
        with pytest.raises(SystemExit) as exit_info:
            cli.main([*before, *map(str, arguments)])
        printed = capfd.readouterr()
        code = exit_info.value.code
        return Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)

    return run
