"""Forms of mailboxes and incoming e-mail: they parse and bound; rules are the services'."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, PasswordField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from app.complaints.forms import choices
from app.complaints.mail.enums import OPENS, PORTS, SECURITY
from app.complaints.mail.services.mailboxes import MailboxFacts
from app.core.web.forms import Form, LineField, UuidField, VersionField

GIVE = _l("This field is required.")


class MailboxForm(Form):
    """Describe a mailbox. An empty password leaves the one that is there."""

    version = VersionField()
    hospital_id = UuidField(_l("Hospital"))
    address = LineField(_l("E-mail address"), [DataRequired(GIVE)], most=254)
    host = LineField(_l("Mail server (IMAP)"), [DataRequired(GIVE)], most=253)
    port = IntegerField(_l("Port"), [InputRequired(GIVE), NumberRange(min=1, max=65_535)], default=PORTS["tls"])
    security = SelectField(_l("Encryption"), choices=choices(SECURITY), default="tls")
    user = LineField(_l("User name"), [DataRequired(GIVE)], most=254)
    password = PasswordField(_l("Password"), [Length(max=500)])
    folder = LineField(_l("Folder"), [DataRequired(GIVE)], most=120, default="INBOX")
    opens = SelectField(_l("What new e-mail becomes"), choices=choices(OPENS), default="complaint")

    def facts(self) -> MailboxFacts:
        """Give what was typed."""
        return MailboxFacts(
            address=self.address.data or "",
            host=self.host.data or "",
            port=self.port.data or 0,
            security=self.security.data or "",
            user=self.user.data or "",
            password=self.password.data or "",
            folder=self.folder.data or "",
            opens=self.opens.data or "",
        )


class StepForm(Form):
    """A step that carries nothing but the version that was seen."""

    version = VersionField()
