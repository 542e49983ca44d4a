"""Pages of reports in this process: the data of this checkout, changed where a test needs it, and what a page shows."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox

from linking import Client, Service
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import load_store
from provfin.turtle import BASE, TYPE
from provfin.web.app import create_app
from provfin.web.explore.asking import read_iri

REPORT = f"{BASE}report/liaoning-2025"
PF, OA = NAMESPACES["pf"], NAMESPACES["oa"]
_HTML = "text/html"


@dataclass
class Served:
    """A release and its quads, asked in this process."""

    release: Release
    store: ox.Store
    client: Client
    service: Service

    def get(self, path: str, language: str = "en") -> str:
        """Return a page; fail where there is none."""
        response = self.client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", _HTML)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:500]}"
        return response.text

    def list_objects(self, subject: str, predicate: str) -> list[str]:
        """Return what a resource leads to."""
        pattern = (ox.NamedNode(subject), ox.NamedNode(predicate), None, None)
        return sorted(read_iri(quad.object) for quad in self.store.quads_for_pattern(*pattern))

    def list_of_class(self, local: str) -> list[str]:
        """Return the resources of a class of the ontology."""
        pattern = (None, ox.NamedNode(TYPE), ox.NamedNode(PF + local), None)
        return sorted({read_iri(quad.subject) for quad in self.store.quads_for_pattern(*pattern)})

    def say(self, subject: str, predicate: str, value: str, language: str | None = None) -> None:
        """Add a statement with a text."""
        literal = ox.Literal(value, language=language)
        self.store.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), literal, ox.NamedNode(f"{BASE}graph/x")))


def publish_here(folder: Path) -> Release:
    """Publish the data of this checkout."""
    return publish(folder, gather_content(find_assets()))


def serve_here(release: Release, copies: Iterable[tuple[str, str, str]] = (), sources: Path | None = None) -> Served:
    """Serve a release, with copies of its report under other identifiers, areas and years beside it."""
    store = load_store(release.data_path)
    report = ox.NamedNode(f"{BASE}graph/liaoning-2025")
    lines = ox.serialize(store.quads_for_pattern(None, None, None, report), format=ox.RdfFormat.N_QUADS) or b""
    for identifier, area, year in copies:
        text = lines.decode().replace("liaoning-2025", identifier).replace("area/CN-LN", f"area/{area}")
        told = text.replace(
            "/terms/temporal> <https://w3id.org/provfin/id/period/2024", f"/terms/temporal> <{BASE}period/{year}"
        )
        store.load(told.encode(), format=ox.RdfFormat.N_QUADS)
    service = Service(store)
    app = create_app(release, read_settings(log="off", sources=sources), lambda _release: service)
    return Served(release, store, Client(app), service)


def change_source(served: Served, text: str) -> None:
    """Let the report have been read from another text."""
    predicate = ox.NamedNode(f"{PF}sha256")
    for quad in list(served.store.quads_for_pattern(ox.NamedNode(REPORT), predicate, None, None)):
        served.store.remove(quad)
    served.say(REPORT, predicate.value, hashlib.sha256(text.encode()).hexdigest())


@dataclass
class Element:
    """An element of a page: its tag, its attributes, its text, what lies in it."""

    tag: str
    attributes: dict[str, str]
    parts: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def find_all(self, tag: str = "", kind: str = "") -> "list[Element]":
        """Return the elements in it with a tag and of a class, in order."""
        found: list[Element] = []
        for part in self.parts:
            if isinstance(part, Element):
                if tag in ("", part.tag) and (not kind or kind in part.classes):
                    found.append(part)
                found += part.find_all(tag, kind)
        return found

    def find(self, tag: str = "", kind: str = "") -> "Element":
        return self.find_all(tag, kind)[0]


class _Reader(HTMLParser):
    _VOID = frozenset(("br", "hr", "img", "input", "link", "meta"))

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(element)
        if tag not in self._VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)


def read_page(text: str) -> Element:
    """Return the elements of a page; fails where tags do not match."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


def squeeze(text: str) -> str:
    """Return a text with single spaces."""
    return re.sub(r"\s+", " ", text).strip()
