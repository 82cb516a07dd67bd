"""Rules of the audit about what was typed: signs before powers, numbers as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_syntax import Formula, NumberLiteral, Reference, walk_formula
from softsym.workbook.audit import Audited, Finding, place


def minus_before_power(audited: Audited) -> Iterator[Finding]:
    """``-x^2``, which a spreadsheet reads as ``(-x)^2``."""
    for where, cell in audited.distinct:
        nodes = walk_formula(cell.tree) if cell.tree is not None else ()
        is_suspect = any(isinstance(n, syntax.Binary) and n.sign == "^" and _is_minus(n.left) for n in nodes)
        if is_suspect and _BARE_MINUS.search(cell.text.replace(" ", "")):
            yield Finding(
                "minus before a power", where, "a minus stands right before a power",
                "A spreadsheet reads -x^2 as (-x)^2, which is positive; mathematics reads it as -(x^2).",
                "Put the power into parentheses: -(x^2).",
            )  # fmt: skip


_BARE_MINUS = re.compile(r"(?:^=?|[(,;=<>*/^&+-])-(?:[A-Za-z_$!.0-9']+|\([^()]*\))\^")


def _is_minus(node: Formula) -> bool:
    return isinstance(node, syntax.Unary) and node.sign == "-" and not isinstance(node.operand, NumberLiteral)


def numbers_as_text(audited: Audited) -> Iterator[Finding]:
    """Texts that are numbers, where a formula refers to them."""
    texts = [w for w, c in audited.cells.items() if c.data_type == "s" and NUMERIC.fullmatch(c.value)]
    if not texts:
        return
    trees = [(cell.where[0], cell.tree) for _, cell in audited.distinct if cell.tree is not None]
    used = {(n.sheet or s, n) for s, tree in trees for n in walk_formula(tree) if isinstance(n, Reference)}
    for where in texts:
        if any(s == where[0] and n.top <= where[1] <= n.bottom and n.left <= where[2] <= n.right for s, n in used):
            yield Finding(
                "number stored as text", place(where), f"{audited.cells[where].value!r} is text",
                "SUM and MAX pass over it, while + and * may take it for a number.", "Enter it as a number.",
            )  # fmt: skip


NUMERIC = re.compile(r"\s*[-+]?[0-9]+(?:[,.' ][0-9]{3})*(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?\s*%?\s*")
"""Texts that are numbers, perhaps in the manner of some country."""
