"""Owns how much a query may take, and what is said to who asked for more.

Refuses to name a limit without its size and a way on.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from provfin.settings import Settings
from provfin.store import ExceededError, Limit

MEGABYTE = 1024 * 1024
_WAY_ON = "narrow its patterns, or ask for parts with ORDER BY, LIMIT and OFFSET"
_DETAILS: Mapping[Limit, str] = MappingProxyType(
    {
        Limit.time: f"the query ran longer than {{seconds}} s; {_WAY_ON}",
        Limit.memory: f"the query needed more memory than the {{query_megabytes}} MB it may have; {_WAY_ON}",
        Limit.size: f"the answer is larger than the {{answer_megabytes}} MB it may have; {_WAY_ON}",
        Limit.load: "{slow_workers} slow queries run already and this one is slow too; ask again in some seconds, "
        f"or {_WAY_ON}",
    }
)


@dataclass(frozen=True)
class Limits:
    """The limits of one query, in the units of `Settings`, and the servers it may ask."""

    seconds: int
    query_megabytes: int
    answer_megabytes: int
    slow_workers: int
    services: tuple[str, ...] = ()

    @classmethod
    def of_settings(cls, settings: Settings) -> "Limits":
        """Return the limits a server is set to."""
        return cls(
            settings.query_seconds,
            settings.query_megabytes,
            settings.answer_megabytes,
            settings.slow_workers,
            tuple(settings.services.split()),
        )

    @classmethod
    def parse(cls, text: str) -> "Limits":
        """Return limits from what `write` made of them.

        >>> Limits.parse(Limits(30, 1024, 64, 4, ("http://example.org/",)).write()).services
        ('http://example.org/',)
        """
        fields = json.loads(text)
        return cls(**{**fields, "services": tuple(fields["services"])})

    def write(self) -> str:
        """Return the limits as JSON."""
        return json.dumps(asdict(self))

    def exceed(self, limit: Limit) -> ExceededError:
        """Return the error that says a query met a limit.

        >>> str(Limits(30, 1024, 64, 4).exceed(Limit.size))[:48]
        'the answer is larger than the 64 MB it may have;'
        """
        return ExceededError(limit, _DETAILS[limit].format(**asdict(self)))
