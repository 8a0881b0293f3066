"""The packages are pinned with hashes, and the tree holds no secret."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bEAA[A-Za-z0-9]{60,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|\bPX360_(?:SECRET|AUDIT|LINK|FIELD)_KEY\s*[=:]\s*['\"]?[A-Za-z0-9+/]{40,}"
)


@pytest.mark.parametrize("name", ["requirements.lock", "deploy/requirements.lock"])
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"))
    packages = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]
    loose = [
        block.splitlines()[0] for block in packages if "==" not in block.split("\n")[0] or "--hash=sha256:" not in block
    ]
    assert len(packages) > 30 and loose == []


def test_no_secret_stands_in_the_tree() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            hit = SECRETS.search(path.read_text(encoding="utf-8", errors="ignore"))
            if hit is not None:
                found.append(f"{name}: {hit.group()[:12]}...")
    assert found == []


@pytest.mark.parametrize(
    "text", ["-----BEGIN RSA " + "PRIVATE KEY-----", "AKIA" + "A" * 16, "PX360_LINK_KEY=" + "A" * 43 + "="]
)
def test_the_search_would_find_one(text: str) -> None:
    assert SECRETS.search(text)
