"""`flask px360 ...`: each command of the kernel and of accounts, run as an administrator runs it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import User
from app.accounts.services import credentials
from app.core.access.actor import Role, acting_as, system_actor
from app.core.cli import production_lacks
from app.core.db import db
from app.core.events import outbox
from app.core.jobs import PERIODIC
from app.settings import Settings
from tests.cast import PEOPLE, Cast, count

Run = Callable[..., Any]
GOOD = "a long phrase that nobody guesses"


@pytest.fixture
def run(app: Flask) -> Run:
    """Give `run("check")`: the command's result with exit code and output."""

    def invoke(*arguments: str, **environment: str) -> Any:
        return app.test_cli_runner().invoke(args=["px360", *arguments], env=environment)

    return invoke


def find(email: str) -> User:
    """Read a person by e-mail, from the database itself."""
    with acting_as(system_actor("look")):
        return db.session.query(User).filter_by(email=email).populate_existing().one()


def test_the_default_roles_are_listed_and_may_be_again(run: Run) -> None:
    first, second = run("create-default-roles"), run("create-default-roles")

    assert first.exit_code == second.exit_code == 0
    assert {role for role, _, _ in PEOPLE.values()} <= set(first.output.split())


def test_a_superuser_is_a_px_admin_with_the_given_password(run: Run) -> None:
    answer = run("create-superuser", "--email", "First@Example.org", "--name", "First", PX360_SUPERUSER_PASSWORD=GOOD)

    assert answer.exit_code == 0, answer.output
    made = find("first@example.org")
    assert [each.role for each in made.assignments] == [Role.PX_ADMIN]
    assert made.name_ar == "First"
    assert GOOD not in answer.output and made.password_hash.startswith("$argon2id$")


def test_a_superuser_with_a_weak_password_is_refused(run: Run, cast: Cast) -> None:
    before = count(User)

    answer = run("create-superuser", "--email", "x@example.org", "--name", "X", PX360_SUPERUSER_PASSWORD="short")

    assert answer.exit_code == 1
    assert count(User) == before


def test_a_second_account_with_the_same_email_is_refused(run: Run, cast: Cast) -> None:
    email = cast["nurse"].email.upper()

    answer = run("create-superuser", "--email", email, "--name", "Nurse", PX360_SUPERUSER_PASSWORD=GOOD)

    assert answer.exit_code == 1
    assert "Somebody has this e-mail already." in answer.output


def test_check_names_what_a_production_start_lacks(run: Run) -> None:
    answer = run("check")

    assert answer.exit_code == 1
    assert "lacks: PX360_ENV=production" in answer.output
    assert "https" in answer.output


def ready(settings: Settings) -> Settings:
    """Give settings with which real patients may be served."""
    return replace(
        settings,
        env="production",
        base_url="https://px.example.org",
        short_url="https://px.sa",
        trusted_hosts=("px.example.org",),
        secret_key=secrets.token_hex(32),
        simulator_url="",
    )


def test_check_finds_nothing_to_say_about_a_whole_environment(app: Flask, settings: Settings) -> None:
    found = [line for line in production_lacks(ready(settings)) if line.split(" ")[0].startswith(("PX360", "DATABASE"))]

    assert found == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"base_url": "http://px.example.org"}, "https"),
        ({"trusted_hosts": ()}, "PX360_TRUSTED_HOSTS"),
        ({"secret_key": "short"}, "PX360_SECRET_KEY"),
        ({"simulator_url": "http://127.0.0.1:1"}, "SIMULATOR_URL"),
        ({"short_url": "https://a-very-long-name.of-a-hospital.example.org"}, "PX360_SHORT_URL"),
    ],
)
def test_check_finds_each_unsafe_setting(app: Flask, settings: Settings, changed: dict[str, Any], said: str) -> None:
    found = production_lacks(replace(ready(settings), **changed))

    assert any(said in line for line in found), found


def test_outbox_says_what_waits_and_delivers_it_when_told(run: Run, cast: Cast) -> None:
    with acting_as(system_actor("forget a password")):
        credentials.request_reset(cast["nurse"].email, address="127.0.0.1")
    waiting = outbox.count_due()
    assert waiting > 0

    told, drained = run("outbox"), run("outbox", "--drain")

    assert f"{waiting} deliveries due." in told.output
    assert drained.output.endswith("0 deliveries due.\n")
    assert outbox.count_due() == 0


def test_sweep_lists_the_periodic_jobs(run: Run) -> None:
    answer = run("sweep")

    assert answer.exit_code == 0
    assert all(name in answer.output for name in PERIODIC)


def test_sweep_runs_the_one_that_is_named(run: Run, cast: Cast) -> None:
    name = next(name for name in PERIODIC if "seal" in name)

    assert run("sweep", name).exit_code == 0


def test_sweep_refuses_a_name_that_is_not_one_job(run: Run) -> None:
    answer = run("sweep", "nothing-like-this")

    assert answer.exit_code == 1
    assert "0 periodic jobs match" in answer.output


def test_audit_verify_finds_the_log_whole(run: Run, cast: Cast) -> None:
    with acting_as(system_actor("forget a password")):
        credentials.request_reset(cast["nurse"].email, address="127.0.0.1")

    answer = run("audit-verify")

    assert answer.exit_code == 0, answer.output
    assert "0 faults" in answer.output and "Not covered" in answer.output


def test_audit_verify_fails_where_the_seals_do_not_fit(run: Run, app: Flask, cast: Cast) -> None:
    with acting_as(system_actor("forget a password")):
        credentials.request_reset(cast["nurse"].email, address="127.0.0.1")
    assert run("audit-verify").exit_code == 0
    key = app.config["AUDIT_KEY"]
    app.config["AUDIT_KEY"] = secrets.token_bytes(32)

    try:
        answer = run("audit-verify")
    finally:
        app.config["AUDIT_KEY"] = key

    assert answer.exit_code == 1
    assert "position" in answer.output


def test_the_demo_is_refused_in_production(run: Run, app: Flask, settings: Settings) -> None:
    app.config["SETTINGS"] = replace(settings, env="production")

    try:
        answer = run("demo")
    finally:
        app.config["SETTINGS"] = settings

    assert answer.exit_code == 1
    assert "refused in production" in answer.output


def test_the_starting_data_may_be_made_twice(run: Run) -> None:
    assert run("seed").exit_code == 0
    assert run("seed").exit_code == 0
