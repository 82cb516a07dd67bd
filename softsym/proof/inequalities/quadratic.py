"""Quadratic forms in a vector: a square of a sum bounded by its diagonal."""

from __future__ import annotations

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Poly, Rational, mono_mul
from softsym.algebra.renaming import rename
from softsym.algebra.signs import poly_sign
from softsym.algebra.sums import sum_over
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import Fact, Goal, Summand
from softsym.proof.steps import ProofStep


def by_diagonal(goal: Goal, prove: Prove) -> ProofStep | None:
    """``(sum w*v)**2 >= sum v**2*(2*w**2 - w*W)`` with W = sum w, for w >= 0 (since 2*x*y >= -x**2 - y**2)."""
    if goal.value.den:
        return None
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        for factor_of in _weights(goal, atom):
            terms = {m: c for m, c in goal.value.num if dict(m).get(atom) == 2}
            outside = Poly({mono_mul(m, ((atom, -2),)): c for m, c in terms.items()})
            if not terms or poly_sign(goal.alg, outside) not in (POSITIVE, NONNEGATIVE):
                continue
            fact = _diagonal(goal, atom, factor_of)
            known = [(Rational(outside), fact)]
            step = prove(goal.sub(goal.value - elementary.multiply(goal.alg, known[0][0], fact.value)))
            if step is not None:
                return goal.combined(known, step)
    return None


def _weights(goal: Goal, atom: Atom) -> list[Poly]:
    """For a sum of w*v with w >= 0 and v one entry of unknown sign: v, as a polynomial."""
    if atom.head != "sum" or len(atom.data[0]) != 1 or atom.data[1].den:
        return []
    ((mono, _),) = atom.data[1].num
    unknown = [
        (a, e) for a, e in mono if poly_sign(goal.alg, Poly({((a, e),): fmpq(1)})) not in (POSITIVE, NONNEGATIVE)
    ]
    return [Poly({(unknown[0],): fmpq(1)})] if len(unknown) == 1 and unknown[0][1] == 1 else []


def _diagonal(goal: Goal, atom: Atom, entry: Poly) -> Fact:
    alg = goal.alg
    index = atom.data[0][0]
    k = alg.fresh_index(alg.ranges[index])
    v = rename(alg, Rational(entry), {index: k})
    w = elementary.divide(alg, rename(alg, atom.data[1], {index: k}), v)
    whole = sum_over(alg, w, k)
    twice = elementary.multiply(alg, Rational.of(2), elementary.multiply(alg, w, w))
    weight = twice - elementary.multiply(alg, w, whole)
    least = sum_over(alg, elementary.multiply(alg, elementary.multiply(alg, v, v), weight), k)
    square = elementary.multiply(alg, alg.of(atom), alg.of(atom))
    return Fact(square - least, False, "(sum w*v)**2 >= sum v**2*(2*w**2 - w*W)", (Summand(k, (w, v)),))
