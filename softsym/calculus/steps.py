"""The making of a derivation: one rule after the other, each step checked as it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from softsym.algebra.fold import fold
from softsym.calculus.arithmetic import cleared
from softsym.calculus.checking import PROVED, Checker, agreements, divergences, said
from softsym.calculus.deltas import contracted, has_delta
from softsym.calculus.derivatives import resolve
from softsym.calculus.rules import rule_for
from softsym.entries import entry, fresh_index
from softsym.errors import SoftsymError, UnsupportedError
from softsym.expansion import expand
from softsym.expression import CALCULUS, DERIVATIVES, Apply, Expr, Symbol, apply, as_expr, has_calculus, walk, with_args
from softsym.language.printer import bare_text
from softsym.shapes import literal

BOUNDED = "an expansion with a bounded remainder, for every N"
NORMAL_FORM = "differentiated in normal form, entry by entry"
JOINABLE = ((9, ("linear", "rules")), (12, ("linear", "rules", "sums")))
"""In derivations of more steps, neighbouring ones of these stages are taken together."""


def _divergence(limit: Expr, value: Expr) -> str:
    return f"it is infinite, with this sign, at {divergences(limit, str(value))} exact points"


@dataclass(frozen=True)
class Step:
    """``before == after`` by the ``rule``, under its ``condition``; ``checked`` says how that was verified."""

    rule: str
    before: Expr
    after: Expr
    condition: str = ""
    checked: str = ""


class Deriving:
    """One derivation in the making."""

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        self.steps: list[Step] = []
        self.stages: list[str] = []
        self.checker = Checker()

    def result(self) -> tuple[Expr, tuple[Step, ...]]:
        """The result and the steps."""
        value = self._of(self.expr)
        return value, tuple(self._joined())

    def _of(self, expr: Expr) -> Expr:
        if isinstance(expr, Apply) and expr.head == "limit":
            return self._limit(expr)
        if _is_derivative(expr):
            return self._derivative_or_whole(expr)
        if not has_calculus(expr):
            return self._shorter(expr)
        for node in _outermost(expr):
            self._of(node)
        result = resolve(expr)
        self._note("put together", "", expr, result)
        return result

    def _note(self, rule: str, stage: str, before: Expr, after: Expr, condition: str = "") -> None:
        if before != after:
            self.steps.append(Step(rule, before, after, condition, self.checker.check(before, after)))
            self.stages.append(stage)

    def _limit(self, expr: Apply) -> Expr:
        from softsym.calculus.limits import InfiniteLimitError, limit_steps

        inner = self._of(expr.args[0]) if has_calculus(expr.args[0]) else expr.args[0]
        try:
            value, steps = limit_steps(Apply("limit", (inner, *expr.args[1:]), expr.shape, expr.depth))
            infinite = False
        except InfiniteLimitError as error:
            if expr is not self.expr:
                raise
            value, steps, infinite = error.value, error.steps, True
        for step in steps:
            self._limit_step(step.rule, step.before, step.after, step.condition, expr)
        found = _divergence(expr, value) if infinite else said(agreements(expr, value))
        self.steps.append(Step("the limit of the leading terms", expr, value, "", f"{BOUNDED}; {found}"))
        self.stages.append("limit")
        return value

    def _limit_step(self, rule: str, before: Expr, after: Expr, condition: str, limit: Apply) -> None:
        """A step of a limit: an equation, or the leading terms as the limit 1 of a quotient; others are left out."""
        if before == after or limit.args[0] == after or before.shape != after.shape:
            return
        if not has_calculus(before) and self.checker.unproved(before, after):
            before, after = apply("limit", before / after, *limit.args[1:]), as_expr(1)
            try:
                agreed = agreements(before, after)
            except SoftsymError:
                return
            if agreed:
                self.steps.append(Step(rule, before, after, condition, f"{BOUNDED}; {said(agreed)}"))
                self.stages.append("limit")
        elif not has_calculus(before):
            self._note(rule, "limit", before, after, condition)

    def _shorter(self, expr: Expr) -> Expr:
        written_out, result = cleared(expand(expr)), fold(expr)
        self._note("definitions", "", expr, written_out)
        self._note("collect terms and recognise", "", written_out, result)
        return result

    def _joined(self) -> list[Step]:
        """Neighbouring steps of differentiation taken together while there are too many."""
        steps, stages = list(self.steps), list(self.stages)
        for most, joinable in JOINABLE:
            while len(steps) > most:
                pairs = [n for n in range(len(steps) - 1) if stages[n] in joinable and stages[n + 1] in joinable]
                if not pairs:
                    break
                n = min(pairs, key=lambda n: len(steps[n].rule) + len(steps[n + 1].rule))
                steps[n : n + 2] = [self._one_step(steps[n], steps[n + 1])]
                stages[n : n + 2] = ["rules"]
        return steps

    def _one_step(self, one: Step, other: Step) -> Step:
        rule = "; ".join(dict.fromkeys([*one.rule.split("; "), *other.rule.split("; ")]))
        condition = "; ".join(dict.fromkeys(c for c in (one.condition, other.condition) if c))
        proved = one.checked == other.checked == PROVED
        how = PROVED if proved else self.checker.check(one.before, other.after)
        return Step(rule, one.before, other.after, condition, how)

    # derivatives

    def _derivative_or_whole(self, expr: Expr) -> Expr:
        """The derivative step by step; where its entries have no place in the language, by the algebra at once."""
        made = len(self.steps)
        try:
            return self._derivative(expr)
        except UnsupportedError:
            del self.steps[made:], self.stages[made:]
        result = resolve(expr)
        self._note(NORMAL_FORM, "", expr, result)
        return result

    def _derivative(self, expr: Expr) -> Expr:
        """The whole derivative by way of its entries."""
        indices = self._indices(expr)
        current = entry(expr, *indices) if indices else expr
        if indices:
            whole = apply("item", expr, *indices) if expr.head != "item" else expr  # type: ignore[attr-defined]
            self._note(f"the entry {_listed(indices)}", "", whole, current)
        current = self._nested(current)
        last = self._differentiated(current)
        value = fold(last) if not indices else self._entry_value(last)
        self._note("collect terms and recognise", "", last, value)
        if not indices:
            return value
        try:
            result = resolve(expr)
        except UnsupportedError:
            return value  # the language has no word for the whole; the entry says it
        self._note("all entries together", "", expr, result)
        return result

    @staticmethod
    def _entry_value(last: Expr) -> Expr:
        return fold(last)

    def _indices(self, expr: Expr) -> list[Symbol]:
        taken = {s.name for s in walk(expr) if isinstance(s, Symbol)}
        found: list[Symbol] = []
        for length in expr.shape:
            own = fresh_index(length, taken)
            index = next((Symbol(n, own.kind) for n in "ijklm" if n not in taken), own)
            taken.add(index.name)
            found.append(index)
        return found

    def _nested(self, expr: Expr) -> Expr:
        """Derivatives by several names one after the other."""
        result = _mapped(expr, _one_by_one)
        self._note("one variable after the other", "", expr, result)
        return result

    def _differentiated(self, current: Expr) -> Expr:
        """Rules applied to the innermost derivatives, stage by stage, until none is left."""
        done_inner = False
        while True:
            nodes = _innermost(current)
            if not nodes:
                break
            if done_inner and _outer_only(current):
                current = self._tidied(current)
                done_inner = False
                continue
            following = self._stage(current, nodes)
            done_inner = len(_all_derivatives(following)) < len(_all_derivatives(current)) or done_inner
            current = following
        result = cleared(contracted(current)) if has_delta(current) else current
        self._note("the Kronecker delta picks one term of the sum", "", current, result)
        return result

    def _tidied(self, current: Expr) -> Expr:
        """What stands inside an outer derivative, shortened before it is differentiated again."""

        def shorten(node: Apply) -> Expr | None:
            if node.head == "diff" and not has_calculus(node.args[0]):
                return apply("diff", fold(node.args[0]), *node.args[1:])
            return None

        result = _mapped(current, shorten)
        self._note("collect terms and recognise", "", current, result)
        return result

    def _stage(self, current: Expr, nodes: Sequence[Apply]) -> Expr:
        """One step: the rules of the first derivative's stage, for all derivatives to which they apply."""
        first = rule_for(*nodes[0].args)
        if first is None:
            return self._by_algebra(current, nodes[0])
        stages = {first[0].stage}
        names: dict[str, None] = {}
        conditions: dict[str, None] = {}

        def rewrite(node: Apply) -> Expr | None:
            found = rule_for(*node.args) if _is_innermost(node) else None
            if found is None or found[0].stage not in stages:
                return None
            names[_named(found[0].name, *node.args)] = None
            conditions.update(dict.fromkeys([found[0].condition] if found[0].condition else []))
            return found[1]

        result = cleared(_mapped(current, rewrite))
        if stages <= {"linear", "rules"}:
            stages = {"linear"}
            result = _repeated(result, rewrite)
        self._note("; ".join(names), first[0].stage, current, result, "; ".join(conditions))
        return result

    def _by_algebra(self, current: Expr, node: Apply) -> Expr:
        """A derivative that no rule treats, from the algebra."""
        result = _mapped(current, lambda n: fold(n) if n == node else None)
        self._note(NORMAL_FORM, "", current, result)
        return result


