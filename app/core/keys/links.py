"""Links in messages: the token is derived again by HMAC from a key, a purpose and the link row's handle; none is stored.

Token = handle (8 characters of base32, 40 bits, unique, no secret) + 128-bit MAC (22 characters of base64url) = 30
characters, so that host and token fit the 40 characters of product.md section 7.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from flask import current_app

HANDLE_BYTES = 5
MAC_BYTES = 16  # 128 bits that nobody can guess


def new_handle() -> str:
    """Make the short public handle of a link row: 40 random bits, unique in its table, no secret."""
    return base64.b32encode(secrets.token_bytes(HANDLE_BYTES)).decode("ascii").lower()


def token_for(purpose: str, handle: str) -> str:
    """Derive the token of a link: handle and MAC, 30 characters. The same each time, so that nothing plain is stored."""
    return handle + base64.urlsafe_b64encode(_mac(purpose, handle)).decode("ascii").rstrip("=")


def handle_of(purpose: str, token: str) -> str | None:
    """Give the handle that a token proves, or None when the token is not ours (compared in constant time)."""
    handle = token[:8]
    if len(token) != 30 or not token.isascii():
        return None
    return handle if hmac.compare_digest(token_for(purpose, handle), token) else None


def _mac(purpose: str, handle: str) -> bytes:
    key: bytes = current_app.config["LINK_KEY"]
    return hmac.new(key, f"{purpose}:{handle}".encode(), hashlib.sha256).digest()[:MAC_BYTES]


def keyed_digest(purpose: str, data: bytes) -> bytes:
    """Digest `data` so that equal inputs can be found without storing them (a phone across hospitals, a raw message)."""
    key: bytes = current_app.config["LINK_KEY"]
    return hmac.new(key, purpose.encode() + b"\0" + data, hashlib.sha256).digest()
