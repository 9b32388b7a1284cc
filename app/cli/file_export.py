"""``steward files export``, ``prune`` and ``import``: versions into an archive, and back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.counting import counted
from app.cli.file_access import known_places
from app.cli.output import Output, size_in_words, visible_line
from app.cli.progress import progress
from app.cli.run import DONE, FAILED, opened
from app.domain.errors import FileError, UsageError

if TYPE_CHECKING:
    from app.files.export import ExportReport
    from app.files.pruning import PrunePlan

_UNTOUCHED: Final = "Nothing was written."


async def export(
    output: Output, folders: tuple[Path, ...], archive: Path, paths: tuple[str, ...]
) -> int:
    """All versions, or those of some files, into a new archive."""
    async with opened(folders, offline=True) as assembly:
        places = await known_places(assembly, paths)
        with progress(output, "Exporting", stopped=_UNTOUCHED) as shown:
            report = await assembly.versions.export(archive, places, shown)
    if output.json_lines:
        output.record({"type": "export", **_facts(report)})
    else:
        _tell(output, report)
    return FAILED if report.damaged else DONE


async def prune(
    output: Output,
    folders: tuple[Path, ...],
    archive: Path | None,
    paths: tuple[str, ...],
    *,
    keep: int | None,
    before: datetime | None,
    yes: bool,
) -> int:
    """Let go of old versions' bytes; without ``yes`` only say of which."""
    from app.files.pruning import PruneRule

    if not paths and keep is None and before is None:
        raise UsageError(
            "Which versions may go was not said.",
            hint="Name files with --path, or give --keep N or --before DATE.",
        )
    async with opened(folders, offline=True) as assembly:
        places = await known_places(assembly, paths)
        versions = assembly.versions
        file_ids = await versions.in_worker(lambda: versions.care.files_at(places))
        rule = PruneRule(file_ids, keep=1 if keep is None else keep, before=before)
        if not yes:
            plan = await versions.plan_prune(rule)
            if not plan.versions:
                raise FileError("There is nothing to prune.", hint="Nothing was written.")
            _show_plan(output, plan)
            raise UsageError(
                "Nothing was pruned.", hint="Add --yes to do it; an export is written first."
            )
        with progress(output, "Exporting", stopped="Nothing was pruned.") as shown:
            report = await versions.prune(rule, archive, shown)
    if output.json_lines:
        written = {} if report.export is None else _facts(report.export)
        facts = {"pruned": report.versions, "freed": report.freed}
        output.record({"type": "prune", **written, **facts})
    else:
        if report.export is not None:
            _tell(output, report.export)
        output.line(
            f"Pruned: {counted(report.versions, 'version')}; freed on disk: "
            f"{size_in_words(report.freed)}. The history still tells of what was pruned."
        )
    return FAILED if report.export is not None and report.export.damaged else DONE


async def bring_back(output: Output, archive: Path) -> int:
    """Pruned bytes back into the vault."""
    async with opened(offline=True) as assembly:
        kept = "What came back before stays."
        with progress(output, "Bringing back", stopped=kept) as shown:
            back = await assembly.versions.bring_back(archive, shown)
    if output.json_lines:
        facts = {"contents": back.contents, "content_bytes": back.content_bytes}
        output.record({"type": "import", "versions": back.versions, **facts})
    elif back.versions:
        output.line(
            f"Brought back: {counted(back.versions, 'version')} "
            f"({size_in_words(back.content_bytes)})."
        )
    else:
        output.line("Nothing was missing that this archive has.")
    return DONE


def _show_plan(output: Output, plan: PrunePlan) -> None:
    if output.json_lines:
        output.record(
            {
                "type": "plan",
                "versions": len(plan.versions),
                "files": plan.files,
                "contents": len(plan.contents),
                "content_bytes": plan.content_bytes,
            }
        )
    else:
        output.line(
            f"{counted(len(plan.versions), 'old version')} of {counted(plan.files, 'file')} "
            f"would go: {size_in_words(plan.content_bytes)}, which are kept compressed."
        )


def _facts(report: ExportReport) -> dict[str, object]:
    return {
        "archive": report.path,
        "files": report.files,
        "versions": report.versions,
        "contents": report.contents,
        "content_bytes": report.content_bytes,
        "damaged": list(report.damaged),
    }


def _tell(output: Output, report: ExportReport) -> None:
    output.line(
        f"Written and read back: {visible_line(report.path)} "
        f"({counted(report.versions, 'version')} of {counted(report.files, 'file')}, "
        f"{size_in_words(report.content_bytes)})."
    )
    for version in report.damaged:
        output.note(f"Damaged, so not in it: {visible_line(version)}", "red")
