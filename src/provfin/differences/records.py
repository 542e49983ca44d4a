"""Owns the differences of two releases as JSON: its keys are stable, its numbers exact (decimals are strings)."""

import json
from typing import Any

from provfin.differences.changes import Change, Comparison, Kind
from provfin.differences.editions import Figure, Named, Place
from provfin.differences.sources import Origin

Record = dict[str, Any]


def write_json(comparison: Comparison) -> str:
    """Return the differences as JSON, by kind and observation."""
    return json.dumps(make_record(comparison), ensure_ascii=False, indent=2) + "\n"


def make_record(comparison: Comparison) -> Record:
    """Return the differences as one record, whose keys are stable.

    - `old`, `new`: `name` and `hash` of what was compared.
    - `counts`: how many figures each list has; `statements`: how many were `added` and `withdrawn`.
    - `revised`, `added`, `withdrawn`, `labels_changed`, `evidence_changed`, `otherwise_changed`, `spelling_changed` (a
      decimal has other zeros and the same value): lists of figures, each with its `observation`, the `aspects` in which
      it changed (`value`, `base_value`, `unit`, `bounds`, `status`, `dimensions`, `label`, `evidence`, `iri`, `other`,
      `spelling`), `labels` by language, and as `iri`, `code` and `labels` its
      `report`, `indicator`, `measure`, `period` and `area`. `old` and `new` (null where there is none) have
      `observation`, `labels`, `value`, `unit`, `value_in_base_unit`, `lower_bound`, `upper_bound`, `status`,
      `missing_reason`, and `evidence`: `mention`, `start`, `end` (code points), `exact`, `part`. Decimals are strings.
    - `resources`: by class, how many others were `added`, `withdrawn` and `changed`.
    """
    return {
        "old": _tell_source(comparison.old),
        "new": _tell_source(comparison.new),
        "counts": {kind.value: len(comparison.select(kind)) for kind in Kind},
        "statements": {"added": comparison.statements.added, "withdrawn": comparison.statements.withdrawn},
        **{kind.value: [_tell_change(change) for change in comparison.select(kind)] for kind in Kind},
        "resources": {
            name: {"added": counts.added, "withdrawn": counts.withdrawn, "changed": counts.changed}
            for name, counts in comparison.resources.items()
        },
    }


def _tell_source(origin: Origin) -> Record:
    return {"name": origin.name, "hash": origin.hash}


def _tell_change(change: Change) -> Record:
    figure = change.figure
    return {
        "observation": figure.this.iri,
        "aspects": list(change.aspects),
        "labels": dict(figure.this.labels),
        "report": _tell_named(figure.report),
        "indicator": _tell_named(figure.indicator),
        "measure": _tell_named(figure.measure),
        "period": _tell_named(figure.period),
        "area": _tell_named(figure.area),
        "old": _tell_figure(change.old),
        "new": _tell_figure(change.new),
    }


def _tell_figure(figure: Figure | None) -> Record | None:
    return (
        None
        if figure is None
        else {
            "observation": figure.this.iri,
            "labels": dict(figure.this.labels),
            "value": figure.value,
            "unit": _tell_named(figure.unit),
            "value_in_base_unit": figure.base_value,
            "lower_bound": figure.lower,
            "upper_bound": figure.upper,
            "status": _tell_named(figure.status),
            "missing_reason": _tell_named(figure.missing),
            "evidence": [_tell_place(place) for place in figure.places],
        }
    )


def _tell_place(place: Place) -> Record:
    part = place.part and place.part.name("zh")
    return {"mention": place.mention, "start": place.start, "end": place.end, "exact": place.exact, "part": part}


def _tell_named(named: Named | None) -> Record | None:
    return None if named is None else {"iri": named.iri, "code": named.code, "labels": dict(named.labels)}
