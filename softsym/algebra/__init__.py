"""The algebra of indexed sums for symbolic N: lowering to SymPy, normal form, zero test."""

from softsym.algebra.zero import Assumptions, ZeroTest

__all__ = ["Assumptions", "ZeroTest"]
