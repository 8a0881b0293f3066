"""The web: doors (who may enter), pages and fragments, forms, errors, security headers, menu, panels, live polling."""

from app.core.web.doors import current_actor, public, requires, signed_in
from app.core.web.forms import Answer, Form
from app.core.web.pages import fragment, is_fragment_request, page, see_other, toast

__all__ = [
    "Answer",
    "Form",
    "current_actor",
    "fragment",
    "is_fragment_request",
    "page",
    "public",
    "requires",
    "see_other",
    "signed_in",
    "toast",
]
