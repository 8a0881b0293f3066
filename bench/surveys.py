"""A survey's submit against a bare Flask view with the same INSERTs: the ratio of the two, in one run (aim: at least 0.5)."""

from __future__ import annotations

import json
import statistics
import time
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from flask import Flask, request

from app.core.db.ids import uuid7
from app.core.time import clock

ROUNDS = 120
WARM = 10
AIM = 0.5


def main() -> int:
    """Measure and print; the exit code says whether the aim was met."""
    from bench.database import application

    with application() as app, app.app_context():
        tokens, bodies = _prepare(ROUNDS + WARM)
        instances = _prepare(ROUNDS + WARM)[0]
        bare, connection = _bare(_dsn())
        real_client, bare_client = app.test_client(), bare.test_client()
        _analyze()
        real_spans: list[float] = []
        bare_spans: list[float] = []
        rows = [_rows()]
        for token, handle in zip(tokens, _ids(instances), strict=True):
            for spans, client, path in (
                (real_spans, real_client, f"/api/surveys/public/{token}/submit/"),
                (bare_spans, bare_client, f"/submit/{handle}"),
            ):
                spans.append(_timed(client, path, bodies))
                rows += [_rows()] if len(rows) < 3 else []
        connection.close()
    _check_alike(rows)
    real, plain = statistics.median(real_spans[WARM:]), statistics.median(bare_spans[WARM:])
    ratio = plain / real
    print(f"submit {real * 1000:.2f} ms, bare view {plain * 1000:.2f} ms")
    print(f"survey submit against a bare view with the same INSERTs: {ratio:.2f} (aim {AIM})")
    return 0 if ratio >= AIM else 1


def _timed(client: Any, path: str, body: dict[str, Any]) -> float:
    begun = time.perf_counter()
    answer = client.post(path, json=body)
    span = time.perf_counter() - begun
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
    return span


def _prepare(count: int) -> tuple[list[str], dict[str, Any]]:
    """Write open surveys of the clinic; gives their tokens and the answers that complete one."""
    from app.core.access.actor import acting_as, system_actor
    from app.core.db import db, unit_of_work
    from app.core.keys.links import new_handle, token_for
    from app.organizations.models import Hospital
    from app.surveys.models import SurveyInstance, SurveyTemplate
    from app.surveys.seeds import seed_surveys
    from app.surveys.services.sending import PURPOSE

    with acting_as(system_actor("measure")) as actor, unit_of_work():
        seed_surveys(actor=actor)
        hospital = Hospital(code=f"B{uuid7().hex[-6:]}", name_en="Bench", name_ar="قياس")
        db.session.add(hospital)
        db.session.flush()
        template = db.session.execute(sa.select(SurveyTemplate).where(SurveyTemplate.code == "opd")).scalar_one()
        asked = [str(question.id) for question in template.questions]
        handles = [new_handle() for _ in range(count)]
        db.session.add_all(
            SurveyInstance(
                hospital_id=hospital.id, template_id=template.id, once="bench", handle=handle, state="opened",
                context={"stages": None, "facts": {}}, questions=asked, send_at=clock.now(), invited_at=clock.now(),
            )
            for handle in handles
        )  # fmt: skip
        answers = {each.code: "5" for each in template.questions if each.type not in ("text", "textarea", "yes_no")}
        answers |= {each.code: "شكرا لكم" for each in template.questions if each.type == "textarea"}
    db.session.remove()
    return [token_for(PURPOSE, handle) for handle in handles], {"answers": answers, "language": "ar"}


WRITTEN = ("survey_answers", "event_log", "event_unsealed", "subject_sequences", "event_deliveries")


def _rows() -> list[int]:
    """Count what stands in each table that a submit inserts into."""
    from app.core.access.wall import passage
    from app.core.db import db

    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in WRITTEN)
    with passage("a measurement counts rows"), db.engine.connect() as connection:
        return list(connection.exec_driver_sql(f"SELECT {counts}").one())


def _check_alike(rows: list[list[int]]) -> None:
    """Refuse a comparison of which one side inserts other rows than the other: what stood before and after each."""
    real, bare = ([after - before for before, after in zip(*pair, strict=True)] for pair in pairwise(rows))
    if real != bare:
        raise RuntimeError(f"rows of {WRITTEN} that were inserted: {real}, by the bare view {bare}")


def _analyze() -> None:
    """Let the planner know the tables, as autovacuum does of tables that are in use."""
    from app.core.db import db

    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def _ids(tokens: list[str]) -> list[str]:
    return [token[:8] for token in tokens]


def _dsn() -> str:
    from app.core.db import db

    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _bare(dsn: str) -> tuple[Flask, psycopg.Connection[Any]]:
    """Make an application of one view that writes what a submit writes, and checks nothing."""
    app = Flask("bare")
    connection = psycopg.connect(dsn)
    from app.surveys.models import SurveyQuestion

    ids: dict[str, UUID] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code, id FROM {SurveyQuestion.__tablename__} WHERE archived_at IS NULL")
        ids.update(dict(cursor.fetchall()))
    connection.commit()

    @app.post("/submit/<handle>")
    def submit(handle: str) -> dict[str, Any]:
        answers = request.get_json()["answers"]
        with connection.cursor() as cursor:
            _write(cursor, handle, answers, ids)
        connection.commit()
        return {"state": "completed", "answers": answers}

    return app, connection


def _write(cursor: Any, handle: str, answers: dict[str, str], ids: dict[str, UUID]) -> None:
    """Read the survey by its handle; insert answers, event, delivery and its number as a submit does; close the survey."""
    now = clock.now()
    cursor.execute("SELECT id, hospital_id FROM survey_instances WHERE handle = %s FOR UPDATE", (handle,))
    instance_id, hospital_id = cursor.fetchone()
    rows = [
        (uuid7(), now, now, hospital_id, instance_id, ids[code], code, value, False, 100.0, "")
        for code, value in answers.items()
    ]
    places = ", ".join(["(" + ", ".join(["%s"] * 11) + ")"] * len(rows))
    cursor.execute(
        "INSERT INTO survey_answers (id, created_at, updated_at, hospital_id, instance_id, question_id, code, value, "
        f"is_na, score, text_language) VALUES {places}",
        [value for row in rows for value in row],
    )
    event_id = uuid7()
    cursor.execute(
        "INSERT INTO event_log (id, at, kind, subject_type, subject_id, hospital_id, actor_kind, actor_id, request_id, "
        "data, digest) VALUES (%s, %s, 'surveys.instance.completed', 'survey', %s, %s, 'token', %s, '', %s, %s)",
        (event_id, now, instance_id, hospital_id, instance_id, json.dumps({"score": 100}), b"\0" * 32),
    )
    cursor.execute("INSERT INTO event_unsealed (event_id) VALUES (%s)", (event_id,))
    cursor.execute("INSERT INTO subject_sequences (subject_id, last) VALUES (%s, 1)", (instance_id,))
    cursor.execute(
        "INSERT INTO event_deliveries (id, event_id, subscriber, subject_id, sequence, hospital_id_hint, due_at, attempts, "
        "last_error) VALUES (%s, %s, 'complaints.handlers.keep_judgement', %s, 1, %s, %s, 0, '')",
        (uuid7(), event_id, instance_id, hospital_id, now),
    )
    cursor.execute(
        "UPDATE survey_instances SET state = 'completed', completed_at = %s, score = 100, sections = '{}', "
        "version = version + 1, updated_at = %s WHERE id = %s",
        (now, now, instance_id),
    )


if __name__ == "__main__":
    raise SystemExit(main())
