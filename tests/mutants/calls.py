"""Every line that keeps a skill within what was allowed, and an account of it true, taken out."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

MACHINE: Final = ("tests/orchestrator/test_dispatch_machine.py",)
DISPATCH: Final = ("tests/orchestrator/test_dispatch.py",)
APPROVALS: Final = ("tests/orchestrator/test_approvals.py",)
HOSTILE: Final = ("tests/orchestrator/test_hostile_skills.py",)
WAITING: Final = ("tests/orchestrator/test_waiting_changes.py",)
RULES: Final = ("tests/storage/test_approval_rules.py",)
EXECUTOR: Final = ("tests/skill_runtime/test_executor.py",)

RUNNER, DECIDING, BATCH = (
    "app/orchestrator/call_runner.py", "app/orchestrator/call_deciding.py",
    "app/orchestrator/batch.py",
)  # fmt: skip
ASKING, DISPATCHER = "app/orchestrator/approvals.py", "app/orchestrator/dispatch.py"

CALL_MUTANTS: Final = (
    # -- what runs beside what; the state machine alone must notice ----------------------------
    Mutant(
        "call: everything runs beside everything",
        "app/orchestrator/schedule.py",
        "        if at > begin and not all(may_run_together(one, need) for one in beside):\n",
        "        if False:\n",
        MACHINE,
    ),
    Mutant(
        "call: a barrier is none",
        "app/skill_runtime/executor.py",
        '    return getattr(skill, "barrier", False) is True\n',
        "    return False\n",
        MACHINE,
    ),
    Mutant(
        "call: more than eight run at once",
        DISPATCHER,
        "            async with batch.gate:\n                result",
        "            if True:\n                result",
        MACHINE,
    ),
    Mutant(
        "call: two questions stand at once",
        RUNNER,
        "            async with batch.asking:\n",
        "            if True:\n",
        MACHINE,
    ),
    Mutant(
        "call: a skill begins after Stop",
        RUNNER,
        "                may_begin=lambda: not batch.is_stopping(),\n",
        "                may_begin=lambda: True,\n",
        MACHINE,
        also=("            if not batch.is_stopping():\n", "            if True:\n"),
    ),
    Mutant(
        "call: a cancelled question has no end",
        ASKING,
        "            await uninterrupted(self._cancelled(event, record))\n",
        "            pass\n",
        MACHINE,
    ),
    Mutant(
        "call: a stopped dispatcher awaits a skill for ever",
        "app/skill_runtime/executor.py",
        "                await _outlast(task, self._grace)\n",
        "                await _outlast(task, 1e9)\n",
        MACHINE,
    ),
    Mutant(
        "call: a result is told before it is stored",
        BATCH,
        "                storing = self._record(result)\n",
        "                self._publish(result)\n                storing = self._record(result)\n",
        MACHINE,
    ),
    Mutant(
        "call: two names of one file are changed at once",
        RUNNER,
        "                held.enter_context(batch.touching(run.at, approved.targets))\n",
        "                pass\n",
        DISPATCH,
    ),
    Mutant(
        "call: a mistake of the schedule leaves calls without results",
        DISPATCHER,
        "                if not batch.is_settled(at):\n                    await",
        "                if False:\n                    await",
        HOSTILE,
    ),
    # -- what may write ------------------------------------------------------------------------
    Mutant(
        "call: what reads may write",
        "app/orchestrator/write_permit.py",
        "        if not self._allowed:\n",
        "        if False:\n",
        HOSTILE,
    ),
    Mutant(
        "call: a call that was told to end goes on writing",
        RUNNER,
        "                on_stop=may_write.end,\n",
        "",
        HOSTILE,
    ),
    Mutant(
        "call: what a call leaves behind goes on writing",
        RUNNER,
        "            may_write.end()\n",
        "",
        HOSTILE,
    ),
    Mutant(
        "call: the workspace asks no permit",
        "app/files/workspace.py",
        "            self._permit()\n",
        "",
        HOSTILE,
    ),
    Mutant(
        "call: an approval is not bound to the files that were shown",
        RUNNER,
        "        expected = None if approved is None else approved.targets\n",
        "        expected = None\n",
        WAITING,
    ),
    Mutant(
        "call: an approval is not bound to the arguments that were shown",
        RUNNER,
        "        if request != approved.bound:\n",
        "        if False:\n",
        APPROVALS,
    ),
    Mutant(
        "call: a skill holds the preview that was shown",
        "app/orchestrator/preview_run.py",
        "    targets = dict(seen.targets)\n",
        "    targets = seen.targets\n",
        HOSTILE,
    ),
    # -- decisions -----------------------------------------------------------------------------
    Mutant(
        "decision: nothing expires while the machine sleeps",
        ASKING,
        "        return min(by_wall, waiting.ends_at - self._clock.monotonic())\n",
        "        return waiting.ends_at - self._clock.monotonic()\n",
        APPROVALS,
    ),
    Mutant(
        "decision: nothing expires where the wall clock is set back",
        ASKING,
        "        return min(by_wall, waiting.ends_at - self._clock.monotonic())\n",
        "        return by_wall\n",
        APPROVALS,
    ),
    Mutant(
        "decision: edited arguments are allowed unseen",
        ASKING,
        "            verdict = Verdict(allowed=False, by=by, arguments=wanted)\n",
        "            pass\n",
        APPROVALS,
    ),
    Mutant(
        "decision: edited arguments are taken as they come",
        ASKING,
        "        return sound_object(arguments)\n",
        "        return dict(arguments)\n",
        APPROVALS,
    ),
    Mutant(
        "decision: a denied call is asked about again",
        DECIDING,
        "        if (earlier := scope.refused.get(run.asked.canonical)) is not None:\n",
        "        if (earlier := scope.refused.get('')) is not None:\n",
        APPROVALS,
    ),
    Mutant(
        "decision: a refusal without asking leaves no row",
        DECIDING,
        "            await self._approvals.refuse(again, by=AN_EARLIER_NO)\n",
        "",
        APPROVALS,
    ),
    Mutant(
        "decision: a yes is taken while a stop is noted",
        ASKING,
        "                del self._pending[event.id]\n",
        "                asyncio.get_running_loop().call_later(9, self._pending.pop, event.id)\n",
        APPROVALS,
    ),
    Mutant(
        "decision: a yes that is not kept allows",
        ASKING,
        "                raise\n            logger.exception(\"decision not kept\"",
        "                pass\n            logger.exception(\"decision not kept\"",
        APPROVALS,
    ),
    Mutant(
        "decision: what leaves this computer counts as reversible",
        DECIDING,
        "            reversible=run.skill.effect is Effect.WRITE and bool(preview.targets),\n",
        "            reversible=bool(preview.targets),\n",
        APPROVALS,
    ),
    Mutant(
        "decision: a rule for a folder covers its neighbour",
        "app/storage/approval_rules.py",
        "    return all(PurePath(folder) in target.parents for target in targets)\n",
        "    return all(str(target).startswith(folder) for target in targets)\n",
        RULES,
    ),
    Mutant(
        "decision: a rule for a folder covers a call that also leaves it",
        "app/storage/approval_rules.py",
        "    return all(PurePath(folder) in target.parents for target in targets)\n",
        "    return any(PurePath(folder) in target.parents for target in targets)\n",
        RULES,
    ),
    Mutant(
        "decision: a rule for a folder follows a link out of it",
        "app/storage/approval_rules.py",
        "PurePath(os.path.realpath(target))",
        "PurePath(os.path.abspath(target))",
        RULES,
    ),
    Mutant(
        "decision: a rule is wider than the folder that was shown",
        "app/storage/approval_rules.py",
        "                    folder=folder,\n",
        "                    folder=folder and os.path.realpath(folder),\n",
        RULES,
    ),
    # -- what a skill gives back ---------------------------------------------------------------
    Mutant(
        "result: a skill that exits ends the program",
        "app/skill_runtime/executor.py",
        "    except (SystemExit, KeyboardInterrupt) as error:\n",
        "    except ZeroDivisionError as error:\n",
        EXECUTOR,
    ),
    Mutant(
        "result: facts are not copied",
        "app/skill_runtime/call_outcome.py",
        "metadata=sound_object(metadata)",
        "metadata=metadata",
        HOSTILE,
    ),
    Mutant(
        "result: a schema that cannot be applied is a mistake of ours",
        "app/skill_runtime/arguments.py",
        "    except (Unresolvable, UnknownType, re.error, RecursionError) as error:\n",
        "    except ZeroDivisionError as error:\n",
        HOSTILE,
    ),
    Mutant(
        "result: what was changed before a cut is not told",
        RUNNER,
        "                    result = await uninterrupted(self._with_changes(run, result))\n",
        "                    pass\n",
        DISPATCH,
    ),
)  # fmt: skip
