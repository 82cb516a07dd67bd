"""What merging does to divergences and entropies: the log-sum inequality for two terms, and for one term and the rest.

========  =====================================================================================================
two       s*x*log(x/y) + t*u*log(u/v) >= (s*x + t*u)*log((s*x + t*u)/(s*y + t*v)) for s, t >= 0
the rest  sum w*log(w/x) >= w_i*log(w_i/x_i) + (W - w_i)*log((W - w_i)/(X - x_i)) with W = sum w, X = sum x
grouping  sum w*log(w) <= w_i*log(w_i) + (W - w_i)*log(W - w_i)
a place   sum r*log(r/s) >= 2*(r_i - s_i)**2 for the shares r = w/W and s = x/X (Pinsker)
shares    log(x + y) >= r*log(x/r) + s*log(y/s) for r + s = 1 (Gibbs)
product   log(c + sum x) <= sum log(1 + x) for x >= 0 and 0 <= c <= 1
========  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational, mono_mul, mono_pow
from softsym.algebra.renaming import rename
from softsym.algebra.signs import atom_sign, is_positive, sign_of
from softsym.algebra.sums import sum_over
from softsym.proof.inequalities.goal import Fact, Goal, Summand

MAX_MIXED = 4
"""So many logarithms of two terms are compared with each other."""


def merged(goal: Goal, atom: Atom, places: list[Index]) -> Iterator[Fact]:
    """What is known of an atom ``sum w*log(w)`` or ``sum log(1 + x)``, as far as the rest is in the goal."""
    split = _split(atom)
    if split is None:
        return
    index, *parts = split
    k = goal.alg.fresh_index(goal.alg.ranges[index])
    weight, inside = (rename(goal.alg, part, {index: k}) for part in parts)
    if weight.constant() == 1:
        yield from _products(goal, atom, k, inside - Rational.of(1))
    elif is_positive(goal.alg, weight) and (weight - inside).is_zero:
        found = [fact for i in places for fact in _at_place(goal, k, weight, i)]
        yield from (fact for fact in found if fact.value.atoms <= goal.value.atoms)


def _split(atom: Atom) -> tuple[Index, Rational, Rational] | None:
    """The index, w and x of an atom ``sum_k w_k*log(x_k)``."""
    single = atom.data[1].single() if atom.head == "sum" and len(atom.data[0]) == 1 else None
    logs = [a for a, e in single[0] if a.head == "log" and e == 1] if single is not None else []
    if single is None or len(logs) != 1:
        return None
    weight = Rational(Poly({mono_mul(single[0], ((logs[0], -1),)): single[1]}))
    return atom.data[0][0], weight, logs[0].data[0]


def _products(goal: Goal, atom: Atom, k: Index, x: Rational) -> Iterator[Fact]:
    if sign_of(goal.alg, x) in (POSITIVE, NONNEGATIVE):
        for c in map(Rational.of, (1, 0) if is_positive(goal.alg, x) else (1,)):
            value = goal.alg.of(atom) - elementary.log(goal.alg, c + sum_over(goal.alg, x, k))
            yield Fact(value, False, "log(c + sum x) <= sum log(1 + x) for 0 <= c <= 1", (c, Summand(k, (x,))))


def _at_place(goal: Goal, k: Index, w: Rational, i: Index) -> Iterator[Fact]:
    others = (Rational.of(1), *_arguments(goal, k, w))
    yield from (_difference_at(goal, k, (w, x), i) for x in others)
    if goal.alg.ranges[k] in goal.several:
        own = [_entropy_term(goal, v) for v in _one_and_rest(goal, k, w, i)]
        value = own[0] + own[1] - sum_over(goal.alg, _entropy_term(goal, w), k)
        yield Fact(value, False, "sum w*log(w) <= w_i*log(w_i) + (W - w_i)*log(W - w_i)", (Summand(k, (w,)), i))
        yield from (_one_and_the_rest(goal, k, (w, x), i) for x in others)


def _arguments(goal: Goal, k: Index, w: Rational) -> Iterator[Rational]:
    """The x of the other sums ``w*log(x)`` of a goal."""
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        split = _split(atom)
        if split is None or goal.alg.ranges[split[0]] != goal.alg.ranges[k]:
            continue
        weight, x = (rename(goal.alg, part, {split[0]: k}) for part in split[1:])
        if (weight - w).is_zero and not (x - w).is_zero and is_positive(goal.alg, x):
            yield x


def _one_and_rest(goal: Goal, k: Index, w: Rational, i: Index) -> tuple[Rational, Rational]:
    own = rename(goal.alg, w, {k: i})
    return own, sum_over(goal.alg, w, k) - own


def _entropy_term(goal: Goal, w: Rational) -> Rational:
    return elementary.multiply(goal.alg, w, elementary.log(goal.alg, w))


def _relative(goal: Goal, w: Rational, x: Rational) -> Rational:
    ratio = elementary.log(goal.alg, w) - elementary.log(goal.alg, x)
    return elementary.multiply(goal.alg, w, ratio)


def _one_and_the_rest(goal: Goal, k: Index, pair: tuple[Rational, Rational], i: Index) -> Fact:
    parts = zip(*(_one_and_rest(goal, k, v, i) for v in pair), strict=True)
    value = sum_over(goal.alg, _relative(goal, *pair), k)
    for own, other in parts:
        value = value - _relative(goal, own, other)
    return Fact(
        value, False, "sum w*log(w/x) >= the same of one term and of the sum of the rest", (Summand(k, pair), i)
    )


def _difference_at(goal: Goal, k: Index, pair: tuple[Rational, Rational], i: Index) -> Fact:
    alg = goal.alg
    r, s = (elementary.divide(alg, v, sum_over(alg, v, k)) for v in pair)
    gap = rename(alg, r - s, {k: i})
    twice = elementary.multiply(alg, Rational.of(2), elementary.multiply(alg, gap, gap))
    value = sum_over(alg, _relative(goal, r, s), k) - twice
    return Fact(value, False, "sum r*log(r/s) >= 2*(r_i - s_i)**2 (Pinsker)", (Summand(k, pair), i))


def mixed(goal: Goal) -> Iterator[Fact]:
    """The log-sum inequality for the logarithms of two terms in a goal."""
    logs = [a for a in sorted(goal.value.num.atoms, key=lambda a: a.number) if a.head == "log" and _is_pair(goal, a)]
    for above, below in permutations(logs[:MAX_MIXED], 2):
        one, other = (list(a.data[0].num) for a in (above, below))
        for first, second in (other, other[::-1]) if len(other) == 2 else ():
            fact = _two(goal, tuple(zip(one, (first, second), strict=True)))
            if fact is not None and fact.value.atoms <= goal.value.atoms:
                yield fact


def of_two(goal: Goal) -> Iterator[Fact]:
    """``log(x + y) >= r*log(x/r) + s*log(y/s)`` for logarithms log(r) and log(s) of a goal with r + s = 1."""
    logs = [a for a in sorted(goal.value.num.atoms, key=lambda a: a.number) if a.head == "log"]
    shares = [(r.data[0], s.data[0]) for r, s in permutations(logs, 2) if (r.data[0] + s.data[0]).constant() == 1]
    for atom in (a for a in logs if _is_pair(goal, a)) if shares else ():
        parts = [Rational(Poly({m: c})) for m, c in atom.data[0].num]
        for pair in (p for p in shares if all(is_positive(goal.alg, v) for v in (*p, *parts))):
            value = goal.alg.of(atom)
            for x, r in zip(parts, pair, strict=True):
                value = value + _relative(goal, r, x)
            yield Fact(value, False, "log(x + y) >= r*log(x/r) + s*log(y/s) for r + s = 1 (Gibbs)", (*parts, *pair))


def _is_pair(goal: Goal, atom: Atom) -> bool:
    value = atom.data[0]
    return not value.den and len(value.num) == 2 and sign_of(goal.alg, value) in (POSITIVE, NONNEGATIVE)


def _two(goal: Goal, pairs: tuple[tuple[tuple[Mono, fmpq], tuple[Mono, fmpq]], ...]) -> Fact | None:
    alg, total, about = goal.alg, Rational.of(0), []
    sums = [Rational.of(0), Rational.of(0)]
    for (m, c), (n, d) in pairs:
        share = _common(goal, m, n)
        x, y = (Rational(Poly({mono_mul(p, mono_pow(share, -1)): q})) for p, q in ((m, c), (n, d)))
        if not (is_positive(alg, x) and is_positive(alg, y)):
            return None
        weight = Rational(Poly({share: fmpq(1)}))
        total = total + elementary.multiply(alg, weight, _relative(goal, x, y))
        sums = [s + elementary.multiply(alg, weight, v) for s, v in zip(sums, (x, y), strict=True)]
        about += [weight, x, y]
    lemma = "s*x*log(x/y) + t*u*log(u/v) >= (s*x + t*u)*log((s*x + t*u)/(s*y + t*v))"
    return Fact(total - _relative(goal, *sums), False, lemma, tuple(about))


def _common(goal: Goal, m: Mono, n: Mono) -> Mono:
    """The factors >= 0 of two monomials that may be 0, and that both have."""
    powers = dict(n)
    return tuple((a, e) for a, e in m if powers.get(a) == e and atom_sign(goal.alg, a) == NONNEGATIVE)
