"""Owns answers as typed tables, and writing them as spreadsheets, columns and RDF with the citation inside.

A figure keeps every digit in every form. Refuses to cut: what a form cannot hold is an `ExceededError` that says so.
"""

from provfin.answers.parquet import fit_decimal, write_parquet
from provfin.answers.resultset import write_result_set
from provfin.answers.spreadsheet import write_xlsx
from provfin.answers.table import Cell, Column, Kind, Table, convert_results, read_graph, read_results

__all__ = [
    "Cell",
    "Column",
    "Kind",
    "Table",
    "convert_results",
    "fit_decimal",
    "read_graph",
    "read_results",
    "write_parquet",
    "write_result_set",
    "write_xlsx",
]
