"""A picture comes into a post that was sent, is described anew, or goes: a person looks first."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from forum.actions.audience import Scope, choose_hcp_involvement
from forum.actions.picture_edits import add_to_post, describe_again
from forum.actions.pictures import take_out_of_post
from forum.errors import NotVisible, Refused
from forum.models import Audience, Picture, Post, Status, Thread
from forum.models.picture import MOST_PICTURES
from forum.pictures import store
from forum.pictures.convert import NotAPicture
from forum.pictures.store import Size
from moderation.actions.pictures import delete_removed
from moderation.actions.reporting import file_report
from moderation.models import Category
from moderation.reasons import reasons_for
from tests.factories import fresh, in_state, publish_reply, published, submit_reply
from tests.pictures import as_file, drawn, published_picture
from tests.racing import at_once

pytestmark = pytest.mark.django_db
ALT = "A red and a blue half"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.PICTURE_DIR = tmp_path / "pictures"
    return settings.PICTURE_DIR


@pytest.fixture
def reply(guest: User, thread: Thread) -> Post:
    return publish_reply(guest, thread, text="Look at this.")


@pytest.fixture
def as_guest(client: Client, guest: User) -> Client:
    client.force_login(guest)
    return client


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def add(post: Post, *, alt: str = ALT) -> Picture:
    return add_to_post(post=post, author=post.author, raw=as_file(drawn()), alt=alt)


def kinds(post: Post) -> list[str]:
    return [reason["kind"] for reason in fresh(post).review_reasons]


def file_of(picture: Picture) -> str:
    return reverse("forum:picture_file", args=[picture.public_id, "small"])


def page_of(post: Post) -> str:
    return reverse("forum:post_pictures", args=[post.public_id])


def upload(raw: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("me.jpg", raw, content_type="image/jpeg")


# Adding ------------------------------------------------------------------------------------------


def test_a_picture_added_to_a_published_post_holds_it_until_a_person_looked(
    as_guest, reply, host, thread
):
    assert page_of(reply) in as_guest.get(reverse("forum:edit", args=[reply.public_id])).text
    answer = as_guest.post(page_of(reply), {"picture": upload(as_file(drawn())), "alt": ALT})
    assert answer["Location"] == page_of(reply)
    picture = Picture.objects.get()
    assert (picture.post, picture.alt, picture.place) == (reply, ALT, 1)
    post = fresh(reply)
    assert (post.status, post.version) == (Status.HELD, reply.version + 1)
    assert {"picture", "edited"} <= set(kinds(post))
    assert post.edited_at is not None
    others = browser(host)
    thread_page = reverse("forum:thread", args=[thread.public_id])
    assert others.get(file_of(picture)).status_code == 404
    assert "Look at this." not in others.get(thread_page).text
    published(post)
    assert others.get(file_of(picture)).status_code == 200
    assert file_of(picture) in others.get(thread_page).text


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR, Role.HCP])
def test_it_waits_whoever_wrote_the_post(role, guest, nurse, moderator, thread):
    author = {Role.MEMBER: guest, Role.MODERATOR: moderator, Role.HCP: nurse}[role]
    post = publish_reply(author, thread, text="Look at this.")
    add(post)
    assert fresh(post).status == Status.HELD


def test_a_thread_waits_as_a_whole_and_its_author_is_told_before(host, guest, thread, reply):
    opening = fresh(thread.posts.get(is_opening=True))
    page = browser(host).get(page_of(opening)).text
    assert "nobody else can see your thread" in page
    add(opening)
    thread.refresh_from_db()
    assert thread.status == Status.HELD
    address = reverse("forum:thread", args=[thread.public_id])
    assert browser(guest).get(address).status_code == 404


def test_a_post_that_is_to_be_changed_waits_again_with_its_picture(guest, reply):
    in_state(reply, Status.CHANGES)
    add(fresh(reply))
    assert fresh(reply).status == Status.HELD
    assert "picture" in kinds(reply)


def test_what_the_description_says_is_screened(reply):
    add(reply, alt="My number is 07700 900123")
    assert "contact" in kinds(reply)
    assert "07700 900123" in {reason.passage for reason in reasons_for(fresh(reply))}


def test_four_are_the_most_and_the_fifth_leaves_no_file(reply, folder):
    for _number in range(MOST_PICTURES):
        add(fresh(reply))
    with pytest.raises(Refused):
        add(fresh(reply))
    assert Picture.objects.filter(post=reply).count() == MOST_PICTURES
    assert len(list(folder.iterdir())) == 2 * MOST_PICTURES


def test_what_is_no_picture_changes_nothing_and_is_told_at_the_field(as_guest, reply, folder):
    answer = as_guest.post(page_of(reply), {"picture": upload(b"no picture"), "alt": ALT})
    assert answer.status_code == 422
    assert "could not read this file" in answer.text
    assert ALT in answer.text
    with pytest.raises(NotAPicture):
        add_to_post(post=reply, author=reply.author, raw=b"no picture", alt=ALT)
    assert fresh(reply).version == reply.version
    assert not folder.exists()


@pytest.mark.parametrize("state", [Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN])
def test_a_post_that_was_taken_down_gets_none(as_guest, reply, state):
    in_state(reply, state)
    with pytest.raises(NotVisible):
        add(fresh(reply))
    assert as_guest.get(page_of(reply)).status_code == 404
    assert not Picture.objects.exists()


def test_nobody_adds_to_the_post_of_somebody_else(reply, host):
    with pytest.raises(NotVisible):
        add_to_post(post=reply, author=host, raw=as_file(drawn()), alt=ALT)
    client = browser(host)
    assert client.get(page_of(reply)).status_code == 404
    sent = {"picture": upload(as_file(drawn())), "alt": ALT}
    assert client.post(page_of(reply), sent).status_code == 404
    assert fresh(reply).status == Status.PUBLISHED


def test_silenced_people_add_none_and_can_still_take_theirs_out(guest, thread):
    picture = published_picture(guest, thread)
    silence(guest)
    with pytest.raises(Refused):
        add(fresh(picture.post))
    with pytest.raises(Refused):
        describe_again(picture=picture, author=guest, alt="Other")
    page = browser(guest).get(page_of(picture.post)).text
    assert "Add it" not in page
    assert take_out_of_post(picture=picture, author=guest)


def silence(user: User) -> None:
    user.silenced_until = timezone.now() + timedelta(days=1)
    user.save(update_fields=["silenced_until"])


def test_a_post_of_somebody_who_let_no_professionals_in_since_comes_back_for_peers(reply, guest):
    choose_hcp_involvement(user=guest, choice=HcpChoice.NONE, scope=Scope.FROM_NOW_ON)
    guest.refresh_from_db()
    assert fresh(reply).audience == Audience.COMMUNITY
    add(fresh(reply))
    assert fresh(reply).audience == Audience.PEERS


def test_each_picture_makes_a_new_version_so_that_a_look_that_began_before_decides_nothing(reply):
    add(reply)
    seen = fresh(reply).version
    add(fresh(reply))
    assert fresh(reply).version == seen + 1


# Describing --------------------------------------------------------------------------------------


def test_other_words_for_a_picture_that_was_looked_at_need_no_second_look(
    as_guest, guest, host, thread
):
    picture = published_picture(guest, thread)
    address = reverse("forum:picture_describe", args=[picture.public_id])
    assert ALT in as_guest.get(address).text
    as_guest.post(address, {"alt": "A flag"})
    post = fresh(picture.post)
    assert (post.status, post.version) == (Status.PUBLISHED, picture.post.version + 1)
    new = Picture.objects.get(post=post, removed_at=None)
    assert (new.alt, new.place) == ("A flag", picture.place)
    others = browser(host)
    assert others.get(file_of(new)).content == store.read(new.file, Size.SMALL)
    assert others.get(file_of(picture)).status_code == 404
    page = others.get(reverse("forum:thread", args=[thread.public_id])).text
    assert 'alt="A flag"' in page
    assert ALT not in page


def test_the_same_words_change_nothing(guest, thread, folder):
    picture = published_picture(guest, thread)
    assert describe_again(picture=picture, author=guest, alt=ALT) == picture
    assert fresh(picture.post).version == picture.post.version
    assert len(list(folder.iterdir())) == 2


def test_words_that_need_a_look_hold_the_post(guest, thread):
    picture = published_picture(guest, thread)
    describe_again(picture=picture, author=guest, alt="Ring 07700 900123")
    assert fresh(picture.post).status == Status.HELD
    assert "contact" in kinds(picture.post)
    assert "picture" not in kinds(picture.post)


def test_in_a_post_that_waits_the_picture_stays_a_reason(guest, thread):
    post = submit_reply(guest, thread, text="Look at this.")
    picture = add(post)
    describe_again(picture=picture, author=guest, alt="A flag")
    assert fresh(post).status == Status.HELD
    assert "picture" in kinds(post)


def test_nobody_describes_the_picture_of_somebody_else(guest, host, thread):
    picture = published_picture(guest, thread)
    with pytest.raises(NotVisible):
        describe_again(picture=picture, author=host, alt="Mine")
    address = reverse("forum:picture_describe", args=[picture.public_id])
    assert browser(host).post(address, {"alt": "Mine"}).status_code == 404
    assert Picture.objects.get().alt == ALT


def test_words_that_were_reported_stay_as_they_were_and_others_are_deleted(
    guest, host, thread, folder
):
    reported, other = published_picture(guest, thread), published_picture(guest, thread)
    file_report(
        category=Category.BULLYING,
        submission_key="abcdefghjkmnpq",
        reporter=host,
        post=reported.post,
        words="Look.",
    )
    for picture in (reported, other):
        describe_again(picture=picture, author=guest, alt="A flag")
    assert delete_removed() == 1
    reported.refresh_from_db()
    assert reported.alt == ALT
    assert not Picture.objects.filter(pk=other.pk).exists()


# Taking out --------------------------------------------------------------------------------------


def test_passages_found_behind_a_description_that_goes_stay_what_they_were(guest, thread):
    post = submit_reply(guest, thread, text="Look at this.", content_note="Flags")
    first = add(post, alt="Ring 07700 900123")
    add(fresh(post), alt="Or write to wren@example.org")
    take_out_of_post(picture=first, author=guest)
    passages = {reason.passage for reason in reasons_for(fresh(post)) if reason.kind == "contact"}
    assert passages == {"", "wren@example.org"}


# At the same moment ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_five_at_once_are_still_four(reply, folder):
    raw = as_file(drawn())
    results = at_once(
        *[lambda: add_to_post(post=reply, author=reply.author, raw=raw, alt="A bag")] * 5
    )
    assert sum(isinstance(result, Picture) for result in results) == MOST_PICTURES
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert sorted(Picture.objects.values_list("place", flat=True)) == [1, 2, 3, 4]
    assert len(list(folder.iterdir())) == 2 * MOST_PICTURES


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_descriptions_at_once_leave_one_picture(guest, thread, folder):
    picture = published_picture(guest, thread)
    results = at_once(
        *[
            lambda alt=alt: describe_again(picture=picture, author=guest, alt=alt)
            for alt in ("One", "Two")
        ]
    )
    assert sum(isinstance(result, NotVisible) for result in results) == 1
    assert Picture.objects.filter(post=picture.post, removed_at=None).count() == 1
    assert len(list(folder.iterdir())) == 4  # the old one is not swept yet
