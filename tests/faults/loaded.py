"""What every process of a stack needs, loaded once: modules, and what a first application prepares for all later ones."""

import gc
from importlib import import_module

from app import create_app
from app.settings import from_environment
from devstack.check import NO_SERVERS

for name in ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "rq.cron", "simulator.web"):
    import_module(name)

create_app(from_environment(NO_SERVERS))
gc.freeze()
