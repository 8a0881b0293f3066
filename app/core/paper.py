"""Pages as PDF: right in Arabic (shaping, direction, page numbers), from our own templates and fonts, without the network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import current_app


class NoPaper(RuntimeError):
    """This machine lacks the libraries that draw text on paper (libpango); the same page can be printed from a browser."""


def pdf_of(html: str) -> bytes:
    """Give a whole HTML page as PDF/UA-tagged bytes; an address that is no file of our static folder is not read.

    Raises NoPaper where the machine lacks libpango. Takes a second for its first use in a process: for jobs, not for requests.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as problem:
        raise NoPaper(str(problem)) from problem
    root = Path(current_app.static_folder or "").resolve()

    class OwnFiles(URLFetcher):
        """Gives files of the static folder and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = Path(re.sub(r"[?#].*", "", url).removeprefix("file://")).resolve()
            if not url.startswith("file://") or not path.is_relative_to(root):
                raise ValueError(f"not ours: {url[:80]}")
            return super().fetch(url, headers)

    page = HTML(string=html, base_url=f"file://{root}/", url_fetcher=OwnFiles(allowed_protocols=["file"]))
    return bytes(page.write_pdf(pdf_tags=True) or b"")
