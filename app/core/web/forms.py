"""Forms: they parse and bound; rules are raised once, by the service, and come back here as field errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from app.core.errors import Conflict, Invalid, Refusal
from app.core.i18n import select_zone

MAX_LINE = 200
MAX_TEXT = 5_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a submitted form."""

    ok: bool
    form: Any
    value: Any = None
    status: int = 200
    refusal: Refusal | None = None

    @property
    def conflict(self) -> Conflict | None:
        """The conflict with its current row, when somebody else was faster."""
        return self.refusal if isinstance(self.refusal, Conflict) else None


class StaleEdit(Conflict):
    """Somebody changed the row since the form was opened: the page of both versions answers (`core.web.stale`)."""

    def __init__(self, form: Any, current: Any) -> None:
        """Keep the form as it was sent and the row as it is."""
        super().__init__(current=current)
        self.form = form


class Form(FlaskForm):
    """Base of every form of the portal."""

    form_errors: list[Any]
    # what stands in a row now by the names of the fields, where those are not its columns; for the page of both versions
    stands_there: Callable[[Any], Mapping[str, Any]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a form takes; its hidden token gets an id of its own, since a page may hold several forms."""
        super().__init__(*args, **kwargs)
        if "csrf_token" in self:
            self["csrf_token"].id = f"csrf-{type(self).__name__.lower()}"

    def submit(self, action: Callable[[], Any]) -> Answer:
        """Validate, run the command, and turn its refusal into field errors (422) or a conflict to be told (409).

        Raises StaleEdit where somebody changed the row since its version travelled into the form.
        """
        if not self.validate_on_submit():
            return Answer(False, self, status=422, refusal=Invalid(**self._named_errors()))
        try:
            return Answer(True, self, action())
        except Invalid as refusal:
            self._take(refusal)
            return Answer(False, self, status=refusal.status, refusal=refusal)
        except Conflict as refusal:
            if self._is_late(refusal):
                raise StaleEdit(self, refusal.current) from refusal
            self.form_errors = [*self.form_errors, refusal.message]
            return Answer(False, self, status=refusal.status, refusal=refusal)

    def _is_late(self, refusal: Conflict) -> bool:
        """Tell whether another version is the reason, and all that was sent can be shown and sent again (no secrets, no files)."""
        now = getattr(refusal.current, "version", None)
        if now is None or "version" not in self or now == (self["version"].data or 0) or request.files:
            return False
        secret = any(isinstance(field, PasswordField) and field.data for field in self)
        return not secret and g.get("actor") is not None

    def _named_errors(self) -> dict[str, Any]:
        return {name: errors for name, errors in self.errors.items() if name}

    def _take(self, refusal: Invalid) -> None:
        for name, messages in refusal.fields.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, *messages]
            else:
                self.form_errors = [*self.form_errors, *messages]
        if not refusal.fields:
            self.form_errors = [*self.form_errors, refusal.message]


class VersionField(IntegerField):
    """The row's version as this person saw it."""

    widget = HiddenInput()

    def __init__(self, **kwargs: Any) -> None:
        """Take no label: nobody sees it."""
        super().__init__("", validators=[Optional()], **kwargs)


class UuidField(StringField):
    """An id; anything else is an error of the field, never of the database."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Parse the id; empty stays None."""
        raw = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if raw:
            try:
                self.data = UUID(raw)
            except ValueError as problem:
                raise ValidationError(str(_l("Choose one of the list."))) from problem

    def _value(self) -> str:
        return str(self.data) if self.data else ""


class HiddenUuidField(UuidField):
    """An id that travels with the form."""

    widget = HiddenInput()


class LineField(StringField):
    """One line of text: bounded, trimmed, without control characters."""

    def __init__(
        self, label: Any = "", validators: list[Any] | None = None, *, most: int = MAX_LINE, **kwargs: Any
    ) -> None:
        """Take the label and at most `most` characters."""
        super().__init__(label, [*(validators or []), Length(max=most)], filters=[clean_line], **kwargs)


class TextField(TextAreaField):
    """Several lines of text: bounded, without control characters."""

    def __init__(
        self, label: Any = "", validators: list[Any] | None = None, *, most: int = MAX_TEXT, **kwargs: Any
    ) -> None:
        """Take the label and at most `most` characters."""
        super().__init__(label, [*(validators or []), Length(max=most)], filters=[clean_text], **kwargs)


def clean_line(text: str | None) -> str | None:
    """Give one trimmed line without control characters; None stays None."""
    return (
        None
        if text is None
        else " ".join("".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text).split())
    )


def clean_text(text: str | None) -> str | None:
    """Give text with plain line ends and without control characters; None stays None."""
    if text is None:
        return None
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c in "\n\t\u200c\u200d" or c.isprintable()).strip()


__all__ = [
    "Answer",
    "Field",
    "Form",
    "HiddenField",
    "HiddenUuidField",
    "LineField",
    "TextField",
    "UuidField",
    "VersionField",
]


def here(local: datetime | None) -> datetime | None:
    """Give what was typed as an instant of the zone that the page shows."""
    return local.replace(tzinfo=ZoneInfo(select_zone())) if local else None
