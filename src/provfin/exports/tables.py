"""Owns the tidy tables of a release: one row per observation, one row per place it is printed at, and their columns.

The columns depend on the cube alone, not on the figures: two releases of one ontology have the same. Every breakdown
of any structure has its columns, empty where the structure of an observation lacks it; `_T` is the total of one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from provfin.exports.content import ReleaseContent
from provfin.exports.index import LABEL, PF
from provfin.exports.observations import Code, Dimension, Mention, Observation
from provfin.sheets import Cell, Column, Kind
from provfin.turtle import BASE, PREFIXES

Row = TypeVar("Row")

_ATTRIBUTE, _DIMENSION = PREFIXES["sdmx-attribute"], PREFIXES["sdmx-dimension"]
_VALUE = PREFIXES["sdmx-measure"] + "obsValue"
_STATUS = PREFIXES["sdmx-code"] + "obsStatus-{status}"
_OA = PREFIXES["oa"]


@dataclass(frozen=True)
class Field(Generic[Row]):
    """What a column is: its name, what its cells are, what it says in English and Chinese, and how it is read.

    `term` is the IRI of the property a cell is a value of; `link` a URI template (RFC 6570) of that value where
    the cell is a code. A column that `is_required` has no empty cell.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    read: Callable[[Row], Cell]
    term: str | None = None
    link: str | None = None
    language: str | None = None
    is_required: bool = False
    is_code: bool = False

    @property
    def notes(self) -> dict[str, str]:
        """What goes with the column into a file that has a place for it."""
        return {"description": self.en, "description_zh": self.zh, "property": self.term or ""}

    @property
    def is_told(self) -> bool:
        """Whether `term` with a cell, or with its link, is what the graph says; the bare code of a concept is not."""
        return self.term is not None and (self.link is not None or not self.is_code)


@dataclass(frozen=True)
class Table:
    """A table: its name, titles, fields, rows, and the columns that tell its rows apart.

    The first column has the IRI that the properties of the others are told of.
    """

    name: str
    en: str
    zh: str
    fields: Sequence[Field[object]]
    rows: Sequence[tuple[Cell, ...]] = field(repr=False)
    key: Sequence[str]

    def list_cells(self, name: str) -> list[Cell]:
        """Return the cells of a column."""
        place = [item.name for item in self.fields].index(name)
        return [row[place] for row in self.rows]

    def list_columns(self) -> list[Column]:
        """Return the columns with their cells, each with what it says and its property in its notes."""
        return [
            Column(item.name, item.kind, [row[place] for row in self.rows], item.is_required, item.notes)
            for place, item in enumerate(self.fields)
        ]


class Place(NamedTuple):
    """An observation and one of the places it is printed at."""

    observation: Observation
    mention: Mention


def make_tables(content: ReleaseContent) -> tuple[Table, Table]:
    """Return the table of observations and that of mentions; figures are exactly as the graph has them."""
    return make_observation_table(content), make_mention_table(content)


def make_observation_table(content: ReleaseContent) -> Table:
    """Return one row per observation, by IRI; each value is in the unit printed."""
    titles = "Observations: one row for each figure a report asserts", "观测：报告所断言的每个数值一行"
    columns = [
        *_IDENTITY,
        *(column for item in content.dimensions for column in _describe_dimension(item)),
        *_describe_code("compared_with", "indicator compared with", "比较对象", lambda o: o.compared_with),
        *_VALUES,
    ]
    return _make_table("observations", *titles, columns, content.observations, ["observation"])


def make_mention_table(content: ReleaseContent) -> Table:
    """Return one row per place an observation is printed at, in reading order: the provenance of every figure."""
    titles = "Mentions: one row for each place a figure is printed at", "提及：印出数值的每处一行"
    places = [Place(item, mention) for item in content.observations for mention in item.mentions]
    places.sort(key=lambda at: (at.mention.report, at.mention.start, at.mention.end, at.observation.iri))
    return _make_table("mentions", *titles, _MENTIONS, places, ["observation", "mention"])


def _make_table(
    name: str, en: str, zh: str, columns: Sequence[Field[Row]], items: Sequence[Row], key: Sequence[str]
) -> Table:
    rows = [tuple(column.read(item) for column in columns) for item in items]
    return Table(name, en, zh, columns, rows, key)  # type: ignore[arg-type]


def name_column(name: str) -> str:
    """Return the name of a dimension as that of a column.

    >>> name_column("institutionalSector")
    'institutional_sector'
    """
    return re.sub(r"(?=[A-Z])", "_", name).lower()


