"""Each step of a proof checked: by the table of rules, or by one of the few that no row of a table states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import TypeAlias, TypeVar

from softsym.errors import LanguageError, ShapeError
from softsym.evaluation import Point
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, number, substitute, walk
from softsym.language import Chain, Statement, chain_text
from softsym.proof.replay.setting import Rejected, Setting, gap, links, substituted
from softsym.proof.replay.table import Need, Row, rows
from softsym.proof.steps import ProofStep, Use
from softsym.refute.agreement import ENOUGH
from softsym.refute.judgement import judge
from softsym.refute.search import length_names
from softsym.signs import UP, ZERO_UP, is_smooth
from softsym.symbols import LENGTH

Below: TypeAlias = "list[tuple[ProofStep, Setting]]"
"""Steps that a step rests on, each with what is known there."""
Values: TypeAlias = "dict[str, Expr]"
"""What the names of a row stand for."""
Found = TypeVar("Found")
_UNFIT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ShapeError, LanguageError)
_DERIVATIVES = ("diff", "grad", "jacobian", "hessian")


def replay(statement: Statement, proof: ProofStep, deadline: float = float("inf")) -> None:
    """Check a proof of a statement, step by step.

    Raises :class:`Rejected` at the first step that does not follow, :class:`~softsym.errors.BudgetError` after the
    deadline.

    >>> from softsym import check, parse_statement
    >>> text = "max(z) <= lse(z)"
    >>> replay(parse_statement(text), check(text).proof)
    """
    kinds = {s.name: s.kind for s in statement.symbols} | dict.fromkeys(length_names(statement), LENGTH)
    _require(proof.claim == statement.claim, f"{chain_text(proof.claim)} is not what is to be proved")
    _check(proof, Setting(kinds, statement.conditions, statement.lengths, deadline=deadline))


def _check(step: ProofStep, setting: Setting) -> None:
    try:
        _require(step.given == setting.given, "the hypotheses differ")
        below = _RULES.get(step.rule, _by_table)(step, setting)
    except (Rejected, *_UNFIT) as error:
        raise Rejected(f"{step.rule}, for {chain_text(step.claim)}: {error}") from error
    for one, own in below:
        _check(one, own)


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise Rejected(reason)


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
        _require(_is_strict(row.says) == _is_strict(step.claim), "the relation is another")
        _bind(row, step.claim, values)
        says, below = _applied(row, step.uses, list(step.steps), setting, values)
        _require(_implies(setting, says, step.claim), f"it says {chain_text(says)}")
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
    _require(len(uses) == len(row.about) and all(map(_matches, row.about, uses, [values] * len(uses))), "other uses")
    below = [found for need in row.needs for found in _shown(row, need, steps, setting, values)]
    _require(not steps, "a step has no use")
    return _stated(row, row.says, values), below


def _matches(pattern: Expr, expr: Expr, values: Values) -> bool:
    """Whether an expression has the form of a pattern, whose names then stand for its parts."""
    if isinstance(pattern, Symbol):
        kinds = (pattern.kind.domain, expr.kind.domain if isinstance(expr, Symbol) else "")
        unfit = kinds[0] != kinds[1] if kinds[0] == "onehot" else "index" in kinds and kinds[1] not in ("index", "")
        return not unfit and values.setdefault(pattern.name, expr) == expr
    if not isinstance(pattern, Apply):
        return pattern == expr
    if not isinstance(expr, Apply) or (expr.head, len(expr.args)) != (pattern.head, len(pattern.args)):
        return False
    return all(_matches(p, e, values) for p, e in zip(pattern.args, expr.args, strict=True))


def _put(row: Row, expr: Expr, values: Values) -> Expr:
    """An expression of a row with what its names stand for; f(...) has that for the first name "for every"."""
    if isinstance(expr, Symbol) and expr.name in row.places:
        name = next(values[name] for need in row.needs for name, _ in need.every)
        return substitute(values[expr.name[0]], {name: _put(row, row.places[expr.name], values)})  # type: ignore[dict-item]
    if isinstance(expr, Apply):
        return apply(expr.head, *(_put(row, a, values) for a in expr.args))
    return values[expr.name] if isinstance(expr, Symbol) and expr.kind.type != "constant" else expr


def _stated(row: Row, chain: Chain, values: Values) -> Chain:
    return Chain(tuple(_put(row, side, values) for side in chain.sides), chain.relations)


def _shown(row: Row, need: Need, steps: list[ProofStep], setting: Setting, values: Values) -> Below:
    """That a condition holds: by the next steps, by signs, or by values at points."""
    own = _for_every(row, need, setting, values)
    if steps and len(need.chain.sides) == 2 and need.chain.relations != ("==",):
        _bind(row._replace(says=need.chain), steps[0].claim, values)
    chain, *hypotheses = (_stated(row, c, values) for c in (need.chain, *need.hypotheses))
    for node in (n for side in need.chain.sides for n in walk(side)):
        if isinstance(node, Apply) and node.head in _DERIVATIVES:
            term, name = (_put(row, a, values) for a in node.args[:2])
            _require(is_smooth(term, name, own.signs), f"{term} may not be smooth in {name}")  # type: ignore[arg-type]
    if chain.relations == ("==",):
        _require(own.where(*hypotheses).agree(*chain.sides), f"{chain_text(chain)} does not show")
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
    _require(shown, f"{chain_text(link)} does not show")
    return []


def _for_every(row: Row, need: Need, setting: Setting, values: Values) -> Setting:
    """What is known where a condition is for every value of names, which must be of their kinds and stand nowhere
    else in it."""
    names = _names([values[name] for name, _ in need.every], [domain for _, domain in need.every])
    free = {s.name for c in (need.chain, *need.hypotheses) for side in c.sides for s in free_symbols(side)}
    for other in free - {"f", "g", *(name for name, _ in need.every)}:
        _require(not set(names) & free_symbols(values.get(other, number(0))), f"{values.get(other)} is not free of it")
    if need.between:
        ends = [_put(row, end, values) for end in need.between]
        setting = _between(setting, names.pop(0), *ends)
    return setting.having(*names)


def _names(exprs: Sequence[Expr], domains: Sequence[str]) -> list[Symbol]:
    """Expressions that must be different names, and of given kinds where one is given."""
    names = [e for e in exprs if isinstance(e, Symbol)]
    fit = len({*names}) == len(exprs) and all(d in ("", s.kind.domain) for s, d in zip(names, domains, strict=True))
    _require(fit, f"{', '.join(map(str, exprs))} are no such names")
    return names


def _between(setting: Setting, name: Symbol, one: Expr, other: Expr) -> Setting:
    """For every value of a name between two, which its kind, a convex set, must contain; conditions that are linear
    and hold at both hold there."""
    for end in (one, other):
        _require(end.shape == name.shape, "another length")
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


def _each_relation(step: ProofStep, setting: Setting) -> Below:
    _require([below.claim for below in step.steps] == links(step.claim), "other relations")
    return [(below, setting) for below in step.steps]


def _rewriting(step: ProofStep, setting: Setting) -> Below:
    """The claim with what the first steps say it is equal to in its place is the last step's."""
    *equations, last = (below.claim for below in step.steps)
    known = {e.sides[0]: e.sides[1] for e in equations if e.relations == ("==",)}
    sides = [_replaced(side, known) for side in step.claim.sides]
    left = any(isinstance(n, Apply) and n.head == "limit" for side in sides for n in walk(side))
    same = not left and last.relations == step.claim.relations and all(map(setting.agree, sides, last.sides))
    _require(same, "the sides differ")
    return [(below, setting) for below in step.steps]


