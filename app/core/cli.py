"""The command line: `flask px360 ...`. Domains add their commands to the same group."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.core import tables, translations
from app.core.events import outbox, sealer
from app.core.jobs import PERIODIC, run
from app.settings import Settings

px360 = AppGroup("px360", help="Run and look after PX360.")


@px360.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest schema (as the owner role)."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(current_app.root_path).parent / "migrations"))
    command.upgrade(config, "head")
    click.echo("The database is up to date.")


@px360.command("audit-verify")
def audit_verify() -> None:
    """Check the chain of the event log; exit 1 when something was changed, removed or reordered."""
    sealer.seal_events()
    verdict = sealer.verify()
    click.echo(
        f"{verdict.checked} sealed events checked, {verdict.unsealed} not yet sealed, "
        f"{verdict.erased_details} with erased details, {len(verdict.faults)} faults."
    )
    for position, fault in verdict.faults[:50]:
        click.echo(f"  position {position}: {fault}")
    click.echo("Not covered: rows not yet sealed, and anyone who also holds PX360_AUDIT_KEY.")
    sys.exit(0 if verdict.is_whole else 1)


@px360.command("outbox")
@click.option("--drain", is_flag=True, help="Deliver what is due, here and now.")
def outbox_state(drain: bool) -> None:
    """Say how many deliveries wait or are parked."""
    if drain:
        while outbox.drain_batch():
            pass
    click.echo(f"{outbox.count_due()} deliveries due.")


@px360.command("sweep")
@click.argument("name", required=False)
def sweep(name: str | None) -> None:
    """Run one periodic job now by its name, or list them."""
    if name is None:
        for line in PERIODIC.values():
            click.echo(f"{line.name:55} every {line.every_seconds:>6} s  {line.purpose}")
        return
    matches = [line for line in PERIODIC.values() if name in line.name]
    if len(matches) != 1:
        raise click.ClickException(f"{len(matches)} periodic jobs match {name!r}.")
    run(matches[0].name)


@px360.command("docs")
def docs() -> None:
    """Write the generated pages of the docs anew."""
    folder = Path(current_app.root_path).parent / "docs" / "generated"
    for name, write in tables.PAGES.items():
        (folder / name).write_text(write(), encoding="utf-8")
        click.echo(f"docs/generated/{name}")


@px360.command("check-translations")
def check_translations() -> None:
    """List what is wrong with the Arabic catalogue; exit 1 when something is."""
    found = list(translations.problems())
    for each in found:
        click.echo(f"{each.what}: {each.message}")
    sys.exit(1 if found else 0)


@px360.command("update-translations")
def update_translations() -> None:
    """Add new messages to the Arabic catalogue, empty, and remove those that are left over."""
    new, gone = translations.update()
    for text in new:
        click.echo(f"to translate: {text}")
    click.echo(f"{len(new)} to translate, {len(gone)} removed.")


@px360.command("check")
def check() -> None:
    """Say what a production start of this environment lacks; exit 1 when something does."""
    lacks = production_lacks(current_app.config["SETTINGS"])
    for line in lacks:
        click.echo(f"lacks: {line}")
    click.echo("Ready for production." if not lacks else f"{len(lacks)} things are missing.")
    sys.exit(1 if lacks else 0)


def production_lacks(settings: Settings) -> list[str]:
    """List what is missing or unsafe for serving real patients."""
    rules: list[tuple[bool, str]] = [
        (settings.is_production, "PX360_ENV=production"),
        (settings.base_url.startswith("https://"), "PX360_BASE_URL with https (cookies are only safe then)"),
        (bool(settings.trusted_hosts), "PX360_TRUSTED_HOSTS: the host names that this portal answers to"),
        (len(settings.secret_key) >= 32, "PX360_SECRET_KEY of at least 32 characters"),
        (not settings.simulator_url, "SIMULATOR_URL must be empty"),
        (
            settings.database_owner_url != settings.database_url,
            "DATABASE_OWNER_URL of another role than DATABASE_URL (else the event log is not protected)",
        ),
        (settings.link_key != settings.audit_key, "different PX360_LINK_KEY and PX360_AUDIT_KEY"),
        (
            len(f"{settings.short_url}/s/") + 30 <= 40 + len("https://"),
            "PX360_SHORT_URL short enough that a survey link fits in 40 characters",
        ),
    ]
    return [text for good, text in rules if not good] + [text for find in EXTRA_CHECKS for text in find()]


EXTRA_CHECKS: list[Any] = []


def init_app(app: Flask) -> None:
    """Add the group."""
    app.cli.add_command(px360)
