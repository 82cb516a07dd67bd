"""Tangent bounds of a logarithm where the rest of a goal suggests, and square roots removed by squares."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Mono, Poly, Rational
from softsym.algebra.signs import is_positive, poly_sign, sign_of
from softsym.proof.inequalities.convexity import coefficient_of
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import Fact, Goal
from softsym.proof.steps import ProofStep

MAX_LOGS, MAX_ROOTS, MAX_TERMS = 4, 2, 12
_ARGUMENTS = {"sum": 1, "log": 0, "abs": 0, "root": 0}
"""Where the atoms with arguments hold them."""


def by_tangent(goal: Goal, prove: Prove) -> ProofStep | None:
    """``c*log(y) + u >= 0`` with c > 0 follows from ``c*(1 - 1/y) + u >= 0``.

    The y takes in all logarithms with a number times c for their factor, and perhaps what else is such a multiple of c
    and stands in an exponent.
    """
    if goal.value.den or goal.depth > 5:
        return None
    for size in _sizes(goal):
        for logarithm in _logarithms(goal, size):
            y = elementary.exp(goal.alg, logarithm)
            if not is_positive(goal.alg, y):
                continue
            below = logarithm - Rational.of(1) + elementary.integer_power(goal.alg, y, -1)
            step = prove(goal.sub(goal.value - elementary.multiply(goal.alg, size, below)))
            if step is not None:
                return goal.combined([(size, Fact(below, False, "log(x) >= 1 - 1/x", (y,)))], step)
        step = _by_last_term(goal, prove, size)
        if step is not None:
            return step
    return None


def _by_last_term(goal: Goal, prove: Prove, size: Rational) -> ProofStep | None:
    """``c*log(x) + c*u >= 0`` follows from ``c*log(x) + c*(1 + log(u)) >= 0``."""
    rest = elementary.multiply(goal.alg, goal.value, elementary.integer_power(goal.alg, size, -1))
    terms = [(m, c) for m, c in rest.num if not any(a.head == "log" for a, _ in m)]
    u = Rational(Poly(dict(terms)), rest.den)
    if len(terms) != 1 or not is_positive(goal.alg, u) or u.constant() is not None:
        return None
    gap = u - Rational.of(1) - elementary.log(goal.alg, u)
    step = prove(goal.sub(goal.value - elementary.multiply(goal.alg, size, gap)))
    return None if step is None else goal.combined([(size, Fact(gap, False, "log(x) <= x - 1", (u,)))], step)


def by_tangents(goal: Goal, prove: Prove) -> ProofStep | None:
    """``sum_m m*log(y_m) + u >= 0`` for different m > 0 follows from ``sum_m m*(1 - 1/y_m) + u >= 0``."""
    if goal.value.den or goal.depth > 4:
        return None
    groups = _by_factor(goal.value)
    signs = {poly_sign(goal.alg, Poly({mono: fmpq(1)})) for mono in groups}
    if not 2 <= len(groups) <= MAX_LOGS or not signs <= {POSITIVE, NONNEGATIVE}:
        return None
    known: list[tuple[Rational, Fact]] = []
    rest = goal.value
    for mono, terms in groups.items():
        y = elementary.exp(goal.alg, Rational(terms))
        if not is_positive(goal.alg, y):
            return None
        below = Rational(terms) - Rational.of(1) + elementary.integer_power(goal.alg, y, -1)
        known.append((Rational(Poly({mono: fmpq(1)})), Fact(below, False, "log(x) >= 1 - 1/x", (y,))))
        rest = rest - elementary.multiply(goal.alg, known[-1][0], below)
    step = prove(goal.sub(rest))
    return None if step is None else goal.combined(known, step)


def _by_factor(value: Rational) -> dict[Mono, Poly]:
    """The logarithms of a goal by the other factors of their terms."""
    groups: dict[Mono, dict[Mono, fmpq]] = {}
    for mono, c in value.num:
        logs = [a for a, e in mono if a.head == "log" and e == 1]
        if len(logs) == 1:
            own = groups.setdefault(tuple(p for p in mono if p[0] is not logs[0]), {})
            own[((logs[0], 1),)] = c
    return {mono: Poly(terms) for mono, terms in groups.items()}


def _sizes(goal: Goal) -> list[Rational]:
    """The sizes of the factors of the goal's logarithms, where their signs are known."""
    logs = sorted((a for a in goal.value.num.atoms if a.head == "log"), key=lambda a: a.number)
    found: list[Rational] = []
    for atom in logs if len(logs) <= MAX_LOGS else ():
        factor = coefficient_of(goal.value, atom)
        sign = None if factor is None else sign_of(goal.alg, factor)
        if factor is not None and sign in (POSITIVE, NEGATIVE):
            size = factor if sign == POSITIVE else -factor
            found += [] if size in found else [size]
    return found


