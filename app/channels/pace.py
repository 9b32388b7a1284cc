"""How fast messages may go out: token buckets, and pauses that the service asks for. Pure."""

from __future__ import annotations

from app.channels.bridge_limits import BridgeLimits, Rate


class Bucket:
    """Allows ``rate``; times are monotonic seconds."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def ready_at(self, now: float) -> float:
        """When the next one may go."""
        self._fill(now)
        return now if self._left >= 1 else now + (1 - self._left) / self._rate.per_second

    def spend(self, now: float) -> None:
        """One goes."""
        self._fill(now)
        self._left -= 1

    def _fill(self, now: float) -> None:
        self._left = min(
            self._rate.burst, self._left + max(0.0, now - self._at) * self._rate.per_second
        )
        self._at = now


class Pace:
    """When something may be sent to a chat. Times are monotonic seconds."""

    def __init__(self, limits: BridgeLimits, now: float) -> None:
        self._limits = limits
        self._overall = Bucket(limits.overall, now)
        self._chats: dict[str, Bucket] = {}
        self._paused: dict[str, float] = {}
        self._all_paused = now
        self._edited: dict[int, float] = {}

    def ready_at(self, chat: str, now: float) -> float:
        """When the next request for ``chat`` may go."""
        return max(
            self._all_paused,
            self._paused.get(chat, now),
            self._bucket(chat, now).ready_at(now),
            self._overall.ready_at(now),
        )

    def edit_ready_at(self, row: int) -> float:
        """When the message of this row may be changed."""
        return self._edited.get(row, 0.0)

    def went(self, chat: str, row: int, now: float) -> None:
        """A request for ``chat`` goes."""
        self._bucket(chat, now).spend(now)
        self._overall.spend(now)
        self.ended(row, now)

    def ended(self, row: int, now: float) -> None:
        """A request for the message of this row has ended."""
        self._edited[row] = now + self._limits.edit
        if len(self._edited) > 1000:
            self._edited = {key: at for key, at in self._edited.items() if at > now}

    def pause(self, chat: str, seconds: float, now: float) -> None:
        """The service asks to wait (429): in this chat; in all, where it says so of a second one.

        It does not say which of its limits was reached.
        """
        others = [at for name, at in self._paused.items() if at > now and name != chat]
        self._paused = {name: at for name, at in self._paused.items() if at > now}
        self._paused[chat] = max(now + seconds, self._paused.get(chat, now))
        if others:
            self.pause_all(seconds, now)

    def pause_all(self, seconds: float, now: float) -> None:
        """Nothing goes for so long."""
        self._all_paused = max(self._all_paused, now + seconds)

    def resume(self, now: float) -> None:
        """What was paused for all may go on."""
        self._all_paused = min(self._all_paused, now)

    def _bucket(self, chat: str, now: float) -> Bucket:
        found = self._chats.get(chat)
        if found is None:
            # The ids of groups are negative (Chat: "Identifiers of supergroups … start with -100").
            rate = self._limits.group if chat.startswith("-") else self._limits.chat
            found = self._chats[chat] = Bucket(rate, now)
        return found
