"""The environment of the templates: Jinja's, with globals that are compared at once, and compiled once by a machine.

Each `import` in a template asks which globals of its own that template has. Jinja goes through the shared ones in Python to
find out; a queue imports fifteen times.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import jinja2
from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache


class _Globals(ChainMap[str, Any]):
    """The globals of one template before the shared ones, all of which stay as they change."""

    def keys(self) -> set[str]:  # type: ignore[override]
        """Give all names, as a set."""
        return set().union(*self.maps)


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Put the globals of one template before the shared ones."""
        return _Globals({} if d is None else d, self.globals)


class _Compiled(FileSystemBytecodeCache):
    """Templates that any process of this machine and user has compiled: all of them cost three seconds, and 0.1 s from here.

    They lie in a folder of the system's for temporary files that nobody else may enter.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template; where there is no room, the next process compiles it again."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    try:
        return _Compiled(pattern=f"px360_{jinja2.__version__}_%s.cache")
    except (OSError, RuntimeError):  # no folder that is ours alone
        return None


def init_app(app: Flask) -> None:
    """Let the application's templates stand in it; before anything asks for its environment."""
    app.jinja_environment = _Environment
    # not optimized: what a filter gives would stay in the compiled template after the filter was changed
    app.jinja_options = {**app.jinja_options, "bytecode_cache": _compiled(), "optimized": False}
