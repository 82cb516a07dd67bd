"""Each rule of a proof, stated again: what a step must look like, and where the steps below it are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import product
from typing import TypeAlias

from softsym.errors import ShapeError
from softsym.evaluation import Point
from softsym.expression import Apply, Expr, Number, Symbol, apply, free_symbols, number, substitute, walk
from softsym.language import Chain, Statement, chain_text
from softsym.proof.replay.lemmas import LEMMAS, values
from softsym.proof.replay.setting import Rejected, Setting, gap, replaced, substituted
from softsym.proof.replay.theorems import THEOREMS
from softsym.proof.steps import ProofStep, at_most
from softsym.refute.judgement import judge
from softsym.refute.search import length_names
from softsym.signs import UP
from softsym.symbols import LENGTH, Kind

Below: TypeAlias = "Iterator[tuple[ProofStep, Setting]]"
_SPLIT = {"real": ("positive", "negative", "zero"), "nonzero": ("positive", "negative"),
          "nonnegative": ("positive", "zero")}  # fmt: skip
_FLIPPED = {">": "<", ">=": "<="}
_ZERO, _ONE = number(0), number(1)


def replay(statement: Statement, proof: ProofStep, deadline: float = float("inf")) -> None:
    """Check a proof of a statement, step by step.

    Raises :class:`Rejected` at the first step that does not follow, :class:`~softsym.errors.BudgetError` after the
    deadline.

    >>> from softsym import check, parse_statement
    >>> text = "max(z) <= lse(z)"
    >>> replay(parse_statement(text), check(text).proof)
    """
    kinds = {s.name: s.kind for s in statement.symbols} | dict.fromkeys(length_names(statement), LENGTH)
    if proof.claim != statement.claim or proof.given:
        raise Rejected(f"{chain_text(proof.claim)} is not what is to be proved")
    _check(proof, Setting(kinds, statement.conditions, statement.lengths, deadline))


def _check(step: ProofStep, base: Setting) -> None:
    if step.rule not in _RULES:
        raise Rejected(f"{step.rule}: no such rule")
    try:
        found = list(_RULES[step.rule](step, base))
    except Rejected:
        raise
    except (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError, ShapeError) as error:
        raise Rejected(f"{step.rule}, for {chain_text(step.claim)}: it is not formed as it must be: {error}") from error
    for below, setting in found:
        _check(below, setting)


def _require(holds: bool, step: ProofStep, reason: str = "it does not follow") -> None:
    if not holds:
        raise Rejected(f"{step.rule}, for {chain_text(step.claim)}: {reason}")


def _own(step: ProofStep, base: Setting) -> Setting:
    return base.where(*step.given)


def _as_is(step: ProofStep, base: Setting) -> Below:
    """The steps below, under the same hypotheses."""
    _require(all(below.given == step.given for below in step.steps), step, "the hypotheses change")
    yield from ((below, base) for below in step.steps)


def _only(step: ProofStep) -> tuple[Expr, bool]:
    """The quantity that the one step below says is >= 0."""
    _require(len(step.steps) == 1, step, "it rests on one step")
    return gap(step.steps[0].claim)


def _no_weaker(step: ProofStep) -> bool:
    return all(gap(below.claim)[1] for below in step.steps) or not gap(step.claim)[1]


# equations, chains and cases


def _equality(step: ProofStep, base: Setting) -> Below:
    _require(step.claim.relations == ("==",) and _own(step, base).agree(*step.claim.sides), step, "the sides differ")
    return _as_is(step, base)


def _rewriting(step: ProofStep, base: Setting) -> Below:
    *equations, last = step.steps
    known = {e.claim.sides[0]: e.claim.sides[1] for e in equations if e.claim.relations == ("==",)}
    sides = [replaced(side, known) for side in step.claim.sides]
    _require(not any(getattr(n, "head", "") == "limit" for side in sides for n in walk(side)), step, "a limit is left")
    same = all(base.agree(*pair) for pair in zip(sides, last.claim.sides, strict=True))
    _require(same and step.claim.relations == last.claim.relations, step, "the sides differ")
    return _as_is(step, base)


def _each_relation(step: ProofStep, base: Setting) -> Below:
    claim = step.claim
    single = [Chain(claim.sides[n : n + 2], (relation,)) for n, relation in enumerate(claim.relations)]
    _require([below.claim for below in step.steps] == single, step, "other relations")
    return _as_is(step, base)


def _turned_round(step: ProofStep, base: Setting) -> Below:
    turned = Chain(step.claim.sides[::-1], (_FLIPPED[step.claim.relations[0]],))
    _require([below.claim for below in step.steps] == [turned], step)
    return _as_is(step, base)


def _two_inequalities(step: ProofStep, base: Setting) -> Below:
    left, right = step.claim.sides
    _require([below.claim for below in step.steps] == [at_most(left, right), at_most(right, left)], step)
    return _as_is(step, base)


def _signs(step: ProofStep, base: Setting) -> Below:
    cases = list(product(*(_SPLIT[base.kinds[s.name].domain] for s in step.uses)))
    _require(len(cases) == len(step.steps) and not step.given, step, "not every case")
    for case, below in zip(cases, step.steps, strict=True):
        new = {s.name: Kind("scalar", sign) for s, sign in zip(step.uses, case, strict=True) if sign != "zero"}
        named = {s: Symbol(s.name, new[s.name]) if s.name in new else _ZERO for s in step.uses}
        _require(below.claim == substituted(step.claim, named) and not below.given, below, "not this case")
        yield below, replace(base.at(named), kinds={**base.kinds, **new})


def _parameters(step: ProofStep, base: Setting) -> Below:
    free = dict(zip(step.uses[::2], step.uses[1::2], strict=True))
    setting = base.at(free)
    for symbol, value in free.items():
        kind, new = base.kinds[symbol.name], sorted(free_symbols(value), key=lambda s: s.name)
        if kind.domain == "distribution":
            _require(value == apply("softmax", *new) and new[0].kind == Kind("vector", "vector", kind.length), step)
        else:
            b, a = new
            _require(kind.domain == "unit" and value == a / (a + b), step)
            _require(all(s.kind == Kind("scalar", "nonnegative") for s in new), step)
            setting = setting.where(Chain((a + b, _ZERO), (">",)))
        setting = setting.having(*new)
    _require([b.claim for b in step.steps] == [substituted(step.claim, free)] and not step.given, step)
    yield step.steps[0], setting


def _coordinates(step: ProofStep, base: Setting) -> Below:
    """Every vector is a list of new numbers that its kind allows, as many as its fixed length says."""
    values = dict(zip(step.uses[::2], step.uses[1::2], strict=True))
    setting = base.at(values)
    for symbol, value in values.items():
        kind = base.kinds[symbol.name]
        size = kind.vector_length.at(dict(base.lengths)).constant
        new = sorted(free_symbols(value), key=lambda s: s.name)
        setting = setting.having(*new)
        if kind.domain == "distribution" and size == 2:
            t = new[0]
            _require(t.kind.domain == "unit" and value == apply("list", t, 1 - t), step)
            setting = setting.where(Chain((_ZERO, t, _ONE), ("<", "<")))
        elif kind.domain == "distribution":
            whole: Expr = reduce(lambda a, b: a + b, new, _ONE)
            _require(value == apply("list", *(part / whole for part in (*new, _ONE))), step)
            _require(len(new) == size - 1 and {s.kind for s in new} <= {Kind("scalar", "positive")}, step)
        else:
            entry = Kind("scalar", {"vector": "real", "positive vector": "positive"}[kind.domain])
            _require(value == apply("list", *new) and [s.kind for s in new] == [entry] * size, step)
    _require([b.claim for b in step.steps] == [substituted(step.claim, values)] and not step.given, step)
    yield step.steps[0], setting


def _cases(step: ProofStep, base: Setting) -> Below:
    """At every point some case's hypotheses hold, and its quantity is the claim's there."""
    _require(bool(step.steps) and _no_weaker(step), step, "no cases")
    _require(all(b.given[: len(step.given)] == step.given for b in step.steps), step, "a hypothesis is lost")
    whole, cases = gap(step.claim)[0], [(below, base.having(*_new_indices(below, base))) for below in step.steps]
    _require(_tell_apart(step, _own(step, base)), step, "the hypotheses are no cases")
    for point in _own(step, base).points(whole):
        for entry in _entries(whole, point):
            covered = any(_covers(case, entry, point, len(step.given)) for case in cases)
            _require(covered or not _equal_at(entry, entry, point), step, f"no case for {entry} at {point}")
    yield from cases


def _tell_apart(step: ProofStep, own: Setting) -> bool:
    """Whether the new hypotheses are such as some case has: a sign and its opposite, indices, where a maximum is."""
    new = [below.given[len(step.given) :] for below in step.steps]
    if [len(hypotheses) for hypotheses in new] == [1, 1] and not {h.relations for (h,) in new} - {(">=",)}:
        one, other = (gap(hypothesis)[0] for (hypothesis,) in new)
        if own.agree(one, apply("neg", other)):
            return True
    settings = [own.having(*_new_indices(below, own)) for below in step.steps]
    return all(_places(h) or _is_largest(h, s) for hypotheses, s in zip(new, settings, strict=True) for h in hypotheses)


def _places(hypothesis: Chain) -> bool:
    """Whether it says of two indices, or of the place of a 1 and an index, that they are the same or not."""
    left, right = hypothesis.sides
    if hypothesis.relations == ("==",) and isinstance(left, Apply) and right in (_ZERO, _ONE):
        return all(s.kind.domain in ("onehot", "index") for s in free_symbols(left)) and left.head in ("item", "dot")
    plain = all(isinstance(e, Number) or (isinstance(e, Symbol) and e.kind.type == "index") for e in (left, right))
    return plain and hypothesis.relations in (("==",), ("!=",))


def _is_largest(hypothesis: Chain, setting: Setting) -> bool:
    """Whether it says that one of a maximum's values is the largest."""
    best, largest = hypothesis.sides
    if hypothesis.relations != (">=",) or not (isinstance(largest, Apply) and largest.head == "max"):
        return False
    return any(setting.agree(best, value) for value in values(setting, largest.args[0]))


