"""Owns answering queries in worker processes that share one release in memory and are killed at their limits.

A fork server (`forkserver`) loads the release and forks workers (`worker`); the pool (`pool`) gives each query a worker
of its own. Refuses to answer in part: an answer is whole, or an error says which limit was met.
"""

from provfin.workers.pool import Counts, WorkerPool

__all__ = ["Counts", "WorkerPool"]
