"""Uploads stay in memory, and only up to what a picture may weigh.

What people send holds where and when a picture was taken. It is never written to a disk: what
reaches one is made anew by ``convert``.
"""

import io
from typing import IO, Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 8 * 1024 * 1024


class InMemoryAlone(FileUploadHandler):
    """Keeps a file of up to ``MOST_BYTES``. Of a larger one only its size is kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the next file."""
        super().new_file(*args, **kwargs)
        self.kept: IO[bytes] = io.BytesIO()
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take in a part of the file."""
        self.received += len(raw_data)
        if self.received <= MOST_BYTES:
            self.kept.write(raw_data)
        else:
            self.kept = io.BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file, empty where it was too large: ``size`` says so."""
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