def _logarithms(goal: Goal, size: Rational) -> Iterator[Rational]:
    """What ``log(y)`` may be."""
    logs = {((a, 1),) for a in goal.value.num.atoms if a.head == "log"}
    exponents = {a.data[0] for a in _atoms_within(goal.value) if a.head == "exp"}
    numbers = {m: _share_of(goal.value, m, size) for m in logs | exponents}
    found = [Poly({m: c for m, c in numbers.items() if m in own and c}) for own in (logs | exponents, logs)]
    if found[1]:
        yield from (Rational(p) for p in dict.fromkeys(found))


def _share_of(value: Rational, mono: Mono, size: Rational) -> fmpq | None:
    """The factor of a monomial in a goal, if that is a number times the size."""
    powers = dict(mono)
    terms = {m: c for m, c in value.num if all(dict(m).get(a) == e for a, e in mono)}
    factor = Poly({tuple(p for p in m if p[0] not in powers): c for m, c in terms.items()})
    if not factor or size.den:
        return None
    (own, mono, parts), (whole, common, shared) = factor.primitive(), size.num.primitive()
    same = mono == common and parts in (shared, -shared)
    return (own / whole if parts == shared else -own / whole) if same else None


def _atoms_within(value: Rational) -> set[Atom]:
    """The atoms of a rational function and of the arguments and bodies in it."""
    found: set[Atom] = set()
    left = list(value.atoms)
    while left:
        atom = left.pop()
        if atom not in found:
            found.add(atom)
            left += atom.data[_ARGUMENTS[atom.head]].atoms if atom.head in _ARGUMENTS else ()
    return found


def by_roots(goal: Goal, prove: Prove) -> ProofStep | None:
    """Square roots u against the rest v: ``u + v >= 0`` if ``u**2 >= v**2``; ``v - u >= 0`` if ``v >= 0`` besides."""
    if goal.value.den or goal.strict or goal.depth > 5:
        return None
    for sign in (1, -1):
        roots = Poly({m: c for m, c in goal.value.num if sign * c > 0 and _is_root(goal, m)})
        rest = goal.value - Rational(roots)
        if not roots or not rest.num or len(roots) > MAX_ROOTS or len(rest.num) > MAX_TERMS:
            continue
        upper, lower = (Rational(roots), -rest) if sign > 0 else (rest, Rational(-roots))
        step = _by_squares(goal, prove, upper, lower, settled=sign > 0)
        if step is not None:
            return step
    return None


def _is_root(goal: Goal, mono: Mono) -> bool:
    """Whether a monomial has square roots and is >= 0 besides."""
    plain = tuple((a, e) for a, e in mono if Fraction(e).denominator != 2)
    settled = not plain or poly_sign(goal.alg, Poly({plain: fmpq(1)})) in (POSITIVE, NONNEGATIVE)
    return len(plain) < len(mono) and settled


def _by_squares(goal: Goal, prove: Prove, upper: Rational, lower: Rational, *, settled: bool) -> ProofStep | None:
    alg = goal.alg
    settled = settled or sign_of(alg, upper) in (POSITIVE, NONNEGATIVE)
    first = None if settled else prove(goal.sub(upper))
    if first is None and not settled:
        return None
    squares = [elementary.reduced(alg, elementary.multiply(alg, side, side)) for side in (upper, lower)]
    last = prove(goal.sub(squares[0] - squares[1]))
    if last is None:
        return None
    if first is None and (squares[0] - squares[1] - upper).is_zero:
        first = last  # the checker takes it for the first of the two conditions, whose claim is the same
    steps = (last,) if first is None else (first, last)
    return goal.step("squares of both sides", *steps, uses=(goal.terms(upper), goal.terms(lower)))
