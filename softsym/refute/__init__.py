"""Certified counterexamples: points inside the kinds and conditions at which ball arithmetic excludes a claim."""

from softsym.refute.findings import Counterexample, Findings
from softsym.refute.search import search

__all__ = ["Counterexample", "Findings", "search"]
