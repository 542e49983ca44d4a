"""Owns the pages for people: templates, the files they are shown with, and where a page finds what it links to.

Everything from the graph is escaped. Scripts and styles are files, never in the page, so that the strictest content
security policy fits; what a script shows stands in the page as JSON. Refuses a template variable that nobody gave.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from provfin.dataset import ONTOLOGY
from provfin.turtle import BASE
from provfin.web.language import LANGUAGES, PARAMETER, find_language
from provfin.web.negotiation import HTML
from provfin.web.site import Site
from provfin.web.texts import load_script_texts, load_texts
from provfin.web.views import number_rows, shorten

STATIC = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"
# Where the scripts are after they were built: see `frontend/build.mjs`.
BUILT = "built/"
# What may stand in the path of an address: https://www.rfc-editor.org/rfc/rfc3986#section-3.3.
_SAFE = "/:@!$&'()*+,;=-._~"


def find_address(iri: str, root: str) -> str:
    """Return where a server that begins at `root` has the page of an IRI; an IRI of others is its own address.

    >>> find_address("https://w3id.org/provfin/id/part/a/¹", "/"), find_address("javascript:x", "/")
    ('/id/part/a/%C2%B9', '')
    >>> find_address("https://w3id.org/provfin/def#Area", "/data/")
    '/data/def#Area'
    """
    if iri.startswith(BASE):
        return f"{root}id/{quote(iri.removeprefix(BASE), safe=_SAFE)}"
    if iri == ONTOLOGY or iri.startswith((f"{ONTOLOGY}#", f"{ONTOLOGY}/")):
        return f"{root}def{quote(iri.removeprefix(ONTOLOGY), safe=f'#{_SAFE}')}"
    return iri if iri.startswith(("https://", "http://")) else ""


@lru_cache(maxsize=1)
def load_static() -> dict[str, bytes]:
    """Return the files pages are shown with, by name; those below `built/` are what the scripts were made into."""
    paths = sorted(path for path in STATIC.rglob("*") if path.is_file())
    return {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in paths}


def has_scripts() -> bool:
    """Tell whether the scripts of the pages were built."""
    return any(name.startswith(BUILT) for name in load_static())


@lru_cache
def load_templates(language: str) -> Environment:
    """Return the templates in a language."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(load_texts(language), newstyle=True)  # type: ignore[attr-defined]
    filters: dict[str, Callable[..., Any]] = {"local": _local, "shorten": shorten, "thousands": "{:,}".format}
    environment.filters.update(filters)
    environment.globals.update(
        number_rows=number_rows,
        find_file=find_file,
        language=language,
        languages=LANGUAGES,
        script_texts=load_script_texts(language),
    )
    return environment


@lru_cache
def find_file(name: str) -> str:
    """Return where a file pages are shown with lies below `static/`, empty where it is not built.

    A file that changed has a new address, so that a browser may keep the one it has.
    """
    body = load_static().get(name)
    return "" if body is None else f"{name}?{hashlib.sha256(body).hexdigest()[:8]}"


@pass_context
def _local(context: Context, iri: str) -> str:
    return find_address(iri, context["root"])


def find_release_root(site: Site, request: Request) -> str:
    """Return the path at which the pages of a release begin, ending in a slash."""
    return site.find_root(request) + site.path


def render(site: Site, request: Request, template: str, **context: object) -> bytes:
    """Return a page in the language of a request.

    Every template has `root`, where the release's own pages begin, `home`, where the server's do, `here`, the address
    of the page without its language, `language` and `release`.
    """
    root = find_release_root(site, request)
    told = {
        "root": root,
        "home": site.find_root(request),
        "here": _find_here(root, request),
        "release": site.release,
    }
    templates = load_templates(find_language(request.scope))
    return templates.get_template(template).render({**told, **context}).encode()


def give_page(
    site: Site, request: Request, template: str, headers: Mapping[str, str] | None = None, **context: object
) -> Response:
    """Return the response that is a page."""
    body = render(site, request, template, **context)
    return site.make_response(body, HTML, headers, find_language(request.scope))


def _find_here(root: str, request: Request) -> str:
    given = parse_qsl(request.url.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if name != PARAMETER]
    path = quote(request.scope["path"].lstrip("/"), safe=_SAFE)
    return f"{root}{path}" + (f"?{urlencode(kept)}" if kept else "")
