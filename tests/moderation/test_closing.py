"""Closing an account: gone at once, back within 14 days, then erased unless a case needs it."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.joining.names import is_taken
from accounts.models import AccountClosure, Consent, KeepPosts, Role, User
from accounts.models.leaving import ERASE_WITHIN, ERASED
from accounts.viewer import Barrier, viewer_of
from forum.models import Post, Revision, Status, ThreadSummary
from forum.search.index import missing_or_wrong
from moderation import exports
from moderation.actions.leaving import (
    StillAtWork,
    close_account,
    open_closure,
    sweep,
    undo_closing,
    work_left,
)
from moderation.audit import faults
from moderation.models import Appeal, Case, Claim, Decision
from tests.factories import fresh, make_member, make_staff, submit_thread
from tests.fates import GONE
from tests.moderation.leaver import (
    OWN,
    Leaver,
    columns_of_people,
    files_in,
    found_in_database,
    make_leaver,
    settle,
)

pytestmark = pytest.mark.usefixtures("texts")
LATER = timedelta(days=14, seconds=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.EXPORT_DIR


@pytest.fixture
def leaver() -> Leaver:
    return make_leaver()


def state_of_posts(user: User) -> list[tuple]:
    """All that others and the team could tell of somebody's posts."""
    fields = "pk status position text html audience published_at review_due_at review_severity"
    names = [*fields.split(), "removed_under_id", "thread__status", "thread__title"]
    return list(Post.objects.filter(author=user).order_by("pk").values_list(*names))


def summaries() -> list[tuple]:
    fields = "thread_id audience replies shown last_post_id last_author_id last_at".split()
    return sorted(ThreadSummary.objects.values_list(*fields))


def closed(leaver: Leaver, posts: KeepPosts = KeepPosts.DELETE) -> AccountClosure:
    closure = close_account(user=leaver.user, posts=posts)
    leaver.user.refresh_from_db()
    return closure


def test_posts_and_name_are_gone_for_others_at_once(leaver: Leaver) -> None:
    friend = viewer_of(leaver.friend)
    closed(leaver)
    assert not Post.objects.visible_to(friend).filter(author=leaver.user).exists()
    client = Client()
    client.force_login(leaver.friend)
    page = client.get(reverse("forum:thread", args=[leaver.friends_thread.public_id]))
    assert page.status_code == 200
    assert OWN.encode() not in page.content
    assert client.get(reverse("forum:thread", args=[leaver.thread.public_id])).status_code == 404
    assert leaver.user.pseudonym.startswith("former-member-")
    assert is_taken("zqownname")


def test_posts_that_are_kept_stand_without_the_name(leaver: Leaver) -> None:
    closed(leaver, KeepPosts.KEEP)
    client = Client()
    client.force_login(leaver.friend)
    page = client.get(reverse("forum:thread", args=[leaver.thread.public_id]))
    assert b"zqownsecond wording" in page.content
    assert b"zqownname" not in page.content
    assert b"former-member-" in page.content


def test_all_sessions_end_and_signing_in_offers_one_button(leaver: Leaver) -> None:
    client = Client()
    client.force_login(leaver.user)
    closed(leaver)
    assert client.get(reverse("accounts:me")).status_code == 302
    client.force_login(leaver.user)
    assert viewer_of(leaver.user).barrier == Barrier.CLOSED
    page = client.get(reverse("home"))
    assert reverse("moderation:undo_close").encode() in page.content
    answer = client.post(reverse("moderation:undo_close"), follow=True)
    assert b"Welcome back" in answer.content
    assert client.get(reverse("forum:boards")).status_code == 200


