"""`page`: the way to fetch HTML in a test; the house rules of a page are looked at each time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

from app.core.i18n import direction

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
NEED_LABEL = frozenset({"input", "select", "textarea"})
NEED_NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass
class Outline(HTMLParser):
    """What the rules ask of a page: its elements in order, and for forms and labels what stands inside."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    title: str = ""
    inline: list[str] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    controls: list[tuple[dict[str, str], bool]] = field(default_factory=list)  # attributes, inside a label
    forms: list[dict[str, str]] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)  # for each form how many CSRF tokens it holds

    def __post_init__(self) -> None:
        """Begin the parser."""
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag == "form":
            self.forms.append(given)
            self.tokens.append(0)
        if tag == "input" and given.get("name") == "csrf_token" and any(name == "form" for name, _ in self.open):
            self.tokens[-1] += 1
        if tag in NEED_LABEL and given.get("type") not in NEED_NO_LABEL:
            self.controls.append((given, any(name == "label" for name, _ in self.open)))
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those that nobody closed inside it."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note the title, and what stands inside scripts and styles."""
        inside, given = self.open[-1] if self.open else ("", {})
        if inside == "title" and not any(name == "svg" for name, _ in self.open):
            self.title += data
        if inside == "style" or (inside == "script" and given.get("type") != "application/json"):
            self.inline += [inside] if data.strip() else []


def house_rules(html: str, *, language: str) -> list[str]:
    """List what a page breaks of the house rules (conventions, section 6), as sentences that say what to do."""
    page = Outline()
    page.feed(html)
    page.close()
    return [*_head(page, language), *_names(page), *_forms(page), *_policy(page)]


def _head(page: Outline, language: str) -> list[str]:
    root = next((given for tag, given in page.elements if tag == "html"), {})
    headings = sum(tag == "h1" for tag, _ in page.elements)
    found = []
    if not page.title.strip() or page.title.strip() == "PX360":
        found.append("the page needs a title of its own")
    if root.get("lang") != language or root.get("dir") != direction(language):
        found.append(f"html says lang={root.get('lang')} dir={root.get('dir')} on a page in {language}")
    if headings != 1:
        found.append(f"{headings} h1 on the page; one is right")
    return found


def _names(page: Outline) -> list[str]:
    ids = Counter(given["id"] for _, given in page.elements if "id" in given)
    found = [f"the id {name!r} stands there {count} times" for name, count in ids.items() if count > 1]
    for given, inside in page.controls:
        has_name = given.get("aria-label") or given.get("aria-labelledby") in ids or given.get("id") in page.labelled
        if not (inside or has_name):
            found.append(f"the field {given.get('name') or given.get('id')!r} needs a label")
    return found


def _forms(page: Outline) -> list[str]:
    return [
        f"the form to {given.get('action') or 'this page'} needs one CSRF token and has {count}"
        for given, count in zip(page.forms, page.tokens, strict=True)
        if given.get("method", "get").lower() == "post" and count != 1
    ]


def _policy(page: Outline) -> list[str]:
    found = [f"inline {tag}: the content security policy refuses it" for tag in page.inline]
    for tag, given in page.elements:
        found += [f"<{tag} {name}>: use a class or a script of ours" for name in given if _is_refused(name)]
    return found


def _is_refused(attribute: str) -> bool:
    return attribute == "style" or (attribute.startswith("on") and attribute.isalpha()) or attribute.startswith("hx-on")


@dataclass
class Pages:
    """A person's browser, which holds every page against the house rules. `csrf_free`: pages whose link is the credential."""

    client: FlaskClient
    language: str = "en"

    def get(self, address: str, *, status: int = 200, csrf: bool = True, **more: Any) -> str:
        """Give the HTML of a page. Fails with what the page breaks."""
        self.client.set_cookie("px_lang", self.language)
        answer = self.client.get(address, **more)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        broken = house_rules(answer.text, language=self.language)
        broken = [each for each in broken if csrf or "CSRF" not in each]
        assert broken == [], f"{address} in {self.language}: " + "; ".join(broken)
        return answer.text
