"""Fields encrypted at rest (raw hospital messages, provider secrets, second-factor seeds): AES-256-GCM with a key id."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

NONCE_BYTES = 12


class Undecipherable(Exception):
    """The key of this field is not in the key ring any more, or the bytes were changed."""


def _ring() -> Mapping[str, bytes]:
    ring: Mapping[str, bytes] = current_app.config["FIELD_KEYS"]
    return ring


def current_key_id() -> str:
    """Name the key that encrypts now: the first of the ring."""
    return next(iter(_ring()))


def encrypt(plain: bytes, *, context: str) -> bytes:
    """Encrypt a field. `context` (table and column) is bound in, so that bytes can not be moved elsewhere."""
    key_id = current_key_id()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_ring()[key_id]).encrypt(nonce, plain, context.encode())
    name = key_id.encode("ascii")
    return bytes([len(name)]) + name + nonce + sealed


def decrypt(stored: bytes, *, context: str) -> bytes:
    """Give the plain bytes back. Raises Undecipherable."""
    key_id, rest = _split(stored)
    key = _ring().get(key_id)
    if key is None:
        raise Undecipherable(f"the key {key_id} is not in PX360_FIELD_KEY")
    try:
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
    except InvalidTag as problem:
        raise Undecipherable("the stored bytes were changed") from problem


def key_id_of(stored: bytes) -> str:
    """Name the key with which a field was encrypted, for the rotation command."""
    return _split(stored)[0]


def _split(stored: bytes) -> tuple[str, bytes]:
    length = stored[0]
    return stored[1 : 1 + length].decode("ascii"), stored[1 + length :]
