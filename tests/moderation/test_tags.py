"""Admins keep the list of topics: compared with what they saw, logged without words."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from forum.actions.tags import follow_tag
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Follow, FollowKind, Tag, ThreadTag
from moderation.actions.tags import add_tag, change_tag, merge_tag, move_tag, version_of
from moderation.models import AuditEvent
from moderation.tag_forms import TagForm
from tests.factories import make_board, make_member, make_staff, make_tag, publish_thread

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def order() -> list[str]:
    return list(Tag.objects.values_list("slug", flat=True))


def test_an_admin_adds_renames_and_retires_and_the_log_has_no_words(client):
    client.post(reverse("moderation:tags"), {"name": "Night shifts", "description": "Late."})
    tag = Tag.objects.get(slug="night-shifts")
    values = TagForm.values_of(tag) | {"name": "Nights at work", "is_retired": "on"}
    assert client.post(reverse("moderation:tag", args=[tag.slug]), values).status_code == 302
    tag.refresh_from_db()
    assert (tag.slug, tag.name, tag.is_retired) == ("night-shifts", "Nights at work", True)
    assert AuditEvent.objects.filter(verb="add_tag").count() == 1
    event = AuditEvent.objects.get(verb="change_tag")
    assert event.data["to"] == {"is_retired": True}
    assert "Nights at work" not in repr(event.data)


def test_a_name_is_there_once(client, admin):
    make_tag("sport", name="Sport")
    answer = client.post(reverse("moderation:tags"), {"name": "SPORT"})
    assert answer.status_code == 422
    assert "SPORT" in answer.content.decode()
    other = make_tag("moving")
    with pytest.raises(Refused):
        change_tag(
            tag=other,
            admin=admin,
            version=version_of(other),
            name="sport",
            description="",
            is_retired=False,
        )
    with pytest.raises(Refused):
        add_tag(admin=admin, name="!!!")


def test_who_saw_another_version_must_look_again(client, admin):
    tag = make_tag("sport")
    values = TagForm.values_of(tag)
    values.pop("is_retired")
    address = reverse("moderation:tag", args=[tag.slug])
    assert client.post(address, {**values, "name": "Moving"}).status_code == 302
    late = client.post(address, {**values, "name": "Mine"})
    assert late.status_code == 422
    assert "Mine" in late.content.decode()
    with pytest.raises(StaleVersion):
        change_tag(tag=tag, admin=admin, version="old", name="X", description="", is_retired=False)


def test_topics_move_up_and_down_and_stop_at_the_ends(client, admin):
    for slug in ("a", "b", "c"):
        make_tag(slug)
    client.post(reverse("moderation:tag_move", args=["c"]), {"to": "up"})
    assert order() == ["a", "c", "b"]
    client.post(reverse("moderation:tag_move", args=["a"]), {"to": "down"})
    assert order() == ["c", "a", "b"]
    assert not move_tag(tag=Tag.objects.get(slug="c"), admin=admin, up=1)
    assert client.post(reverse("moderation:tag_move", args=["a"]), {"to": "x"}).status_code == 404


def test_merging_takes_threads_and_followers_along_once(client, admin):
    lows, hypos = make_tag("lows"), make_tag("hypos")
    board, author = make_board("sport"), make_member("author")
    both = publish_thread(author, board, title="A", text="Words.", tags=["lows", "hypos"])
    one = publish_thread(author, board, title="B", text="Words.", tags=["lows"])
    follow_tag(user=author, tag=lows, kind=FollowKind.FOLLOW)
    reader = make_member("reader")
    for tag in (lows, hypos):
        follow_tag(user=reader, tag=tag, kind=FollowKind.MUTE)
    address = reverse("moderation:tag_merge", args=["lows"])
    assert client.post(address, {"into": "hypos"}).status_code == 302
    assert {(row.thread_id, row.tag_id) for row in ThreadTag.objects.all()} == {
        (both.pk, hypos.pk),
        (one.pk, hypos.pk),
    }
    assert set(Follow.objects.values_list("user", "tag")) == {
        (author.pk, hypos.pk),
        (reader.pk, hypos.pk),
    }
    assert AuditEvent.objects.get(verb="merge_tag").data == {"tag": "lows", "into": "hypos"}
    lows.refresh_from_db()
    assert not merge_tag(tag=lows, into=hypos, admin=admin)
    with pytest.raises(Refused):
        merge_tag(tag=hypos, into=lows, admin=admin)
    with pytest.raises(Refused):
        merge_tag(tag=hypos, into=hypos, admin=admin)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.MEMBER])
def test_nobody_but_admins(role):
    person = make_member("wren") if role == Role.MEMBER else make_staff("kim", role)
    tag, other = make_tag("sport"), make_tag("food")
    with pytest.raises(NotVisible):
        add_tag(admin=person, name="Mine")
    with pytest.raises(NotVisible):
        change_tag(
            tag=tag,
            admin=person,
            version=version_of(tag),
            name="Mine",
            description="",
            is_retired=False,
        )
    with pytest.raises(NotVisible):
        move_tag(tag=tag, admin=person, up=1)
    with pytest.raises(NotVisible):
        merge_tag(tag=tag, into=other, admin=person)
