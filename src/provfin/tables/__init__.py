"""Owns reading tables: printed cells become mentions with complete claims, or gaps.

What a table's labels mean is declared in `data/layouts` and the vocabulary. Refuses to fill in what is not printed:
a cell without a known indicator, unit or period is a gap that says which of them is missing.
"""

from provfin.tables.read import TableContext, read_table

__all__ = ["TableContext", "read_table"]
