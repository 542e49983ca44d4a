"""Owns the pages of code lists and their concepts."""
