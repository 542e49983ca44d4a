"""Owns the page that tells the whole model: its template, with the ontology and the graph filled in.

Prose and queries are the template's, `docs/model.template.md`; a line `{{part words}}` is replaced by a part made of
the graph, and each query is followed by what it answers, so that the page cannot tell what is not so. What terms of
other vocabularies mean is told in `docs/model.terms.toml`. `python -m provfin.modelpage docs/model.md` writes the page.
Refuses a part, term or thing it does not know and a query without rows.
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets, find_assets
from provfin.building import replace_file
from provfin.errors import InputError
from provfin.findings import Text
from provfin.model import MODEL_PREFIXES, Model, Term, clip, expand, find_key, shorten, write_term
from provfin.turtle import BASE, PREFIXES, TYPE

Words = Mapping[str, Sequence[str]]

MOST_CODES = 40
_FEW_CODES = 6
_SHOWN = 8
# Quotations of a report stay short.
_LONGEST_TEXT = 18
_LONGEST_NAME = 40

_PART = re.compile(r"^\{\{([\w-]+)(?: ([^}]*))?\}\}$", re.MULTILINE)
_QUERY = re.compile(r"^```sparql\n(SELECT.*?)^```$", re.MULTILINE | re.DOTALL)


class Page:
    """The page in the making: each part that a template asks for is a table or a block of code."""

    def __init__(self, model: Model, words: Words) -> None:
        self._model = model
        self._words = words
        self._examples: dict[str, str | None] = {}
        self._parts: dict[str, Callable[[str], str]] = {
            "classes": self._write_classes,
            "codes": self._write_codes,
            "dimensions": self._write_dimensions,
            "narrower": self._write_narrower,
            "prefixes": self._write_prefixes,
            "properties": self._write_properties,
            "rules": self._write_rules,
            "structures": self._write_structures,
            "turtle": self._write_turtle,
            "units": self._write_units,
        }

    def render(self, template: str) -> str:
        """Return the template with every part filled in and every query answered."""
        self._examples = dict(self._list_examples(template))
        return _QUERY.sub(self._answer, _PART.sub(self._fill, template))

    def _list_examples(self, template: str) -> Iterator[tuple[str, str | None]]:
        """Yield the classes whose properties the template asks for, each with its example, given or picked."""
        for match in _PART.finditer(template):
            if match[1] == "properties":
                name, _, given = match[2].partition(" ")
                yield expand(name), expand(given) if given else self._model.pick_example(expand(name))

    def _fill(self, match: re.Match[str]) -> str:
        if match[1] not in self._parts:
            raise InputError(f"no part {match[1]}", where=match[0], repair=f"one of {', '.join(self._parts)}")
        return self._parts[match[1]](match[2] or "")

    # Queries

    def _write_prefixes(self, _: str) -> str:
        own = {name: iri for name, iri in MODEL_PREFIXES.items() if iri.startswith(BASE)}
        others = [f"PREFIX {name}: <{iri}>" for name, iri in sorted(MODEL_PREFIXES.items()) if name not in own]
        codes = [f"PREFIX {name}: <{iri.removeprefix(BASE)}>" for name, iri in sorted(own.items())]
        width = max(map(len, codes))
        pairs = [" ".join(code.ljust(width) for code in codes[at : at + 2]).rstrip() for at in range(0, len(codes), 2)]
        return "\n".join(["```sparql", f"BASE <{BASE}>", *pairs, *others, "```"])

    def _answer(self, match: re.Match[str]) -> str:
        names, rows = self._model.select(match[1])
        if not rows:
            raise InputError("no rows", where=match[1], repair="mend the query")
        cells = [f"?{name} {_code(_show_answer(term))}" for name, term in zip(names, rows[0], strict=True) if term]
        number = "1 row · 1 行" if len(rows) == 1 else f"first of {len(rows)} rows · {len(rows)} 行之首行"
        return f"{match[0]}\n\n→ {', '.join(cells)} ({number})"

    # Classes

    def _write_classes(self, names: str) -> str:
        rows = [self._write_class(expand(name)) for name in names.split()]
        return _write_table(["class · 类", "what it is", "定义", "example · 实例"], rows)

    def _write_class(self, name: str) -> list[str]:
        above = [_code(shorten(iri)) for iri in self._model.list_names(name, expand("rdfs:subClassOf"))]
        term = _code(shorten(name)) + (f" ⊂ {', '.join(above)}" if above else "")
        example = self._examples.get(name) or self._model.pick_example(name)
        return [term, *self._describe(name), self._show(example) if example else "–"]

    def _describe(self, iri: str) -> Text:
        """Return label, definition and scope note of a term; of one of another vocabulary, what the words say."""
        name = shorten(iri)
        if name in self._words:
            return Text(*self._words[name])
        if not iri.startswith((PREFIXES["pf"], BASE)):
            raise InputError("nothing says what it means", where=name, repair="add it to the terms beside the page")
        label, meaning, note = (
            self._model.read_text(iri, *map(expand, terms))
            for terms in (("skos:prefLabel", "rdfs:label"), ("skos:definition",), ("skos:scopeNote",))
        )
        english, chinese = f"{meaning.en} {note.en}".strip(), f"{meaning.zh}{note.zh}"
        return Text(
            f"**{label.en}**: {english}" if english else label.en, f"**{label.zh}**：{chinese}" if chinese else label.zh
        )

    def _show(self, iri: str) -> str:
        """Return a node with what it is called."""
        name = self._model.read_name(iri)
        called = dict.fromkeys(text for text in (clip(name.en, _LONGEST_NAME), clip(name.zh, _LONGEST_TEXT)) if text)
        return f"{_code(shorten(iri))} {' · '.join(called)}".strip()

    def _show_all(self, iris: Iterable[str]) -> str:
        return "; ".join(map(self._show, iris))

    # Properties

    def _write_properties(self, words: str) -> str:
        of_class = expand(words.partition(" ")[0])
        example = self._examples[of_class]
        if example not in self._model.list_things(of_class):
            raise InputError("no such thing", where=f"{{{{properties {words}}}}}", repair="name a thing of the class")
        rows = [self._write_property(of_class, predicate, example) for predicate in self._list_own(of_class)]
        head = ["property · 属性", "n", "what it says", "含义", f"of · 以此为例 {self._show(example)}"]
        return _write_table(head, rows)

    def _list_own(self, of_class: str) -> list[str]:
        """Return the predicates to tell at a class: those of its things not told above it nor, wholly, below it."""
        model, told = self._model, self._examples
        above = [name for name in told if name in model.list_all_above(of_class)]
        below = [set(model.list_things(name)) for name in told if of_class in model.list_all_above(name)]
        own = [
            predicate
            for predicate, users in self._find_users(of_class).items()
            if not any(users and users <= things for things in below)
            and not any(predicate in self._list_own(name) for name in above)
        ]
        return sorted(own, key=lambda iri: (not iri.startswith(PREFIXES["pf"]), shorten(iri)))

    def _find_users(self, of_class: str) -> dict[str, set[str]]:
        """Return each predicate that things of a class have, or may have, with those that have it."""
        found: dict[str, set[str]] = {
            name: set() for name in self._model.list_subjects(expand("rdfs:domain"), of_class)
        }
        for thing in self._model.list_things(of_class):
            for predicate in self._model.list_predicates(thing):
                found.setdefault(predicate, set()).add(thing)
        return found

    def _write_property(self, of_class: str, predicate: str, example: str) -> list[str]:
        things = self._model.list_things(of_class)
        lists = [self._model.list_values(thing, predicate) for thing in things]
        numbers = sorted(_count_values(values) for values in lists)
        number = f"{numbers[0]}–{numbers[-1]}" if numbers[0] < numbers[-1] else str(numbers[0])
        name = " → ".join(filter(None, [_code(shorten(predicate)), self._write_range(predicate)]))
        values = self._model.list_values(example, predicate)
        shown = self._show_values(values) or f"† {self._show_values(next(filter(None, lists), []))}"
        return [name, number, *self._describe(predicate), shown if shown != "† " else "–"]

    def _show_values(self, values: Sequence[Term]) -> str:
        """Return two texts or one other value, and how many more there are."""
        shown = values[: 2 if isinstance(next(iter(values), None), ox.Literal) else 1]
        texts = [
            self._show(term.value) if isinstance(term, ox.NamedNode) else _code(write_term(term, _LONGEST_TEXT))
            for term in shown
        ]
        more = len(values) - len(shown)
        return ", ".join(texts) + (f" … +{more}" if more else "")

    def _write_range(self, predicate: str) -> str:
        if not predicate.startswith(PREFIXES["pf"]):
            return ""
        ends = [
            end for term in self._model.list_values(predicate, expand("rdfs:range")) for end in self._list_ends(term)
        ]
        return ", ".join(_code(write_term(end, _LONGEST_TEXT)) for end in ends)

    def _list_ends(self, term: Term) -> Iterator[Term]:
        """Yield a class or datatype, or what a union or an enumeration is made of."""
        if not isinstance(term, ox.BlankNode):
            yield term
        for name in ("owl:unionOf", "owl:oneOf"):
            for node in self._model.list_values(find_key(term), expand(name)):
                yield from self._list_items(node)

    def _list_items(self, node: Term) -> Iterator[Term]:
        while isinstance(node, ox.BlankNode):
            yield from self._model.list_values(find_key(node), expand("rdf:first"))
            (node,) = self._model.list_values(find_key(node), expand("rdf:rest"))

    # A thing written out

    def _write_turtle(self, name: str) -> str:
        thing = expand(name)
        if not self._model.list_predicates(thing):
            raise InputError("not in the graph", where=thing, repair="name a thing of the graph")
        lines = [f"{shorten(thing)} a {self._write_objects(thing, TYPE)}"]
        for predicate in sorted(self._model.list_predicates(thing), key=shorten):
            lines.append(f"    {shorten(predicate)} {self._write_objects(thing, predicate)}")
        return "```turtle\n" + " ;\n".join(lines) + " .\n```"

    def _write_objects(self, thing: str, predicate: str) -> str:
        return " , ".join(write_term(term, _LONGEST_NAME) for term in self._model.list_values(thing, predicate))

    # The cube

    def _list_families(self) -> dict[str, list[str]]:
        """Return the structures of observations with values, each with its dimensions in order."""
        structures = self._model.list_things(expand("qb:DataStructureDefinition"))
        return {name: self._list_structure(name) for name in structures if not name.endswith("-missing")}

    def _list_structure(self, structure: str) -> list[str]:
        ranks = {}
        for component in self._model.list_names(structure, expand("qb:component")):
            for dimension in self._model.list_names(component, expand("qb:dimension")):
                (order,) = self._model.list_values(component, expand("qb:order"))
                ranks[dimension] = (int(find_key(order)), dimension)
        return sorted(ranks, key=ranks.__getitem__)

    def _list_codes(self, dimension: str) -> list[str]:
        """Return the codes a dimension can have, the total first."""
        schemes = self._model.list_names(dimension, expand("qb:codeList"))
        codes = [code for scheme in schemes for code in self._model.list_subjects(expand("skos:inScheme"), scheme)]
        return sorted(codes, key=lambda code: (not code.endswith("/total"), code))

    def _write_dimensions(self, _: str) -> str:
        families = self._list_families()
        rows = []
        for dimension in self._model.list_things(expand("qb:DimensionProperty")):
            having = [_code(shorten(name)) for name in families if dimension in families[name]]
            held = ", ".join(having) if len(having) < len(families) else "all · 全部"
            codes = self._list_codes(dimension)
            rows.append([self._show(dimension), held, str(len(codes) or "–"), self._show_codes(dimension, codes)])
        return _write_table(["dimension · 维度", "families · 数据族", "codes · 代码数", "which · 代码"], rows)

    def _show_codes(self, dimension: str, codes: Sequence[str]) -> str:
        if len(codes) <= _FEW_CODES:
            return self._show_all(codes) or "[7](#7-periods--时期)"
        if len(codes) <= MOST_CODES:
            return "below · 见下"
        numbers = self._count_figures(dimension)
        return f"{self._show_all(sorted(codes, key=lambda code: (-numbers[code], code))[:_SHOWN])}; …"

    def _count_figures(self, predicate: str) -> Counter[str]:
        """Return how many observations have each value of a predicate."""
        things = self._model.list_things(expand("pf:Observation"))
        return Counter(name for thing in things for name in self._model.list_names(thing, predicate))

    def _write_codes(self, name: str) -> str:
        codes = self._list_codes(expand(name))
        if not 0 < len(codes) <= MOST_CODES:
            raise InputError(f"{len(codes)} codes", where=name, repair=f"name a dimension of 1 to {MOST_CODES} codes")
        rows = [[_code(shorten(code)), *self._describe(code)] for code in codes]
        return _write_table(["code · 代码", "English", "中文"], rows)

    def _write_structures(self, _: str) -> str:
        families, numbers = self._list_families(), self._count_figures(expand("pf:indicator"))
        common = set.intersection(*map(set, families.values()))
        rows = []
        for family, dimensions in families.items():
            indicators = self._model.list_subjects(expand("pf:structure"), family)
            most = sorted(indicators, key=lambda name: (-numbers[name], name))[:3]
            own = ", ".join(_code(shorten(name)) for name in dimensions if name not in common)
            rows.append([self._show(family), own or "–", str(len(indicators)), self._show_all(most)])
        return _write_table(
            ["family · 数据族", "own dimensions · 自有维度", "indicators · 指标数", "such as · 例"], rows
        )

    def _write_units(self, _: str) -> str:
        numbers = self._count_figures(expand("pf:unit"))
        kinds: dict[str, list[str]] = {}
        for unit in sorted(numbers, key=lambda unit: (-numbers[unit], unit)):
            for kind in self._model.list_names(unit, expand("qudt:hasQuantityKind")):
                kinds.setdefault(kind, []).append(unit)
        rows = [
            [_code(shorten(kind)), str(len(units)), "; ".join(map(self._show_unit, units[:_SHOWN]))]
            for kind, units in sorted(kinds.items())
        ]
        return _write_table(["quantity kind · 量", "units in use · 在用单位数", "most used · 最常用"], rows)

    def _show_unit(self, unit: str) -> str:
        (factor,) = self._model.list_values(unit, expand("pf:factor"))
        (base,) = self._model.list_names(unit, expand("pf:baseUnit"))
        number = f"{Decimal(find_key(factor)).normalize():f}"
        return self._show(unit) if base == unit else f"{self._show(unit)} = {number} {_code(shorten(base))}"

    # What follows, what is audited

    def _write_narrower(self, _: str) -> str:
        properties = self._list_below("owl:ObjectProperty", "rdfs:subPropertyOf")
        rows = [*properties, *self._list_below("owl:Class", "rdfs:subClassOf")]
        return _write_table(["ask for · 可查", "and get all that is · 即得全部"], rows)

    def _list_below(self, kind: str, predicate: str) -> list[list[str]]:
        below: dict[str, list[str]] = {}
        for name in self._model.list_things(expand(kind)):
            for above in self._model.list_names(name, expand(predicate)):
                below.setdefault(_code(shorten(above)), []).append(_code(shorten(name)))
        return [[above, ", ".join(below[above])] for above in sorted(below)]

    def _write_rules(self, _: str) -> str:
        findings = self._model.list_things(expand("pf:AuditFinding"))
        numbers = Counter(
            rule for finding in findings for rule in self._model.list_names(finding, expand("pf:auditRule"))
        )
        rules = self._model.list_things(expand("pf:AuditRule"))
        return "; ".join(self._show(rule) + (f" ({numbers[rule]})" if numbers[rule] else "") for rule in rules)


# Writing


def _write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar within a cell is escaped."""
    lines = [[cell.replace("|", "\\|") for cell in line] for line in (head, *rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], ["---"] * len(head), *lines[1:]])


