"""Owns serving a release over HTTP: SPARQL, questions, health, and a page to start from."""
