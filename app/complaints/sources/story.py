"""How a timeline tells that a case came from elsewhere than was entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.complaints.sources.known import Labels


def came(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    """Say from where it came, and from where it was thought to come; by its code where a source is none any more."""
    names = Labels()
    before, after = (names.get(data[name], data[name]) for name in ("before", "after"))
    return _("Source: %(after)s (before: %(before)s)", before=before, after=after)
