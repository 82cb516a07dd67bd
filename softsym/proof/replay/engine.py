"""Each step of a proof checked: by the table of rules, or by one of the few that no row of a table states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias, TypeVar

from softsym.errors import LanguageError, ShapeError
from softsym.expression import DERIVATIVES, Apply, Expr, Symbol, apply, free_symbols, number, substitute, walk
from softsym.language import Chain, Statement, chain_text
from softsym.proof.replay.cases import covered
from softsym.proof.replay.setting import Rejected, Setting, gap, links, require, substituted
from softsym.proof.replay.table import Need, Row, Values, matches, rows
from softsym.proof.steps import ProofStep, Use
from softsym.refute.search import length_names
from softsym.signs import UP, ZERO_UP, is_smooth
from softsym.symbols import LENGTH

Below: TypeAlias = "list[tuple[ProofStep, Setting]]"
"""Steps that a step rests on, each with what is known there."""
Found = TypeVar("Found")
_UNFIT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ShapeError, LanguageError)


def replay(statement: Statement, proof: ProofStep, deadline: float = float("inf")) -> None:
    """Check a proof of a statement, step by step.

    Raises :class:`Rejected` at the first step that does not follow, :class:`~softsym.errors.BudgetError` after the
    deadline.

    >>> from softsym import check, parse_statement
    >>> text = "max(z) <= lse(z)"
    >>> replay(parse_statement(text), check(text).proof)
    """
    kinds = {s.name: s.kind for s in statement.symbols} | dict.fromkeys(length_names(statement), LENGTH)
    require(proof.claim == statement.claim, f"{chain_text(proof.claim)} is not what is to be proved")
    _check(proof, Setting(kinds, statement.conditions, statement.lengths, deadline=deadline))


def _check(step: ProofStep, setting: Setting) -> None:
    try:
        require(step.given == setting.given, "the hypotheses differ")
        below = _RULES.get(step.rule, _by_table)(step, setting)
    except (Rejected, *_UNFIT) as error:
        raise Rejected(f"{step.rule}, for {chain_text(step.claim)}: {error}") from error
    for one, own in below:
        _check(one, own)


def _implies(setting: Setting, one: Chain, other: Chain) -> bool:
    """Whether a relation says the same of the same quantity as another, or more."""
    if "==" in (*one.relations, *other.relations):
        return one.relations == other.relations and all(map(setting.agree, one.sides, other.sides))
    (quantity, strict), (wanted, strictly) = gap(one), gap(other)
    return strict >= strictly and setting.agree(quantity, wanted)


def _is_strict(chain: Chain) -> bool:
    return bool({"<", ">"} & {*chain.relations})


# the table


def _first(forms: Iterable[Row], attempt: Callable[[Row], Found]) -> Found:
    """What comes of the first form of a rule that fits."""
    reasons = []
    for form in forms:
        try:
            return attempt(form)
        except (Rejected, *_UNFIT) as error:
            reasons.append(str(error))
    raise Rejected("; or ".join(reasons) or "no such rule")


def _by_table(step: ProofStep, setting: Setting) -> Below:
    def attempt(row: Row) -> Below:
        values: Values = {}
        require(_is_strict(row.says) == _is_strict(step.claim), "the relation is another")
        _bind(row, step.claim, values)
        says, below = _applied(row, step.uses, list(step.steps), setting, values)
        require(_implies(setting, says, step.claim), f"it says {chain_text(says)}")
        return below

    return _first(rows(step.rule), attempt)


def _bind(row: Row, claim: Chain, values: Values) -> None:
    """Names alone in what a row says, of no use to it, stand for the sides of the claim, or for its quantity."""
    used = {s.name for e in row.about for s in free_symbols(e)}
    equation = row.says.relations == ("==",)
    for own, side in zip(*(c.sides if equation else gap(c)[:1] for c in (row.says, claim)), strict=True):
        if isinstance(own, Symbol) and own.name not in used:
            values[own.name] = side


def _applied(
    row: Row, uses: tuple[Expr, ...], steps: list[ProofStep], setting: Setting, values: Values
) -> tuple[Chain, Below]:
    """What a row says of these uses, and the steps that its conditions rest on."""
    require(len(uses) == len(row.about) and all(map(matches, row.about, uses, [values] * len(uses))), "other uses")
    below = [found for need in row.needs for found in _shown(row, need, steps, setting, values)]
    require(not steps, "a step has no use")
    return row.stated(row.says, values), below


def _shown(row: Row, need: Need, steps: list[ProofStep], setting: Setting, values: Values) -> Below:
    """That a condition holds: by the next steps, by signs, or by values at points."""
    own = _for_every(row, need, setting, values)
    if steps and len(need.chain.sides) == 2 and need.chain.relations != ("==",):
        _bind(row._replace(says=need.chain), steps[0].claim, values)
    chain, *hypotheses = (row.stated(c, values) for c in (need.chain, *need.hypotheses))
    for node in (n for side in need.chain.sides for n in walk(side)):
        if isinstance(node, Apply) and node.head in DERIVATIVES:
            term, name = (row.put(a, values) for a in node.args[:2])
            require(is_smooth(term, name, own.signs), f"{term} may not be smooth in {name}")  # type: ignore[arg-type]
    if chain.relations == ("==",):
        require(own.where(*hypotheses).agree(*chain.sides), f"{chain_text(chain)} does not show")
        return []
    return [found for link in links(chain) for found in _inequality(link, hypotheses, steps, setting, own)]


def _inequality(link: Chain, wanted: list[Chain], steps: list[ProofStep], setting: Setting, own: Setting) -> Below:
    hypotheses = steps[0].given[len(setting.given) :] if steps else ()
    if steps and len(hypotheses) == len(wanted) and all(map(partial(_implies, own), wanted, hypotheses)):
        below = own.supposing(*hypotheses)
        if _implies(below, steps[0].claim, link):
            return [(steps.pop(0), below)]
    quantity, strict = gap(link)
    shown = own.where(*wanted).signs(quantity) <= (UP if strict else ZERO_UP)
    require(shown, f"{chain_text(link)} does not show")
    return []


def _for_every(row: Row, need: Need, setting: Setting, values: Values) -> Setting:
    """What is known where a condition is for every value of names, which must be of their kinds and stand nowhere
    else in it."""
    names = _names([values[name] for name, _ in need.every], [domain for _, domain in need.every])
    free = {s.name for c in (need.chain, *need.hypotheses) for side in c.sides for s in free_symbols(side)}
    for other in free - {"f", "g", *(name for name, _ in need.every)}:
        require(not set(names) & free_symbols(values.get(other, number(0))), f"{values.get(other)} is not free of it")
    if need.between:
        ends = [row.put(end, values) for end in need.between]
        setting = _between(setting, names.pop(0), *ends)
    return setting.having(*names)


def _names(exprs: Sequence[Expr], domains: Sequence[str]) -> list[Symbol]:
    """Expressions that must be different names, and of given kinds where one is given."""
    names = [e for e in exprs if isinstance(e, Symbol)]
    fit = len({*names}) == len(exprs) and all(d in ("", s.kind.domain) for s, d in zip(names, domains, strict=True))
    require(fit, f"{', '.join(map(str, exprs))} are no such names")
    return names


def _between(setting: Setting, name: Symbol, one: Expr, other: Expr) -> Setting:
    """For every value of a name between two, which its kind, a convex set, must contain; conditions that are linear
    and hold at both hold there."""
    for end in (one, other):
        require(end.shape == name.shape, "another length")
        _applied(rows(f"in {name.kind.domain}")[0], (end,), [], setting, {})
    own = setting.every(name)
    for quantity, strict in setting.known() if isinstance(one, Symbol) and not one.shape else ():
        if one not in free_symbols(quantity) or quantity.shape:
            continue
        here, there = (substitute(quantity, {one: at}) for at in (name, other))
        holds = setting.signs(there) <= (UP if strict else ZERO_UP) or (not strict and setting.agree(there, number(0)))
        if holds and own.agree(apply("diff", here, name, 2), number(0)):
            own = own.where(Chain((here, number(0)), (">" if strict else ">=",)))
    return own


# what no row of a table states


def _chain(step: ProofStep, setting: Setting) -> Below:
    """Relations that follow each other: all those of the claim, or equations from its one side to the other."""
    claims = [below.claim for below in step.steps]
    whole = Chain((claims[0].sides[0], *(c.sides[-1] for c in claims)), tuple(r for c in claims for r in c.relations))
    require(links(whole) == claims, "the relations do not follow each other")
    ends = Chain((whole.sides[0], whole.sides[-1]), ("==",))
    require(step.claim in ((whole, ends) if {*whole.relations} == {"=="} else (whole,)), "they lead elsewhere")
    return [(below, setting) for below in step.steps]


def _by_entries(step: ProofStep, setting: Setting) -> Below:
    """The equation of the entries at new indices."""
    [below], own = step.steps, setting.having(*_names(step.uses, ["index"] * len(step.uses)))
    entries = Chain(tuple(apply("item", side, *step.uses) for side in step.claim.sides), step.claim.relations)
    require(_implies(own, below.claim, entries), "other entries")
    return [(below, own)]


def _rewriting(step: ProofStep, setting: Setting) -> Below:
    """The claim with what the first steps say it is equal to in its place is the last step's."""
    *equations, last = step.steps
    known = {e.claim.sides[0]: e.claim.sides[1] for e in equations if e.claim.relations == ("==",)}
    sides = [_replaced(side, known, setting) for side in step.claim.sides]
    left = any(isinstance(n, Apply) and n.head == "limit" for side in sides for n in walk(side))
    same = last.claim.relations == step.claim.relations and all(map(setting.agree, sides, last.claim.sides))
    require(same and not left, "the sides differ")
    bound = {name for side in step.claim.sides for n in walk(side) for name in _bound(n)}
    every = setting.having(*(name for name in bound if name.name not in setting.kinds))
    return [*((below, every) for below in equations), (last, setting)]