def _replaced(expr: Expr, known: Mapping[Expr, Expr]) -> Expr:
    if isinstance(expr, Apply):
        expr = apply(expr.head, *(_replaced(a, known) for a in expr.args))
    return known.get(expr, expr)


def _combination(step: ProofStep, setting: Setting) -> Below:
    """A sum of multiples, with factors >= 0, of the steps and of what the table says."""
    steps, total, strict = list(step.steps), number(0), False
    for use in step.uses:
        says = steps.pop(0).claim if use.source == "step" else _first(rows(use.source), partial(_says, use, setting))
        (quantity, positive), factor = gap(says), setting.signs(use.factor)
        _require(factor <= ZERO_UP, f"{use.factor} may be negative")
        total, strict = total + use.factor * quantity, strict or (positive and factor == UP)
    wanted, strictly = gap(step.claim)
    _require(not steps and strict >= strictly and setting.agree(wanted, total), "the sum differs")
    return [(below, setting) for below in step.steps]


def _says(use: Use, setting: Setting, row: Row) -> Chain:
    return _applied(row, use.about, [], setting, {})[0]


def _values(step: ProofStep, setting: Setting) -> Below:
    """The claim for every value of a name: each step below has it with new names in the place of that one."""
    name, *values = step.uses
    _require(setting.kinds.get(name.name) == name.kind, f"{name} is another name")
    kind = f"values of {name.kind.domain}"

    def attempt(row: Row) -> Below:
        cases = zip(row.values, values, step.steps, strict=True)
        return [_with_value(step, setting, name, *case) for case in cases]

    return _first((*rows(kind), *rows(f"{kind}({name.kind.at(dict(setting.lengths)).length})")), attempt)


