"""Asymptotic expansions of exp-log expressions in variables that tend to infinity.

A :class:`Field` keeps an asymptotic scale: functions b_1 << b_2 << ... that tend to infinity, any power of one
negligible against any power of the next, with the logarithm of each expressed in the slower ones. Every expression has
a series in powers of the fastest b that occurs in it, whose coefficients are expressions in the slower ones, exact and
expanded in their turn when they must be. An exponential whose exponent grows like no ``log(b)`` joins the scale. Such
expressions form a Hardy field: each has a leading term, and with it a sign near infinity and a limit. Whether a
coefficient is zero is decided by its own leading term, by a ball where it is constant, or by a proof of
:mod:`softsym.evaluation.asymptotics.zeros`; where nothing decides, :class:`~softsym.evaluation.Undecided` is raised.

After D. Richardson, B. Salvy, J. Shackell, J. van der Hoeven, Asymptotic expansions of exp-log functions, ISSAC 1996.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from flint import fmpq

from softsym.errors import BudgetError
from softsym.evaluation.asymptotics import series
from softsym.evaluation.asymptotics.balls import constant_sign
from softsym.evaluation.asymptotics.nodes import (
    ONE,
    ZERO,
    Exp,
    Log,
    Node,
    Product,
    Sum,
    Value,
    Variable,
    add,
    divide,
    exp,
    log,
    multiply,
    negate,
    power,
    product,
    scaled_value,
    subtract,
    total,
)
from softsym.evaluation.asymptotics.series import Falling, Series, Term
from softsym.evaluation.asymptotics.zeros import vanishes
from softsym.evaluation.point import Undecided, Undefined

PROOFS_AT = (2, 12, 60)
"""After so many zero coefficients a proof that the whole expression is zero is tried."""
MAX_ZEROS = 400


@dataclass(eq=False)
class Scale:
    """A function that tends to infinity and its logarithm; of a variable's innermost logarithm none is known yet."""

    node: Node
    rank: int
    log: Node | None = None


class Lead(NamedTuple):
    """``coefficient * prod(scale ** exponent)``, the fastest scale first; only of zero is the coefficient 0."""

    coefficient: Value
    powers: tuple[tuple[Scale, Value], ...]


class Expansion(NamedTuple):
    """A series in powers of a scale; ``None`` for a constant."""

    scale: Scale | None
    series: Series


ZERO_LEAD = Lead(ZERO, ())


