"""A goal that does not change when a constant is added to every entry of a vector: the vector may be centred."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.families import Member, make_family
from softsym.algebra.parts import mentions
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational
from softsym.algebra.renaming import entry, rename
from softsym.algebra.signs import sign_of
from softsym.algebra.sums import make_generator, sum_over
from softsym.errors import UnsupportedError
from softsym.expression import Symbol, substitute
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import Goal, nonnegative
from softsym.proof.inequalities.splitting import replaced
from softsym.proof.steps import ProofStep

SHIFT = "shift'"
"""The name of the constant; no name of the language has a prime."""


def by_centring(goal: Goal, prove: Prove) -> ProofStep | None:
    """A goal that does not change when constants are added to vectors v holds if it holds where each ``sum w*v = 0``.

    The w >= 0 are weights with which v stands in a sum of the goal. A centred v has values >= 0 and values <= 0, so
    that ``max(v)`` is ``max(v, 0)``.
    """
    if goal.depth > 2 or goal.value.den:
        return None
    tried: list[dict[str, Atom]] = []
    for index, weight in sorted(_weights(goal), key=lambda w: w[1].constant() is None):  # plain means first
        totals = {name: atom for name in _vectors(goal) if (atom := _total(goal, name, index, weight)) is not None}
        totals = {name: atom for name, atom in totals.items() if totals not in tried and _is_invariant(goal, name)}
        tried.append(totals)
        step = _centred(goal, prove, totals, index, weight) if totals else None
        if step is not None:
            return step
    return None


def _centred(goal: Goal, prove: Prove, totals: dict[str, Atom], index: Index, weight: Rational) -> ProofStep | None:
    gone = set(totals.values())
    value = Rational(Poly({m: c for m, c in goal.value.num if not any(a in gone for a, _ in m)}))
    if sign_of(goal.alg, weight) in (POSITIVE, NONNEGATIVE):
        for name in totals:
            value = _with_zero_in_extrema(goal, value, name)
    step = prove(goal.sub(value))
    if step is None:
        return None
    whole = sum_over(goal.alg, weight, index)
    for n, (name, atom) in enumerate(totals.items(), 1):
        vector = Symbol(name, goal.alg.vectors[name])
        centred = vector - goal.write(elementary.divide(goal.alg, goal.alg.of(atom), whole))
        quantity = substitute(step.claim.sides[0], {vector: centred}) if n < len(totals) else goal.write(goal.value)
        claim = nonnegative(quantity, goal.strict)
        step = ProofStep("an instance", claim, (step,), (vector, centred), goal.given)
    return step


def _vectors(goal: Goal) -> list[str]:
    """The vectors without conditions on their values by their kind."""
    return sorted(name for name, kind in goal.alg.vectors.items() if kind.domain == "vector")


def _weights(goal: Goal) -> Iterator[tuple[Index, Rational]]:
    """The weights with which an entry stands in a sum of the goal."""
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        if atom.head == "sum" and len(atom.data[0]) == 1:
            (index,), body = atom.data
            for entry in (a for a in body.atoms if a.head == "entry" and a.data[1] == index):
                if goal.alg.vectors[entry.data[0]].domain == "vector":
                    yield index, elementary.divide(goal.alg, body, goal.alg.of(entry))


def _total(goal: Goal, name: str, index: Index, weight: Rational) -> Atom | None:
    """The atom ``sum w*v`` if it stands in the goal and w is free of v."""
    if goal.alg.vectors[name].length != goal.alg.ranges[index] or mentions(weight, _is_of(name)):
        return None
    k = goal.alg.fresh_index(goal.alg.ranges[index])
    body = elementary.multiply(goal.alg, rename(goal.alg, weight, {index: k}), entry(goal.alg, name, k))
    single = sum_over(goal.alg, body, k).single()
    atom = single[0][0][0] if single and len(single[0]) == 1 else None
    # Where it is linear, as in lse(z) - mean(z), the rest would have no lower bound.
    return atom if atom is not None and any(_is_bent(m, atom, name) for m in goal.value.num.terms) else None


def _is_bent(mono: Mono, total: Atom, name: str) -> bool:
    """Whether a term has a power of ``sum w*v``, or its product with what depends on v."""
    others = [(a, e) for a, e in mono if a is not total]
    return len(others) < len(mono) and (dict(mono)[total] != 1 or any(mentions(a, _is_of(name)) for a, _ in others))


def _is_invariant(goal: Goal, name: str) -> bool:
    return (shifted(goal.alg, goal.value, name) - goal.value).is_zero


def _is_of(vector: str) -> Callable[[Atom], bool]:
    return lambda atom: atom.head == "entry" and bool(atom.data[0] == vector)


def _with_zero_in_extrema(goal: Goal, value: Rational, vector: str) -> Rational:
    """The normal form with ``max(v, 0)`` in the place of ``max(v)``, and likewise for ``-v``."""
    for atom in sorted((a for a in value.num.atoms if a.head == "max"), key=lambda a: a.number):
        members = atom.data[0]
        if len(members) == 1 and _is_entry(members[0], vector):
            widened = make_family(goal.alg, "max", [], [*members, Member(Rational.of(0), None)])
            value = replaced(goal, value, atom, widened)
    return value


def _is_entry(member: Member, vector: str) -> bool:
    single = member.body.single()
    atoms = single[0] if single is not None and abs(single[1]) == 1 else ()
    return not member.excluded and [(a.head, a.data[:2], e) for a, e in atoms] == [("entry", (vector, member.index), 1)]


def shifted(alg: Algebra, value: Rational, vector: str) -> Rational:
    """The rational function with ``v + c`` in the place of ``v``.

    Raises :class:`~softsym.errors.UnsupportedError` if the vector stands inside an absolute value, say.
    """
    alg.scalars[SHIFT] = "real"
    total = Rational.of(0)
    for mono, coefficient in value.num:
        term = Rational.of(coefficient)
        for atom, exponent in mono:
            base = _atom(alg, atom, vector)
            term = elementary.multiply(alg, term, elementary.power(alg, base, Rational.of(exponent)))
        total = total + term
    for poly, power in value.den:
        below = shifted(alg, Rational(poly), vector)
        total = elementary.multiply(alg, total, elementary.integer_power(alg, below, -power))
    return total


def _atom(alg: Algebra, atom: Atom, vector: str) -> Rational:
    own = Rational(Poly({((atom, 1),): fmpq(1)}))
    if atom.head == "entry":
        return own + alg.of(alg.atom("scalar", SHIFT)) if atom.data[0] == vector else own
    if atom.head == "exp":
        return elementary.exp(alg, shifted(alg, Rational(Poly({atom.data[0]: fmpq(1)}), atom.data[1]), vector))
    if atom.head == "log":
        return elementary.log(alg, shifted(alg, atom.data[0], vector))
    if atom.head == "sum":
        fresh = {k: alg.fresh_index(alg.ranges[k]) for k in atom.data[0]}
        body = shifted(alg, rename(alg, atom.data[1], fresh), vector)
        return make_generator(alg, list(fresh.values()), body)
    if atom.head == "max":
        return make_family(alg, "max", [], [_member(alg, m, vector) for m in atom.data[0]])
    if atom.head in ("scalar", "pi", "delta", "position"):
        return own
    raise UnsupportedError(f"a shift inside {atom.head}")


def _member(alg: Algebra, member: Member, vector: str) -> Member:
    if member.index is None:
        return Member(shifted(alg, member.body, vector), None)
    k = alg.fresh_index(alg.ranges[member.index])
    return Member(shifted(alg, rename(alg, member.body, {member.index: k}), vector), k, member.excluded)
