"""What is made of the pictures: an index page, and contact sheets with many pages on one picture."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>PX360: every page</title><style>
body{font:14px system-ui;margin:24px;background:#eef1f3;color:#16212b}h2{font-size:15px;margin:28px 0 8px}
div{display:flex;gap:12px;flex-wrap:wrap;align-items:flex-start}figure{margin:0}
img{display:block;border:1px solid #ccd3d8;background:#fff}
figcaption{font-size:12px;color:#55626d;margin-top:2px}</style></head><body>"""


def write_index(folder: Path, titles: dict[str, str]) -> Path:
    """Write index.html: each page with its pictures side by side. `titles`: name of a page -> what stands above it."""
    parts = [HEAD, "<h1>PX360: every page</h1>"]
    for name, title in titles.items():
        parts.append(f"<h2>{html.escape(title)}</h2><div>")
        parts += [_figure(file.name, file.stem.removeprefix(f"{name}."), 300) for file in _pictures(folder, name)]
        parts.append("</div>")
    path = folder / "index.html"
    path.write_text("".join([*parts, "</body></html>"]), encoding="utf-8")
    return path


def _pictures(folder: Path, name: str) -> list[Path]:
    return sorted(folder.glob(f"{name}.*-*-*.png"))


def _figure(address: str, caption: str, width: int) -> str:
    picture = f'<a href="{address}"><img src="{address}" width="{width}" loading="lazy" alt=""></a>'
    return f"<figure>{picture}<figcaption>{html.escape(caption)}</figcaption></figure>"


def take_sheet(browser: Browser, pictures: Sequence[Path], file: Path, *, across: int = 3, width: int = 620) -> None:
    """Put pictures side by side on one, scaled to `width` pixels each."""
    page = browser.new_page(viewport={"width": across * (width + 12) + 48, "height": 800})
    try:
        figures = "".join(_figure(each.resolve().as_uri(), each.stem, width) for each in pictures)
        source = file.with_suffix(".sheet.html")
        source.write_text(f"{HEAD}<div>{figures}</div></body></html>".replace(' loading="lazy"', ""), encoding="utf-8")
        page.goto(source.resolve().as_uri(), wait_until="load")
        page.screenshot(path=file, full_page=True)
        source.unlink()
    finally:
        page.close()
