"""Owns the commands that check: what they take, print and return. The command line registers them."""