def _code(text: str) -> str:
    return f"`{text}`"


def _show_answer(term: Term) -> str:
    return clip(term.value, _LONGEST_NAME) if isinstance(term, ox.Literal) else write_term(term, _LONGEST_NAME)


def _count_values(values: Sequence[Term]) -> int:
    """Return how many values there are; texts count once for each language."""
    languages = Counter(term.language for term in values if isinstance(term, ox.Literal))
    return max(languages.values(), default=len(values))


def render_page(template: str, words: Words, assets: Assets) -> str:
    """Return the page of the model as Markdown; equal files give equal text.

    Raises `InputError` for a part, term or query of the template that the graph does not bear out.
    """
    return Page(Model(assets), words).render(template)


def read_words(path: Path) -> Words:
    """Read what terms of other vocabularies mean: for each prefixed name an English and a Chinese text."""
    words: Words = tomllib.loads(path.read_text(encoding="utf-8"))
    return words


def write_page(path: Path, assets: Assets) -> None:
    """Write the page anew from the template and the terms that lie beside it."""
    template = path.with_suffix(".template.md").read_text(encoding="utf-8")
    page = render_page(template, read_words(path.with_suffix(".terms.toml")), assets)
    replace_file(path, page.encode("utf-8"))


if __name__ == "__main__":
    write_page(Path(sys.argv[1]), find_assets())
