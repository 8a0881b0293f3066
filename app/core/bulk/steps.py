"""Steps back that stand open for three minutes: for the Undo of a change to many, and for a slip of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.time import clock
from app.core.web.chosen import BACK_WITHIN


def soon_after_the_end(refusal: Any) -> Callable[[Any, Actor], Any]:
    """Give the guard of a step back: an end that is older than three minutes is refused in these words."""

    def guard(row: Any, _actor: Actor) -> Any:
        late = row.closed_at is None or clock.now() - row.closed_at > BACK_WITHIN
        return refusal if late else None

    return guard


just_ended = soon_after_the_end(_l("This can be taken back for three minutes only."))
