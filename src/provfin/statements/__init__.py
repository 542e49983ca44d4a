"""Owns reading prose: from sentences to figures with all that the words around them say.

Phrases live in `data/prose.toml`, names and units in the vocabulary. Refuses to drop a number: what states no fact is
dismissed with a reason, what is not clear is a gap.
"""

from provfin.statements.figures import NUMBER
from provfin.statements.grammar import find_leeway
from provfin.statements.prose import list_passages, read_prose
from provfin.statements.read import Dismissal, Readings

__all__ = ["NUMBER", "Dismissal", "Readings", "find_leeway", "list_passages", "read_prose"]
