"""``softsym derive``: derivatives and limits, step by step."""

from __future__ import annotations

import click

FORMATS = ("text", "markdown", "latex", "result")


@click.command()
@click.argument("text")
@click.option("--wrt", help="What to differentiate by: a vector z, a scalar beta, or an entry z[i].")
@click.option("--order", type=click.IntRange(1, 12), default=1, show_default=True, help="The order of the derivative.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
def derive(text: str, wrt: str | None, order: int, style: str) -> None:
    """Derive a gradient, Jacobian, Hessian, derivative or limit of TEXT.

    \b
    Examples:
      softsym derive "lse(z, beta)" --wrt z
      softsym derive "lse(z, beta)" --wrt z --order 2
      softsym derive "softmax(z, beta)" --wrt beta
      softsym derive "limit(softmax(z, beta), beta, oo)"
    """
    from softsym import derive as derivation_of

    found = derivation_of(text, wrt, order)
    if style == "result":
        click.echo(str(found.result))
    else:
        click.echo({"text": found.to_text, "markdown": found.to_markdown, "latex": found.to_latex}[style]())