def _new_indices(below: ProofStep, base: Setting) -> set[Symbol]:
    found = {s for c in (below.claim, *below.given) for side in c.sides for s in free_symbols(side)}
    new = {s for s in found if s.name not in base.kinds and s.kind.type != "constant"}
    _require(all(s.kind.type == "index" for s in new), below, "a name comes from nowhere")
    return new


def _entries(whole: Expr, point: Point) -> Iterator[Expr]:
    sizes = [length.value(point.lengths) for length in whole.shape]
    for place in product(*(range(1, n + 1) for n in sizes)):
        yield apply("item", whole, *map(number, place)) if place else whole


def _covers(case: tuple[ProofStep, Setting], entry: Expr, point: Point, known: int) -> bool:
    """Whether a case's hypotheses hold, for some value of its new indices, and its quantity is the entry's."""
    below, setting = case
    new = {n: k.vector_length.value(point.lengths) for n, k in setting.kinds.items()
           if k.type == "index" and n not in point.values}  # fmt: skip
    for numbers in product(*(range(1, size + 1) for size in new.values())):
        own = Point(point.lengths, {**point.values, **dict(zip(new, numbers, strict=True))})
        if all(_true(c, own) for c in below.given[known:]) and _equal_at(entry, gap(below.claim)[0], own):
            return True
    return False


