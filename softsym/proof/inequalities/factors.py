"""Rules about one rational function: positive factors, two exponentials, squares."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Mono, Poly, Rational, factored, mono_mul, mono_pow
from softsym.algebra.signs import atom_sign, poly_sign
from softsym.algebra.writer import product
from softsym.expression import Expr, apply, as_expr
from softsym.proof.inequalities.goal import Goal
from softsym.proof.inequalities.writing import raised
from softsym.proof.steps import ProofStep

Prove: TypeAlias = "Callable[[Goal], ProofStep | None]"


def by_factors(goal: Goal, prove: Prove) -> ProofStep | None:
    """A product is >= 0 if its factors are; factors of even multiplicity are squares, positive ones drop out."""
    coefficient, mono, primitive = goal.value.num.primitive()
    unit, factors = factored(primitive) if len(primitive) > 1 else (fmpq(1), [])
    sign = 1 if coefficient * unit > 0 else -1
    settled: list[tuple[Poly, Fraction]] = [(Poly.of(coefficient * unit), Fraction(1))]
    rest: Mono = ()
    for atom, exponent in mono:
        own = atom_sign(goal.alg, atom)
        even, nonzero = exponent % 2 == 0, exponent < 0 or not goal.strict
        single = Poly({((atom, 1),): fmpq(1)})
        if own == POSITIVE or (even and (nonzero or own == NEGATIVE)) or (own == NONNEGATIVE and nonzero):
            settled.append((single, Fraction(exponent)))
        elif own == NEGATIVE or (own == NONPOSITIVE and nonzero):
            sign = -sign
            settled.append((single, Fraction(exponent)))
        else:
            left = exponent % 2 or 2
            rest = mono_mul(rest, ((atom, left),))
            settled.append((single, Fraction(exponent - left)))
    odd = []
    for factor, multiplicity in factors:
        own = poly_sign(goal.alg, factor)
        if own == POSITIVE or (not goal.strict and (own == NONNEGATIVE or multiplicity % 2 == 0)):
            settled.append((factor, Fraction(multiplicity)))
            continue
        left = 1 if multiplicity % 2 else 2  # under a strict relation a square may not be 0
        odd.append(factor if left == 1 else factor * factor)
        settled.append((factor, Fraction(multiplicity - left)))
    for factor, multiplicity in goal.value.den:
        if multiplicity % 2 and poly_sign(goal.alg, factor) not in (POSITIVE, NONNEGATIVE):
            odd.append(factor)
            settled.append((factor, Fraction(-multiplicity - 1)))
        else:
            settled.append((factor, Fraction(-multiplicity)))
    return _remaining(goal, prove, sign, [Rational(p) for p in odd] + _single(rest), settled)


def _single(mono: Mono) -> list[Rational]:
    return [Rational(Poly({mono: fmpq(1)}))] if mono else []


def _written(goal: Goal, settled: list[tuple[Poly, Fraction]]) -> Expr:
    """The product of the factors whose signs are settled, without those that are 1."""
    return product([raised(goal.write(p), e) for p, e in settled if e and p != Poly.of(1)])


def _remaining(
    goal: Goal, prove: Prove, sign: int, parts: list[Rational], settled: list[tuple[Poly, Fraction]]
) -> ProofStep | None:
    if not parts:
        rule = "a product of squares and of factors > 0"
        return goal.step(rule, uses=(_written(goal, settled),)) if sign > 0 else None
    if len(parts) == 1:
        value = elementary.reduced(goal.alg, parts[0] if sign > 0 else -parts[0])
        if value == goal.value:
            return None
        step = prove(goal.same(value))
        return None if step is None else _product(goal, sign, settled, [value], [step])
    return _signs(goal, prove, sign, parts, settled) if len(parts) <= 3 else None


def _signs(
    goal: Goal, prove: Prove, sign: int, parts: list[Rational], settled: list[tuple[Poly, Fraction]]
) -> ProofStep | None:
    """Each factor with the one sign that can be proved."""
    collected: list[ProofStep] = []
    shown: list[Rational] = []
    turned = 1
    for part in parts:
        for value, own in ((part, 1), (-part, -1)):
            step = prove(goal.sub(value))
            if step is not None:
                collected.append(step)
                shown.append(value)
                turned *= own
                break
        else:
            return _together(goal, prove, sign, parts, settled) if len(parts) == 2 and not collected else None
    return _product(goal, turned, settled, shown, collected) if sign * turned > 0 else None


def _product(
    goal: Goal, turned: int, settled: list[tuple[Poly, Fraction]], parts: list[Rational], steps: list[ProofStep]
) -> ProofStep:
    """The product of the settled factors, with its sign turned if ``turned`` is -1, and of the parts."""
    (first, power), *rest = settled
    whole = _written(goal, [(first.scaled((), fmpq(turned)), power), *rest])
    return goal.step("a product, factor by factor", *steps, uses=(whole, *map(goal.write, parts)))


def _together(
    goal: Goal, prove: Prove, sign: int, parts: list[Rational], settled: list[tuple[Poly, Fraction]]
) -> ProofStep | None:
    """Two factors of one sign: where the first is >= 0 so is the second, and where it is <= 0 too."""
    if sign < 0 or goal.strict or goal.depth > 4:
        return None
    for first, second in (parts, parts[::-1]):
        collected: list[ProofStep] = []
        for one, other in ((first, second), (-first, -second)):
            step = prove(goal.where(one).sub(other))
            if step is None:
                break
            collected.append(step)
        else:
            uses = (_written(goal, settled), goal.write(first), goal.write(second))
            return goal.step("two factors with the same sign", *collected, uses=uses)
    return None


def by_two_exponentials(goal: Goal, prove: Prove) -> ProofStep | None:
    """``a - b >= 0`` for positive a and b follows from ``log(a) - log(b) >= 0``."""
    if len(goal.value.num) != 2 or goal.value.den:
        return None
    (m, c), (n, d) = goal.value.num
    if (c > 0) == (d > 0):
        return None
    (upper, cu), (lower, cl) = ((m, c), (n, -d)) if c > 0 else ((n, d), (m, -c))
    ratio = Rational(Poly({mono_mul(upper, mono_pow(lower, -1)): cu / cl}))
    signs = {atom_sign(goal.alg, a) for a, _ in (*upper, *lower)}
    if not goal.strict and NONNEGATIVE in signs and signs <= {POSITIVE, NONNEGATIVE}:
        return _by_one_power(goal, prove, ratio, [Rational(Poly(p)) for p in ({upper: cu}, {lower: cl})])
    if not signs <= {POSITIVE}:
        return None
    if not any(a.head in ("exp", "root") for a in ratio.atoms):
        return None
    if any(a.head == "sum" for a in ratio.atoms) and not any(a.head == "exp" and has_log(a) for a in ratio.atoms):
        return None  # an indexed sum is easier to bound than its logarithm
    step = prove(goal.same(elementary.log(goal.alg, ratio)))
    if step is None:
        return None
    sides = tuple(goal.write(Poly({mono: scale})) for mono, scale in ((upper, cu), (lower, cl)))
    return goal.step("logarithms of both sides", step, uses=sides)


def by_logarithms(goal: Goal, prove: Prove) -> ProofStep | None:
    """``x - y >= 0`` for sums x and y of terms > 0, with sums in exponents, follows from ``log(x) - log(y) >= 0``."""
    if goal.value.den or goal.strict or goal.depth > 3 or not any(map(_has_sum, goal.value.num.atoms)):
        return None
    upper, lower = (Poly({m: sign * c for m, c in goal.value.num if sign * c > 0}) for sign in (1, -1))
    if not all(side and poly_sign(goal.alg, side) == POSITIVE for side in (upper, lower)):
        return None
    value = elementary.log(goal.alg, Rational(upper)) - elementary.log(goal.alg, Rational(lower))
    step = prove(goal.sub(value))
    return (
        None
        if step is None
        else goal.step("logarithms of both sides", step, uses=(goal.write(upper), goal.write(lower)))
    )


def _has_sum(atom: Atom) -> bool:
    """Whether it is an exponential with a sum in the exponent."""
    return atom.head == "exp" and any(a.head == "sum" for a, _ in atom.data[0])


def _by_one_power(goal: Goal, prove: Prove, ratio: Rational, sides: list[Rational]) -> ProofStep | None:
    """For sides of which one may be 0, and so has no logarithm: a power takes a root from one of them."""
    value = elementary.log(goal.alg, ratio)
    for atom in sorted((a for a in value.num.atoms if a.head == "log"), key=lambda a: a.number):
        mono = next((m for m, c in value.num if dict(m).get(atom) == 1 and len(m) > 1 and c == 1), None)
        if mono is None or value.den:
            continue
        power = Rational(Poly({mono_pow(mono_mul(mono, ((atom, -1),)), -1): fmpq(1)}))
        if poly_sign(goal.alg, power.num) != POSITIVE:
            continue
        upper, lower = (elementary.power(goal.alg, side, power) for side in sides)
        step = prove(goal.same(upper - lower))
        if step is not None:
            return goal.step("powers of both sides", step, uses=(*map(goal.write, sides), goal.write(power)))
    return None


def has_log(atom: Atom) -> bool:
    """Whether an exponential's exponent has logarithms under a sum."""
    return any(a.head == "sum" and any(b.head == "log" for b in a.data[1].atoms) for a, _ in atom.data[0])


