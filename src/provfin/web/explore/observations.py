"""Owns the pages of figures and of the places they are printed at: the value for people, what it is of, how sure it is.

A printed figure stands for an interval, and the page says which. Refuses to smooth anything over: what the audit has
found about a figure stands above what it is.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal
from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import Row, ask_page, find_path, find_texts, name_resource, read_iri, read_value
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.site import Site

_PF = NAMESPACES["pf"]
_VALUE = NAMESPACES["sdmx-measure"] + "obsValue"
_DECIMALS = NAMESPACES["sdmx-attribute"] + "decimals"
_MEASURE, _UNIT, _MISSING, _REFERS_TO = (_PF + name for name in ("measure", "unit", "missingReason", "refersTo"))
_LOWER, _UPPER = _PF + "lowerBound", _PF + "upperBound"
_EXACT = NAMESPACES["oa"] + "exact"
_START, _END = NAMESPACES["oa"] + "start", NAMESPACES["oa"] + "end"
_EVIDENCE, _REPORT = _PF + "evidence", _PF + "report"
_MOST_BESIDE = 12
_MINUS = "\u2212"


@dataclass(frozen=True)
class Named:
    """A resource with its names."""

    iri: str
    names: Texts


@dataclass(frozen=True)
class Finding:
    """What the audit says of a figure, by language; `is_culprit` where the figure is the one likely wrong."""

    iri: str
    severity: str
    comments: Texts
    is_culprit: bool


@dataclass(frozen=True)
class Beside:
    """Another figure, what measures it and how it reads."""

    iri: str
    names: Texts
    setting: Sequence[Named]
    shown: Shown | None
    is_disputed: bool = False


async def _draw_figure(site: Site, request: Request, resource: Resource) -> Portrait:
    language = find_language(request.scope)
    figure = {"figure": resource.iri}
    units, setting, beside, findings = await asyncio.gather(
        site.once(load_units),
        ask_page(site, "data-setting", figure),
        ask_page(site, "data-beside", figure),
        ask_page(site, "data-findings", figure),
    )
    others = beside.rows[:_MOST_BESIDE]
    told = _read_values(resource)
    names = {**await _name(site, others, ("other", "measure")), **resource.names}
    return Portrait(
        "observation.html",
        {
            "shown": _show(units, told, language),
            "missing": _call(resource, told.get(_MISSING, "")),
            "bounds": _write_bounds(units, told, language),
            "setting": [
                (_call(resource, row["dimension"].text), _call(resource, row["code"].text)) for row in setting.rows
            ],
            "report": _call(resource, told.get(_REPORT, "")),
            "findings": list(_list_findings(findings.rows)),
            "beside": [_make_beside(units, row, names, language, "other", ("measure",)) for row in others],
            "has_more_beside": len(beside.rows) > _MOST_BESIDE,
            "indicator": _call(resource, told.get(_PF + "indicator", "")),
            "beside_query": beside.query,
            "disputed": [read_iri(t.object) for t in resource.own if t.predicate.value == f"{_PF}disputedBy"],
        },
    )  # fmt: skip


async def _draw_mention(site: Site, request: Request, resource: Resource) -> Portrait:
    language = find_language(request.scope)
    mention = {"mention": resource.iri}
    units, place, read_as = await asyncio.gather(
        site.once(load_units), ask_page(site, "data-place", mention), ask_page(site, "data-read-as", mention)
    )
    told = _read_values(resource)
    parts = [row["part"].text for row in place.rows if "part" in row]
    roles = ("figure", "measure", "period", "area")
    names = {**await _name(site, read_as.rows, roles), **await find_texts(site, parts), **resource.names}
    return Portrait(
        "mention.html",
        {
            "exact": told.get(_EXACT, ""),
            "start": told[_START],
            "end": told[_END],
            "parts": [Named(part, names.get(part, {"": find_path(part)})) for part in parts],
            "figures": [_make_beside(units, row, names, language, *_SAID) for row in read_as.rows],
            "refers_to": _call(resource, told.get(_REFERS_TO, "")),
            "tellers": [
                Named(iri, resource.names.get(iri, {"": find_path(iri)}))
                for iri in sorted(
                    read_iri(triple.subject) for triple in resource.incoming if triple.predicate.value == _EVIDENCE
                )
            ],
        },
    )


_SAID = ("figure", ("measure", "period", "area"))
# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {
    "Observation": _draw_figure,
    "Mention": _draw_mention,
    "NameMention": _draw_mention,
    "Evidence": _draw_mention,
}


def _read_values(resource: Resource) -> dict[str, str]:
    """Return the value of each property that has one, of several the last."""
    return {triple.predicate.value: read_iri(triple.object) for triple in resource.own}


def _call(resource: Resource, iri: str) -> Named | None:
    return Named(iri, resource.names.get(iri, {"": find_path(iri)})) if iri else None


async def _name(site: Site, rows: Sequence[Row], columns: Sequence[str]) -> dict[str, Texts]:
    return await find_texts(site, {row[column].text for row in rows for column in columns if column in row})


def _show(units: Units, told: Mapping[str, str], language: str) -> Shown | None:
    if _VALUE not in told:
        return None
    return units.show(
        Decimal(told[_VALUE]), told[_UNIT], _find_code(told[_MEASURE]), language, int(told.get(_DECIMALS, "0"))
    )


def _find_code(measure: str) -> str:
    return measure.removeprefix(name_resource("measure/"))


def _write_bounds(units: Units, told: Mapping[str, str], language: str) -> tuple[str, str] | None:
    """Return the least value a figure stands for and the one it stays below, with its unit; None where both are one."""
    if _LOWER not in told or _UPPER not in told or Decimal(told[_LOWER]) == Decimal(told[_UPPER]):
        return None
    lower, upper = Decimal(told[_LOWER]), Decimal(told[_UPPER])
    number = format_decimal(abs(lower), locale=language, decimal_quantization=False)
    return f"{_MINUS if lower < 0 else ''}{number}", units.show(upper, told[_UNIT], "", language).exact


def _list_findings(rows: Sequence[Row]) -> Iterator[Finding]:
    comments: dict[str, dict[str, str]] = {}
    for row in rows:
        comments.setdefault(row["finding"].text, {})[row["comment"].language] = row["comment"].text
    told = {row["finding"].text: row for row in rows}
    for iri, row in told.items():
        yield Finding(iri, row["severity"].text, comments[iri], row["isCulprit"].text == "true")


def _make_beside(
    units: Units, row: Row, names: Mapping[str, Texts], language: str, role: str, setting: Sequence[str]
) -> Beside:
    iri = row[role].text
    codes = [Named(row[column].text, names.get(row[column].text, {"": row[column].text})) for column in setting]
    shown = None
    if "value" in row:
        shown = units.show(read_value(row), row["unit"].text, _find_code(row["measure"].text), language)
    is_disputed = "isDisputed" in row and row["isDisputed"].text == "true"
    return Beside(iri, names.get(iri, {"": find_path(iri)}), codes, shown, is_disputed)