def _true(hypothesis: Chain, point: Point) -> bool:
    if hypothesis.relations == ("!=",):
        return judge(Chain(hypothesis.sides, ("==",)), point).outcome == "fails"
    return judge(hypothesis, point).outcome == "holds"


def _equal_at(left: Expr, right: Expr, point: Point) -> bool:
    return judge(Chain((left, right), ("==",)), point).outcome == "holds"


# quantities >= 0


def _equal(step: ProofStep, base: Setting) -> Below:
    quantity, strict = gap(step.claim)
    _require(not strict and _own(step, base).agree(quantity, _ZERO), step, "it is not 0")
    return _as_is(step, base)


def _sign(step: ProofStep, base: Setting) -> Below:
    quantity, strict = gap(step.claim)
    own, written = _own(step, base), _product(step)
    _require(
        own.agree(quantity, written) and own.sign(written) >= (UP if strict else 1), step, "the sign does not show"
    )
    return _as_is(step, base)


def _product(step: ProofStep) -> Expr:
    return reduce(lambda a, b: a * b, step.uses, number(1))


def _factors(step: ProofStep, base: Setting) -> Below:
    quantity, strict = gap(step.claim)
    own, total, below = _own(step, base), 1, [gap(b.claim)[0] for b in step.steps]
    for factor in step.uses:
        found = own.sign(factor)
        found = found or next((UP for b in below if own.agree(factor, b)), 0)
        found = found or next((-UP for b in below if own.agree(-factor, b)), 0)
        _require(found != 0 and (abs(found) == UP or not strict), step, f"the sign of {factor}")
        total *= 1 if found > 0 else -1
    _require(total > 0 and own.agree(quantity, _product(step)) and _no_weaker(step), step)
    return _as_is(step, base)


def _same_sign(step: ProofStep, base: Setting) -> Below:
    (quantity, strict), own = gap(step.claim), _own(step, base)
    *settled, a, b = step.uses
    signs = [own.sign(factor) for factor in settled]
    _require(not strict and all(signs) and reduce(lambda x, y: x * y, signs, 1) > 0, step, "the other factors")
    _require(own.agree(quantity, _product(step)) and len(step.steps) == 2, step)
    for below, (one, other) in zip(step.steps, ((a, b), (-a, -b)), strict=True):
        (added,) = below.given[len(step.given) :]
        _require(below.given[:-1] == step.given and own.agree(gap(added)[0], one), below, "the case")
        _require(own.agree(gap(below.claim)[0], other), below, "the other factor")
        yield below, base


