"""The overflow-free form of any expression, as an expression of the language."""

from softsym.stable.form import prove_stable, stable

__all__ = ["prove_stable", "stable"]
