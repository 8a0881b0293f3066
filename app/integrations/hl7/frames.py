"""MLLP: a message on a TCP line stands between VT and FS CR; what stands outside is noise."""

from __future__ import annotations

START, END, RETURN = b"\x0b", b"\x1c", b"\x0d"
MOST_BYTES = 2 * 1024 * 1024  # of one message


class TooLong(ValueError):
    """A message grew past MOST_BYTES; the line can not be trusted any more."""


class Frames:
    """Cuts a stream of bytes into messages, whatever pieces it comes in."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Begin with an empty line; `most` bounds one message, in bytes."""
        self._rest = b""
        self._most = most

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes of the line; gives the messages that are complete. Raises TooLong.

        A new start byte drops what was begun and never ended: the sender gave up on it.
        """
        self._rest += data
        found = []
        while True:
            end = self._rest.find(END + RETURN)
            if end < 0:
                break
            part, self._rest = self._rest[:end], self._rest[end + 2 :]
            start = part.rfind(START)
            if start >= 0:
                found.append(part[start + 1 :])
        start = self._rest.rfind(START)
        self._rest = self._rest[start:] if start >= 0 else b""
        if len(self._rest) > self._most:
            raise TooLong
        return found

    @property
    def is_in_message(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._rest)


def framed(message: bytes) -> bytes:
    """Put a message into a frame."""
    return START + message + END + RETURN


def unframed(raw: bytes) -> bytes:
    """Take off the frame that some senders leave on in HTTP bodies and files, and a byte order mark."""
    return raw.removeprefix(b"\xef\xbb\xbf").strip(b"\x0b\x1c\r\n \t")
