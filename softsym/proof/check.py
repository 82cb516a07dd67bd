"""``check``: first look for a counterexample, then for a proof, and say ``unknown`` where there is neither."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from softsym.algebra import Assumptions
from softsym.errors import SoftsymError
from softsym.expression import Expr, Symbol
from softsym.language import Chain, Statement, parse_statement
from softsym.proof.absolute import prove_by_signs
from softsym.proof.assumptions import (
    assumptions_of,
    has_sign_heads,
    links,
    sign_cases,
    sign_text,
    sign_values,
    split_scalars,
)
from softsym.proof.calculations import as_calculations
from softsym.proof.consequences import without_first_maxima
from softsym.proof.coordinates import COORDINATES, in_coordinates
from softsym.proof.identities import prove_equal
from softsym.proof.inequalities import prove_at_most
from softsym.proof.inequalities.minimum import prove_by_curvature
from softsym.proof.inequalities.segments import Claim
from softsym.proof.inequalities.theorems import prove_by_derivative
from softsym.proof.limits import without_limits
from softsym.proof.replay import replay
from softsym.proof.steps import REWRITING, SIGNS, ProofStep, at_most, for_values, method_of
from softsym.proof.verdict import PROVED, REFUTED, UNKNOWN, Verdict
from softsym.refute import Findings, search
from softsym.signs import positive_where_defined

FIRST_LOOK = 0.35
"""The part of the time that the first look for a counterexample may take."""

EXPLAINING = 0.5
"""The part of the time left in which calculations may still be begun."""


def check(statement: str | Statement, *, timeout: float = 10.0, seed: int = 0, explain: bool = False) -> Verdict:
    """Decide a statement of the language.

    ``proved`` is for every N and every value that the declarations allow; ``refuted`` comes with a counterexample whose
    two sides are enclosed apart; ``unknown`` says what was tried. ``timeout`` is in seconds. With ``explain``, the
    proof has its equations written out as calculations, unless most of the time has gone.

    Raises :class:`~softsym.errors.LanguageError` if the text is no statement.

    >>> check("sum(softmax(z, beta)) == 1").status
    'proved'
    >>> verdict = check("lse(z, beta) <= max(z)")
    >>> verdict.status, verdict.counterexample is not None
    ('refuted', True)
    """
    start = time.monotonic()
    read = parse_statement(statement) if isinstance(statement, str) else statement
    first = search(read, seconds=min(1.5, FIRST_LOOK * timeout), seed=seed)
    verdict = _refuted(read, first)
    if verdict is None:
        found = _attempt(read, first, start + 0.65 * timeout, start + timeout)
        verdict = _unsettled(read, first, found, start + timeout, seed) if isinstance(found, str) else found
    seconds = round(time.monotonic() - start, 3)
    proof = _written_out(read, verdict.proof, start + timeout) if explain and verdict.proof else verdict.proof
    return replace(verdict, name=read.name, seconds=seconds, proof=proof)


def _written_out(statement: Statement, proof: ProofStep, deadline: float) -> ProofStep:
    """The proof with its equations as calculations, if the checker confirms it so too."""
    longer = as_calculations(proof, time.monotonic() + EXPLAINING * (deadline - time.monotonic()))
    try:
        replay(statement, longer, deadline)
    except SoftsymError:
        return proof
    return longer


def _refuted(statement: Statement, findings: Findings) -> Verdict | None:
    found = findings.counterexample
    if found is None:
        return None
    return Verdict(str(statement), REFUTED, "the point given", "ball arithmetic", 0.0, found.point, found.explanation)


def _attempt(statement: Statement, findings: Findings, deadline: float, end: float) -> Verdict | str:
    """A proof found by the deadline and confirmed by the end, or a sentence that says why there is none."""
    if not findings.admissible:
        return "no admissible value was found at which all of it is defined: it may be vacuous"
    if not statement.symbols and "==" not in statement.claim.relations and findings.points:
        return Verdict(str(statement), PROVED, "constants", "ball arithmetic", 0.0)
    try:
        found = prove(statement, deadline)
    except RecursionError:
        found = "the expression is too deep for the algebra"
    if isinstance(found, str):
        return found
    try:
        replay(statement, found, end)
    except SoftsymError as error:
        return f"a proof was found that the checker does not confirm: {error}"
    detail = f"held at {findings.points} exact points besides"
    return Verdict(str(statement), PROVED, scope_of(statement), method_of(found), 0.0, None, detail, proof=found)


def _unsettled(statement: Statement, first: Findings, reason: str, deadline: float, seed: int) -> Verdict:
    """A counterexample after a longer search, or ``unknown`` with what supports the statement."""
    seconds = max(0.1, 0.7 * (deadline - time.monotonic()))
    longer = search(statement, seconds=seconds, seed=seed + 1, far=True)
    refuted = _refuted(statement, longer)
    if refuted is not None:
        return refuted
    if not (first.admissible or longer.admissible):
        return Verdict(str(statement), UNKNOWN, detail=reason)
    lengths = sorted({*first.lengths, *longer.lengths})
    spread = f" with N from {lengths[0]} to {lengths[-1]}" if lengths else ""
    support = f"it held at {first.points + longer.points} exact points{spread}"
    small = [n for n in (2, 3) if _holds_at(statement, n, deadline)]
    if small:
        support += f" and is proved for N = {', '.join(map(str, small))}"
    return Verdict(str(statement), UNKNOWN, detail=f"no proof ({reason}) and no counterexample; {support}")


def _holds_at(statement: Statement, length: int, deadline: float) -> bool:
    """Whether the statement is proved for one N, where it leaves N open."""
    left = deadline - time.monotonic()
    if left < 1.0 or "every N" not in scope_of(statement):
        return False
    text = str(statement)
    fixed = parse_statement(f"{text}{', ' if ' where ' in text else ' where '}N == {length}")
    return not isinstance(prove(fixed, time.monotonic() + 0.4 * left), str)


def scope_of(statement: Statement) -> str:
    """For which lengths a statement is claimed, in words.

    >>> scope_of(parse_statement("a == a where N == 3"))
    'N = 3'
    """
    fixed = dict(statement.lengths)
    lengths = {n for s in statement.symbols if s.kind.length is not None for n in s.kind.length.names}
    lengths |= {s.name for s in statement.symbols if s.kind.type == "length"} - fixed.keys()
    parts = [f"{name} = {value}" for name, value in sorted(fixed.items())]
    parts += [f"every {name}" for name in sorted(lengths)]
    return ", ".join(parts) or "every N"


def prove(statement: Statement, deadline: float = float("inf")) -> ProofStep | str:
    """A proof, or a sentence that says why none was found."""
    found = _prove_whole(statement, deadline)
    if not isinstance(found, str):
        return found
    split = split_scalars(statement)
    return (_by_signs(statement, split, deadline) if split else None) or found


def _by_signs(statement: Statement, split: Sequence[Symbol], deadline: float) -> ProofStep | None:
    """The cases by the signs of scalars, one scalar after the other."""
    if not split:
        found = _prove_whole(statement, deadline)
        return None if isinstance(found, str) else found
    (name, *rest), collected = split, []
    for _, case in sign_cases(statement, split[:1]):
        step = _by_signs(case, rest, deadline)
        if step is None:
            return None
        collected.append(step)
    values = sign_values(name)
    note = "; ".join(sign_text(name, value) for value in values)
    return ProofStep(SIGNS, statement.claim, tuple(collected), (name, *values), note=note)


def _prove_whole(statement: Statement, deadline: float) -> ProofStep | str:
    try:
        taken = without_limits(statement, deadline)
    except SoftsymError as error:
        return str(error).splitlines()[0]
    plain, once = without_first_maxima(taken.statement, assumptions_of(statement))
    found = _prove_chain(plain, deadline)
    if isinstance(found, str) or plain.claim == statement.claim:
        return found
    return ProofStep(REWRITING, statement.claim, (*taken.steps, *once, found))


def _prove_chain(statement: Statement, deadline: float) -> ProofStep | str:
    collected: list[ProofStep] = []
    for left, relation, right in links(statement.claim):
        found = _prove_link(left, relation, right, statement, deadline)
        if isinstance(found, str):
            return found
        collected.append(found)
    return collected[0] if len(collected) == 1 else ProofStep("each relation", statement.claim, tuple(collected))


def _prove_link(left: Expr, relation: str, right: Expr, statement: Statement, deadline: float) -> ProofStep | str:
    known = assumptions_of(statement)
    if relation == "==":
        return _prove_equal(left, right, known, deadline)
    if relation not in (">", ">="):
        return _prove_at_most(left, right, known, relation == "<", deadline)
    step = _prove_at_most(right, left, known, relation == ">", deadline)
    return step if isinstance(step, str) else ProofStep("turned round", Chain((left, right), (relation,)), (step,))


def _prove_equal(left: Expr, right: Expr, known: Assumptions, deadline: float) -> ProofStep | str:
    """By the algebra, by the coordinates of short vectors, or by the signs of what is in absolute values."""
    step = prove_equal(left, right, known, deadline)
    inside = tuple(dict.fromkeys(e for side in (left, right) for e in positive_where_defined(side)))
    if isinstance(step, str) and inside:
        known = replace(known, positive=(*known.positive, *inside))
        step = prove_equal(left, right, known, deadline)
    if not isinstance(step, str):
        return step
    found = in_coordinates(left, right, known)
    if found is not None:
        values, lower, upper, facts = found
        inner = _prove_equal(lower, upper, facts, deadline)
        if not isinstance(inner, str):
            return for_values(COORDINATES, Chain((left, right), ("==",)), values, inner)
    if not has_sign_heads(left) and not has_sign_heads(right):
        return step
    half = deadline - 0.5 * max(0.0, deadline - time.monotonic())  # the rest is for the signs of scalars
    return prove_by_signs(left, right, known, half) or _by_both_sides(left, right, known, half) or step


def _prove_at_most(left: Expr, right: Expr, known: Assumptions, strict: bool, deadline: float) -> ProofStep | str:
    """By the rules for a short while, then by a theorem of calculus that fits, then by the rules again."""
    total = deadline - time.monotonic()
    short = _by_coordinates(left, right, known, strict, deadline - 0.4 * total)
    if short is not None:
        return short
    found = _by_rules(left, right, known, strict, deadline - 0.75 * total)
    if not isinstance(found, str):
        return found
    by_derivative = None if strict else _by_derivative(left, right, known, deadline - 0.25 * total)
    return by_derivative or _by_rules(left, right, known, strict, deadline)


def _by_coordinates(left: Expr, right: Expr, known: Assumptions, strict: bool, deadline: float) -> ProofStep | None:
    """For vectors of a small fixed length."""
    found = in_coordinates(left, right, known)
    if found is None:
        return None
    values, lower, upper, facts = found
    step = _prove_at_most(lower, upper, facts, strict, deadline)
    return None if isinstance(step, str) else for_values(COORDINATES, at_most(left, right, strict), values, step)


def _by_rules(left: Expr, right: Expr, known: Assumptions, strict: bool, deadline: float) -> ProofStep | str:
    try:
        return prove_at_most(left, right, known, strict=strict, deadline=deadline)
    except SoftsymError as error:
        return str(error).splitlines()[0]


def _by_both_sides(left: Expr, right: Expr, known: Assumptions, deadline: float) -> ProofStep | None:
    """An equation with absolute values or extrema as two inequalities, whose rules tell the signs apart."""
    for written_out in (False, True):
        collected: list[ProofStep] = []
        for lower, upper in ((left, right), (right, left)):
            try:
                found = prove_at_most(lower, upper, known, written_out=written_out, deadline=deadline)
            except SoftsymError:
                break
            if isinstance(found, str):
                break
            collected.append(found)
        else:
            return ProofStep("two inequalities", Chain((left, right), ("==",)), tuple(collected))
    return None


def _by_derivative(left: Expr, right: Expr, known: Assumptions, deadline: float) -> ProofStep | None:
    def bound(lower: Expr, upper: Expr, facts: Assumptions) -> ProofStep | str:
        return prove_at_most(lower, upper, facts, deadline=deadline)

    for method in (prove_by_derivative, prove_by_curvature):
        with suppress(SoftsymError):
            found = method(Claim(left, right, known, bound, deadline))
            if found is not None:
                return found
    return None
