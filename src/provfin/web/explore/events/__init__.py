"""Owns what happened and what was told beside: the timeline, titles, outlook, documents."""