def _replaced(expr: Expr, known: Mapping[Expr, Expr], setting: Setting) -> Expr:
    """Not where a name is bound that is known, and not what is differentiated where conditions hold."""
    closed = any(name.name in setting.kinds for name in _bound(expr))
    if isinstance(expr, Apply) and not closed and not (expr.head in DERIVATIVES and setting.conditions):
        expr = apply(expr.head, *(_replaced(a, known, setting) for a in expr.args))
    return known.get(expr, expr)


def _bound(expr: Expr) -> tuple[Symbol, ...]:
    return expr.args[1:] if isinstance(expr, Apply) and expr.head == "sum" else ()  # type: ignore[return-value]


def _combination(step: ProofStep, setting: Setting) -> Below:
    """A sum of multiples, with factors >= 0, of the steps and of what the table says."""
    steps, total, strict = list(step.steps), number(0), False
    for use in step.uses:
        says = steps.pop(0).claim if use.source == "step" else _first(rows(use.source), partial(_says, use, setting))
        (quantity, positive), factor = gap(says), setting.signs(use.factor)
        require(factor <= ZERO_UP, f"{use.factor} may be negative")
        total, strict = total + use.factor * quantity, strict or (positive and factor == UP)
    wanted, strictly = gap(step.claim)
    require(not steps and strict >= strictly and setting.agree(wanted, total), "the sum differs")
    return [(below, setting) for below in step.steps]


