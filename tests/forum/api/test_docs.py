"""The examples of docs/api.md do what stands below them."""

import re
import shlex
from pathlib import Path
from string import Template

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from forum.models import Board, Thread
from tests.keys import key_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
TEXT = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^curl ((?:.*\\\n)*.*)\n# (\d{3}) (.*)$", re.MULTILINE)


def ask(command: str):
    """Send what a command line of curl would send."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    method, headers, body, address = "GET", {}, b"", ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words).encode()
        else:
            address = word
    kind = headers.pop("Content-Type", "")
    return Client().generic(method, address, body, content_type=kind, headers=headers)


def test_each_example_answers_as_it_says(reader: User, thread: Thread, board: Board) -> None:
    names = {
        "KEY": key_of(reader),
        "SITE": "",
        "BOARD": board.slug,
        "THREAD": thread.public_id,
    }
    examples = EXAMPLE.findall(TEXT)
    assert len(examples) == TEXT.count("curl ") == 11
    for command, status, fields in examples:
        answer = ask(Template(command).substitute(names))
        assert answer.status_code == int(status), (command, answer.content)
        assert list(answer.json()) == fields.split(), command
