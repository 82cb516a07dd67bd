"""The overflow-free form of any expression, derived by the rules of :mod:`softsym.stable.rules`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from softsym.expansion import expand
from softsym.expression import Expr, as_expr, has_calculus
from softsym.stable.rational import cancelled
from softsym.stable.rules import plain
from softsym.stable.terms import tidy

if TYPE_CHECKING:
    from softsym.proof import Verdict


def stable(expr: Expr | str) -> Expr:
    """The expression in a form that does not overflow for finite values of its names while its value is in range.

    Exponentials are carried as mantissa and log-scale, and a sum's scale is its largest entry's. The form is equal to
    the definition wherever that is defined; :func:`prove_stable` has the algebra confirm it.

    >>> stable("softmax(z, beta)")
    exp(beta*(z - max(z)))/sum(exp(beta*(z - max(z))))
    >>> stable("lse(z, beta)")
    max(z) + log(sum(exp(beta*(z - max(z)))))/beta
    >>> stable("log(1 - sigmoid(a))")
    -relu(a) - log(1 + exp(-abs(a)))
    >>> stable("3**z/sum(3**z)")
    exp(log(3)*(z - max(z)))/sum(exp(log(3)*(z - max(z))))

    Raises :class:`~softsym.errors.UnsupportedError` for a derivative or a limit that cannot be resolved.
    """
    return _stable(as_expr(expr))


@lru_cache(maxsize=512)
def _stable(expr: Expr) -> Expr:
    return tidy(plain(cancelled(expand(resolved(expr)))))


def resolved(expr: Expr) -> Expr:
    """The expression with its derivatives and limits worked out."""
    if not has_calculus(expr):
        return expr
    from softsym.calculus import resolve

    return resolve(expr)


def prove_stable(expr: Expr | str) -> Verdict:
    """The algebra's verdict on ``stable(expr) == expr``."""
    from softsym.language.printer import bare_text, declarations
    from softsym.proof import check

    given = as_expr(expr)
    form = stable(given)
    declared = ", ".join(f"{name}: {kind}" for name, kind in declarations(given, form).items())
    return check(f"{bare_text(form)} == {bare_text(given)}" + (f" where {declared}" if declared else ""))
