"""Commands of the intake on the command line."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from app.core.access.actor import acting_as, system_actor
from app.core.cli import px360
from app.core.db import db
from app.core.keys import rotation
from app.core.keys.fields import current_key_id
from app.integrations.models import SourceSystem
from app.integrations.services import keys
from app.organizations.models import Hospital


@px360.command("source-key")
@click.argument("hospital_code")
@click.argument("source_code")
def source_key(hospital_code: str, source_code: str) -> None:
    """Give a hospital system a new key and print it, once; the old one works for another day."""
    with acting_as(system_actor("rotate a source's key")) as actor:
        source = db.session.execute(
            select(SourceSystem)
            .join(Hospital, Hospital.id == SourceSystem.hospital_id)
            .where(
                Hospital.code == hospital_code.upper(),
                SourceSystem.code == source_code.upper(),
                SourceSystem.archived_at.is_(None),
            )
        ).scalar_one_or_none()
        if source is None:
            raise click.ClickException("There is no such source system.")
        click.echo(keys.rotate(source.id, actor=actor))


@px360.command("rotate-field-key")
@click.option("--batch", default=rotation.BATCH, show_default=True, help="Rows in one transaction.")
def rotate_field_key(batch: int) -> None:
    """Encrypt kept messages and secrets again with the first key of PX360_FIELD_KEY. May be stopped and started again.

    Exit 1 when something is under a key that the ring does not hold any more: it stays as it is.
    """
    done, lost = 0, 0
    for part in rotation.rotate(batch):
        done, lost = done + part.done, lost + part.lost
        click.echo(
            f"{part.where.table}.{part.where.column}: {part.done} encrypted again, {part.lost} can not be opened."
        )
    click.echo(f"{done} fields are under the key {current_key_id()} now; {lost} can not be opened.")
    sys.exit(1 if lost else 0)
