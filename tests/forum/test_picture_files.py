"""What becomes of a file that somebody sends: pixels are kept, everything else is not."""

import pytest
from PIL import Image, PngImagePlugin

from forum.pictures.convert import (
    LARGE,
    MOST_PIXELS,
    SMALL,
    NotAPicture,
    TooManyPixels,
    convert,
    fitted,
)
from tests.pictures import BLUE, RED, as_file, drawn, opened, png_of, with_place


def is_near(pixel, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has a colour but for what packing changes."""
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


def ends(content: bytes) -> tuple[bool, bool]:
    """Whether the left is red and the right is blue."""
    image = opened(content)
    middle = image.height // 2
    return is_near(image.getpixel((2, middle)), RED), is_near(
        image.getpixel((image.width - 3, middle)), BLUE
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_webp_of_the_same_size_and_colours(kind: str) -> None:
    made = convert(as_file(drawn(), kind))
    for content in (made.large, made.small):
        assert opened(content).format == "WEBP"
        assert opened(content).mode == "RGB"
        assert ends(content) == (True, True)
    assert (made.width, made.height) == opened(made.large).size == (60, 40)


def test_a_large_picture_becomes_smaller_twice() -> None:
    made = convert(as_file(drawn(3000, 1500)))
    assert opened(made.large).size == (made.width, made.height) == (LARGE, 800)
    assert opened(made.small).size == (SMALL, 320)


@pytest.mark.parametrize(
    "size, most, expected",
    [((10, 10), 100, (10, 10)), ((16_000, 1), 1600, (1600, 1)), ((100, 300), 150, (50, 150))],
)
def test_no_side_is_longer_than_asked_for_and_none_is_nothing(size, most, expected):
    assert fitted(size[0], size[1], most) == expected


# Nothing but pixels ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_it_was_taken_and_what_was_written_into_it_is_gone(kind: str) -> None:
    options: dict[str, object] = {"exif": with_place(), "icc_profile": b"SECRETPROFILE" * 20}
    if kind == "JPEG":
        options |= {"comment": b"SECRETCOMMENT", "xmp": b"<x>SECRETXMP</x>"}
    if kind == "WEBP":
        options |= {"xmp": b"<x>SECRETXMP</x>"}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", "SECRETAUTHOR")
        text.add_itxt("XML:com.adobe.xmp", "SECRETXMP")
        options |= {"pnginfo": text}
    raw = as_file(drawn(), kind, **options)
    assert b"SECRET" in raw
    raw += b"<script>SECRETSCRIPT</script>"
    made = convert(raw)
    for content in (made.large, made.small):
        assert b"SECRET" not in content
        assert chunks(content) <= {b"VP8 ", b"VP8L"}
        assert not opened(content).getexif()
        assert not opened(content).info.keys() & {"exif", "icc_profile", "xmp", "comment"}


def chunks(webp: bytes) -> set[bytes]:
    """The kinds of parts of a WebP file; all of the file belongs to one of them."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    kinds, at = set(), 12
    while at < len(webp):
        kinds.add(webp[at : at + 4])
        length = int.from_bytes(webp[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    assert at == len(webp)
    return kinds


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_taken_sideways_is_turned_the_right_way_up(orientation: int) -> None:
    upright = drawn(60, 40)
    # What a camera stores that was held like this: the turn that is undone on showing.
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = upright if stored is None else upright.transpose(stored)
    made = convert(as_file(image, exif=with_place(orientation=orientation)))
    assert (made.width, made.height) == (60, 40)
    assert ends(made.large) == (True, True)


def test_nonsense_about_which_way_is_up_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    assert ends(convert(as_file(drawn(), exif=exif)).large) == (True, True)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_only_the_first_of_moving_pictures_is_kept(kind: str) -> None:
    others = [Image.new("RGB", (60, 40), colour) for colour in ("green", "black")]
    raw = as_file(drawn(), kind, save_all=True, append_images=others, duration=100)
    assert getattr(opened(raw), "n_frames", 1) == 3
    made = convert(raw)
    assert ends(made.large) == (True, True)
    assert getattr(opened(made.large), "n_frames", 1) == 1


# Odd ones, which cameras and programs do make -----------------------------------------------------


def test_what_is_hidden_behind_see_through_dots_does_not_travel_along() -> None:
    image = drawn(60, 40, "RGBA")
    image.paste((1, 2, 3, 0), (0, 0, 30, 40))  # see-through, nearly black underneath
    made = opened(convert(as_file(image, "PNG")).large)
    assert made.mode == "RGB"
    assert is_near(made.getpixel((5, 20)), (255, 255, 255))


def test_a_palette_with_a_see_through_colour_is_read() -> None:
    image = drawn().quantize(4)
    clear = image.getpixel((2, 20))
    made = opened(convert(as_file(image, "PNG", transparency=clear)).large)
    assert is_near(made.getpixel((2, 20)), (255, 255, 255))
    assert is_near(made.getpixel((57, 20)), BLUE)


def test_grey_of_sixteen_bits_keeps_its_shades() -> None:
    image = Image.new("I;16", (30, 20), 0x8000)
    made = opened(convert(as_file(image, "PNG")).large)
    assert is_near(made.getpixel((10, 10)), (128, 128, 128))


@pytest.mark.parametrize("mode", ["L", "1", "LA", "P"])
def test_other_ways_to_store_colours_are_read(mode: str) -> None:
    assert opened(convert(as_file(drawn(60, 40, mode), "PNG")).large).size == (60, 40)


def test_a_jpeg_made_for_print_is_read() -> None:
    assert ends(convert(as_file(drawn(60, 40, "CMYK"))).large) == (True, True)


# No pictures, and dangerous ones -----------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 5000, id="zeros"),
        pytest.param(SVG, id="svg"),
        pytest.param(b"<html><script>alert(1)</script>", id="html"),
        pytest.param(as_file(drawn(), "GIF"), id="gif"),
        pytest.param(as_file(drawn(), "TIFF"), id="tiff"),
        pytest.param(as_file(drawn(), "BMP"), id="bmp"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="postscript"),
        pytest.param(b"\xff\xd8\xff\xe0" + SVG, id="svg that begins like a jpeg"),
        pytest.param(png_of(50, 50, data=b"\0" * 10), id="png with too little in it"),
    ],
)
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAPicture):
        convert(raw)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind: str, part: float) -> None:
    raw = as_file(Image.effect_noise((200, 200), 80).convert("RGB"), kind)
    with pytest.raises(NotAPicture):
        convert(raw[: int(len(raw) * part)])


