"""The story of the demo, as numbers: who comes where, how long each stage takes, and how good it was.

The medical ward of Al Rawda got worse over the last four months; emergency at Al Nakheel, long the worst place of the
group, recovered from its fifth month on. The rest of the group is as hospitals are.
"""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Riyadh")
DAYS = 365
ANSWER_SHARE = 0.46
WORSE, RECOVERED = ("RWD", "W1"), ("NKH", "ER")

KIND_OF = {"ER": "ems", "W1": "inpatient", "W2": "inpatient", "DC": "day_case"}  # else opd
SHARES = {"ER": 30, "IM": 18, "PED": 16, "OBG": 12, "ORT": 11, "W1": 12, "W2": 9, "DC": 8}

# kind -> stage -> how often it happens, and after how many minutes from the stage before
PACE: dict[str, dict[str, tuple[float, float, float]]] = {
    "ems": {
        "ARRIVAL": (1, 0, 0),
        "TRIAGE": (0.97, 4, 22),
        "TREATMENT": (0.98, 15, 75),
        "LAB": (0.5, 25, 75),
        "RADIOLOGY": (0.35, 25, 100),
        "PHARMACY": (0.55, 8, 30),
        "DISCHARGE": (1, 25, 180),
    },
    "inpatient": {
        "ADMISSION": (1, 0, 0),
        "TRANSFER": (0.2, 90, 900),
        "LAB": (0.85, 60, 500),
        "RADIOLOGY": (0.45, 60, 600),
        "MEDICATION": (0.97, 45, 400),
        "DISCHARGE": (1, 1_200, 6_000),
    },
    "opd": {
        "BOOKING": (0.8, 0, 0),
        "REGISTRATION": (0.98, 0, 0),
        "LAB": (0.3, 20, 70),
        "RADIOLOGY": (0.18, 25, 95),
        "CONSULTATION": (1, 12, 55),
        "PHARMACY": (0.6, 8, 34),
    },
    "day_case": {
        "ADMISSION": (1, 0, 0),
        "PROCEDURE": (1, 50, 150),
        "RECOVERY": (0.95, 30, 100),
        "DISCHARGE": (1, 45, 150),
    },
}
HOURS = {"ems": (7, 26), "inpatient": (8, 21), "opd": (8, 19), "day_case": (6, 10)}  # local hours in which visits begin


def quality(hospital: str, place: str, share: float) -> float:
    """Give how good a visit is expected to be, 0 to 1, in a department at a share of the year."""
    if (hospital, place) == WORSE:
        return 0.82 - 0.44 * max(0.0, share - 0.66) / 0.34
    if (hospital, place) == RECOVERED:
        return 0.46 + 0.38 / (1 + math.exp(-14 * (share - 0.52)))
    base = {"ER": 0.69, "W1": 0.77, "W2": 0.77, "PED": 0.79, "DC": 0.83}.get(place, 0.755)
    return base + {"SHT": 0.03, "NKH": -0.01}.get(hospital, 0.0)


def slowness(hospital: str, place: str, share: float) -> float:
    """Give how much longer than usual a stage takes: what is bad is mostly slow."""
    return 1 + max(0.0, 0.8 - quality(hospital, place, share)) * 1.8


def minutes(rng: random.Random, low: float, high: float, slow: float) -> float:
    """Draw the minutes of a stage: mostly within its bounds, sometimes far above."""
    drawn = low + (high - low) * min(2.2, rng.lognormvariate(-0.75, 0.6))
    return drawn * slow


def start_of(rng: random.Random, kind: str, now: datetime) -> datetime:
    """Draw when a visit of the past year began: clinics are closed on Friday and quiet on Saturday."""
    while True:
        day = (now - timedelta(days=rng.uniform(1.2, DAYS))).astimezone(ZONE)
        if kind in ("opd", "day_case") and (day.weekday() == 4 or (day.weekday() == 5 and rng.random() < 0.6)):
            continue
        low, high = HOURS[kind]
        local = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=rng.uniform(low, high))
        if local < now - timedelta(days=1):
            return local.astimezone(now.tzinfo)


def share_of(at: datetime, now: datetime) -> float:
    """Give how far into the year an instant lies: 0 at its beginning, 1 now."""
    return max(0.0, 1 - (now - at) / timedelta(days=DAYS))
