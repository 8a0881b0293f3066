"""Words of inquiries for templates: labels and tones of codes."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.complaints.enums import RELATIONS
from app.complaints.inquiries import enums
from app.complaints.sources.known import Labels
from app.core.i18n import LANGUAGES

_SETS: dict[str, Any] = {
    "status": {each.value: each.label for each in enums.InquiryStatus},
    "channel": Labels(),
    "relation": RELATIONS,
    "way": enums.ANSWER_WAYS,
    "cancel": enums.CANCEL_REASONS,
}
TONES = {
    "open": "warning",
    "in_progress": "accent",
    "answered": "success",
    "closed": "success",
    "cancelled": "neutral",
    "converted": "neutral",
}


def inquiry_label(name: str, code: Any) -> Any:
    """Give the label of a code of one of the lists; the code itself where it is not of the list."""
    return _SETS[name].get(code, code)


def init_app(app: Flask) -> None:
    """Give them to templates, macros included."""
    app.jinja_env.globals.update(inquiry_label=inquiry_label, inquiry_tones=TONES, language_names=LANGUAGES)
