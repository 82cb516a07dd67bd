"""Sums compared term by term, or pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import islice, product
from typing import Any

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational, mono_mul
from softsym.algebra.renaming import entry, rename
from softsym.algebra.signs import atom_sign, is_positive, poly_sign
from softsym.algebra.sums import sum_over
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import Fact, Goal
from softsym.proof.inequalities.splitting import new_index
from softsym.proof.inequalities.supporting import supporting_share
from softsym.proof.steps import ProofStep
from softsym.symbols import Length

Opener = Callable[[Index], Rational]
MAX_OPENINGS = 24
MAX_TERMS = 30
MAX_SHARES = 2


def by_terms(goal: Goal, prove: Prove) -> ProofStep | None:
    """A sum over k is >= 0 if each of its terms is; products with a sum, or with N, go under the sum."""
    if goal.value.den or len(goal.value.num) > MAX_TERMS or goal.depth > 6:
        return None
    for length in _lengths(goal):
        for choice in islice(_openings(goal, length), MAX_OPENINGS):
            index, case = _fresh(goal, length)
            value = _opened(case, choice, index)
            step = prove(case.sub(value))
            if step is not None:
                return goal.step("term by term", step, uses=(case.write(index),))
    return None


def _fresh(goal: Goal, length: Length) -> tuple[Index, Goal]:
    return new_index(goal, goal.alg.fresh_index(length))


def _lengths(goal: Goal) -> list[Length]:
    """The lengths over which every term can be opened."""
    found: dict[str, Length] = {}
    for atom in goal.value.num.atoms:
        if atom.head == "sum" and len(atom.data[0]) == 1:
            length = goal.alg.ranges[atom.data[0][0]]
            found[str(length)] = length
    for kind in goal.alg.vectors.values():
        if kind.length is not None:
            found.setdefault(str(kind.length), kind.length)
    return list(found.values())


def _openings(goal: Goal, length: Length) -> Iterator[list[tuple[Rational, Opener]]]:
    """Ways to write each term as a factor times a sum: of an indexed sum, of a length, or of weights that sum to 1."""
    weights = _weights(goal, length)
    options: list[list[tuple[Rational, Opener]]] = []
    for mono, coefficient in goal.value.num:
        own: list[tuple[Rational, Opener]] = []
        for atom, exponent in mono:
            if exponent >= 1 and _opens(goal, atom, length):
                rest = mono_mul(mono, ((atom, -1),))
                own.append((Rational(Poly({rest: coefficient})), partial(_body, goal, atom)))
        if not own:
            term = Rational(Poly({mono: coefficient}))
            own = [(term, weight) for weight in weights]
        if not own:
            return
        options.append(own)
    yield from (list(choice) for choice in product(*options))


def _opens(goal: Goal, atom: Atom, length: Length) -> bool:
    if atom.head == "sum":
        return len(atom.data[0]) == 1 and goal.alg.ranges[atom.data[0][0]] == length
    return atom.head == "scalar" and length == Length.of(str(atom.data[0]))


def _weights(goal: Goal, length: Length) -> list[Opener]:
    """Quantities w[k] whose sum is 1 for every admissible value: declared ones, and 1/n for a literal length."""
    found: list[Opener] = []
    for atom, value in goal.alg.rules.items():
        constant = value.constant()
        if atom.head == "sum" and _opens(goal, atom, length) and constant:
            found.append(partial(_scaled_body, goal, atom, 1 / constant))
    given = [name for name, kind in goal.alg.vectors.items()
             if kind.domain in ("distribution", "simplex") and kind.length == length]  # fmt: skip
    found += _two_distributions(goal, length, *given) if len(given) == 2 else []
    found += [partial(entry, goal.alg, name) for name in given]
    for atom in goal.value.num.atoms:
        if atom.head == "sum" and _opens(goal, atom, length):
            found += [partial(_share, goal, a, atom.data[0][0]) for a in atom.data[1].atoms if _is_share(goal, a, atom)]
    if length.is_literal:
        found.append(lambda index: Rational.of(fmpq(1, length.constant)))
    return [*found, *_shares_of_sums(goal, length)]


def _two_distributions(goal: Goal, length: Length, first: str, second: str) -> Iterator[Opener]:
    """Their weighted mean that makes each term least where they agree, and their mean."""
    own = supporting_share(goal, first, second, length)
    for share in dict.fromkeys(s for s in (own, Fraction(1, 2)) if s is not None):
        yield partial(_mixture, goal, first, second, share)


def _mixture(goal: Goal, first: str, second: str, share: Fraction, index: Index) -> Rational:
    parts = ((first, share), (second, 1 - share))
    x, y = (elementary.multiply(goal.alg, Rational.of(c), entry(goal.alg, name, index)) for name, c in parts)
    return x + y


def _shares_of_sums(goal: Goal, length: Length) -> list[Opener]:
    """The shares of the terms in the first positive sums of a goal, and the mean of two such."""
    inside = frozenset[Atom]().union(*(a.data[0].atoms for a in goal.value.num.atoms if a.head == "log"))
    wholes = [a for a in sorted(goal.value.num.atoms | inside, key=lambda a: a.number)
              if a.head == "sum" and _opens(goal, a, length) and is_positive(goal.alg, a.data[1])]  # fmt: skip
    shares = [partial(_own_share, goal, a) for a in wholes[:MAX_SHARES]]
    return [*shares, partial(_mean_of, shares[0], shares[1])] if len(shares) == 2 else [*shares]


def _own_share(goal: Goal, atom: Atom, index: Index) -> Rational:
    return elementary.divide(goal.alg, _body(goal, atom, index), goal.alg.of(atom))


def _mean_of(first: Opener, second: Opener, index: Index) -> Rational:
    total = first(index) + second(index)
    return Rational(total.num.scaled((), fmpq(1, 2)), total.den)


def _is_share(goal: Goal, atom: Atom, whole: Atom) -> bool:
    """Whether the entries of an indicator or of a sparsemax over the same index stand in a sum: they sum to 1."""
    index = whole.data[0][0]
    if atom.head not in ("hard", "first", "sparse") or index not in atom.free:
        return False
    k = goal.alg.fresh_index(goal.alg.ranges[index])
    return sum_over(goal.alg, rename(goal.alg, goal.alg.of(atom), {index: k}), k).constant() == 1


def _share(goal: Goal, atom: Atom, bound: Index, index: Index) -> Rational:
    return rename(goal.alg, goal.alg.of(atom), {bound: index})


def _scaled_body(goal: Goal, atom: Atom, scale: fmpq, index: Index) -> Rational:
    return elementary.multiply(goal.alg, Rational.of(scale), _body(goal, atom, index))


def _opened(goal: Goal, choice: list[tuple[Rational, Opener]], index: Index) -> Rational:
    total = Rational.of(0)
    for factor, opener in choice:
        total = total + elementary.multiply(goal.alg, factor, opener(index))
    return total


def _body(goal: Goal, atom: Atom, index: Index) -> Rational:
    if atom.head == "scalar":
        return Rational.of(1)
    names, body = atom.data
    return rename(goal.alg, body, {names[0]: index})


def by_pairs(goal: Goal, prove: Prove) -> ProofStep | None:
    """A double sum over k and l is >= 0 if the mean of its terms at (k, l) and (l, k) is."""
    if goal.value.den or len(goal.value.num) > MAX_TERMS or goal.depth > 5:
        return None
    for length in _lengths(goal):
        first, case = _fresh(goal, length)
        second, case = _fresh(case, length)
        for choice in islice(_pair_openings(goal, length), MAX_OPENINGS):
            value = _pair_opened(case, choice, (first, second))
            mirrored = rename(case.alg, value, {first: second, second: first})
            mean = elementary.multiply(case.alg, Rational.of(fmpq(1, 2)), value + mirrored)
            step = prove(case.sub(mean))
            if step is not None:
                return goal.step("term by term", step, uses=(case.write(first), case.write(second)))
    return None


def _pair_openings(goal: Goal, length: Length) -> Iterator[list[tuple[Mono, fmpq, tuple[Atom, Atom]]]]:
    options: list[list[tuple[Mono, fmpq, tuple[Atom, Atom]]]] = []
    for mono, coefficient in goal.value.num:
        own: list[tuple[Mono, fmpq, tuple[Atom, Atom]]] = []
        usable: list[Atom] = []
        for atom, exponent in mono:
            if exponent >= 1 and _opens(goal, atom, length):
                usable += [atom] * min(int(exponent), 2)
            if exponent == 1 and _is_double(goal, atom, length):
                own.append((mono, coefficient, (atom, atom)))
        pairs: dict[Any, tuple[Atom, Atom]] = {}
        for n, left in enumerate(usable):
            for right in usable[n + 1 :]:
                pairs[left.number, right.number] = (left, right)
        own += [(mono, coefficient, pair) for pair in pairs.values()]
        if not own:
            return
        options.append(own)
    yield from (list(choice) for choice in product(*options))


def _is_double(goal: Goal, atom: Atom, length: Length) -> bool:
    return atom.head == "sum" and len(atom.data[0]) == 2 and all(goal.alg.ranges[k] == length for k in atom.data[0])


def _pair_opened(
    goal: Goal, choice: list[tuple[Mono, fmpq, tuple[Atom, Atom]]], indices: tuple[Index, Index]
) -> Rational:
    total = Rational.of(0)
    for mono, coefficient, (left, right) in choice:
        if left.head == "sum" and len(left.data[0]) == 2:
            rest = mono_mul(mono, ((left, -1),))
            body = rename(goal.alg, left.data[1], dict(zip(left.data[0], indices, strict=True)))
        else:
            rest = mono_mul(mono_mul(mono, ((left, -1),)), ((right, -1),))
            body = elementary.multiply(goal.alg, _body(goal, left, indices[0]), _body(goal, right, indices[1]))
        total = total + elementary.multiply(goal.alg, Rational(Poly({rest: coefficient})), body)
    return total


def by_dropping(goal: Goal, prove: Prove) -> ProofStep | None:
    """Terms with squares of quantities of unknown sign are >= 0: the others suffice, or those with products."""
    if goal.value.den or goal.strict or goal.depth > 2:
        return None
    squares = Poly({m: c for m, c in goal.value.num if c > 0 and _has_square(goal, m)})
    single = Poly({m: c for m, c in squares if sum(e for _, e in m) == 1})
    for spare in (squares, single) if single != squares else (squares,):
        if not spare or len(spare) == len(goal.value.num):
            continue
        step = prove(goal.sub(goal.value - Rational(spare)))
        if step is not None:
            known = Fact(Rational(spare), False, "x >= 0 by its sign", (spare,))
            return goal.combined([(Rational.of(1), known)], step)
    return None


def _has_square(goal: Goal, mono: Mono) -> bool:
    """Whether a term >= 0 has a square of a quantity of unknown sign, or a sum of such squares."""
    inside = [b for a, _ in mono if a.head == "sum" for b in a.data[1].num.atoms]
    unknown = any(atom_sign(goal.alg, a) is None for a in (*(a for a, _ in mono), *inside))
    return unknown and poly_sign(goal.alg, Poly({mono: fmpq(1)})) in (POSITIVE, NONNEGATIVE)
