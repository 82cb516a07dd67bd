"""Log-scales as linear forms, so that ``beta*z - beta*max(z)`` cancels, groups and is seen to be at most 0.

A :class:`Term` is ``coefficient * product(factors) * base`` with scalar factors; a log-scale is a tuple of terms. Its
maximum over a vector is taken of the base alone where one factor is common to all: ``beta*(z - max(z))`` is finite for
every finite z and exact at the winner, where ``beta*z - max(beta*z)`` may be ``inf - inf``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from softsym.expression import Apply, Expr, Symbol, number
from softsym.language.printer import bare_text
from softsym.stable import terms as t
from softsym.stable.signs import is_nonnegative, is_nonpositive, is_positive, sign_of
from softsym.symbols import Length

Factors = tuple[Expr, ...]


@dataclass(frozen=True)
class Term:
    """``coefficient * product(factors) * base``."""

    coefficient: Fraction
    factors: Factors
    base: Expr

    @property
    def key(self) -> tuple[str, ...]:
        """What two terms share if they may be added."""
        return tuple(sorted(bare_text(f) for f in (*self.factors, self.base)))

    def scaled(self, coefficient: Fraction, factors: Factors = ()) -> Term:
        return Term(self.coefficient * coefficient, _cancelled((*factors, *self.factors)), self.base)

    def at_base(self, change: Callable[[Expr], Expr]) -> Term:
        return Term(self.coefficient, self.factors, change(self.base))


Scale = tuple[Term, ...]


def _cancelled(factors: Factors) -> Factors:
    """The factors without pairs c, 1/c."""
    left: list[Expr] = []
    for factor in factors:
        inverse = t.div(t.ONE, factor) if not _is_inverse(factor) else factor.args[1]  # type: ignore[attr-defined]
        if inverse in left:
            left.remove(inverse)
        else:
            left.append(factor)
    return tuple(sorted(left, key=bare_text))


def _is_inverse(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.head == "div" and expr.args[0] == t.ONE


def combined(terms: Iterable[Term]) -> Scale:
    """Equal terms added, zero ones dropped."""
    found: dict[tuple[str, ...], Term] = {}
    for term in terms:
        known = found.get(term.key)
        total = term.coefficient + (known.coefficient if known else 0)
        found[term.key] = Term(total, (known or term).factors, (known or term).base)
    return _reflected(tuple(term for term in found.values() if term.coefficient))


def _reflected(scale: Scale) -> Scale:
    """The scale with ``relu(u) - u`` as ``relu(-u)``."""
    for term in scale:
        if isinstance(term.base, Apply) and term.base.head == "relu":
            inner = term.base.args[0]
            minus = [part.scaled(-term.coefficient, term.factors) for part in _terms(inner)]
            if all(part in scale for part in minus):
                rest = tuple(part for part in scale if part not in minus and part != term)
                return combined((*rest, term.at_base(lambda base: t.call("relu", t.neg(base.args[0])))))  # type: ignore[attr-defined]
    return scale


def plus(left: Scale, right: Scale, sign: int = 1) -> Scale:
    """``left + sign*right``."""
    return combined((*left, *(term.scaled(Fraction(sign)) for term in right)))


def times(scale: Scale, factor: Expr) -> Scale:
    """The scale times an expression: a number or a scalar becomes a factor, a vector multiplies each base."""
    if not factor.shape:
        coefficient, factors = monomial(factor)
        return combined(term.scaled(coefficient, factors) for term in scale)
    return combined(_along(term, factor) for term in scale)


def _along(term: Term, vector: Expr) -> Term:
    """A term times a vector: a scalar base becomes a factor."""
    if term.base.shape:
        return term.at_base(lambda base: t.mul(base, vector))
    coefficient, factors = monomial(term.base)
    return Term(term.coefficient, (), vector).scaled(coefficient, _cancelled((*term.factors, *factors)))


def monomial(expr: Expr) -> tuple[Fraction, Factors]:
    """A scalar as a number times factors that are no products."""
    value = t.rational(expr)
    if value is not None:
        return value, ()
    if isinstance(expr, Apply) and expr.head in ("neg", "mul", "div"):
        coefficient, factors = monomial(expr.args[0])
        if expr.head == "neg":
            return -coefficient, factors
        other, more = monomial(expr.args[1])
        if expr.head == "mul":
            return coefficient * other, _cancelled((*factors, *more))
        if other:
            inverse = tuple(f.args[1] if _is_inverse(f) else t.div(t.ONE, f) for f in more)  # type: ignore[attr-defined]
            return coefficient / other, _cancelled((*factors, *inverse))
    return Fraction(1), (expr,)


def linear(expr: Expr) -> Scale:
    """An expression as a linear form.

    >>> import softsym as ss
    >>> to_expr(linear(ss.parse("beta*(z + c) - c*beta")))
    beta*z
    """
    return combined(_terms(expr))


def _terms(expr: Expr) -> list[Term]:
    value = t.rational(expr)
    if value is not None:
        return [Term(value, (), t.ONE)]
    if isinstance(expr, Apply):
        if expr.head in ("add", "sub"):
            sign = Fraction(1 if expr.head == "add" else -1)
            return [*_terms(expr.args[0]), *(term.scaled(sign) for term in _terms(expr.args[1]))]
        if expr.head == "neg":
            return [term.scaled(Fraction(-1)) for term in _terms(expr.args[0])]
        if expr.head == "mul":
            return _product(*expr.args)
        if expr.head == "div" and not expr.args[1].shape:
            coefficient, factors = monomial(t.div(t.ONE, expr.args[1]))
            return [term.scaled(coefficient, factors) for term in _terms(expr.args[0])]
    return [Term(Fraction(1), (), expr)]


def _product(left: Expr, right: Expr) -> list[Term]:
    """The product with one side as factor: the scalar one, and of two scalars the one without data."""
    if left.shape and right.shape:
        return [Term(Fraction(1), (), t.mul(left, right))]
    if left.shape or (not right.shape and _as_base(left) > _as_base(right)):
        left, right = right, left
    coefficient, factors = monomial(left)
    return [term.scaled(coefficient, factors) for term in _terms(right)]


def _as_base(expr: Expr) -> tuple[bool, bool]:
    many = isinstance(expr, Apply) and expr.head in ("add", "sub")
    return t.rational(expr) is None and t.is_data(expr), many


def to_expr(scale: Scale) -> Expr:
    """The linear form as an expression, common factors in front of differences."""
    total: Expr = t.ZERO
    for coefficient, factors, inner in groups(scale):
        total = t.add(total, _grouped(coefficient, factors, inner))
    return total


def groups(scale: Scale) -> list[tuple[Fraction, Factors, Expr]]:
    """The scale as ``sum(coefficient * product(factors) * inner)`` with one group for each set of factors."""
    found: dict[Factors, list[Term]] = {}
    for term in scale:
        found.setdefault(term.factors, []).append(term)
    return [_group(factors, members) for factors, members in found.items()]


def _group(factors: Factors, members: list[Term]) -> tuple[Fraction, Factors, Expr]:
    lead = members[0].coefficient
    common = lead if factors or all(abs(m.coefficient) == abs(lead) for m in members) else Fraction(1)
    inner: Expr = t.ZERO
    for member in sorted(members, key=lambda m: m.coefficient / common < 0):
        inner = t.add(inner, _number_times(member.coefficient / common, member.base))
    if common < 0 and len(members) > 1 and common == -1:
        return -common, factors, t.neg(inner)
    return common, factors, inner


def _number_times(value: Fraction, base: Expr) -> Expr:
    return t.neg(t.mul(number(-value), base)) if value < 0 else t.mul(number(value), base)


def _grouped(coefficient: Fraction, factors: Factors, inner: Expr) -> Expr:
    upper = [f for f in factors if not _is_inverse(f)]
    lower = [f.args[1] for f in factors if _is_inverse(f)]  # type: ignore[attr-defined]
    product: Expr = number(abs(coefficient))
    for factor in upper:
        product = t.mul(product, factor)
    product = t.mul(product, inner)
    for factor in lower:
        product = t.div(product, factor)
    return t.neg(product) if coefficient < 0 else product


def factor_expr(coefficient: Fraction, factors: Factors) -> Expr:
    """The number times the factors."""
    return _grouped(coefficient, factors, t.ONE)


def extreme(scale: Scale, vector: Callable[[Expr], Expr]) -> Scale:
    """The maximum of a scale over the entries that ``vector`` makes of a base (``z`` of itself, or of ``z[k]``).

    With one group ``f*v`` it is ``f*max(v)`` or ``f*min(v)`` by the sign of f, and ``f*sign(f)*max(sign(f)*v)``,
    right for both signs, where that is not known; several groups have the maximum of their sum.
    """
    parts = groups(scale)
    if len(parts) != 1:
        return linear(t.call("max", vector(to_expr(scale))))
    coefficient, factors, inner = parts[0]
    return (Term(coefficient, factors, _base_extreme(factor_expr(coefficient, factors), vector(inner))),)


def _base_extreme(factor: Expr, vector: Expr) -> Expr:
    if is_nonnegative(factor):
        return largest(vector)
    if is_nonpositive(factor):
        return smallest(vector)
    direction = t.call("sign", factor)
    return t.mul(direction, t.call("max", t.mul(direction, vector)))


def largest(vector: Expr) -> Expr:
    """``max(vector)``, with a leading sign turned into a minimum and constant parts taken out."""
    if isinstance(vector, Apply) and vector.head == "neg":
        return t.neg(t.call("min", vector.args[0]))
    return t.call("max", vector)


def smallest(vector: Expr) -> Expr:
    """``min(vector)``, with a leading sign turned into a maximum."""
    if isinstance(vector, Apply) and vector.head == "neg":
        return t.neg(t.call("max", vector.args[0]))
    return t.call("min", vector)


def positive_part(scale: Scale, head: str = "relu") -> Scale:
    """``relu(scale)`` or ``abs(scale)``, with a factor of known sign in front."""
    parts = groups(scale)
    if len(parts) != 1:
        return () if not parts else linear(t.call(head, to_expr(scale)))
    coefficient, factors, inner = parts[0]
    size, sign = abs(coefficient), 1 if coefficient > 0 else -1
    rest = factor_expr(Fraction(1), factors)
    if is_positive(rest):
        inner = inner if sign > 0 or head == "abs" else t.neg(inner)
        return (Term(size, factors, t.call(head, inner)),)
    return linear(t.call(head, to_expr(scale)))


def is_bounded(scale: Scale) -> bool:
    """Whether the scale is seen to be <= 0 everywhere, so that its exponential lies in [0, 1]."""
    return all(_group_is_bounded(*group) for group in groups(scale)) or any(
        term.coefficient < 0 and _dominates_rest(term, scale) for term in scale
    )


def _dominates_rest(bound: Term, scale: Scale) -> bool:
    """Whether one term is minus the maximum of a vector of which all the others together are an entry."""
    if bound.factors or not isinstance(bound.base, Apply) or bound.base.head != "max" or bound.coefficient != -1:
        return False
    return is_entry_of(to_expr(tuple(term for term in scale if term != bound)), bound.base.args[0])


def _group_is_bounded(coefficient: Fraction, factors: Factors, inner: Expr) -> bool:
    factor = factor_expr(coefficient, factors)
    if isinstance(inner, Apply) and inner.head == "sub":
        if is_nonnegative(factor) and _dominates(inner.args[1], inner.args[0], "max"):
            return True
        if is_nonpositive(factor) and _dominates(inner.args[1], inner.args[0], "min"):
            return True
        if is_nonpositive(factor) and _dominates(inner.args[0], inner.args[1], "max"):
            return True
        if is_nonnegative(factor) and _dominates(inner.args[0], inner.args[1], "min"):
            return True
        if _directed(inner.args[1], inner.args[0], factor):
            return True
    return (is_nonnegative(factor) and is_nonpositive(inner)) or (is_nonpositive(factor) and is_nonnegative(inner))


def _dominates(bound: Expr, value: Expr, head: str) -> bool:
    """Whether ``bound`` is the ``head`` of the vector ``value`` or of a vector that has ``value`` as an entry."""
    if isinstance(bound, Apply) and bound.head == "neg" and isinstance(value, Apply) and value.head == "neg":
        return _dominates(bound.args[0], value.args[0], "min" if head == "max" else "max")
    return isinstance(bound, Apply) and bound.head == head and is_entry_of(value, bound.args[0])


def _directed(bound: Expr, value: Expr, factor: Expr) -> bool:
    """Whether ``bound`` is ``sign(f)*max(sign(f)*v)`` and ``value`` is v or an entry of it."""
    direction = t.call("sign", factor) if sign_of(factor) is None else None
    if direction is None or not (isinstance(bound, Apply) and bound.head == "mul" and bound.args[0] == direction):
        return False
    inner = bound.args[1]
    return isinstance(inner, Apply) and inner.head == "max" and is_entry_of(t.mul(direction, value), inner.args[0])


def is_entry_of(value: Expr, vector: Expr) -> bool:
    """Whether the value is the vector itself, or is seen to be one of its entries."""
    if value == vector:
        return True
    if value.shape or not vector.shape:
        return False
    if isinstance(vector, Apply) and vector.head == "list":
        return value in vector.args
    indices: set[Expr] = {n for n in t.free(value) if n.kind.type == "index" and n.kind.length == vector.shape[0]}
    indices |= {number(k) for k in _literal_indices(value) if _reaches(vector.shape[0], k)}
    return any(t.entry(vector, index) == value for index in indices)


def _literal_indices(value: Expr) -> set[int]:
    from softsym.expression import walk
    from softsym.shapes import literal

    items = [n for n in walk(value) if isinstance(n, Apply) and n.head == "item"]
    return {k for n in items for i in n.args[1:] if (k := literal(i)) is not None}


def _reaches(length: Length, index: int) -> bool:
    return not length.is_literal or index <= length.constant


def depends(expr: Expr, bound: Symbol | None) -> bool:
    """Whether a base varies over the entries (``bound`` is None) or with a bound index."""
    return bool(expr.shape) if bound is None else bound in t.free(expr)


def split(scale: Scale, bound: Symbol | None) -> tuple[Scale, Scale]:
    """The terms that vary and those that do not; a varying factor makes its whole term a base that varies."""
    varying: list[Term] = []
    fixed: list[Term] = []
    for term in scale:
        if bound is not None and any(bound in t.free(f) for f in term.factors):
            varying.append(Term(Fraction(1), (), _grouped(term.coefficient, term.factors, term.base)))
        else:
            (varying if depends(term.base, bound) else fixed).append(term)
    return tuple(varying), tuple(fixed)
