"""Statements files: one statement a line; ``#`` starts a comment; blank lines are skipped."""

from __future__ import annotations

from softsym.errors import LanguageError, SoftsymError
from softsym.language.statement import Statement, read_statement


def read_statements(text: str, source: str = "the text") -> list[Statement]:
    """The statements of a file's text.

    Raises :class:`~softsym.errors.SoftsymError` that shows every line that cannot be read, or repeats a name.

    >>> [s.name for s in read_statements("# sums\\none: sum(softmax(z)) == 1  # always\\n\\nsum(p) == 1")]
    ['one', '']
    """
    found: list[Statement] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        body = line.partition("#")[0].strip()
        if not body:
            continue
        try:
            statement = read_statement(body)
        except LanguageError as error:
            faults.append(f"{source}, line {number}: {error}")
            continue
        if statement.name and seen.setdefault(statement.name, number) != number:
            faults.append(
                f"{source}, line {number}: the name {statement.name} stands in line {seen[statement.name]} too"
            )
        found.append(statement)
    if faults:
        raise SoftsymError("\n".join(faults))
    return found
