"""Pages of administrators: the texts of messages in both languages, with preview, parts and cost."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can_reach_hospital
from app.core.events import timeline
from app.core.web import Answer, current_actor, page, requires, see_other
from app.notifications import labels, setup_queries
from app.notifications.enums import Channel
from app.notifications.forms import CopyForm, TextsForm, VersionForm, texts_values
from app.notifications.models import MessageTemplate
from app.notifications.policy import Perm
from app.notifications.preview import Preview, Texts, preview
from app.notifications.services import providers, texts
from app.organizations import queries as organizations

bp = Blueprint("message_texts", __name__, url_prefix="/admin/message-texts")


@bp.get("/")
@requires(Perm.SETUP_READ)
def listed() -> Response:
    """List the texts of the group and of the reader's hospitals."""
    channel = request.args.get("channel", "")
    rows = setup_queries.list_templates(actor=current_actor, channel=channel if channel in set(Channel) else "")
    return page(
        "messages_pages/admin/texts.html",
        rows=[(row, hospital, _shown(row, price=0)) for row, hospital in rows],
        names=labels.TEMPLATES,
        channel=channel,
        channels=list(Channel),
    )


@bp.get("/<uuid:template_id>")
@requires(Perm.SETUP_READ)
def show(template_id: UUID) -> Response:
    """Show one text with its form and its preview."""
    return _show(setup_queries.get_template(template_id, actor=current_actor))


@bp.post("/<uuid:template_id>/preview")
@requires(Perm.SETUP_READ)
def look(template_id: UUID) -> Response:
    """Show how the text that is being written looks; nothing is saved."""
    template = setup_queries.get_template(template_id, actor=current_actor)
    form = TextsForm()
    return _show(template, form, part="messages_pages/admin/_preview.html")


@bp.post("/<uuid:template_id>")
@requires(Perm.SETUP)
def save(template_id: UUID) -> Response:
    """Save the texts."""
    form = TextsForm()
    answer = form.submit(
        lambda: texts.change(template_id, form.texts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _show(setup_queries.get_template(template_id, actor=current_actor), form, answer)
    return see_other(url_for("message_texts.show", template_id=template_id), toast=_("Text saved."))


@bp.post("/<uuid:template_id>/copies")
@requires(Perm.SETUP)
def copy(template_id: UUID) -> Response:
    """Give a hospital its own copy."""
    setup_queries.get_template(template_id, actor=current_actor)  # 404 before anything is said of it
    form = CopyForm()
    answer = form.submit(
        lambda: texts.copy(template_id, hospital_id=cast(UUID, form.hospital_id.data), actor=current_actor)
    )
    if not answer.ok:
        return see_other(
            url_for("message_texts.show", template_id=template_id), toast=_("This hospital has its own text already.")
        )
    return see_other(url_for("message_texts.show", template_id=answer.value.id), toast=_("Own copy made."))


@bp.post("/<uuid:template_id>/archive")
@requires(Perm.SETUP)
def archive(template_id: UUID) -> Response:
    """Go back to the group's text."""
    texts.archive(template_id, version=VersionForm().version.data, actor=current_actor)
    return see_other(url_for("message_texts.listed"), toast=_("The group's text holds again."))


def _show(
    template: MessageTemplate, form: TextsForm | None = None, answer: Answer | None = None, part: str | None = None
) -> Response:
    written = form.texts() if form is not None else texts.texts_of(template)
    may_write = template.archived_at is None and can_reach_hospital(current_actor, Perm.SETUP, template.hospital_id)
    return page(
        "messages_pages/admin/text.html",
        part=part,
        status=answer.status if answer else 200,
        row=template,
        form=form or TextsForm(formdata=None, data=texts_values(template)),
        answer=answer,
        names=labels.TEMPLATES,
        shown=_shown(template, written, price=_price(template)),
        may_write=may_write,
        hospitals=_without_copy(template),
        entries=timeline.of_subject(template.id, actor=current_actor)[:20],
        place=setup_queries.hospital(template.hospital_id),
    )


def _shown(template: MessageTemplate, written: Texts | None = None, *, price: int) -> list[Preview]:
    return preview(
        written or texts.texts_of(template),
        template.channel,
        template.placeholders,
        short_url=current_app.config["SHORT_URL"],
        price_halalas=price,
    )


def _price(template: MessageTemplate) -> int:
    found = providers.of_channel(template.hospital_id, template.channel)
    return found[0].price_per_part_halalas if found else 0


def _without_copy(template: MessageTemplate) -> list[Any]:
    """Give the hospitals that may still get their own copy of a group's text."""
    if template.hospital_id is not None or template.archived_at is not None:
        return []
    copies = setup_queries.copies_of(template, actor=current_actor)
    return [each for each in organizations.options_hospitals(actor=current_actor) if each.id not in copies]
