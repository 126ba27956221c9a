"""A member with a key for everything."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from forum.models import Board, Thread
from tests.keys import key_of, with_key


@pytest.fixture
def reader(seasoned: Callable[..., User]) -> User:
    """A seasoned member, open to professionals."""
    return seasoned("reader")


@pytest.fixture
def api(reader: User) -> Client:
    """A program of ``reader``, with all scopes."""
    return with_key(key_of(reader))


@pytest.fixture
def threads_address(board: Board) -> str:
    """Where threads of ``board`` are read and started."""
    return f"/api/v1/boards/{board.slug}/threads"


@pytest.fixture
def thread_address(thread: Thread) -> str:
    """Where ``thread`` is read."""
    return f"/api/v1/threads/{thread.public_id}"
