"""Makes picture files for tests, clean ones and nasty ones, and puts pictures into drafts."""

import io
import struct
import zlib
from datetime import datetime

from PIL import Image, ImageDraw

from accounts.ids import new_public_id
from accounts.models import User
from forum.actions.drafts import save_draft
from forum.actions.pictures import add_picture
from forum.actions.submit import submit_post
from forum.models import Audience, Board, Draft, Picture, Post, Thread
from forum.pictures import store
from forum.pictures.convert import Converted
from tests.factories import published

GPS, GPS_LATITUDE, ORIENTATION = 0x8825, 2, 0x0112
RED, BLUE = (220, 30, 30), (30, 30, 220)


def drawn(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """A picture that is red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill=BLUE)
    return image.convert(mode)


def as_file(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file of this kind."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """A file as a picture."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def with_place(*, orientation: int = 1) -> Image.Exif:
    """What a phone writes into a picture: where it was taken, and which way is up."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010E] = "SECRETWORDS of Mossy Otter"
    exif.get_ifd(GPS)[GPS_LATITUDE] = (51.0, 30.0, 26.0)
    return exif


def png_of(width: int, height: int, *, data: bytes = b"") -> bytes:
    """A PNG that says it is so large, whatever is in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(data or b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def with_picture(draft: Draft, *, alt: str = "A red and a blue half", **how: object) -> Picture:
    """Put a picture into a draft."""
    raw = as_file(drawn())
    return add_picture(draft=draft, author=draft.author, raw=raw, alt=alt, **how)


def draft_of(author: User, thread: Thread, *, text: str = "Look at this.", **words) -> Draft:
    """A reply that is not sent yet."""
    words.setdefault("audience", Audience.COMMUNITY)
    return save_draft(author=author, key=new_public_id(), thread=thread, text=text, **words)


def reply_with_picture(
    author: User, thread: Thread, *, alt: str = "A red and a blue half", **words
) -> Picture:
    """A picture of a reply that was sent and waits for a look."""
    draft = draft_of(author, thread, **words)
    picture = with_picture(draft, alt=alt)
    submit_post(draft=draft, author=author)
    picture.refresh_from_db()
    return picture


def published_picture(author: User, thread: Thread, **words) -> Picture:
    """A picture of a reply that others can read."""
    picture = reply_with_picture(author, thread, **words)
    picture.post = published(picture.post)
    return picture


def question_with_picture(author: User, board: Board) -> Picture:
    """A picture of a question that others can read."""
    draft = save_draft(
        author=author,
        key=new_public_id(),
        board=board,
        title="My bag",
        text="What is in yours?",
        audience=Audience.COMMUNITY,
    )
    picture = with_picture(draft)
    published(submit_post(draft=draft, author=author))
    picture.refresh_from_db()
    return picture


def hang_on(post: Post, *, alt: str, content: bytes, at: datetime) -> Picture:
    """A picture as if it had come with a post and been looked at since: for worlds of many."""
    name = store.new_name()
    store.write(name, Converted(content, content, 8, 8))
    return Picture.objects.create(
        post=post,
        author_id=post.author_id,
        place=1,
        alt=alt,
        file=name,
        width=8,
        height=8,
        created_at=at,
    )
