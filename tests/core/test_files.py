"""Uploads: the type is what the bytes are, sizes are bounded, and what is kept reads back the same."""

from __future__ import annotations

import hashlib
import io

import pytest
from flask import Flask

from app.core import files
from app.core.attachments.words import megabytes
from app.core.errors import Invalid
from app.core.i18n import in_language

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
IMAGES = frozenset({"image/png"})


def test_a_file_is_kept_under_its_hash_and_reads_back_the_same(app: Flask) -> None:
    kept = files.store(io.BytesIO(PNG), folder="evidence", allowed=IMAGES)

    assert files.read(kept.path) == PNG
    assert (kept.media_type, kept.size, kept.sha256) == ("image/png", len(PNG), hashlib.sha256(PNG).hexdigest())
    assert (files.data_dir() / kept.path).stat().st_mode & 0o077 == 0
    files.remove(kept.path)
    files.remove(kept.path)
    assert not (files.data_dir() / kept.path).exists()


@pytest.mark.parametrize(
    ("data", "allowed"),
    [
        (b"", IMAGES),
        (PNG + b"\0" * 200, IMAGES),
        (b"MZ\x90\0 a program that calls itself picture.png", IMAGES),
        (b"<script>alert(1)</script>", IMAGES),
        (PNG, files.TABLES),
        (b"a,b\0c", files.TABLES),
    ],
)
def test_empty_large_and_lying_files_are_refused_and_not_kept(app: Flask, data: bytes, allowed: frozenset[str]) -> None:
    before = sorted(files.data_dir().rglob("*"))
    with pytest.raises(Invalid) as refused:
        files.store(io.BytesIO(data), folder="evidence", allowed=allowed, most=128)
    assert "file" in refused.value.fields
    assert sorted(files.data_dir().rglob("*")) == before


def test_plain_text_in_both_charsets_counts_as_a_table() -> None:
    assert files.sniff("الاسم,الرقم".encode()) == "text/csv"
    assert files.sniff("الاسم,الرقم".encode("windows-1256")) == "text/csv"


@pytest.mark.parametrize(
    ("size", "english", "arabic"),
    [
        (1, "1 kB", "1 كيلوبايت"),
        (99_000, "99 kB", "99 كيلوبايت"),
        (100_000, "0.1 MB", "0.1 ميغابايت"),
        (2_345_678, "2.3 MB", "2.3 ميغابايت"),
    ],
)
def test_sizes_are_told_with_the_unit_of_the_readers_language(app: Flask, size: int, english: str, arabic: str) -> None:
    with app.test_request_context():
        for code, words in (("en", english), ("ar", arabic)):
            with in_language(code):
                assert megabytes(size) == words
