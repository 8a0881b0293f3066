"""`python -m simulator`: starts the simulator on the ports that the environment names."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from simulator.mail import serve
from simulator.store import Store
from simulator.web import create


def main() -> None:
    """Run until told to stop."""
    if os.environ.get("PX360_ENV", "production") == "production":
        sys.exit("The simulator is refused in production.")
    folder = Path(os.environ.get("PX360_DATA_DIR", "var"))
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder / "simulator.sqlite")
    mail = serve(store, int(os.environ.get("SIMULATOR_SMTP_PORT", "8362")))
    port = urlsplit(os.environ.get("SIMULATOR_URL", "http://127.0.0.1:8361")).port or 8361
    try:
        make_server("127.0.0.1", port, create(store), threaded=True).serve_forever()
    finally:
        mail.stop()


if __name__ == "__main__":
    main()
