"""`python -m devstack.guard FOLDER`: outlives a killed test run by a moment, to end its servers and remove its folder.

Reads the numbers of processes to end from its standard input, which closes when the test run is gone.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from devstack.processes import Known, end, remember
from devstack.servers import end_orphaned_postgres


def main(folder: Path) -> None:
    """Wait for the end of the test run, then clean up."""
    watched: list[Known] = [remember(int(line)) for line in sys.stdin]
    for known in watched:
        end(known, patience=5)
    end_orphaned_postgres(folder / "pg")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
