"""Words of attached files for timelines and templates."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.attachments import jobs  # noqa: F401 - declares its jobs
from app.core.attachments.events import AttachmentAdded, AttachmentQuarantined, AttachmentTaken
from app.core.attachments.kinds import icon_of
from app.core.attachments.models import FileState
from app.core.events.timeline import describe
from app.core.i18n import gettext as _
from app.core.i18n import number

describe(AttachmentAdded.kind, _l("A file was added"), "paperclip")
describe(AttachmentQuarantined.kind, _l("A file was held back: a virus was found"), "alert-triangle")
describe(AttachmentTaken.kind, _l("A file was opened"), "eye")
TONES = {FileState.QUARANTINED: "danger", FileState.WAITING: "warning", FileState.UNSCANNED: "neutral"}


def file_state(state: str) -> tuple[Any, str]:
    """Give the word and the tone of a file's state."""
    return FileState(state).label, TONES.get(FileState(state), "success")


def megabytes(size: int) -> str:
    """Give a size as people read it, with its unit."""
    if size >= 100_000:
        return _("%(size)s MB", size=number(size / 1_000_000, 1))
    return _("%(size)s kB", size=max(1, round(size / 1000)))


def init_app(app: Flask) -> None:
    """Give them to templates."""
    app.jinja_env.globals.update(file_state=file_state, file_icon=icon_of, file_size=megabytes)
