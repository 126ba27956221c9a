"""From a file that somebody sent to two clean WebP pictures. Pure: bytes in, bytes out.

Nothing of the file is kept but the pixels of its first frame, turned the right way up: no place, no
time, no camera, no words, nothing behind the picture. Transparent parts become white, as what is
hidden in them would else travel along.
"""

import io
import logging
from dataclasses import dataclass
from threading import Lock
from typing import Final

from PIL import Image

FORMATS: Final = ("JPEG", "PNG", "WEBP")
# Counted from the header, before anything is unpacked: a phone takes 12 to 24 million.
MOST_PIXELS: Final = 25_000_000
MOST_ON_A_SIDE: Final = 16_000
LARGE, SMALL = 1600, 640  # longest sides in pixels
QUALITY: Final = 80

# Pillow looks as well, wherever a file says its size a second time.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# A picture takes up to 200 MB while it is unpacked: one at a time in each process.
_ONE_AT_A_TIME = Lock()
log = logging.getLogger(__name__)


class NotAPicture(Exception):
    """It is no JPEG, PNG or WebP picture, or it is damaged."""


class TooManyPixels(Exception):
    """It would be too large once it is unpacked."""


@dataclass(frozen=True, slots=True)
class Converted:
    """Two WebP files of the same picture. ``width``, ``height``: of the large one, in pixels."""

    large: bytes
    small: bytes
    width: int
    height: int


def convert(raw: bytes) -> Converted:
    """Make clean pictures of a file. Raises ``NotAPicture`` and ``TooManyPixels``."""
    try:
        with _ONE_AT_A_TIME:
            return _convert(raw)
    except TooManyPixels:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise TooManyPixels from problem
    except Exception as problem:  # a damaged file makes a decoder raise anything
        log.info("a picture could not be read: %s", type(problem).__name__)
        raise NotAPicture from problem


def fitted(width: int, height: int, most: int) -> tuple[int, int]:
    """The size of a picture scaled so that no side is longer than ``most`` pixels."""
    scale = min(1.0, most / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _convert(raw: bytes) -> Converted:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as source:
        width, height = source.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_ON_A_SIDE:
            raise TooManyPixels
        orientation = _orientation(source)
        # JPEG can be unpacked at a half or a quarter: less work, and never below the size we need.
        source.draft(None, (LARGE, LARGE))
        source.load()
        pixels = _plain(source)
    pixels = pixels.resize(fitted(*pixels.size, LARGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if orientation in _TURNS:
        pixels = pixels.transpose(_TURNS[orientation])
    # A new picture, so that nothing that hung on the old one comes along.
    clean = Image.new("RGB", pixels.size, "white")
    clean.paste(pixels, mask=pixels.getchannel("A") if pixels.mode == "RGBA" else None)
    small = clean.resize(fitted(*clean.size, SMALL), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return Converted(_as_webp(clean), _as_webp(small), *clean.size)


def _plain(image: Image.Image) -> Image.Image:
    """The pixels as RGB, or as RGBA where some are see-through."""
    if image.mode.startswith("I"):  # 16 bits of grey: the upper 8 are what a screen can show
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


# How a camera that was held sideways says so (EXIF 2.32, 4.6.4 A, tag 0x0112).
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(image: Image.Image) -> int:
    """Which way is up; 1, as it is, where the file does not say or says nonsense."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1


def _as_webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
