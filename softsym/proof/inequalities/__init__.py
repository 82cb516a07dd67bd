"""Inequalities: a goal in normal form, a table of rules, and a small search; every step names its rule."""

from __future__ import annotations

import time
from collections.abc import Iterator, Set
from dataclasses import replace
from functools import partial
from itertools import combinations

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.atom_writer import HOT
from softsym.algebra.context import Algebra
from softsym.algebra.declared import Known
from softsym.algebra.zero import Case
from softsym.errors import BudgetError
from softsym.expansion import expand
from softsym.expression import CALCULUS, Apply, Expr, Number, Symbol, apply, free_symbols, number, substitute, walk
from softsym.language import Chain
from softsym.proof.inequalities.goal import CASES, Budget, Everywhere, Fact, Goal
from softsym.proof.inequalities.instances import instance_of, prove_by_share, shares_named
from softsym.proof.inequalities.search import DEPTHS, prove
from softsym.proof.inequalities.segments import Claim
from softsym.proof.inequalities.writing import index_symbol, symbols_of
from softsym.proof.steps import ProofStep, at_most, changed, for_values
from softsym.symbols import Kind, Length

_SHARE = 0.4
"""The part of the time left that one form may take at one depth."""
_GENERAL = 0.1
"""The part of the time that a more general claim, which is often false or easy, may take."""


def prove_at_most(
    left: Expr,
    right: Expr,
    known: Assumptions,
    *,
    strict: bool = False,
    written_out: bool = False,
    deadline: float = float("inf"),
) -> ProofStep | str:
    """A proof that ``left <= right`` (``<`` if ``strict``) in every entry, or why there is none."""
    end = deadline - (1 - _GENERAL) * max(0.0, deadline - time.monotonic())
    if not strict:
        claim = Claim(left, right, known, partial(_plain_bound, deadline=end))
        step = prove_by_share(claim, lambda inner: None)
        if step is not None:
            return step
    named = shares_named(left, right, known)
    if named is not None:
        values, lower, upper = named
        found = _prove_in_forms(at_most(lower, upper, strict), known, written_out, end)
        if not isinstance(found, str):
            return replace(instance_of(found, values), claim=at_most(left, right, strict))
    return _prove_in_forms(at_most(left, right, strict), known, written_out, deadline)


def _plain_bound(left: Expr, right: Expr, known: Assumptions, deadline: float) -> ProofStep | str:
    return _prove_in_forms(at_most(left, right), known, False, deadline)


def _prove_in_forms(claim: Chain, known: Assumptions, written_out: bool, deadline: float) -> ProofStep | str:
    """A proof of a claim with values for its free parameters, or why there is none."""
    left, right = claim.sides
    forms = [_Form(claim, known, values, written_out) for values in _parameters(apply("sub", right, left))]
    tries = [(form, depth) for depth in DEPTHS for form in forms]
    found: ProofStep | str = ""
    for number_, (form, depth) in enumerate(tries, 1):
        left_over = max(0.0, deadline - time.monotonic())
        end = deadline - ((1 - _SHARE) * left_over if number_ < len(tries) else 0.0)
        try:
            found = form.prove(depth, end)
        except BudgetError as error:
            found = str(error)
        if not isinstance(found, str):
            break
    return found


class _Form:
    """A claim with values for its free parameters, and the proofs found so far of the cases that it has."""

    def __init__(self, claim: Chain, known: Assumptions, values: dict[Symbol, Expr], written_out: bool) -> None:
        self.claim, self.known, self.values, self.written_out = claim, known, values, written_out
        self.cases: list[Case] = []
        self.steps: dict[int, ProofStep] = {}

    def prove(self, depth: int, deadline: float) -> ProofStep | str:
        """A proof whose parts are not deeper than that."""
        strict = self.claim.relations == ("<",)
        left, right = (substitute(side, self.values) for side in self.claim.sides)
        facts = _in_parameters(self.known, self.values)
        if not self.cases:
            test = ZeroTest(facts, deadline=deadline)
            self.cases = list(test.cases(apply("sub", right, left), written_out=self.written_out))
        for n, case in enumerate(self.cases):
            if n not in self.steps:
                case.algebra.deadline = deadline
                step = prove(_goal(case, self.known, strict, deadline), depth)
                if step is None:
                    return "no rule for this inequality applies"
                self.steps[n] = step
        collected = tuple(step for _, step in sorted(self.steps.items()))
        whole = ProofStep(CASES, at_most(left, right, strict), collected, note="the difference in normal form")
        whole = _as_declared(whole, left, right, *facts.equations, *facts.positive, *facts.nonnegative)
        values = dict(sorted(self.values.items(), key=lambda p: p[0].name))
        return for_values("free parameters", self.claim, values, whole)


def _as_declared(step: ProofStep, *exprs: Expr) -> ProofStep:
    """The proof with the kinds of names as they are declared, where the algebra has learnt signs from conditions."""
    declared = {s.name: s for e in exprs for s in free_symbols(e)}

    def named(expr: Expr) -> Expr:
        return substitute(expr, {s: declared[s.name] for s in free_symbols(expr) if declared.get(s.name, s) != s})

    return changed(step, named)


