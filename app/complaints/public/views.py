"""The public page: anybody complains in their own words, gets a number, and follows it by a link. No cookie, no JavaScript."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Request, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.complaints.casework import filing
from app.complaints.enums import RELATIONS
from app.complaints.public import proving, tracking
from app.complaints.services import receiving
from app.complaints.services.receiving import ComplaintFacts
from app.core import throttle
from app.core.access.actor import acting_as, system_actor
from app.core.attachments import keeping, kinds
from app.core.errors import Invalid
from app.core.i18n import LANGUAGES, language, named
from app.core.keys.links import token_for
from app.core.web.doors import public
from app.core.web.forms import clean_line, clean_text
from app.organizations import queries as organizations
from app.organizations.models import Hospital

bp = Blueprint("complaint_form", __name__, url_prefix="/c")

WHY = "anybody may complain; the page carries no session and shows nothing of anybody"
LINK = "the tracking link is the credential, and shows state and dates only"
MOST = {"words": 5_000, "wish": 1_000, "place": 200, "contact_name": 200, "contact_phone": 40}


@bp.get("/")
@public(WHY, csrf=False)
def form() -> Response:
    """Ask for the words, and how the person may be reached."""
    speak()
    return _form({}, {})


@bp.post("/")
@public(WHY, csrf=False)
def send() -> Response:
    """Take the complaint in and go to its tracking page."""
    request.max_content_length = keeping.MOST_FORM_BYTES
    speak()
    throttle.hit("complaint.address", request.remote_addr or "")
    typed = typed_of(request)
    try:
        incoming = keeping.look_at(request.files.getlist("files"))
        complaint = receiving.receive_from_public(hospital_id=_hospital(), facts=facts_of(typed))
        filing.attach_from_outside("complaint", complaint, incoming)
    except Invalid as refusal:
        return _form({**typed, **request.form}, refusal.fields, 422)
    token = token_for(tracking.PURPOSE, complaint.handle)
    if complaint.is_anonymous:
        return show_state(token, is_new=True, code=proving.unnamed_code(complaint))
    return make_response(redirect(url_for("complaint_form.track", token=token, lang=language(), new=1), 303))


@bp.get("/<token>")
@public(LINK, csrf=False)
def track(token: str) -> Response:
    """Show where a complaint stands."""
    return show_state(token, is_new=request.args.get("new") == "1")


def counted(token: str, limit: str = "complaint.token") -> None:
    """Choose the language and count this use of a link against its limit. TooMany."""
    speak()
    throttle.hit(limit, hashlib.sha256(token.encode()).hexdigest())


def over(message: Any) -> Response:
    """Give the page of a link that has ended."""
    page = render_template("complaints/public/over.html", message=message, hospital_name="", language_links=[])
    return make_response(page, 410)


def show_state(token: str, *, is_new: bool = False, code: str = "", problem: Any = "", status: int = 200) -> Response:
    """Give the page that the link alone opens; `code` is shown once, to who stays unnamed."""
    counted(token)
    found = tracking.track(token)
    return shown("track", found, token, status, is_new=is_new, code=code, problem=problem)


def shown(name: str, found: tracking.Tracked, token: str, status: int, **more: Any) -> Response:
    """Give a page about one complaint: `name` is its template, `more` what it shows besides."""
    speak(found.language)
    page = render_template(
        f"complaints/public/{name}.html",
        found=found,
        token=token,
        hospital_name=named(found.hospital),
        language_links=[] if more.get("code") else _elsewhere(token),
        **more,
    )
    return make_response(page, status)


def _elsewhere(token: str) -> list[tuple[str, str, str]]:
    """Give the tracking page in each language: what was proved is not carried along."""
    return [(code, label, url_for("complaint_form.track", token=token, lang=code)) for code, label in LANGUAGES.items()]


def speak(own: str = "") -> None:
    """Choose the language: asked for in the address or the form, else the complaint's own."""
    wish = request.args.get("lang") or request.form.get("lang") or own
    if wish in LANGUAGES:
        g.language = wish


def typed_of(given: Request) -> dict[str, str]:
    """Give the texts of the form, cleaned, each at most one sign longer than it may be."""
    return {name: _clean(given, name) for name in MOST}


def _clean(given: Request, name: str) -> str:
    text = given.form.get(name, "")
    return ((clean_text if name in ("words", "wish") else clean_line)(text) or "")[: MOST[name] + 1]


def _hospital() -> UUID:
    try:
        return UUID(request.form.get("hospital_id", ""))
    except ValueError:
        raise Invalid(hospital_id=_("Choose the hospital.")) from None


def facts_of(typed: Mapping[str, str]) -> ComplaintFacts:
    """Read what was sent; what is too long, no date, or in the field that people do not see is refused."""
    wrong: dict[str, Any] = {
        name: _("This text is too long.") for name, text in typed.items() if len(text) > MOST[name]
    }
    if request.form.get("website"):
        wrong["website"] = _("Leave this field empty.")
    unnamed = request.form.get("is_anonymous") == "yes"
    if not unnamed and not typed["contact_phone"]:
        wrong["contact_phone"] = _("Give a phone number, or choose to stay unnamed.")
    day = request.form.get("happened_on", "")
    happened_on = None
    if day:
        try:
            happened_on = date.fromisoformat(day)
        except ValueError:
            wrong["happened_on"] = _("Give the day as it stands in a calendar.")
    if wrong:
        raise Invalid(**wrong)
    return ComplaintFacts(
        words=typed["words"],
        wish=typed["wish"],
        place=typed["place"],
        contact_name=typed["contact_name"],
        contact_phone=typed["contact_phone"],
        is_anonymous=unnamed,
        contact_relation=request.form.get("contact_relation", "patient"),
        language=language(),
        happened_on=happened_on,
    )


def _form(typed: Mapping[str, Any], errors: Mapping[str, Any], status: int = 200) -> Response:
    return form_page(typed, errors, status, hospitals=_hospitals(), send_url=url_for("complaint_form.send"))


def form_page(typed: Any, errors: Any, status: int, **more: Any) -> Response:
    """Give the form with what was typed and what was wrong with it; `more` names hospitals and where it is sent to."""
    shown = {"hospital_name": "", "is_known": False, **more}
    page = render_template(
        "complaints/public/form.html",
        typed=typed,
        errors=errors,
        relations=RELATIONS,
        most=MOST,
        kinds=kinds.ACCEPT,
        **shown,
    )
    return make_response(page, status)


def _hospitals() -> Sequence[Hospital]:
    actor = system_actor("the public page names the hospitals")
    with acting_as(actor):
        return organizations.options_hospitals(actor=actor)
