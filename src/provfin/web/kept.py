"""Owns keeping what was computed: the most recently used, up to a number of bytes.

Refuses what alone would take more than an eighth of the room, and what is asked for by a very long key.
"""

import sys
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_LARGEST_SHARE = 8
# What an entry costs beside its key and its content.
_OVERHEAD = 1000
# A key is what a client sent. What is worth keeping is asked for again, and nobody asks so much twice.
_LONGEST_KEY = 8000


class Kept(Generic[Key, Value]):
    """A mapping of limited size that forgets what has not been asked for longest.

    >>> kept: Kept[str, int] = Kept(20_000)
    >>> kept.put("a", 1, 10), kept.put("b", 2, 10_000)
    (True, False)
    >>> kept.get("a"), kept.get("b"), kept.bytes == 1010 + measure("a")
    (1, None, True)
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
        value = self.peek(key)
        if value is None:
            self.misses += 1
        else:
            self.hits += 1
        return value

    def peek(self, key: Key) -> Value | None:
        """Return what is kept under a key, or None, without counting it as found or missed."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Key, value: Value, size: int) -> bool:
        """Keep a value of so many bytes, forgetting older ones to make room; tell whether it is kept."""
        length = measure(key)
        cost = length + size + _OVERHEAD
        if length > _LONGEST_KEY or cost > self._most_bytes // _LARGEST_SHARE:
            return False
        self._drop(key)
        self._entries[key] = (value, cost)
        self.bytes += cost
        while self.bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))
        return True

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry[1]


def measure(key: object) -> int:
    """Return the bytes of memory that a key takes: those of its parts, where it is a tuple.

    >>> measure(("a" * 1000, (b"b" * 1000,))) > measure("a" * 1000) > 1000
    True
    """
    return sum(map(measure, key)) if isinstance(key, tuple) else sys.getsizeof(key)