def _goal(case: Case, known: Assumptions, strict: bool, deadline: float) -> Goal:
    case.algebra.deduces_signs = False
    distinct = [block for block in case.coincide if block]
    ranges = [case.algebra.ranges.get(block[0]) for block in distinct]
    lengths = {*case.algebra.ranges.values(), *(k.length for k in case.algebra.vectors.values())}
    fixed = {n for n in lengths if n is not None and n.is_literal and n.constant >= 2}
    several = fixed.union(_lengths_of_several(known, ranges))
    return Goal(case.algebra, case.difference, strict, several=frozenset(several), budget=Budget(deadline=deadline),
                facts=tuple(_declared(k) for k in case.known if not k.bound),
                universal=tuple(Everywhere(k.bound[0], k.value, k.strict) for k in case.known if len(k.bound) == 1),
                given=tuple(_coincidences(case.algebra, distinct)))  # fmt: skip


def _declared(known: Known) -> Fact:
    return Fact(known.value, known.strict, "given", (known.value if known.stated is None else known.stated,))


def _coincidences(alg: Algebra, blocks: list[tuple[str, ...]]) -> Iterator[Chain]:
    """Which indices are the same in this case, and which are different."""
    names = symbols_of(alg)
    for block in blocks:
        length = alg.ranges.get(block[0])
        for other in block[1:]:
            if length is not None and not other.isdigit():
                names.setdefault(other, index_symbol(other, length))
            if not (other.startswith("_") and length is None):
                yield _same(names, block[0], other, True)
    for one, other in combinations([block[0] for block in blocks], 2):
        if alg.ranges.get(one) == alg.ranges.get(other) or one.isdigit() or other.isdigit():
            yield _same(names, one, other, False)


def _same(names: dict[str, Symbol], one: str, other: str, same: bool) -> Chain:
    """That two indices are the same or different; the place of the 1 of a one-hot y is i where ``y[i] == 1``."""
    if one.startswith(HOT) and other.startswith(HOT):
        inner = apply("dot", names[one[1:]], names[other[1:]])
    elif one.startswith(HOT) or other.startswith(HOT):
        hot, index = (one, other) if one.startswith(HOT) else (other, one)
        inner = apply("item", names[hot[1:]], _index(names, index))
    else:
        return Chain((_index(names, one), _index(names, other)), ("==" if same else "!=",))
    return Chain((inner, number(1 if same else 0)), ("==",))


def _index(names: dict[str, Symbol], name: str) -> Expr:
    return number(int(name)) if name.isdigit() else names[name]


def _lengths_of_several(known: Assumptions, ranges: list[Length | None]) -> Iterator[Length]:
    """The lengths that are at least 2: as declared, or since two different indices run to them."""
    yield from (r for r in ranges if r is not None and ranges.count(r) > 1)
    yield from (one.kind.length for one, other in known.apart if isinstance(one, Symbol) and isinstance(other, Symbol)
                if one.kind.length is not None and one.kind.length == other.kind.length)  # fmt: skip
    for facts, least in ((known.nonnegative, 2), (known.positive, 1)):
        for e in facts:
            name, number_ = e.args if isinstance(e, Apply) and e.head == "sub" else (e, e)
            if isinstance(name, Symbol) and name.kind.type == "length" and isinstance(number_, Number):
                yield from (Length.of(name.name),) if number_.value >= least else ()


def _parameters(expr: Expr) -> Iterator[dict[Symbol, Expr]]:
    """Values in free parameters: every t in [0, 1] as a/(a + b) with a, b >= 0, a + b > 0; and every distribution p as
    softmax(x) of a free x, or, tried later, as it is.

    Names by which the expression differentiates stay; p as it is comes first without logarithms, and where sums or
    roots of distributions would not become simpler.
    """
    by = {s for n in walk(expr) if isinstance(n, Apply) and n.head in CALCULUS for a in n.args[1:] for s in walk(a)}
    shares: dict[Symbol, Expr] = {}
    weights: dict[Symbol, Expr] = {}
    for symbol in free_symbols(expr) - by:
        if symbol.kind.domain == "distribution":
            logits = Symbol(f"{symbol.name}_logits", Kind("vector", "vector", symbol.kind.length))
            weights[symbol] = apply("softmax", logits)
        if symbol.kind.domain == "unit":
            above, below = (Symbol(f"{symbol.name}_{n}", Kind("scalar", "nonnegative")) for n in (1, 0))
            shares[symbol] = apply("div", above, apply("add", above, below))
    both = [{**shares, **weights}, shares] if weights else [shares]
    yield from both if _has_logarithms(expr) and not _mixes(expr, weights.keys()) else both[::-1]


def _mixes(expr: Expr, names: Set[Symbol]) -> bool:
    """Whether distributions stand in a sum, a difference or a root."""
    inside = (n for n in walk(expr) if isinstance(n, Apply) and n.shape and n.head in ("add", "sub", "sqrt"))
    return any(names & free_symbols(a) for n in inside for a in n.args)


def _has_logarithms(expr: Expr) -> bool:
    return any(isinstance(n, Apply) and n.head in ("log", "xlogy") for n in walk(expand(expr)))


def _in_parameters(known: Assumptions, values: dict[Symbol, Expr]) -> Assumptions:
    sums = tuple(v.args[1] for v in values.values() if isinstance(v, Apply) and v.head == "div")
    return replace(
        known,
        equations=tuple(substitute(e, values) for e in known.equations),
        positive=tuple(substitute(e, values) for e in known.positive) + sums,
        nonnegative=tuple(substitute(e, values) for e in known.nonnegative),
    )


__all__ = ["prove_at_most"]
