"""Jobs of attached files: what waits is scanned, and bytes without a row are swept away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.core import files
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.attachments import scanner
from app.core.attachments.events import AttachmentQuarantined
from app.core.attachments.keeping import FOLDER
from app.core.attachments.models import Attachment, FileState
from app.core.db import command, db
from app.core.events import record
from app.core.jobs import job, periodic
from app.core.jobs.queues import SWEEPS, nudge_taken
from app.core.logging import get_logger
from app.core.time import clock

log = get_logger(__name__)
BATCH = 20
LEFT_OVER = timedelta(days=1)  # an upload that was refused at the last moment leaves bytes without a row


@job(queue=SWEEPS, timeout=600)
def scan_attachments() -> None:
    """Ask the scanner about every file that waits; while it is away they wait on, and are not given out."""
    nudge_taken(scan_attachments)
    address = current_app.config["SCANNER_URL"]
    if not address:
        return
    with acting_as(system_actor("the scanner looks at files")) as actor:
        waiting = db.session.execute(
            select(Attachment.id)
            .where(Attachment.state == FileState.WAITING)
            .order_by(Attachment.created_at)
            .limit(500)
        ).scalars()
        for attachment_id in waiting.all():
            try:
                scan(attachment_id, address, actor=actor)
            except scanner.ScannerAway as problem:
                log.warning("scanner_away", problem=str(problem))
                return


@command
def scan(attachment_id: UUID, address: str, *, actor: Actor) -> None:
    """Ask about one file and keep the verdict; one that somebody else asks about is left alone. Raises ScannerAway."""
    row = db.session.execute(
        select(Attachment)
        .where(Attachment.id == attachment_id, Attachment.state == FileState.WAITING)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if row is None:
        return
    clean = scanner.is_clean(files.read(row.path), address)
    row.state, row.checked_at = FileState.CLEAN if clean else FileState.QUARANTINED, clock.now()
    if not clean:
        record(AttachmentQuarantined(row.about_id, row.hospital_id, row.about_type, row.id), actor=actor)


@job(queue=SWEEPS, timeout=600)
def sweep_left_over_files() -> None:
    """Remove bytes that no row names a day after they came."""
    with acting_as(system_actor("bytes without a row are removed")):
        lying = _lying()
        while part := list(islice(lying, 500)):
            known = set(db.session.execute(select(Attachment.path).where(Attachment.path.in_(part))).scalars())
            for path in set(part) - known:
                files.remove(path)


def _lying() -> Iterator[str]:
    root, oldest = files.data_dir(), (clock.now() - LEFT_OVER).timestamp()
    for path in (root / "files" / FOLDER).glob("*/*"):
        if path.stat().st_mtime < oldest:
            yield str(Path(path).relative_to(root))


periodic(scan_attachments, every_seconds=30, purpose="Ask the virus scanner about files that wait")
periodic(sweep_left_over_files, every_seconds=86_400, purpose="Remove uploaded bytes that no row names")
