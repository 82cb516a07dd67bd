"""Click's classes with what softsym adds: commands loaded when used, near names, and names as options."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

VALUES = "softsym.values"


class Commands(click.Group):
    """A group whose commands are given as ``module:attribute`` and imported when they are used."""

    def __init__(self, *args: Any, commands: dict[str, str], **named: Any) -> None:
        super().__init__(*args, **named)
        self.places = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in their order of use."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported; ``None`` for a name that is none."""
        if cmd_name not in self.places:
            return None
        module, _, attribute = self.places[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's, with texts such as ``-log(t)`` told apart from options."""
        return super().parse_args(ctx, [f" {a}" if _is_text(a) else a for a in args])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Click's, with the nearest command in the message."""
        if args and args[0] not in self.places and not args[0].startswith("-"):
            from softsym.errors import did_you_mean

            raise click.UsageError(f"there is no command {args[0]!r}; {did_you_mean(args[0], self.places)}", ctx)
        return super().resolve_command(ctx, args)


class NamedValues(click.Command):
    """A command that takes any name of its expression as an option: ``--z 1,2,3 --beta=2``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the options that are not the command's own out of ``args``."""
        own = {
            option: not getattr(parameter, "is_flag", False)
            for parameter in self.get_params(ctx)
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        ctx.meta[VALUES], rest = _taken(args, own)
        return super().parse_args(ctx, rest)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options and the general one."""
        super().format_options(ctx, formatter)
        with formatter.section("Names of the expression"):
            formatter.write_dl([("--NAME VALUE", "a number such as 0.5 or 1/3, or a vector such as 1,2,3")])


def _is_text(token: str) -> bool:
    """Whether an argument that begins with a minus is an expression: it has what no option has."""
    return token.startswith("-") and any(c in token.partition("=")[0] for c in "([*/ +")


def named_values() -> dict[str, list[str]]:
    """The values given for names of the expression, in order, by name."""
    found: dict[str, list[str]] = click.get_current_context().meta.get(VALUES, {})
    return found


def single_values() -> dict[str, str]:
    """The values where each name has one; :class:`click.UsageError` if one has more."""
    for name, given in named_values().items():
        if len(given) > 1:
            raise click.UsageError(f"--{name} is given {len(given)} times, and one value is wanted")
    return {name: given[0] for name, given in named_values().items()}


def _taken(args: list[str], own: dict[str, bool]) -> tuple[dict[str, list[str]], list[str]]:
    """The values by name and the other arguments; ``own`` says of the command's options whether they take a value."""
    values: dict[str, list[str]] = {}
    rest: list[str] = []
    remaining = iter(args)
    for token in remaining:
        option, equals, value = token.partition("=")
        name = option[2:]
        if token == "--":
            return values, [*rest, token, *remaining]
        if not option.startswith("--") or option in own or not name.isidentifier():
            rest.append(token)
            if own.get(token, False):
                rest.extend(_next(remaining))
            continue
        given = value if equals else next(remaining, None)
        if given is None:
            raise click.UsageError(f"--{name} needs a value, for instance --{name} 1,2,3")
        values.setdefault(name, []).append(given)
    return values, rest


def _next(remaining: Any) -> list[str]:
    following = next(remaining, None)
    return [] if following is None else [following]
