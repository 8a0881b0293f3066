"""The complaints that `bench.complaints` measures: drawn from a seed in the database itself, the same for every run.

Half of them in Arabic. One word in either language stands in one of two hundred, so that a search finds a few hundred.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa

ENGLISH = "waiting doctor nurse room clean food late appointment pharmacy bill parking answer call phone visit ward night bed " \
          "pain result lab report family child mother father staff clinic hospital care"  # fmt: skip
ARABIC = "انتظار طبيب ممرضة غرفة نظافة طعام متأخر موعد صيدلية فاتورة مواقف رد اتصال هاتف زيارة جناح ليلة سرير ألم نتيجة مختبر " \
         "تقرير عائلة طفل أم أب موظف عيادة مستشفى رعاية"  # fmt: skip
RARE_ENGLISH, RARE_ARABIC = "elevator", "إجراءات"  # searched as "elevator" and as "اجراءات", another spelling
OTHER_SPELLING = "اجراءات"
WORDS_EACH = 24
PEOPLE = 20

DRAW = """
CREATE FUNCTION bench_text(n int) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT string_agg(w[1 + floor(random() * array_length(w, 1))::int], ' ')
         || CASE WHEN n % 200 = 7 THEN ' {english}' WHEN n % 200 = 8 THEN ' {arabic}' ELSE '' END
  FROM (SELECT CASE WHEN n % 2 = 0 THEN string_to_array('{arabic_words}', ' ')
                    ELSE string_to_array('{english_words}', ' ') END AS w, generate_series(1, {each})) AS drawn
$$
"""
CASES = """
INSERT INTO complaints (id, hospital_id, reference, handle, title, status, severity, channel, outside_number, received_at,
  is_anonymous, contact_name, contact_phone, contact_email, contact_relation, language, words, words_language,
  wish, place, department_id, department_ids,
  assignee_id, due_at, contact_way, wait_reason, resolution, resolution_category, resolved_at, closed_at,
  reopened_count, cancel_reason, status_before_merge, visit_kind, red_flags, version, created_at, updated_at)
SELECT drawn.id, :hospital, 'CMP-B-' || lpad(n::text, 7, '0'), lpad(to_hex(n), 8, 'x'), left(body, 80),
  CASE WHEN n % 10 < 7 THEN 'closed' WHEN n % 10 = 7 THEN 'resolved' WHEN n % 10 = 8 THEN 'in_progress' ELSE 'new' END,
  (ARRAY['low', 'medium', 'high', 'critical'])[1 + n % 4], (ARRAY['desk', 'phone', 'public'])[1 + n % 3], '', at,
  false, CASE WHEN n % 2 = 0 THEN 'محمد العتيبي ' ELSE 'Mohammed Alotaibi ' END || n % 900,
  '+9665' || lpad((n % 90000000)::text, 8, '0'),
  '', 'patient', CASE WHEN n % 2 = 0 THEN 'ar' ELSE 'en' END, body, CASE WHEN n % 2 = 0 THEN 'ar' ELSE 'en' END, '', '',
  department, ARRAY[department], person, CASE WHEN n % 10 >= 7 THEN at + interval '3 days' END, 'phone', '',
  CASE WHEN n % 10 < 8 THEN left(body, 60) ELSE '' END, CASE WHEN n % 10 < 8 THEN 'full_action_taken' ELSE '' END,
  CASE WHEN n % 10 < 8 THEN at + interval '2 days' END, CASE WHEN n % 10 < 7 THEN at + interval '9 days' END,
  0, '', '', '', '[]', 1, at, at
FROM (SELECT n, gen_random_uuid() AS id, bench_text(n) AS body,
        CAST(:now AS timestamptz) - (random() * 365 * 86400) * interval '1 second' AS at,
        (CAST(:departments AS uuid[]))[1 + n % :department_count] AS department,
        (CAST(:people AS uuid[]))[1 + n % :people_count] AS person
      FROM generate_series(1, :count) AS n) AS drawn
"""
NOTES = """
INSERT INTO complaint_notes (id, hospital_id, complaint_id, author_id, kind, body, text_language, mentioned_ids,
  created_at, updated_at)
SELECT gen_random_uuid(), hospital_id, id, assignee_id, 'note', left(words, 120), language, '{}',
  received_at + k * interval '1 hour', received_at + k * interval '1 hour'
FROM complaints, generate_series(1, 2) AS k
"""
EVENTS = """
INSERT INTO event_log (id, at, kind, subject_type, subject_id, actor_kind, actor_id, request_id, data, digest, hospital_id)
SELECT gen_random_uuid(), received_at, 'complaints.complaint.received', 'complaint', id, 'person', assignee_id, '',
  jsonb_build_object('reference', reference, 'channel', channel, 'severity', severity, 'assignee_id', assignee_id),
  decode(repeat('00', 32), 'hex'), hospital_id
FROM complaints
"""


def seed(
    engine: sa.Engine,
    count: int,
    *,
    hospital: UUID,
    departments: list[UUID],
    people: list[UUID],
    now: Any,
    words_each: int = WORDS_EACH,
) -> None:
    """Write `count` complaints, twice as many notes and as many events; then let the planner know them."""
    from app.core.access.wall import passage

    draw = DRAW.format(
        english=RARE_ENGLISH, arabic=RARE_ARABIC, english_words=ENGLISH, arabic_words=ARABIC, each=words_each
    )
    given = {"hospital": hospital, "departments": departments, "department_count": len(departments),
             "people": people, "people_count": len(people), "count": count, "now": now}  # fmt: skip
    with passage("a measurement fills its own throw-away database"), engine.begin() as connection:
        connection.execute(sa.text(draw))
        connection.exec_driver_sql("SELECT setseed(0.36)")
        with _indexes_afterwards(connection, "complaints", "complaint_notes", "event_log"):
            connection.execute(sa.text(CASES), given)
            connection.exec_driver_sql(NOTES)
            connection.exec_driver_sql(EVENTS)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


@contextmanager
def _indexes_afterwards(connection: sa.Connection, *tables: str) -> Iterator[None]:
    """Fill tables without their indexes but the unique ones, which are made as they were at the end: many times faster."""
    query = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s) AND indexdef LIKE 'CREATE INDEX%%'"
    found = connection.exec_driver_sql(query, {"tables": list(tables)}).all()
    for name, _definition in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
    for _name, definition in found:
        connection.exec_driver_sql(definition.replace("%", "%%"))


def texts(engine: sa.Engine) -> list[tuple[str, str, str, str, Any]]:
    """Give what another program is filled with: (title, words, status, name, received), in the order of the numbers."""
    from app.core.access.wall import passage

    query = "SELECT title, words, status, contact_name, received_at FROM complaints ORDER BY reference"
    with passage("a measurement reads its own throw-away database"), engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]
