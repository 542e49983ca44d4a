"""Owns what those who run a server ask it: does it live, can it answer, how much does it do."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from provfin import __version__
from provfin.queries import Query
from provfin.release import Release
from provfin.store import ExceededError, QueryService, StoreError
from provfin.web.caching import KeptReply, Key
from provfin.web.kept import Kept
from provfin.web.negotiation import RESULTS_JSON
from provfin.web.problems import explain, make_problem
from provfin.web.site import Site
from provfin.web.watching import RequestCounts
from provfin.workers import WorkerPool

# Seconds; who asks whether a server is ready wants to know whether it is now.
_READY_WITHIN = 2

ListServices = Callable[[], Iterable[tuple[Release, QueryService]]]


def make_router(
    site: Site, counts: RequestCounts, replies: Kept[Key, KeptReply], list_older: ListServices = tuple
) -> APIRouter:
    """Return the routes for health, readiness and metrics; `list_older` returns the older releases that are open."""
    router = APIRouter(tags=["operations"])
    counts.registry.register(_State(site, replies, list_older))

    @router.get("/health")
    async def health() -> dict[str, str | int]:
        """Tell that the server answers, and over which release."""
        return {"status": "ok", "version": __version__, "release": site.release.hash, "quads": site.release.quads}

    @router.get("/ready", responses={503: {"description": "no query can be answered now"}})
    async def ready() -> Response:
        """Tell whether a query can be answered at this moment."""
        try:
            async with asyncio.timeout(_READY_WITHIN):
                await site.service.answer(Query("ASK {}"), RESULTS_JSON, None)
        except TimeoutError:
            return make_problem(503, f"no query was answered within {_READY_WITHIN} s", {"Retry-After": "5"})
        except ExceededError as error:
            return explain(error)
        except StoreError as error:
            response = explain(error)
            response.status_code = 503
            return response
        return Response('{"status": "ready"}', media_type="application/json")

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Return counts for Prometheus."""
        return Response(generate_latest(counts.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


class _State(Collector):
    """The state of the parts of a site at the moment it is asked for."""

    def __init__(self, site: Site, replies: Kept[Key, KeptReply], list_older: ListServices) -> None:
        self._site = site
        self._replies = replies
        self._list_older = list_older

    def collect(self) -> list[Metric]:
        """Return the metrics."""
        release = GaugeMetricFamily("provfin_release_quads", "Quads of the release served.", labels=["release"])
        release.add_metric([self._site.release.hash], self._site.release.quads)
        return [release, *self._collect_kept(), *self._collect_workers()]

    def _collect_kept(self) -> list[Metric]:
        size = GaugeMetricFamily("provfin_kept_bytes", "Bytes of answers kept.", labels=["what"])
        asked = CounterMetricFamily(
            "provfin_kept_asked", "Answers looked for among those kept.", labels=["what", "found"]
        )
        for name, kept in (("replies", self._replies), ("answers", self._site.answers)):
            size.add_metric([name], kept.bytes)
            asked.add_metric([name, "yes"], kept.hits)
            asked.add_metric([name, "no"], kept.misses)
        return [size, asked]

    def _collect_workers(self) -> Iterator[Metric]:
        """Yield what the workers of each release do and have done; a store elsewhere counts for itself."""
        now = GaugeMetricFamily("provfin_workers", "Workers, by what they do now.", labels=["release", "state"])
        waiting = GaugeMetricFamily("provfin_queries_waiting", "Queries that wait for a worker.", labels=["release"])
        forks = CounterMetricFamily("provfin_worker_forks", "Workers started.", labels=["release"])
        restarts = CounterMetricFamily(
            "provfin_fork_server_restarts", "Fork servers started again.", labels=["release"]
        )
        killed = CounterMetricFamily("provfin_workers_killed", "Workers killed, by why.", labels=["release", "why"])
        for release, service in ((self._site.release, self._site.service), *self._list_older()):
            if isinstance(service, WorkerPool):
                name, counts = release.hash, service.count()
                for state in ("idle", "busy", "slow"):
                    now.add_metric([name, state], getattr(counts, state))
                waiting.add_metric([name], counts.waiting)
                forks.add_metric([name], counts.forks)
                restarts.add_metric([name], counts.restarts)
                for why, number in counts.killed.items():
                    killed.add_metric([name, why], number)
        yield from (now, waiting, forks, restarts, killed)
