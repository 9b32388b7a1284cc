"""Writes steward(1), the manual page, from the commands themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Final

import click
from recipe import build_time, description, version

from app.cli.commands import root

_SKIPPED: Final = frozenset(["--help"])


def manual_page() -> str:
    """The page in roff: every command with its options."""
    date = time.strftime("%Y-%m-%d", time.gmtime(build_time()))
    context = click.Context(root, info_name="steward")
    lines = [
        f'.TH STEWARD 1 "{date}" "Steward {version()}" "User Commands"',
        ".SH NAME",
        f"steward \\- {_escaped(description()[0].lower() + description()[1:])}",
        ".SH SYNOPSIS",
        ".B steward",
        "[\\fICOMMAND\\fR [\\fIARGUMENT\\fR]...]",
        ".SH DESCRIPTION",
        *_text(root.help),
        ".SH COMMANDS",
        *_commands(root, context),
        ".SH FILES",
        ".TP",
        "\\fI~/.local/share/steward\\fR",
        "Conversations, versions of files, settings and the log, unless STEWARD_HOME names",
        "another folder.",
        ".SH EXIT STATUS",
        *_text(root.epilog),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join(command.collect_usage_pieces(inner))
        yield f".SS {_escaped(inner.command_path)} {_escaped(usage)}"
        yield from _text(command.help)
        for parameter in command.get_params(inner):
            record = parameter.get_help_record(inner)
            if record and not _SKIPPED & set(parameter.opts):
                yield ".TP"
                yield f"\\fB{_escaped(record[0])}\\fR"
                yield _escaped(record[1]) or "\\&"
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _text(text: str | None) -> Iterator[str]:
    for number, paragraph in enumerate(
        re.split(r"\n\s*\n", (text or "").replace("\b", "").strip())
    ):
        if number:
            yield ".PP"
        yield _escaped(" ".join(paragraph.split()))


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    for letter, name in (("→", "\\(->"), ("…", "..."), ("·", "\\(bu")):
        escaped = escaped.replace(letter, name)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
