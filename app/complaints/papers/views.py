"""Letters and case packs on the page of a complaint: written, looked at, asked for."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints import queries
from app.complaints.enums import FINDINGS
from app.complaints.forms import LetterForm
from app.complaints.models import Complaint, ComplaintPaper
from app.complaints.papers import drawing
from app.complaints.papers import services as papers
from app.complaints.policy import Perm
from app.complaints.views import answered, bp
from app.core.access.policy import load
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import LANGUAGES, in_language, language
from app.core.web import current_actor, page, requires, see_other
from app.core.web.assets import asset
from app.core.web.forms import Form


@bp.get("/<uuid:complaint_id>/letter")
@requires(Perm.WORK)
def write_letter(complaint_id: UUID) -> Response:
    """Ask for what stands around the points; it begins with the patient's language."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    spoken = request.args.get("language", complaint.language)
    spoken = spoken if spoken in LANGUAGES else "ar"
    opening, closing = papers.starting_words(spoken)
    return _letter(complaint_id, LetterForm(formdata=None, language=spoken, opening=opening, closing=closing))


def _letter(complaint_id: UUID, form: LetterForm, status: int = 200) -> Response:
    complaint = queries.get_whole(complaint_id, actor=current_actor).complaint
    with in_language(form.language.data if form.language.data in LANGUAGES else "ar"):
        findings = {code: str(label) for code, label in FINDINGS.items()}
    return page(
        "complaints/letter.html",
        status=status,
        complaint=complaint,
        form=form,
        findings=findings,
        why_not=papers.why_no_letter(complaint),
        languages=LANGUAGES,
    )


@bp.post("/<uuid:complaint_id>/letter")
@requires(Perm.WORK)
def issue_letter(complaint_id: UUID) -> Response:
    """Issue it."""
    form = LetterForm()
    answer = form.submit(
        lambda: papers.issue_letter(complaint_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _letter(complaint_id, form, answer.status)
    return see_other(
        url_for("complaints.show", complaint_id=complaint_id), toast=_("The letter was issued. Its file follows.")
    )


@bp.post("/<uuid:complaint_id>/pack")
@requires(Perm.WORK)
def make_pack(complaint_id: UUID) -> Response:
    """Put the whole case together, in the reader's language."""
    form = Form()
    return answered(
        complaint_id,
        form.submit(lambda: papers.make_pack(complaint_id, language(), actor=current_actor)),
        _("The case pack is being made. It will stand among the files."),
    )


@bp.get("/<uuid:complaint_id>/papers/<uuid:paper_id>")
@requires(Perm.WORK)
def show_paper(complaint_id: UUID, paper_id: UUID) -> Response:
    """Show a letter or a case pack as a page that prints as it looks."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    paper = db.session.execute(
        select(ComplaintPaper).where(ComplaintPaper.id == paper_id, ComplaintPaper.complaint_id == complaint.id)
    ).scalar_one_or_none()
    if paper is None:
        raise NotFound()
    return make_response(drawing.page_of(paper, current_actor, sheet=asset("css/paper.css")))
