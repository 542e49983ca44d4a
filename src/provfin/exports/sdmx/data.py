"""Owns the data messages: the observations of a release as SDMX-CSV and as structure-specific SDMX-ML.

pysdmx writes them from tables of text: given a decimal type it would turn every figure into a binary fraction. Refuses
a text that it would not write as it is: it takes neither quotation marks nor apostrophes in a value.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import pandas as pd
from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Schema
from pysdmx.model.message import Header

from provfin.errors import InputError
from provfin.exports.observations import Observation
from provfin.exports.sdmx.codes import identify, write_code_id, write_component_id, write_time
from provfin.exports.sdmx.cube import Cube, Family, name_family
from provfin.exports.sdmx.structures import AGENCY, VERSION, describe_components
from provfin.quantity import write_decimal

Row = Mapping[str, str]
_UNSAFE = set("'\"\\")


def write_ml(cube: Cube, observations: Iterable[Observation], header: Header, form: Format) -> bytes:
    """Return one structure-specific message with a data set for each family, every observation by itself."""
    families = [(family, rows) for family, rows in gather_rows(cube, observations).items() if rows]
    sets = [_make_dataset(cube, family, rows) for family, rows in families]
    return _to_bytes(write_sdmx(sets, form, header=header, prettyprint=True))


def write_csv(cube: Cube, observations: Iterable[Observation]) -> Mapping[str, bytes]:
    """Return SDMX-CSV 2.0 for each family that has observations, by its identifier.

    The form is that of https://github.com/sdmx-twg/sdmx-csv: the dataflow before each observation, one a line.
    """
    families = gather_rows(cube, observations)
    return {
        family.id: _to_bytes(write_sdmx([_make_dataset(cube, family, rows)], Format.DATA_SDMX_CSV_2_0_0))
        for family, rows in families.items()
        if rows
    }


def _to_bytes(text: str | None) -> bytes:
    assert text is not None
    return text.encode()


def gather_rows(cube: Cube, observations: Iterable[Observation]) -> dict[Family, list[Row]]:
    """Return the observations of each family as text by component, in the order of their keys."""
    rows: dict[Family, list[Row]] = {family: [] for family in cube.families}
    by_id = {family.id: family for family in cube.families}
    for observation in observations:
        rows[by_id[name_family(observation.structure)]].append(describe_row(observation))
    return {family: sorted(found, key=lambda row: _get_key(family, row)) for family, found in rows.items()}


def _get_key(family: Family, row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in family.dimensions)


def describe_row(observation: Observation) -> Row:
    """Return an observation as text by component; what it does not have is empty."""
    own = {**observation.breakdowns, **observation.roles}
    return {
        "REPORT": write_code_id(observation.report),
        "REF_AREA": identify(observation.area),
        "INDICATOR": identify(observation.indicator),
        **{write_component_id(name): identify(code) for name, code in own.items()},
        "MEASURE": identify(observation.measure),
        "TIME_PERIOD": write_time(observation.period),
        "OBS_VALUE": _write_value(observation.value),
        **_describe_attributes(observation),
    }


def _describe_attributes(observation: Observation) -> Row:
    unit, reason, other = observation.unit, observation.missing_reason, observation.compared_with
    return {
        "OBS_STATUS": identify(observation.status),
        "UNIT": identify(unit),
        "UNIT_MEASURE": identify(unit.base),
        "UNIT_MULT": str(unit.exponent),
        "DECIMALS": "" if observation.decimals is None else str(observation.decimals),
        "LOWER_BOUND": _write_value(observation.lower),
        "UPPER_BOUND": _write_value(observation.upper),
        "QUALIFIER": observation.qualifier or "",
        "MISSING_REASON": "" if reason is None else identify(reason),
        "COMPARED_WITH": "" if other is None else identify(other),
        "OBS_URI": observation.iri,
    }


def _write_value(value: Decimal | None) -> str:
    return "" if value is None else write_decimal(value)


def _make_dataset(cube: Cube, family: Family, rows: list[Row]) -> PandasDataset:
    for row in rows:
        _check_text(row)
    components = describe_components(cube, family, is_text=True)
    schema = Schema(context="dataflow", agency=AGENCY, id=family.id, version=VERSION, components=components)
    return PandasDataset(structure=schema, data=pd.DataFrame(rows, dtype=str))


def _check_text(row: Row) -> None:
    for name, text in row.items():
        if not text.isprintable() or _UNSAFE & set(text):
            repair = "name it without quotation marks, apostrophes and backslashes"
            raise InputError(f"{name} {text!r} cannot be written in SDMX", where=row["OBS_URI"], repair=repair)
