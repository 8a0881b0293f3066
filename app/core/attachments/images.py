"""Taking off an image what its camera wrote into it: place, time, device. Turned as its camera meant it first; and a small
copy to look at in a list. Pure.

Pictures of iPhones (HEIC), which come by e-mail and from other systems, are read by a decoder without an encoder.
"""

from __future__ import annotations

import io

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

pi_heif.register_heif_opener(thumbnails=False)

MOST_PIXELS = 60_000_000
MOST_SHOWN = 16_000_000  # of a picture that is made small while somebody waits
SMALL = 192  # pixels of the longer side: twice what a list shows
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/heic": "HEIF"}


class BadImage(ValueError):
    """These bytes are no image that can be read, or one of absurd size."""


def without_metadata(data: bytes, media_type: str, *, drawn_as: str | None = None) -> bytes:
    """Give the image anew from its pixels alone, of another type where `drawn_as` says so; moving pictures keep their
    frames. Raises BadImage.
    """
    target_type = drawn_as or media_type
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise BadImage
            moving = getattr(image, "n_frames", 1) > 1 and target_type == media_type
            kept = image if moving else ImageOps.exif_transpose(image)
            kept.info = {
                name: value for name, value in kept.info.items() if name in ("duration", "loop", "transparency")
            }
            if target_type != media_type:
                kept = kept.convert("RGB")
            target = io.BytesIO()
            kept.save(target, format=_FORMATS[target_type], **_options(target_type, moving=moving))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise BadImage from problem
    return target.getvalue()


def _options(media_type: str, *, moving: bool) -> dict[str, object]:
    options: dict[str, object] = {"save_all": True} if moving else {}
    return {**options, "quality": 92} if media_type in ("image/jpeg", "image/webp") else options


def small(data: bytes, media_type: str) -> bytes:
    """Give a small copy of an image as WebP, of a moving one its first frame.

    Raises BadImage, also for one whose pixels would take too much memory each time that it is shown; a JPEG is read small.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            image.draft("RGB", (2 * SMALL, 2 * SMALL))
            if image.width * image.height > MOST_SHOWN:
                raise BadImage
            image.thumbnail((SMALL, SMALL))
            target = io.BytesIO()
            image.convert("RGBA").save(target, format="WEBP", quality=75)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise BadImage from problem
    return target.getvalue()
