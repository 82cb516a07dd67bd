"""What a check says: a status that carries its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from softsym.proof.steps import ProofStep

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"
EXIT_CODES = {PROVED: 0, REFUTED: 1, UNKNOWN: 3}


@dataclass(frozen=True)
class Verdict:
    """The answer to a statement.

    ``status`` is ``proved``, ``refuted`` or ``unknown``; ``scope`` says for which lengths; ``method`` how it was
    decided; ``counterexample`` holds exact values as texts; ``detail`` is one sentence; ``proof`` is the step that
    proves the statement, with those that it rests on below it.
    """

    statement: str
    status: str
    scope: str = ""
    method: str = ""
    seconds: float = 0.0
    counterexample: dict[str, Any] | None = None
    detail: str = ""
    name: str = ""
    proof: ProofStep | None = field(default=None, repr=False)

    @property
    def exit_code(self) -> int:
        """0 if proved, 1 if refuted, 3 if unknown."""
        return EXIT_CODES[self.status]

    def as_json(self) -> dict[str, Any]:
        """The fields that ``softsym check --json`` prints."""
        fields = ("name", "statement", "status", "scope", "method", "seconds", "counterexample", "detail")
        return {name: getattr(self, name) for name in fields}

    def __str__(self) -> str:
        lines = [f"{self.status}: {self.statement}"]
        if self.method:
            lines.append(f"  by {self.method}" + (f", for {self.scope}" if self.scope else ""))
        if self.counterexample:
            lines.append("  at " + ", ".join(f"{k} = {_plain(v)}" for k, v in self.counterexample.items()))
        return "\n".join([*lines, *([f"  {self.detail}"] if self.detail else [])])

    def _repr_html_(self) -> str:
        from softsym.page.cards import verdict_card

        return verdict_card(self)

    def _repr_markdown_(self) -> str:
        from softsym.page.markdown import verdict_markdown

        return verdict_markdown(self)

    def explain(self) -> str:
        """The verdict with its numbered steps, each above those that it rests on."""
        lines = [str(self)]
        for row in self.proof.rows() if self.proof else ():
            indent = "  " * (row.depth + 1)
            lines += [
                f"{indent}{row.number}. {row.text}",
                *(f"{indent}   {reason}" for reason in row.reasons),
            ]
        return "\n".join(lines)


def _plain(value: Any) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list | tuple) else str(value)
