"""Behind the code: who complained reads the words and the answer, adds, objects, withdraws, and takes the letter.

The proof travels in the forms of the page, in no cookie: it works on any phone, and no other site can send it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from app.complaints import queries
from app.complaints.casework import filing
from app.complaints.models import Complaint
from app.complaints.papers import services as papers
from app.complaints.public import hearing, proving, tracking
from app.complaints.public.views import LINK, MOST, bp, counted, show_state, shown
from app.core.access.actor import acting_as, system_actor
from app.core.attachments import keeping, kinds
from app.core.errors import Conflict, Invalid, NotFound
from app.core.web.doors import public
from app.core.web.forms import clean_text

PROVED = "the tracking link and a code to the phone on file are the credential; the proof is in the form itself"
NOTHING: Mapping[str, Any] = {}


@bp.post("/<token>/code")
@public(LINK, csrf=False)
def ask_code(token: str) -> Response:
    """Send a code to the phone on file and ask for it; who stays unnamed has one already."""
    counted(token)
    try:
        tail = proving.send_code(token)
    except Conflict as refusal:
        return show_state(token, problem=refusal.message, status=409)
    return _ask(token, tail)


@bp.post("/<token>/words")
@public(PROVED, csrf=False)
def read(token: str) -> Response:
    """Show what was written, after the code."""
    counted(token)
    try:
        proof = proving.prove(token, request.form.get("code", "")[:20])
    except Invalid as refusal:
        return _ask(token, request.form.get("tail", "")[:3], refusal.fields, 422)
    return _words(token, proof)


@bp.post("/<token>/added")
@public(PROVED, csrf=False)
def add(token: str) -> Response:
    """Keep what the complainant adds: words, with files or without."""
    request.max_content_length = keeping.MOST_FORM_BYTES
    return _said(token, _add)


def _add(complaint: Complaint) -> Complaint:
    incoming = keeping.look_at(request.files.getlist("files"))
    added = hearing.add_words(complaint, _longest(clean_text(request.form.get("words"))))
    filing.attach_from_outside("complaint", added, incoming)
    return added


@bp.post("/<token>/withdrawn")
@public(PROVED, csrf=False)
def withdraw(token: str) -> Response:
    """End the complaint because its complainant wants so."""
    if request.form.get("sure") != "yes":
        return _said(token, lambda _complaint: _unsure())
    return _said(token, hearing.withdraw)


@bp.post("/<token>/letter")
@public(PROVED, csrf=False)
def letter(token: str) -> Response:
    """Give the file of a letter to who complained."""
    counted(token)
    try:
        complaint = proving.proved(token, request.form.get("proof", "")[:80])
        wanted = UUID(request.form.get("paper", ""))
    except Conflict as refusal:
        return show_state(token, problem=refusal.message, status=409)
    except ValueError:
        raise NotFound() from None
    actor = system_actor("who complained takes the letter", complaint.hospital_id)
    with acting_as(actor):
        found = next((each for each in papers.letters_of(complaint.id) if each.id == wanted), None)
        if found is None or found.attachment_id is None:
            raise NotFound()
        return keeping.answer(keeping.take(found.attachment_id, about_id=complaint.id, actor=actor))


def _unsure() -> Complaint:
    raise Invalid(sure=_("Tick the box if you are sure."))


def _longest(text: str | None) -> str:
    if len(text or "") > MOST["words"]:
        raise Invalid(body=_("This text is too long."))
    return text or ""


def _said(token: str, command: Callable[[Complaint], Complaint]) -> Response:
    """Run a command of a proved complainant and show the page again, with what was refused beside its field."""
    counted(token)
    proof = request.form.get("proof", "")[:80]
    try:
        complaint = proving.proved(token, proof)
    except Conflict as refusal:
        return show_state(token, problem=refusal.message, status=409)
    try:
        command(complaint)
    except Invalid as refusal:
        return _words(token, proof, errors=refusal.fields, status=422)
    except Conflict as refusal:
        return _words(token, proof, problem=refusal.message, status=409)
    return _words(token, proof, is_saved=True)


def _ask(token: str, tail: str, errors: Mapping[str, Any] = NOTHING, status: int = 200) -> Response:
    found = tracking.track(token)
    return shown("code", found, token, status, tail=tail if tail.isdigit() else "", errors=errors)


def _words(
    token: str,
    proof: str,
    *,
    errors: Mapping[str, Any] = NOTHING,
    problem: Any = "",
    is_saved: bool = False,
    status: int = 200,
) -> Response:
    complaint = proving.proved(token, proof)
    with acting_as(system_actor("who complained reads what was written", complaint.hospital_id)):
        written = queries.shown_to_complainant(complaint)
        attached = [each for each in keeping.of_case(complaint.id) if each.added_by_id is None]
        letters = papers.letters_of(complaint.id)
    return shown(
        "words",
        tracking.track(token),
        token,
        status,
        complaint=complaint,
        written=written,
        attached=attached,
        letters=letters,
        kinds=kinds.ACCEPT,
        proof=proof,
        errors=errors,
        problem=problem,
        is_saved=is_saved,
        may_add=hearing.may_add(complaint),
        may_withdraw=hearing.may_withdraw(complaint),
        most=MOST,
        typed=request.form.get("words", "") if errors or problem else "",
    )
