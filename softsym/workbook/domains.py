"""What an input of a kind may hold: for the cell's validation, for its reader, and for the check of what was pasted."""

from __future__ import annotations

from dataclasses import dataclass

from softsym.errors import DomainError
from softsym.workbook.plan import Validation

_LIMIT = "1E+300"


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that a cell takes, in words and as a validation of the format.

    ``outside`` is a condition on a range, {0}, that is true of what is no such number; it has no more to say of
    numbers of any size. ``sums_to_one`` says that the entries together make a whole.
    """

    words: str
    form: str = "decimal"
    operator: str = "between"
    first: str = f"-{_LIMIT}"
    second: str = _LIMIT
    outside: str = ""
    sums_to_one: bool = False


DOMAINS = {
    "real": Domain("any number"),
    "vector": Domain("any numbers"),
    "positive": Domain("a number above 0", "decimal", "greaterThan", "0", "", "{0}<=0"),
    "positive vector": Domain("numbers above 0", "decimal", "greaterThan", "0", "", "{0}<=0"),
    "negative": Domain("a number below 0", "decimal", "lessThan", "0", "", "{0}>=0"),
    "nonnegative": Domain("a number of 0 or more", "decimal", "greaterThanOrEqual", "0", "", "{0}<0"),
    "nonzero": Domain("any number but 0", "decimal", "notEqual", "0", "", "{0}=0"),
    "integer": Domain("a whole number", "whole", "between", "-1000000", "1000000", "{0}<>INT({0})"),
    "unit": Domain("a number from 0 to 1", "decimal", "between", "0", "1", "({0}<0)+({0}>1)"),
    "distribution": Domain("numbers above 0 whose sum is 1", "decimal", "between", "1E-300", "1", "{0}<=0", True),
    "simplex": Domain("numbers from 0 to 1 whose sum is 1", "decimal", "between", "0", "1", "{0}<0", True),
    "onehot": Domain("a single 1, the others 0", "list", "between", '"0,1"', "", "({0}<>0)*({0}<>1)", True),
}
"""By kind of the language."""


def validation(where: str, name: str, kind: str, meaning: str) -> Validation:
    """What the cells of an input accept, with what is shown when one is chosen, and when a value is refused.

    >>> validation("B7", "beta", "positive", "inverse temperature").prompt
    'Inverse temperature: a number above 0.'
    """
    domain = domain_of(kind)
    told = f"{meaning}: {domain.words}." if meaning else f"{domain.words}."
    texts = name, told[0].upper() + told[1:], f"{name} takes {domain.words}."
    return Validation(where, domain.form, domain.first, domain.operator, domain.second, *texts)


def domain_of(kind: str) -> Domain:
    """The domain of a kind.

    Raises :class:`~softsym.errors.DomainError` for a kind that no input can be of.
    """
    if kind not in DOMAINS:
        raise DomainError(f"an input cannot be of the kind {kind!r}; known: {', '.join(DOMAINS)}")
    return DOMAINS[kind]
