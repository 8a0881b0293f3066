"""What leaves: ids, numbers, codes and times of listed fields; never a name, a phone or words."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from apiflask import APIFlask

from app.core.access.actor import ActorKind
from app.core.events import Entry
from app.core.time import clock
from app.integrations.outbound import catalogue
from tests.cast import Cast
from tests.integrations.outbound.conftest import rows
from tests.world import furnish

SHAPES = re.compile(r"[A-Za-z0-9_:.+-]*")


@pytest.mark.parametrize("kind", catalogue.KINDS.values(), ids=lambda kind: kind.code)
def test_each_field_of_the_catalogue_is_one_of_its_event(kind: catalogue.Kind) -> None:
    known = {field.name for field in dataclasses.fields(kind.event)}

    assert set(kind.fields) <= known
    assert str(kind.label)


def test_the_docs_list_every_kind_with_its_fields() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    told = {
        line[1]: re.findall(r"`(\w+)`", line[2])
        for line in re.finditer(r"(?m)^\| `(\w+\.\w+)` \|[^|]*\|([^|]*)\|", text)
    }

    wanted = {code: list(kind.fields) for code, kind in catalogue.KINDS.items()}
    assert told == {**wanted, catalogue.TEST: []}


def test_what_a_hospital_does_is_told_without_names_and_words(app: APIFlask, house: Cast, source_key: str) -> None:
    furnish(app, house, source_key, count=1)
    found = [row.payload for row in rows()]

    assert {payload["type"] for payload in found} >= {
        "complaint.received", "complaint.status_changed", "complaint.note_added", "complaint.explanation_changed",
        "complaint.paper_made", "inquiry.received", "inquiry.status_changed", "inquiry.note_added", "action.opened",
    }  # fmt: skip
    texts = [value for payload in found for value in payload["data"].values() if isinstance(value, str)]
    assert texts and all(SHAPES.fullmatch(text) and len(text) <= 80 for text in texts)
    said = json.dumps(found, ensure_ascii=False)
    assert not [name for name in ("Noura", "نورة", "Huda", "5066600", "Called", "Clinic", "waited") if name in said]


@pytest.mark.parametrize("value", ["Noura Alotaibi", "نورة", "a" * 81, "a@b.org", {"name": "x"}, ["x"]])
def test_a_value_that_is_no_code_is_left_out(value: Any) -> None:
    entry = Entry(uuid4(), "x", "complaint", uuid4(), uuid4(), ActorKind.SYSTEM, None, clock.now(), {"code": value})

    assert catalogue.payload_of(entry, "complaint.x", ("code",))["data"]["code"] is None


def test_a_deadline_is_told_of_the_case_and_not_of_an_explanation() -> None:
    def told(subject: str) -> str | None:
        kind = catalogue.kind_of(
            Entry(uuid4(), "core.clock.breached", subject, uuid4(), uuid4(), ActorKind.SYSTEM, None, clock.now(), {})
        )
        return kind.code if kind else None

    assert [told(each) for each in ("complaint", "inquiry", "action", "explanation")] == [
        "complaint.overdue", "inquiry.overdue", "action.overdue", None,
    ]  # fmt: skip
