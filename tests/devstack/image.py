"""What a Dockerfile says, read without an engine: its stages, their copies, and the tree that the last one ends with."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from devstack.processes import ROOT

WORKDIR = "/srv/px360"


@dataclass(frozen=True)
class Copy:
    """One COPY line: where from (a stage, or the checkout), what, and to where."""

    stage: str | None
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Stage:
    """One stage: its base image, its name, and its instructions in order."""

    base: str
    name: str
    instructions: tuple[tuple[str, str], ...]

    def values(self, word: str) -> list[str]:
        """Give the arguments of every instruction of a kind."""
        return [text for each, text in self.instructions if each == word]

    def copies(self) -> list[Copy]:
        """Give the COPY lines."""
        found = []
        for text in self.values("COPY"):
            words = text.split()
            stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
            found.append(Copy(stage, tuple(words[:-1]), words[-1]))
        return found

    def command(self, word: str) -> list[str]:
        """Give the JSON words of CMD or of the HEALTHCHECK's CMD."""
        text = self.values(word)[-1]
        words: list[str] = json.loads(text[text.index("[") :])
        return words


def stages(path: Path) -> list[Stage]:
    """Read a Dockerfile."""
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE))
    found: list[Stage] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name, ()))
        else:
            last = found.pop()
            found.append(Stage(last.base, last.name, (*last.instructions, (word, " ".join(rest.split())))))
    return found


def lay_out(folder: Path) -> None:
    """Put the checkout's files where the final stage has them, resolving copies from the build stage by their names."""
    *_, final = stages(ROOT / "deploy" / "Dockerfile")
    for copy in final.copies():
        for source in copy.sources:
            name = source.removeprefix(f"{WORKDIR}/")
            if name.startswith("/"):
                continue  # the virtual environment
            target = folder / (Path(name).name if copy.target == "./" else copy.target)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
            else:
                shutil.copyfile(ROOT / name, target)