def _repeated(expr: Expr, rewrite: Callable[[Apply], Expr | None]) -> Expr:
    """The rewriting carried on until nothing changes."""
    while True:
        following = cleared(_mapped(expr, rewrite))
        if following == expr:
            return expr
        expr = following


def _named(name: str, f: Expr, x: Expr) -> str:
    """A rule's name; for a definition, which one."""
    if name == "variable":
        if f == x:
            return f"the derivative of {bare_text(x)} by itself is 1"
        return f"the derivative of {bare_text(f)} by {bare_text(x)} is {bare_text(_delta(f, x))}"
    if name != "definition":
        return name
    head = getattr(f, "head", "")
    if head == "item":
        inner = f.args[0]  # type: ignore[attr-defined]
        return f"definition of {inner.head}" if isinstance(inner, Apply) else "the entry of a vector"
    return f"definition of {head}"


def _delta(f: Expr, x: Expr) -> Expr:
    assert isinstance(f, Apply)
    assert isinstance(x, Apply)
    return apply("delta", f.args[1], x.args[1])


def _is_derivative(expr: Expr) -> bool:
    if isinstance(expr, Apply) and expr.head == "item":
        expr = expr.args[0]
    return isinstance(expr, Apply) and expr.head in DERIVATIVES


def _outermost(expr: Expr) -> list[Expr]:
    if not isinstance(expr, Apply):
        return []
    if expr.head in CALCULUS or _is_derivative(expr):
        return [expr]
    return [node for arg in expr.args for node in _outermost(arg)]