def _combination(step: ProofStep, base: Setting) -> Below:
    (quantity, strict), own = gap(step.claim), _own(step, base)
    total, settled, below = _ZERO, not strict, iter(step.steps)
    for use in step.uses:
        found = gap(next(below).claim) if use.source == "step" else LEMMAS[use.source](own, *use.about)
        factor = own.sign(use.factor)
        if found is None or factor <= 0:
            raise Rejected(f"{step.rule}, for {chain_text(step.claim)}: {use} does not apply")
        settled |= factor == UP and found[1]
        total = total + use.factor * found[0]
    _require(settled and own.agree(quantity, total), step, "the sum differs")
    return _as_is(step, base)


def _logarithms(step: ProofStep, base: Setting) -> Below:
    (quantity, strict), own, (a, b) = gap(step.claim), _own(step, base), step.uses
    least = UP if strict else 1
    _require(own.agree(quantity, a - b) and own.sign(a) >= least and own.sign(b) >= least, step)
    _require(own.agree(_only(step)[0], apply("log", a) - apply("log", b)) and _no_weaker(step), step)
    return _as_is(step, base)


def _powers(step: ProofStep, base: Setting) -> Below:
    quantity, own, (a, b, n) = gap(step.claim)[0], _own(step, base), step.uses
    _require(own.agree(quantity, a - b) and min(own.sign(a), own.sign(b), own.sign(n)) > 0, step)
    _require(own.agree(_only(step)[0], a**n - b**n) and _no_weaker(step), step)
    return _as_is(step, base)


def _squares(step: ProofStep, base: Setting) -> Below:
    """a - b >= 0 if a >= 0, by its sign or by a first step, and a**2 >= b**2."""
    (quantity, strict), own, (a, b) = gap(step.claim), _own(step, base), step.uses
    *first, last = (gap(below.claim)[0] for below in step.steps)
    _require(not strict and own.agree(quantity, a - b) and own.agree(last, a**2 - b**2), step)
    settled = own.agree(first[0], a) if len(first) == 1 else not first and own.sign(a) > 0
    _require(settled, step, "the greater side may be negative")
    return _as_is(step, base)


def _exponentials(step: ProofStep, base: Setting) -> Below:
    quantity, own, (scale,) = gap(step.claim)[0], _own(step, base), step.uses
    _require(own.sign(scale) == UP and _no_weaker(step), step)
    _require(own.agree(_only(step)[0], apply("exp", scale * quantity) - 1), step)
    return _as_is(step, base)


def _termwise(step: ProofStep, base: Setting) -> Below:
    total = _only(step)[0]
    _require(bool(step.uses), step, "over no index")
    for index in step.uses:
        _require(isinstance(index, Symbol) and index.kind.type == "index", step, "no index")
        total = apply("sum", total, index)
    _require(_own(step, base).agree(gap(step.claim)[0], total) and _no_weaker(step), step, "the sums differ")
    _require(step.steps[0].given == step.given, step, "the hypotheses change")
    yield step.steps[0], base.having(*step.uses)


def _instance(step: ProofStep, base: Setting) -> Below:
    own, (name, value) = _own(step, base), step.uses
    taken = {s.name for c in own.conditions for side in c.sides for s in free_symbols(side)}
    _require(base.kinds[name.name].domain == "vector" and name.name not in taken, step, "it is not free")
    _require(own.agree(gap(step.claim)[0], substitute(_only(step)[0], {name: value})) and _no_weaker(step), step)
    return _as_is(step, base)


_RULES: dict[str, Callable[[ProofStep, Setting], Below]] = {
    "normal form": _equality,
    "limit": _equality,
    "rewriting": _rewriting,
    "each relation": _each_relation,
    "turned round": _turned_round,
    "two inequalities": _two_inequalities,
    "cases by the signs of scalars": _signs,
    "free parameters": _parameters,
    "in coordinates": _coordinates,
    "cases": _cases,
    "equal": _equal,
    "every term has this sign": _sign,
    "a product of squares and of factors > 0": _sign,
    "a sum of squares and of terms >= 0": _sign,
    "a product, factor by factor": _factors,
    "two factors with the same sign": _same_sign,
    "a sum of multiples of what is known": _combination,
    "logarithms of both sides": _logarithms,
    "powers of both sides": _powers,
    "squares of both sides": _squares,
    "exponentials of both sides": _exponentials,
    "term by term": _termwise,
    "an instance": _instance,
    **THEOREMS,
}
