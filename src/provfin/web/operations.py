"""Owns what those who run a server ask it: does it live, can it answer, how much does it do."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from provfin import __version__
from provfin.queries import Query
from provfin.store import ExceededError, StoreError
from provfin.web.caching import Key, Reply
from provfin.web.kept import Kept
from provfin.web.problems import explain
from provfin.web.site import SPARQL_JSON, Site
from provfin.web.watching import Counts
from provfin.workers import WorkerPool


def make_router(site: Site, counts: Counts, replies: Kept[Key, Reply]) -> APIRouter:
    """Return the routes for health, readiness and metrics."""
    router = APIRouter(tags=["operations"])
    counts.registry.register(_State(site, replies))

    @router.get("/health")
    async def health() -> dict[str, str | int]:
        """Tell that the server answers, and over which release."""
        return {"status": "ok", "version": __version__, "release": site.release.hash, "quads": site.release.quads}

    @router.get("/ready", responses={503: {"description": "no query can be answered now"}})
    async def ready() -> Response:
        """Tell whether a query can be answered at this moment."""
        try:
            await site.service.answer(Query("ASK {}"), SPARQL_JSON, None)
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

    def __init__(self, site: Site, replies: Kept[Key, Reply]) -> None:
        self._site = site
        self._replies = replies

    def collect(self) -> list[Metric]:
        """Return the metrics."""
        release = GaugeMetricFamily("provfin_release_quads", "Quads of the release served.", labels=["release"])
        release.add_metric([self._site.release.hash], self._site.release.quads)
        return [release, *self._collect_kept(), *self._collect_service()]

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

    def _collect_service(self) -> list[Metric]:
        """Return what the workers do and have done; a store elsewhere counts for itself."""
        if not isinstance(self._site.service, WorkerPool):
            return []
        counts = self._site.service.count()
        now = GaugeMetricFamily("provfin_workers", "Workers, by what they do now.", labels=["state"])
        for state in ("idle", "busy", "slow"):
            now.add_metric([state], getattr(counts, state))
        waiting = GaugeMetricFamily("provfin_queries_waiting", "Queries that wait for a worker.", counts.waiting)
        forks = CounterMetricFamily("provfin_worker_forks", "Workers started.", counts.forks)
        restarts = CounterMetricFamily("provfin_fork_server_restarts", "Fork servers started again.", counts.restarts)
        killed = CounterMetricFamily("provfin_workers_killed", "Workers killed, by why.", labels=["why"])
        for why, number in counts.killed.items():
            killed.add_metric([why], number)
        return [now, waiting, forks, restarts, killed]
