"""Taking the files of an e-mail to a complaint: judged by their bytes; what is not taken is named in a note."""

from __future__ import annotations

import io

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.complaints.files import services as filing
from app.complaints.mail.models import IncomingMail
from app.complaints.mail.rules.parts import Letter
from app.complaints.models import Complaint
from app.complaints.services.writing import write
from app.core.access.actor import Actor
from app.core.attachments import keeping
from app.core.attachments.keeping import Incoming
from app.core.errors import Invalid


def take_files(mail: IncomingMail, letter: Letter, complaint: Complaint, *, actor: Actor) -> None:
    """Keep the files of an e-mail with a complaint, within the caller's transaction."""
    taken: list[Incoming] = []
    too_many = _("The e-mail holds more files than are taken at once.")
    refused = [f"{name}: {too_many}" for name in letter.files_left]
    for name, data in letter.files:
        try:
            taken += keeping.look_at([FileStorage(io.BytesIO(data), filename=name)])
        except Invalid as refusal:
            refused += [str(each) for each in refusal.fields.get("files", [])]
    try:
        filing.attach_from_complainant(complaint, taken)
    except Invalid as refusal:
        refused += [str(each) for each in refusal.fields.get("files", [])]
    if mail.is_cut:
        refused.append(_("The e-mail is very large: only its beginning was read. The whole of it is in the mailbox."))
    if refused:
        lines = "\n".join(refused[:50])
        write(complaint, _("Of the e-mail this was not taken:") + "\n" + lines, kind="note", actor=actor)
