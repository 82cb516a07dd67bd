"""Whole gradients by the chain rule from the outside in (reverse mode), for what is too large for a normal form.

``back(e, weight)`` is the gradient of ``sum(weight*e)`` by z, the weight being held fixed.
"""

from __future__ import annotations

from collections.abc import Callable

from softsym.calculus.arithmetic import ONE, ZERO, cleared, minus, over, plus, times
from softsym.calculus.rules import parts_outside
from softsym.entries import entry, fresh_index
from softsym.errors import BudgetError, UnsupportedError
from softsym.expansion import unfold
from softsym.expression import Apply, Expr, Symbol, apply, as_expr, free_symbols, length_expr, substitute, walk

MAX_VISITS = 20_000
"""A part that stands in many places is visited once for each: a gradient with more visits is not attempted."""
FLAT = ("sign", "argmax_count", "hardmax", "onehot_argmax", "len")


def reverse_gradient(f: Expr, z: Symbol) -> Expr:
    """The gradient of a scalar by a vector, as a whole vector.

    Raises :class:`~softsym.errors.UnsupportedError` for a part that has no rule.

    >>> from softsym import parse
    >>> reverse_gradient(parse("log(sum(exp(z)))"), parse("z + 0").args[0])
    1/sum(exp(z))*exp(z)
    """
    found = cleared(_Reverse(z).back(f, ONE))
    return times(found, _ones(z)) if not found.shape else found


def _ones(vector: Expr) -> Expr:
    return apply("ones", length_expr(vector.shape[0]))


class _Reverse:
    """One variable; a scalar weight of a vector is the same for each of its entries."""

    def __init__(self, z: Symbol) -> None:
        self.z = z
        self.visits = 0

    def back(self, e: Expr, weight: Expr) -> Expr:
        self.visits += 1
        if self.visits > MAX_VISITS:
            raise BudgetError("the gradient has too many parts; nest fewer functions")
        if self.z not in free_symbols(e) or weight == ZERO:
            return ZERO
        if e == self.z:
            return weight if weight.shape else times(weight, _ones(self.z))
        assert isinstance(e, Apply)
        if e.head in FLAT:
            return ZERO
        rule: Callable[[Apply, Expr], Expr] | None = getattr(self, "_on_" + e.head, None)
        if rule is not None:
            return rule(e, weight)
        meaning = unfold(e)
        if meaning is None:
            raise UnsupportedError(f"the derivative of {e.head} has no rule")
        return self.back(cleared(meaning), weight)

    def _part(self, a: Expr, whole: Expr, weight: Expr) -> Expr:
        """What a part of a whole contributes; a scalar in a vector counts once for each entry."""
        if a.shape == whole.shape:
            return self.back(a, weight)
        total = apply("sum", weight) if weight.shape else times(length_expr(whole.shape[0]), weight)
        return self.back(a, total)

    def _on_add(self, e: Apply, weight: Expr) -> Expr:
        return plus(*(self._part(a, e, weight) for a in e.args))

    def _on_sub(self, e: Apply, weight: Expr) -> Expr:
        return minus(*(self._part(a, e, weight) for a in e.args))

    def _on_neg(self, e: Apply, weight: Expr) -> Expr:
        return minus(ZERO, self.back(e.args[0], weight))

    def _on_mul(self, e: Apply, weight: Expr) -> Expr:
        a, b = e.args
        return plus(self._part(a, e, times(weight, b)), self._part(b, e, times(weight, a)))

    def _on_div(self, e: Apply, weight: Expr) -> Expr:
        a, b = e.args
        return minus(self._part(a, e, over(weight, b)), self._part(b, e, over(times(weight, a), b**2)))

    def _on_pow(self, e: Apply, weight: Expr) -> Expr:
        a, b = e.args
        base = self._part(a, e, times(weight, times(b, a ** (b - 1)))) if self.z in free_symbols(a) else ZERO
        return plus(base, self._part(b, e, times(weight, times(e, apply("log", a)))) if self._moves(b) else ZERO)

    def _moves(self, e: Expr) -> bool:
        return self.z in free_symbols(e)

    def _on_exp(self, e: Apply, weight: Expr) -> Expr:
        return self.back(e.args[0], times(weight, e))

    def _on_log(self, e: Apply, weight: Expr) -> Expr:
        return self.back(e.args[0], over(weight, e.args[0]))

    def _on_abs(self, e: Apply, weight: Expr) -> Expr:
        return self.back(e.args[0], times(weight, apply("sign", e.args[0])))

    def _on_xlogy(self, e: Apply, weight: Expr) -> Expr:
        x, y = e.args
        first = self._part(x, e, times(weight, apply("log", y))) if self._moves(x) else ZERO
        return plus(first, self._part(y, e, over(times(weight, x), y)))

    def _on_sum(self, e: Apply, weight: Expr) -> Expr:
        if len(e.args) == 1:
            return self.back(parts_outside(e.args[0]), weight)
        body, k = e.args
        assert isinstance(k, Symbol)
        if k in free_symbols(weight):
            taken = {s.name for part in (e, weight) for s in walk(part) if isinstance(s, Symbol)}
            fresh = fresh_index(k.kind.vector_length, taken)
            body, k = substitute(body, {k: fresh}), fresh
        return apply("sum", self.back(body, weight), k)

    def _on_prod(self, e: Apply, weight: Expr) -> Expr:
        return self.back(e.args[0], over(times(weight, e), e.args[0]))

    def _on_max(self, e: Apply, weight: Expr) -> Expr:
        return self.back(e.args[0], times(weight, apply("hardmax", e.args[0])))

    def _on_item(self, e: Apply, weight: Expr) -> Expr:
        vector, *indices = e.args
        if len(indices) != 1:
            raise UnsupportedError("an entry of a matrix has no rule for whole gradients")
        if isinstance(vector, Apply) and vector.head in FLAT:
            return ZERO
        place = apply("basis", indices[0], length_expr(vector.shape[0]))
        return self.back(vector, times(weight, place))

    def _on_list(self, e: Apply, weight: Expr) -> Expr:
        total = ZERO
        for n, part in enumerate(e.args, 1):
            total = plus(total, self.back(part, entry(weight, as_expr(n))))
        return total

    def _on_concat(self, e: Apply, weight: Expr) -> Expr:
        if weight.shape:
            raise UnsupportedError("parts of a vector put together have no name in the language")
        return plus(*(self.back(a, weight) for a in e.args))

    def _on_drop(self, e: Apply, weight: Expr) -> Expr:
        if weight.shape:
            raise UnsupportedError("a vector with one entry left out has no place for it in the language")
        vector, i = e.args
        return self.back(vector, times(weight, 1 - apply("basis", i, length_expr(vector.shape[0]))))
