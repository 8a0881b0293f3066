"""Taking the files of an e-mail to a case: judged by their bytes; what is not taken is named in a note."""

from __future__ import annotations

import io

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.complaints.casework import filing
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.mail.models import IncomingMail
from app.complaints.mail.rules.parts import Letter
from app.complaints.models import Complaint
from app.complaints.services import writing
from app.core.access.actor import Actor
from app.core.attachments import keeping
from app.core.attachments.keeping import Incoming
from app.core.errors import Invalid


def take_files(mail: IncomingMail, letter: Letter, case: Complaint | Inquiry, *, actor: Actor) -> None:
    """Keep the files of an e-mail with a case, within the caller's transaction."""
    taken: list[Incoming] = []
    too_many = _("The e-mail holds more files than are taken at once.")
    refused = [f"{name}: {too_many}" for name in letter.files_left]
    for name, data in letter.files:
        try:
            taken += keeping.look_at([FileStorage(io.BytesIO(data), filename=name)])
        except Invalid as refusal:
            refused += [str(each) for each in refusal.fields.get("files", [])]
    try:
        filing.attach_from_outside("inquiry" if isinstance(case, Inquiry) else "complaint", case, taken)
    except Invalid as refusal:
        refused += [str(each) for each in refusal.fields.get("files", [])]
    if mail.is_cut:
        refused.append(_("The e-mail is very large: only its beginning was read. The whole of it is in the mailbox."))
    if refused:
        write_on(case, _("Of the e-mail this was not taken:") + "\n" + "\n".join(refused[:50]), "note", actor=actor)


def write_on(case: Complaint | Inquiry, body: str, kind: str, *, actor: Actor) -> None:
    """Write on a case, within the caller's transaction."""
    if isinstance(case, Inquiry):
        inquiry_writing.write(case, body, kind=kind, actor=actor)
    else:
        writing.write(case, body, kind=kind, actor=actor)
