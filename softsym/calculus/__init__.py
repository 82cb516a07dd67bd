"""The calculus: derivatives and limits worked out for symbolic N, and derivations that show how.

>>> from softsym import parse
>>> resolve(parse("grad(lse(z, beta), z)"))
softmax(z, beta)
"""

from softsym.calculus.derivation import Derivation, derive
from softsym.calculus.derivatives import diff, grad, hessian, jacobian, limit, resolve, simplify
from softsym.calculus.steps import Step

gradient = grad
"""The same as :func:`grad`."""

__all__ = [
    "Derivation",
    "Step",
    "derive",
    "diff",
    "grad",
    "gradient",
    "hessian",
    "jacobian",
    "limit",
    "resolve",
    "simplify",
]
