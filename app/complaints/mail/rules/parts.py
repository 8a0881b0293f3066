"""An e-mail taken apart: head, text in any charset, files; whatever is broken is read as far as it goes. Pure.

Python's tolerant reading (compat32) is used on purpose: the strict one raises for what real mail programs write.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import errors, message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses

from app.complaints.mail.rules.wording import MOST_SIGNS, text_of_html

MOST_PARTS, MOST_FILES, DEEPEST = 300, 25, 30
MOST_HEAD = 500
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,240}>")
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined"}
)  # slow, or not of mail
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, errors.MessageError)


class Unreadable(Exception):
    """Nothing can be made of these bytes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What an e-mail says. Texts are plain, without control characters; addresses are in small letters."""

    heads: dict[str, list[str]] = field(default_factory=dict)  # by name in small letters
    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()  # Message-IDs that it answers
    text: str = ""  # the whole of it
    files: tuple[tuple[str, bytes], ...] = ()
    files_left: tuple[str, ...] = ()  # names of files beyond the limit


def read_letter(raw: bytes) -> Letter:
    """Take an e-mail apart. Unreadable: not even its head can be read."""
    try:
        mail = message_from_bytes(raw)
        letter = _head(mail)
        text, files, left = _body(mail)
    except _BROKEN as problem:
        raise Unreadable(type(problem).__name__) from problem
    return Letter(
        heads=letter.heads,
        message_id=letter.message_id,
        sender=letter.sender,
        sender_name=letter.sender_name,
        subject=letter.subject,
        to=letter.to,
        answers=letter.answers,
        text=text,
        files=files,
        files_left=left,
    )


def head_of(raw: bytes) -> Letter:
    """Give the head of an e-mail alone; an empty one where nothing can be made of it."""
    head = re.split(rb"\r?\n\r?\n", raw[:1_000_000], maxsplit=1)[0] + b"\r\n\r\n"
    try:
        return _head(message_from_bytes(head))
    except _BROKEN:
        return Letter()


def body_of(raw: bytes) -> bytes:
    """Give everything after the head: what stays the same when a message is delivered twice."""
    parts = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)
    return parts[1] if len(parts) == 2 else b""


def as_plain_text(raw: bytes) -> Letter:
    """Give a letter whose text is the bytes as they are, for a person who decides about what no reader could take apart."""
    head = head_of(raw)
    return Letter(
        head.heads, head.message_id, head.sender, head.sender_name, head.subject, text=plain(decoded(raw))[:5000]
    )


def _head(mail: Message) -> Letter:
    heads: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        heads.setdefault(name.lower(), []).append(_unfolded(str(value)))
    name, sender = _address(heads.get("from", []))
    ids = MESSAGE_ID.findall(" ".join((*heads.get("in-reply-to", []), *heads.get("references", []))))
    own = MESSAGE_ID.findall(" ".join(heads.get("message-id", [])[:1]))
    to = [each for label in ("to", "cc", "delivered-to", "x-original-to") for each in heads.get(label, [])]
    return Letter(
        heads=heads,
        message_id=own[0] if own else "",
        sender=sender,
        sender_name=line(words_of(name))[:200],
        subject=line(words_of((heads.get("subject") or [""])[0]))[:MOST_HEAD],
        to=tuple(address.lower() for _name, address in getaddresses(to[:50]) if ADDRESS.fullmatch(address)),
        answers=tuple(dict.fromkeys(ids))[:50],
    )


def _address(values: Sequence[str]) -> tuple[str, str]:
    """Give name and address of the first sender; an address that could not be written into a head is none."""
    for name, address in getaddresses(list(values[:1]))[:1]:
        if (
            ADDRESS.fullmatch(address)
            and len(address) <= 254
            and "." in address.rpartition("@")[2]
            and address in values[0]
        ):
            return name, address.lower()
    return "", ""


def words_of(value: str) -> str:
    """Read a head's value with its encoded words (RFC 2047), in any charset; broken ones stay as they are."""
    try:
        found = decode_header(value)
    except _BROKEN:
        return value
    return "".join(each if isinstance(each, str) else decoded(each, charset or "") for each, charset in found)


def _unfolded(value: str) -> str:
    text = decoded(value.encode("utf-8", "surrogateescape"))
    return re.sub(r"[\r\n]+[ \t]*", " ", text)


def decoded(data: bytes, charset: str = "") -> str:
    """Decode bytes: as declared, else UTF-8, else windows-1256 where that gives Arabic; never refuses."""
    for name in (charset.strip().strip("\"'").lower(), "utf-8"):
        try:
            if name and name not in _NO_CHARSETS:
                return data.decode(name)
        except (LookupError, ValueError):
            continue
    arabic = data.decode("cp1256", "replace")
    if _ARABIC.search(arabic):
        return arabic
    return data.decode("latin-1")


def plain(text: str) -> str:
    """Give text with plain line ends and without control characters."""
    flat = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in flat if sign in "\n\t\u200c\u200d" or sign.isprintable())


def line(text: str) -> str:
    """Give one line."""
    return " ".join(plain(text).split())


def _body(mail: Message) -> tuple[str, tuple[tuple[str, bytes], ...], tuple[str, ...]]:
    texts: list[str] = []
    files: list[tuple[str, bytes]] = []
    left: list[str] = []
    for part in _leaves(mail, 0):
        if _is_text(part):
            texts.append(_text_of(part))
            continue
        name = _name_of(part)
        data = _bytes_of(part)
        if len(files) >= MOST_FILES:
            left.append(name)
        elif data:
            files.append((name, data))
    text = "\n\n".join(each for each in texts if each.strip())
    return text[:MOST_SIGNS], tuple(files), tuple(left)


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    """Give the parts that hold something, of each choice of texts only one, those within attached messages too."""
    if depth > DEEPEST:
        return
    payload = part.get_payload()
    if not isinstance(payload, list):
        yield part
        return
    children = [each for each in payload[:MOST_PARTS] if isinstance(each, Message)]
    if part.get_content_subtype() == "alternative":
        children = [_best(children)] if children else []
    for child in children:
        yield from _leaves(child, depth + 1)


def _best(choices: list[Message]) -> Message:
    """Of a choice of the same text the plain one where it says something, else the last: the richest."""
    for each in choices:
        if each.get_content_type() == "text/plain" and _text_of(each).strip():
            return each
    return choices[-1]


def _is_text(part: Message) -> bool:
    named = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    return part.get_content_type() in ("text/plain", "text/html") and not named


def _text_of(part: Message) -> str:
    text = decoded(_bytes_of(part), _charset_of(part))
    return plain(text_of_html(text) if part.get_content_type() == "text/html" else text)


def _charset_of(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except _BROKEN:
        return ""


def _bytes_of(part: Message) -> bytes:
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        return _from_base64(part.get_payload())
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _from_base64(text: object) -> bytes:
    """Decode what is there, also where signs are missing or strange ones stand between."""
    signs = re.sub(r"[^A-Za-z0-9+/]", "", text if isinstance(text, str) else "")
    signs = signs[:-1] if len(signs) % 4 == 1 else signs
    return b64decode(signs + "=" * (-len(signs) % 4))


def _name_of(part: Message) -> str:
    try:
        found = part.get_filename() or ""
    except _BROKEN:
        found = ""
    return line(words_of(collapse_rfc2231_value(found)))[:200] or "file"
