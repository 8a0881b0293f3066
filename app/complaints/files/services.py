"""Files of a complaint: added by who works on it, by the partner's desk that entered it, or by who complained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.complaints.files.queries import files_of
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.services import receiving
from app.complaints.services.receiving import ComplaintFacts
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.policy import load
from app.core.attachments import keeping
from app.core.attachments.keeping import About, Incoming, Kept
from app.core.attachments.models import Attachment
from app.core.db import command
from app.core.web.live import touch

COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of files that were added: those that the actor may see, how many are new, how many hung there before.

    Bytes that the office holds already are counted, and nothing else of them is told to a partner's desk.
    """

    rows: list[Attachment]
    fresh: int
    already: int


@command
def attach(complaint_id: UUID, incoming: Sequence[Incoming], *, actor: Actor) -> Added:
    """Add files to a complaint. NotFound, NotAllowed; Invalid (`files`): it holds too many."""
    complaint = taker(complaint_id, actor)
    kept = _keep(complaint, incoming, actor)
    already = len(kept.known)
    seen = {each.id for each in files_of(complaint, actor=actor)} if already else {each.id for each in kept.rows}
    return Added([each for each in kept.rows if each.id in seen], len(kept.rows) - already, already)


@command
def receive_with_files(
    hospital_id: UUID, facts: ComplaintFacts, incoming: Sequence[Incoming], *, actor: Actor
) -> Complaint:
    """Take a complaint in with its files: both or nothing. Raises as `receiving.receive` and `attach`."""
    complaint = receiving.receive(hospital_id=hospital_id, facts=facts, actor=actor)
    if incoming:
        _keep(complaint, incoming, actor)
    return complaint


def taker(complaint_id: UUID, actor: Actor) -> Complaint:
    """Give a complaint that the actor may add files to, before a byte of them is read. NotFound, NotAllowed."""
    return load(Complaint, complaint_id, actor=actor, needs=Perm.CREATE, sees=Perm.READ)


@command
def attach_from_complainant(complaint: Complaint, incoming: Sequence[Incoming]) -> None:
    """Add files that came with the words of who complained; the page has found out that it is them. Invalid (`files`)."""
    actor = system_actor("who complained added files", complaint.hospital_id)
    with acting_as(actor):
        _keep(complaint, incoming, actor)


def _keep(complaint: Complaint, incoming: Sequence[Incoming], actor: Actor) -> Kept:
    kept = keeping.keep(About(COMPLAINT, complaint.id, complaint.hospital_id), incoming, actor=actor)
    touch("complaints", hospital_id=complaint.hospital_id)
    return kept
