"""A skill's preview, run as a call of its own: under its deadline, and shut off from the rest."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Effect, Preview, Skill, SkillContext, SkillResult
from app.domain.unicode_text import whole


class PreviewRun:
    """Stands in for ``skill``; ``execute`` only looks, and leaves what it saw in ``seen``."""

    effect = Effect.READ

    def __init__(self, skill: Skill) -> None:
        self._skill = skill
        self.tool_definition = skill.tool_definition
        self.domain = skill.domain
        self.timeout = skill.timeout
        self.timeout_for = getattr(skill, "timeout_for", None)
        self.seen: Preview | None = None

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The skill's own."""
        return await self._skill.preview(params, context)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Keep the preview; there is nothing to say. Raises ``TypeError`` where it is none."""
        self.seen = _plain(await self._skill.preview(params, context))
        return SkillResult.ok("")


def _plain(seen: object) -> Preview:
    """A copy that the skill does not hold: what is shown must stay what is allowed."""
    if not isinstance(seen, Preview):
        raise TypeError(f"the preview is a {type(seen).__name__}")
    targets = dict(seen.targets)
    hashes = [one for one in targets.values() if one is not None]
    if not all(isinstance(one, str) for one in (seen.summary, seen.diff, *targets, *hashes)):
        raise TypeError("the preview holds something else than texts")
    return Preview(whole(seen.summary), seen.diff, targets)
