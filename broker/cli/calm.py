"""How every command ends: a code, and for each thing that is wrong one line. Never a traceback for what can be mended.

0: done. 1: the answer is no. 2: it cannot be done like this. 130: interrupted.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from broker.cli import say
from broker.model.faults import ConfigError, JournalFault, StoreFault

NO, WRONG, INTERRUPTED = 1, 2, 130


class Calm(TyperGroup):
    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - the signature is typer's
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - the same
        **extra: Any,
    ) -> Any:
        """Typer's own, with our ending."""
        del standalone_mode

        def command() -> Any:
            return TyperGroup.main(
                self,
                args,
                prog_name,
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )

        sys.exit(ended(command))


def ended(command: Callable[[], Any]) -> int:
    """Run it; its exit code."""
    try:
        code = command()
        sys.stdout.flush()  # here, so that a reader who is gone is noticed while it can still be handled
    except ConfigError as error:
        for problem in error.problems:
            say.trouble(problem)
        return WRONG
    except StoreFault as fault:
        say.trouble(fault)
        return WRONG
    except JournalFault as fault:
        say.trouble(f"the log cannot be written: {fault}; nothing was done that is not on record")
        return WRONG
    except typer.TyperException as error:
        _usage(error)
        return WRONG
    except typer.Abort:
        return INTERRUPTED
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        say.trouble(_os(error))
        return WRONG
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> None:
    context = getattr(error, "ctx", None)
    said = error.format_message().strip().rstrip(".")
    if not said:  # a group without a command has shown its help by now
        return
    where = "broker" if context is None else context.command_path
    say.trouble(f"{said[0].lower()}{said[1:]}; see `{where} --help`")


def _os(error: OSError) -> str:
    said = (error.strerror or type(error).__name__).lower()
    return said if error.filename is None else f"`{error.filename}`: {said}"
