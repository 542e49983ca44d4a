"""Owns answers as typed tables, and making files of them, spreadsheets, columns and RDF, with the citation inside.

A figure keeps every digit in every form. Refuses to cut: what a form cannot hold is an `ExceededError` that says so.
"""

from provfin.answers.files import write_parquet, write_xlsx
from provfin.answers.resultset import write_result_set
from provfin.answers.table import Table, convert_results, read_graph, read_results
from provfin.sheets import Cell, Column, Kind

__all__ = [
    "Cell",
    "Column",
    "Kind",
    "Table",
    "convert_results",
    "read_graph",
    "read_results",
    "write_parquet",
    "write_result_set",
    "write_xlsx",
]
