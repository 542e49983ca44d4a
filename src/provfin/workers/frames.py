"""Owns what goes over the sockets of workers and fork server: a header of fixed size, then bytes.

Only JSON, numbers and finished answers cross, so that whatever a query does to a worker, its parent reads data and
never code. Refuses nothing: both ends are this program.
"""

import json
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn

from provfin.guard import Reading
from provfin.queries import Query
from provfin.store import Answer, BadQueryError, ExceededError, Limit, NotAcceptableError, StoreError

# Milliseconds left, length of the JSON that follows.
REQUEST = struct.Struct("!IQ")
# Thread that serves from now on, kind, whether the worker should be replaced, length of the body that follows.
REPLY = struct.Struct("!IBBQ")
THREAD = struct.Struct("!I")
# What it is, the worker's token, a value.
MESSAGE = struct.Struct("!Bqq")

Formats = tuple[str | None, str | None]


class Order(IntEnum):
    """What the fork server is told to do with the worker of a token."""

    fork = 1
    lower = 2  # the value is the thread that answers
    kill = 3


class Event(IntEnum):
    """What the fork server tells, and what the value is."""

    ready = 1
    failed = 2  # the length of the text that follows
    forked = 3  # its process id
    died = 4  # its wait status


class Kind(IntEnum):
    """What a reply holds."""

    results = 1
    graph = 2
    bad = 3
    not_acceptable = 4
    exceeded = 5
    failed = 6
    ready = 7  # nothing was asked yet


@dataclass(frozen=True)
class Reply:
    """What a worker says: an answer's bytes or an error as JSON, and whether it should be replaced."""

    kind: Kind
    is_worn: bool
    body: bytes

    def open(self, reading: Reading, formats: Formats) -> Answer:
        """Return the answer in one of the formats asked for, or raise the error the worker met."""
        if self.kind not in (Kind.results, Kind.graph):
            _raise(self.kind, json.loads(self.body))
        media_type = formats[0] if self.kind is Kind.results else formats[1]
        assert media_type is not None
        return Answer(self.body, media_type, reading.is_volatile)


def pack_request(query: Query, reading: Reading, formats: Formats, milliseconds: int) -> bytes:
    """Return a query as a frame."""
    fields = [query.text, [*query.default_graphs], [*query.named_graphs], formats]
    body = json.dumps([*fields, reading.names_graphs, reading.services]).encode()
    return REQUEST.pack(milliseconds, len(body)) + body


def unpack_request(body: bytes | memoryview) -> tuple[Query, Reading, Formats]:
    """Return what `pack_request` packed."""
    text, default_graphs, named_graphs, formats, names_graphs, services = json.loads(bytes(body))
    reading = Reading(names_graphs, is_volatile=True, services=tuple(services))
    return Query(text, default_graphs, named_graphs), reading, (formats[0], formats[1])


def describe_error(error: Exception) -> tuple[Kind, bytes]:
    """Return an error as the kind and the body of a reply."""
    match error:
        case BadQueryError():
            return Kind.bad, _dump([str(error)])
        case NotAcceptableError():
            return Kind.not_acceptable, _dump(list(error.offered))
        case ExceededError():
            return Kind.exceeded, _dump([error.limit, str(error)])
        case _:
            return Kind.failed, _dump([str(error)])


def _dump(fields: list[str]) -> bytes:
    return json.dumps(fields).encode()


def _raise(kind: Kind, fields: list[str]) -> NoReturn:
    match kind:
        case Kind.bad:
            raise BadQueryError(fields[0])
        case Kind.not_acceptable:
            raise NotAcceptableError(fields)
        case Kind.exceeded:
            raise ExceededError(Limit(fields[0]), fields[1])
        case _:
            raise StoreError(fields[0])
