"""Owns the search: things by their names, figures by their numbers."""
