"""The command line: parses arguments, calls the core, prints.

Only click is imported here, and each command's module when the command is called, so that help is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cleaner.diff.escape import Visible

# By command, in the order of the help: its module, and what it does in one line.
COMMANDS = {
    "clean": ("cleaner.cli.clean", "Clean documents: body text out, a reason for every cut."),
    "diff": ("cleaner.cli.diff", "What cleaning takes away and mends, with a reason at every cut."),
    "check": ("cleaner.cli.check", "Lint a corpus: one finding a line, exit 1 when there is any."),
    "learn": ("cleaner.cli.learn", "Find out which lines recur on a site, for `clean --profile`."),
    "restore": ("cleaner.cli.restore", "Give the raw input back, or prove that it gives the text."),
    "explain": ("cleaner.cli.explain", "What a reason code means, what it drops, what it keeps."),
    "config": ("cleaner.cli.config", "The settings in force and where each comes from."),
}
EXIT_INTERRUPTED = 130


class LazyGroup(click.Group):
    """Imports a command when it is called; turns every outcome into one of the documented exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = click.utils.make_str(args[0])
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from cleaner.errors import did_you_mean

            ctx.fail(f"No such command {name!r}.{did_you_mean(name, list(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """The commands, none of which is imported for it."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        found = ((name, help) for name, (_, help) in COMMANDS.items() if name.startswith(incomplete))
        return [CompletionItem(name, help=help) for name, help in found]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in COMMANDS.items()])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        color_off = {"color": False} if _no_color() else {}
        return super().make_context(*args, **{"terminal_width": _help_width()} | color_off | kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would make an error of it
            return _ignore_broken_pipe()

    def main(self, *args: Any, **kwargs: Any) -> Any:
        run: Callable[..., Any] = super().main
        if not kwargs.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **kwargs)
        sys.exit(_exit_code(lambda: run(*args, standalone_mode=False, **kwargs)))


def _no_color() -> bool:
    """https://no-color.org: set and not empty."""
    import os

    return bool(os.environ.get("NO_COLOR"))


def _help_width() -> int:
    """Columns that help may fill. Click would import shutil for it, which costs more than all our help."""
    import os

    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
    except (OSError, ValueError):
        columns = 80
    return max(min(columns, 80) - 2, 50)


def _exit_code(command: Callable[[], Any]) -> int:
    """Runs a command and gives the exit code; errors are printed on stderr."""
    try:
        code = command()
        sys.stdout.flush()
        return _interrupted() if code == EXIT_INTERRUPTED else code if isinstance(code, int) else 0
    except click.ClickException as error:
        _show_usage_error(error)
        return 2
    except (click.Abort, KeyboardInterrupt):
        echo_err("interrupted")
        return _interrupted()
    except BrokenPipeError:
        return _ignore_broken_pipe()
    except OSError as error:
        echo_err(_os_error_message(error))
        _silence_stdout()
        return 2
    except Exception as error:
        from cleaner.errors import CleanerError

        if isinstance(error, CleanerError):
            echo_err(str(error))
        else:
            _report_bug(error)
        return 2


def _show_usage_error(error: click.ClickException) -> None:
    """One line, as for every other error; help where nothing was asked for."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "cleaner"
    message = error.format_message()
    message += "" if message.endswith((".", "?", ")")) else "."
    echo_err(f"{message} `{command} --help` lists what there is.")


def _interrupted() -> int:
    """The exit code. Who presses Ctrl-C once more sees no traceback of the interpreter's own end."""
    from signal import SIG_IGN, SIGINT, signal

    signal(SIGINT, SIG_IGN)
    return EXIT_INTERRUPTED


def _os_error_message(error: OSError) -> str:
    """Which file failed and why; an error that names none is about stdout, or the working directory."""
    from pathlib import Path

    try:
        Path.cwd()
    except FileNotFoundError:
        return "the working directory does not exist any more: change to another (cd) and run this again"
    return f"{error.filename or 'stdout'}: {error.strerror or error}"


def _report_bug(error: Exception) -> None:
    """Prints the traceback of a bug, then what to do. The interpreter alone would exit with 1."""
    import traceback

    for lines in traceback.format_exception(error):
        for line in lines.splitlines():
            echo(line, err=True)
    echo_err(f"{type(error).__name__}; a fault of cleaner, please report it with the lines above")
    _silence_stdout()


def _ignore_broken_pipe() -> int:
    """The reader of the output has closed it, as `head` does: no error."""
    _silence_stdout()
    return 0


def _silence_stdout() -> None:
    """Redirects stdout to nothing: the interpreter's flush at exit would report another error."""
    import os
    from contextlib import suppress

    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


PREFIX = "cleaner: "
# Called with each line for stderr and whether it is shown, before it is: a log, a progress bar.
message_hooks: list[Callable[[str, bool], None]] = []


def say(*parts: str, is_shown: bool = True) -> None:
    """A line on stderr, made visible as `echo` does. One that is not shown still reaches a log."""
    line = line_of(*parts)
    for hook in message_hooks:
        hook(line, is_shown)
    if is_shown:
        echo(line, err=True)


def echo_err(message: str, *, is_shown: bool = True) -> None:
    """A message for people: one line on stderr, under the program's name."""
    say(PREFIX, message, is_shown=is_shown)


def echo(*parts: str, err: bool = False, color: bool | None = None) -> None:
    """Prints a line: the only way to a terminal.

    A plain str may hold what came from outside, a file's name or a field's, and is made visible: it can
    neither control the terminal nor begin a line of its own. Colours come as `Visible` text of `styled`.
    """
    click.echo(line_of(*parts), err=err, color=color)


def line_of(*parts: str) -> Visible:
    """The parts as one, each made visible unless it is so already."""
    from cleaner.diff.escape import Visible, escape_invisible

    return Visible("".join(one if isinstance(one, Visible) else escape_invisible(one) for one in parts))


def styled(text: str, **style: Any) -> Visible:
    """Text made visible, in a colour or weight of `click.style`."""
    from cleaner.diff.escape import Visible

    return Visible(click.style(line_of(text), **style))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    help="Show the version and exit.",
    callback=lambda ctx, _, asked: _print_version(ctx, asked),
)
def main() -> None:
    """Turn scraped articles into clean corpus text, with a reason for every cut.

    \b
    cleaner clean page.html                 the text on stdout
    cleaner clean folder/ -o out/           a folder of texts, records and a summary
    cleaner clean rows.jsonl -f jsonl       one record a document
    cleaner diff page.html                  what that takes away, and why
    cleaner explain                         every reason code
    """


def _print_version(ctx: click.Context, requested: bool) -> None:
    """Print the program's version and stop."""
    if requested and not ctx.resilient_parsing:
        from cleaner import __version__

        click.echo(f"cleaner {__version__}")
        ctx.exit()


__all__ = ["main"]
