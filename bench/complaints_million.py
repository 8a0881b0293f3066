"""Complaints at 1,000,000 against 50,000: list, case and tabs must not follow what is stored (aim: at most 1.3x each).

Both databases stand side by side and are asked in turns. Filling takes some minutes. The sweep is measured the same way
by `bench.sla_sweep`: 100 due among 1,000,000 clocks against 100 among 10,000.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from bench.complaints import COUNT, Pages
from bench.database import application

LARGE = 1_000_000
WORDS = 6  # of each complaint in both, so that filling takes minutes: none of these pages looks into texts
ROUNDS = 31
AIM = 1.3
PAGES = ("list", "deep", "case")
TABS = "tabs"


def main() -> int:
    """Measure and print; the exit code says whether the aim was met by each."""
    with application() as few, application() as many:
        asked = [_ways(Pages(app, count, WORDS)) for app, count in ((few, COUNT), (many, LARGE))]
        print(f"{'':8}{COUNT:>14,}{LARGE:>14,}  medians of {ROUNDS} in turns, ms")
        ratios = {name: _compare(name, asked[0][name], asked[1][name]) for name in asked[0]}
    worst = max(ratios, key=lambda name: ratios[name])
    print(f"complaints, {LARGE:,} against {COUNT:,}: at most x{ratios[worst]:.2f}, by {worst} (aim {AIM})")
    return 0 if ratios[worst] <= AIM else 1


def _ways(pages: Pages) -> dict[str, Callable[[], object]]:
    ways: dict[str, Callable[[], object]] = {name: lambda name=name: pages.ask(name) for name in PAGES}  # type: ignore[misc]
    return {**ways, TABS: lambda: _tabs(pages)}


def _tabs(pages: Pages) -> dict[str, int]:
    """Count the tabs as the queue's page does."""
    from app.complaints import queue
    from app.core.access.actor import acting_as, system_actor

    with pages.app.app_context(), acting_as(system_actor("measure")) as actor:
        return queue.tab_counts(actor=actor)


def _compare(name: str, small: Callable[[], object], large: Callable[[], object]) -> float:
    spans: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 3):
        for ask, kept in zip((small, large), spans, strict=True):
            begun = time.perf_counter()
            ask()
            if turn >= 3:  # the first fill caches
                kept.append((time.perf_counter() - begun) * 1000)
    before, after = (statistics.median(each) for each in spans)
    print(f"{name:8}{before:14.1f}{after:14.1f}  x{after / before:.2f}", flush=True)
    return after / before


if __name__ == "__main__":
    raise SystemExit(main())
