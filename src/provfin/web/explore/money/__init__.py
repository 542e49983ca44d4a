"""Owns the flows of money: instruments, whom they reached, through whom, with how much."""
