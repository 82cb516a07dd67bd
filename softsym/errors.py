"""The errors that softsym raises: each says what was given, what is allowed and what to try.

Every error of this package is a :class:`SoftsymError`, and a :class:`ValueError` too, so that a caller who does not
know softsym's names still catches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SoftsymError(ValueError):
    """The base of every error that softsym raises on purpose."""


class LanguageError(SoftsymError):
    """A text is not in the statement language; shows the text with a caret under the fault.

    >>> print(LanguageError("unknown name 'lze'", text="lze(z)", start=0, end=3, hint="did you mean 'lse'?"))
    unknown name 'lze'
      lze(z)
      ^^^
    hint: did you mean 'lse'?
    """

    def __init__(self, message: str, *, text: str = "", start: int = 0, end: int = 0, hint: str = "") -> None:
        self.message, self.text, self.start, self.end, self.hint = message, text, start, end, hint
        super().__init__("\n".join([message, *self._excerpt(), *([f"hint: {hint}"] if hint else [])]))

    def _excerpt(self) -> list[str]:
        if not self.text:
            return []
        last = min(max(self.end, self.start + 1), self.start + 60)  # a long fault is underlined at its beginning
        left, right = max(0, self.start - 60), min(len(self.text), last + 30)
        shown = "".join(c if c.isprintable() else " " for c in self.text[left:right])
        before, after = "..." if left else "", "..." if right < len(self.text) else ""
        width = max(1, min(last, right) - self.start)
        return [f"  {before}{shown}{after}", "  " + " " * (len(before) + self.start - left) + "^" * width]


class ShapeError(SoftsymError):
    """Lengths or shapes do not fit together."""


class DomainError(SoftsymError):
    """A value lies outside the kind or the domain that it must have."""


class UnsupportedError(SoftsymError):
    """An expression of the language that this part of softsym cannot treat; names the node."""


class BudgetError(SoftsymError):
    """A computation was stopped since it grew too large or took too long."""


def did_you_mean(given: str, allowed: Iterable[str], *, limit: int = 12) -> str:
    """A hint that names the nearest allowed word, or lists what is allowed.

    >>> did_you_mean("sofmax", ["softmax", "lse"])
    "did you mean 'softmax'?"
    >>> did_you_mean("q7", ["softmax", "lse"])
    'known: lse, softmax'
    """
    names = sorted(set(allowed))
    near = get_close_matches(given, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    rest = f", ... ({len(names)} in all)" if len(names) > limit else ""
    return "known: " + ", ".join(names[:limit]) + rest
