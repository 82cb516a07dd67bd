"""Equations written out: from one side to the other by definitions, rules of differentiation and algebra."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product

from softsym.calculus import derive
from softsym.calculus.checking import PROVED
from softsym.calculus.steps import Step
from softsym.errors import SoftsymError
from softsym.expression import Apply, Expr, Symbol, exchanged, flattened, walk
from softsym.language import Chain
from softsym.proof.steps import CALCULATION, ENTRIES, EQUATION, NORMAL_FORM, REWRITING, ProofStep


class _UnfitError(SoftsymError):
    """A derivation whose steps are not all proved, or do not lead from its beginning to its end."""


def as_calculations(proof: ProofStep, deadline: float = float("inf")) -> ProofStep:
    """The proof with each equation that is shown by normal forms as a calculation, where there is one.

    >>> from softsym import check
    >>> for step in as_calculations(check("sum(softmax(z)) == 1").proof).steps:
    ...     print(step.claim.sides[1], step.note, sep="   ")
    sum(exp(z)/sum(exp(z)))   definitions
    1   collect terms and recognise
    """
    if proof.rule == NORMAL_FORM:
        return _calculation(proof) if time.monotonic() < deadline else proof
    return replace(proof, steps=tuple(as_calculations(step, deadline) for step in proof.steps))


def _calculation(proof: ProofStep) -> ProofStep:
    """From the left side forwards and from the right side backwards, to where the two meet soonest; where they do not,
    by normal forms."""
    left, right = proof.claim.sides
    forwards, backwards = _derived(left), _derived(right)
    ours, theirs = [left, *_reached(forwards)], [right, *_reached(backwards)]
    pairs = product(enumerate(map(_unordered, ours)), enumerate(map(_unordered, theirs)))
    meetings = [(n + m, n, m) for (n, a), (m, b) in pairs if a == b]
    _, n, m = min(meetings, default=(0, len(forwards), len(backwards)))
    between = EQUATION if meetings else NORMAL_FORM
    note = "terms and factors in another order" if meetings else proof.note
    middle = [] if ours[n] == theirs[m] else [ProofStep(between, _equation(ours[n], theirs[m]), note=note)]
    links = _without_loops([*forwards[:n], *middle, *map(_turned, reversed(backwards[:m]))])
    return _under(proof.given, _as_one(links)) if len(links) > 1 or any(link.steps for link in links) else proof


def _reached(links: Sequence[ProofStep]) -> list[Expr]:
    return [link.claim.sides[1] for link in links]


def _unordered(expr: Expr) -> object:
    """The same for expressions that differ in the order of terms and factors alone."""
    if not isinstance(expr, Apply):
        return str(expr)
    parts = [_unordered(part) for part in (flattened(expr, expr.head) if expr.head in ("add", "mul") else expr.args)]
    return expr.head, tuple(sorted(parts, key=str) if expr.head in ("add", "mul", "dot") else parts)


def _under(hypotheses: tuple[Chain, ...], step: ProofStep) -> ProofStep:
    return replace(step, given=hypotheses, steps=tuple(_under(hypotheses, below) for below in step.steps))


def _derived(expr: Expr) -> list[ProofStep]:
    """The steps from an expression to its shorter form; none where one of them is not proved for every N."""
    if any(isinstance(node, Apply) and node.head == "limit" for node in walk(expr)):
        return []
    with suppress(SoftsymError):
        found = derive(expr)
        links = _links(found.steps)
        if links[0].claim.sides[0] == expr and links[-1].claim.sides[1] == found.result:
            return [*links, *(_derived(found.result) if links[-1].rule == REWRITING else ())]
    return []


def _links(steps: Sequence[Step]) -> list[ProofStep]:
    """The last calculation of a derivation, with those of entries and of parts below its steps.

    Raises :class:`_UnfitError` where there is none.
    """
    pending: list[list[ProofStep]] = []
    for step in steps:
        if step.checked != PROVED:
            raise _UnfitError(f"{step.rule}: {step.checked}")
        own = ProofStep(EQUATION, _equation(step.before, step.after), note=step.rule)
        if pending and pending[-1][-1].claim.sides[1] == step.before:
            pending[-1].append(own)
            continue
        parts = set(walk(step.before))
        if pending and _is_entry(pending[-1][0].claim.sides[0], step.before):
            own = _by_entries(own, _as_one(pending.pop()))
        elif pending and all(links[0].claim.sides[0] in parts for links in pending):
            own = _put_together(own, [_as_one(links) for links in pending])
            pending.clear()
        pending.append([own])
    if len(pending) != 1:
        raise _UnfitError("the steps make no calculation, or several")
    return pending[0]


def _is_entry(expr: Expr, whole: Expr) -> bool:
    return isinstance(expr, Apply) and expr.head == "item" and expr.args[0] == whole


def _by_entries(step: ProofStep, entries: ProofStep) -> ProofStep:
    indices = entries.claim.sides[0].args[1:]  # type: ignore[attr-defined]
    if not all(isinstance(index, Symbol) for index in indices):
        raise _UnfitError("entries at places that are not free")
    return replace(step, rule=ENTRIES, steps=(entries,), uses=indices)


def _put_together(step: ProofStep, parts: Sequence[ProofStep]) -> ProofStep:
    """An equation by what its parts are equal to."""
    before, after = step.claim.sides
    for part in parts:
        before = exchanged(before, *part.claim.sides)
    last = ProofStep(EQUATION, _equation(before, after), note="as it stands")
    return replace(step, rule=REWRITING, steps=(*parts, last))


def _as_one(links: Sequence[ProofStep]) -> ProofStep:
    if len(links) == 1:
        return links[0]
    return ProofStep(CALCULATION, _equation(links[0].claim.sides[0], links[-1].claim.sides[1]), tuple(links))


def _turned(step: ProofStep) -> ProofStep:
    """The equation the other way round, which holds by the same."""
    return replace(step, claim=_equation(*reversed(step.claim.sides)))


def _equation(left: Expr, right: Expr) -> Chain:
    return Chain((left, right), ("==",))


def _without_loops(links: Sequence[ProofStep]) -> list[ProofStep]:
    """The steps without those between two places where the same expression is reached."""
    kept: list[ProofStep] = []
    for link in links:
        seen = [step.claim.sides[0] for step in kept]
        if link.claim.sides[1] in seen:
            del kept[seen.index(link.claim.sides[1]) :]
        else:
            kept.append(link)
    return kept
