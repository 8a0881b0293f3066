"""Pages of one's own account: preferences, password, second factor, sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from flask import Response, g, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts import preferences, queries
from app.accounts.agents import name_of
from app.accounts.forms import ChangePasswordForm, CodeForm, PasswordForm, PreferencesForm
from app.accounts.models import User
from app.accounts.services import credentials, people, second_factor, sessions
from app.accounts.views import bp
from app.core.db import db
from app.core.web import Form, current_actor, page, see_other, signed_in


@bp.get("/me")
@signed_in
def me() -> Response:
    """Show one's own account."""
    return _me_page()


def _me_page(status: int = 200, **forms: Form) -> Response:
    user = db.session.get_one(User, current_actor.id)
    return page(
        "accounts/me.html",
        status=status,
        user=user,
        preferences=forms.get("preferences") or PreferencesForm(obj=user, formdata=None),
        password=forms.get("password") or ChangePasswordForm(formdata=None),
        sessions=sessions.of_user(user.id),
        name_of=name_of,
        must_have_factor=queries.must_have_second_factor(user.id),
    )


@bp.post("/me")
@signed_in
def save_me() -> Response:
    """Save names and preferences; this browser follows at once."""
    form = PreferencesForm()
    names = people.PREFERENCES
    answer = form.submit(
        lambda: people.update_me(
            version=form.version.data or 0, actor=g.actor, **{name: form[name].data for name in names}
        )
    )
    if not answer.ok:
        return _me_page(answer.status, preferences=form)
    response = see_other(url_for("accounts.me"), toast=_("Saved."))
    preferences.keep(response, preferences.COOKIE, answer.value.language)
    preferences.keep(response, preferences.THEME_COOKIE, answer.value.theme)
    return response


@bp.post("/me/password")
@signed_in
def change_password() -> Response:
    """Change the password."""
    form = ChangePasswordForm()
    answer = form.submit(
        lambda: credentials.change_password(form.old_password.data or "", form.new_password.data or "", actor=g.actor)
    )
    if not answer.ok:
        return _me_page(answer.status, password=form)
    return see_other(url_for("accounts.me"), toast=_("Your password was changed. Other sessions were ended."))


@bp.get("/me/second-factor", endpoint="second_factor")
@signed_in
def show_second_factor() -> Response:
    """Show the second factor: on, off, or a new key that waits for its first code."""
    return _factor_page()


def _factor_page(status: int = 200, **more: Any) -> Response:
    user = db.session.get_one(User, current_actor.id)
    address = second_factor.pending_address(user)
    return page(
        "accounts/second_factor.html",
        status=status,
        user=user,
        qr=_drawn(address) if address else None,
        secret=address.partition("secret=")[2].partition("&")[0] if address else "",
        code=more.get("code") or CodeForm(formdata=None),
        password=more.get("password") or PasswordForm(formdata=None),
        recovery=more.get("recovery"),
        must_have_factor=queries.must_have_second_factor(user.id),
    )


def _drawn(address: str) -> Markup:
    """Draw the QR code dark on white in either theme; apps do not read it otherwise."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, light="#fff", dark="#000")
    return Markup(drawn)  # noqa: S704 - drawn by the library from our own text


@bp.post("/me/second-factor")
@signed_in
def start_second_factor() -> Response:
    """Make a new key; one that is on stays on until the new one is confirmed."""
    form = PasswordForm()
    user = db.session.get_one(User, current_actor.id)
    if not user.has_second_factor:
        second_factor.start("", actor=g.actor)
        return see_other(url_for("accounts.second_factor"))
    answer = form.submit(lambda: second_factor.start(form.password.data or "", actor=g.actor))
    if not answer.ok:
        return _factor_page(answer.status, password=form)
    return see_other(url_for("accounts.second_factor"))


@bp.post("/me/second-factor/confirmation")
@signed_in
def confirm_second_factor() -> Response:
    """Turn it on with its first code, and show the recovery codes this once."""
    form = CodeForm()
    answer = form.submit(lambda: second_factor.confirm(form.code.data or "", actor=g.actor))
    if not answer.ok:
        return _factor_page(answer.status, code=form)
    return _factor_page(recovery=answer.value)


@bp.post("/me/second-factor/recovery-codes")
@signed_in
def renew_recovery_codes() -> Response:
    """Make new recovery codes and show them this once."""
    form = PasswordForm()
    answer = form.submit(lambda: second_factor.renew_recovery_codes(form.password.data or "", actor=g.actor))
    if not answer.ok:
        return _factor_page(answer.status, password=form)
    return _factor_page(recovery=answer.value)


@bp.post("/me/second-factor/removal")
@signed_in
def remove_second_factor() -> Response:
    """Turn it off."""
    form = PasswordForm()
    answer = form.submit(lambda: second_factor.remove(form.password.data or "", actor=g.actor))
    if not answer.ok:
        return _factor_page(answer.status, password=form)
    return see_other(url_for("accounts.second_factor"), toast=_("The second factor is off."))


@bp.post("/me/sessions/<uuid:session_id>/revocation")
@signed_in
def revoke_session(session_id: UUID) -> Response:
    """End one of one's own sessions."""
    sessions.revoke(session_id, actor=g.actor)
    return see_other(url_for("accounts.me"), toast=_("The session was ended."))
