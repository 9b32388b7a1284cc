"""Limits of one turn: pure counting, so that the loop ends whatever the model says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class TurnLimits:
    """Counts a turn's model calls.

    Attributes:
        max_iterations: model calls that may use tools. One closing call without tools
            may follow, so a turn makes at most ``max_iterations + 1`` requests.
        iterations: calls begun so far, the closing one not counted.
    """

    max_iterations: int
    iterations: int = 0

    def begin(self) -> bool:
        """Count one more call; ``False`` when none is left and the turn must close."""
        if self.iterations >= self.max_iterations:
            return False
        self.iterations += 1
        return True
