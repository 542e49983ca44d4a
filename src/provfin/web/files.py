"""Owns which files the exports of a release have, told without writing them: some take minutes to write.

Refuses to guess: names that depend on the data come from a query.
"""

import json
from collections.abc import Mapping
from urllib.parse import quote

from provfin.exports.sdmx.cube import name_family
from provfin.queries import Query
from provfin.turtle import PREFIXES
from provfin.web.negotiation import RESULTS_JSON
from provfin.web.site import Site

# In the order they are written.
_FILES: Mapping[str, tuple[str, ...]] = {
    "turtle": ("provfin.ttl",),
    "nquads": ("provfin.nq.gz",),
    "json-ld": ("provfin.jsonld",),
    "jsonl": ("provfin.jsonl",),
    "csv": ("observations.csv", "mentions.csv", "observations.csv-metadata.json", "mentions.csv-metadata.json"),
    "parquet": ("observations.parquet", "mentions.parquet"),
    "xlsx": ("provfin.xlsx",),
    "sdmx-ml": ("data.xml", "structure.xml"),
    "sdmx-ml-2.1": ("data-2.1.xml", "structure-2.1.xml"),
    "ro-crate": ("provfin.crate.zip",),
}
_STRUCTURES = Query(
    f"PREFIX qb: <{PREFIXES['qb']}>\n"
    "SELECT DISTINCT ?structure WHERE { ?dataset qb:structure ?structure FILTER EXISTS { ?any qb:dataSet ?dataset } }"
)


async def list_files(site: Site) -> dict[str, tuple[str, ...]]:
    """Return the names of the files of each export of a release, the first of each first; raises as `Site.ask`."""
    answer = await site.ask(_STRUCTURES, RESULTS_JSON)
    found = json.loads(answer.body)["results"]["bindings"]
    flows = sorted({name_family(row["structure"]["value"]) for row in found})
    return {**_FILES, "sdmx-csv": tuple(f"{flow}.csv" for flow in flows)}


def find_address(base: str, export: str, file: str) -> str:
    """Return the address of a file of an export of a server at a base address.

    >>> find_address("http://127.0.0.1:8000/", "csv", "observations.csv")
    'http://127.0.0.1:8000/data/csv/observations.csv'
    """
    return f"{base}data/{export}/{quote(file)}"
