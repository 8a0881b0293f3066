"""What an intake link opens: the public page, with hospital and phone known already. No cookie, no JavaScript."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for

from app.complaints.casework import filing
from app.complaints.intake_links import services
from app.complaints.intake_links.models import IntakeLink
from app.complaints.public import tracking
from app.complaints.public import views as form
from app.core.attachments import keeping
from app.core.errors import Conflict, Invalid
from app.core.i18n import LANGUAGES, language, named
from app.core.keys.links import token_for
from app.core.web.doors import public
from app.organizations.models import Hospital

bp = Blueprint("intake_form", __name__, url_prefix="/c/i")

LINK = "the link is the credential of who was sent it; it shows the hospital's name and an empty form"


@bp.get("/<token>")
@public(LINK, csrf=False)
def show(token: str) -> Response:
    """Ask for the words."""
    form.counted(token)
    try:
        link, hospital = services.opened(token)
    except Conflict as refusal:
        return form.over(refusal.message)
    return _page(token, link, hospital, {}, {})


@bp.post("/<token>")
@public(LINK, csrf=False)
def send(token: str) -> Response:
    """Take the complaint in and go to its tracking page."""
    request.max_content_length = keeping.MOST_FORM_BYTES
    form.counted(token)
    try:
        link, hospital = services.opened(token)
    except Conflict as refusal:
        return form.over(refusal.message)
    typed = form.typed_of(request)
    try:
        incoming = keeping.look_at(request.files.getlist("files"))
        complaint = services.receive(token, form.facts_of({**typed, "contact_phone": link.phone or "-"}))
        filing.attach_from_outside("complaint", complaint, incoming)
    except Invalid as refusal:
        return _page(token, link, hospital, {**typed, **request.form}, refusal.fields, 422)
    except Conflict as refusal:
        return form.over(refusal.message)
    found = token_for(tracking.PURPOSE, complaint.handle)
    return make_response(redirect(url_for("complaint_form.track", token=found, lang=language(), new=1), 303))


def _page(
    token: str, link: IntakeLink, hospital: Hospital, typed: object, errors: object, status: int = 200
) -> Response:
    form.speak(link.language)
    return form.form_page(
        typed,
        errors,
        status,
        hospitals=[hospital],
        hospital_name=named(hospital),
        send_url=url_for("intake_form.send", token=token),
        is_known=True,
        language_links=[
            (code, label, url_for("intake_form.show", token=token, lang=code)) for code, label in LANGUAGES.items()
        ],
    )
