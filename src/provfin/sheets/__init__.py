"""Owns tables as files of a program for tables: what a column is, and writing columns as XLSX and as Parquet.

Answers and exports only make columns. A figure keeps every digit in either form, as `docs/decisions/0023` tells; a
binary fraction never stands for one alone. Refuses to cut: what a sheet cannot hold is an `ExceededError`.
"""

from provfin.sheets.column import Cell, Column, Kind

__all__ = ["Cell", "Column", "Kind"]
