"""The environment of the templates: Jinja's, with globals that are compared at once.

Each `import` in a template asks which globals of its own that template has. Jinja goes through the shared ones in Python to
find out; a queue imports fifteen times.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment


class _Globals(ChainMap[str, Any]):
    """The globals of one template before the shared ones, all of which stay as they change."""

    def keys(self) -> set[str]:  # type: ignore[override]
        """Give all names, as a set."""
        return set().union(*self.maps)


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Put the globals of one template before the shared ones."""
        return _Globals({} if d is None else d, self.globals)


def init_app(app: Flask) -> None:
    """Let the application's templates stand in it; before anything asks for its environment."""
    app.jinja_environment = _Environment
