"""Whoever makes a key in somebody's name: that somebody hears of it, whatever they chose."""

import ast
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.consent import NO, choose_extra
from accounts.models import MemberToken, Purpose, Scope, User
from accounts.tokens import TooMany
from accounts.viewer import viewer_of
from forum import mail as mails
from forum.actions.keys import make_app_key, make_feed
from forum.actions.mailing import choose_ways
from forum.actions.notices import mark_all_read
from forum.models import Notice, NoticeChoice, NoticeKind, Rhythm, Way
from forum.queries.notices import unread_count
from forum.ways import kinds_for
from tests.factories import make_member

pytestmark = pytest.mark.django_db
FEEDS, APPS = reverse("forum:feeds"), reverse("forum:apps")
NEW_APP = reverse("forum:new_app")
WORDS = {"name": "Kitchen display", "scopes": ["read"], "lasts": "30"}
NIGHT = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)


@pytest.fixture
def member(texts: None) -> User:
    return make_member("wren")


def browser_of(user: User) -> Client:
    """A browser in which they said lately who they are."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["still_you_at"] = {"at": time.time(), "user": user.pk}
    session.save()
    return client


def told(user: User) -> list[Notice]:
    return list(Notice.objects.filter(recipient=user, kind=NoticeKind.KEY))


def app_key(user: User) -> tuple[MemberToken, str]:
    return make_app_key(
        user=user, name="Kitchen display", scopes=[Scope.READ], lasts=timedelta(days=9)
    )


def test_a_key_for_an_app_is_told_on_the_site_with_the_way_to_end_it(member: User) -> None:
    client = browser_of(member)
    assert client.post(NEW_APP, WORDS).context["secret"]
    assert [notice.link for notice in told(member)] == [APPS]
    page = client.get(reverse("forum:notices")).content.decode()
    assert "made a key for an app" in page
    assert f'href="{APPS}"' in page


def test_a_feed_address_is_told_too_and_each_new_one_anew(member: User) -> None:
    client = browser_of(member)
    client.post(FEEDS, {"do": "new"})
    assert [notice.link for notice in told(member)] == [FEEDS]
    client.post(FEEDS, {"do": "new"})  # the same form once more makes nothing
    assert len(told(member)) == 1
    client.post(FEEDS, {"do": "new", "instead_of": MemberToken.objects.get().public_id})
    assert len(told(member)) == 2


def test_where_no_key_was_made_nothing_is_told(member: User) -> None:
    client = browser_of(member)
    client.post(NEW_APP, {**WORDS, "name": ""})
    for _ in range(10):
        app_key(member)
    with pytest.raises(TooMany):
        app_key(member)
    assert len(told(member)) == 10


def test_the_mail_says_nothing_of_it(member: User) -> None:
    _token, secret = app_key(member)
    assert mails.send_due() == 1
    assert mail.outbox[0].to == [member.email]
    text = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    for word in (secret, "Kitchen", " key", "password", "iabetes"):
        assert word not in text


def test_it_comes_by_mail_to_who_wants_no_mails_and_switched_all_off(member: User) -> None:
    choose_extra(user=member, purpose=Purpose.EMAIL, value=NO)
    NoticeChoice.objects.create(user=member, kind=NoticeKind.KEY, way=Way.OFF)
    app_key(member)
    assert unread_count(viewer_of(member)) == 1
    assert mails.send_due() == 1
    assert NoticeKind.KEY not in kinds_for(member)


def test_who_stole_the_session_cannot_keep_the_mail_back_by_reading_the_notice(
    member: User,
) -> None:
    make_feed(user=member)
    mark_all_read(recipient=member)
    assert mails.send_due() == 1


def test_nor_by_quiet_hours(member: User) -> None:
    choose_ways(user=member, ways={}, rhythm=Rhythm.DAILY, quiet=(0, 23), time_zone="Europe/London")
    with time_machine.travel(NIGHT, tick=False):
        make_feed(user=member)
        assert mails.send_due() == 1


def test_other_mails_still_stay_away_once_the_notice_was_read(member: User) -> None:
    Notice.objects.create(
        recipient=member,
        kind=NoticeKind.SANCTION,
        same_as="x",
        created_at=timezone.now(),
        mail_due_at=timezone.now(),
        read_at=timezone.now(),
    )
    assert mails.send_due() == 0


def test_no_other_code_makes_keys_without_a_word() -> None:
    """Views and the API make keys through ``forum.actions.keys`` alone."""
    makers, allowed = {"new_feed", "new_app_key"}, {"accounts/tokens.py", "forum/actions/keys.py"}
    root = Path(settings.BASE_DIR)
    found = set()
    for app in ("accounts", "config", "forum", "guides", "moderation"):
        for path in (root / app).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            if names & makers:
                found.add(path.relative_to(root).as_posix())
    assert found == allowed - {"accounts/tokens.py"}
