"""Owns keeping what was computed: the most recently used, up to a number of bytes.

Refuses what alone would take more than an eighth of the room.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_LARGEST_SHARE = 8
# What an entry costs beside its content: keys, headers, the table itself.
_OVERHEAD = 1000


class Kept(Generic[Key, Value]):
    """A mapping of limited size that forgets what has not been asked for longest.

    >>> kept: Kept[str, int] = Kept(20_000)
    >>> kept.put("a", 1, 10); kept.get("a"), kept.get("b"), kept.bytes
    (1, None, 1010)
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.bytes = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        """Return what is kept under a key, or None."""
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of so many bytes, forgetting older ones to make room."""
        cost = size + _OVERHEAD
        if cost > self._most_bytes // _LARGEST_SHARE:
            return
        self._drop(key)
        self._entries[key] = (value, cost)
        self.bytes += cost
        while self.bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry[1]
