"""ProvFin: regional financial operation reports as a checked, traceable knowledge graph."""

from importlib.metadata import version

__version__ = version("provfin")
