"""Rules for logarithms: one logarithm against the rest, the variational form of log-sum-exp, the log-sum inequality."""

from __future__ import annotations

from collections.abc import Iterator

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Index, Poly, Rational, mono_mul
from softsym.algebra.renaming import rename
from softsym.algebra.signs import is_positive, sign_of
from softsym.algebra.sums import sum_over
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import Fact, Goal, Summand
from softsym.proof.steps import ProofStep
from softsym.symbols import Length

MAX_LOGS = 4


def coefficient_of(value: Rational, atom: Atom) -> Rational | None:
    """The factor of an atom that stands linearly in a numerator, free of that atom."""
    terms = Poly({m: c for m, c in value.num if any(a is atom for a, _ in m)})
    if any(dict(m).get(atom) != 1 for m in terms.terms):
        return None
    return Rational(Poly({tuple(p for p in m if p[0] is not atom): c for m, c in terms}), value.den)


def _logs(value: Rational) -> list[Atom]:
    return sorted((a for a in value.num.atoms if a.head == "log"), key=lambda a: a.number)


def by_single_logarithm(goal: Goal, prove: Prove) -> ProofStep | None:
    """``log(x) + u >= 0`` is ``x*exp(u) >= 1``: the logarithms whose factors are numbers are joined into one."""
    if goal.value.den:
        return None
    for scale in _scales(goal):
        value = elementary.multiply(goal.alg, goal.value, scale)
        logs = _logs(value)
        factors = [coefficient_of(value, a) for a in logs if a.data[0].constant() is None]
        numbers = [f.constant() if f is not None else None for f in factors]
        if not logs or len(logs) > MAX_LOGS or all(n is None for n in numbers):
            continue
        step = prove(goal.sub(elementary.exp(goal.alg, value) - Rational.of(1)))
        if step is not None:
            return goal.step("exponentials of both sides", step, uses=(goal.write(scale),))
    return None


def _scales(goal: Goal) -> Iterator[Rational]:
    """Positive factors that may make the logarithms' factors plain numbers."""
    seen = set()
    for atom in _logs(goal.value):
        factor = coefficient_of(goal.value, atom)
        if factor is None or factor.is_zero:
            continue
        sign = sign_of(goal.alg, factor)
        size = factor if sign == POSITIVE else -factor
        if sign in (POSITIVE, NEGATIVE) and size not in seen:
            seen.add(size)
            yield elementary.integer_power(goal.alg, size, -1)


def by_variational_bound(goal: Goal, prove: Prove) -> ProofStep | None:
    """``log(sum_k x_k) >= sum_k r_k*log(x_k/r_k)`` for every distribution r (Gibbs), used for the logs that help."""
    if goal.value.den or goal.depth > 4:
        return None
    helping = [a for a in _logs(goal.value) if _partition(goal, a) and _sign(goal, a) in (POSITIVE, NONNEGATIVE)]
    if not 1 <= len(helping) <= MAX_LOGS:
        return None
    for weight in _distributions(goal):
        multiples = [(coefficient_of(goal.value, atom), _gibbs(goal, atom, weight)) for atom in helping]
        known = [(factor, fact) for factor, fact in multiples if factor is not None and fact is not None]
        if len(known) == len(helping):
            step = prove(goal.sub(_less(goal, known)))
            if step is not None:
                return goal.combined(known, step)
    return None


def _less(goal: Goal, multiples: list[tuple[Rational, Fact]]) -> Rational:
    """The goal's quantity without multiples of known ones."""
    value = goal.value
    for factor, fact in multiples:
        value = value - elementary.multiply(goal.alg, factor, fact.value)
    return value


def _sign(goal: Goal, atom: Atom) -> str | None:
    factor = coefficient_of(goal.value, atom)
    return None if factor is None else sign_of(goal.alg, factor)


def _partition(goal: Goal, atom: Atom) -> tuple[Index, Rational] | None:
    """The index and the terms, all positive, of the sum whose logarithm an atom is; a length is a sum of ones."""
    single = atom.data[0].single()
    if single is None or len(single[0]) != 1 or single[0][0][1] != 1 or single[1] != 1:
        return None
    inner = single[0][0][0]
    if inner.head == "scalar" and goal.alg.scalars.get(inner.data[0]) == "length":
        return goal.alg.fresh_index(Length.of(inner.data[0])), Rational.of(1)
    return _terms(goal, inner)


