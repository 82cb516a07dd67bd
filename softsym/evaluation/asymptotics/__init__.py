"""Exact limits at concrete points, by asymptotic expansions of exp-log functions."""
