"""Rules for logarithms: one logarithm against the rest, the variational form of log-sum-exp, the log-sum inequality."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Index, Poly, Rational, mono_mul
from softsym.algebra.renaming import rename
from softsym.algebra.signs import is_positive, sign_of
from softsym.algebra.sums import sum_over
from softsym.proof.inequalities.goal import Goal, Steps
from softsym.proof.inequalities.text import text_of
from softsym.symbols import Length

Prove = Callable[[Goal], "Steps | None"]
MAX_LOGS = 4


def coefficient_of(value: Rational, atom: Atom) -> Rational | None:
    """The factor of an atom that stands linearly in a numerator, free of that atom."""
    terms = Poly({m: c for m, c in value.num if any(a is atom for a, _ in m)})
    if any(dict(m).get(atom) != 1 for m in terms.terms):
        return None
    return Rational(Poly({tuple(p for p in m if p[0] is not atom): c for m, c in terms}), value.den)


def _logs(value: Rational) -> list[Atom]:
    return sorted((a for a in value.num.atoms if a.head == "log"), key=lambda a: a.number)


def by_single_logarithm(goal: Goal, prove: Prove) -> Steps | None:
    """``log(x) + u >= 0`` is ``x*exp(u) >= 1``: the logarithms whose factors are numbers are joined into one."""
    if goal.value.den:
        return None
    for scale in _scales(goal):
        value = elementary.multiply(goal.alg, goal.value, scale)
        logs = _logs(value)
        factors = [coefficient_of(value, a) for a in logs]
        numbers = [f.constant() if f is not None else None for f in factors]
        if not logs or len(logs) > MAX_LOGS or all(n is None for n in numbers):
            continue
        exponential = elementary.exp(goal.alg, value)
        steps = prove(goal.sub(exponential - Rational.of(1)))
        if steps is not None:
            after = f"{text_of(exponential)} {'>' if goal.strict else '>='} 1"
            return goal.step("exponentials of both sides", after, "exp is increasing"), *steps
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


def by_variational_bound(goal: Goal, prove: Prove) -> Steps | None:
    """``log(sum_k x_k) >= sum_k r_k*log(x_k/r_k)`` for every distribution r (Gibbs), used for the logs that help."""
    if goal.value.den or goal.depth > 4:
        return None
    helping = [a for a in _logs(goal.value) if _partition(goal, a) and _sign(goal, a) in (POSITIVE, NONNEGATIVE)]
    if not 1 <= len(helping) <= MAX_LOGS:
        return None
    for weight in _distributions(goal):
        value = goal.value
        for atom in helping:
            bound = _bounded(goal, atom, weight)
            factor = coefficient_of(goal.value, atom)
            if bound is None or factor is None:
                break
            value = value + elementary.multiply(goal.alg, factor, bound - goal.alg.of(atom))
        else:
            steps = prove(goal.sub(value))
            if steps is not None:
                rule = "Gibbs: log(sum x) >= sum r*log(x/r) for a distribution r"
                return goal.step(rule, f"r proportional to {text_of(weight[1])}", "r > 0 and sum r = 1"), *steps
    return None


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


def _bounded(goal: Goal, atom: Atom, weight: tuple[Index, Rational]) -> Rational | None:
    """The sum over k of r_k*(log x_k - log r_k)."""
    alg = goal.alg
    own = _partition(goal, atom)
    bound, body = weight
    if own is None or alg.ranges[own[0]] != alg.ranges[bound]:
        return None
    k = alg.fresh_index(alg.ranges[bound])
    w = rename(alg, body, {bound: k})
    r = elementary.divide(alg, w, sum_over(alg, w, k))
    gap = elementary.log(alg, elementary.divide(alg, rename(alg, own[1], {own[0]: k}), r))
    return sum_over(alg, elementary.multiply(alg, r, gap), k)


def by_log_sum(goal: Goal, prove: Prove) -> Steps | None:
    """``sum w*log(x) <= sum w*log(w) + W*log(X/W)`` with W = sum w and X = sum x, for positive w and x (Jensen)."""
    if goal.value.den or goal.depth > 4:
        return None
    value, used = goal.value, []
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        parts = _weighted_log(goal, atom)
        factor = coefficient_of(goal.value, atom)
        if parts is None or factor is None or sign_of(goal.alg, factor) not in (NEGATIVE, NONPOSITIVE):
            continue
        bound = _log_sum_bound(goal, *parts)
        value = value + elementary.multiply(goal.alg, factor, bound - goal.alg.of(atom))
        used.append(text_of(goal.alg.of(atom)))
    if not used:
        return None
    steps = prove(goal.sub(value))
    rule = "the log-sum inequality: sum w*log(x) <= sum w*log(w) + W*log(X/W)"
    return None if steps is None else (goal.step(rule, "for " + ", ".join(used), "w > 0 and x > 0"), *steps)


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
    if not is_positive(goal.alg, weight) or not is_positive(goal.alg, logs[0].data[0]):
        return None
    return index, weight, logs[0].data[0]


def _log_sum_bound(goal: Goal, index: object, weight: Rational, argument: Rational) -> Rational:
    alg = goal.alg
    k = alg.fresh_index(alg.ranges[index])
    w, x = rename(alg, weight, {index: k}), rename(alg, argument, {index: k})
    whole, sum_x = sum_over(alg, w, k), sum_over(alg, x, k)
    own = sum_over(alg, elementary.multiply(alg, w, elementary.log(alg, w)), k)
    ratio = elementary.log(alg, elementary.divide(alg, sum_x, whole))
    return own + elementary.multiply(alg, whole, ratio)