def _says(use: Use, setting: Setting, row: Row) -> Chain:
    return _applied(row, use.about, [], setting, {})[0]


def _values(step: ProofStep, setting: Setting) -> Below:
    """The claim for every value of a name: each step below has it with new names in the place of that one."""
    name, *values = step.uses
    require(setting.kinds.get(name.name) == name.kind, f"{name} is another name")
    kind = f"values of {name.kind.domain}"

    def attempt(row: Row) -> Below:
        cases = zip(row.values, values, step.steps, strict=True)
        return [_with_value(step, setting, name, *case) for case in cases]

    return _first((*rows(kind), *rows(f"{kind}({name.kind.at(dict(setting.lengths)).length})")), attempt)


def _with_value(
    step: ProofStep, setting: Setting, name: Symbol, form: Statement, value: Expr, below: ProofStep
) -> tuple[ProofStep, Setting]:
    parts: Values = {}
    require(matches(form.claim.sides[1], value, parts) and value.shape == name.shape, f"{value} has another form")
    new = _names([parts[s.name] for s in form.symbols], [s.kind.domain for s in form.symbols])
    require(below.claim == substituted(step.claim, {name: value}), "another claim")
    rest = replace(setting.at({name: value}), kinds={n: k for n, k in setting.kinds.items() if n != name.name})
    return below, rest.having(*new).where(*(rows("equal")[0].stated(c, parts) for c in form.conditions))


_RULES: dict[str, Callable[[ProofStep, Setting], Below]] = {
    **dict.fromkeys(("each relation", "a calculation"), _chain),
    "the entries": _by_entries,
    "rewriting": _rewriting,
    "a sum of multiples of what is known": _combination,
    "cases": covered,
    **dict.fromkeys(("cases by the signs of scalars", "free parameters", "in coordinates"), _values),
}
