"""When and on which channels a hospital writes to people, as a value that rules and services share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.notifications.enums import Channel
from app.notifications.quiet import Hours


@dataclass(frozen=True, slots=True)
class ContactPolicy:
    """Quiet hours, and the channels in the order in which they are tried; without an order the caller's holds."""

    hours: Hours
    channels: tuple[str, ...] = ()

    def ordered(self, wanted: Sequence[Channel], *, is_quiet: bool) -> list[Channel]:
        """Give the caller's channels in the hospital's order; surveys and reminders use no channel that it left out."""
        if not self.channels:
            return list(wanted)
        listed = [Channel(code) for code in self.channels if code in wanted]
        return listed if is_quiet else listed + [channel for channel in wanted if channel not in listed]
