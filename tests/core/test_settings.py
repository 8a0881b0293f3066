"""Settings: what is missing is named, and production refuses toys."""

from __future__ import annotations

import base64

import pytest

from app.settings import SettingsError, from_environment

KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "PX360_ENV": "production",
    "DATABASE_URL": "postgres://app@db/px360",
    "REDIS_URL": "redis://cache/0",
    "PX360_SECRET_KEY": "x" * 40,
    "PX360_AUDIT_KEY": KEY,
    "PX360_LINK_KEY": KEY,
    "PX360_FIELD_KEY": f"k2:{KEY},k1:{KEY}",
}


@pytest.mark.parametrize("name", [name for name in GOOD if name != "PX360_ENV"])
def test_a_missing_secret_stops_the_start_and_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_environment({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(("name", "value"), [("PX360_CLOCK_FILE", "/clock"), ("SIMULATOR_URL", "http://toy")])
def test_production_refuses_a_moved_clock_and_the_simulator(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_environment({**GOOD, name: value})
    assert from_environment({**GOOD, name: value, "PX360_ENV": "development"}).env == "development"


@pytest.mark.parametrize("key", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match="PX360_AUDIT_KEY"):
        from_environment({**GOOD, "PX360_AUDIT_KEY": key})


def test_the_first_field_key_encrypts_and_addresses_get_the_driver() -> None:
    found = from_environment(GOOD)
    assert list(found.field_keys) == ["k2", "k1"]
    assert found.database_url.startswith("postgresql+psycopg://")
    assert KEY not in repr(found)
