"""The orders of queues: an allow-list for each, pages by key in every one of them, an index for each, heads that say it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints import queue as complaints
from app.complaints.inquiries import queries as inquiries
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint
from app.core.access.actor import acting_as, system_actor
from app.core.access.wall import passage
from app.core.db import Base, db, unit_of_work
from app.core.time import clock
from app.core.web.orders import orders_of
from app.px_action_center import queries as actions
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast, sign_in
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked
from tests.conftest import NOON

SYSTEM = system_actor("a test of orders")
SEVERITIES = ("low", "critical", "medium", "critical", "high", "low", "medium")


def acted(cast: Cast, severity: str) -> PxAction:
    """An action by hand of the office."""
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        return opening.open_by_hand(
            title="ترتيب الانتظار", severity=severity, patient_id=None, actor=actor,
            hospital_id=cast.a.id, department_id=cast.er.id,
        )  # fmt: skip


QUEUES: dict[str, tuple[Any, type[Base], str, Callable[[Cast, str], Any]]] = {
    "complaints": (complaints, Complaint, "received_at", lambda cast, severity: received(cast, severity=severity)),
    "inquiries": (inquiries, Inquiry, "received_at", lambda cast, _severity: asked(cast)),
    "actions": (actions, PxAction, "created_at", acted),
}
OFFERED = [
    (queue, tab, order)
    for queue in QUEUES
    for tab, orders in (
        ("open", ("deadline", "newest", "oldest", "severity")),
        ("all", ("newest", "oldest", "severity") + (("deadline",) if queue == "actions" else ())),
    )
    for order in orders
    if (queue, order) != ("inquiries", "severity")
]


def made(cast: Cast, queue: str) -> dict[str, Any]:
    """Seven cases, an hour apart, two of them without a deadline and two with the same; by number."""
    _queries, model, _came, make = QUEUES[queue]
    for number, severity in enumerate(SEVERITIES):
        with clock.frozen(NOON + timedelta(hours=number)):
            make(cast, severity)
    with acting_as(SYSTEM), unit_of_work():
        rows = db.session.execute(sa.select(model).order_by(sa.text("reference"))).scalars().all()
        for place, row in enumerate(rows):
            row.due_at = None if place in (1, 4) else NOON + timedelta(days=9 - place // 2)
    return {row.reference: row for row in rows}


def expected(order: str, row: Any, came: str) -> Any:
    """What a row is ordered by, told without the database."""
    due = (row.due_at is None, row.due_at or 0, row.id)
    if order == "severity":
        return (("critical", "high", "medium", "low").index(row.severity), *due)
    return due if order == "deadline" else (getattr(row, came), row.id)


def walked(cast: Cast, queue: str, tab: str, order: str) -> list[str]:
    """The numbers of a queue in an order, page by page of two."""
    found, key, actor = [], None, cast.actor("px_coordinator")
    with acting_as(actor):
        while True:
            part = QUEUES[queue][0].list_page(
                QUEUES[queue][0].Filters(tab=tab, sort=order), actor=actor, key=key, limit=2
            )
            found += [
                getattr(row, queue.removesuffix("s").replace("inquirie", "inquiry")).reference for row in part.rows
            ]
            key = part.next_key
            if key is None:
                return found


@pytest.mark.parametrize(("queue", "tab", "order"), OFFERED)
def test_pages_by_key_give_each_order_whole(reference_data: Cast, queue: str, tab: str, order: str) -> None:
    rows = made(reference_data, queue)
    came = QUEUES[queue][2]
    wanted = sorted(rows, key=lambda number: expected(order, rows[number], came), reverse=order == "newest")

    assert walked(reference_data, queue, tab, order) == wanted


@pytest.mark.parametrize(("queue", "tab", "order"), OFFERED)
def test_each_order_is_read_from_an_index_of_its_own(reference_data: Cast, queue: str, tab: str, order: str) -> None:
    _queries, model, came, _make = QUEUES[queue]
    put, table = orders_of(model, came)[order], sa.inspect(model).columns
    first = [part.desc() for part in put.parts] if put.is_descending else put.parts
    query = sa.select(table.id).order_by(*first).limit(26)
    query = query if tab == "all" else query.where(table.closed_at.is_(None))
    place = sa.tuple_(*put.parts)
    after: Any = {2: (NOON, reference_data.a.id), 3: (10, NOON, reference_data.a.id)}[len(put.parts)]
    further = query.where(place < sa.tuple_(*after) if put.is_descending else place > sa.tuple_(*after))

    plan, plan_further = explained(query), explained(further)
    for each in (plan, plan_further):
        assert "Index" in each, each
        assert "Sort" not in each, each
    assert "Index Cond: (ROW(" in plan_further, plan_further  # it begins where the last page ended


def explained(query: Any) -> str:
    """How the database reads a query if it has to choose an index."""
    with acting_as(SYSTEM), passage("read a plan"):
        bind = db.session.connection()
        for switch in ("enable_seqscan", "enable_sort", "enable_incremental_sort", "enable_bitmapscan"):
            bind.exec_driver_sql(f"SET LOCAL {switch} = off")
        compiled = query.compile(db.engine, compile_kwargs={"render_postcompile": True})
        return "\n".join(bind.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars())


def shown(client: FlaskClient, path: str) -> str:
    """A page of a queue in English."""
    client.set_cookie("px_lang", "en")
    with client.application.app_context():
        answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


def numbers(html: str) -> list[str]:
    """The numbers of its rows."""
    return re.findall(r'<tr id="[^"]+"[^>]*>.*?<bdi dir="ltr">([^<]+)</bdi>', html, re.DOTALL)


def key(*place: Any) -> str:
    """A key as somebody may make it up."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize("queue", QUEUES)
