"""Pages of administrators: the providers that carry messages. Secrets go in and are never shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can_reach_hospital
from app.core.errors import NotFound
from app.core.events import timeline
from app.core.web import Answer, current_actor, page, requires, see_other
from app.notifications import labels, setup_queries
from app.notifications.enums import Channel
from app.notifications.forms import ProviderForm, TryForm, VersionForm, provider_values, setting_fields
from app.notifications.gateways import KINDS, SIMULATOR, OutcomeKind
from app.notifications.models import Provider
from app.notifications.policy import Perm
from app.notifications.services import provider_setup, providers
from app.organizations import queries as organizations
from app.organizations.identity import IdentityProblem, phone_e164

bp = Blueprint("providers", __name__, url_prefix="/admin/providers")


@bp.get("/")
@requires(Perm.SETUP_READ)
def listed() -> Response:
    """List the providers of the group and of the reader's hospitals, with how they did lately."""
    return page(
        "messages_pages/admin/providers.html",
        lines=setup_queries.list_providers(actor=current_actor),
        kinds=labels.KINDS,
        channels=Channel,
    )


@bp.get("/new")
@requires(Perm.SETUP)
def new() -> Response:
    """Choose channel and kind, then show the form of a new provider."""
    chosen = _chosen()
    if chosen is None:
        return page("messages_pages/admin/provider_kinds.html", choices=_choices(), kinds=labels.KINDS)
    return _form(*chosen, ProviderForm(formdata=None))


@bp.post("/new")
@requires(Perm.SETUP)
def create() -> Response:
    """Set up a provider."""
    chosen = _chosen()
    if chosen is None:
        raise NotFound()
    channel, kind = chosen
    form = ProviderForm()
    hospital = request.form.get("hospital_id", "")
    answer = form.submit(
        lambda: provider_setup.create(
            hospital_id=_id(hospital),
            channel=channel,
            kind=kind,
            facts=form.facts(KINDS[kind][channel]),
            actor=current_actor,
        )
    )
    if not answer.ok:
        return _form(channel, kind, form, answer=answer)
    return see_other(url_for("providers.show", provider_id=answer.value.id), toast=_("Provider saved."))


@bp.get("/<uuid:provider_id>")
@requires(Perm.SETUP_READ)
def show(provider_id: UUID) -> Response:
    """Show one provider."""
    return _show(setup_queries.get_provider(provider_id, actor=current_actor))


@bp.post("/<uuid:provider_id>")
@requires(Perm.SETUP)
def save(provider_id: UUID) -> Response:
    """Change a provider."""
    row = setup_queries.get_provider(provider_id, actor=current_actor)
    form = ProviderForm()
    facts = lambda: form.facts(KINDS[row.kind][row.channel])  # noqa: E731 - read after the form is validated
    answer = form.submit(
        lambda: provider_setup.change(provider_id, facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _show(setup_queries.get_provider(provider_id, actor=current_actor), form, answer)
    return see_other(url_for("providers.show", provider_id=provider_id), toast=_("Provider saved."))


@bp.post("/<uuid:provider_id>/archive")
@requires(Perm.SETUP)
def archive(provider_id: UUID) -> Response:
    """Take a provider out of use."""
    provider_setup.archive(provider_id, version=VersionForm().version.data, actor=current_actor)
    return see_other(url_for("providers.listed"), toast=_("Provider archived."))


@bp.post("/<uuid:provider_id>/tests")
@requires(Perm.SETUP)
def send_test(provider_id: UUID) -> Response:
    """Send a test message to a number or address of one's own."""
    row = setup_queries.get_provider(provider_id, actor=current_actor)
    back = url_for("providers.show", provider_id=provider_id)
    to = _address(row, TryForm().to.data or "")
    if not to:
        return see_other(back, toast=_("This is no number or address to which this channel could send."))
    answer = TryForm().submit(lambda: provider_setup.send_test(provider_id, to, actor=current_actor))
    if not answer.ok:
        return see_other(back, toast=_("These settings can not be used. Complete them first."))
    if answer.value.kind is OutcomeKind.ACCEPTED:
        return see_other(back, toast=_("The provider took the test message. Look at your phone or mailbox."))
    said = labels.OUTCOMES[answer.value.kind]
    return see_other(
        back, toast=_("The test message was not taken: %(what)s (%(code)s).", what=said, code=answer.value.code or "–")
    )


def _address(row: Provider, text: str) -> str:
    if row.channel == Channel.EMAIL:
        return text if "@" in text and " " not in text else ""
    try:
        return phone_e164(text)
    except IdentityProblem:
        return ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound() from None


def _choices() -> list[tuple[Channel, str]]:
    hidden = {SIMULATOR} if current_app.config["SETTINGS"].is_production else set()
    return [
        (channel, kind)
        for channel in Channel
        for kind, known in KINDS.items()
        if channel in known and kind not in hidden
    ]


def _chosen() -> tuple[Channel, str] | None:
    channel, kind = request.values.get("channel", ""), request.values.get("kind", "")
    return next((each for each in _choices() if each == (channel, kind)), None)


def _form(channel: Channel, kind: str, form: ProviderForm, answer: Answer | None = None) -> Response:
    return page(
        "messages_pages/admin/provider_new.html",
        status=answer.status if answer else 200,
        channel=channel,
        hospitals=organizations.options_hospitals(actor=current_actor),
        may_write_group=can_reach_hospital(current_actor, Perm.SETUP, None),
        **_about(kind, channel, form, set()),
    )


def _about(kind: str, channel: str, form: ProviderForm, known_secrets: set[str]) -> dict[str, Any]:
    """Give what the fields of a kind and channel need; of secrets only whether they are set."""
    known = KINDS[kind][channel]
    return {
        "kind": kind,
        "form": form,
        "kinds": labels.KINDS,
        "setting_names": setting_fields(known),
        "secret_names": known.secrets,
        "secret_labels": labels.SECRETS,
        "known_secrets": known_secrets,
        "needed": known.needed,
    }


def _show(row: Provider, form: ProviderForm | None = None, answer: Answer | None = None) -> Response:
    if form is not None and answer is not None and answer.conflict is not None:
        form.version.data, form.version.raw_data = row.version, None
    may_write = row.archived_at is None and can_reach_hospital(current_actor, Perm.SETUP, row.hospital_id)
    line = next(
        (each for each in setup_queries.list_providers(actor=current_actor) if each.provider.id == row.id), None
    )
    return page(
        "messages_pages/admin/provider.html",
        status=answer.status if answer else 200,
        row=row,
        line=line,
        failure=setup_queries.last_failure(row),
        outcomes=labels.OUTCOMES,
        answer=answer,
        may_write=may_write,
        callback=providers.callback_url(row) if may_write else "",
        entries=timeline.of_subject(row.id, actor=current_actor)[:12],
        **_about(
            row.kind,
            row.channel,
            form or ProviderForm(formdata=None, data=provider_values(row)),
            {name for name, value in providers.secrets_of(row).items() if value},
        ),
    )