def _terms(goal: Goal, atom: Atom) -> tuple[Index, Rational] | None:
    if atom.head != "sum" or len(atom.data[0]) != 1 or not is_positive(goal.alg, atom.data[1]):
        return None
    return atom.data[0][0], atom.data[1]


def _distributions(goal: Goal) -> Iterator[tuple[Index, Rational]]:
    """Candidates for r, as terms to be divided by their sum: of a logarithm on the other side, of any sum, uniform."""
    against = [_partition(goal, a) for a in _logs(goal.value) if _sign(goal, a) in (NEGATIVE, NONPOSITIVE)]
    anywhere = [_partition(goal, a) for a in _logs(goal.value)]
    bare = [_terms(goal, a) for a in sorted(goal.value.atoms, key=lambda a: a.number)]
    seen = []
    for found in [*against, *anywhere, *bare]:
        if found is None:
            continue
        name = (found[1], goal.alg.ranges[found[0]])
        if name not in seen:
            seen.append(name)
            yield found


def _gibbs(goal: Goal, atom: Atom, weight: tuple[Index, Rational]) -> Fact | None:
    """``log(sum x) - sum r*log(x/r) >= 0`` for the r in proportion to the weight."""
    alg = goal.alg
    own = _partition(goal, atom)
    bound, body = weight
    if own is None or alg.ranges[own[0]] != alg.ranges[bound]:
        return None
    k = alg.fresh_index(alg.ranges[bound])
    w, x = rename(alg, body, {bound: k}), rename(alg, own[1], {own[0]: k})
    r = elementary.divide(alg, w, sum_over(alg, w, k))
    gap = elementary.log(alg, elementary.divide(alg, x, r))
    value = alg.of(atom) - sum_over(alg, elementary.multiply(alg, r, gap), k)
    return Fact(value, False, "log(sum x) >= sum r*log(x/r), r = w/sum w (Gibbs)", (Summand(k, (w, x)),))


def by_log_sum(goal: Goal, prove: Prove) -> ProofStep | None:
    """``sum w*log(x) <= sum w*log(w) + W*log(X/W)`` with W = sum w and X = sum x, for positive w (Jensen)."""
    if goal.value.den or goal.depth > 4:
        return None
    known = []
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        parts = _weighted_log(goal, atom)
        factor = coefficient_of(goal.value, atom)
        if parts is not None and factor is not None and sign_of(goal.alg, factor) in (NEGATIVE, NONPOSITIVE):
            known.append((-factor, _log_sum(goal, atom, *parts)))
    step = prove(goal.sub(_less(goal, known))) if known else None
    return None if step is None else goal.combined(known, step)


def _weighted_log(goal: Goal, atom: Atom) -> tuple[object, Rational, Rational] | None:
    """The index, the weight w and the argument x of ``sum_k w_k*log(x_k)``."""
    if atom.head != "sum" or len(atom.data[0]) != 1 or atom.data[1].den:
        return None
    ((mono, coefficient),) = atom.data[1].num
    index = atom.data[0][0]
    logs = [a for a, e in mono if a.head == "log" and e == 1 and index in a.free]
    if len(logs) != 1:
        return None
    weight = Rational(Poly({mono_mul(mono, ((logs[0], -1),)): coefficient}))
    if not is_positive(goal.alg, weight):  # the logarithm's argument is positive wherever it is defined
        return None
    return index, weight, logs[0].data[0]


def _log_sum(goal: Goal, atom: Atom, index: object, weight: Rational, argument: Rational) -> Fact:
    """``sum w*log(w) + W*log(X/W) - sum w*log(x) >= 0`` with W = sum w and X = sum x."""
    alg = goal.alg
    k = alg.fresh_index(alg.ranges[index])
    w, x = rename(alg, weight, {index: k}), rename(alg, argument, {index: k})
    whole, sum_x = sum_over(alg, w, k), sum_over(alg, x, k)
    own = sum_over(alg, elementary.multiply(alg, w, elementary.log(alg, w)), k)
    ratio = elementary.log(alg, elementary.divide(alg, sum_x, whole))
    value = own + elementary.multiply(alg, whole, ratio) - alg.of(atom)
    return Fact(value, False, "sum w*log(x) <= sum w*log(w) + W*log(X/W) (log-sum)", (Summand(k, (w, x)),))