@dataclass(eq=False)
class Field:
    """The scale, what is known of each expression, and the time at which to stop."""

    deadline: float = float("inf")
    scales: list[Scale] = field(default_factory=list)
    _expansions: dict[Node, Expansion] = field(default_factory=dict)
    _leads: dict[Node, Lead] = field(default_factory=dict)

    def sign(self, value: Value) -> int:
        """The sign that the value has when its variables are large enough."""
        if isinstance(value, Node) and value.positive:
            return 1
        return constant_sign(self.lead(value).coefficient, vanishes)

    def lead(self, value: Value) -> Lead:
        """The leading term."""
        if not isinstance(value, Node):
            return Lead(value, ())
        if value not in self._leads:
            self._leads[value] = self._find_lead(value)
        return self._leads[value]

    def limit(self, value: Value, rank: int) -> tuple[int, Value]:
        """The limit as the variables of the given rank and above tend to infinity, those of lower ranks being fixed.

        Returns ``(0, limit)``, the limit in the variables of lower ranks, or ``(1, 0)`` and ``(-1, 0)`` for oo and -oo.
        """
        while isinstance(value, Node) and any(v.rank >= rank for v in value.variables):
            found = self.first(value)
            if found is None:
                return 0, ZERO
            exponent, coefficient = found[1]
            direction = constant_sign(exponent, vanishes)
            if direction > 0:
                return self.sign(coefficient), ZERO
            value = coefficient if direction == 0 else ZERO
        return 0, value

    def _find_lead(self, node: Node) -> Lead:
        self._check_time()
        if not node.variables:
            return Lead(node if constant_sign(node, vanishes) else ZERO, ())
        found = self.first(node)
        if found is None:
            return ZERO_LEAD
        scale, (exponent, coefficient), _ = found
        inner = self.lead(coefficient)
        return inner if scale is None or exponent == 0 else Lead(inner.coefficient, ((scale, exponent), *inner.powers))

    def _check_time(self) -> None:
        if monotonic() > self.deadline:
            raise BudgetError("the time for a limit is up")

    def first(self, node: Node) -> tuple[Scale | None, Term, int] | None:
        """The scale, the first term with a nonzero coefficient and its position; ``None`` if the node is zero."""
        scale, terms = self.expand(node)
        for position, term in enumerate(terms):
            if self.lead(term[1]).coefficient != 0:
                return scale, term, position
            if position in PROOFS_AT and vanishes(node):
                return None
            if position > MAX_ZEROS:
                raise Undecided(f"the first {MAX_ZEROS} terms of an expansion cancel, and no algebra shows that all do")
            self._check_time()
        return None

    def expand(self, value: Value) -> Expansion:
        """The series of a value in its fastest scale."""
        if not isinstance(value, Node) or not value.variables:
            return Expansion(None, series.single(ZERO, value))
        if value not in self._expansions:
            self._expansions[value] = self._expand(value)
        return self._expansions[value]

    def _expand(self, node: Node) -> Expansion:
        if isinstance(node, Variable):
            return Expansion(self._variable_scale(node), series.single(ONE, ONE))
        if isinstance(node, Sum):
            return self._expand_sum(node)
        if isinstance(node, Product):
            return self._joined(
                [self._expand_power(f, e) for f, e in node.factors], [power(f, e) for f, e in node.factors]
            )
        if isinstance(node, Exp):
            return self._expand_exp(node)
        assert isinstance(node, Log)
        return self._expand_log(node)

    def _order(self, scale: Scale | None) -> int:
        return -1 if scale is None else self.scales.index(scale)

    def _fastest(self, expansions: list[Expansion]) -> Scale | None:
        return max((e.scale for e in expansions), key=self._order)

    def _expand_sum(self, node: Sum) -> Expansion:
        expansions = [self.expand(n) for n, _ in node.terms]
        top = self._fastest(expansions)
        slow: list[Value] = [node.constant]
        parts = []
        for (term, c), (scale, terms) in zip(node.terms, expansions, strict=True):
            if scale is top:
                parts.append(series.shifted(terms, ZERO, c))
            else:
                slow.append(scaled_value(c, term))
        rest = total(slow)
        if rest != 0:
            parts.append(series.single(ZERO, rest))
        return Expansion(top, parts[0] if len(parts) == 1 else series.sum_of(parts))

    def _joined(self, expansions: list[Expansion], values: list[Value]) -> Expansion:
        """The product of expansions of the given values."""
        top = self._fastest(expansions)
        slow = product(v for v, e in zip(values, expansions, strict=True) if e.scale is not top)
        result: Series | None = None
        for scale, terms in expansions:
            if scale is top:
                result = terms if result is None else series.product_of(result, terms)
        assert result is not None
        return Expansion(top, result if slow == 1 else series.shifted(result, ZERO, slow))

    def _expand_power(self, base: Node, exponent: fmpq) -> Expansion:
        if exponent == 1 or not base.variables:
            return self.expand(power(base, exponent))
        scale, (e, c), small = self._normalised(base)
        leading = power(c, exponent)
        return Expansion(scale, series.shifted(series.binomial(small, exponent), multiply(exponent, e), leading))

    def _normalised(self, node: Node) -> tuple[Scale, Term, Series]:
        """``node = c*b**e*(1 + small)``: the scale b, the term (e, c) and the series of the small part."""
        found = self.first(node)
        if found is None:
            raise Undefined("an expression that is zero is divided by, or has no logarithm")
        scale, (e, c), position = found
        assert scale is not None  # a node with variables has a scale
        inverse, terms = power(c, fmpq(-1)), self.expand(node).series

        def small() -> Iterator[Term]:
            for exponent, coefficient in terms.tail(position + 1):
                yield subtract(exponent, e), multiply(coefficient, inverse)

        return scale, (e, c), Series(small())

    def _expand_log(self, node: Log) -> Expansion:
        inner = node.argument
        self.expand(inner)
        chained = next((s for s in self.scales if s.node == inner and not isinstance(inner, Exp)), None)
        if chained is not None:
            return Expansion(self._log_scale(chained), series.single(ONE, ONE))
        scale, (e, c), small = self._normalised(inner)
        constant = add(log(c), multiply(e, self._log(scale)))
        return Expansion(scale, series.sum_of([series.single(ZERO, constant), series.logarithm(small)]))

    def _expand_exp(self, node: Exp) -> Expansion:
        argument = node.argument
        assert isinstance(argument, Node)  # a constant was dealt with
        lead = self.lead(argument)
        if lead.powers and self._grows(lead):
            return self._expand_large(node, argument, lead)
        scale, terms = self.expand(argument)
        constant, start = self._bounded_part(terms)
        small = series.exponential(Series(terms.tail(start)))
        return Expansion(scale, series.shifted(small, ZERO, exp(constant)))

    def _grows(self, lead: Lead) -> bool:
        return constant_sign(lead.powers[0][1], vanishes) > 0

    def _bounded_part(self, terms: Series) -> tuple[Value, int]:
        """The coefficient of the power 0, and the position of the first term of a negative power."""
        position = 0
        constant: Value = ZERO
        while (term := terms.term(position)) is not None:
            direction = constant_sign(term[0], vanishes)
            if direction < 0:
                break
            constant = term[1] if direction == 0 else ZERO  # since the whole is bounded, no larger term is there
            position += 1
        return constant, position

    def _expand_large(self, node: Exp, argument: Node, lead: Lead) -> Expansion:
        for scale in self.scales:
            ratio = self._ratio(lead, scale)
            if ratio is not None:
                rest = exp(subtract(argument, multiply(ratio, self._log(scale))), keep=True)
                own = power(scale.node, ratio) if isinstance(ratio, fmpq) else exp(multiply(ratio, self._log(scale)))
                single = Expansion(scale, series.single(ratio, ONE))
                return self._joined([single, self.expand(rest)], [own, rest])
        self._add_scale(argument)
        return self._expand_large(node, argument, lead)

    def _ratio(self, lead: Lead, scale: Scale) -> Value | None:
        """The limit of a function with the given leading term over ``log(scale)``, if it is finite and not 0."""
        if scale.log is None and lead.powers[0][0] is not self._next_below(scale):
            return None
        other = self.lead(self._log(scale))
        return divide(lead.coefficient, other.coefficient) if self._compare(lead, other) == 0 else None

    def _next_below(self, scale: Scale) -> Scale | None:
        position = self.scales.index(scale)
        return self.scales[position - 1] if position else None

    def _compare(self, left: Lead, right: Lead) -> int:
        """The sign of the difference in growth."""
        for (a, e), (b, f) in zip(left.powers, right.powers, strict=False):
            if a is not b:
                faster, sign = ((a, e), 1) if self._order(a) > self._order(b) else ((b, f), -1)
                return sign * constant_sign(faster[1], vanishes)
            found = Falling(e)._against(Falling(f))
            if found:
                return found
        longer, sign = (left, 1) if len(left.powers) > len(right.powers) else (right, -1)
        shorter = min(len(left.powers), len(right.powers))
        return sign * constant_sign(longer.powers[shorter][1], vanishes) if len(longer.powers) > shorter else 0

    def _add_scale(self, argument: Node) -> None:
        """A scale for ``exp(argument)``, of the argument's leading part only."""
        part = self._leading_part(argument)
        if self.sign(part) < 0:
            part = negate(part)
        assert isinstance(part, Node)
        lead = self.lead(part)
        new = Scale(Exp(part), lead.powers[0][0].rank, part)
        position = sum(1 for s in self.scales if self._is_slower(s, lead, new.rank))
        self.scales.insert(position, new)

    def _is_slower(self, scale: Scale, lead: Lead, rank: int) -> bool:
        """Whether a scale is slower than the exponential of a function with the given leading term."""
        if scale.log is None:
            return scale.rank <= rank
        return self._compare(self.lead(scale.log), lead) < 0

    def _leading_part(self, value: Value) -> Value:
        """The first term in the first scale whose power is not 0, with its whole coefficient."""
        assert isinstance(value, Node)  # it tends to infinity
        scale, (exponent, coefficient), _ = self.first(value) or (None, (ZERO, ZERO), 0)
        if scale is None or exponent == 0:
            return self._leading_part(coefficient)
        base = power(scale.node, exponent) if isinstance(exponent, fmpq) else exp(multiply(exponent, self._log(scale)))
        return multiply(coefficient, base)

    def _variable_scale(self, variable: Variable) -> Scale:
        if variable.rank < 0:
            raise Undecided("a variable that tends nowhere has no expansion")
        new = Scale(variable, variable.rank)
        self.scales.insert(sum(1 for s in self.scales if s.rank < new.rank), new)
        return new

    def _log(self, scale: Scale) -> Node:
        if scale.log is None:
            self._log_scale(scale)
        assert scale.log is not None
        return scale.log

    def _log_scale(self, scale: Scale) -> Scale:
        """The scale that is the logarithm of a variable or of its iterated logarithm."""
        if scale.log is not None:
            return next(s for s in self.scales if s.node == scale.log)
        scale.log = Log(scale.node)
        new = Scale(scale.log, scale.rank)
        self.scales.insert(self.scales.index(scale), new)
        self._expansions[scale.log] = Expansion(new, series.single(ONE, ONE))
        return new
