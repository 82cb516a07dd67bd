"""Zeros that no precision shows: an exact form of numbers built from rationals by + - * /, powers, exp and log.

A number is held as a quotient of two sums of monomials. A monomial is ``e**q`` for a rational q times powers of atoms:
logarithms of integers and of sums, exponentials of irrational monomials, roots, and numbers of which nothing is known.
Distinct ``e**q`` are linearly independent over the rationals (Lindemann and Weierstrass), and whatever holds for atoms
taken as independent holds for their values. So an empty numerator proves a zero; a form that is not empty proves
nothing. Forms that grow beyond a budget are given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flint import fmpq

from softsym.evaluation.monomials import (
    MAX_EXPANDED_POWER,
    ONE,
    UNIT,
    Atom,
    Monomial,
    Sum,
    TooLargeError,
    Work,
    atom,
    expanded,
    floor_of,
    leading,
    monomial_power,
    plus,
    times,
)

_SMALL_PRIMES = tuple(p for p in range(2, 200) if all(p % d for d in range(2, p)))


class Form(NamedTuple):
    """``numerator/denominator``; the denominator is :data:`ONE` or has several terms, the first with coefficient 1."""

    numerator: Sum
    denominator: Sum

    @property
    def key(self) -> tuple[frozenset[Any], frozenset[Any]]:
        return frozenset(self.numerator.items()), frozenset(self.denominator.items())


UNKNOWN = Form({}, {})
"""The form of a number whose exact form is too large, or is being made."""


def is_certainly_zero(x: Any, effort: int = 1) -> bool:
    """Whether the exact form of a ball is zero; ``False`` says nothing. More effort admits larger forms."""
    Work.begin(effort)
    try:
        return not form_of(x).numerator
    except TooLargeError:
        return False


def form_of(x: Any) -> Form:
    """The exact form of a rational or a ball; raises :class:`TooLargeError`."""
    for node in _unformed(x):
        node.form = UNKNOWN
        node.form = _combined(node.origin)
    return _known(x)


def _known(x: Any) -> Form:
    if isinstance(x, fmpq):
        return Form({UNIT: x} if x != 0 else {}, ONE)
    form: Form = x.form
    if form is UNKNOWN:
        raise TooLargeError
    return form


def _unformed(x: Any) -> Iterator[Any]:
    """The balls below ``x`` that have no form yet, operands first; no recursion, since sums are long chains."""
    stack = [(x, False)]
    while stack:
        node, ready = stack.pop()
        if isinstance(node, fmpq) or getattr(node, "form", None) is not None or not hasattr(node, "origin"):
            continue
        if ready:
            yield node
            continue
        stack.append((node, True))
        stack.extend((operand, False) for operand in node.origin[1:])


def _combined(origin: tuple[Any, ...]) -> Form:
    head, *operands = origin
    if head in ("pi", "name", "opaque"):
        return _whole(atom(*origin, is_positive=head == "pi"))
    if head == "pow":
        return _power(_known(operands[0]), operands[1])
    forms = [_known(o) for o in operands]
    if head in ("abs", "max"):
        return _selected(head, forms)
    form: Form = _RULES[head](*forms)
    return form


def _selected(head: str, forms: list[Form]) -> Form:
    """The maximum of equal numbers, the absolute value of zero; else a number of which nothing more is known."""
    keys = frozenset(f.key for f in forms)
    if len(keys) == 1 and (head == "max" or not forms[0].numerator):
        return forms[0]
    return _whole(atom(head, keys))


def _whole(single: Atom) -> Form:
    return Form({Monomial(fmpq(0), ((single, fmpq(1)),)): fmpq(1)}, ONE)


def _plus(left: Form, right: Form) -> Form:
    if left.denominator == right.denominator:
        return _quotient(plus(left.numerator, right.numerator), left.denominator)
    crossed = plus(times(left.numerator, right.denominator), times(right.numerator, left.denominator))
    return _quotient(crossed, times(left.denominator, right.denominator))


def _negated(form: Form) -> Form:
    return Form({m: -c for m, c in form.numerator.items()}, form.denominator)


def _product(left: Form, right: Form) -> Form:
    a, b, c, d = left.numerator, left.denominator, right.numerator, right.denominator
    if a == d:
        return _quotient(c, b)
    if c == b:
        return _quotient(a, d)
    return _quotient(times(a, c), times(b, d))


def _inverse(form: Form) -> Form:
    if not form.numerator:
        raise TooLargeError
    return _quotient(form.denominator, form.numerator)


def _quotient(numerator: Sum, denominator: Sum) -> Form:
    """The quotient with a denominator whose leading term is 1."""
    if not numerator or denominator is ONE:
        return Form(numerator, ONE)
    lead = leading(denominator)
    scale = {monomial_power(lead, -1): 1 / denominator[lead]}
    numerator, denominator = times(numerator, scale), times(denominator, scale)
    if len(denominator) == 1:
        return Form(numerator, ONE)
    ratio = _ratio(numerator, denominator)
    return Form(ratio, ONE) if ratio is not None else Form(numerator, denominator)


def _ratio(numerator: Sum, denominator: Sum) -> Sum | None:
    """The single term that the quotient is, if it is one."""
    if len(numerator) != len(denominator):
        return None
    lead = leading(numerator)
    single = {lead: numerator[lead]}
    return single if times(denominator, single) == numerator else None


def _logarithm(form: Form) -> Form:
    """The logarithm of a positive number, as that of the absolute values of numerator and denominator."""
    return _plus(_log_of_sum(form.numerator), _negated(_log_of_sum(form.denominator)))


def _log_of_sum(terms: Sum) -> Form:
    if terms is ONE:
        return Form({}, ONE)
    if not terms:
        raise TooLargeError
    lead = leading(terms)
    c = terms[lead]
    rest = times(terms, {monomial_power(lead, -1): 1 / c})
    total = _plus(_log_of_rational(abs(c)), _log_of_monomial(lead))
    return total if len(rest) == 1 else _plus(total, _whole(_log_atom(rest)))


def _log_atom(terms: Sum) -> Atom:
    return atom("log", frozenset(terms.items()))


def _log_of_monomial(monomial: Monomial) -> Form:
    total = Form({UNIT: monomial.exponent} if monomial.exponent != 0 else {}, ONE)
    for single, power in monomial.powers:
        total = _plus(total, _product(Form({UNIT: power}, ONE), _log_of_atom(single)))
    return total


def _log_of_atom(single: Atom) -> Form:
    kind, *rest = single.tag
    if kind == "exp":
        return Form({rest[0]: fmpq(1)}, dict(rest[1]) if rest[1] else ONE)
    if kind == "root":
        return _log_of_sum(dict(rest[0]))
    return _whole(atom("log", single))


def _log_of_rational(c: fmpq) -> Form:
    terms: Sum = {}
    for part, direction in ((int(c.p), 1), (int(c.q), -1)):
        for factor, count in _factors(part):
            single = atom("log", frozenset({(UNIT, fmpq(factor))}), is_positive=True)
            terms = plus(terms, {Monomial(fmpq(0), ((single, fmpq(1)),)): fmpq(direction * count)})
    return Form(terms, ONE)


def _factors(value: int) -> Iterator[tuple[int, int]]:
    for prime in _SMALL_PRIMES:
        count = 0
        while value % prime == 0:
            value, count = value // prime, count + 1
        if count:
            yield prime, count
    if value > 1:
        yield value, 1


def _exponential(form: Form) -> Form:
    result = Form(ONE, ONE)
    cut = None if form.denominator is ONE else frozenset(form.denominator.items())
    for monomial, c in form.numerator.items():
        result = _product(result, _exp_of_term(monomial, c, cut))
    return result


def _exp_of_term(monomial: Monomial, c: fmpq, cut: frozenset[Any] | None) -> Form:
    """``exp(c*monomial/denominator)``."""
    if cut is None and monomial == UNIT:
        return Form({Monomial(c, ()): fmpq(1)}, ONE)
    if cut is None and monomial.exponent == 0 and len(monomial.powers) == 1:
        single, power = monomial.powers[0]
        if power == 1 and single.tag[0] == "log" and isinstance(single.tag[1], frozenset):
            return _power_of_sum(dict(single.tag[1]), c)
    return Form({Monomial(fmpq(0), ((atom("exp", monomial, cut, is_positive=True), c),)): fmpq(1)}, ONE)


def _power_of_sum(terms: Sum, power: fmpq) -> Form:
    """``abs(terms)**power``, expanded as far as the power is an integer and the terms are certainly positive."""
    if not all(c > 0 and all(a.is_positive for a, _ in m.powers) for m, c in terms.items()):
        single = atom("size", frozenset(terms.items()), is_positive=True)
        return Form({Monomial(fmpq(0), ((single, power),)): fmpq(1)}, ONE)
    whole = floor_of(power)
    positive, negative = expanded(terms, max(whole, 0)), expanded(terms, max(-whole, 0))
    result = _quotient(positive, negative)
    if power == whole:
        return result
    root = atom("root", frozenset(terms.items()), is_positive=True)
    return _product(result, Form({Monomial(fmpq(0), ((root, power - whole),)): fmpq(1)}, ONE))


def _power(form: Form, exponent: fmpq) -> Form:
    if exponent.q == 1 and abs(exponent.p) <= MAX_EXPANDED_POWER:
        base = form if exponent > 0 else _inverse(form)
        result = Form(ONE, ONE)
        for _ in range(abs(int(exponent.p))):
            result = _product(result, base)
        return result
    return _exponential(_product(_logarithm(form), Form({UNIT: exponent}, ONE)))


_RULES: dict[str, Any] = {
    "add": _plus,
    "sub": lambda left, right: _plus(left, _negated(right)),
    "neg": _negated,
    "mul": _product,
    "div": lambda left, right: _product(left, _inverse(right)),
    "exp": _exponential,
    "log": _logarithm,
    "number": lambda form: form,
}
