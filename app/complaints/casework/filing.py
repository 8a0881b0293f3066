"""Files of complaints and inquiries: added by who works on the case, by the partner's desk that entered it, or by who turned
to the office; read by who may know that person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from app.complaints.casework.kinds import CASES
from app.complaints.papers import services as papers
from app.complaints.policy import Perm
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.policy import can_on, load
from app.core.attachments import keeping
from app.core.attachments.keeping import About, Incoming, Kept
from app.core.attachments.models import Attachment
from app.core.db import command
from app.core.errors import Conflict, NotFound
from app.core.web.live import touch


@dataclass(frozen=True, slots=True)
class Added:
    """What became of files that were added: those that the actor may see, how many are new, how many hung there before.

    Bytes that the office holds already are counted, and nothing else of them is told to a partner's desk.
    """

    rows: list[Attachment]
    fresh: int
    already: int


def case_to_read(of: str, case_id: UUID, *, actor: Actor) -> Any:
    """Give a case (`of`: complaint or inquiry) whose files this actor may have. NotFound, NotAllowed."""
    kind = CASES[of]
    return load(kind.model, case_id, actor=actor, needs=Perm.IDENTIFY, sees=kind.sees)


def case_to_add(of: str, case_id: UUID, *, actor: Actor) -> Any:
    """Give a case that the actor may add files to, before a byte of them is read. NotFound, NotAllowed."""
    kind = CASES[of]
    return load(kind.model, case_id, actor=actor, needs=kind.enters, sees=kind.sees)


def files_of(
    of: str, case: Any, *, actor: Actor, letters: Collection[UUID | None] | None = None
) -> Sequence[Attachment]:
    """Give the files of a case that this actor may have, oldest first: who works on it all of them, a partner's desk its own
    and the answers as letters; `letters` are the files of these, where the caller has read them already.
    """
    rows = keeping.of_case(case.id)
    if can_on(actor, CASES[of].works, case):
        return rows
    given = {each.attachment_id for each in papers.letters_of(case.id)} if letters is None else letters
    return [each for each in rows if each.added_by_id == actor.id or each.id in given]


def find(of: str, case: Any, attachment_id: UUID, *, actor: Actor) -> Attachment:
    """Find a file of a case that this actor may have. NotFound."""
    found = next((each for each in files_of(of, case, actor=actor) if each.id == attachment_id), None)
    if found is None:
        raise NotFound()
    return found


def take(of: str, case_id: UUID, attachment_id: UUID, *, actor: Actor) -> Response:
    """Give the bytes of a file, which is noted. NotFound: not of this case, or not for this actor. Conflict: not clean."""
    found = find(of, case_to_read(of, case_id, actor=actor), attachment_id, actor=actor)
    return keeping.answer(keeping.take(found.id, about_id=case_id, actor=actor))


def preview(of: str, case_id: UUID, attachment_id: UUID, *, actor: Actor) -> Response:
    """Give the small copy of a picture that a list of files shows. NotFound."""
    return keeping.preview(find(of, case_to_read(of, case_id, actor=actor), attachment_id, actor=actor))


@command
def attach(of: str, case_id: UUID, incoming: Sequence[Incoming], *, actor: Actor) -> Added:
    """Add files to a case (`of`: complaint or inquiry). NotFound, NotAllowed; Invalid (`files`): it holds too many."""
    case = case_to_add(of, case_id, actor=actor)
    kept = keep(of, case, incoming, actor=actor)
    already = len(kept.known)
    seen = {each.id for each in (files_of(of, case, actor=actor) if already else kept.rows)}
    return Added([each for each in kept.rows if each.id in seen], len(kept.rows) - already, already)


def attach_one(of: str, case_id: UUID, incoming: Sequence[Incoming], *, actor: Actor) -> Attachment:
    """Add the one file of a request and give it. Raises as `attach`; Conflict: it is there, and not for the actor to see."""
    added = attach(of, case_id, incoming, actor=actor)
    if not added.rows:
        raise Conflict(_("This file is already with the case."), code="already_there")
    return added.rows[0]


@command
def attach_from_outside(of: str, case: Any, incoming: Sequence[Incoming]) -> None:
    """Add files that came with the words of who turned to the office; the caller found out that it is them. Invalid (`files`)."""
    actor = system_actor("who turned to the office added files", case.hospital_id)
    with acting_as(actor):
        keep(of, case, incoming, actor=actor)


@command
def receive_with_files(of: str, receive: Callable[[], Any], incoming: Sequence[Incoming], *, actor: Actor) -> Any:
    """Take a case in by `receive` with its files: both or nothing. Raises as `receive`; Invalid (`files`)."""
    case = receive()
    if incoming:
        keep(of, case, incoming, actor=actor)
    return case


@command
def keep(of: str, case: Any, incoming: Sequence[Incoming], *, actor: Actor) -> Kept:
    """Keep files with a case that the caller has found through the actor. Invalid (`files`)."""
    kept = keeping.keep(About(of, case.id, case.hospital_id), incoming, actor=actor)
    touch(CASES[of].live, hospital_id=case.hospital_id)
    return kept


def said_of(added: Added) -> str:
    """Say what became of the files that were given."""
    if added.fresh and added.already:
        return ngettext(
            "Files saved; %(num)s of them was already with the case.",
            "Files saved; %(num)s of them were already with the case.",
            added.already,
        )
    if added.already:
        return ngettext("This file is already with the case.", "These files are already with the case.", added.already)
    return _("Files saved.") if added.fresh else _("No file was chosen.")
