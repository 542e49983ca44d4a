"""Owns series of figures: the pages of indicators, and the comparison of several."""
