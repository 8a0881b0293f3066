"""Resources: one declaration of a plain record gives its control panel under /admin/ and its REST endpoints.

    declare(app, Resource(path="departments", model=Department, fields=(Code("code", _l("Code"), required=True), ...), ...))

Pages: list with search and filters, form, history, archive and restore, import with preview, export. API: list, create, read,
replace, change, archive, restore. Both ask the same policy and write through the same commands.
"""

from app.core.resources.fields import Choice, Code, Day, Field, Flag, Reference, Text, bilingual
from app.core.resources.further_fields import Codes, LiveChoice, LongText, Number
from app.core.resources.index import declare
from app.core.resources.resource import RESOURCES, Needs, Resource

__all__ = [
    "RESOURCES",
    "Choice",
    "Code",
    "Codes",
    "Day",
    "Field",
    "Flag",
    "LiveChoice",
    "LongText",
    "Needs",
    "Number",
    "Reference",
    "Resource",
    "Text",
    "bilingual",
    "declare",
]