def _one_by_one(node: Apply) -> Expr | None:
    """diff(f, x, y) as diff(diff(f, x), y)."""
    if node.head != "diff" or len(node.args) < 3:
        return None
    f, *names = node.args
    order = literal(names[-1]) if len(names) == 2 else None
    for x in [names[0]] * order if order is not None else names:
        f = apply("diff", f, x)
    return f


def _mapped(expr: Expr, rewrite: Callable[[Apply], Expr | None]) -> Expr:
    """The expression with nodes rewritten, from the outside in; what a rewriting gives is left as it is."""
    if not isinstance(expr, Apply):
        return expr
    found = rewrite(expr)
    if found is not None:
        return found
    args = tuple(_mapped(a, rewrite) for a in expr.args)
    return with_args(expr, args)


def _all_derivatives(expr: Expr) -> list[Apply]:
    return [n for n in walk(expr) if isinstance(n, Apply) and n.head == "diff"]


def _is_innermost(node: Apply) -> bool:
    return node.head == "diff" and not has_calculus(node.args[0])


def _innermost(expr: Expr) -> list[Apply]:
    return [n for n in _all_derivatives(expr) if _is_innermost(n)]


def _outer_only(expr: Expr) -> bool:
    """Whether a derivative of a derivative has just been worked out inside."""
    return any(_untidy(n.args[0]) for n in _innermost(expr))


def _untidy(f: Expr) -> bool:
    return has_delta(f) or contracted(f) != f


def _listed(indices: Sequence[Symbol]) -> str:
    return "[" + ", ".join(i.name for i in indices) + "]"
