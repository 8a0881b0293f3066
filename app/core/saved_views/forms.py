"""Forms of saved views: they parse and bound; rules are the services'."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import DataRequired, Length, Optional

from app.core.saved_views.keeping import ViewFacts
from app.core.saved_views.models import NAME_MOST
from app.core.web.forms import Form, LineField, VersionField


class ViewForm(Form):
    """Change what a view is called, who has it, and its place."""

    version = VersionField()
    name = LineField(_l("Name of the view"), [DataRequired(_l("Give it a name."))], most=NAME_MOST)
    is_shared = BooleanField(_l("The whole hospital has it"))
    position = IntegerField(_l("Place among the others"), [Optional()], default=0)

    def facts(self) -> ViewFacts:
        """Give what was typed."""
        return ViewFacts(self.name.data or "", bool(self.is_shared.data), self.position.data or 0)


class NewViewForm(ViewForm):
    """Keep the filters of a queue's address."""

    place = HiddenField(validators=[Length(max=20)])
    query = HiddenField(validators=[Length(max=2000)])


class VersionForm(Form):
    """A button that only says which version was seen."""

    version = VersionField()
