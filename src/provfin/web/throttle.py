"""Owns how often one client may ask: a bucket for each that fills at an even rate (token bucket).

Loopback is never counted. A client of IPv6 is its network: it has as many addresses as it likes. Refuses to remember
more than some thousands of clients: the longest silent is forgotten.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from provfin.store import CLIENT
from provfin.web.problems import make_problem

_MOST_CLIENTS = 10_000
_NANOSECONDS_PER_MINUTE = 60_000_000_000
# https://www.rfc-editor.org/rfc/rfc6177: the smallest network that is given to a site.
_NETWORK_BITS = 64
_LONGEST_ADDRESS = 64


class Buckets:
    """What each client may still ask at this moment, in nanoseconds of its allowance."""

    def __init__(self, per_minute: int, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._cost = _NANOSECONDS_PER_MINUTE // per_minute
        self._clock = clock
        # A tenth of a minute's requests, at least ten, may come at once.
        self._full = self._cost * max(10, per_minute // 10)
        self._clients: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def take(self, client: str) -> int:
        """Take one request from a client's bucket; return 0, or the seconds to wait when it is empty."""
        now = self._clock()
        left, since = self._clients.pop(client, (self._full, now))
        left = min(self._full, left + now - since)
        is_enough = left >= self._cost
        self._clients[client] = (left - self._cost if is_enough else left, now)
        if len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        return 0 if is_enough else -((left - self._cost) // 1_000_000_000)


class Throttle:
    """ASGI middleware that refuses, with 429, what a client asks beyond its allowance."""

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self._app = app
        self._per_minute = per_minute
        self._buckets = Buckets(per_minute) if per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request and pass it on, or refuse it."""
        client = find_client((scope.get("client") or ("",))[0])
        # Whoever answers queries shares its places among clients too.
        CLIENT.set(client)
        if scope["type"] != "http" or self._buckets is None or not client:
            await self._app(scope, receive, send)
            return
        seconds = self._buckets.take(client)
        if not seconds:
            await self._app(scope, receive, send)
            return
        detail = f"more than {self._per_minute} requests a minute; wait {seconds} s, or download the release from /data"
        await make_problem(429, detail, {"Retry-After": str(seconds)})(scope, receive, send)


def find_client(address: str) -> str:
    """Return whom requests from an address are counted for: nobody (empty) for this machine's own, or a socket's.

    What a proxy says that is no address is counted for one client, whoever says it.

    >>> find_client("127.0.0.1"), find_client("::ffff:192.0.2.1"), find_client("2001:db8::1"), find_client("unknown")
    ('', '192.0.2.1', '2001:db8::/64', 'unknown')
    """
    return _find_client(address) if len(address) <= _LONGEST_ADDRESS else _UNKNOWN


_UNKNOWN = "unknown"


# Reading an address takes longer than all else that is done to a request here.
@lru_cache(maxsize=1024)
def _find_client(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _UNKNOWN if text else ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False))
