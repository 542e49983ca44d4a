"""Owns the pages for people who explore the data: what each shows, from which query, and in which words."""
