"""Owns the page of the query editor."""
