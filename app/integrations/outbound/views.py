"""Pages of administrators: the endpoints to which a hospital tells its events. A secret is shown once and never again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from app.core.access.policy import can, can_on
from app.core.errors import NotFound
from app.core.events import timeline
from app.core.web import Answer, current_actor, names, page, queues, requires, see_other
from app.core.web.keys import read_key, write_key
from app.integrations.outbound import catalogue, queries
from app.integrations.outbound.enums import HookState, PauseReason
from app.integrations.outbound.forms import EndpointForm, NewEndpointForm, VersionForm, endpoint_values
from app.integrations.outbound.models import WebhookEndpoint
from app.integrations.outbound.services import endpoints, queueing, secrets
from app.integrations.policy import Perm

bp = Blueprint("outbound", __name__, url_prefix="/integrations/webhooks")


@bp.get("/")
@requires(Perm.SETUP_READ)
def listed() -> Response:
    """List the endpoints of the reader's hospitals, with what waits and what was given up."""
    lines = queries.list_endpoints(actor=current_actor)
    return page(
        "integrations/webhooks/list.html",
        lines=lines,
        hospitals=names.of("hospital", [line.endpoint.hospital_id for line in lines]),
        may_write=can(current_actor, Perm.SETUP),
    )


@bp.get("/new")
@requires(Perm.SETUP)
def new() -> Response:
    """Show the form of a new endpoint."""
    return _new(NewEndpointForm(formdata=None))


@bp.post("/new")
@requires(Perm.SETUP)
def create() -> Response:
    """Make an endpoint and show its secret, this once."""
    form = NewEndpointForm()
    answer = form.submit(
        lambda: endpoints.create(hospital_id=form.hospital_id.data, facts=form.facts(), actor=current_actor)  # type: ignore[arg-type]
    )
    if not answer.ok:
        return _new(form, answer)
    endpoint, secret = answer.value
    return _show(endpoint, fresh_secret=secret)


def _new(form: NewEndpointForm, answer: Answer | None = None) -> Response:
    return page(
        "integrations/webhooks/new.html",
        status=answer.status if answer else 200,
        form=form,
        hospitals=names.options("hospital", current_actor),
        grouped=list(catalogue.grouped()),
    )


@bp.get("/<uuid:endpoint_id>")
@requires(Perm.SETUP_READ)
def show(endpoint_id: UUID) -> Response:
    """Show one endpoint: how it does, and its deliveries."""
    return _show(queries.get(endpoint_id, actor=current_actor))


def _show(endpoint: WebhookEndpoint, fresh_secret: str = "") -> Response:
    state = queues.one_of("state", set(HookState))
    found = queries.list_deliveries(endpoint.id, state, actor=current_actor, before=read_key(request.args.get("after")))
    rows = found[: queries.PAGE]
    last = rows[-1] if len(found) > queries.PAGE else None
    here = _here(endpoint.id, state)
    return page(
        "integrations/webhooks/show.html",
        part="integrations/webhooks/_deliveries.html",
        endpoint=endpoint,
        fresh_secret=fresh_secret,
        hospital=names.of("hospital", [endpoint.hospital_id]).get(endpoint.hospital_id, ""),
        kinds=[catalogue.KINDS[code] for code in endpoint.kinds if code in catalogue.KINDS],
        label_of=catalogue.label_of,
        paused=PauseReason(endpoint.pause_reason).label if endpoint.pause_reason else "",
        old_until=endpoint.old_secret_until if secrets.has_old(endpoint) else None,
        may_write=can_on(current_actor, Perm.SETUP, endpoint) and endpoint.archived_at is None,
        rows=rows,
        tabs=_tabs(endpoint.id, state),
        next_url=url_for("outbound.show", **here, after=write_key(last.created_at, last.id)) if last else None,
        entries=timeline.of_subject(endpoint.id, actor=current_actor)[:10],
    )


def _here(endpoint_id: UUID, state: str) -> dict[str, Any]:
    return {"endpoint_id": endpoint_id, **({"state": state} if state else {})}


