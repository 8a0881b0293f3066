"""What may be attached: a list of types by their bytes, each with the ending that it gets. Pure."""

from __future__ import annotations

import io
import zipfile

_OFFICE = "application/vnd.openxmlformats-officedocument"
ENDINGS: dict[str, str] = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/m4a": "m4a",
    "audio/ogg": "ogg",
    "audio/x-wav": "wav",
    "audio/wav": "wav",
    "audio/amr": "amr",
    "audio/aac": "aac",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/3gpp": "3gp",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}.presentationml.presentation": "pptx",
}
# what phones make and browsers do not draw -> what it is kept as
DRAWN_AS: dict[str, str] = {"image/heic": "image/jpeg"}
TAKEN = frozenset(ENDINGS) | frozenset(DRAWN_AS)
ACCEPT = ",".join(sorted(ENDINGS))  # as a form names them to the phone, which converts what is not named
IMAGES = frozenset(each for each in ENDINGS if each.startswith("image/"))
SHOWN_INLINE = IMAGES  # browsers draw them without running anything
_ICONS = {"image": "photo", "audio": "player-play", "video": "player-play"}
_MACROS = "vbaproject.bin"


def has_macros(data: bytes, media_type: str) -> bool:
    """Tell whether an office file carries a program, or is no readable archive at all."""
    if not media_type.startswith(_OFFICE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower().endswith(_MACROS) for name in archive.namelist())
    except zipfile.BadZipFile:
        return True


def named(name: str, media_type: str, *, most: int = 120) -> str:
    """Give a file's name with the ending of what it is; what is no name becomes `file`."""
    stem = name.replace("\\", "/").rpartition("/")[2].strip()
    stem = "".join(sign for sign in stem if sign.isprintable() and sign not in '<>:"|?*')
    stem = stem.rpartition(".")[0] if "." in stem else stem
    return f"{stem[:most].strip(' .') or 'file'}.{ENDINGS[media_type]}"


def icon_of(media_type: str) -> str:
    """Give the icon of a kind of file."""
    if media_type.startswith(_OFFICE):
        return "file-spreadsheet" if "spreadsheet" in media_type else "file"
    return _ICONS.get(media_type.partition("/")[0], "file-text")
