"""PX360: the patient-experience portal of a hospital group."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from apiflask import APIFlask

from app.settings import Settings, from_environment

ROOT = Path(__file__).resolve().parent.parent

# low to high: a domain may import only what stands above it in this list
DOMAINS = (
    "organizations",
    "accounts",
    "notifications",
    "journeys",
    "surveys",
    "complaints",
    "px_action_center",
    "integrations",
    "portal",
)


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the application: settings, core, then each domain's `register(app)`; refuses to start with a silent route."""
    settings = settings or from_environment()
    with _nothing_collected():
        return _created(settings)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Let no garbage be looked for inside the block: a boot makes some 350,000 objects, and they stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _created(settings: Settings) -> APIFlask:
    app = APIFlask(
        "app",
        title="PX360",
        version="1.0",
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=str(ROOT / "static"),
        template_folder=str(ROOT / "templates"),
    )
    _configure(app, settings)

    from app.core import setup

    setup.init_app(app, settings)
    for name in DOMAINS:
        import_module(f"app.{name}").register(app)
    setup.finish(app)
    return app


def _configure(app: APIFlask, settings: Settings) -> None:
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 8, "max_overflow": 8, "pool_recycle": 1800},
        REDIS_URL=settings.redis_url,
        DATA_DIR=str(settings.data_dir),
        SCANNER_URL=settings.scanner_url,
        AUDIT_KEY=settings.audit_key,
        LINK_KEY=settings.link_key,
        FIELD_KEYS=settings.field_keys,
        BASE_URL=settings.base_url,
        SHORT_URL=settings.short_url,
        TRANSLATIONS=ROOT / "translations",
        TRUSTED_HOST_NAMES=settings.trusted_hosts,
        SESSION_COOKIE_NAME="px360",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_ENABLED=True,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # tokens live as long as the session
        MAX_CONTENT_LENGTH=26 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        JSON_SORT_KEYS=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        OPENAPI_VERSION="3.1.0",
        TEMPLATES_AUTO_RELOAD=settings.env == "development",
    )