def by_powers(goal: Goal, prove: Prove) -> ProofStep | None:
    """``a - b >= 0`` for a, b >= 0 with fractional powers follows from ``a**n - b**n >= 0``."""
    if len(goal.value.num) != 2 or goal.value.den or goal.strict:
        return None
    (m, c), (n, d) = goal.value.num
    fractions = [Fraction(e).denominator for mono in (m, n) for a, e in mono if a.head != "exp"]
    power = lcm(*fractions) if fractions else 1
    signs = {atom_sign(goal.alg, a) for mono in (m, n) for a, _ in mono}
    if power == 1 or power > 4 or (c > 0) == (d > 0) or not signs <= {POSITIVE, NONNEGATIVE}:
        return None
    terms = [(mono, abs(k)) for mono, k in ((m, c), (n, d))]
    upper, lower = terms if c > 0 else terms[::-1]
    raised_sides = [Rational(Poly({mono_pow(mono, power): k**power})) for mono, k in (upper, lower)]
    value = elementary.reduced(goal.alg, raised_sides[0]) - elementary.reduced(goal.alg, raised_sides[1])
    step = prove(goal.same(value))
    if step is None:
        return None
    sides = tuple(goal.write(Poly({mono: k})) for mono, k in (upper, lower))
    return goal.step("powers of both sides", step, uses=(*sides, as_expr(power)))