# Codes: the code itself and its names


def _describe_code(
    name: str,
    en: str,
    zh: str,
    read: Callable[[Observation], Code | None],
    *,
    term: str | None = None,
    folder: str | None = None,
    is_required: bool = False,
) -> Iterator[Field[Observation]]:
    """Yield the column of a code and those of its names; `folder` is where the IRIs are made of the codes.

    A total is written `_T` and named `…/total`, so the code of a breakdown leads to no IRI.
    """

    def read_part(part: str) -> Callable[[Observation], Cell]:
        return lambda item: getattr(read(item), part, None)

    link = f"{BASE}{folder}/{{{name}}}" if folder else None
    texts = f"{en}: code", f"{zh}：代码"
    yield Field(name, Kind.text, *texts, read_part("code"), term, link, is_required=is_required, is_code=True)
    for language, its in (("zh", ("name in Chinese", "中文名称")), ("en", ("name in English", "英文名称"))):
        read_label = read_part(f"label_{language}")
        texts = f"{en}: {its[0]}", f"{zh}：{its[1]}"
        yield Field(f"{name}_label_{language}", Kind.text, *texts, read_label, language=language)


def _describe_dimension(item: Dimension) -> Iterator[Field[Observation]]:
    def read(observation: Observation) -> Code | None:
        return (observation.roles if item.is_role else observation.breakdowns).get(item.name)

    yield from _describe_code(
        name_column(item.name), item.label_en or item.name, item.label_zh or item.name, read, term=item.iri
    )


# Observations

_IDENTITY: list[Field[Observation]] = [
    Field("observation", Kind.iri, "IRI of the observation", "观测的 IRI", lambda o: o.iri, is_required=True),
    Field(
        "report", Kind.text, "report: identifier", "报告标识", lambda o: o.report,
        f"{PF}report", f"{BASE}report/{{report}}", is_required=True,
    ),
    Field("label_zh", Kind.text, "name in Chinese", "中文名称", lambda o: o.label_zh, LABEL, language="zh"),
    Field("label_en", Kind.text, "name in English", "英文名称", lambda o: o.label_en, LABEL, language="en"),
    *_describe_code(
        "indicator", "indicator", "指标", lambda o: o.indicator,
        term=f"{PF}indicator", folder="indicator", is_required=True,
    ),
    *_describe_code(
        "measure", "measure", "度量", lambda o: o.measure, term=f"{PF}measure", folder="measure", is_required=True
    ),
    *_describe_code(
        "area", "area", "地区", lambda o: o.area, term=f"{_DIMENSION}refArea", folder="area", is_required=True
    ),
    Field(
        "area_iso_3166_2", Kind.text, "area: ISO 3166-2 code of the subdivision it is or lies in",
        "地区：所属省级区划的 ISO 3166-2 代码", lambda o: o.area.iso_3166_2,
    ),
    Field("area_gb_2260", Kind.text, "area: GB/T 2260 code", "地区：GB/T 2260 代码", lambda o: o.area.gb_2260),
    # The code of a span of days has a slash and its IRI has none, so the code leads to no IRI.
    *_describe_code("period", "period", "时期", lambda o: o.period, term=f"{_DIMENSION}refPeriod", is_required=True),
    Field("period_start", Kind.date, "period: first day", "时期：首日", lambda o: o.period.start, is_required=True),
    Field("period_end", Kind.date, "period: last day", "时期：末日", lambda o: o.period.end, is_required=True),
]  # fmt: skip

