"""Owns a release as a research object: an RO-Crate 1.2, its files and what is known of each in one archive.

What it tells comes from the release: its reports with their publishers and hashes, its licence, its maker. Where the
graph knows nothing, it says nothing. Equal releases give equal bytes: files bear no time, and the crate bears the day
of the release. Refuses a release without reports.
"""

import hashlib
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyoxigraph as ox

from provfin import __version__
from provfin.exports.content import Files, ReleaseContent, ReportSource
from provfin.exports.csvw import write_release_csv
from provfin.exports.dates import find_last_day
from provfin.exports.graphs import write_release_nquads
from provfin.exports.index import LABEL, NOTATION, PF, Index
from provfin.exports.sdmx import write_sdmx_ml
from provfin.release import shorten_hash
from provfin.turtle import BASE, PREFIXES, write_turtle

# The profile of the metadata: https://w3id.org/ro/crate/1.2
PROFILE = "1.2"
METADATA = "ro-crate-metadata.json"
_DC, _DCTERMS = PREFIXES["dc"], PREFIXES["dcterms"]
_ONTOLOGY = "https://w3id.org/provfin/def"
_HOME = "https://w3id.org/provfin"
_SOFTWARE = f"{BASE}agent/provfin"
_GRAPH = f"{BASE}graph/"
# The first time that an archive can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3

# What each file is, by how its name ends, the longer ending first: its media type, and what it is called.
_KINDS = {
    "-metadata.json": ("application/csvm+json", "CSVW metadata of the tables · 表格的 CSVW 元数据"),
    "observations.csv": ("text/csv", "Table of observations · 观测表"),
    "mentions.csv": ("text/csv", "Table of the places figures are printed at · 数值出处表"),
    "data.xml": ("application/vnd.sdmx.data+xml;version=3.0.0", "Data in SDMX-ML 3.0 · SDMX-ML 3.0 数据"),
    "structure.xml": (
        "application/vnd.sdmx.structure+xml;version=3.0.0",
        "Structures and code lists in SDMX-ML 3.0 · SDMX-ML 3.0 结构与代码表",
    ),
    ".nq.gz": ("application/gzip", "The whole release, sorted N-Quads in gzip · 发布版全部内容（N-Quads）"),
    ".ttl": ("text/turtle", "Named graph in Turtle · 命名图（Turtle）"),
}

_ABOUT = (
    "Figures of regional financial operation reports of the People's Bank of China as a knowledge graph: {count} "
    "observations of {reports}, each traceable to the characters it was printed with. A release has no date of its "
    "own: datePublished is {day}. · 中国人民银行区域金融运行报告数值知识图谱：{reports_zh}，共 {count} "
    "个观测，每个数值均可追溯至所印字符。发布版自身无日期：datePublished 为{day_zh}。"
)
_GIVEN = ("the day given when the crate was written", "写出本包时所给之日")
_DERIVED = ("the last day of the newest period a report is of", "报告所述最新时期的末日")