def by_squares(goal: Goal, prove: Prove) -> ProofStep | None:
    """Negative products ``-2*a*b`` are absorbed by squares: ``a**2 + b**2 - 2*a*b = (a - b)**2``."""
    if goal.value.den or goal.strict or not 3 <= len(goal.value.num) <= 40:
        return None
    terms = {m: Fraction(int(c.p), int(c.q)) for m, c in goal.value.num}
    squares = {mono_pow(m, Fraction(1, 2)): m for m in terms if _is_square(goal, m) and terms[m] > 0}
    used: list[tuple[Fraction, Mono, Mono, bool]] = []
    for mono in [m for m, c in terms.items() if c < 0 or not _is_positive(goal, m)]:
        pair = next(((a, b) for a in squares for b in squares if a != b and mono_mul(a, b) == mono
                     and min(terms[squares[a]], terms[squares[b]]) * 2 >= abs(terms[mono])), None)  # fmt: skip
        if pair is None:
            return None
        half = abs(terms[mono]) / 2
        for side in pair:
            terms[squares[side]] -= half
        used.append((half, *pair, terms[mono] > 0))
        terms[mono] = Fraction(0)
    if any(c < 0 or (c and not _is_positive(goal, m)) for m, c in terms.items()):
        return None
    left = Poly({m: fmpq(c.numerator, c.denominator) for m, c in terms.items() if c})
    parts = [apply("mul", as_expr(half), apply("pow", _sum(goal, a, b, plus), 2)) for half, a, b, plus in used]
    total = as_expr(0) if not left else goal.write(left)
    for part in parts:
        total = total + part
    return goal.step("a sum of squares and of terms >= 0", uses=(total,))


def _sum(goal: Goal, first: Mono, second: Mono, plus: bool) -> Expr:
    """The sum or the difference of two monomials."""
    a, b = (goal.write(Poly({mono: fmpq(1)})) for mono in (first, second))
    return apply("add" if plus else "sub", a, b)


def _is_square(goal: Goal, mono: Mono) -> bool:
    """Whether a monomial is a square of real numbers, roots of what is > 0 among them."""
    return all((isinstance(e, int) and e % 2 == 0) or atom_sign(goal.alg, a) == POSITIVE for a, e in mono)


def _is_positive(goal: Goal, mono: Mono) -> bool:
    return poly_sign(goal.alg, Poly({mono: fmpq(1)})) in (POSITIVE, NONNEGATIVE)
