"""Pages of signing in: password, second factor, forgotten password, mailed links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, session, url_for
from flask_babel import gettext as _

from app.accounts import preferences, queries
from app.accounts.door import COOKIE_KEY, SecondFactorDue
from app.accounts.forms import ChooseForm, CodeForm, LoginForm, ResetForm
from app.accounts.services import credentials, login, sessions
from app.core.errors import NotSignedIn, TooMany
from app.core.time import clock
from app.core.web import Answer, Form, current_actor, page, public, see_other, signed_in
from app.core.web.pages import is_htmx, safe_target
from app.core.web.problems import refused, wants_json

bp = Blueprint("accounts", __name__)

WAITING = "mfa"  # whose password was right and whose code is awaited, and since when (seconds)
WAITS_SECONDS = 600


@bp.get("/login")
@public("nobody is signed in yet")
def sign_in() -> Response:
    """Ask for e-mail and password."""
    if g.actor is not None:
        return see_other(safe_target(request.args.get("next")))
    return page("accounts/login.html", form=LoginForm(next=request.args.get("next", "")))


@bp.post("/login")
@public("nobody is signed in yet")
def sign_in_now() -> Response:
    """Check them."""
    form = LoginForm()
    answer = _tried(
        form,
        lambda: login.check_password(
            form.email.data or "", form.password.data or "", address=request.remote_addr or ""
        ),
    )
    if not answer.ok:
        return _refused_page("accounts/login.html", form, answer)
    target = safe_target(form.next.data)
    if answer.value.needs_code:
        preferences.forget_all_but_the_language()
        session[WAITING] = [str(answer.value.user_id), int(clock.now().timestamp())]
        return see_other(url_for("accounts.ask_code", next=target))
    return _begin(answer.value.user_id, target)


def _tried(form: Form, action: Callable[[], object]) -> Answer:
    """Submit a form of the door; too many tries are told on the same page."""
    try:
        return form.submit(action)
    except TooMany as refusal:
        form.form_errors = [refusal.message]
        return Answer(False, form, status=refusal.status, refusal=refusal)


def _refused_page(template: str, form: Form, answer: Answer, **more: Any) -> Response:
    response = page(template, form=form, status=answer.status, **more)
    if isinstance(answer.refusal, TooMany):
        response.headers["Retry-After"] = str(answer.refusal.retry_after)
    return response


def _begin(user_id: UUID, target: str) -> Response:
    user = queries.get(user_id)
    if user is None:
        raise NotSignedIn()
    actor = queries.actor_of(user)
    token = sessions.begin(user_id, agent=request.headers.get("User-Agent", ""), actor=actor)
    login.note_sign_in(user_id, actor=actor)
    chosen = preferences.language_chosen_here()
    session.clear()  # a session made before signing in is worth nothing after it
    session[COOKIE_KEY] = token
    response = see_other(target)
    preferences.apply(response, user, language=chosen)
    return response


def _awaited() -> UUID | None:
    """The person whose code is awaited; a password given too long ago must be given again."""
    waiting = session.get(WAITING)
    if not isinstance(waiting, list) or int(clock.now().timestamp()) - int(waiting[1]) > WAITS_SECONDS:
        return None
    return UUID(waiting[0])


@bp.get("/login/code")
@public("the second half of signing in")
def ask_code() -> Response:
    """Ask for the code of the second factor."""
    if _awaited() is None:
        return see_other(url_for("accounts.sign_in"))
    return page("accounts/code.html", form=CodeForm(next=request.args.get("next", "")))


@bp.post("/login/code")
@public("the second half of signing in")
def check_code() -> Response:
    """Check it."""
    user_id = _awaited()
    if user_id is None:
        return see_other(url_for("accounts.sign_in"), toast=_("That took too long. Please sign in again."))
    form = CodeForm()
    answer = _tried(form, lambda: login.check_code(user_id, form.code.data or ""))
    if not answer.ok:
        return _refused_page("accounts/code.html", form, answer)
    return _begin(user_id, safe_target(form.next.data))


@bp.post("/logout")
@signed_in
def sign_out() -> Response:
    """End this session."""
    if current_actor.session_id:
        sessions.revoke(current_actor.session_id, actor=g.actor)
    session.clear()
    return see_other(url_for("accounts.sign_in"))


@bp.get("/reset")
@public("people who forgot their password can not sign in")
def reset() -> Response:
    """Ask for the e-mail."""
    return page("accounts/reset.html", form=ResetForm(), sent=False)


@bp.post("/reset")
@public("people who forgot their password can not sign in")
def reset_now() -> Response:
    """Mail a link, if there is such an account; the answer is the same."""
    form = ResetForm()
    answer = _tried(form, lambda: credentials.request_reset(form.email.data or "", address=request.remote_addr or ""))
    if not answer.ok:
        return _refused_page("accounts/reset.html", form, answer, sent=False)
    return page("accounts/reset.html", form=form, sent=True)


@bp.get("/invitation/<token>", defaults={"purpose": credentials.INVITE})
@bp.get("/reset/<token>", defaults={"purpose": credentials.RESET})
@public("the mailed link is the credential")
def choose(token: str, purpose: str) -> Response:
    """Ask for a new password."""
    credentials.link_of(purpose, token)
    return page("accounts/choose.html", form=ChooseForm(), token=token, purpose=purpose)


@bp.post("/invitation/<token>", defaults={"purpose": credentials.INVITE})
@bp.post("/reset/<token>", defaults={"purpose": credentials.RESET})
@public("the mailed link is the credential")
def choose_now(token: str, purpose: str) -> Response:
    """Set it."""
    form = ChooseForm()
    answer = form.submit(lambda: credentials.choose_password(purpose, token, form.new_password.data or ""))
    if not answer.ok:
        return page("accounts/choose.html", form=form, token=token, purpose=purpose, status=422)
    return see_other(url_for("accounts.sign_in"), toast=_("Your password is set. You can sign in now."))


def second_factor_due(problem: SecondFactorDue) -> Response:
    """Send somebody whose second factor is due to the page where it is set up; programs get the refusal."""
    if wants_json():
        return refused(problem)
    if is_htmx() or request.method == "GET":
        return see_other(url_for("accounts.second_factor"))
    return refused(problem)
