"""Owns the pages of institutions."""
