"""Owns the files of a release in SDMX: which messages there are, how each is named, and what its header says.

Equal releases give equal bytes: a message is named by the release and bears its day, never the time of writing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from pysdmx.io.format import Format
from pysdmx.model import Organisation
from pysdmx.model.message import Header

from provfin.exports.content import ReleaseContent
from provfin.exports.dates import find_last_day
from provfin.exports.sdmx.cube import Cube
from provfin.exports.sdmx.data import write_csv, write_ml
from provfin.exports.sdmx.structures import AGENCY, write_structures
from provfin.release import shorten_hash


def write_ml_30(content: ReleaseContent) -> Mapping[str, bytes]:
    """Return the data message and the structure message in SDMX-ML 3.0."""
    return _write_ml(content, "", Format.DATA_SDMX_ML_3_0, Format.STRUCTURE_SDMX_ML_3_0)


def write_ml_21(content: ReleaseContent) -> Mapping[str, bytes]:
    """Return the data message and the structure message in SDMX-ML 2.1."""
    return _write_ml(content, "-2.1", Format.DATA_SDMX_ML_2_1_STR, Format.STRUCTURE_SDMX_ML_2_1)


def _write_ml(content: ReleaseContent, suffix: str, data: Format, structure: Format) -> Mapping[str, bytes]:
    cube = Cube(content)
    return {
        f"data{suffix}.xml": write_ml(cube, content.observations, make_header(content, "DATA"), data),
        f"structure{suffix}.xml": write_structures(cube, make_header(content, "STRUCTURE"), structure),
    }


def write_csv_20(content: ReleaseContent) -> Mapping[str, bytes]:
    """Return the data of each dataflow in SDMX-CSV 2.0."""
    tables = write_csv(Cube(content), content.observations)
    return {f"{name}.csv": data for name, data in tables.items()}


def make_header(content: ReleaseContent, kind: str) -> Header:
    """Return the header of a message of this kind: its identifier, its day, its sender."""
    return Header(
        id=f"{AGENCY}_{shorten_hash(content.hash)}_{kind}",
        prepared=datetime.combine(find_last_day(content), time(), UTC),
        sender=Organisation(id=AGENCY),
    )
