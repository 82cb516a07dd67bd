"""Rules about one rational function: positive factors, two exponentials, squares."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Mono, Poly, Rational, factored, mono_mul, mono_pow
from softsym.algebra.signs import atom_sign, poly_sign
from softsym.proof.inequalities.goal import Fact, Goal, Steps
from softsym.proof.inequalities.text import text_of

Prove = Callable[[Goal], "Steps | None"]


def by_factors(goal: Goal, prove: Prove) -> Steps | None:
    """A product is >= 0 if its factors are; factors of even multiplicity are squares, positive ones drop out."""
    coefficient, mono, primitive = goal.value.num.primitive()
    unit, factors = factored(primitive) if len(primitive) > 1 else (fmpq(1), [])
    sign = 1 if coefficient * unit > 0 else -1
    rest: Mono = ()
    for atom, exponent in mono:
        own = atom_sign(goal.alg, atom)
        even, nonzero = exponent % 2 == 0, exponent < 0 or not goal.strict
        if own == POSITIVE or (even and (nonzero or own == NEGATIVE)) or (own == NONNEGATIVE and nonzero):
            continue
        if own == NEGATIVE or (own == NONPOSITIVE and nonzero):
            sign = -sign
        else:
            rest = mono_mul(rest, ((atom, exponent % 2 or 2),))
    odd = []
    for factor, multiplicity in factors:
        own = poly_sign(goal.alg, factor)
        if own == POSITIVE or (not goal.strict and (own == NONNEGATIVE or multiplicity % 2 == 0)):
            continue
        odd.append(factor if multiplicity % 2 else factor * factor)  # under a strict relation a square may not be 0
    for factor, multiplicity in goal.value.den:
        if multiplicity % 2 and poly_sign(goal.alg, factor) not in (POSITIVE, NONNEGATIVE):
            odd.append(factor)
    return _remaining(goal, prove, sign, rest, odd)


def _remaining(goal: Goal, prove: Prove, sign: int, rest: Mono, odd: list[Poly]) -> Steps | None:
    parts = [Rational(p) for p in odd] + ([Rational(Poly({rest: fmpq(1)}))] if rest else [])
    if not parts:
        return (goal.step("a product of squares and positive factors"),) if sign > 0 else None
    if len(parts) == 1:
        value = parts[0] if sign > 0 else -parts[0]
        if value == goal.value:
            return None
        steps = prove(goal.same(value))
        return None if steps is None else (goal.step("positive factors taken out", f"{text_of(value)}"), *steps)
    return _signs(goal, prove, sign, parts) if len(parts) <= 3 else None


def _signs(goal: Goal, prove: Prove, sign: int, parts: list[Rational]) -> Steps | None:
    """Each factor with the one sign that can be proved."""
    collected: list[Steps] = []
    for part in parts:
        for value, own in ((part, 1), (-part, -1)):
            steps = prove(goal.sub(value))
            if steps is not None:
                collected.append(steps)
                sign *= own
                break
        else:
            return _together(goal, prove, sign, parts) if len(parts) == 2 and not collected else None
    if sign < 0:
        return None
    return (goal.step("a product, factor by factor"), *(s for steps in collected for s in steps))


def _together(goal: Goal, prove: Prove, sign: int, parts: list[Rational]) -> Steps | None:
    """Two factors of one sign: where the first is >= 0 so is the second, and where it is <= 0 too."""
    if sign < 0 or goal.strict or goal.depth > 4:
        return None
    for first, second in (parts, parts[::-1]):
        collected: list[Steps] = []
        for one, other in ((first, second), (-first, -second)):
            fact = Fact(one, False, "the sign of the other factor in this case")
            steps = prove(goal.sub(other, facts=(fact,)))
            if steps is None:
                break
            collected.append(steps)
        else:
            return (goal.step("two factors with the same sign"), *(s for steps in collected for s in steps))
    return None


def by_two_exponentials(goal: Goal, prove: Prove) -> Steps | None:
    """``a - b >= 0`` for positive a and b follows from ``log(a) - log(b) >= 0``."""
    if len(goal.value.num) != 2 or goal.value.den:
        return None
    (m, c), (n, d) = goal.value.num
    if (c > 0) == (d > 0):
        return None
    (upper, cu), (lower, cl) = ((m, c), (n, -d)) if c > 0 else ((n, d), (m, -c))
    ratio = Rational(Poly({mono_mul(upper, mono_pow(lower, -1)): cu / cl}))
    # A side of 0 has the logarithm -oo: the rules that prove the gap of logarithms hold there in the limit.
    allowed = {POSITIVE} if goal.strict else {POSITIVE, NONNEGATIVE}
    if not {atom_sign(goal.alg, a) for a, _ in (*upper, *lower)} <= allowed:
        return None
    if not any(a.head in ("exp", "root") for a in ratio.atoms):
        return None
    if any(a.head == "sum" for a in ratio.atoms) and not any(a.head == "exp" and has_log(a) for a in ratio.atoms):
        return None  # an indexed sum is easier to bound than its logarithm
    gap = elementary.log(goal.alg, ratio)
    steps = prove(goal.same(gap))
    return None if steps is None else (goal.step("logarithms of both sides", f"{text_of(gap)}"), *steps)


def has_log(atom: Atom) -> bool:
    """Whether an exponential's exponent has logarithms under a sum."""
    return any(a.head == "sum" and any(b.head == "log" for b in a.data[1].atoms) for a, _ in atom.data[0])


