"""The tables that govern the product, printed for the docs: access matrix, workflows, periodic jobs, events."""

from __future__ import annotations

from collections.abc import Callable

from app.core.access.actor import LEVEL, Role
from app.core.access.policy import grants
from app.core.events.kinds import all_subscriptions
from app.core.jobs.periodic import PERIODIC
from app.core.workflow import WORKFLOWS

NOTE = "Written by `flask px360 docs` from the tables in the code; a test compares."


def access_matrix() -> str:
    """Give permission x role -> scope."""
    roles = [*LEVEL, Role.SOURCE_SYSTEM]
    lines = ["# Access matrix", "", NOTE, "", "| permission | " + " | ".join(roles) + " |"]
    lines.append("|---|" + "---|" * len(roles))
    for permission, by_role in sorted(grants().items()):
        lines.append(f"| `{permission}` | " + " | ".join(str(by_role.get(role, "")) for role in roles) + " |")
    return "\n".join(lines) + "\n"


def workflows() -> str:
    """Give every transition table as a diagram."""
    lines = ["# Workflows", "", NOTE, ""]
    for name, workflow in sorted(WORKFLOWS.items()):
        lines += [f"## {name}", "", "```mermaid", workflow.diagram(), "```", ""]
    return "\n".join(lines)


def periodic_jobs() -> str:
    """Give the table of periodic jobs."""
    lines = ["# Periodic jobs", "", NOTE, "", "| job | every | what for |", "|---|---|---|"]
    lines += [
        f"| `{line.name}` | {line.every_seconds} s | {line.purpose} |" for _name, line in sorted(PERIODIC.items())
    ]
    return "\n".join(lines) + "\n"


def events() -> str:
    """Give who listens to which event."""
    lines = ["# Events and who listens", "", NOTE, "", "| event | handlers |", "|---|---|"]
    lines += [
        f"| `{kind}` | {', '.join(f'`{name}`' for name in names)} |" for kind, names in all_subscriptions().items()
    ]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "access-matrix.md": access_matrix,
    "workflows.md": workflows,
    "periodic-jobs.md": periodic_jobs,
    "events.md": events,
}
