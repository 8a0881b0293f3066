"""Doors: every route says who may enter, or the application does not start."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, g, request
from werkzeug.local import LocalProxy

from app.core.access.actor import NOBODY, Actor, enter_scope
from app.core.access.policy import can
from app.core.errors import NotAllowed, NotSignedIn
from app.core.logging import set_request_id

V = TypeVar("V", bound=Callable[..., Any])

ActorLoader = Callable[[], Actor | None]

current_actor = cast(Actor, LocalProxy(lambda: g.get("actor") or NOBODY))


def requires(*permissions: str) -> Callable[[V], V]:
    """Let in who holds any of `permissions` anywhere; the rows are narrowed by the queries."""

    def mark(view: V) -> V:
        view.px360_needs = tuple(str(permission) for permission in permissions)  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: V) -> V:
    """Let in everyone who is signed in: for one's own things only (me, preferences, bell)."""
    view.px360_needs = ()  # type: ignore[attr-defined]
    return view


def public(why: str, *, csrf: bool = True) -> Callable[[V], V]:
    """Let in everybody, for a reason that a reviewer can read. `csrf=False`: the request carries its own credential."""

    def mark(view: V) -> V:
        view.px360_public = why  # type: ignore[attr-defined]
        view.px360_csrf = csrf  # type: ignore[attr-defined]
        return view

    return mark


def door_of(app: Flask, endpoint: str) -> tuple[str, tuple[str, ...]]:
    """Tell how an endpoint is kept: ("public", ...) or ("needs", permissions); KeyError when nothing is said."""
    if endpoint == "static":
        return "public", ()
    view = app.view_functions[endpoint]
    if hasattr(view, "px360_public"):
        return "public", ()
    if hasattr(view, "px360_needs"):
        return "needs", view.px360_needs
    raise KeyError(endpoint)


def check_doors(app: Flask) -> None:
    """Refuse to start when a route says nothing about who may enter."""
    silent = []
    for rule in app.url_map.iter_rules():
        try:
            door_of(app, rule.endpoint)
        except KeyError:
            silent.append(rule.endpoint)
    if silent:
        raise RuntimeError(f"these routes need @requires, @signed_in or @public: {', '.join(sorted(set(silent)))}")


def init_app(app: Flask, load_actor: ActorLoader) -> None:
    """Install the doorkeeper. `load_actor` knows sessions and tokens (accounts gives it)."""

    @app.before_request
    def _keep_the_door() -> None:
        g.actor = None
        enter_scope(None)
        set_request_id(request.headers.get("X-Request-ID", "")[:64] or secrets.token_hex(8))
        if request.endpoint is None:
            g.actor = load_actor()
            return
        kind, permissions = door_of(app, request.endpoint)
        if request.endpoint == "static":
            return
        g.actor = load_actor()
        if g.actor is not None:
            enter_scope(g.actor)
        if kind == "public":
            return
        if g.actor is None:
            raise NotSignedIn()
        if permissions and not any(can(g.actor, permission) for permission in permissions):
            raise NotAllowed()

    @app.teardown_request
    def _leave(_error: BaseException | None) -> None:
        enter_scope(None)