def by_powers(goal: Goal, prove: Prove) -> Steps | None:
    """``a - b >= 0`` for a, b >= 0 with fractional powers follows from ``a**n - b**n >= 0``."""
    if len(goal.value.num) != 2 or goal.value.den or goal.strict:
        return None
    (m, c), (n, d) = goal.value.num
    fractions = [Fraction(e).denominator for mono in (m, n) for a, e in mono if a.head != "exp"]
    power = lcm(*fractions) if fractions else 1
    signs = {atom_sign(goal.alg, a) for mono in (m, n) for a, _ in mono}
    if power == 1 or power > 4 or (c > 0) == (d > 0) or not signs <= {POSITIVE, NONNEGATIVE}:
        return None
    sides = [Rational(Poly({mono_pow(mono, power): abs(k) ** power})) for mono, k in ((m, c), (n, d))]
    upper, lower = sides if c > 0 else sides[::-1]
    value = elementary.reduced(goal.alg, upper) - elementary.reduced(goal.alg, lower)
    steps = prove(goal.same(value))
    return None if steps is None else (goal.step(f"both sides >= 0, to the power {power}", text_of(value)), *steps)


def by_squares(goal: Goal, prove: Prove) -> Steps | None:
    """Negative products ``-2*a*b`` are absorbed by squares: ``a**2 + b**2 - 2*a*b = (a - b)**2``."""
    if goal.value.den or goal.strict or not 3 <= len(goal.value.num) <= 40:
        return None
    terms = {m: Fraction(int(c.p), int(c.q)) for m, c in goal.value.num}
    squares = {mono_pow(m, Fraction(1, 2)): m for m in terms if _is_square(m) and terms[m] > 0}
    used = []
    for mono in [m for m, c in terms.items() if c < 0 or not _is_positive(goal, m)]:
        pair = next(((a, b) for a in squares for b in squares if a != b and mono_mul(a, b) == mono
                     and min(terms[squares[a]], terms[squares[b]]) * 2 >= abs(terms[mono])), None)  # fmt: skip
        if pair is None:
            return None
        half = abs(terms[mono]) / 2
        for side in pair:
            terms[squares[side]] -= half
        used.append(f"{half}*({text_of(_one(pair[0]))} -+ {text_of(_one(pair[1]))})**2")
        terms[mono] = Fraction(0)
    if any(c < 0 or (c and not _is_positive(goal, m)) for m, c in terms.items()):
        return None
    return (goal.step("a sum of squares and of terms >= 0", " + ".join(used)),)


def _one(mono: Mono) -> Rational:
    return Rational(Poly({mono: fmpq(1)}))


def _is_square(mono: Mono) -> bool:
    return all(isinstance(e, int) and e % 2 == 0 for _, e in mono)


def _is_positive(goal: Goal, mono: Mono) -> bool:
    return poly_sign(goal.alg, Poly({mono: fmpq(1)})) in (POSITIVE, NONNEGATIVE)
