"""Owns the page to start from and the headline figures on it."""
