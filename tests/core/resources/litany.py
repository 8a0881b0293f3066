"""The litany of a resource: its routes with the people whom each lets in, declared in one line per resource."""

from __future__ import annotations

PAGES_READ = ("listed", "show", "history")
PAGES_WRITE = ("new", "create", "save", "archive", "restore", "export")
IMPORT = ("upload", "upload_now", "headings", "run", "confirm")
API_READ = ("listed", "read")
API_WRITE = ("create", "replace", "change", "archive", "restore")


def resource_litany(
    path: str,
    *,
    reads: frozenset[str],
    writes: frozenset[str],
    panel: frozenset[str] | None = None,
    imports: bool = True,
) -> dict[str, frozenset[str]]:
    """Give endpoint -> people for every route of one resource. `panel`: who opens its pages; else who writes."""
    doors = dict.fromkeys((f"admin_{path}.{name}" for name in PAGES_READ), writes if panel is None else panel)
    doors |= dict.fromkeys((f"admin_{path}.{name}" for name in PAGES_WRITE + (IMPORT if imports else ())), writes)
    doors[f"admin_{path}.options"] = reads
    doors |= dict.fromkeys((f"{path}_api.{name}" for name in API_READ), reads)
    doors |= dict.fromkeys((f"{path}_api.{name}" for name in API_WRITE), writes)
    return doors