_VALUES: list[Field[Observation]] = [
    Field("value", Kind.decimal, "value in the unit; empty if missing", "数值；缺失为空", lambda o: o.value, _VALUE),
    Field(
        "decimals", Kind.integer, "decimal places printed", "印出的小数位数", lambda o: o.decimals,
        f"{_ATTRIBUTE}decimals",
    ),
    *_describe_code("unit", "unit", "单位", lambda o: o.unit, term=f"{PF}unit", folder="unit", is_required=True),
    Field(
        "unit_multiplier", Kind.integer, "power of ten from the base unit to the unit", "单位相对基本单位的十的幂次",
        lambda o: o.unit.exponent, f"{_ATTRIBUTE}unitMult", is_required=True,
    ),
    Field(
        "base_value", Kind.decimal, "value in the base unit", "以基本单位计的数值", lambda o: o.base_value,
        f"{PF}valueInBaseUnit",
    ),
    *_describe_code(
        "base_unit", "base unit", "基本单位", lambda o: o.base_unit,
        term=f"{_ATTRIBUTE}unitMeasure", folder="unit", is_required=True,
    ),
    Field(
        "lower_bound", Kind.decimal, "least value the figure can stand for", "可代表的最小值（含）", lambda o: o.lower,
        f"{PF}lowerBound",
    ),
    Field(
        "upper_bound", Kind.decimal, "value it stays below", "所不及的上限", lambda o: o.upper, f"{PF}upperBound"
    ),
    Field(
        "status", Kind.text, "SDMX status: A normal, M missing, U printed in two ways that cannot both be true",
        "SDMX 观测状态：A 正常，M 缺失，U 表述不一", lambda o: o.status.code,
        f"{_ATTRIBUTE}obsStatus", _STATUS, is_required=True,
    ),
    *_describe_code("missing_reason", "reason why there is no value", "缺失原因", lambda o: o.missing_reason),
    Field(
        "qualifier", Kind.text, "word that makes the value approximate, as printed", "约数用语", lambda o: o.qualifier
    ),
    Field(
        "mentions", Kind.integer, "number of places where it is printed", "印出的处数", lambda o: len(o.mentions),
        is_required=True,
    ),
]  # fmt: skip

# Mentions

_MENTIONS: list[Field[Place]] = [
    Field("mention", Kind.iri, "IRI of the mention", "提及的 IRI", lambda at: at.mention.iri, is_required=True),
    Field(
        "observation", Kind.iri, "IRI of the observation printed there", "所印观测的 IRI",
        lambda at: at.observation.iri, is_required=True,
    ),
    Field(
        "report", Kind.text, "report: identifier", "报告标识", lambda at: at.mention.report,
        f"{PF}report", f"{BASE}report/{{report}}", is_required=True,
    ),
    Field(
        "section", Kind.text, "titles of the parts it stands in, the outermost first", "所在各级标题，由外至内",
        lambda at: " / ".join(at.mention.section),
    ),
    Field(
        "start", Kind.integer, "place of the first code point, from 0", "首字符位置，自 0 起",
        lambda at: at.mention.start, f"{_OA}start", is_required=True,
    ),
    Field(
        "end", Kind.integer, "place behind the last code point", "末字符之后的位置", lambda at: at.mention.end,
        f"{_OA}end", is_required=True,
    ),
    Field(
        "exact", Kind.text, "characters printed there", "该处所印字符", lambda at: at.mention.exact,
        f"{_OA}exact", is_required=True,
    ),
    Field(
        "value", Kind.decimal, "figure printed, in the unit; empty for a dash", "所印数值；短横为空",
        lambda at: at.mention.value, f"{PF}printedValue",
    ),
    Field(
        "decimals", Kind.integer, "decimal places printed", "印出的小数位数", lambda at: at.mention.decimals,
        f"{PF}printedDecimals",
    ),
    Field(
        "unit", Kind.text, "unit printed: code", "所印单位：代码", lambda at: at.mention.unit.code,
        f"{PF}unit", f"{BASE}unit/{{unit}}", is_required=True,
    ),
    Field(
        "unit_label_zh", Kind.text, "unit printed: name in Chinese", "所印单位：中文名称",
        lambda at: at.mention.unit.label_zh, language="zh",
    ),
    Field(
        "unit_label_en", Kind.text, "unit printed: name in English", "所印单位：英文名称",
        lambda at: at.mention.unit.label_en, language="en",
    ),
    Field(
        "qualifier", Kind.text, "word that makes it approximate, as printed", "约数用语",
        lambda at: at.mention.qualifier, f"{PF}qualifier",
    ),
    Field(
        "origin", Kind.text, "where it stands: table or prose", "出处类型：table 表格，prose 正文",
        lambda at: at.mention.origin, f"{PF}origin", is_required=True,
    ),
    Field(
        "read_by", Kind.text, "who read it: rule or reviewer", "读取者：rule 规则，reviewer 审阅者",
        lambda at: at.mention.read_by, is_required=True,
    ),
    Field(
        "rule", Kind.text, "rule that read it", "读取规则", lambda at: at.mention.rule,
        f"{PF}readBy", f"{BASE}rule/{{rule}}", is_required=True,
    ),
    Field(
        "is_disputed", Kind.text, "yes if it cannot be true beside the value", "与观测值不能同真者为 yes",
        lambda at: "yes" if at.mention.is_disputed else "no", is_required=True,
    ),
]  # fmt: skip
