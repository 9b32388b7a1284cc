"""``steward rules``: what the person allowed without being asked again, and how to take it back."""

from __future__ import annotations

import click

from app.cli.options import json_option
from app.cli.output import Output, in_utc, local, visible_line
from app.cli.run import DONE, Run, opened
from app.storage.approval_rules import ApprovalRule


@click.group(short_help="What needs no asking, and how to take it back.")
def rules() -> None:
    """Standing permissions, given on an approval card or at a question in the terminal."""


@rules.command(name="list")
@json_option
@click.pass_obj
def list_command(run: Run, *, as_json: bool) -> int:
    """Every rule, with its ID."""
    return run.until_done(_list(run.output))


@rules.command()
@click.argument("rule", metavar="ID", type=int)
@click.pass_obj
def revoke(run: Run, *, rule: int) -> int:
    """Take the rule with this ID back: Steward asks again."""
    return run.until_done(_revoke(run.output, rule))


def in_words(rule: ApprovalRule) -> str:
    """Where a rule holds."""
    if rule.folder is not None:
        return f"in the folder {rule.folder}"
    if rule.conversation_id is not None:
        return f"in the conversation {rule.conversation_id}"
    return "always"


async def _list(output: Output) -> int:
    async with opened(offline=True) as assembly:
        found = await assembly.rules.list()
        for rule in found:
            if output.json_lines:
                output.record(
                    {
                        "id": rule.id,
                        "skill": rule.skill,
                        "conversation_id": rule.conversation_id,
                        "folder": rule.folder,
                        "created_at": in_utc(rule.created_at),
                    }
                )
            else:
                where = visible_line(in_words(rule))
                output.line(f"{rule.id:>4}  {local(rule.created_at)}  {rule.skill:<20} {where}")
        if not found and not output.json_lines:
            output.note("There are no rules: Steward asks before every change.", "dim")
    return DONE


async def _revoke(output: Output, rule: int) -> int:
    async with opened(offline=True) as assembly:
        await assembly.rules.revoke(rule)
        output.note(f"Rule {rule} is gone; Steward asks again.")
    return DONE
