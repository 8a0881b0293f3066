"""Commands of the portal on the command line: the demo."""

from __future__ import annotations

import random
import time

import click
from flask import current_app

from app.core.access.actor import acting_as, system_actor
from app.core.cli import px360
from app.portal.demo import live_hospital_links, live_hospital_model
from app.portal.demo.load import load
from app.portal.demo.organization import ACCOUNTS, PASSWORD
from app.portal.seeds import seed_reference_data


@px360.command("seed")
def seed() -> None:
    """Make the starting data of an installation: calendar, deadlines, journeys, surveys, texts. Repeatable."""
    seed_reference_data()
    click.echo("The starting data is there.")


@px360.command("demo")
def demo() -> None:
    """Load the demo into an empty database. Refused in production."""
    settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("The demo is refused in production.")
    begun = time.monotonic()
    seed_reference_data()
    with acting_as(system_actor("load the demo")) as actor:
        loaded = load(settings.simulator_url or "http://127.0.0.1:8361", actor=actor)
    told = ", ".join(f"{count:,} {what}" for what, count in loaded.counts.items())
    click.echo(f"{told} in {time.monotonic() - begun:.1f} s.")
    for code, key in loaded.keys.items():
        click.echo(f"Key of the hospital system of {code}: {key}")


@px360.command("live-hospital")
@click.option("--visits", default=10, show_default=True, help="How many visits to play.")
@click.option("--speed", default=60.0, show_default=True, help="Minutes of the hospital in one minute of ours.")
@click.option("--seed", type=int, default=None, help="The same number plays the same visits.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the MLLP listener is.")
def live_hospital(visits: int, speed: float, seed: int | None, host: str) -> None:
    """Play new visits as real HL7 over the links of the demo, so that boards move. Refused in production."""
    if current_app.config["SETTINGS"].is_production:
        raise click.ClickException("Made-up visits are refused in production.")
    with acting_as(system_actor("play a live hospital")):
        wards = live_hospital_links.wards_of(host)
    if not wards:
        raise click.ClickException("There is no MLLP link to send to. Load the demo, or make a link.")
    rng = random.Random(seed)  # noqa: S311 - made-up visits; nothing secret is drawn
    for line in live_hospital_links.play(live_hospital_model.plan(rng, wards, visits), speed=speed):
        click.echo(line)


@px360.command("demo-accounts")
def demo_accounts() -> None:
    """Say who can sign in to the demo."""
    click.echo(f"Demo accounts, all with the password: {PASSWORD}")
    for email, note in ACCOUNTS:
        click.echo(f"  {email:28} {note}")
