"""Uploaded files: type sniffed against a list, bounded, hashed, kept outside the web root, read only through a permission check."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype
from flask import current_app
from flask_babel import lazy_gettext as _l

from app.core.db.ids import uuid7
from app.core.errors import Invalid

MEGABYTE = 1024 * 1024
TABLES: frozenset[str] = frozenset({"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at rest: where it lies (relative to the data folder), what it is, and its SHA-256."""

    path: str
    media_type: str
    size: int
    sha256: str


def store(stream: BinaryIO, *, folder: str, allowed: frozenset[str], most: int = 25 * MEGABYTE) -> StoredFile:
    """Keep an upload. Raises Invalid when it is too large, empty, or not of an allowed type whatever its name says."""
    stream.seek(0)  # a command that begins again has read it already
    data = stream.read(most + 1)
    if not data:
        raise Invalid(file=_l("This file is empty."))
    if len(data) > most:
        raise Invalid(file=_l("This file is larger than %(megabytes)s MB.", megabytes=most // MEGABYTE))
    media_type = sniff(data)
    if media_type not in allowed:
        raise Invalid(file=_l("This kind of file is not taken here."))
    return put(data, folder=folder, media_type=media_type)


def put(data: bytes, *, folder: str, media_type: str) -> StoredFile:
    """Keep bytes that were checked already."""
    relative = _new_place(folder)
    target = data_dir() / relative
    target.write_bytes(data)
    target.chmod(0o600)
    return StoredFile(str(relative), media_type, len(data), hashlib.sha256(data).hexdigest())


def put_again(path: str, *, folder: str) -> str:
    """Give a stored file a second place, so that each can be removed without the other. FileNotFoundError: it is gone."""
    relative = _new_place(folder)
    target = data_dir() / relative
    try:
        os.link(data_dir() / path, target)
    except OSError:  # a file system that gives a file one place only
        shutil.copyfile(data_dir() / path, target)
        target.chmod(0o600)
    os.utime(target)  # it is new, also to who sweeps away what no row names
    return str(relative)


def _new_place(folder: str) -> Path:
    file_id = uuid7()
    relative = Path("files") / folder / file_id.hex[-2:] / file_id.hex
    (data_dir() / relative).parent.mkdir(parents=True, exist_ok=True)
    return relative


def sniff(data: bytes) -> str:
    """Tell what the bytes are, whatever the file's name says; plain UTF-8 or windows-1256 text counts as CSV."""
    kind = filetype.guess(data[:8192])
    if kind is not None:
        return str(kind.mime)
    return "text/csv" if _is_text(data) else "application/octet-stream"


def _is_text(data: bytes) -> bool:
    sample = data[:65_536]
    if b"\0" in sample:
        return False
    control = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    return control == 0


def read(path: str) -> bytes:
    """Read a stored file back; the caller has checked the permission on the row that names it."""
    return (data_dir() / path).read_bytes()


def remove(path: str) -> None:
    """Remove a stored file; one that is already gone is fine."""
    (data_dir() / path).unlink(missing_ok=True)


def data_dir() -> Path:
    """Give the folder of this installation's files."""
    return Path(current_app.config["DATA_DIR"]).resolve()
