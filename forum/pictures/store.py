"""The files of pictures: in a folder that nothing serves, under names that only rows know.

A file is written whole and reaches the disk before its row does. So a row always has its files; a
file whose row never came, or is gone, is swept (``delete_strays``).
"""

import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from forum.pictures.convert import Converted

# Nobody takes so long between writing a file and its row.
STRAY_AFTER = timedelta(days=1)


class Size(StrEnum):
    """The two files of a picture."""

    LARGE = "large"
    SMALL = "small"


def size_named(name: str) -> Size | None:
    """The size with this name, as it stands in an address; None where there is none."""
    return next((size for size in Size if size.value == name), None)


def new_name() -> str:
    """A name for the files of a new picture: random, and never told to anybody."""
    return secrets.token_hex(20)


def path_of(name: str, size: Size) -> Path:
    """Where a file of a picture is."""
    return Path(settings.PICTURE_DIR) / f"{name}-{size}.webp"


def write(name: str, pictures: Converted) -> None:
    """Write both files of a picture. When this returns, they survive a power cut."""
    _write(name, {Size.LARGE: pictures.large, Size.SMALL: pictures.small})


@contextmanager
def new_files(pictures: Converted) -> Iterator[str]:
    """Write a new picture; gives the name of its files, for a row that is made in the block.

    Files come first, so that a row never lacks them. Where the block fails they are gone again;
    where the process dies in it, they are swept.
    """
    name = new_name()
    try:
        write(name, pictures)
        yield name
    except BaseException:
        delete(name)
        raise


def _write(name: str, contents: dict[Size, bytes]) -> None:
    folder = Path(settings.PICTURE_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for size, content in contents.items():
        path = path_of(name, size)
        unfinished = path.with_suffix(".part")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    of_folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(of_folder)
    finally:
        os.close(of_folder)


def read(name: str, size: Size) -> bytes | None:
    """The content of a file; None where it is not there."""
    try:
        return path_of(name, size).read_bytes()
    except FileNotFoundError:
        return None


def copy(name: str, to: str) -> bool:
    """Write both files of a picture once more under another name. False where one is gone."""
    large, small = read(name, Size.LARGE), read(name, Size.SMALL)
    if large is None or small is None:
        return False
    _write(to, {Size.LARGE: large, Size.SMALL: small})
    return True


def delete(name: str) -> None:
    """Delete the files of a picture. Safe to run again."""
    for size in Size:
        path_of(name, size).unlink(missing_ok=True)


def delete_strays(*, named: Collection[str], at: datetime) -> int:
    """Delete files that are a day old and belong to none of these names; returns how many."""
    folder = Path(settings.PICTURE_DIR)
    deleted = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        name = path.stem.rpartition("-")[0]
        is_old = path.stat().st_mtime < (at - STRAY_AFTER).timestamp()
        if is_old and (name not in named or path.suffix != ".webp"):
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted
