"""Owns the pages of quality: ledger, rules, validation, contradictions."""
