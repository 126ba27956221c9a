"""The demo's pictures, drawn here: invented things on a kitchen table, no photos of anything."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

SIZE = (1200, 800)
TABLE, SHADE, INK = "#e9d3b4", "#d9bf9a", "#2a2238"
PLUM, APRICOT, TEAL, CREAM, LEAF = "#5a3e9e", "#ffb27a", "#0b625e", "#fff9f2", "#7f9f6a"

Pen = ImageDraw.ImageDraw


def _kit(pen: Pen) -> None:
    """A pouch with a smile, a tube of glucose tablets, a carton of juice."""
    pen.rounded_rectangle((110, 280, 640, 690), 60, fill=PLUM, outline=INK, width=8)
    pen.line((150, 400, 600, 400), fill=APRICOT, width=14)
    pen.ellipse((565, 378, 609, 422), fill=APRICOT, outline=INK, width=6)
    pen.ellipse((270, 480, 310, 520), fill=CREAM)
    pen.ellipse((440, 480, 480, 520), fill=CREAM)
    pen.arc((290, 500, 460, 620), 20, 160, fill=CREAM, width=12)
    pen.rounded_rectangle((730, 220, 830, 690), 30, fill=TEAL, outline=INK, width=8)
    for top in range(280, 600, 74):
        pen.rounded_rectangle((748, top, 812, top + 50), 14, fill=CREAM)
    pen.rectangle((900, 330, 1090, 690), fill=APRICOT, outline=INK, width=8)
    pen.ellipse((940, 430, 1050, 540), fill="#e8663d", outline=INK, width=6)
    pen.line((1040, 330, 1070, 190, 1130, 160), fill=INK, width=16, joint="curve")


def _sock(pen: Pen) -> None:
    """A striped sock with a round sensor sticker on it."""
    pen.rounded_rectangle((420, 90, 640, 560), 40, fill=CREAM, outline=INK, width=8)
    pen.rounded_rectangle((420, 460, 900, 680), 100, fill=CREAM, outline=INK, width=8)
    pen.rectangle((428, 440, 632, 560), fill=CREAM)
    for top, colour in ((150, PLUM), (230, APRICOT), (310, TEAL), (390, LEAF)):
        pen.rectangle((428, top, 632, top + 40), fill=colour)
    pen.ellipse((640, 500, 790, 650), fill=CREAM, outline=INK, width=8)
    pen.ellipse((690, 550, 740, 600), fill=PLUM)


DRAWINGS: dict[str, Callable[[Pen], None]] = {"kit": _kit, "sock": _sock}


def draw(name: str) -> bytes:
    """A drawing as a PNG file; the same each time. Raises ``KeyError`` for an unknown name."""
    image = Image.new("RGB", SIZE, TABLE)
    pen = ImageDraw.Draw(image)
    for top in range(60, SIZE[1], 120):
        pen.line((0, top, SIZE[0], top + 12), fill=SHADE, width=5)
    DRAWINGS[name](pen)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
