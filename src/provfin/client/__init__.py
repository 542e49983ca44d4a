"""Owns using the graph from Python: one connection, to a server or to files, that answers in data frames.

Figures come exact, by datatype. Refuses to guess what a name means, and to change anything.
"""

from provfin.client.connection import Connection, connect

__all__ = ["Connection", "connect"]
