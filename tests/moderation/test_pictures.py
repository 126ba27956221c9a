"""Pictures before reviewers and admins, as evidence, and what becomes of those taken away."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountClosure, Block, KeepPosts, Role, User
from forum.actions.pictures import take_out_of_post
from forum.actions.withdraw import withdraw_post
from forum.models import Audience, Board, HcpAccess, Picture, Status, Thread
from forum.pictures import store
from forum.pictures.store import Size
from moderation import exports
from moderation.actions.case_evidence import add_evidence
from moderation.actions.cases import open_case
from moderation.actions.leaving import close_account, sweep
from moderation.actions.pictures import delete_removed
from moderation.actions.reporting import file_report
from moderation.bundle import bundle
from moderation.models import AuditEvent, Case, Category, Report
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)
from tests.moderation.desk import settle
from tests.pictures import draft_of, published_picture, reply_with_picture, with_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.PICTURE_DIR = tmp_path / "pictures"
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.PICTURE_DIR


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def author(texts: None) -> User:
    return make_member("wren")


@pytest.fixture
def reader(texts: None) -> User:
    return make_member("robin")


@pytest.fixture
def moderator(texts: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def thread(reader: User, board: Board) -> Thread:
    return publish_thread(reader, board, title="Bags", text="What is in yours?")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def for_review(picture: Picture, size: str = "small") -> str:
    return reverse("moderation:picture", args=[picture.public_id, size])


def in_case(case: Case, picture: Picture) -> str:
    return reverse("moderation:case_picture", args=[case.public_id, picture.public_id, "large"])


def report_of(picture: Picture, reporter: User) -> Report:
    return file_report(
        category=Category.PRIVACY, submission_key="k" * 14, reporter=reporter, post=picture.post
    )


def case_of(picture: Picture, reporter: User, admin: User) -> Case:
    return open_case(report=report_of(picture, reporter), admin=admin)


def is_there(picture: Picture) -> bool:
    paths = [store.path_of(picture.file, size).is_file() for size in Size]
    assert len(set(paths)) == 1
    assert Picture.objects.filter(pk=picture.pk).exists() == paths[0]
    return paths[0]


# Review ------------------------------------------------------------------------------------------


def test_the_review_card_says_why_and_shows_picture_and_description(
    moderator, author, thread
) -> None:
    picture = reply_with_picture(author, thread, alt="My kit bag")
    page = browser(moderator).get(reverse("moderation:item", args=[picture.post.public_id]))
    words = page.content.decode()
    assert "Has a picture" in words
    assert for_review(picture) in words
    assert "Described as:</strong> My kit bag" in words


def test_the_passage_that_was_found_in_a_description_is_marked(moderator, author, thread) -> None:
    picture = reply_with_picture(author, thread, alt="Write to wren@example.org")
    page = browser(moderator).get(reverse("moderation:item", args=[picture.post.public_id]))
    assert "<mark>wren@example.org</mark>" in page.content.decode()


def test_a_reviewer_gets_the_file_and_each_look_is_in_the_log(moderator, author, thread) -> None:
    picture = reply_with_picture(author, thread)
    answer = browser(moderator).get(for_review(picture))
    assert answer.content == store.read(picture.file, Size.SMALL)
    assert answer["Cache-Control"] == "private, no-store"
    entry = AuditEvent.objects.get(verb="read_picture")
    assert (entry.actor, entry.subject_public_id) == (moderator, picture.post.public_id)
    assert entry.data == {"picture": picture.public_id, "size": "small"}


def test_a_professional_gets_those_for_the_community_and_is_written_down(author, thread) -> None:
    nurse = make_hcp("nurse")
    wide = reply_with_picture(author, thread)
    narrow = reply_with_picture(author, thread, audience=Audience.PEERS)
    assert browser(nurse).get(for_review(wide)).status_code == 200
    assert browser(nurse).get(for_review(narrow)).status_code == 404
    assert [row.post for row in HcpAccess.objects.filter(hcp=nurse)] == [wide.post]


def test_nobody_without_the_task_gets_it_that_way(moderator, author, reader, thread) -> None:
    picture = reply_with_picture(author, thread)
    draft = with_picture(draft_of(author, thread))
    blocks = make_staff("blocked", Role.MODERATOR)
    Block.objects.create(blocker=author, blocked=blocks)
    for person in (author, reader, blocks):
        assert browser(person).get(for_review(picture)).status_code == 404
    assert browser(moderator).get(for_review(draft)).status_code == 404
    assert browser(moderator).get(for_review(picture, "huge")).status_code == 404
    assert not AuditEvent.objects.filter(verb="read_picture").exists()


def test_what_its_author_took_out_is_not_judged_any_more(moderator, author, thread) -> None:
    picture = reply_with_picture(author, thread)
    take_out_of_post(picture=picture, author=author)
    assert browser(moderator).get(for_review(picture)).status_code == 404
    page = browser(moderator).get(reverse("moderation:item", args=[picture.post.public_id]))
    assert picture.public_id not in page.content.decode()


# As evidence -------------------------------------------------------------------------------------


def test_an_admin_sees_the_picture_of_a_reported_post_in_the_case(
    admin, author, reader, thread
) -> None:
    picture = published_picture(author, thread)
    case = case_of(picture, reader, admin)
    withdraw_post(post=picture.post, author=author)
    page = browser(admin).get(reverse("moderation:case", args=[case.public_id])).content.decode()
    assert in_case(case, picture) in page
    assert "Taken away by its author" in page
    assert browser(admin).get(in_case(case, picture)).status_code == 200
    entry = AuditEvent.objects.get(verb="read_picture")
    assert entry.data["case"] == case.public_id
    for person in (make_staff("other", Role.ADMIN), reader, author):
        # The other admin has not said yet that there is no tie.
        assert browser(person).get(in_case(case, picture)).status_code == 404


def test_a_case_shows_pictures_of_its_own_posts_alone(admin, author, reader, thread) -> None:
    case = case_of(published_picture(author, thread), reader, admin)
    other = published_picture(author, thread)
    assert browser(admin).get(in_case(case, other)).status_code == 404
    add_evidence(case=case, admin=admin, posts=[fresh(other.post)])
    assert browser(admin).get(in_case(case, other)).status_code == 200


def test_the_bundle_of_a_case_holds_the_pictures_with_their_hashes(
    admin, author, reader, thread
) -> None:
    picture = published_picture(author, thread)
    case = case_of(picture, reader, admin)
    with zipfile.ZipFile(io.BytesIO(bundle(case, at=timezone.now()).content)) as archive:
        name = f"pictures/{picture.post.public_id}-1.webp"
        assert archive.read(name) == store.read(picture.file, Size.LARGE)
        assert name in json.loads(archive.read("MANIFEST.json"))["sha256"]


# Taken away --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["one picture", "the post"])
def test_what_was_taken_away_is_deleted_soon(
    how, author, thread, django_capture_on_commit_callbacks
) -> None:
    picture, stays = published_picture(author, thread), published_picture(author, thread)
    if how == "the post":
        withdraw_post(post=picture.post, author=author)
    else:
        take_out_of_post(picture=picture, author=author)
    assert is_there(picture)
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_removed() == 1
    assert not is_there(picture)
    assert is_there(stays)
    assert delete_removed() == 0


def test_it_stays_while_a_report_or_case_needs_it_and_then_goes(
    admin, author, reader, thread, django_capture_on_commit_callbacks
) -> None:
    picture = published_picture(author, thread)
    report = report_of(picture, reader)
    withdraw_post(post=picture.post, author=author)
    assert delete_removed() == 0
    case = open_case(report=report, admin=admin)
    assert delete_removed() == 0
    with pytest.raises(DatabaseError, match="kept"), transaction.atomic():
        Picture.objects.filter(pk=picture.pk).delete()
    assert is_there(picture)
    settle(case, admin)
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_removed() == 1
    assert not is_there(picture)


def test_it_stays_while_somebody_must_look_whether_help_is_needed(
    moderator, author, thread
) -> None:
    words = "I want to kill myself tonight"
    picture = reply_with_picture(author, thread, text=words)
    withdraw_post(post=picture.post, author=author)
    assert fresh(picture.post).has_ticket
    assert delete_removed() == 0
    assert browser(moderator).get(for_review(picture)).status_code == 200


def test_what_moderators_hid_stays_for_its_author_and_for_an_appeal(author, thread) -> None:
    picture = published_picture(author, thread)
    in_state(picture.post, Status.REMOVED)
    assert delete_removed() == 0
    assert is_there(picture)
    own = reverse("forum:picture_file", args=[picture.public_id, "large"])
    assert browser(author).get(own).status_code == 200


# Copies and leaving ------------------------------------------------------------------------------


def test_a_copy_of_ones_data_holds_ones_own_pictures_and_no_others(author, reader, thread) -> None:
    own = [published_picture(author, thread), with_picture(draft_of(author, thread))]
    away = published_picture(author, thread)
    take_out_of_post(picture=away, author=author)
    published_picture(reader, thread, alt="Of somebody else")
    copy = exports.ask_for_copy(user=author)
    assert exports.sweep() == 1
    copy.refresh_from_db()
    path = exports.path_of(copy)
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        pictures = [name for name in archive.namelist() if name.startswith("pictures/")]
        assert pictures == [f"pictures/{each.public_id}.webp" for each in own]
        assert archive.read(pictures[0]) == store.read(own[0].file, Size.LARGE)
        data = json.loads(archive.read("data.json"))
    assert [row["file"] for row in data["pictures"]] == pictures
    assert "Of somebody else" not in json.dumps(data)


@pytest.mark.parametrize("posts", list(KeepPosts))
def test_leaving_deletes_all_pictures_with_their_files(
    posts, author, thread, django_capture_on_commit_callbacks
) -> None:
    sent = [published_picture(author, thread), reply_with_picture(author, thread)]
    unsent = with_picture(draft_of(author, thread))
    close_account(user=author, posts=posts)
    assert all(is_there(each) for each in [*sent, unsent])
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(at=timezone.now() + timedelta(days=15)) == 1
    assert not any(is_there(each) for each in [*sent, unsent])
    assert fresh(sent[0].post).status == (
        Status.PUBLISHED if posts == KeepPosts.KEEP else Status.WITHDRAWN
    )


def test_what_a_case_needs_waits_and_goes_when_it_is_over(
    admin, author, reader, thread, django_capture_on_commit_callbacks
) -> None:
    picture, other = published_picture(author, thread), published_picture(author, thread)
    case = case_of(picture, reader, admin)
    close_account(user=author, posts=KeepPosts.DELETE)
    later = timezone.now() + timedelta(days=15)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(at=later) == 0
    assert is_there(picture)
    assert not is_there(other)
    settle(case, admin)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(at=later) == 1
    assert not is_there(picture)
    assert AccountClosure.objects.get().erased_at is not None
