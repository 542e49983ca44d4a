"""Owns writing an export into a folder, in a process of its own: `python -m provfin.web.exporting`.

What it writes is the files, a copy in gzip of those worth it, and last an index of them. Refuses to take more memory
than it is given, so that an export too large for the machine ends itself and not the server.
"""

import gzip
import json
import resource
import sys
from pathlib import Path

from provfin.errors import InputError
from provfin.exports import EXPORTS
from provfin.exports.content import ReleaseContent

INDEX = "index.json"
PACKED = ".gzip"
# Status by which a process says that what it wrote to its output tells why there are no files.
REFUSED = 3
_LEVEL = 6
_WORTHWHILE = ("text/", "application/ld+json", "application/jsonl", "application/csvm+json", "application/vnd.sdmx")


def write_export(data_path: Path, release_hash: str, name: str, folder: Path) -> None:
    """Write the files of an export of the release whose sorted N-Quads lie at a path; raises as its writer does."""
    export = EXPORTS[name]
    files = export.write(ReleaseContent(release_hash, data_path.read_bytes()))
    for file, data in files.items():
        (folder / file).write_bytes(data)
        if export.find_media_type(file).startswith(_WORTHWHILE):
            (folder / f"{file}{PACKED}").write_bytes(gzip.compress(data, _LEVEL, mtime=0))
    index = [{"name": file, "mediaType": export.find_media_type(file), "bytes": len(files[file])} for file in files]
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write an export within so many bytes of memory; return the status of the process."""
    data_path, release_hash, name, folder, most_bytes = arguments
    resource.setrlimit(resource.RLIMIT_DATA, (int(most_bytes), int(most_bytes)))
    try:
        write_export(Path(data_path), release_hash, name, Path(folder))
    except InputError as error:
        sys.stdout.write(str(error))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
