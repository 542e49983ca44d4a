"""Owns serving releases over HTTP: SPARQL and whole graphs, questions, pages of resources, downloads, older releases.

`app` says which routes there are and what every request passes through; each other module owns one of these. Refuses
to change anything: a release is immutable.
"""
