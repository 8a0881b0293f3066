"""The image's health check: asks this container's web process whether it can serve, as the proxy would ask it."""

from __future__ import annotations

import http.client
import os
import sys


def is_ready(port: int, host_name: str) -> bool:
    """Tell whether /health/ready/ answers 200 to a request for `host_name`."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        line.request("GET", "/health/ready/", headers={"Host": host_name, "X-Forwarded-Proto": "https"})
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


if __name__ == "__main__":
    names = os.environ.get("PX360_TRUSTED_HOSTS", "").split(",")
    sys.exit(0 if is_ready(int(os.environ.get("PX360_PORT", "8000")), names[0].strip() or "127.0.0.1") else 1)
