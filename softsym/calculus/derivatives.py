"""Derivatives and limits worked out: expressions without ``diff``, ``grad``, ``jacobian``, ``hessian`` and ``limit``.

SymPy differentiates the entries of what an expression means (:mod:`softsym.algebra.lowering`); the normal form of the
result is folded back into the language and proved equal to the derivative that was asked for.
"""

from __future__ import annotations

from functools import lru_cache

from softsym.algebra.fold import fold
from softsym.calculus.checking import Checker
from softsym.calculus.reverse import reverse_gradient
from softsym.errors import BudgetError, UnsupportedError
from softsym.expression import DERIVATIVES, Apply, Expr, Operand, Symbol, apply, as_expr, has_calculus, walk


@lru_cache(maxsize=2048)
def resolve(expr: Expr) -> Expr:
    """The expression with every derivative and limit worked out.

    Raises :class:`~softsym.errors.UnsupportedError` where the algebra has no normal form for a derivative, where a
    matrix of derivatives has no whole form in the language (an entry of it has), or where a limit is out of reach.

    >>> from softsym import parse
    >>> resolve(parse("sum(diff(softmax(z, beta)[k], z[i])*v[k], k)"))
    sum(beta*softmax(z, beta)[i]*(delta(i, k) - softmax(z, beta)[k])*v[k], k)
    """
    if not isinstance(expr, Apply) or not has_calculus(expr):
        return expr
    if expr.head == "limit":
        return _limit(expr)
    target = expr.args[0]
    if expr.head == "item" and isinstance(target, Apply) and target.head in DERIVATIVES:
        return _derived(apply("item", _with_resolved(target), *expr.args[1:]))
    if expr.head in DERIVATIVES:
        return _derived(_with_resolved(expr))
    try:
        return apply(expr.head, *(resolve(arg) for arg in expr.args))
    except UnsupportedError:
        if any(isinstance(node, Apply) and node.head == "limit" for node in walk(expr)):
            raise
        return fold(expr)  # a part may have no whole form of its own, as a matrix that a vector is multiplied by


def _derived(node: Expr) -> Expr:
    """A derivative of a function without calculus: folded, or where that is out of reach, by the chain rule alone."""
    try:
        return fold(node)
    except (UnsupportedError, BudgetError) as error:
        if not (isinstance(node, Apply) and node.head == "grad"):
            raise
        f, z = node.args
        assert isinstance(z, Symbol)
        try:
            found = reverse_gradient(f, z)
        except (UnsupportedError, BudgetError):
            raise error from None
        Checker().check(node, found)
        return found


def _with_resolved(node: Apply) -> Expr:
    """The derivative of a function that has no calculus in it."""
    return apply(node.head, resolve(node.args[0]), *node.args[1:])


def _limit(node: Apply) -> Expr:
    from softsym.calculus.limits import limit_steps  # limits are worked out with the help of derivatives

    inner = _with_resolved(node)
    assert isinstance(inner, Apply)
    return limit_steps(inner)[0]


def diff(f: Operand | str, *by: Operand | str) -> Expr:
    """The derivative of ``f`` by names or entries, or of an order: ``diff(f, x, n)``.

    >>> import softsym as ss
    >>> ss.diff("boltzmann(z, beta)", "beta")
    variance(softmax(z, beta), z)
    """
    return resolve(apply("diff", f, *by))


def grad(f: Operand | str, z: Operand | str) -> Expr:
    """The vector of the derivatives of a scalar by the entries of ``z``.

    >>> import softsym as ss
    >>> ss.grad("lse(z, beta)", "z")
    softmax(z, beta)
    """
    return resolve(apply("grad", f, z))


def jacobian(f: Operand | str, z: Operand | str) -> Expr:
    """The matrix whose entry [i, j] is the derivative of ``f[i]`` by ``z[j]``.

    >>> import softsym as ss
    >>> ss.jacobian("softmax(z, beta)", "z")
    beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))
    """
    return resolve(apply("jacobian", f, z))


def hessian(f: Operand | str, z: Operand | str) -> Expr:
    """The matrix of the second derivatives of a scalar by the entries of ``z``.

    >>> import softsym as ss
    >>> ss.hessian("sum(z**3)", "z")
    6*diag(z)
    """
    return resolve(apply("hessian", f, z))


def limit(f: Operand | str, x: Operand | str, point: Operand | str) -> Expr:
    """The limit of ``f`` as the scalar name or entry ``x`` goes to a point, ``oo`` or ``-oo``."""
    return resolve(apply("limit", f, x, point))


def simplify(expr: Operand | str) -> Expr:
    """The shortest form that the algebra finds; the expression itself if that is the shorter.

    >>> import softsym as ss
    >>> ss.simplify("sum(softmax(z, beta)*z) + log(exp(a)*b) - log(b) where b: positive")
    a + boltzmann(z, beta)
    """
    given = resolve(as_expr(expr))
    found = fold(given)
    return min(given, found, key=lambda e: sum(1 for _ in walk(e)))
