"""The statement language: text to expressions and statements, and back."""

from softsym.language.printer import bare_text, to_text
from softsym.language.reader import Chain
from softsym.language.statement import Statement, chain_text, read, read_expression, read_statement

parse = read
parse_expression = read_expression
parse_statement = read_statement

__all__ = [
    "Chain",
    "Statement",
    "bare_text",
    "chain_text",
    "parse",
    "parse_expression",
    "parse_statement",
    "to_text",
]
