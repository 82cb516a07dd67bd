"""The calculus: derivatives and limits worked out for symbolic N, and derivations that show how.

>>> from softsym import parse
>>> resolve(parse("grad(lse(z, beta), z)"))
softmax(z, beta)
"""

from softsym.calculus.derivatives import diff, grad, hessian, jacobian, limit, resolve, simplify

gradient = grad
"""The same as :func:`grad`."""

__all__ = ["diff", "grad", "gradient", "hessian", "jacobian", "limit", "resolve", "simplify"]
