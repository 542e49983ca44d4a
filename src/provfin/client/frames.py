"""Owns how an answer of SPARQL becomes a `DataFrame`: each column by the datatype of its values, no figure rounded.

`xsd:decimal` stays exact as `decimal.Decimal`. A column of Arrow's decimal128 would give all its values the scale of
the longest one, so that 5.1 came back as 5.10 and said more than the report does.
Refuses answers that are neither SPARQL results in JSON nor RDF.
https://www.w3.org/TR/sparql11-results-json/
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from provfin.errors import InputError
from provfin.turtle import PREFIXES

if TYPE_CHECKING:
    import pandas as pd

_XSD = PREFIXES["xsd"]
_INTEGERS = {
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
}  # fmt: skip
_LARGEST = 2**63
_DATE_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_TRUTH = {"true": True, "1": True, "false": False, "0": False}

# How a literal of a kind is written (https://www.w3.org/TR/xmlschema11-2/) and read; what is written otherwise stays
# text. Dates with a time zone and fractions finer than microseconds have no exact value in Python.
_READERS: Mapping[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "integer": (re.compile(r"[+-]?\d+"), int),
    "decimal": (re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"), Decimal),
    "boolean": (re.compile("true|false|1|0"), _TRUTH.__getitem__),
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), dt.date.fromisoformat),
    "dateTime": (re.compile(_DATE_TIME), dt.datetime.fromisoformat),
    "instant": (re.compile(rf"{_DATE_TIME}(?:Z|[+-]\d\d:\d\d)"), dt.datetime.fromisoformat),
    "double": (re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN"), str),
}
_DTYPES = {
    "text": "string",
    "boolean": "boolean",
    "integer": "Int64",
    "date": "datetime64[s]",
    "dateTime": "datetime64[us]",
    "instant": "datetime64[us, UTC]",
}


def import_pandas() -> Any:
    """Return pandas; raises `InputError` when it is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise InputError("pandas is not installed", where="provfin.connect", repair="pip install pandas") from error
    return pandas


def read_results(body: bytes) -> "pd.DataFrame | bool":
    """Return SPARQL results in JSON: of SELECT a frame, of ASK whether there is an answer."""
    try:
        told = json.loads(body)
        if "boolean" in told:
            return bool(told["boolean"])
        names, rows = told["head"]["vars"], told["results"]["bindings"]
    except (ValueError, KeyError, TypeError) as error:
        repair = "give the address of a SPARQL endpoint"
        raise InputError("the answer is no SPARQL results in JSON", where="answer", repair=repair) from error
    pd = import_pandas()
    columns = {name: make_column([row.get(name) for row in rows]) for name in names}
    return pd.DataFrame(columns, columns=names)  # type: ignore[no-any-return]


def make_column(cells: Sequence[Mapping[str, str] | None]) -> "pd.Series[Any]":
    """Return a column of terms, None where unbound, typed by what all of them are; objects where they are mixed."""
    pd = import_pandas()
    read = [(None, pd.NA) if cell is None else _read_cell(cell) for cell in cells]
    kinds = {kind for kind, _ in read if kind is not None}
    values = [value for _, value in read]
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind == "double":
        return pd.Series(pd.to_numeric(pd.Series(values, dtype="string")), dtype="Float64")  # type: ignore[no-any-return]
    if kind == "integer" and any(not -_LARGEST <= value < _LARGEST for value in values if value is not pd.NA):
        kind = None
    return pd.Series(values, dtype=_DTYPES.get(kind or "", "object"))  # type: ignore[no-any-return]


def _read_cell(cell: Mapping[str, str]) -> tuple[str, Any]:
    """Return the kind and value of a term."""
    text, datatype = cell["value"], cell.get("datatype", "")
    kind = datatype.removeprefix(_XSD) if datatype.startswith(_XSD) else ""
    kind = "integer" if kind in _INTEGERS else "double" if kind == "float" else kind
    if kind == "dateTime" and _READERS["instant"][0].fullmatch(text):
        kind = "instant"
    if kind not in _READERS:
        return "text", text
    pattern, read = _READERS[kind]
    try:
        return (kind, read(text)) if pattern.fullmatch(text) else ("text", text)
    except ValueError:
        # 2023-02-30 is written like a date and is none.
        return "text", text
