"""Owns the audit: whether the figures of a report can all be true together, within their rounding.

Everything is checked from what is printed; identities come from structure and from declared laws (`data/audit.toml`).
Refuses to correct: what a report gets wrong is told, and stays in the graph as printed.
"""

from provfin.audit.examine import Audit, audit_extraction, audit_figures
from provfin.audit.figures import Figure, make_figures
from provfin.audit.findings import AuditFinding

__all__ = ["Audit", "AuditFinding", "Figure", "audit_extraction", "audit_figures", "make_figures"]
