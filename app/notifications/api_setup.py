"""The REST doors of texts and providers; contact rules have theirs in `api_rules`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import current_app

from app.core.api import In, Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.web import current_actor, requires
from app.notifications import schemas as s
from app.notifications import setup_queries
from app.notifications.models import ContactRule, MessageTemplate, Provider
from app.notifications.policy import Perm
from app.notifications.preview import Texts, preview
from app.notifications.services import provider_setup, providers, texts
from app.notifications.services.provider_setup import ProviderFacts

bp = APIBlueprint("notifications_api", __name__, url_prefix="/api/notifications")

CAN_BE_EMPTY = frozenset({"ramadan_closes_minute", "prayer_from_minute", "prayer_until_minute"})


def _spec(model: Any, *orders: str, **filters: Any) -> Listing:
    names = ("created_at", *orders, "id")
    return Listing(
        ordering={name: getattr(model, name) for name in names},
        default=orders[0] if orders else "created_at",
        filters={"hospital_id": equals(model.hospital_id, uuid), **filters},
    )


TEXTS = _spec(MessageTemplate, "code", code=equals(MessageTemplate.code), channel=equals(MessageTemplate.channel))
PROVIDERS = _spec(
    Provider,
    "priority",
    "name",
    channel=equals(Provider.channel),
    kind=equals(Provider.kind),
    is_active=equals(Provider.is_active, truth),
)
RULES = _spec(ContactRule)


def given(body: In) -> dict[str, Any]:
    """Give the fields that a PATCH really carries; null empties only what can be empty."""
    return {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if name != "version" and (value is not None or name in CAN_BE_EMPTY)
    }


def _texts(body: Any) -> Texts:
    return Texts(**{name: getattr(body, name) for name in Texts.__slots__})


def _provider_facts(body: Any) -> ProviderFacts:
    return ProviderFacts(**{name: getattr(body, name) for name in ProviderFacts.__slots__})


def provider_as_seen(row: Provider) -> dict[str, Any]:
    """Give a provider without its secrets."""
    names = [name for name in s.ProviderOut.model_fields if name != "secrets_set"]
    known = sorted(name for name, value in providers.secrets_of(row).items() if value)
    return {**{name: getattr(row, name) for name in names}, "secrets_set": known}


@bp.get("/texts/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.TextOut))
@documented(bp, "List message texts", "GET")
@requires(Perm.SETUP_READ)
def list_texts(query_data: ListQuery) -> dict[str, Any]:
    """Give the texts of the group and of the caller's hospitals."""
    return listing(setup_queries.rows(MessageTemplate, actor=current_actor), TEXTS, query_data)


@bp.post("/texts/")
@bp.input(s.TextIn)
@bp.output(s.TextOut, status_code=201)
@documented(bp, "Make a message text", "POST")
@requires(Perm.SETUP)
def create_text(json_data: s.TextIn) -> Any:
    """Make the text of a kind of message on a channel, for a hospital or the group."""
    return texts.create(
        hospital_id=json_data.hospital_id,
        code=json_data.code,
        channel=json_data.channel,
        texts=_texts(json_data),
        actor=current_actor,
    )


@bp.get("/texts/<uuid:text_id>/")
@bp.output(s.TextOut)
@documented(bp, "Read a message text", "GET")
@requires(Perm.SETUP_READ)
def read_text(text_id: UUID) -> Any:
    """Give one text."""
    return setup_queries.get_template(text_id, actor=current_actor)


@bp.get("/texts/<uuid:text_id>/preview/")
@bp.output(s.PreviewsOut)
@documented(bp, "Preview a message text", "GET")
@requires(Perm.SETUP_READ)
def preview_text(text_id: UUID) -> Any:
    """Give both languages with sample values, parts and cost."""
    row = setup_queries.get_template(text_id, actor=current_actor)
    found = providers.of_channel(row.hospital_id, row.channel)
    price = found[0].price_per_part_halalas if found else 0
    short_url = current_app.config["SHORT_URL"]
    shown = preview(texts.texts_of(row), row.channel, row.placeholders, short_url=short_url, price_halalas=price)
    return {"previews": shown}


@bp.put("/texts/<uuid:text_id>/")
@bp.input(s.TextPut)
@bp.output(s.TextOut)
@documented(bp, "Replace a message text", "PUT")
@requires(Perm.SETUP)
def replace_text(text_id: UUID, json_data: s.TextPut) -> Any:
    """Set all of a text."""
    return texts.change(text_id, _texts(json_data), version=json_data.version, actor=current_actor)


