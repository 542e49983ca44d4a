"""Owns what every page and answer of a server is made from: the release, the service that answers, the settings.

Refuses to know routes: they are told by the modules that own them.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import HttpUrl

from provfin import __version__
from provfin.queries import Query
from provfin.release import Release
from provfin.settings import Settings
from provfin.store import Answer, QueryService
from provfin.web.kept import Kept
from provfin.web.negotiation import HTML

T = TypeVar("T")

# Scripts and styles are files of this server, and pages show nothing of others: https://www.w3.org/TR/CSP3/.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
PAGE_HEADERS: Mapping[str, str] = {"Content-Security-Policy": f"{_POLICY}'none'"}
# What is made to stand in pages of others.
EMBED_HEADERS: Mapping[str, str] = {"Content-Security-Policy": f"{_POLICY}*"}
PAGE_VARY = "Accept, Accept-Language, Cookie"


@dataclass(frozen=True)
class Site:
    """A release as it is served: its service, its settings, and the answers that are kept."""

    service: QueryService
    release: Release
    settings: Settings
    answers: Kept[tuple[str, ...], Answer] = field(default_factory=lambda: Kept(0))
    # Where the routes of the release begin, such as `releases/<hash>/` for an older one.
    path: str = ""
    _made: dict[object, Any] = field(default_factory=dict)
    _making: dict[object, asyncio.Lock] = field(default_factory=dict)

    def make_tag(self, media_type: str, language: str = "") -> str:
        """Return the entity tag of what is made from the release in a format: `W/"<hash of the release>.<8 digits>"`.

        The digits stand for all else an answer is made from: its format and language, this version, the public address,
        and for a page whether there are source texts to lead to. Every server of a release gives the same. Weak: what
        is coded otherwise says the same in other bytes.
        """
        leads_to_texts = media_type == HTML and self.settings.sources is not None
        digits = _sum_up(media_type, language, self.settings.base_url, leads_to_texts=leads_to_texts)
        return f'W/"{self.release.hash}.{digits}"'

    def find_base(self, request: Request) -> str:
        """Return the public address of the server, ending in a slash."""
        given = self.settings.base_url
        return (str(given) if given else str(request.base_url)).rstrip("/") + "/"

    def find_root(self, request: Request) -> str:
        """Return the path of the server, as it begins every link on a page: `/` unless it is mounted elsewhere."""
        given = self.settings.base_url
        path = given.path or "/" if given else request.scope.get("root_path", "")
        return path.rstrip("/") + "/"

    async def ask(self, query: Query, results_type: str | None = None, graph_type: str | None = None) -> Answer:
        """Return the answer to a query in one of two media types, kept from before if it can be.

        Raises what `QueryService.answer` does.
        """
        # Older releases share the room.
        key = (self.release.hash, *_make_key(query, results_type, graph_type))
        kept = self.answers.get(key)
        if kept is not None:
            return kept
        answer = await self.service.answer(query, results_type, graph_type)
        if not answer.is_volatile:
            self.answers.put(key, answer, len(answer.body))
        return answer

    async def once(self, make: Callable[["Site"], Awaitable[T]]) -> T:
        """Return what a function makes of this site, made when it is first asked for and then kept."""
        if make not in self._made:
            # Who asks meanwhile waits, instead of making it as well.
            async with self._making.setdefault(make, asyncio.Lock()):
                if make not in self._made:
                    self._made[make] = await make(self)
        made: T = self._made[make]
        return made

    def make_response(
        self, body: bytes, media_type: str, headers: Mapping[str, str] | None = None, language: str = ""
    ) -> Response:
        """Return a response that names the release as its entity tag and may be kept by anyone who checks it.

        `language` is that of a page.
        """
        told = {
            "Content-Type": _add_charset(media_type),
            "ETag": self.make_tag(media_type, language),
            "Cache-Control": "public, max-age=31536000, immutable" if self.path else "public, no-cache",
            "Vary": PAGE_VARY if language else "Accept",
            **({"Content-Language": language} if language else {}),
        }
        shown = PAGE_HEADERS if media_type == HTML else {}
        return Response(body, headers={**told, **shown, **(headers or {})})


@lru_cache
def _sum_up(media_type: str, language: str, base: HttpUrl | None, *, leads_to_texts: bool) -> str:
    made_from = "\n".join((media_type, language, __version__, str(base or ""), *(("texts",) if leads_to_texts else ())))
    return hashlib.sha256(made_from.encode()).hexdigest()[:8]


def _make_key(query: Query, results_type: str | None, graph_type: str | None) -> tuple[str, ...]:
    types = (results_type or "", graph_type or "")
    return (query.text, *types, *query.default_graphs, "", *query.named_graphs)


def _add_charset(media_type: str) -> str:
    is_text = media_type.startswith("text/") and "charset=" not in media_type
    return f"{media_type}; charset=utf-8" if is_text else media_type
