"""Owns the catalogue of rules: what every shape, check query and rule of the audit promises, why, and how to repair.

A rule is told where it is kept: a property shape with its cases, a check with its header, a concept of the audit rules.
The pages in `docs/rules` are written from there: `python -m provfin.catalogue docs/rules`. Refuses two rules of one
code.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SH, SKOS
from rdflib.term import Node

from provfin.assets import Assets, find_assets
from provfin.building import write_files
from provfin.errors import InputError
from provfin.findings import SEVERITIES, Rule, Text
from provfin.turtle import BASE, PREFIXES
from provfin.validation import find_text, load_checks, load_ontology, load_shapes, write_path

_AUDIT_RULES = URIRef(f"{BASE}scheme/audit-rules")
_REPAIR, _SEVERITY = (URIRef(f"{PREFIXES['pf']}{name}") for name in ("repair", "severity"))
_KINDS = {
    "shape": Text("Shapes: the graph of one report", "形状：单个报告的图"),
    "check": Text("Checks: everything together", "检查：全部数据"),
    "audit": Text("Audit: the figures of a report", "审核：报告中的数值"),
}
_SEVERITY_NAMES = {"violation": "违规", "warning": "警告", "info": "提示"}


@lru_cache(maxsize=4)
def list_rules(assets: Assets) -> tuple[Rule, ...]:
    """Return the rules that validating holds a graph against, shapes and checks, in the order of their codes."""
    return _order([*_read_shapes(assets), *(check.rule for check in load_checks(assets))])


@lru_cache(maxsize=4)
def list_audit_rules(assets: Assets) -> tuple[Rule, ...]:
    """Return the rules of the audit, in the order of their codes."""
    graph = load_ontology(assets)
    return _order(_read_audit_rule(graph, concept) for concept in graph.subjects(SKOS.inScheme, _AUDIT_RULES))


def _order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    ordered = sorted(rules, key=lambda rule: rule.code)
    for code, number in Counter(rule.code for rule in ordered).items():
        if number > 1:
            raise InputError(f"{number} rules have the code {code}", where="the rules", repair="give each its own code")
    return tuple(ordered)


# Reading


def _read_shapes(assets: Assets) -> Iterator[Rule]:
    graph = load_shapes(assets)
    cases = {path.stem.removeprefix("invalid-").upper(): path for path in assets.shapes.rglob("invalid-*.ttl")}
    for shape, code in graph.subject_objects(DCTERMS.identifier):
        yield _read_shape(graph, shape, str(code), cases.get(str(code)))


def _read_shape(graph: Graph, shape: Node, code: str, case: Path | None) -> Rule:
    gathering = min(graph.subjects(SH.property, shape), key=str, default=shape)
    severity = str(graph.value(shape, SH.severity, default=SH.Violation)).rpartition("#")[2].lower()
    why, what = _read_text(graph, shape, SH.description), _read_text(graph, gathering, DCTERMS.description)
    path = write_path(graph, shape)
    name = _read_text(graph, shape, SH.name)
    name = name if name.en else Text(path or code, path or code)
    what = what if what.en else name
    bad, good = _read_example(case) if case is not None else ("", "")
    return Rule(code, severity, name, what, why, _read_text(graph, shape, SH.message), bad, good, path)


def _read_text(graph: Graph, node: Node, predicate: Node) -> Text:
    return Text(find_text(graph, node, predicate, "en"), find_text(graph, node, predicate, "zh"))


def _read_audit_rule(graph: Graph, concept: Node) -> Rule:
    """Read a concept of the audit rules; its examples are told apart by how they start, `Bad: ` and `Good: `."""
    examples = sorted(str(text) for text in graph.objects(concept, SKOS.example) if isinstance(text, Literal))
    bad, good = (_pick(examples, start) for start in ("Bad: ", "Good: "))
    name, what, why, repair = (
        _read_text(graph, concept, term) for term in (SKOS.prefLabel, SKOS.definition, SKOS.scopeNote, _REPAIR)
    )
    severity = str(graph.value(concept, _SEVERITY, default=Literal("violation")))
    if severity not in SEVERITIES:
        raise InputError(f"{severity!r} is no severity", where=str(concept), repair=f"one of {', '.join(SEVERITIES)}")
    code = str(graph.value(concept, SKOS.notation, default=Literal("")))
    return Rule(code, severity, name, what, why, repair, bad, good)


def _pick(texts: Iterable[str], start: str) -> str:
    return "\n".join(text.removeprefix(start) for text in texts if text.startswith(start))


def _read_example(case: Path) -> tuple[str, str]:
    """Return the lines in which an invalid case and the valid one differ, each under the node they belong to."""
    bad, good = (path.read_text(encoding="utf-8").splitlines() for path in (case, case.with_name("valid.ttl")))
    for kind, start, end, valid_start, valid_end in SequenceMatcher(None, bad, good, autojunk=False).get_opcodes():
        if kind != "equal":
            return _quote_lines(bad, start, end), _quote_lines(good, valid_start, valid_end)
    return "", ""


def _quote_lines(lines: list[str], start: int, end: int) -> str:
    """Return lines after the first line of their block; what is left out between is an ellipsis.

    >>> _quote_lines(["<a> a <b> ;", "  <c> 1 ;", "  <d> 2 ."], 2, 3)
    '<a> a <b> ;\\n    # …\\n  <d> 2 .'
    """
    changed = [line for line in lines[start:end] if line]
    head = start
    while head > 0 and (head >= len(lines) or not lines[head] or lines[head][0].isspace()):
        head -= 1
    if changed and not changed[0][0].isspace():
        return "\n".join(changed)
    gap = [] if head + 1 >= start and changed else ["    # …"]
    return "\n".join([lines[head], *gap, *changed])


# Writing


def render_catalogue(assets: Assets) -> dict[str, bytes]:
    """Return the pages of the catalogue by file name: one for each rule, and the table of all."""
    kinds = {rule: _find_kind(rule) for rule in [*list_rules(assets), *list_audit_rules(assets)]}
    pages = {f"{rule.code}.md": _write_page(rule, kind) for rule, kind in kinds.items()}
    pages["README.md"] = _write_table(kinds)
    return {name: page.encode("utf-8") for name, page in sorted(pages.items())}


def _find_kind(rule: Rule) -> str:
    family = rule.code.split("-")[1]
    return {"AUD": "audit", "CHK": "check", "IC": "check"}.get(family, "shape")


def _write_page(rule: Rule, kind: str) -> str:
    command = "audit" if kind == "audit" else "validate"
    facts = [f"`provfin {command}`", f"{rule.severity} · {_SEVERITY_NAMES[rule.severity]}"]
    facts += [f"`{rule.path}`"] if rule.path else []
    parts = [
        f"# {rule.code} {rule.name.en} · {rule.name.zh}",
        " · ".join(facts),
        *_write_part("What · 规则", rule.what),
        *_write_part("Why · 缘由", rule.why),
        *_write_part("How to repair · 如何修正", rule.repair),
        *_write_example("Bad · 反例", rule.bad, kind),
        *_write_example("Good · 正例", rule.good, kind),
        "[All rules · 全部规则](README.md)",
    ]
    return "\n\n".join(parts) + "\n"


def _write_part(title: str, text: Text) -> list[str]:
    return [f"## {title}", *(part for part in text if part)] if text.en or text.zh else []


def _write_example(title: str, example: str, kind: str) -> list[str]:
    language = "text" if kind == "audit" else "turtle"
    return [f"## {title}", f"```{language}\n{example}\n```"] if example else []


def _write_table(kinds: dict[Rule, str]) -> str:
    parts = [
        "# The rules · 规则目录",
        "Every rule that `provfin validate` and `provfin audit` hold, by code. A code does not change its meaning and "
        "is not used again. These pages are written from the rules themselves: "
        "`python -m provfin.catalogue docs/rules`. How to run the checks: [validation](../validation.md).",
        "`provfin validate` 与 `provfin audit` 所执行的全部规则。代码的含义不变，也不再作他用。本目录由规则本身生成。",
    ]
    for kind, rules in groupby(sorted(kinds, key=lambda rule: (list(_KINDS).index(kinds[rule]), rule.code)), kinds.get):
        title = _KINDS[str(kind)]
        rows = [
            f"| [{rule.code}]({rule.code}.md) | {rule.severity} | {_cell(rule.name.en)} | {_cell(rule.name.zh)} |"
            for rule in rules
        ]
        parts += [f"## {title.en} · {title.zh}"]
        parts += ["\n".join(["| code | severity | rule | 规则 |", "|---|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write_catalogue(folder: Path, assets: Assets) -> None:
    """Write all pages into a folder and remove the pages of rules that are gone."""
    pages = render_catalogue(assets)
    write_files(folder, pages)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()


if __name__ == "__main__":
    write_catalogue(Path(sys.argv[1]), find_assets())
