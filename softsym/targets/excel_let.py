"""The text of a formula from its terms, with ``LET`` around it: every shared part is named once, and so are the inputs.

A part stands in the outermost ``LAMBDA`` that binds a variable of it, so that nothing is computed again for each entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from softsym.errors import UnsupportedError
from softsym.targets.excel_cells import ADDITIVE, ATOM, COMPARISON, MULTIPLICATIVE, SIGN
from softsym.targets.excel_names import NameGiver
from softsym.targets.excel_syntax import MAX_CHARACTERS
from softsym.targets.excel_terms import ATOMS, COMPARISONS, Term, variables_of, walk_terms

_LEVELS = {"+": ADDITIVE, "-": ADDITIVE, "*": MULTIPLICATIVE, "/": MULTIPLICATIVE, "neg": SIGN, "--": SIGN}
_LEVELS |= dict.fromkeys(COMPARISONS, COMPARISON)
_WORDS: Mapping[str, str] = {
    "MAX": "m", "MIN": "lowest", "EXP": "e", "SUM": "total", "LN": "logarithm", "ABS": "absolute", "SQRT": "root",
    "+": "shifted", "-": "gap", "*": "scaled", "/": "ratio", "^": "raised", "neg": "minus", "--": "is_met",
    "ROWS": "length", "COLUMNS": "length", "IF": "chosen", "MUNIT": "unit", "SEQUENCE": "position", "XMATCH": "place",
    "VSTACK": "joined", "HSTACK": "joined", "MMULT": "block", "MAKEARRAY": "block", "MAP": "each", "FILTER": "others",
    "BYROW": "of_rows", "BYCOL": "of_columns", "INDEX": "entry", "TANH": "tangent", "SIGN": "direction",
}  # fmt: skip
"""What a part is called after the function or operator that makes it; else it is a ``part``."""
_LONGEST = 4 * MAX_CHARACTERS


def formula_text(root: Term, inputs: Sequence[str], *, as_function: bool = False) -> str:
    """The formula without its ``=``; the inputs are named in the order of ``inputs``.

    A formula that repeats nothing stays as short as it is. ``as_function`` makes it a ``LAMBDA`` of the inputs.

    Raises :class:`~softsym.errors.UnsupportedError` for what nests too deep to be written.
    """
    try:
        return _Layout(root, inputs, as_function).whole()
    except RecursionError:
        raise UnsupportedError("the formula nests too deep for a spreadsheet; lay its parts out in columns") from None


class _Layout:
    """Which terms are named, in which ``LAMBDA`` they stand, and the text of each."""

    def __init__(self, root: Term, inputs: Sequence[str], as_function: bool) -> None:
        self.root, self.as_function = root, as_function
        self.terms = list(walk_terms(root))
        self.owners = {v: t for t in self.terms if t.head == "LAMBDA" for v in t.parameters}
        self.depths: dict[Term, int] = {}
        found = {t.name: t for t in self.terms if t.head == "input"}
        uses = Counter(a for t in self.terms for a in t.args)
        shared = self._shared(uses)
        is_short = not as_function and not shared and all(uses[t] < 2 for t in found.values())
        self.inputs = [] if is_short else [found[name] for name in inputs if name in found]
        self.parameters = inputs
        self.bound: dict[Term | None, list[Term]] = {}
        for term in shared:
            self.bound.setdefault(self._scope(term), []).append(term)
        self.names = self._names(shared)

    def _shared(self, uses: Counter[Term]) -> list[Term]:
        """What is used twice, or in a ``LAMBDA`` on which it does not depend; parts before what is made of them."""
        trivial = _trivial(self.terms)
        outside = {a for t in self.terms for a in t.args if self._scope(a) is not self._inside(t)}
        return [t for t in self.terms if (uses[t] > 1 or t in outside) and t not in trivial]

    def _scope(self, term: Term) -> Term | None:
        """The innermost ``LAMBDA`` that binds a variable of the term."""
        return max((self.owners[v] for v in variables_of(term)), key=self._depth, default=None)

    def _inside(self, term: Term) -> Term | None:
        """The ``LAMBDA`` that the arguments of a term stand in."""
        return term if term.head == "LAMBDA" else self._scope(term)

    def _depth(self, function: Term) -> int:
        if function not in self.depths:
            self.depths[function] = 1 + max((self._depth(self.owners[v]) for v in function.variables), default=0)
        return self.depths[function]

    def _names(self, shared: Sequence[Term]) -> dict[Term, str]:
        giver = NameGiver()
        names = {}
        for term in [*self.inputs, *(t for t in self.terms if t.head == "variable"), *shared]:
            names[term] = giver.name(term.name or _word(term))
        return names

    def whole(self) -> str:
        if self.as_function:
            given = {t.name: self.names[t] for t in self.inputs}
            parameters = [given.get(name, name) for name in self.parameters]
            return f"LAMBDA({','.join([*parameters, self.body(None, self.root)])})"
        text = self.body(None, self.root)
        # Spreadsheets snap the last sum or difference of a formula to 0 when it nearly cancels; not inside parentheses.
        return f"({text})" if not self.names and _LEVELS.get(self.root.head) == ADDITIVE else text

    def body(self, scope: Term | None, result: Term) -> str:
        """The result with ``LET`` for what is named in the scope."""
        inputs = [] if scope is not None or self.as_function else self.inputs
        pairs = [f"{self.names[t]},{self.written(t)}" for t in [*inputs, *self.bound.get(scope, [])]]
        text = self.text(result)
        return f"LET({','.join([*pairs, text])})" if pairs else text

    def text(self, term: Term) -> str:
        return self.names[term] if term in self.names else self.written(term)

    def within(self, term: Term, level: int) -> str:
        """The text, in parentheses if it binds looser than ``level``."""
        own = ATOM if term in self.names else _LEVELS.get(term.head, ATOM)
        return self.text(term) if own >= level else f"({self.text(term)})"

    def written(self, term: Term) -> str:
        """The term itself, its parts by their names."""
        if term.head in ATOMS:
            return term.text
        if term.head == "LAMBDA":
            parameters = [self.names[v] for v in term.parameters]
            return f"LAMBDA({','.join([*parameters, self.body(term, term.args[-1])])})"
        if term.head in _LEVELS or term.head == "^":
            return self.operation(term)
        text = f"{term.head}({','.join(self.text(a) for a in term.args)})"
        if len(text) > _LONGEST:
            raise UnsupportedError("the formula is far too long for a spreadsheet; lay its parts out in columns")
        return text

    def operation(self, term: Term) -> str:
        if len(term.args) == 1:
            return ("-" if term.head == "neg" else "--") + self.within(term.args[0], ATOM)
        left, right = term.args
        if term.head == "^":
            return f"({self.within(left, ATOM)}^{self.within(right, ATOM)})"
        if term.head in COMPARISONS:  # sums in parentheses, so that a near zero is not snapped to 0
            return self.within(left, MULTIPLICATIVE) + term.head + self.within(right, MULTIPLICATIVE)
        level = _LEVELS[term.head]
        is_sign = right not in self.names and _LEVELS.get(right.head) == SIGN
        return self.within(left, level) + term.head + self.within(right, ATOM if is_sign else level + 1)


def _trivial(terms: Sequence[Term]) -> set[Term]:
    """Atoms, functions, and arithmetic of nothing but numbers."""
    found: set[Term] = set()
    for term in terms:
        arithmetic = term.head in _LEVELS or term.head == "^"
        if term.head in (*ATOMS, "LAMBDA", "PI") or (arithmetic and all(_is_number(a, found) for a in term.args)):
            found.add(term)
    return found


def _is_number(term: Term, trivial: set[Term]) -> bool:
    return term in trivial and term.head not in ("input", "variable", "LAMBDA")


def _word(term: Term) -> str:
    """What a shared part is called."""
    inner = term
    while inner.head in ("TRANSPOSE", "TOCOL"):
        inner = inner.args[0]
    if inner.head == "input" and inner is not term:
        return f"{inner.name}_{'across' if term.head == 'TRANSPOSE' else 'down'}"
    return _WORDS.get(term.head, "part")
