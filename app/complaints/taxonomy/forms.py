"""Forms of the taxonomy: they parse and bound; rules are the services'."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField
from wtforms.validators import DataRequired

from app.complaints.taxonomy.fields import FIELDS
from app.core.resources.fields import MISSING
from app.core.web.forms import Form, LineField, UuidField, VersionField


class NameForm(Form):
    """Name an edition."""

    version = VersionField()
    name = LineField(_l("Name of the edition"), [DataRequired(MISSING)], most=80)


class VersionForm(Form):
    """A single step on what the person saw."""

    version = VersionField()


class UploadForm(Form):
    """A file that shall become an edition."""

    name = LineField(_l("Name of the edition"), [DataRequired(MISSING)], most=80)
    file = FileField(_l("File (CSV or XLSX)"), [FileRequired(_l("Choose a file."))])


class ConfirmForm(Form):
    """The yes to a checked file."""

    only_good = BooleanField(_l("Leave the wrong rows out and take the good ones"))


class MappingForm(Form):
    """What a class becomes; empty: nothing."""

    version = VersionField()
    new_class_id = UuidField(_l("Becomes"))


class _ClassForm(Form):
    """Describe a class."""

    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """Give what was typed."""
        return {each.name: self[each.name].data or "" for each in FIELDS}


# the lines of the form are those of the fields
ClassForm: type[_ClassForm] = type("ClassForm", (_ClassForm,), {each.name: each.form_field() for each in FIELDS})
