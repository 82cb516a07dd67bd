"""What is known of coefficients: which vanish, which are positive, and how two rates of growth compare."""

from __future__ import annotations

from time import monotonic

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE
from softsym.algebra.signs import sign_of
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.matrices import new_indices
from softsym.errors import BudgetError, SoftsymError
from softsym.expression import CALCULUS, Apply, Expr, Symbol, apply, bound_by, exchanged, number, walk

_POSITIVE_DOMAINS = frozenset({"positive", "positive vector", "distribution", "length"})
_FLIPPED = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, NONNEGATIVE: NONPOSITIVE, NONPOSITIVE: NONNEGATIVE}


class Facts:
    """Signs and zeros of expressions under a statement's declarations; what is not settled is ``None`` or ``False``."""

    def __init__(self, assumptions: Assumptions, deadline: float = float("inf")) -> None:
        self.assumptions, self.deadline = assumptions, deadline
        self.test = ZeroTest(assumptions, deadline=deadline)
        self._zeros: dict[Expr, bool] = {}
        self._signs: dict[Expr, str | None] = {}
        self._positive: set[Expr] = set()

    def learn_positive(self, expr: Expr) -> None:
        """Note that an expression was built to be positive."""
        self._positive.add(expr)

    def is_zero(self, expr: Expr) -> bool:
        """Whether an expression is proved to be zero in every entry."""
        value = co.constant_of(expr)
        if value is not None:
            return value == 0
        if expr not in self._zeros:
            self._zeros[expr] = self._proved_zero(expr)
        return self._zeros[expr]

    def _proved_zero(self, expr: Expr) -> bool:
        self.check_time()
        if co.without_zero_products(expr) == co.ZERO:
            return True
        try:
            return self.test.is_zero(expr)
        except SoftsymError:
            return False

    def check_time(self) -> None:
        """Raise :class:`~softsym.errors.BudgetError` after the deadline."""
        if monotonic() > self.deadline:
            raise BudgetError("the time for a limit is up")

    def is_positive(self, expr: Expr) -> bool:
        """Whether every entry is proved to be positive."""
        return self.sign(expr) == POSITIVE

    def sign(self, expr: Expr) -> str | None:
        """``positive``, ``negative``, ``nonnegative`` or ``nonpositive`` in every entry, or ``None``."""
        value = co.constant_of(expr)
        if value is not None:
            return POSITIVE if value > 0 else NEGATIVE if value < 0 else NONNEGATIVE
        if expr not in self._signs:
            self._signs[expr] = self._find_sign(expr)
        return self._signs[expr]

    def _find_sign(self, expr: Expr) -> str | None:
        self.check_time()
        if self._is_built_positive(expr):
            return POSITIVE
        found = self._by_declaration(expr) or self._by_algebra(expr)
        for rule in (self._by_extrema, _by_size):
            found = found or rule(expr) or _FLIPPED.get(rule(co.negate(expr)) or "")
        return found or self._by_entries(expr)

    def _by_entries(self, expr: Expr) -> str | None:
        """The sign that an expression has whichever entry a maximum or a minimum in it is."""
        extremum = next((n for n in walk(expr) if co.is_head(n, "max", "min") and not _binds(expr)), None)
        if extremum is None:
            return None
        (vector,) = co.args_of(extremum)
        (place,) = new_indices(vector.shape, expr)
        return self.sign(exchanged(expr, extremum, co.entry(vector, place)))

    def _is_built_positive(self, expr: Expr) -> bool:
        if expr in self._positive:
            return True
        if isinstance(expr, Symbol):
            return expr.kind.domain in _POSITIVE_DOMAINS or expr.name == "pi"
        if not isinstance(expr, Apply):
            return bool(co.constant_of(expr))
        if expr.head in ("exp", "argmax_count", "len", "ones"):
            return True
        if expr.head in ("add", "mul", "div", "list", "concat"):
            return all(self._is_built_positive(a) for a in expr.args)
        if expr.head == "dot":
            return any(co.is_head(a, "hardmax") for a in expr.args) and any(
                self._is_built_positive(a) for a in expr.args
            )
        if expr.head == "sum" and self._is_weighted(expr.args[0]):
            return True
        inner = ("pow", "item", "sum", "max", "min", "prod", "mean", "drop")
        return expr.head in inner and self._is_built_positive(expr.args[0])

    def _is_weighted(self, expr: Expr) -> bool:
        """Whether a vector is ``hardmax(v)`` times something positive: its sum is a mean of positive numbers."""
        c, powers = co.factors_of(expr)
        weights = [e for e, k in powers.items() if k == 1 and co.is_head(e, "hardmax")]
        return c > 0 and len(weights) == 1 and all(e is weights[0] or self._is_built_positive(e) for e in powers)

    def _by_declaration(self, expr: Expr) -> str | None:
        """The sign of a multiple of what is declared to be positive or not negative."""
        terms = co.linear_terms(expr)
        for known, sign in ((self.assumptions.positive, POSITIVE), (self.assumptions.nonnegative, NONNEGATIVE)):
            for declared in map(co.linear_terms, known):
                ratios = {c / declared[e] for e, c in terms.items() if e in declared}
                if terms.keys() == declared.keys() and len(ratios) == 1:
                    return sign if ratios.pop() > 0 else _FLIPPED[sign]
        return None

    def _by_algebra(self, expr: Expr) -> str | None:
        try:
            signs = {
                NONNEGATIVE if c.difference.is_zero else sign_of(c.algebra, c.difference) for c in self.test.cases(expr)
            }
        except SoftsymError:
            return None
        for strict, weak in ((POSITIVE, NONNEGATIVE), (NEGATIVE, NONPOSITIVE)):
            if signs <= {strict, weak}:
                return strict if signs == {strict} else weak
        return None

    def _by_extrema(self, expr: Expr) -> str | None:
        """``max(v) - w`` is >= 0 if w is an entry of v, all of v, or the maximum of v without an entry.

        It is > 0 if a declaration says that the entry left out is larger than the others.
        """
        terms = co.linear_terms(expr)
        for part, c in terms.items():
            scale, powers = co.factors_of(part)
            top = next((e for e, k in powers.items() if k == 1 and co.is_head(e, "max", "min")), None)
            if top is None:
                continue
            others = [co.raised(e, k) for e, k in powers.items() if e is not top]
            if not all(self._is_built_positive(e) for e in others):
                continue
            sign = 1 if (c * scale > 0) == co.is_head(top, "max") else -1
            rest = co.divide(co.subtract(expr, co.combine({part: c})), co.multiply(number(abs(c * scale)), *others))
            found = self._extremum_over(top, rest, upper=sign > 0)
            if found:
                return found
        return None

    def _extremum_over(self, top: Expr, rest: Expr, *, upper: bool) -> str | None:
        if not upper:
            return None
        # ``top`` is max(v) with a plus sign (or min(v) with a minus sign): compare it with what is taken away.
        is_max = co.is_head(top, "max")
        bound = co.negate(rest) if is_max else rest
        vector = co.args_of(top)[0]
        if co.is_head(bound, "item") and co.args_of(bound)[0] == vector:
            return NONNEGATIVE
        if bound == vector or (co.is_head(vector, "list") and bound in co.args_of(vector)):
            return NONNEGATIVE
        same = "max" if is_max else "min"
        if co.is_head(bound, same):
            return self._over_part(vector, co.args_of(bound)[0], is_max)
        return None

    def _over_part(self, vector: Expr, part: Expr, is_max: bool) -> str | None:
        if not (co.is_head(part, "drop") and co.args_of(part)[0] == vector):
            return None
        left_out = apply("item", *co.args_of(part))
        gap = co.subtract(left_out, apply("max" if is_max else "min", part))
        gap = gap if is_max else co.negate(gap)
        return POSITIVE if gap in self.assumptions.positive else NONNEGATIVE

    def is_total(self, expr: Expr) -> bool:
        """Whether an expression has a value for all values of its names, as far as arithmetic and logarithms go."""
        if not isinstance(expr, Apply):
            return True
        if expr.head == "div":
            fits = self.sign(expr.args[1]) in (POSITIVE, NEGATIVE)
        elif expr.head in ("log", "pow"):
            exponent = co.constant_of(expr.args[-1])
            whole = expr.head == "pow" and exponent is not None and exponent.denominator == 1 and exponent >= 0
            fits = whole or self.is_positive(expr.args[0])
        else:
            fits = expr.head not in CALCULUS | {"xlogy"}
        return fits and all(self.is_total(a) for a in expr.args)

    def leader(self, vector: Expr) -> Expr | None:
        """An index whose entry of the vector is declared to be larger than all others."""
        for gap in self.assumptions.positive:
            parts = co.linear_terms(gap)
            found = next((p for p, c in parts.items() if c == 1 and co.is_head(p, "item")), None)
            if found is not None and len(parts) == 2 and co.args_of(found)[0] == vector:
                rest = apply("max", apply("drop", *co.args_of(found)))
                if parts.get(rest) == -1:
                    return co.args_of(found)[1]
        return None


def _binds(expr: Expr) -> bool:
    """Whether an expression has a name bound inside."""
    return any(isinstance(n, Apply) and bound_by(n) for n in walk(expr))


def _by_size(expr: Expr) -> str | None:
    """``c*abs(u) + d*u`` is >= 0 if c >= abs(d)."""
    terms = co.linear_terms(expr)
    for part, c in terms.items():
        if co.is_head(part, "abs") and c > 0:
            inner = co.linear_terms(co.args_of(part)[0])
            rest = {e: k for e, k in terms.items() if e is not part}
            ratios = {rest[e] / inner[e] if e in inner else None for e in rest}
            same = not rest or (rest.keys() == inner.keys() and len(ratios) == 1)
            if same and all(r is not None and abs(r) <= c for r in ratios):
                return NONNEGATIVE
    return None
