"""What a data folder remembers: ports, passwords, keys, and which processes run on it."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from devstack.binaries import may_enter
from devstack.processes import ROOT, Known, remember
from devstack.servers import HOST, free_port

WEB_PORT = 8360
SYSTEM_HOME = Path("/var/lib/px360")
PORTS = {"postgres": 0, "redis": 0, "web": WEB_PORT, "simulator": 8361, "smtp": 8362, "mllp": 8363}
KEYS = ("PX360_AUDIT_KEY", "PX360_LINK_KEY", "PX360_FIELD_KEY")
OUTSIDE = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


@dataclass(slots=True)
class State:
    """Everything about one installation on this machine; kept in a file that only its owner reads."""

    ports: dict[str, int] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    demos: dict[str, str] = field(default_factory=dict)  # database -> "loading" or "loaded"
    schemas: dict[str, str] = field(default_factory=dict)  # database -> how the last upgrade left it (schema.mark_of)
    pids: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def web_port(self) -> int:
        """Where the portal answers."""
        return self.ports["web"]

    def known(self) -> dict[str, Known]:
        """Give the processes that a run noted, in the order of their start."""
        return {name: Known(int(pid), started) for name, (pid, started) in self.pids.items()}


def data_dir() -> Path:
    """Give the data folder: PX360_DATA_DIR, `var/` of the checkout, or for root a place that nobody may enter too."""
    given = os.environ.get("PX360_DATA_DIR")
    if given:
        return Path(given).resolve()
    return _system_home(ROOT) if os.geteuid() == 0 else ROOT / "var"


def servers_dir(folder: Path) -> Path:
    """Give the folder of PostgreSQL's data: in the data folder, unless the servers' user cannot enter that."""
    return folder if may_enter(folder) else _system_home(folder)


def _system_home(of: Path) -> Path:
    return SYSTEM_HOME / sha256(str(of).encode()).hexdigest()[:10]


def make_folders(folder: Path) -> None:
    """Make the data folder: private, but root's may be passed through by the servers' user."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for path in (folder, servers_dir(folder)):
        for each in (*reversed(path.parents), path):
            if not each.exists():
                each.mkdir()
                each.chmod(mode)
        path.chmod(mode)
    (folder / "logs").mkdir(exist_ok=True)


def load(folder: Path) -> State:
    """Read the state of a data folder, or begin one with fresh secrets."""
    path = folder / "state.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    state = State(**{name: value for name, value in known.items() if name in State.__slots__})
    state.pids = {name: noted for name, noted in state.pids.items() if isinstance(noted, list)}
    for name in ("superuser", "owner", "app"):
        state.passwords.setdefault(name, secrets.token_urlsafe(24))
    for name in KEYS:
        state.keys.setdefault(name, base64.b64encode(secrets.token_bytes(32)).decode())
    state.keys.setdefault("PX360_SECRET_KEY", secrets.token_hex(32))
    return state


def save(folder: Path, state: State) -> None:
    """Write the state at once or not at all, readable by its owner only."""
    fresh = folder / "state.json.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(0o600)
    fresh.write_text(json.dumps(asdict(state), indent=1))
    fresh.replace(folder / "state.json")


def note_pid(folder: Path, state: State, name: str, pid: int) -> None:
    """Remember a process, so that the next start finds it if this run is killed."""
    known = remember(pid)
    state.pids[name] = (known.pid, known.started)
    save(folder, state)


def choose_ports(state: State) -> list[str]:
    """Keep the ports of before where they are free, else take others; gives a sentence for each that moved."""
    said = []
    wishes = {**PORTS, **state.ports}
    if os.environ.get("PX360_PORT"):
        wishes["web"] = int(os.environ["PX360_PORT"])
    for name, wish in wishes.items():
        state.ports[name] = free_port(wish or None)
        if wish and state.ports[name] != wish:
            said.append(f"Port {wish} is busy: {name} uses port {state.ports[name]} instead.")
    return said


def environment(folder: Path, state: State) -> dict[str, str]:
    """Give the environment of every process. Outside servers and keys given by the caller go before our own."""
    server = f"{HOST}:{state.ports['postgres']}"
    ours = {
        "DATABASE_URL": f"postgresql://px360_app:{state.passwords['app']}@{server}/px360",
        "DATABASE_OWNER_URL": f"postgresql://px360_owner:{state.passwords['owner']}@{server}/px360",
        "REDIS_URL": f"redis://{HOST}:{state.ports['redis']}/0",
        **state.keys,
    }
    given = {name: os.environ[name] for name in ours if os.environ.get(name)}
    if "DATABASE_URL" in given:
        given.setdefault("DATABASE_OWNER_URL", given["DATABASE_URL"])
    fixed = {
        "PX360_ENV": "development",
        "PX360_DATA_DIR": str(folder),
        "PX360_BASE_URL": f"http://{HOST}:{state.web_port}",
        "PX360_CLOCK_FILE": str(folder / "clock"),
        "SIMULATOR_URL": f"http://{HOST}:{state.ports['simulator']}",
        "PX360_WEBHOOK_NETWORKS": f"{HOST}/32",  # the simulator also plays a receiver of webhooks
        "SIMULATOR_SMTP_PORT": str(state.ports["smtp"]),
        "PX360_MLLP_PORT": str(state.ports["mllp"]),
    }
    return {**os.environ, **ours, **given, **fixed}
