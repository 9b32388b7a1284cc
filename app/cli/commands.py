"""The table of commands, and what happens when one of them fails."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Final

import click

import app
from app.cli.output import Output
from app.cli.run import DONE, FAILED, INTERRUPTED, WRONG_USAGE, Run, exit_code
from app.domain.errors import StewardError

# Name → where the command is, and its line in the help: that imports nothing.
_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "ask": ("app.cli.ask:ask", "Ask once; the answer comes on stdout."),
    "chat": ("app.cli.chat:chat", "Talk in the terminal."),
    "files": ("app.cli.files:files", "Files and their versions: look, compare, restore, undo."),
    "conversations": ("app.cli.conversations:conversations", "List, show, search, move them."),
    "traces": ("app.cli.traces:traces", "What each turn did: list, show, export."),
    "usage": ("app.cli.usage:usage", "Tokens and dollars: by day, or of a conversation."),
    "replay": ("app.cli.replay:replay", "Run a recorded turn again; show the first difference."),
    "skills": ("app.cli.skills:skills", "What the assistant can do."),
    "rules": ("app.cli.rules:rules", "What needs no asking, and how to take it back."),
    "approvals": ("app.cli.approvals:approvals", "What was decided about each change."),
    "sign-in": ("app.cli.sign_in:sign_in", "Connect a model by signing in in the browser."),
    "google": ("app.cli.google:google", "Google Drive: sign in, see the accounts, sign out."),
    "serve": ("app.cli.serve:serve", "Answer phones and team chats without a window."),
    "telegram": ("app.cli.telegram:telegram", "Talk from your phone: connect a bot, pair, list."),
    "google-chat": ("app.cli.google_chat:google_chat", "Talk from Google Chat: pair, list."),
    "config": ("app.cli.settings:config", "Read and change settings."),
    "autostart": ("app.cli.autostart:autostart", "Open the window when you log in: on or off."),
    "doctor": ("app.cli.doctor:doctor", "Check every part and say how to mend what is not well."),
}

_HELP: Final = """\
An assistant that works on your own files and never loses one.

Without a command the window opens. Every command takes --help; with --json it prints one JSON
object a line on stdout.
"""
_EPILOG: Final = """\
Exit codes: 0 done; 1 the turn or check failed; 2 wrong usage; 3 not configured, or the provider
refused the credentials; 130 interrupted.
"""


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


root = _LazyGroup(
    "steward",
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(app.__version__, prog_name="steward")(root)


def run_command(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; expected failures are told, not raised."""
    output = Output(json_lines="--json" in arguments)
    output.hide_secrets = _without_secrets
    with Run(output) as run:
        try:
            code = _code(run, list(arguments))
        except KeyboardInterrupt:
            return INTERRUPTED
    return FAILED if code == DONE and output.failed and not output.reader_left else code


def _without_secrets(text: str) -> str:
    from app.redaction import Redactor
    from app.settings_store import SettingsStore

    store = SettingsStore()
    try:
        secrets = store.load().secrets
    except StewardError:  # the settings themselves may be what went wrong
        secrets = store.environment_secrets()
    return Redactor(secrets).text(text)


def _code(run: Run, arguments: list[str]) -> int:
    try:
        code = root.main(args=arguments, prog_name="steward", standalone_mode=False, obj=run)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        _tell_usage(run.output, error)
        return WRONG_USAGE
    except StewardError as error:
        run.output.error(error)
        return exit_code(error)
    except BrokenPipeError:  # click's own output: the help
        return DONE
    return code if isinstance(code, int) else DONE


def _tell_usage(output: Output, error: click.ClickException) -> None:
    message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        output.note(message)
        message = "Name a command."
    else:
        hint = f" Try `{context.command_path} --help`." if context is not None else ""
        output.problem(f"{message}{hint}")
    if output.json_lines:
        output.error_event("usage", message)