def test_a_page_inside_a_picture_does_not_come_out_again() -> None:
    page = b"<html><script>alert('SECRET')</script></html>"
    for raw in (
        as_file(drawn(), "JPEG", comment=page),
        as_file(drawn(), "PNG") + page,
        as_file(drawn(), "JPEG") + b"PK\x03\x04" + page,
    ):
        made = convert(raw)
        assert b"<script" not in made.large + made.small


@pytest.mark.parametrize(
    "size", [(5001, 5000), (60_000, 60_000), (16_001, 2), (2**31 - 1, 1)], ids=str
)
def test_a_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    raw = png_of(*size)
    assert len(raw) < 500
    with pytest.raises(TooManyPixels):
        convert(raw)


def test_the_limit_is_what_phones_take() -> None:
    assert 4032 * 3024 < 5712 * 4284 < MOST_PIXELS


def test_words_packed_like_a_bomb_are_refused() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "a" * 70_000_000, zip=True)
    raw = as_file(drawn(), "PNG", pnginfo=text)
    assert len(raw) < 100_000
    try:
        made = convert(raw)
    except NotAPicture:
        return
    assert ends(made.large) == (True, True)


def test_the_same_file_gives_the_same_pictures() -> None:
    raw = as_file(drawn(), exif=with_place())
    assert convert(raw) == convert(raw)