@bp.patch("/texts/<uuid:text_id>/")
@bp.input(s.TextPatch)
@bp.output(s.TextOut)
@documented(bp, "Change a message text", "PATCH")
@requires(Perm.SETUP)
def change_text(text_id: UUID, json_data: s.TextPatch) -> Any:
    """Set some of a text."""
    row = setup_queries.get_template(text_id, actor=current_actor)
    wanted = replace(texts.texts_of(row), **given(json_data))
    return texts.change(text_id, wanted, version=json_data.version, actor=current_actor)


@bp.delete("/texts/<uuid:text_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a hospital's own message text", "DELETE")
@requires(Perm.SETUP)
def archive_text(text_id: UUID) -> tuple[str, int]:
    """Go back to the group's text."""
    texts.archive(text_id, actor=current_actor)
    return "", 204


@bp.get("/providers/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.ProviderOut))
@documented(bp, "List providers", "GET")
@requires(Perm.SETUP_READ)
def list_providers(query_data: ListQuery) -> dict[str, Any]:
    """Give the providers of the group and of the caller's hospitals."""
    answer = listing(setup_queries.rows(Provider, actor=current_actor), PROVIDERS, query_data)
    return {**answer, "results": [provider_as_seen(row) for row in answer["results"]]}


@bp.post("/providers/")
@bp.input(s.ProviderIn)
@bp.output(s.ProviderOut, status_code=201)
@documented(bp, "Set up a provider", "POST")
@requires(Perm.SETUP)
def create_provider(json_data: s.ProviderIn) -> Any:
    """Set up a provider for a hospital or the group."""
    row = provider_setup.create(
        hospital_id=json_data.hospital_id,
        channel=json_data.channel,
        kind=json_data.kind,
        facts=_provider_facts(json_data),
        actor=current_actor,
    )
    return provider_as_seen(row)


@bp.get("/providers/<uuid:provider_id>/")
@bp.output(s.ProviderOut)
@documented(bp, "Read a provider", "GET")
@requires(Perm.SETUP_READ)
def read_provider(provider_id: UUID) -> Any:
    """Give one provider, without its secrets."""
    return provider_as_seen(setup_queries.get_provider(provider_id, actor=current_actor))


@bp.put("/providers/<uuid:provider_id>/")
@bp.input(s.ProviderPut)
@bp.output(s.ProviderOut)
@documented(bp, "Replace a provider", "PUT")
@requires(Perm.SETUP)
def replace_provider(provider_id: UUID, json_data: s.ProviderPut) -> Any:
    """Set all of a provider; secrets that are not given stay."""
    facts = _provider_facts(json_data)
    row = provider_setup.change(provider_id, facts, version=json_data.version, actor=current_actor)
    return provider_as_seen(row)


@bp.patch("/providers/<uuid:provider_id>/")
@bp.input(s.ProviderPatch)
@bp.output(s.ProviderOut)
@documented(bp, "Change a provider", "PATCH")
@requires(Perm.SETUP)
def change_provider(provider_id: UUID, json_data: s.ProviderPatch) -> Any:
    """Set some of a provider."""
    row = setup_queries.get_provider(provider_id, actor=current_actor)
    names = [name for name in ProviderFacts.__slots__ if name != "secrets"]
    now = ProviderFacts(**{name: getattr(row, name) for name in names})
    facts = replace(now, **given(json_data))
    return provider_as_seen(provider_setup.change(provider_id, facts, version=json_data.version, actor=current_actor))


@bp.delete("/providers/<uuid:provider_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a provider", "DELETE")
@requires(Perm.SETUP)
def archive_provider(provider_id: UUID) -> tuple[str, int]:
    """Take a provider out of use."""
    provider_setup.archive(provider_id, actor=current_actor)
    return "", 204


@bp.post("/providers/<uuid:provider_id>/tests/")
@bp.input(s.TryIn)
@bp.output(s.TriedOut)
@documented(bp, "Send a test message through a provider", "POST")
@requires(Perm.SETUP)
def test_provider(provider_id: UUID, json_data: s.TryIn) -> Any:
    """Send a test message to a number or address of one's own, at once."""
    outcome = provider_setup.send_test(provider_id, json_data.to, actor=current_actor)
    return {"outcome": str(outcome.kind), "code": outcome.code}
