"""Owns the competency questions over HTTP: an address for each, typed parameters, answers in many forms, citations."""

from provfin.web.questions.openapi import document_questions
from provfin.web.questions.routes import make_router

__all__ = ["document_questions", "make_router"]
