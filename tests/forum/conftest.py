"""People and places of the tests of what the forum does."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import settings

from accounts.models import Role, User
from accounts.viewer import Viewer, viewer_of
from forum.models import Board, Thread
from tests.factories import make_board, make_hcp, make_staff, publish_thread
from tests.seasoned import make_seasoned

# The same examples in each run, and no limit on the time of one: machines differ.
settings.register_profile("tests", deadline=None, derandomize=True, database=None)
settings.load_profile("tests")


@pytest.fixture
def board(texts: None) -> Board:
    """A board for all ages, on which seasoned members post at once."""
    return make_board("school")


@pytest.fixture
def seasoned(board: Board) -> Callable[..., User]:
    """Makes members whose posts nobody must look at first: they have three clean ones."""
    return partial(make_seasoned, board=board)


@pytest.fixture
def host(seasoned: Callable[..., User]) -> User:
    """A seasoned member, open to professionals."""
    return seasoned("host")


@pytest.fixture
def guest(seasoned: Callable[..., User]) -> User:
    """Another one."""
    return seasoned("guest")


@pytest.fixture
def thread(host: User, board: Board) -> Thread:
    """A thread for the community by ``host``."""
    return publish_thread(host, board, title="Football", text="Who plays football with a pump?")


@pytest.fixture
def nurse(texts: None) -> User:
    """A health professional whose account works."""
    return make_hcp("nurse")


@pytest.fixture
def as_nurse(nurse: User) -> Viewer:
    """The nurse as the rules see her."""
    return viewer_of(nurse)


@pytest.fixture
def moderator(texts: None) -> User:
    """A community moderator."""
    return make_staff("moderator", Role.MODERATOR)