def write_crate(content: ReleaseContent, published: date | None = None) -> Files:
    """Return the archive `provfin.crate.zip`; raises `InputError` when the release has no report.

    A release has no date of its own: without `published`, datePublished is the last day of the newest period a report
    is of, and the description says which it is.
    """
    files = gather_files(content)
    metadata = describe_crate(content, files, published)
    text = json.dumps(metadata, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return {"provfin.crate.zip": write_archive({METADATA: text.encode(), **files})}


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive in the order given, without times, so that equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.external_attr, entry.create_system = _PLAIN_FILE, _UNIX
            is_packed = name.endswith(".gz")
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


# The files


def gather_files(content: ReleaseContent) -> Files:
    """Return the files of a crate: each named graph in Turtle, the whole in N-Quads, the tables, and SDMX-ML."""
    return {
        **_write_graphs(content),
        **write_release_nquads(content),
        **{f"tables/{name}": data for name, data in write_release_csv(content).items()},
        **{f"sdmx/{name}": data for name, data in write_sdmx_ml(content).items()},
    }


def _write_graphs(content: ReleaseContent) -> Files:
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in content.quads:
        assert isinstance(quad.graph_name, ox.NamedNode)
        graphs[quad.graph_name.value.removeprefix(_GRAPH)].append(quad.triple)
    return {f"graphs/{name}.ttl": write_turtle(triples) for name, triples in sorted(graphs.items())}


# What is known of them


def describe_crate(content: ReleaseContent, files: Files, published: date | None = None) -> dict[str, Any]:
    """Return the metadata of a crate as flat JSON-LD: the release, its files, its sources, and how it was made."""
    writer = _CrateWriter(content.index)
    root = writer.root
    reports = [writer.add_report(report) for report in content.reports]
    root["name"] = f"ProvFin release {shorten_hash(content.hash)} · ProvFin 发布版 {shorten_hash(content.hash)}"
    root["description"] = _describe_release(content, is_dated=published is not None)
    root["datePublished"] = (published or find_last_day(content)).isoformat()
    root["identifier"] = writer.add_identifier(content.hash)
    root["version"] = shorten_hash(content.hash)
    root["url"] = _HOME
    root["license"] = _unwrap([writer.add_licence(iri) for iri in content.licences])
    root["inLanguage"] = ["zh", "en"]
    root["isBasedOn"] = reports
    root["mentions"] = writer.add_making(reports, [writer.add_file(name, data) for name, data in files.items()])
    maker = writer.add_maker()
    if maker is not None:
        root["author"] = root["publisher"] = maker
    return writer.render()


def _describe_release(content: ReleaseContent, *, is_dated: bool) -> str:
    english = [report.title_en or report.title_zh or report.id for report in content.reports]
    chinese = [report.title_zh or report.title_en or report.id for report in content.reports]
    day, day_zh = _GIVEN if is_dated else _DERIVED
    return _ABOUT.format(
        count=len(content.observations),
        reports="; ".join(english),
        reports_zh="；".join(chinese),
        day=day,
        day_zh=day_zh,
    )


def _unwrap(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _join(en: str | None, zh: str | None) -> str | None:
    """Return a text in both languages: the standard has one text for a name."""
    return " · ".join(text for text in (en, zh) if text) or None


class _CrateWriter:
    """Puts together the entities of one crate."""

    def __init__(self, index: Index) -> None:
        # rocrate brings a client for HTTP, which no other export wants.
        from rocrate.rocrate import ROCrate

        self._index = index
        self._crate = ROCrate(version=PROFILE)
        self.root = self._crate.root_dataset

    def render(self) -> dict[str, Any]:
        """Return the metadata."""
        metadata: dict[str, Any] = self._crate.metadata.generate()
        return metadata

    def _add(self, iri: str, kind: str, **properties: Any) -> Any:
        from rocrate.model.contextentity import ContextEntity

        told = {name: value for name, value in properties.items() if value not in (None, [])}
        return self._crate.add(ContextEntity(self._crate, iri, properties={"@type": kind, **told}))

    def add_file(self, name: str, data: bytes) -> Any:
        """Add a file with its media type, its size in bytes and its SHA-256."""
        kind, title = next(kind for ending, kind in _KINDS.items() if name.endswith(ending))
        properties = {
            "name": f"{title}: {name}",
            "encodingFormat": kind,
            "contentSize": str(len(data)),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        return self._crate.add_file(dest_path=name, properties=properties)

    def add_identifier(self, release: str) -> Any:
        """Add the hash that names the release."""
        what = "SHA-256 of the sorted N-Quads of the release · 发布版排序后 N-Quads 的 SHA-256"
        return self._add("#release", "PropertyValue", name=what, propertyID="sha256", value=release)

    def add_report(self, report: ReportSource) -> Any:
        """Add a report the release is made of; its text is not in the crate, its hash says which text it was."""
        index = self._index
        area, period = (index.find(report.iri, f"{_DCTERMS}{name}") for name in ("spatial", "temporal"))
        return self._add(
            report.iri,
            "CreativeWork",
            name=_join(report.title_en, report.title_zh) or report.id,
            identifier=report.id,
            sha256=report.sha256,
            inLanguage=index.find(report.iri, f"{_DCTERMS}language"),
            publisher=self._add_publisher(report),
            spatialCoverage=None if area is None else self._add_area(area),
            temporalCoverage=None if period is None else self._write_interval(period),
        )

    def _add_publisher(self, report: ReportSource) -> Any:
        name = _join(report.publisher_en, report.publisher_zh)
        return None if name is None else self._add(f"#publisher-of-{report.id}", "Organization", name=name)

    def _add_area(self, iri: str) -> Any:
        index = self._index
        name = _join(index.label(iri, "en"), index.label(iri, "zh"))
        return self._add(iri, "Place", name=name, identifier=index.find(iri, NOTATION))

    def _write_interval(self, period: str) -> str:
        """Return a period as an interval of ISO 8601."""
        return "/".join(self._index.get(period, f"{PF}period{side}") for side in ("Start", "End"))

    def add_licence(self, iri: str) -> Any:
        """Add a licence of the data."""
        return self._add(iri, "CreativeWork", name=_LICENCES.get(iri, iri))

    def add_maker(self) -> Any:
        """Add who made the release, None where the graph does not say."""
        name = self._index.find(_ONTOLOGY, f"{_DC}creator")
        return None if name is None else self._add(_HOME, "Organization", name=name, url=_HOME)

    def add_making(self, reports: Iterable[Any], files: Iterable[Any]) -> Any:
        """Add what the files were made of, and with which software; the version is that of the one writing them."""
        software = self._add(
            _SOFTWARE,
            "SoftwareApplication",
            name=self._index.label(_SOFTWARE, "en", LABEL) or "ProvFin",
            softwareVersion=__version__,
            url=_HOME,
        )
        what = "Writing the files of a release that was made from the reports · 写出由报告制成的发布版的文件"
        sources, results = list(reports), list(files)
        return self._add("#making", "CreateAction", name=what, instrument=software, object=sources, result=results)


_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "Creative Commons Attribution 4.0 International (CC BY 4.0)"
}
