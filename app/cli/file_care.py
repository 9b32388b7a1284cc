"""``steward files verify`` and ``recover``: the whole history against what is on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.counting import counted
from app.cli.output import Colour, Output, size_in_words, visible_line
from app.cli.progress import progress
from app.cli.run import DONE, FAILED, opened
from app.domain.errors import FileError
from app.domain.files import OperationState
from app.files.drive_places import display_of

if TYPE_CHECKING:
    from app.files.reports import Finding


async def verify(output: Output) -> int:
    """Check every invariant."""
    async with opened(offline=True) as assembly:
        with progress(output, "Checking", stopped="What was checked was not judged yet.") as shown:
            report = await assembly.versions.verify(shown)
    for level, findings in (("problem", report.problems), ("note", report.notes)):
        for finding in findings:
            _show_finding(output, level, finding)
    if output.json_lines:
        output.record(
            {
                "type": "summary",
                "ok": report.ok,
                "problems": len(report.problems),
                "notes": len(report.notes),
                "files": report.files,
                "versions": report.versions,
                "blobs": report.blobs,
                "vault_bytes": report.vault_bytes,
                "stored_bytes": report.stored_bytes,
                "pruned": report.pruned,
            }
        )
    else:
        verdict = (
            "All is well"
            if report.ok
            else f"{counted(len(report.problems), 'problem')}; what is not named is sound"
        )
        pruned = f" ({report.pruned:,} pruned)" if report.pruned else ""
        output.line(
            f"{verdict}. Checked: {counted(report.files, 'file')}, "
            f"{counted(report.versions, 'version')}{pruned}; together "
            f"{size_in_words(report.vault_bytes)}, kept in {size_in_words(report.stored_bytes)}."
        )
    return DONE if report.ok else FAILED


async def recover(output: Output) -> int:
    """Say what the recovery at the start of this very command did; then end what is in Drive."""
    async with opened(offline=True, warn=False) as assembly:
        report = assembly.start_report.recovery
        operations = (*report.operations, *await assembly.versions.recover_drive())
    if report.missing_vault is not None:
        _show_missing_vault(output, report.missing_vault)
    for one in operations:
        became = one.became.value if one.became else None
        if output.json_lines:
            output.record(
                {
                    "file": one.path,
                    "found": one.found.value,
                    "became": became,
                    "reason": one.reason,
                }
            )
        else:
            output.line(visible_line(str(one)))
    for path in report.partial_removed:
        why = "an export that was cut off had left it"
        if output.json_lines:
            output.record({"file": path, "found": "partial", "became": "removed", "reason": why})
        else:
            output.line(f"{visible_line(path)}: cleared away; {why}.")
    if not output.json_lines:
        if not operations:
            output.line("Nothing was left open.")
        if parts := report.parts_removed:
            output.line(f"Cleared away in the vault: {counted(parts, 'unfinished content')}.")
    unfinished = [o for o in operations if o.became in (None, OperationState.FAILED)]
    return FAILED if unfinished or report.missing_vault is not None else DONE


def _show_missing_vault(output: Output, error: FileError) -> None:
    if output.json_lines:
        vault, reason = error.details["vault"], str(error)
        output.record({"file": vault, "found": "vault_missing", "became": None, "reason": reason})
    else:
        output.line(str(error), "red")


def _show_finding(output: Output, level: str, finding: Finding) -> None:
    if output.json_lines:
        output.record(
            {
                "type": level,
                "kind": finding.kind,
                "message": finding.message,
                "subject": finding.subject,
            }
        )
    else:
        subject = f"{visible_line(display_of(finding.subject))}: " if finding.subject else ""
        colour: Colour | None = "red" if level == "problem" else None
        output.line(f"{level}: {subject}{visible_line(finding.message)}", colour)
