"""Owns the pages for people: templates, the stylesheet, and where a page finds what it links to.

Everything from the graph is escaped. A page has no script, and no style but that of the stylesheet, so that the
strictest content security policy fits. Refuses a template variable that nobody gave.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from provfin.dataset import ONTOLOGY
from provfin.queries import load_questions
from provfin.turtle import BASE
from provfin.web.site import Site
from provfin.web.views import number_rows, shorten

STATIC = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"
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
    """Return the files pages are shown with, by name."""
    return {path.name: path.read_bytes() for path in sorted(STATIC.iterdir())}


@lru_cache(maxsize=1)
def load_templates() -> Environment:
    """Return the templates."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["local"] = _local
    environment.filters["shorten"] = shorten
    environment.filters["thousands"] = "{:,}".format
    environment.globals["number_rows"] = number_rows
    # A new stylesheet has a new address, so that a browser may keep the one it has.
    environment.globals["style"] = f"provfin.css?{hashlib.sha256(load_static()['provfin.css']).hexdigest()[:8]}"
    return environment


@pass_context
def _local(context: Context, iri: str) -> str:
    return find_address(iri, context["root"])


def find_release_root(site: Site, request: Request) -> str:
    """Return the path at which the pages of a release begin, ending in a slash."""
    return site.find_root(request) + site.path


def render(site: Site, request: Request, template: str, **context: object) -> bytes:
    """Return a page.

    Every template has `root`, where the release's own pages begin, `home`, where the server's do, and `release`.
    """
    told = {"root": find_release_root(site, request), "home": site.find_root(request), "release": site.release}
    return load_templates().get_template(template).render({**told, **context}).encode()


def render_home(site: Site, request: Request) -> str:
    """Return the page to start from."""
    return render(site, request, "home.html", questions=list(load_questions().values())).decode()
