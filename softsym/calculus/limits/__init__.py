"""Limits for symbolic N: of a scalar name or of one entry of a vector, with ties, and the steps that lead there.

>>> from softsym import parse
>>> value, steps = limit_steps(parse("limit(softmax(z, beta), beta, oo)"))
>>> value
hardmax(z)
"""

from softsym.calculus.limits.context import LimitStep
from softsym.calculus.limits.infinite import InfiniteLimitError
from softsym.calculus.limits.taking import limit_steps

__all__ = ["InfiniteLimitError", "LimitStep", "limit_steps"]
