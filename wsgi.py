"""The WSGI entry: `gunicorn wsgi:app`."""

import gc

from app import create_app

app = create_app()
gc.freeze()  # what a boot made stays: no later look for garbage passes over it, and forked processes go on sharing it