def test_undo_gives_everything_back_as_it_was(leaver: Leaver) -> None:
    held = submit_thread(
        leaver.user, leaver.board, title="held", text="my number is 07700 900123 call me"
    )
    assert held.status == Status.HELD
    before, counted = state_of_posts(leaver.user), summaries()
    name = leaver.user.pseudonym
    closed(leaver)
    assert state_of_posts(leaver.user) != before
    assert undo_closing(user=leaver.user, at=timezone.now() + timedelta(days=13))
    leaver.user.refresh_from_db()
    assert (leaver.user.pseudonym, leaver.user.closed_at) == (name, None)
    assert state_of_posts(leaver.user) == before
    assert summaries() == counted
    assert not undo_closing(user=leaver.user)
    assert sweep(at=timezone.now() + timedelta(days=40)) == 0
    assert open_closure(leaver.user) is None


def test_after_14_days_there_is_no_way_back(leaver: Leaver) -> None:
    closed(leaver)
    assert not undo_closing(user=leaver.user, at=timezone.now() + LATER)


def test_closing_twice_is_one_closing(leaver: Leaver) -> None:
    assert closed(leaver) == closed(leaver)
    assert AccountClosure.objects.count() == 1


def test_nothing_of_the_person_is_left_in_any_table(leaver: Leaver, folder: Path) -> None:
    assert found_in_database(OWN) != []
    exports.ask_for_copy(user=leaver.user)
    exports.sweep()
    assert files_in(folder) != []
    name, address = leaver.user.pseudonym, leaver.user.email
    settle(leaver.report)
    closure = closed(leaver)
    assert sweep(at=timezone.now() + LATER) == 1
    assert found_in_database(OWN, name, address) == []
    assert files_in(folder) == []
    closure.refresh_from_db()
    assert closure.erased_at is not None
    assert closure.erased_at - closure.asked_at < ERASE_WITHIN
    user = User.objects.get(pk=leaver.user.pk)
    assert (user.birth_year, user.is_active, user.has_usable_password()) == (None, False, False)
    assert not list(missing_or_wrong())
    assert not list(faults())
    assert Post.objects.get(pk=leaver.removed.pk).status == Status.REMOVED
    assert Consent.objects.filter(user=user).exists()


def test_it_is_safe_to_run_again(leaver: Leaver) -> None:
    settle(leaver.report)
    closed(leaver)
    assert sweep(at=timezone.now() + LATER) == 1
    posts, decisions = state_of_posts(leaver.user), list(Decision.objects.values())
    assert sweep(at=timezone.now() + LATER) == 0
    AccountClosure.objects.update(erased_at=None)  # as if it had died before the last line
    assert sweep(at=timezone.now() + LATER) == 1
    assert state_of_posts(leaver.user) == posts
    assert list(Decision.objects.values()) == decisions


def test_every_table_of_a_person_is_emptied_or_holds_an_id_alone(leaver: Leaver) -> None:
    """A new table of somebody's own words must be entered in tests/fates.py and erased."""
    settle(leaver.report)
    closed(leaver)
    sweep(at=timezone.now() + LATER)
    assert columns_of_people() >= GONE
    for column in GONE:
        label, name = column.rsplit(".", 1)
        model = apps.get_model(label)
        assert not model._default_manager.filter(**{name: leaver.user}).exists(), column


def test_kept_posts_stay_with_their_words_and_nothing_else_does(leaver: Leaver) -> None:
    settle(leaver.report)
    name = leaver.user.pseudonym
    closed(leaver, KeepPosts.KEEP)
    assert sweep(at=timezone.now() + LATER) == 1
    assert fresh(leaver.reply).text == f"{OWN}reply here"
    assert found_in_database(name, "zqownmail", "zqownbad", "zqowndraft", "zqownnote") == []


def test_what_an_open_report_holds_waits_and_is_erased_when_it_is_over(leaver: Leaver) -> None:
    closure = closed(leaver)
    at = timezone.now() + LATER
    assert sweep(at=at) == 0
    closure.refresh_from_db()
    assert closure.waits_since == at
    assert "zqownmail" in User.objects.get(pk=leaver.user.pk).email
    # What nobody needs is gone already.
    assert found_in_database("zqowndraft", "zqownnote", "zqownmuted-nothing") == []
    settle(leaver.report)
    assert sweep(at=at + timedelta(hours=1)) == 1
    assert found_in_database(OWN, "zqownname") == []


