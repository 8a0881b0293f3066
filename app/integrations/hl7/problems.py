"""What can be wrong with a message, and where."""

from __future__ import annotations


class NotHl7(ValueError):
    """These bytes are no HL7 message that this system may answer with anything but a refusal; `reason` says why."""

    def __init__(self, reason: str) -> None:
        """Take the reason, in English: it goes into the acknowledgement."""
        super().__init__(reason)
        self.reason = reason


class Unreadable(ValueError):
    """A field holds what can not be read; `place` names it as in PID-7. Its text is not kept."""

    def __init__(self, place: str) -> None:
        """Take the place."""
        super().__init__(place)
        self.place = place