def _with_value(
    step: ProofStep, setting: Setting, name: Symbol, form: Statement, value: Expr, below: ProofStep
) -> tuple[ProofStep, Setting]:
    parts: Values = {}
    _require(_matches(form.claim.sides[1], value, parts) and value.shape == name.shape, f"{value} has another form")
    new = _names([parts[s.name] for s in form.symbols], [s.kind.domain for s in form.symbols])
    _require(below.claim == substituted(step.claim, {name: value}), "another claim")
    plain = rows("equal")[0]
    rest = replace(setting.at({name: value}), kinds={n: k for n, k in setting.kinds.items() if n != name.name})
    return below, rest.having(*new).where(*(_stated(plain, c, parts) for c in form.conditions))


def _cases(step: ProofStep, setting: Setting) -> Below:
    """At every point, for every entry, some case's hypotheses hold, and its quantity is the claim's there."""
    whole, strictly = gap(step.claim)
    cases: Below = []
    for below in step.steps:
        hypotheses = below.given[len(setting.given) :]
        sides = [side for c in (below.claim, *hypotheses) for side in c.sides]
        new = {s for side in sides for s in free_symbols(side) if s.name not in setting.kinds}
        own = setting.having(*new)
        _require(gap(below.claim)[1] >= strictly and all(s.kind.type == "index" for s in new), "another kind of case")
        _require(all(_is_case(own, h) for h in hypotheses), "the hypotheses are no cases")
        cases.append((below, own.supposing(*hypotheses)))
    found = 0
    for point in setting.points(whole):
        for entry in _entries(whole, point):
            covered = any(_covers(case, own, entry, point, len(setting.given)) for case, own in cases)
            _require(covered or not _equal(entry, entry, point), f"no case for {entry} at {point}")
            found += covered
    _require(found >= ENOUGH, "at too few points")
    return cases


def _is_case(setting: Setting, hypothesis: Chain) -> bool:
    for row in rows("a case"):
        values: Values = {}
        same = row.case.relations == hypothesis.relations and setting.has(*hypothesis.sides)
        if same and all(_matches(p, e, values) for p, e in zip(row.case.sides, hypothesis.sides, strict=True)):
            return all(setting.agree(*_stated(row, need.chain, values).sides) for need in row.needs)
    return False


def _entries(whole: Expr, point: Point) -> Iterator[Expr]:
    sizes = [length.value(point.lengths) for length in whole.shape]
    for place in product(*(range(1, n + 1) for n in sizes)):
        yield apply("item", whole, *map(number, place)) if place else whole


def _covers(case: ProofStep, setting: Setting, entry: Expr, point: Point, known: int) -> bool:
    """Whether a case's hypotheses hold, for some value of its new indices, and its quantity is the entry's."""
    new = {n: k.vector_length.value(point.lengths) for n, k in setting.kinds.items()
           if k.type == "index" and n not in point.values}  # fmt: skip
    for numbers in product(*(range(1, size + 1) for size in new.values())):
        own = Point(point.lengths, {**point.values, **dict(zip(new, numbers, strict=True))})
        if all(_true(c, own) for c in case.given[known:]) and _equal(entry, gap(case.claim)[0], own):
            return True
    return False


def _true(hypothesis: Chain, point: Point) -> bool:
    if hypothesis.relations == ("!=",):
        return judge(Chain(hypothesis.sides, ("==",)), point).outcome == "fails"
    return judge(hypothesis, point).outcome == "holds"


def _equal(left: Expr, right: Expr, point: Point) -> bool:
    return _true(Chain((left, right), ("==",)), point)


_RULES: dict[str, Callable[[ProofStep, Setting], Below]] = {
    "each relation": _each_relation,
    "rewriting": _rewriting,
    "a sum of multiples of what is known": _combination,
    "cases": _cases,
    **dict.fromkeys(("cases by the signs of scalars", "free parameters", "in coordinates"), _values),
}
