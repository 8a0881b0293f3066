"""Human numbers such as ACT-2026-000123: one sequence per kind and year, group-wide, gaps allowed."""

from __future__ import annotations

import re

from sqlalchemy import text

from app.core.db.base import db
from app.core.time import clock

ZONE = "Asia/Riyadh"  # the year of a number is the group's local year
PATTERN = re.compile(r"^[A-Z]{3}-\d{4}-\d{6,}$")

# the sequences are made on demand by a function that belongs to the owner role, so that the app needs no CREATE right
REFERENCE_SQL = """
CREATE OR REPLACE FUNCTION px_next_reference(kind text, year integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'reference_' || lower(kind) || '_' || year;
BEGIN
    IF kind !~ '^[A-Z]{3}$' OR year < 2000 OR year > 2999 THEN
        RAISE EXCEPTION 'not a reference kind or year';
    END IF;
    IF to_regclass('public.' || name) IS NULL THEN
        PERFORM pg_advisory_xact_lock(360002);
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS public.%I', name);
    END IF;
    RETURN nextval('public.' || name);
END $$
"""


def next_reference(kind: str) -> str:
    """Take the next number of a `kind` (three capital letters) in this local year."""
    year = clock.local_day(clock.now(), ZONE).year
    number = db.session.execute(text("SELECT px_next_reference(:kind, :year)"), {"kind": kind, "year": year})
    return f"{kind}-{year}-{number.scalar_one():06d}"
