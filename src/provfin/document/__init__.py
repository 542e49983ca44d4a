"""Owns taking a report apart: parts, paragraphs, sentences, tables, notes, each with its place in the source.

Parsing never raises on odd text; what has no place becomes a gap. Refuses to interpret figures: later stages do.
"""

from provfin.document.genre import Genre, load_genre, read_chinese_number
from provfin.document.model import (
    Credit,
    Document,
    Footnote,
    Gap,
    Line,
    Mark,
    Paragraph,
    Part,
    Passage,
    Span,
    TableBlock,
)
from provfin.document.parse import parse_document

__all__ = [
    "Credit",
    "Document",
    "Footnote",
    "Gap",
    "Genre",
    "Line",
    "Mark",
    "Paragraph",
    "Part",
    "Passage",
    "Span",
    "TableBlock",
    "load_genre",
    "parse_document",
    "read_chinese_number",
]
