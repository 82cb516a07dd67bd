"""A proof as data: a tree of steps, each with its claim, its rule, what the rule uses, and the steps it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from softsym.expression import Expr, Symbol, number, substitute
from softsym.language import Chain, bare_text, chain_text

SIGNS = "cases by the signs of scalars"
NORMAL_FORM, REWRITING = "normal form", "rewriting"
CALCULATION, ENTRIES, EQUATION = "a calculation", "the entries", "an equation"
_METHODS = {
    "limit": "limits by expansion in a growing scale",
    SIGNS: SIGNS,
    NORMAL_FORM: "the algebra of indexed sums",
    "two inequalities": "two inequalities",
}
_INEQUALITIES, _DERIVATIVES = "rules for inequalities", "derivatives along a segment"


@dataclass(frozen=True)
class Use:
    """A known inequality ``quantity >= 0`` times a factor that is >= 0.

    ``source`` is a lemma about the expressions ``about``, ``given`` for a hypothesis (``about`` is then the quantity
    that it says is >= 0), or ``step`` for the claim of the next step below.
    """

    factor: Expr
    source: str
    about: tuple[Expr, ...] = ()

    def text(self, step: str) -> str:
        """The multiple in words; ``step`` is the number of the step that it may take its inequality from."""
        about = ", ".join(map(bare_text, self.about))
        source = {"step": step, "given": f"{about} >= 0"}.get(self.source, f"[{self.source}] for {about}")
        return source if self.factor == number(1) else f"{bare_text(self.factor)} times {source}"


class Row(NamedTuple):
    """A step as it is shown: its number, such as 1.2.1, its claim, and the reasons in words.

    ``continues`` is whether the claim begins where that of the row before ends: then its right side is enough.
    """

    number: str
    claim: Chain
    reasons: tuple[str, ...]
    continues: bool = False

    @property
    def depth(self) -> int:
        """How many steps it stands below."""
        return self.number.count(".")

    @property
    def shown(self) -> Chain | Expr:
        """What is to be written: the claim, or what is reached, after an equals sign."""
        return self.claim.sides[1] if self.continues else self.claim

    @property
    def text(self) -> str:
        """The row's claim as text."""
        return f"== {bare_text(self.claim.sides[1])}" if self.continues else chain_text(self.claim)


@dataclass(frozen=True)
class ProofStep:
    """``claim`` holds by ``rule``, which ``uses`` these expressions and rests on the claims of ``steps``.

    ``given`` are the hypotheses of this case, besides the declared conditions; ``note`` says more in words.
    """

    rule: str
    claim: Chain
    steps: tuple[ProofStep, ...] = ()
    uses: tuple[Any, ...] = ()
    given: tuple[Chain, ...] = ()
    note: str = ""

    def walk(self) -> Iterator[ProofStep]:
        """This step and all below it, in the order of reading."""
        yield self
        for step in self.steps:
            yield from step.walk()

    def rows(self, number: str = "1", above: tuple[Chain, ...] = (), *, continues: bool = False) -> Iterator[Row]:
        """This step and those below it as they are shown: a hypothesis is named where it is made, and that something
        equals itself is left out.

        >>> from softsym.proof import check
        >>> for row in check("exp(r) >= 1 + r").proof.rows():
        ...     print(row.number, *row.reasons)
        1 by turned round
        1.1 by the difference in normal form
        1.1.1 by a sum of multiples of what is known using [exp(x) >= 1 + x] for r
        """
        yield Row(number, self.claim, tuple(self._reasons(number, above)), continues)
        shown = [step for step in self.steps if step.steps or step.claim.sides[0] != step.claim.sides[-1]]
        for n, step in enumerate(shown, 1):
            follows = self.rule == CALCULATION and n > 1 and not shown[n - 2].steps
            yield from step.rows(f"{number}.{n}", self.given, continues=follows)

    def _reasons(self, number: str, above: tuple[Chain, ...]) -> Iterator[str]:
        if self.rule == EQUATION:
            yield self.note
        else:
            first, *others = self.note.splitlines() or [""]
            alone = self.rule == "cases" and len(self.steps) == 1  # no case is left out
            yield f"by {first}" if alone else f"by {self.rule}" + (f": {first}" if first else "")
            yield from others
        new = [chain_text(g) for g in self.given if g not in above]
        if new:
            yield f"where {', '.join(new)}"
        texts, below = [], 0
        for use in self.uses:
            below += isinstance(use, Use) and use.source == "step"
            texts.append(use.text(f"{number}.{below}") if isinstance(use, Use) else bare_text(use))
        if texts:
            yield f"using {'; '.join(texts)}"

    def as_json(self) -> dict[str, Any]:
        """The step and those below it as texts, lists and dictionaries."""
        return {
            "rule": self.rule,
            "claim": chain_text(self.claim),
            "note": self.note,
            "given": [chain_text(g) for g in self.given],
            "uses": [u.text("the next step") if isinstance(u, Use) else bare_text(u) for u in self.uses],
            "steps": [step.as_json() for step in self.steps],
        }


def changed(step: ProofStep, change: Callable[[Expr], Expr]) -> ProofStep:
    """The proof with every expression in it changed."""

    def chain(old: Chain) -> Chain:
        return Chain(tuple(map(change, old.sides)), old.relations)

    def use(old: Any) -> Any:
        return replace(old, factor=change(old.factor), about=tuple(map(change, old.about)))

    below = tuple(changed(s, change) for s in step.steps)
    uses = tuple(use(u) if isinstance(u, Use) else change(u) for u in step.uses)
    return replace(step, claim=chain(step.claim), steps=below, uses=uses, given=tuple(map(chain, step.given)))


def supposing(step: ProofStep, hypothesis: Chain) -> ProofStep:
    """The proof with one more hypothesis, before the others, at each of its steps."""
    below = tuple(supposing(s, hypothesis) for s in step.steps)
    return replace(step, steps=below, given=(hypothesis, *step.given))


def for_values(rule: str, claim: Chain, values: Mapping[Symbol, Expr], last: ProofStep) -> ProofStep:
    """The steps in which names get values one after the other, with the last one, which has them all, below them."""
    if not values:
        return last
    (name, value), *rest = values.items()
    inside = Chain(tuple(substitute(side, {name: value}) for side in claim.sides), claim.relations)
    return ProofStep(rule, claim, (for_values(rule, inside, dict(rest), last),), (name, value))


def at_most(left: Expr, right: Expr, strict: bool = False) -> Chain:
    """``left <= right``, or ``<``."""
    return Chain((left, right), ("<" if strict else "<=",))


def method_of(proof: ProofStep) -> str:
    """The methods that a proof uses, in words.

    >>> from softsym.proof import check
    >>> method_of(check("sum(softmax(z)) == 1").proof)
    'the algebra of indexed sums'
    """
    found = [_METHODS[s.rule] for s in proof.walk() if s.rule in _METHODS]
    if any(word in s.rule for s in proof.walk() for word in ("derivative", "Hessian", "Jacobian", "monotone")):
        found.append(_DERIVATIVES)
    if any(s.claim.relations in ((">=",), (">",)) for s in proof.walk()):
        found.append(_INEQUALITIES)
    return ", ".join(dict.fromkeys(found))
