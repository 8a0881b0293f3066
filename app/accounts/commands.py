"""Commands of accounts on the command line."""

from __future__ import annotations

import os

import click

from app.accounts import passwords, queries
from app.accounts.labels import ROLE_LABELS
from app.accounts.models import RoleAssignment, User
from app.core.access.actor import Actor, Role, acting_as, system_actor
from app.core.cli import px360
from app.core.db import command, db
from app.core.time import clock


@px360.command("create-default-roles")
def create_default_roles() -> None:
    """Say which roles there are: they are fixed codes, so nothing needs to be written; safe to run at every start."""
    for role, label in ROLE_LABELS.items():
        click.echo(f"{role.value:20} {label}")


@px360.command("create-superuser")
@click.option("--email", required=True)
@click.option("--name", "name_en", required=True, help="Name in English.")
@click.option("--name-ar", default="", help="Name in Arabic.")
def create_superuser(email: str, name_en: str, name_ar: str) -> None:
    """Make a PX Admin; the password is asked for, or read from PX360_SUPERUSER_PASSWORD."""
    password = os.environ.get("PX360_SUPERUSER_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    problem = passwords.problem_of(password, email)
    if problem is not None:
        raise click.ClickException(str(problem))
    if queries.find_by_email(email) is not None:
        raise click.ClickException("Somebody has this e-mail already.")
    with acting_as(system_actor("create a superuser")) as actor:
        make_superuser(email=email, name_en=name_en, name_ar=name_ar or name_en, password=password, actor=actor)
    click.echo("Done. Sign in and turn on the second factor.")


@command
def make_superuser(*, email: str, name_en: str, name_ar: str, password: str, actor: Actor) -> User:
    """Make a person with the role PX Admin and a password."""
    user = User(
        email=email.strip().lower(),
        name_en=name_en,
        name_ar=name_ar,
        language="en",
        password_hash=passwords.hashed(password),
        password_changed_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    db.session.add(RoleAssignment(user_id=user.id, role=Role.PX_ADMIN, from_at=clock.now()))
    db.session.flush()
    return user
