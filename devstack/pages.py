"""The pages of the portal, found by its own routes: every GET rule without an id is opened, every other by a link of a page.

Pictures, the accessibility check and the guards of pages use it, so that a new page is looked at without being listed anywhere.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect, Rule

LINK = re.compile(r'\s(?:href|hx-get)="(/[^"#]*)')
NO_PAGES = ("/api/", "/static/", "/webhooks/", "/live", "/health/live/", "/health/ready/")
PATIENT_PAGES = ("/s/", "/c/", "/x/")  # they speak the language of their address and carry no session
TRIES = 4  # links of one rule that are tried until one answers with a page


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of opening an address."""

    status: int
    content_type: str
    text: str

    @property
    def is_page(self) -> bool:
        """Whether a whole HTML page came, not a fragment, a file or a refusal."""
        return self.status == 200 and self.content_type.startswith("text/html") and "<html" in self.text


@dataclass(slots=True)
class Found:
    """Endpoint -> one address that answers with a page, and the endpoints that answered with something else."""

    pages: dict[str, str] = field(default_factory=dict)
    others: dict[str, Answer] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)


def walk(app: Flask, open_address: Callable[[str], Answer], starts: Iterable[str] = ()) -> Found:
    """Open the application from its routes and the links of its pages. `starts`: addresses to which no page links.

    One page of each endpoint is looked at; further ones only while an endpoint is still unseen, to which they may link.
    """
    adapter = app.url_map.bind("localhost")
    waiting = deque([*starts, *(rule.rule for rule in page_rules(app) if not rule.arguments)])
    found, tries, spare = Found(), dict[str, int](), deque[str]()
    found.unseen = {rule.endpoint for rule in page_rules(app)}
    while waiting or (spare and found.unseen):
        is_spare = not waiting
        address = spare.popleft() if is_spare else waiting.popleft()
        endpoint = endpoint_of(adapter, address)
        if endpoint is None or tries.get(endpoint, 0) >= TRIES or address == found.pages.get(endpoint):
            continue
        if endpoint in found.pages and not is_spare:
            spare.append(address)
            continue
        tries[endpoint] = tries.get(endpoint, 0) + 1
        found.unseen.discard(endpoint)
        answer = open_address(address)
        if answer.is_page:
            found.pages.setdefault(endpoint, address)
            found.others.pop(endpoint, None)
            waiting.extend(links_of(answer.text))
        elif endpoint not in found.pages:
            found.others[endpoint] = answer
    return found


def page_rules(app: Flask) -> list[Rule]:
    """List the rules that may answer a person's GET."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [rule for rule in rules if rule.rule == "/api/docs/" or not rule.rule.startswith(NO_PAGES)]


def endpoint_of(adapter: MapAdapter, address: str) -> str | None:
    """Give the endpoint that answers an address by GET; None when it is no page of the portal."""
    path = address.partition("?")[0]
    if path.startswith(NO_PAGES) and path != "/api/docs/":
        return None
    try:
        return str(adapter.match(path, method="GET")[0])
    except (HTTPException, RequestRedirect):
        return None


def links_of(text: str) -> list[str]:
    """List the addresses of this site to which a page links, in order, each once."""
    return list(dict.fromkeys(html.unescape(found) for found in LINK.findall(text)))
