"""The four ways in which a command refuses. Each carries a stable code, a message in the reader's language and fields.

`core.web.problems` turns them into a page, a fragment or JSON.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l


class Refusal(Exception):
    """A command said no. `status` is the HTTP status, `code` the stable code of the API."""

    status = 400
    code = "bad_request"
    default: Any = _l("The request could not be understood.")

    def __init__(self, message: Any = None, *, code: str | None = None, **fields: Any) -> None:
        """Take the `message` for the reader and, by keyword, one message (or a list) for each field at fault."""
        self.message = message if message is not None else self.default
        self.code = code or self.code
        self.fields: dict[str, list[Any]] = {
            name: list(value) if isinstance(value, (list, tuple)) else [value] for name, value in fields.items()
        }
        super().__init__(self.code)


class NotSignedIn(Refusal):
    """401: nobody is signed in, or the credentials are not (or no longer) good."""

    status = 401
    code = "not_signed_in"
    default = _l("Please sign in.")


class NotAllowed(Refusal):
    """403: the actor lacks the right for this verb."""

    status = 403
    code = "not_allowed"
    default = _l("You do not have the right to do this.")


class NotFound(Refusal):
    """404: no such row, or none that this actor may see. The two are never told apart."""

    status = 404
    code = "not_found"
    default = _l("This was not found, or you may not see it.")


class Conflict(Refusal):
    """409: the state does not permit it now, or somebody changed the row meanwhile (`current` is the row as it is)."""

    status = 409
    code = "conflict"
    default = _l("Somebody changed this in the meantime.")

    def __init__(self, message: Any = None, *, current: Any = None, code: str | None = None, **fields: Any) -> None:
        """Keep the row as it is now beside the message."""
        super().__init__(message, code=code, **fields)
        self.current = current


class Invalid(Refusal):
    """422: the input breaks a rule; `fields` says which and why."""

    status = 422
    code = "invalid"
    default = _l("Some fields need your attention.")

    def __init__(self, message: Any = None, /, **fields: Any) -> None:
        """Take every keyword as a field, also one that is named `code` or `message`; the stable code stays `invalid`."""
        super().__init__(message)
        self.fields = {
            name: list(value) if isinstance(value, (list, tuple)) else [value] for name, value in fields.items()
        }


class TooMany(Refusal):
    """429: a limit of tries was reached; `retry_after` in seconds."""

    status = 429
    code = "too_many"
    default = _l("Too many tries. Please wait a little and try again.")

    def __init__(self, message: Any = None, *, retry_after: int = 60) -> None:
        """Say when it may be tried again."""
        super().__init__(message)
        self.retry_after = retry_after
