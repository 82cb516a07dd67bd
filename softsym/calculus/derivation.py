"""Derivations: how a derivative, a limit or a shorter form comes about, step by step, every step checked when made.

>>> print(derive("lse(z, beta)", "z").result)
softmax(z, beta)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from softsym.calculus.steps import Deriving, Step
from softsym.entries import fresh_index
from softsym.errors import ShapeError
from softsym.expression import Expr, Symbol, apply, as_expr, walk


@dataclass(frozen=True)
class Derivation:
    """``before == result``, in steps."""

    before: Expr
    result: Expr
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """The steps as numbered lines of text."""
        from softsym.calculus.rendering import to_text

        return to_text(self)

    def to_markdown(self) -> str:
        """The steps as a numbered list with formulas in LaTeX."""
        from softsym.calculus.rendering import to_markdown

        return to_markdown(self)

    def to_latex(self) -> str:
        """The steps as one ``align*`` environment."""
        from softsym.calculus.rendering import to_latex

        return to_latex(self)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        from softsym.page.cards import derivation_card

        return derivation_card(self)


def derive(given: Expr | str, wrt: str | Expr | None = None, order: int = 1) -> Derivation:
    """The derivation of a derivative or a limit: of ``given`` itself, or of its derivative by ``wrt``.

    ``wrt`` is a vector (gradient, Jacobian, Hessian), a scalar or an entry such as ``z[i]``. Without it, an expression
    that has no derivative or limit in it is brought to a shorter form.

    Raises :class:`~softsym.errors.ShapeError` for a ``wrt`` that is no name, and
    :class:`~softsym.errors.UnsupportedError` where the result is out of reach.

    >>> [step.rule for step in derive("softplus(t)", "t").steps][:2]
    ['definition of softplus', 'chain rule for log; the derivative of a sum']
    """
    expr = as_expr(given)
    if wrt is not None:
        expr = _derivative(expr, wrt, order)
    return Derivation(expr, *Deriving(expr).result())


def _derivative(expr: Expr, wrt: str | Expr, order: int) -> Expr:
    """The derivative of an expression by a name, as an expression."""
    by = _name(expr, wrt)
    if not by.shape:
        return apply("diff", expr, by) if order == 1 else apply("diff", expr, by, order)
    if order == 1:
        return apply("jacobian" if expr.shape else "grad", expr, by)
    if order == 2 and not expr.shape:
        return apply("hessian", expr, by)
    taken = {s.name for s in walk(expr) if isinstance(s, Symbol)}
    entries: list[Expr] = []
    for _ in range(order):
        index = _fresh("ijklm", by, taken)
        taken.add(index.name)
        entries.append(apply("item", by, index))
    return apply("diff", expr, *entries)


def _name(expr: Expr, wrt: str | Expr) -> Expr:
    """What to differentiate by; a name of the expression keeps the kind that it has there."""
    if isinstance(wrt, Expr):
        return wrt
    own = {s.name: s for s in walk(expr) if isinstance(s, Symbol)}
    found = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*(?:\[\s*(\w+)\s*\]\s*)?", wrt)
    if found is None:
        raise ShapeError(f"{wrt!r} is nothing to differentiate by; give a name such as z or beta, or an entry z[i]")
    name = own[found[1]] if found[1] in own else as_expr(found[1])
    if found[2] is None:
        return name
    index = own[found[2]] if found[2] in own else as_expr(int(found[2]) if found[2].isdigit() else found[2])
    return apply("item", name, index)


def _fresh(names: str, vector: Expr, taken: set[str]) -> Symbol:
    length = vector.shape[0]
    own = fresh_index(length, taken)
    return next((Symbol(n, own.kind) for n in names if n not in taken), own)
