"""SymPy expressions of lowered entries to rational functions in atoms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from flint import fmpq

from softsym.algebra import elementary, nodes
from softsym.algebra.context import Algebra
from softsym.algebra.families import make_family
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Index, Rational
from softsym.algebra.renaming import entry, kronecker, position
from softsym.algebra.sums import sum_over
from softsym.errors import UnsupportedError
from softsym.symbols import Length


class Normalizer:
    """Converts SymPy scalars; ``indices`` maps SymPy's free index symbols to the algebra's indices."""

    def __init__(self, alg: Algebra, indices: dict[Any, Index] | None = None) -> None:
        self.alg = alg
        self.indices: dict[Any, Index] = dict(indices or {})
        self.cache: dict[Any, Rational] = {}
        self.dummies: dict[Any, frozenset[Any]] = {}

    def normal(self, expr: Any) -> Rational:
        """The normal form of a SymPy scalar.

        Raises :class:`~softsym.errors.UnsupportedError` for a node outside the algebra.
        """
        found = self.cache.get(expr)
        if found is None:
            visit = self._visitor(expr)
            found = visit(expr)
            if not self.bound_in(expr):
                self.cache[expr] = found
        return found

    def bound_in(self, expr: Any) -> bool:
        """Whether the value depends on what a bound index stands for at the moment."""
        return bool(self._dummies(expr))

    def _dummies(self, expr: Any) -> frozenset[Any]:
        """The bound indices that are free in an expression, found once for each part."""
        if isinstance(expr, sympy.Dummy):
            return frozenset({expr})
        if not expr.args:
            return frozenset()
        found = self.dummies.get(expr)
        if found is None:
            found = frozenset().union(*map(self._dummies, expr.args))
            if isinstance(expr, sympy.Sum):
                found -= {k for k, *_ in expr.limits}
            elif isinstance(expr, nodes.FamilyNode):
                found = frozenset(s for s in expr.free_symbols if isinstance(s, sympy.Dummy))
            self.dummies[expr] = found
        return found

    def _visitor(self, expr: Any) -> Callable[[Any], Rational]:
        for kind in type(expr).__mro__:
            visit = getattr(self, "_on_" + kind.__name__, None)
            if visit is not None:
                return visit  # type: ignore[no-any-return]
        raise UnsupportedError(f"{type(expr).__name__} is outside the algebra")

    def index(self, symbol: Any) -> Index:
        """The algebra's index for a SymPy index."""
        if symbol.is_Integer:
            return int(symbol)
        found = self.indices.get(symbol)
        if found is None:
            raise UnsupportedError(f"the index {symbol} is not known here")
        return found

    def _on_Rational(self, expr: Any) -> Rational:
        return Rational.of(fmpq(int(expr.p), int(expr.q)))

    def _on_Symbol(self, expr: Any) -> Rational:
        if expr in self.indices:
            return position(self.alg, self.indices[expr])
        known = next((d for d in ("positive", "negative", "nonnegative") if getattr(expr, "is_" + d)), "real")
        if known == "positive" and expr.is_integer:
            known = "length"
        self.alg.scalars.setdefault(expr.name, known)
        return self.alg.of(self.alg.atom("scalar", expr.name))

    def _on_Pi(self, expr: Any) -> Rational:
        return self.alg.of(self.alg.atom("pi"))

    def _on_Exp1(self, expr: Any) -> Rational:
        return elementary.exp(self.alg, Rational.of(1))

    def _on_Add(self, expr: Any) -> Rational:
        total = Rational.of(0)
        for arg in expr.args:
            total = total + self.normal(arg)
        return total

    def _on_Mul(self, expr: Any) -> Rational:
        result = Rational.of(1)
        for arg in expr.args:
            result = elementary.multiply(self.alg, result, self.normal(arg))
        return result

    def _on_Pow(self, expr: Any) -> Rational:
        if expr.base is sympy.E:
            return elementary.exp(self.alg, self.normal(expr.exp))
        return elementary.power(self.alg, self.normal(expr.base), self.normal(expr.exp))

    def _on_exp(self, expr: Any) -> Rational:
        return elementary.exp(self.alg, self.normal(expr.args[0]))

    def _on_log(self, expr: Any) -> Rational:
        return elementary.log(self.alg, self.normal(expr.args[0]))

    def _on_Abs(self, expr: Any) -> Rational:
        return elementary.absolute(self.alg, self.normal(expr.args[0]))

    def _on_AbsOf(self, expr: nodes.AbsOf) -> Rational:
        return elementary.absolute(self.alg, self.normal(expr.args[0]))

    def _on_SignOf(self, expr: Any) -> Rational:
        return elementary.signum(self.alg, self.normal(expr.args[0]))

    _on_sign = _on_SignOf

    def _on_XLogY(self, expr: Any) -> Rational:
        x = self.normal(expr.args[0])
        if x.is_zero:
            return x
        delta = elementary.delta_in(x)
        if delta is not None:
            return self._xlogy_split(x, self.normal(expr.args[1]), delta)
        y = self.normal(expr.args[1])
        if isinstance(expr.args[1], nodes.HardOf) and _divides(y, x):
            # Where the weight y = 1/m is not 0, its logarithm is -log(m); where it is 0, so is x.
            count = self.normal(nodes.CountOf(*expr.args[1].family))
            return elementary.multiply(self.alg, -x, elementary.log(self.alg, count))
        return elementary.multiply(self.alg, x, elementary.log(self.alg, y))

    def _xlogy_split(self, x: Rational, y: Rational, delta: Any) -> Rational:
        """x*log(y) by the two cases of a delta in x, so that nothing is said of log(y) where x is 0."""
        from softsym.algebra.renaming import with_delta

        alg = self.alg
        total = Rational.of(0)
        indicator = alg.of(delta)
        for case, weight in ((1, indicator), (0, Rational.of(1) - indicator)):
            factor = with_delta(alg, x, delta, case)
            if not factor.is_zero:
                value = elementary.log(alg, with_delta(alg, y, delta, case))
                total = total + elementary.multiply(alg, weight, elementary.multiply(alg, factor, value))
        return total

    def _on_Indexed(self, expr: Any) -> Rational:
        return entry(self.alg, expr.base.label.name, self.index(expr.indices[0]))

    def _on_KroneckerDelta(self, expr: Any) -> Rational:
        left, right = expr.args
        return kronecker(self.alg, self.index(left), self.index(right))

    def _on_Sum(self, expr: Any) -> Rational:
        value = expr.function
        bounds = []
        for k, _, length in expr.limits:
            fresh = self.alg.fresh_index(self.length(length))
            self.indices[k] = fresh
            bounds.append(fresh)
        result = self.normal(value)
        for fresh in bounds:
            result = sum_over(self.alg, result, fresh)
        return result

    @staticmethod
    def length(expr: Any) -> Length:
        """A SymPy length as a :class:`~softsym.symbols.Length`."""
        constant, rest = expr.as_coeff_Add()
        terms = [(s.name, int(c)) for s, c in rest.as_coefficients_dict().items() if s.is_Symbol] if rest != 0 else []
        return Length(tuple(sorted(terms)), int(constant))

    # families

    def _family(self, expr: Any, head: str, leading: list[Any]) -> Rational:
        return make_family(self.alg, head, leading, [self._member(m) for m in expr.family])

    def _member(self, member: Any) -> Member:
        if len(member) == 1:
            return Member(self.normal(member[0]))
        body, k, length, *excluded = member
        before = self.indices.get(k)
        fresh = self.indices[k] = self.alg.fresh_index(self.length(length))
        result = Member(self.normal(body), fresh, tuple(self.index(e) for e in excluded))
        if before is not None:
            self.indices[k] = before
        return result

    def _on_MaxOf(self, expr: nodes.MaxOf) -> Rational:
        return self._family(expr, "max", [])

    def _on_ProdOf(self, expr: nodes.ProdOf) -> Rational:
        return self._family(expr, "prod", [])

    def _on_CountOf(self, expr: nodes.CountOf) -> Rational:
        return self._family(expr, "count", [])

    def _on_HardOf(self, expr: nodes.HardOf) -> Rational:
        return self._family(expr, "hard", [self.normal(expr.args[0])])

    def _on_SparseOf(self, expr: nodes.SparseOf) -> Rational:
        return self._family(expr, "sparse", [self.normal(expr.args[0])])

    def _on_FirstOf(self, expr: nodes.FirstOf) -> Rational:
        place = expr.args[1]
        return self._family(expr, "first", [self.normal(expr.args[0]), (int(place[0]), self.index(place[1]))])


def _divides(weight: Rational, value: Rational) -> bool:
    """Whether a weight is a single atom that every term of a value has as a factor."""
    single = weight.single()
    atoms = [a for a, _ in single[0]] if single is not None else []
    return len(atoms) == 1 and all(any(a is atoms[0] and e > 0 for a, e in mono) for mono, _ in value.num)
