"""Keeping files: checked and bounded before anything is written, kept once, given out only when clean."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, current_app
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core import files
from app.core.access.actor import Actor
from app.core.attachments import kinds
from app.core.attachments.events import AttachmentAdded, AttachmentTaken
from app.core.attachments.images import BadImage, small, without_metadata
from app.core.attachments.models import Attachment, FileState
from app.core.db import after_commit, command, db
from app.core.db.locks import take_turn
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import record
from app.core.jobs import nudge_once

MOST_BYTES = 25 * files.MEGABYTE
MOST_FORM_BYTES = 60 * files.MEGABYTE  # of a form with its files
MOST_AT_ONCE = 5
MOST_OF_A_CASE = 50
FOLDER = "attachments"
CARRIED_OVER = frozenset({FileState.WAITING, FileState.CLEAN, FileState.UNSCANNED})
OF_THE_FILE = ("name", "media_type", "size", "received_sha256", "sha256", "state", "added_by_id", "checked_at")


@dataclass(frozen=True, slots=True)
class About:
    """The case that files hang on."""

    type: str
    id: UUID
    hospital_id: UUID


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that was looked at and may be kept."""

    name: str
    media_type: str
    data: bytes
    received_sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Files as they hang on a case now, in the order in which they came, and which of them hung there before."""

    rows: list[Attachment]
    known: frozenset[UUID]


def look_at(uploads: Collection[FileStorage]) -> list[Incoming]:
    """Read what a form or a request brought, before anything is written; empty fields of a form are nothing.

    Invalid (`files`): too many, empty, larger than 25 MB, or by its bytes of no kind that is taken.
    """
    given = [each for each in uploads if each.filename]
    if len(given) > MOST_AT_ONCE:
        raise Invalid(files=_("At most %(most)s files at a time.", most=MOST_AT_ONCE))
    return [_looked_at(each) for each in given]


def _looked_at(upload: FileStorage) -> Incoming:
    name = (upload.filename or "")[:200]
    data = upload.stream.read(MOST_BYTES + 1)
    media_type = files.sniff(data) if data else ""
    if not data:
        raise _refused(name, _("This file is empty."))
    if len(data) > MOST_BYTES:
        raise _refused(name, _("This file is larger than %(megabytes)s MB.", megabytes=MOST_BYTES // files.MEGABYTE))
    if media_type not in kinds.TAKEN:
        raise _refused(name, _("Only pictures, PDF, sound, video and office files are taken."))
    if kinds.has_macros(data, media_type):
        raise _refused(name, _("Office files with programs in them are not taken."))
    kept, kept_as = data, kinds.DRAWN_AS.get(media_type, media_type)
    if kept_as in kinds.IMAGES:
        try:
            kept = without_metadata(data, media_type, drawn_as=kept_as)
        except BadImage:
            raise _refused(name, _("This picture cannot be read.")) from None
    return Incoming(kinds.named(name, kept_as), kept_as, kept, hashlib.sha256(data).hexdigest())


def _refused(name: str, why: Any) -> Invalid:
    return Invalid(files=f"{name[:60]}: {why}")


@command
def keep(about: About, incoming: Sequence[Incoming], *, actor: Actor) -> Kept:
    """Keep files with a case, within the caller's command; bytes that hang there already are the file that is there.

    Invalid (`files`): the case has as many as a case may have.
    """
    take_turn(str(about.id), 366)
    known = {each.received_sha256: each for each in of_case(about.id)}
    before = frozenset(each.id for each in known.values())
    fresh = {each.received_sha256: each for each in incoming if each.received_sha256 not in known}
    if len(known) + len(fresh) > MOST_OF_A_CASE:
        raise Invalid(files=_("A case holds at most %(most)s files.", most=MOST_OF_A_CASE))
    for digest, each in fresh.items():
        known[digest] = _kept(about, each, actor)
    rows = [known[digest] for digest in dict.fromkeys(each.received_sha256 for each in incoming)]
    return Kept(rows, before & {each.id for each in rows})


def _kept(about: About, incoming: Incoming, actor: Actor) -> Attachment:
    stored = files.put(incoming.data, folder=FOLDER, media_type=incoming.media_type)
    row = Attachment(
        hospital_id=about.hospital_id,
        about_type=about.type,
        about_id=about.id,
        name=incoming.name,
        media_type=incoming.media_type,
        size=stored.size,
        received_sha256=incoming.received_sha256,
        sha256=stored.sha256,
        path=stored.path,
        state=FileState.WAITING if current_app.config["SCANNER_URL"] else FileState.UNSCANNED,
        added_by_id=actor.id,
    )
    return _added(row, actor)


def _added(row: Attachment, actor: Actor) -> Attachment:
    db.session.add(row)
    db.session.flush()
    told = AttachmentAdded(row.about_id, row.hospital_id, row.about_type, row.id, row.media_type, row.sha256)
    record(told, actor=actor)
    if row.state == FileState.WAITING:
        after_commit(_nudge)
    return row


def _nudge() -> None:
    from app.core.attachments.jobs import scan_attachments

    nudge_once(scan_attachments)


@command
def carry_over(from_id: UUID, about: About, *, actor: Actor) -> None:
    """Let the files of a case hang on another one too, within the caller's command.

    Each keeps its name, its hashes, who added it and what the scanner said. What was held back or erased stays behind.
    """
    rows = [each for each in of_case(from_id) if each.state in CARRIED_OVER]
    for row in rows:
        facts = {name: getattr(row, name) for name in OF_THE_FILE}
        try:
            path = files.put_again(row.path, folder=FOLDER)
        except FileNotFoundError:  # erased since it was read here
            continue
        _added(
            Attachment(hospital_id=about.hospital_id, about_type=about.type, about_id=about.id, path=path, **facts),
            actor,
        )


def of_case(about_id: UUID) -> Sequence[Attachment]:
    """Give the files of a case, oldest first; the caller has found the case through the actor."""
    query = select(Attachment).where(Attachment.about_id == about_id).order_by(Attachment.created_at, Attachment.id)
    return db.session.execute(query).scalars().all()


@command
def take(attachment_id: UUID, *, about_id: UUID, actor: Actor) -> Attachment:
    """Note that somebody opens a file of a case that the caller has found through the actor, and give it.

    NotFound: the case has no such file. Conflict (`not_clean`): it waits for the scanner, was held back or erased.
    """
    row = db.session.execute(
        select(Attachment).where(Attachment.id == attachment_id, Attachment.about_id == about_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    if not row.may_be_had:
        raise Conflict(_("This file cannot be had: %(why)s.", why=FileState(row.state).label), code="not_clean")
    record(AttachmentTaken(row.id, row.hospital_id, row.about_type, row.about_id), actor=actor)
    return row


def answer(row: Attachment) -> Response:
    """Give the bytes of a file that was taken: pictures to look at, everything else to keep; never as a page of ours."""
    response = Response(files.read(row.path), mimetype=row.media_type)
    shown = "inline" if row.media_type in kinds.SHOWN_INLINE else "attachment"
    response.headers.set("Content-Disposition", shown, filename=row.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def preview(row: Attachment) -> Response:
    """Give a small copy of a picture for a list; it is no opening of the file. NotFound: it has none.

    The caller has found the file through the actor.
    """
    if not row.has_preview:
        raise NotFound()
    try:
        response = Response(small(files.read(row.path), row.media_type), mimetype="image/webp")
    except BadImage:
        raise NotFound() from None
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@command
def erase(about_ids: Collection[UUID], *, actor: Actor) -> int:
    """Remove the bytes and the names of every file of these cases; that there was a file stays. Gives how many."""
    rows = db.session.execute(select(Attachment).where(Attachment.about_id.in_(about_ids))).scalars().all()
    for row in rows:
        gone = row.path
        row.path, row.name, row.state = "", f"file.{kinds.ENDINGS[row.media_type]}", FileState.ERASED
        if gone:
            files.remove(gone)
    return len(rows)