def _tabs(endpoint_id: UUID, active: str) -> list[dict[str, Any]]:
    counts = queries.counts_of(endpoint_id, actor=current_actor)
    return [
        {
            "label": HookState(code).label if code else pgettext("queue", "All"),
            "url": url_for("outbound.show", **_here(endpoint_id, code)),
            "count": counts.get(code, 0) if code else None,
            "active": code == active,
        }
        for code in ["", *(each.value for each in HookState)]
    ]


@bp.get("/<uuid:endpoint_id>/edit")
@requires(Perm.SETUP)
def edit(endpoint_id: UUID) -> Response:
    """Show the form of an endpoint."""
    endpoint = queries.get(endpoint_id, actor=current_actor)
    if endpoint.archived_at is not None:
        raise NotFound()
    return _edit(endpoint, EndpointForm(formdata=None, data=endpoint_values(endpoint)))


@bp.post("/<uuid:endpoint_id>")
@requires(Perm.SETUP)
def save(endpoint_id: UUID) -> Response:
    """Change an endpoint."""
    form = EndpointForm()
    answer = form.submit(
        lambda: endpoints.change(endpoint_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _edit(queries.get(endpoint_id, actor=current_actor), form, answer)
    return _back(endpoint_id, _("Webhook saved."))


def _edit(endpoint: WebhookEndpoint, form: EndpointForm, answer: Answer | None = None) -> Response:
    return page(
        "integrations/webhooks/edit.html",
        status=answer.status if answer else 200,
        endpoint=endpoint,
        form=form,
        grouped=list(catalogue.grouped()),
    )


@bp.post("/<uuid:endpoint_id>/secret")
@requires(Perm.SETUP)
def rotate(endpoint_id: UUID) -> Response:
    """Give a new secret and show it, this once."""
    secret = secrets.rotate(endpoint_id, version=VersionForm().version.data, actor=current_actor)
    return _show(queries.get(endpoint_id, actor=current_actor), fresh_secret=secret)


@bp.post("/<uuid:endpoint_id>/old-secret")
@requires(Perm.SETUP)
def stop_old(endpoint_id: UUID) -> Response:
    """Stop the old secret before its day is over."""
    secrets.stop_old(endpoint_id, actor=current_actor)
    return _back(endpoint_id, _("The old secret does not sign any more."))


@bp.post("/<uuid:endpoint_id>/pause")
@requires(Perm.SETUP)
def pause(endpoint_id: UUID) -> Response:
    """Send nothing until it is resumed."""
    endpoints.pause(endpoint_id, version=VersionForm().version.data, actor=current_actor)
    return _back(endpoint_id, _("Paused. What happens meanwhile waits for two weeks."))


@bp.post("/<uuid:endpoint_id>/resumption")
@requires(Perm.SETUP)
def resume(endpoint_id: UUID) -> Response:
    """Send again, beginning with what waited."""
    endpoints.resume(endpoint_id, version=VersionForm().version.data, actor=current_actor)
    return _back(endpoint_id, _("Resumed. What waited goes out now."))


@bp.post("/<uuid:endpoint_id>/archive")
@requires(Perm.SETUP)
def archive(endpoint_id: UUID) -> Response:
    """Take an endpoint out of use for good."""
    endpoints.archive(endpoint_id, version=VersionForm().version.data, actor=current_actor)
    return see_other(url_for("outbound.listed"), toast=_("Webhook archived."))


@bp.post("/<uuid:endpoint_id>/tests")
@requires(Perm.SETUP)
def test(endpoint_id: UUID) -> Response:
    """Send a test event and show what becomes of it."""
    delivery_id = queueing.send_test(endpoint_id, actor=current_actor)
    where = url_for("outbound_deliveries.show", webhook_delivery_id=delivery_id)
    return see_other(where, toast=_("The test event is on its way."))


def _back(endpoint_id: UUID, toast: str) -> Response:
    return see_other(url_for("outbound.show", endpoint_id=endpoint_id), toast=toast)