def test_a_post_under_an_open_case_keeps_its_words_until_then(leaver: Leaver) -> None:
    about = leaver.report
    type(about).objects.filter(pk=about.pk).update(
        post=leaver.reply, about=leaver.user, reporter=leaver.friend
    )
    closed(leaver)
    assert sweep(at=timezone.now() + LATER) == 0
    assert fresh(leaver.reply).text == f"{OWN}reply here"
    assert fresh(leaver.opening).text == ""
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.filter(post=leaver.reply).update(text="")
    settle(about)
    assert sweep(at=timezone.now() + LATER) == 1
    assert fresh(leaver.reply).text == ""


def test_the_database_lets_words_be_erased_and_nothing_be_rewritten(leaver: Leaver) -> None:
    decision = Decision.objects.filter(post=leaver.removed)
    appeal = Appeal.objects.filter(appellant=leaver.user)
    revision = Revision.objects.filter(post=leaver.opening)
    for rows, changes in (
        (revision, {"text": "other words"}),
        (revision, {"text": "", "number": 9}),
        (decision, {"message": "other words"}),
        (decision, {"message": ERASED, "kind": "publish"}),
        (appeal, {"words": "other words"}),
        (appeal, {"words": ERASED, "number": "A-OTHER"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**changes)
    assert revision.update(text="") == 2
    assert decision.update(message=ERASED, private_note=ERASED) == 1
    assert appeal.update(words=ERASED) == 1


def test_staff_hand_over_their_work_first(leaver: Leaver) -> None:
    admin = make_staff("ada", Role.ADMIN)
    User.objects.filter(role=Role.ADMIN).exclude(pk=admin.pk).update(role=Role.MODERATOR)
    moderator = make_staff("mo", Role.MODERATOR)
    assert len(work_left(admin)) == 1  # the only one
    now = timezone.now()
    claim = Claim.objects.create(
        post=leaver.reply, moderator=moderator, until=now + timedelta(minutes=5)
    )
    case = Case.objects.create(handler=moderator, severity=2, opened_at=now, due_at=now)
    with pytest.raises(StillAtWork) as stopped:
        close_account(user=moderator, posts=KeepPosts.KEEP)
    assert len(stopped.value.words) == 2
    claim.delete()
    Case.objects.filter(pk=case.pk).update(status="decided", decided_at=now)
    assert close_account(user=moderator, posts=KeepPosts.KEEP).erased_at is None


def test_the_pages_lead_there_and_ask_again(leaver: Leaver) -> None:
    client = Client()
    client.force_login(leaver.user)
    page = client.get(reverse("moderation:close"))
    assert b"Delete my posts" in page.content
    assert b"looking into something" in page.content  # their own report is open
    confirm = reverse("moderation:close_confirm")
    answer = client.get(f"{confirm}?posts=delete")
    assert answer["Location"].startswith(reverse("accounts:still_you"))
    assert client.post(confirm, {"posts": "delete"}).status_code == 302
    assert open_closure(leaver.user) is None
    session = client.session
    session["still_you_at"] = {"at": time.time(), "user": leaver.user.pk}
    session.save()
    assert client.get(confirm)["Location"] == reverse("moderation:close")
    assert b"Yes, close it" in client.get(f"{confirm}?posts=keep").content
    answer = client.post(confirm, {"posts": "delete"})
    assert answer["Location"] == reverse("moderation:closed")
    assert open_closure(leaver.user) is not None
    assert not Session.objects.filter(session_key=session.session_key).exists()
    assert client.get(answer["Location"]).status_code == 200


def test_somebody_without_posts_can_leave_too(texts: None) -> None:
    wren = make_member("wren")
    close_account(user=wren, posts=KeepPosts.DELETE)
    assert sweep(at=timezone.now() + LATER) == 1
    assert found_in_database("wren") == []
