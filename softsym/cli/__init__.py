"""The command line. Nothing heavy is imported before a command runs: ``softsym --help`` answers at once."""

from __future__ import annotations

import os
import sys

import click

from softsym.cli.group import Commands

INTERNAL = 70
"""The exit code of a fault in softsym itself."""

EXAMPLES = """\b
Examples:
  softsym check "sum(softmax(z, beta)) == 1"
  softsym derive "lse(z, beta)" --wrt z
  softsym eval "softmax(z, beta)" --z 0.95,0.99,0.98 --beta 500
  softsym code "softmax(z, beta)" --target excel --cells z=B2:B4,beta=B1
  softsym workbook "softmax(z, beta)" --z 0.95,0.99,0.98 --beta 1 --beta 500 -o demo.xlsx
  softsym build

State a formula about softmax once: get its derivation, a proof for every N, a stable NumPy function and a live
spreadsheet. TEXT is an expression or a statement of softsym's language, such as lse(z, beta) or
max(z) <= lse(z, beta). Any name of the text can be given as an option: --z 1,2,3 --beta 2.
"""


@click.group(
    cls=Commands,
    help=EXAMPLES,
    commands={
        "list": "softsym.cli.show:list_",
        "show": "softsym.cli.show:show",
        "derive": "softsym.cli.derive:derive",
        "check": "softsym.cli.check:check",
        "code": "softsym.cli.code:code",
        "eval": "softsym.cli.code:eval_",
        "workbook": "softsym.cli.files:workbook",
        "page": "softsym.cli.files:page",
        "audit": "softsym.cli.files:audit",
        "build": "softsym.cli.build:build",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="softsym", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """The group of all commands; its help is :data:`EXAMPLES`."""
    if os.environ.get("NO_COLOR"):
        context.color = False


def main() -> None:
    """Run the command line; every fault that softsym knows is one message on stderr and exit code 2."""
    from softsym.errors import SoftsymError

    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        code = _complain(error.format_message() + _pointer(error), 2)
    except (click.Abort, KeyboardInterrupt):
        code = _complain("stopped", 130)
    except SoftsymError as error:
        code = _complain(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except OSError as error:
        code = _complain(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    except MemoryError:
        code = _complain("this needs more memory than there is")
    except Exception as error:
        if os.environ.get("SOFTSYM_DEBUG"):
            raise
        name = type(error).__name__
        code = _complain(f"a fault in softsym: {name}: {error}; SOFTSYM_DEBUG=1 shows where", INTERNAL)
    sys.exit(code or 0)


def _pointer(error: click.ClickException) -> str:
    """Where a wrong usage is explained."""
    context = getattr(error, "ctx", None)
    return f" ({context.command_path} --help explains)" if context is not None else ""


def _complain(message: str, code: int = 2) -> int:
    click.echo(f"{click.style('Error:', fg='red')} {message}", err=True)
    return code
