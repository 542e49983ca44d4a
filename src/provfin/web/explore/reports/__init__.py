"""Owns the pages of reports: outline, parts, tables drawn anew, and the text where it is served."""
