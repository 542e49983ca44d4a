"""Owns answering queries from a store elsewhere that holds the release served.

After each answer the note of the release is read again: only while it is the one that was there before has nothing been
changed meanwhile, and only then is the answer given. Refuses SERVICE: whom the store asks is not ours to limit.
"""

import asyncio

import httpx

from provfin.assets import find_releases_folder
from provfin.errors import InputError
from provfin.guard import Reading
from provfin.queries import Query
from provfin.release import Release, name_release, open_newest, shorten_hash
from provfin.remote.connection import MEGABYTE, Connection
from provfin.remote.graphs import NOTES_GRAPH, NOTES_QUERY, Dataset, Note, read_notes, restrict
from provfin.remote.heads import Head, read_head
from provfin.remote.rewriting import choose_type, is_graph, rewrite
from provfin.settings import Settings
from provfin.store import Answer, BadQueryError, ExceededError, Limit, StoreError, read_query

# A store that gives fewer rows cuts answers to CONSTRUCT without a word; see docs/other-stores.md.
FEWEST_ROWS = 100_000
_ATTEMPTS = 2


async def read_store_notes(connection: Connection) -> dict[str, Note]:
    """Return what a store is known to hold, by the hash of the release; raises as `Connection.ask`."""
    return read_notes(await connection.ask(NOTES_QUERY, Dataset([NOTES_GRAPH]), is_graph=True))


class RemoteStore:
    """A `QueryService` over a SPARQL 1.1 endpoint into which the release has been published."""

    def __init__(self, settings: Settings, release: Release | None = None) -> None:
        self._settings = settings
        self._given = release
        self._token = ""

    async def start(self) -> None:
        """Connect; raises `InputError` when the store does not hold the release (else the newest) whole."""
        self._release = self._given or open_newest(find_releases_folder())
        address = str(self._settings.store)
        self._connection = connect(address, self._settings)
        try:
            self._token = await self._find_token()
            await self._refuse_cutting(address)
        except (StoreError, ExceededError, BadQueryError) as error:
            await self.stop()
            raise InputError(str(error), where=_hide_account(address), repair="see docs/other-stores.md") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close all connections."""
        await self._connection.close()

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer whole within the limits of time and size; see `QueryService`."""
        reading = read_query(query)
        head = read_head(query.text, names_graphs=reading.names_graphs)
        media_type = choose_type(head.form, results_type, graph_type)
        dataset = _find_dataset(self._release, query, head)
        try:
            async with asyncio.timeout(self._settings.query_seconds):
                return await self._answer(head, dataset, media_type, reading)
        except TimeoutError as error:
            seconds = self._settings.query_seconds
            raise ExceededError(Limit.time, f"the query took more than {seconds} seconds; ask for less") from error

    async def _answer(self, head: Head, dataset: Dataset, media_type: str, reading: Reading) -> Answer:
        for _ in range(_ATTEMPTS):
            before = self._token
            body = await self._connection.ask(head.text, dataset, is_graph=is_graph(head.form))
            self._token = await self._find_token()
            if self._token == before:
                return await self._make_answer(head, body, media_type, reading)
        raise StoreError("the release in the store keeps being published anew; ask again later")

    async def _make_answer(self, head: Head, body: bytes, media_type: str, reading: Reading) -> Answer:
        written = await asyncio.to_thread(rewrite, head.form, body, media_type)
        most = self._settings.answer_megabytes
        if len(written) > most * MEGABYTE:
            raise ExceededError(Limit.size, f"the answer has more than {most} MB; page with LIMIT and OFFSET")
        return Answer(written, media_type, reading.is_volatile)

    async def _find_token(self) -> str:
        notes = await read_store_notes(self._connection)
        found = notes.get(self._release.hash)
        if found is not None and found.token:
            return found.token
        wanted = shorten_hash(self._release.hash)
        whole = sorted(shorten_hash(note.hash) for note in notes.values() if note.token)
        others = ", ".join(whole) or "none that is whole"
        raise StoreError(f"the store does not hold release {wanted} but {others}; run provfin publish")

    async def _refuse_cutting(self, address: str) -> None:
        rows = min(FEWEST_ROWS, self._release.quads)
        text = f"SELECT ?p WHERE {{ ?s ?p ?o }} LIMIT {rows}"
        if not await self._connection.has_rows(text, Dataset([name_release(self._release.hash)])):
            what = f"the store gives fewer than {rows} rows and would cut answers"
            repair = "raise its limit (Virtuoso: ResultSetMaxRows in virtuoso.ini)"
            raise InputError(what, where=_hide_account(address), repair=repair)


def connect(address: str, settings: Settings) -> Connection:
    """Return connections to a store, with the account that the settings or the address name."""
    url = httpx.URL(address)
    user, password = settings.store_user or url.username, settings.store_password or url.password
    return Connection(str(url.copy_with(username=None, password=None)), settings, user=user, password=password)


def _hide_account(address: str) -> str:
    return str(httpx.URL(address).copy_with(username=None, password=None))


def _find_dataset(release: Release, query: Query, head: Head) -> Dataset:
    """Return the graphs of the request, else those of the query (https://www.w3.org/TR/sparql11-protocol/#dataset)."""
    if query.default_graphs or query.named_graphs:
        return restrict(release, query.default_graphs, query.named_graphs)
    return restrict(release, head.default_graphs, head.named_graphs)
