"""Admins change boards: compared with what they saw, logged, and never wider by accident."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AgeGroup, Role, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board, Thread
from forum.models.board import HoldPolicy
from moderation.actions.boards import change_board, version_of
from moderation.board_forms import BoardForm
from moderation.models import AuditEvent
from tests.factories import make_board, make_member, make_staff, publish_thread

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
ADULTS = [AgeGroup.ADULT]


@pytest.fixture
def board(db: None) -> Board:
    return make_board("driving", groups=ADULTS)


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


def change(board: Board, admin: User, **changes) -> bool:
    values = {
        "version": version_of(Board.objects.get(pk=board.pk)),
        "title": board.title,
        "description": board.description,
        "hold_policy": HoldPolicy(board.hold_policy),
        "sample_percent": board.sample_percent,
        "age_groups": ADULTS,
    }
    return change_board(board=board, admin=admin, **{**values, **changes})


def test_an_admin_changes_a_board_and_the_log_has_it_without_words(board, admin):
    assert change(board, admin, title="On the road", hold_policy=HoldPolicy.ALL, sample_percent=20)
    board.refresh_from_db()
    assert (board.title, board.hold_policy, board.sample_percent) == ("On the road", "all", 20)
    event = AuditEvent.objects.get(verb="change_board")
    assert event.data["from"] == {"hold_policy": "rules", "sample_percent": 0}
    assert event.data["to"] == {"hold_policy": "all", "sample_percent": 20}
    assert "On the road" not in repr(event.data)


def test_the_same_settings_change_nothing(board, admin):
    assert not change(board, admin)
    assert not AuditEvent.objects.filter(verb="change_board").exists()


def test_who_saw_another_version_must_look_again(board, admin):
    seen = version_of(board)
    change(board, admin, sample_percent=30)
    with pytest.raises(StaleVersion):
        change(board, admin, version=seen, title="Mine")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.MEMBER])
def test_nobody_but_admins(board, role):
    person = make_member("wren") if role == Role.MEMBER else make_staff("kim", role)
    with pytest.raises(NotVisible):
        change(board, person, title="Mine")


def test_threads_of_before_are_opened_to_an_age_group_only_by_an_explicit_yes(board, admin):
    publish_thread(make_member("wren", age=20), board, title="Exam", text="I passed.")
    teen = viewer_of(make_member("teen", age=16))
    wider = [AgeGroup.ADULT, AgeGroup.OLDER_TEEN]
    with pytest.raises(Refused):
        change(board, admin, age_groups=wider)
    assert not Thread.objects.visible_to(teen).exists()
    assert change(board, admin, age_groups=wider, opens_threads=True)
    assert Thread.objects.visible_to(teen).exists()
    assert AuditEvent.objects.get(verb="change_board").data["opens_threads"] is True


def test_an_empty_board_can_be_opened_at_once_and_no_board_is_for_nobody(board, admin):
    assert change(board, admin, age_groups=list(AgeGroup))
    with pytest.raises(Refused):
        change(board, admin, age_groups=[])


def test_the_page_keeps_what_was_typed_where_it_refuses(client: Client, board, admin):
    publish_thread(make_member("wren", age=20), board, title="Exam", text="I passed.")
    client.force_login(admin)
    address = reverse("moderation:board", args=[board.slug])
    values = BoardForm.values_of(board) | {"title": "Wheels", "age_groups": list(AgeGroup)}
    refused = client.post(address, values)
    assert refused.status_code == 422
    assert "Wheels" in refused.content.decode()
    assert client.post(address, {**values, "version": "old"}).status_code == 422
    assert client.post(address, {**values, "opens_threads": "on"}).status_code == 302
    board.refresh_from_db()
    assert (board.title, board.age_groups) == ("Wheels", list(AgeGroup))
    assert "Wheels" in client.get(reverse("moderation:boards")).content.decode()
