"""Owns the page of the data: the forms they come in and for whom, the interfaces for programs, how to cite them.

Refuses to tell sizes it would have to write files for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from provfin.dataset import DATASET
from provfin.exports import EXPORTS
from provfin.turtle import BASE
from provfin.web.explore.asking import find_texts
from provfin.web.files import list_files
from provfin.web.language import find_language
from provfin.web.lookup import find_resource
from provfin.web.pages import render
from provfin.web.questions.forms import fetch_sources
from provfin.web.questions.published import Questions
from provfin.web.references import Reference
from provfin.web.releasepage import list_graphs
from provfin.web.resources import Place
from provfin.web.shelf import shorten
from provfin.web.site import Site
from provfin.web.texts import load_texts
from provfin.web.views import view_resource

# Downloads of which there is a file for each family of figures show so many at first.
_MOST_FILES = 6


@dataclass(frozen=True)
class Download:
    """A form of the data: its name, what people call it, whom it is for, its files."""

    name: str
    title: str
    purpose: str
    files: Sequence[str]

    @property
    def first_files(self) -> Sequence[str]:
        """The files that are shown at once."""
        return self.files if len(self.files) <= _MOST_FILES else self.files[:2]


async def render_data(site: Site, request: Request, place: Place) -> bytes:
    """Return the page of the data; raises as `Site.ask`."""
    language = find_language(request.scope)
    resource = await find_resource(site, DATASET)
    own = view_resource(resource, language).own if resource is not None else []
    titles = dict((await find_texts(site, [DATASET])).get(DATASET, {}))
    files, published = await list_files(site), await Questions(site).read()
    base = site.find_base(request)
    return render(
        site,
        request,
        "catalogue.html",
        # Partitions are for programs: a page of a thousand links tells nobody anything.
        dataset=[group for group in own if "Partition" not in group.predicate.iri],
        base=base,
        downloads=list_downloads(files, language),
        graphs=list_graphs(site.release, language),
        question=next(iter(published.questions), ""),
        questions=len(published.questions),
        example=await _find_example(site),
        reference=Reference(
            titles, site.release.hash, f"{base}releases/{shorten(site.release)}/", await fetch_sources(site)
        ),
        settings=site.settings,
        alternates=place.list_formats(),
        alternatives=place.name_formats(),
    )


async def _find_example(site: Site) -> str:
    """Return the path of a resource to ask for by its name: the first report, or the data set itself."""
    reports = site.release.reports
    return f"report/{reports[0]}" if reports else DATASET.removeprefix(BASE)


def list_downloads(files: Mapping[str, Sequence[str]], language: str) -> list[Download]:
    """Return the forms of the data, what most people take first."""
    _: Callable[[str], str] = load_texts(language).gettext
    told = {
        "xlsx": ("Excel", _("spreadsheets: figures, where each is printed, and about the data")),
        "csv": ("CSV", _("any tool: exact text, with a description of every column (CSV on the Web)")),
        "parquet": ("Parquet", _("pandas, R, DuckDB, Spark: decimals and dates with their types")),
        "jsonl": ("JSON Lines", _("programs: one record for every printed figure")),
        "turtle": ("Turtle", _("RDF tools and people: sorted, with prefixes")),
        "nquads": ("N-Quads", _("graph databases: with named graphs; its unpacked SHA-256 is the release")),
        "json-ld": ("JSON-LD", _("JSON tools that know linked data")),
        "sdmx-csv": ("SDMX-CSV 2.0", _("statistical systems: one file for each family of figures")),
        "sdmx-ml": ("SDMX-ML 3.0", _("statistical systems: data and structure")),
        "sdmx-ml-2.1": ("SDMX-ML 2.1", _("statistical systems that read the older version")),
        "ro-crate": ("RO-Crate", _("repositories such as Zenodo: everything, with a description of each file")),
    }
    ordered = [*(name for name in told if name in EXPORTS), *(name for name in EXPORTS if name not in told)]
    return [Download(name, *told.get(name, (name, EXPORTS[name].media_type)), files.get(name, ())) for name in ordered]
