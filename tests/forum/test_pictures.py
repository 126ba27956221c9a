"""Pictures in posts: adding, showing to those who see the post, and to nobody else at any time."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, HiddenHcp, Role, User
from forum.actions.audience import take_back
from forum.actions.edit import edit_post
from forum.actions.hide_part import hide_parts, spans_of
from forum.actions.pictures import (
    ENOUGH,
    add_picture,
    sweep_files,
    take_out_of_draft,
    take_out_of_post,
)
from forum.actions.state import lock_post
from forum.actions.submit import submit_post
from forum.actions.withdraw import withdraw_post
from forum.errors import NotVisible, Refused
from forum.models import Draft, HcpAccess, Picture, Status
from forum.models.picture import MOST_PICTURES
from forum.pictures import store
from forum.pictures.store import Size
from forum.pictures.upload import MOST_BYTES
from tests.factories import fresh, in_state
from tests.pictures import (
    as_file,
    draft_of,
    drawn,
    png_of,
    published_picture,
    reply_with_picture,
    with_picture,
    with_place,
)
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.PICTURE_DIR = tmp_path / "pictures"
    return settings.PICTURE_DIR


@pytest.fixture
def as_guest(client: Client, guest: User) -> Client:
    client.force_login(guest)
    return client


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file_of(picture: Picture, size: str = "small") -> str:
    return reverse("forum:picture_file", args=[picture.public_id, size])


def upload(raw: bytes, name: str = "me.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw, content_type="image/jpeg")


def pictures_page(draft: Draft) -> str:
    return reverse("forum:draft_pictures", args=[draft.key])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


# Adding ------------------------------------------------------------------------------------------


def test_a_picture_is_added_on_the_way_from_writing_to_the_check(as_guest, guest, thread) -> None:
    page = as_guest.get(reverse("forum:reply", args=[thread.public_id]))
    assert 'name="picture"' in page.content.decode()
    key = page.context["form"].initial["key"]
    words = {"key": key, "text": "My bag.", "audience": "community", "picture": "1"}
    answer = as_guest.post(reverse("forum:reply", args=[thread.public_id]), words)
    draft = Draft.objects.get(author=guest)
    assert answer["Location"] == pictures_page(draft)
    shown = as_guest.get(pictures_page(draft)).content.decode()
    assert "Before your first picture" in shown
    assert "Describe the picture" in shown
    raw = as_file(drawn(), exif=with_place())
    answer = as_guest.post(pictures_page(draft), {"picture": upload(raw), "alt": "My kit bag"})
    assert answer["Location"] == pictures_page(draft)
    picture = Picture.objects.get(draft=draft)
    assert (picture.alt, picture.width, picture.height) == ("My kit bag", 60, 40)
    check = as_guest.get(reverse("forum:check", args=[draft.key])).content.decode()
    assert file_of(picture) in check
    assert "My kit bag" in check
    answer = as_guest.post(reverse("forum:check", args=[draft.key]), {"do": "send"}, follow=True)
    assert "We have it" in answer.content.decode()
    picture.refresh_from_db()
    assert picture.post.status == Status.HELD
    assert picture.draft is None


def test_a_reply_with_a_picture_is_never_sent_without_the_check_page(
    as_guest, guest, thread
) -> None:
    draft = draft_of(guest, thread)
    with_picture(draft)
    words = {"key": draft.key, "text": "My bag.", "audience": "community"}
    answer = as_guest.post(reverse("forum:reply", args=[thread.public_id]), words)
    assert answer["Location"] == reverse("forum:check", args=[draft.key])
    assert Picture.objects.get().draft == draft


def test_a_question_can_have_a_picture_too(as_guest, guest, board) -> None:
    page = as_guest.get(reverse("forum:ask", args=[board.slug]))
    words = {
        "key": page.context["form"].initial["key"],
        "title": "Bags",
        "text": "What is in yours?",
        "audience": "peers",
        "picture": "1",
    }
    answer = as_guest.post(reverse("forum:ask", args=[board.slug]), words)
    assert answer["Location"] == pictures_page(Draft.objects.get(author=guest))


@pytest.mark.parametrize(
    "raw, words",
    [
        (b"", "could not read this file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "could not read this file"),
        (as_file(drawn(), "GIF"), "could not read this file"),
        (png_of(9000, 9000), "too large. The most is 25 million dots"),
        (b"\xff\xd8" + b"a" * MOST_BYTES, "The most is 8 MB"),
    ],
    ids=["empty", "svg", "gif", "bomb", "heavy"],
)
def test_what_is_no_picture_is_told_at_the_field_and_the_words_stay(
    raw, words, as_guest, guest, thread, folder
) -> None:
    draft = draft_of(guest, thread)
    answer = as_guest.post(pictures_page(draft), {"picture": upload(raw), "alt": "My kit bag"})
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["picture"])
    assert "My kit bag" in answer.content.decode()
    assert not Picture.objects.exists()
    assert files(folder) == []


def test_what_a_file_is_called_plays_no_part(as_guest, guest, thread) -> None:
    draft = draft_of(guest, thread)
    raw = as_file(drawn(), "PNG")
    sent = SimpleUploadedFile("../../etc/page.html", raw, content_type="text/html")
    as_guest.post(pictures_page(draft), {"picture": sent, "alt": "A bag"})
    assert Picture.objects.get().width == 60


def test_each_picture_must_be_described(as_guest, guest, thread) -> None:
    draft = draft_of(guest, thread)
    answer = as_guest.post(pictures_page(draft), {"picture": upload(as_file(drawn())), "alt": " "})
    assert answer.status_code == 422
    assert "Say what the picture shows." in answer.content.decode()
    picture = with_picture(draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        Picture.objects.filter(pk=picture.pk).update(alt="")


def test_four_are_the_most(as_guest, guest, thread, folder) -> None:
    draft = draft_of(guest, thread)
    for number in range(MOST_PICTURES):
        with_picture(draft, alt=f"Number {number}")
    assert "most for one post" in as_guest.get(pictures_page(draft)).content.decode()
    answer = as_guest.post(pictures_page(draft), {"picture": upload(as_file(drawn())), "alt": "5"})
    assert str(ENOUGH) in answer.content.decode()
    assert [one.place for one in draft.pictures.all()] == [1, 2, 3, 4]
    assert len(files(folder)) == 2 * MOST_PICTURES


def test_silenced_people_add_none(guest, thread) -> None:
    draft = draft_of(guest, thread)
    guest.silenced_until = timezone.now() + timedelta(days=1)
    guest.save()
    with pytest.raises(Refused):
        with_picture(draft)


def test_nobody_adds_to_or_looks_at_the_draft_of_somebody_else(host, as_guest, thread) -> None:
    draft = draft_of(host, thread)
    picture = with_picture(draft)
    out = reverse("forum:draft_picture_out", args=[draft.key, picture.public_id])
    for answer in (
        as_guest.get(pictures_page(draft)),
        as_guest.post(pictures_page(draft), {"picture": upload(as_file(drawn())), "alt": "x"}),
        as_guest.post(out),
        as_guest.get(file_of(picture)),
        as_guest.get(reverse("forum:picture", args=[picture.public_id])),
    ):
        assert answer.status_code == 404
    assert browser(host).get(file_of(picture)).status_code == 200
    assert Picture.objects.count() == 1


def test_a_picture_of_a_draft_is_deleted_with_its_files(
    as_guest, guest, thread, folder, django_capture_on_commit_callbacks
) -> None:
    draft = draft_of(guest, thread)
    picture, other = with_picture(draft), with_picture(draft)
    out = reverse("forum:draft_picture_out", args=[draft.key, picture.public_id])
    with django_capture_on_commit_callbacks(execute=True):
        assert as_guest.post(out)["Location"] == pictures_page(draft)
    assert as_guest.get(file_of(picture)).status_code == 404
    assert files(folder) == sorted(store.path_of(other.file, size).name for size in Size)
    assert take_out_of_draft(picture=picture, author=guest) is False


# A person looks first ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR, Role.HCP])
def test_a_post_with_a_picture_always_waits(role, guest, nurse, moderator, thread) -> None:
    author = {Role.MEMBER: guest, Role.MODERATOR: moderator, Role.HCP: nurse}[role]
    picture = reply_with_picture(author, thread)
    assert picture.post.status == Status.HELD
    assert "picture" in [reason["kind"] for reason in picture.post.review_reasons]
    plain = draft_of(author, thread)
    assert submit_post(draft=plain, author=author).status == Status.PUBLISHED


def test_new_words_for_a_post_that_waits_say_again_that_it_has_a_picture(guest, thread) -> None:
    post = reply_with_picture(guest, thread).post
    edit_post(post=post, author=guest, version=post.version, text="Other words.")
    assert fresh(post).status == Status.HELD
    assert "picture" in [reason["kind"] for reason in fresh(post).review_reasons]


def test_descriptions_are_screened_with_the_words(as_guest, guest, thread) -> None:
    draft = draft_of(guest, thread)
    picture = with_picture(draft, alt="Write to me at wren@example.org")
    check = reverse("forum:check", args=[draft.key])
    assert "<mark>wren@example.org</mark>" in as_guest.get(check).content.decode()
    as_guest.post(check, {"do": "mask"})
    picture.refresh_from_db()
    assert "wren@" not in picture.alt
    Picture.objects.filter(pk=picture.pk).update(alt="I want to kill myself tonight")
    post = submit_post(draft=draft, author=guest)
    assert "crisis" in [reason["kind"] for reason in post.review_reasons]
    sent = as_guest.get(reverse("forum:sent", args=[post.public_id]))
    assert sent.context["needs_help_panel"] == "crisis"


# Showing -----------------------------------------------------------------------------------------


def test_the_card_shows_it_with_its_size_and_description(as_guest, guest, host, thread) -> None:
    picture = published_picture(host, thread, alt='A "red" & blue half')
    page = as_guest.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert f'src="{file_of(picture)}"' in page
    assert 'width="60" height="40"' in page
    assert 'alt="A &quot;red&quot; &amp; blue half"' in page
    assert 'loading="lazy"' in page
    large = reverse("forum:picture", args=[picture.public_id])
    assert f'<a href="{large}">' in page
    whole = as_guest.get(large).content.decode()
    assert file_of(picture, "large") in whole
    assert "Take it out" not in whole


def test_the_file_is_for_this_person_now_and_for_no_cache(as_guest, host, thread, folder) -> None:
    picture = published_picture(host, thread)
    for size in ("small", "large"):
        answer = as_guest.get(file_of(picture, size))
        assert answer.status_code == 200
        assert answer.content == store.read(picture.file, Size(size))
        assert answer["Content-Type"] == "image/webp"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == "inline"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert not answer.has_header("ETag")
        assert not answer.has_header("Last-Modified")
    assert as_guest.get(file_of(picture, "huge")).status_code == 404
    assert as_guest.post(file_of(picture)).status_code == 405


def test_no_address_tells_the_name_of_a_file_or_of_the_post(as_guest, host, thread) -> None:
    picture = published_picture(host, thread)
    page = as_guest.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert picture.file not in page
    assert picture.post.public_id not in file_of(picture)
    assert picture.file not in file_of(picture)


def test_files_lie_in_a_folder_for_the_site_alone_that_nothing_serves(host, thread, folder) -> None:
    picture = published_picture(host, thread)
    assert folder.stat().st_mode & 0o777 == 0o700
    for size in Size:
        assert store.path_of(picture.file, size).stat().st_mode & 0o777 == 0o600
    for public in (project.STATIC_ROOT, *project.STATICFILES_DIRS):
        assert not Path(project.VAR_DIR / "pictures").is_relative_to(public)


def gone(client: Client, picture: Picture) -> bool:
    """Whether nothing tells this person that there ever was a picture."""
    never = client.get(reverse("forum:picture_file", args=["2" * 14, "small"]))
    answers = [client.get(file_of(picture, size)) for size in ("small", "large")]
    for answer in answers:
        same = answer.content == never.content and sorted(answer.headers) == sorted(never.headers)
        if not (answer.status_code == never.status_code == 404 and same):
            return False
    page = client.get(reverse("forum:picture", args=[picture.public_id]))
    thread = client.get(reverse("forum:thread", args=[picture.post.thread.public_id]))
    return page.status_code == 404 and picture.public_id not in thread.content.decode()


def test_a_held_picture_is_for_its_author_alone(guest, host, moderator, nurse, thread) -> None:
    picture = reply_with_picture(guest, thread)
    assert browser(guest).get(file_of(picture)).status_code == 200
    for other in (host, moderator, nurse):
        assert gone(browser(other), picture)
    assert Client().get(file_of(picture)).status_code == 302


@pytest.mark.parametrize(
    "status", [Status.HELD, Status.CHANGES, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN]
)
def test_it_is_gone_with_the_next_request_when_its_post_is(
    status, guest, host, nurse, thread
) -> None:
    picture = published_picture(guest, thread)
    readers = [browser(host), browser(nurse)]
    assert [reader.get(file_of(picture)).status_code for reader in readers] == [200, 200]
    in_state(picture.post, status)
    assert all(gone(reader, picture) for reader in readers)
    own = browser(guest).get(file_of(picture)).status_code
    assert own == (404 if status == Status.WITHDRAWN else 200)


def test_it_is_gone_when_the_thread_is(guest, host, thread) -> None:
    picture = published_picture(guest, thread)
    in_state(thread.posts.get(is_opening=True), Status.HIDDEN)
    assert browser(guest).get(file_of(picture)).status_code == 404


def test_it_is_gone_for_professionals_once_it_is_taken_back(guest, host, nurse, thread) -> None:
    picture = published_picture(guest, thread)
    as_nurse = browser(nurse)
    assert as_nurse.get(file_of(picture)).status_code == 200
    take_back(post=picture.post, author=guest)
    assert gone(as_nurse, picture)
    assert browser(host).get(file_of(picture)).status_code == 200


def test_it_is_gone_between_people_who_do_not_meet(guest, host, nurse, thread) -> None:
    picture = published_picture(guest, thread)
    HiddenHcp.objects.create(member=guest, hcp=nurse)
    Block.objects.create(blocker=host, blocked=guest)
    assert gone(browser(nurse), picture)
    assert browser(host).get(file_of(picture)).status_code == 404


def test_it_is_gone_while_words_of_its_post_are_hidden(guest, host, moderator, thread) -> None:
    picture = published_picture(guest, thread, text="My school is Hill House. I like it.")
    with transaction.atomic():
        post = lock_post(picture.post.pk)
        hide_parts(post=post, spans=spans_of(post, ["Hill House"]), at=timezone.now())
        post.save()
    assert browser(host).get(file_of(picture)).status_code == 404
    page = browser(host).get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert picture.public_id not in page
    assert "I like it" in page
    assert browser(guest).get(file_of(picture)).status_code == 200


def test_suspended_people_get_none(guest, host, thread) -> None:
    picture = published_picture(guest, thread)
    host.suspended_until = timezone.now() + timedelta(days=1)
    host.save()
    assert browser(host).get(file_of(picture)).status_code == 404


def test_professionals_who_get_it_are_written_down(guest, nurse, thread) -> None:
    picture = published_picture(guest, thread)
    browser(nurse).get(file_of(picture))
    seen = HcpAccess.objects.get(hcp=nurse, post=picture.post)
    assert seen.author == guest


def test_a_quote_has_none(guest, host, thread) -> None:
    picture = published_picture(guest, thread)
    address = reverse("forum:reply", args=[thread.public_id]) + f"?quote={picture.post.public_id}"
    page = browser(host).get(address).content.decode()
    assert "Look at this." in page
    assert picture.public_id not in page
    assert picture.alt not in page


def test_a_search_does_not_show_it(guest, host, thread) -> None:
    picture = published_picture(guest, thread)
    page = browser(host).get(reverse("forum:search") + "?q=look").content.decode()
    assert picture.post.public_id in page
    assert picture.public_id not in page


# Taking it away ----------------------------------------------------------------------------------


def test_an_author_takes_one_picture_out_and_keeps_the_words(guest, host, thread) -> None:
    picture = published_picture(guest, thread)
    before = fresh(picture.post).version
    page = reverse("forum:picture_remove", args=[picture.public_id])
    client = browser(guest)
    assert "You cannot bring it back." in client.get(page).content.decode()
    assert client.post(page)["Location"] == reverse("forum:post", args=[picture.post.public_id])
    assert fresh(picture.post).status == Status.PUBLISHED
    assert fresh(picture.post).version == before + 1
    for person in (guest, host):
        assert gone(browser(person), picture)
    assert take_out_of_post(picture=picture, author=guest) is False


def test_nobody_takes_the_picture_of_somebody_else_out(guest, host, thread) -> None:
    picture = published_picture(guest, thread)
    page = reverse("forum:picture_remove", args=[picture.public_id])
    assert browser(host).get(page).status_code == 404
    assert browser(host).post(page).status_code == 404
    with pytest.raises(NotVisible):
        take_out_of_post(picture=picture, author=host)
    assert Picture.objects.get().removed_at is None


def test_a_deleted_post_takes_its_pictures_with_it(guest, thread) -> None:
    picture = published_picture(guest, thread)
    withdraw_post(post=picture.post, author=guest)
    assert browser(guest).get(file_of(picture)).status_code == 404
    picture.refresh_from_db()
    assert picture.removed_at is not None


# Files and rows ----------------------------------------------------------------------------------


def test_a_row_without_files_cannot_come_about(guest, thread, folder, monkeypatch) -> None:
    """Where writing fails, at whatever step, there is no row."""
    draft = draft_of(guest, thread)
    for step in ("write", "rename", "fsync"):
        with monkeypatch.context() as broken:
            target = Path if step == "rename" else os
            if step == "write":
                broken.setattr(os, "fdopen", _fail)
            else:
                broken.setattr(target, step, _fail)
            with pytest.raises(OSError, match="disk"):
                with_picture(draft)
        assert not Picture.objects.exists()
    with_picture(draft)


def _fail(*args: object, **kwargs: object) -> None:
    raise OSError("the disk is full")


def test_the_name_reaches_the_disk_before_the_row_is_written(
    guest, thread, folder, monkeypatch
) -> None:
    steps: list[str] = []
    real_sync, real_create = os.fsync, Picture.objects.create

    def sync(handle: int) -> None:
        steps.append("fsync")
        real_sync(handle)

    def create(**row: object) -> Picture:
        steps.append("row")
        return real_create(**row)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Picture.objects, "create", create)
    with_picture(draft_of(guest, thread))
    assert steps == ["fsync", "fsync", "fsync", "row"]


def test_files_of_no_row_are_swept_after_a_day_and_others_stay(guest, thread, folder) -> None:
    picture = with_picture(draft_of(guest, thread))
    lost = store.new_name()
    for name in (f"{lost}-large.webp", f"{lost}-small.part", f"{picture.file}-small.part"):
        (folder / name).write_bytes(b"left by a process that was killed")
    assert sweep_files() == 0
    assert sweep_files(at=timezone.now() + timedelta(days=1, minutes=1)) == 3
    assert files(folder) == sorted(store.path_of(picture.file, size).name for size in Size)


def test_pictures_of_a_deleted_draft_are_swept(guest, thread, folder) -> None:
    draft = draft_of(guest, thread)
    picture = with_picture(draft)
    draft.delete()
    assert browser(guest).get(file_of(picture)).status_code == 404
    assert sweep_files(at=timezone.now() + timedelta(days=2)) == 2
    assert files(folder) == []


def test_a_missing_file_is_a_page_not_found_and_no_crash(guest, thread, folder) -> None:
    picture = with_picture(draft_of(guest, thread))
    store.delete(picture.file)
    assert browser(guest).get(file_of(picture)).status_code == 404


def test_a_process_killed_between_file_and_row_leaves_only_a_file_that_is_swept(
    folder, tmp_path
) -> None:
    """A process of its own, killed where the row would be written."""
    code = (
        "import os, signal, sys\n"
        "sys.path.insert(0, os.getcwd())\n"
        "import django; django.setup()\n"
        "from forum.pictures import store\n"
        "from forum.pictures.convert import Converted\n"
        "store.write('a' * 40, Converted(b'large', b'small', 1, 1))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PICTURE_DIR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.BASE_DIR,
        env=environment,
        check=False,
        timeout=60,
    )
    assert result.returncode == -9
    assert len(files(folder)) == 2
    assert sweep_files(at=timezone.now() + timedelta(days=2)) == 2
    assert files(folder) == []


# At the same moment ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_five_at_once_are_still_four(guest, thread, folder) -> None:
    draft = draft_of(guest, thread)
    raw = as_file(drawn())
    results = at_once(*[lambda: add_picture(draft=draft, author=guest, raw=raw, alt="A bag")] * 5)
    assert sum(isinstance(result, Picture) for result in results) == MOST_PICTURES
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert sorted(draft.pictures.values_list("place", flat=True)) == [1, 2, 3, 4]
    assert len(files(folder)) == 2 * MOST_PICTURES


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_sending_while_adding_loses_no_picture_and_leaves_none_without_a_post(
    guest, thread, folder
) -> None:
    draft = draft_of(guest, thread)
    with_picture(draft)
    raw = as_file(drawn())
    sent, added = at_once(
        lambda: submit_post(draft=draft, author=guest),
        lambda: add_picture(draft=draft, author=guest, raw=raw, alt="A bag"),
    )
    assert sent.status == Status.HELD
    assert isinstance(added, Picture | NotVisible)
    expected = 2 if isinstance(added, Picture) else 1
    assert Picture.objects.filter(post=sent).count() == Picture.objects.count() == expected
    assert len(files(folder)) == 2 * expected


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_taking_out_twice_at_once_happens_once(guest, thread, folder) -> None:
    picture = with_picture(draft_of(guest, thread))
    results = at_once(*[lambda: take_out_of_draft(picture=picture, author=guest)] * 2)
    assert sorted(results) == [False, True]
    assert files(folder) == []