def test_what_is_no_order_and_no_key_gives_the_usual_first_page(
    reference_data: Cast, client: FlaskClient, queue: str
) -> None:
    made(reference_data, queue)
    sign_in(client, reference_data["px_coordinator"])
    usual = numbers(shown(client, f"/{queue}/"))
    gravest = numbers(shown(client, f"/{queue}/?sort=severity"))
    assert len(usual) == 7

    for bad in ("sort=rubbish", "sort=deadline%27--", "sort=", "after=x", f"after={key(1, 2)}", "sort=1&sort=2"):
        assert numbers(shown(client, f"/{queue}/?{bad}")) == usual, bad
    an_id = str(reference_data.a.id)
    for place in (
        (10**30, NOON.isoformat(), an_id),
        (float("inf"), NOON.isoformat(), an_id),
        (NOON.isoformat(), an_id),
    ):
        if queue != "inquiries":
            assert numbers(shown(client, f"/{queue}/?sort=severity&after={key(*place)}")) == gravest, place


def test_heads_are_links_that_say_the_order_and_turn_it(reference_data: Cast, client: FlaskClient) -> None:
    made(reference_data, "complaints")
    sign_in(client, reference_data["px_coordinator"])

    def head(html: str, label: str) -> tuple[str, str]:
        """The direction that is said of a column, and where its head leads."""
        found = re.search(rf'<th scope="col"([^>]*)><a class="px-sort" href="([^"]+)">{label}<', html)
        assert found is not None, label
        return "".join(re.findall(r'aria-sort="(\w+)"', found[1])), found[2].replace("&amp;", "&")

    plain = shown(client, "/complaints/?severity=&columns=severity.received.deadline&after=x")
    assert head(plain, "Deadline")[0] == "ascending"
    assert head(plain, "Severity") == ("", "/complaints/?severity=&columns=severity.received.deadline&sort=severity")
    newest = shown(client, head(plain, "Received")[1])
    assert head(newest, "Received")[0] == "descending"
    oldest = shown(client, head(newest, "Received")[1])
    assert head(oldest, "Received")[0] == "ascending"
    assert numbers(oldest) == numbers(newest)[::-1]
    assert '<option value="oldest" selected>' in oldest
    assert 'aria-sort="descending"' in shown(client, "/complaints/?tab=all&columns=received")
    assert "px-sort" not in shown(client, "/complaints/?tab=all&columns=deadline")  # what has ended has none
