"""Posts that nobody of the team may look at: admins are told, and then somebody outside."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Block, Role
from forum.models import Post
from moderation.actions.nobody_left import tell_where_nobody_is_left
from moderation.deliveries import send_due
from moderation.models import Alert, AlertDelivery, AuditEvent, DecisionKind
from tests.factories import (
    decided,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    submit_thread,
)
from tests.moderation.alerting import told

pytestmark = pytest.mark.django_db

OUTSIDE = "lead@outside.example"


@pytest.fixture
def board(texts, settings):
    settings.OUTSIDE_CONTACT_EMAIL = OUTSIDE
    return make_board("school")


@pytest.fixture
def author(board):
    return make_member("author")


@pytest.fixture
def post(author, board):
    return submit_thread(author, board, title="Hello", text="I am new.")


@pytest.fixture
def moderator(board):
    return make_staff("moderator", Role.MODERATOR)


@pytest.fixture
def admin(board):
    return make_staff("admin-one", Role.ADMIN)


def apart(author, *people):
    for person in people:
        Block.objects.create(blocker=author, blocked=person)


def late(post):
    return Post.objects.get(pk=post.pk).review_due_at + timedelta(minutes=1)


def stages():
    return sorted(Alert.objects.values_list("stage", flat=True))


def test_where_somebody_may_look_nobody_is_told_however_late_it_is(post, moderator, admin):
    assert tell_where_nobody_is_left(at=late(post)) == 0
    assert stages() == []


def test_where_only_admins_may_look_those_who_may_are_told_once_when_it_is_late(
    post, author, moderator, admin
):
    other = make_staff("admin-two", Role.ADMIN)
    apart(author, moderator, other)
    assert tell_where_nobody_is_left() == 0
    assert tell_where_nobody_is_left(at=late(post)) == 1
    assert tell_where_nobody_is_left(at=late(post)) == 0
    assert told("admins") == [admin.pseudonym]


def test_a_site_on_which_admins_do_it_all_is_not_told_what_it_knows(post, admin):
    assert tell_where_nobody_is_left(at=late(post)) == 0


def test_a_professional_who_may_not_read_it_is_nobody_who_could_look(board, admin):
    make_hcp("nurse")
    private = make_member("private", choice="none")
    post = submit_thread(private, board, title="Hello", text="I am new.", audience="peers")
    # The two who checked the nurse are admins as well, and see it.
    assert tell_where_nobody_is_left(at=late(post)) == 1
    assert len(told("admins")) == 3


def test_where_no_admin_may_look_either_somebody_outside_gets_one_mail_without_content(
    post, author, moderator, admin
):
    apart(author, moderator, admin)
    assert tell_where_nobody_is_left() == 1
    assert tell_where_nobody_is_left() == 0
    assert told("nobody") == ["outside"]
    assert send_due() == 1
    assert send_due() == 0
    [sent] = mail.outbox
    assert sent.to == [OUTSIDE]
    assert "Nobody of the team may look at this one." in sent.body
    for secret in (author.pseudonym, "Hello", "I am new", post.public_id, "diabetes"):
        assert secret not in sent.subject + sent.body


def test_an_account_that_does_not_work_is_nobody(post, author, moderator, admin):
    apart(author, admin)
    moderator.suspended_until = timezone.now() + timedelta(days=1)
    moderator.save()
    tell_where_nobody_is_left()
    assert stages() == ["nobody"]


def test_an_admin_who_gets_a_tie_after_having_been_told_leaves_it_to_the_outside(
    post, author, moderator, admin
):
    apart(author, moderator)
    tell_where_nobody_is_left(at=late(post))
    apart(author, admin)
    tell_where_nobody_is_left(at=late(post))
    assert stages() == ["admins", "nobody"]


def test_without_an_address_the_mail_waits_and_goes_when_there_is_one(
    post, author, moderator, admin, settings
):
    settings.OUTSIDE_CONTACT_EMAIL = ""
    apart(author, moderator, admin)
    tell_where_nobody_is_left()
    assert send_due() == 0
    settings.OUTSIDE_CONTACT_EMAIL = OUTSIDE
    assert send_due(at=timezone.now() + timedelta(minutes=10)) == 1


def test_what_was_decided_meanwhile_is_not_mailed(post, author, moderator, admin):
    apart(author, moderator, admin)
    tell_where_nobody_is_left()
    decided(post, DecisionKind.PUBLISH)  # by a reviewer who joined since
    assert send_due() == 0
    assert AlertDelivery.objects.get().state == "not_needed"


def test_a_site_without_a_team_sends_five_at_a_time_the_most_urgent_first(board):
    for number in range(6):
        submit_thread(make_member(f"new{number}"), board, title="Hello", text=f"Day {number}.")
    submit_thread(make_member("low"), board, title="Tired", text="I want to kill myself.")
    assert tell_where_nobody_is_left() == 5
    assert Alert.objects.order_by("pk").first().severity == 0
    assert tell_where_nobody_is_left() == 2
    assert tell_where_nobody_is_left() == 0


def test_the_log_says_that_it_was_raised(post, author, moderator, admin):
    apart(author, moderator, admin)
    tell_where_nobody_is_left()
    assert AuditEvent.objects.get(verb="alert_raised").data["stage"] == "nobody"
