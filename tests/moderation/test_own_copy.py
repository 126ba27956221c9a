"""A copy of one's own data: all that is theirs, nothing of others, fetched by them alone."""

import json
import re
import stat
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import DataExport, ExportState, Role, User
from forum.mail import send_due
from forum.models import Notice, NoticeKind
from moderation import exports
from moderation.models import AuditEvent
from tests.factories import in_state, make_member, make_staff
from tests.fates import IN_COPY, LEFT_OUT
from tests.moderation.leaver import (
    OTHER,
    OWN,
    Leaver,
    columns_of_people,
    files_in,
    make_leaver,
)

pytestmark = pytest.mark.usefixtures("texts")
PAGE = reverse("moderation:own_data")
ASK = reverse("moderation:ask_copy")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.EXPORT_DIR


@pytest.fixture
def leaver() -> Leaver:
    return make_leaver()


@pytest.fixture
def wren() -> User:
    return make_member("wren")


def client_of(user: User, *, said_who: bool = True) -> Client:
    """A browser of somebody who has just said again who they are, or has not."""
    client = Client()
    client.force_login(user)
    if said_who:
        session = client.session
        session["still_you_at"] = {"at": time.time(), "user": user.pk}
        session.save()
    return client


def code_in(body: str) -> str:
    """The code that stands on a line of its own."""
    return re.findall(r"^[A-Z0-9]{3,}(?:-?[A-Z0-9]{3,})?$", body, re.MULTILINE)[0]


def made(user: User) -> DataExport:
    copy = exports.ask_for_copy(user=user)
    assert exports.sweep() == 1
    copy.refresh_from_db()
    return copy


def read(folder: Path, copy: DataExport) -> tuple[dict, str]:
    with zipfile.ZipFile(folder / copy.file) as archive:
        assert sorted(archive.namelist()) == ["data.json", "index.html"]
        return json.loads(archive.read("data.json")), archive.read("index.html").decode()


def address(copy: DataExport) -> str:
    return reverse("moderation:fetch_copy", args=[copy.public_id])


def test_it_holds_everything_of_the_person(leaver: Leaver, folder: Path) -> None:
    data, page = read(folder, made(leaver.user))
    words = json.dumps(data)
    for word in (
        "title today,opening fine,second wording,reply here,bad call me,appealwords,draft,"
        "drafttitle,note,muted,phone,told personally,reportwords,message"
    ).split(","):
        assert f"{OWN}{word}" in words, word
        assert f"{OWN}{word}" in page, word
    assert data["account"][0]["email"] == leaver.user.email
    assert data["decisions"][0]["message"] == "Words to them."
    assert data["hidden_from"][0]["hcp_pseudonym"] == "nurse-nia"
    assert data["consents"][0]["version"] == "KI-CR-v1.1.0"
    assert max(len(post["wordings"]) for post in data["posts"]) == 2


def test_it_holds_nothing_of_others_but_what_the_person_saved_and_may_see(
    leaver: Leaver, folder: Path
) -> None:
    data, page = read(folder, made(leaver.user))
    saved = data.pop("saved")
    assert OTHER not in json.dumps(data)
    assert [row["words"] for row in saved] == [f"{OTHER}answer"]
    assert page.count(OTHER) == 1
    for name in ("first-look", "checker-one", leaver.friend.email, "zqownparent"):
        assert name not in json.dumps(data)


def test_words_that_were_saved_are_left_out_once_they_may_not_be_seen(
    leaver: Leaver, folder: Path
) -> None:
    in_state(leaver.quoting, "hidden")
    data, page = read(folder, made(leaver.user))
    assert OTHER not in json.dumps(data) + page
    assert data["saved"][0]["note"] == f"{OWN}note"


def test_no_secret_is_in_it(leaver: Leaver, folder: Path) -> None:
    leaver.user.set_password("a-long-password-of-mine")
    leaver.user.save()
    data, page = read(folder, made(leaver.user))
    for secret in (leaver.user.password, f"{OWN}key", leaver.report.key):
        assert secret not in json.dumps(data) + page


def test_every_column_that_points_to_a_person_is_in_it_or_has_a_reason_not_to_be(
    wren: User,
) -> None:
    assert sorted(columns_of_people()) == sorted([*IN_COPY, *LEFT_OUT])
    keys = [section.key for section in exports.sections(wren, at=timezone.now())]
    assert len(keys) == len(set(keys))
    assert set(IN_COPY.values()) <= set(keys)


def test_the_file_is_for_its_owner_alone(wren: User, folder: Path) -> None:
    copy = made(wren)
    assert stat.S_IMODE((folder / copy.file).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    answer = client_of(wren).get(address(copy))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    assert b"".join(answer.streaming_content) == (folder / copy.file).read_bytes()
    assert client_of(make_member("robin")).get(address(copy)).status_code == 404
    assert Client().get(address(copy)).status_code == 302
    copy.refresh_from_db()
    assert copy.downloads == 1


def test_asking_and_fetching_ask_again_who_it_is(wren: User) -> None:
    copy = made(wren)
    client = client_of(wren, said_who=False)
    for page in (ASK, address(copy)):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:still_you"))
    assert client.post(ASK)["Location"].startswith(reverse("accounts:still_you"))
    assert DataExport.objects.count() == 1
    wren.set_password("a-long-password-of-mine")
    wren.save()
    client = client_of(wren)
    assert client.get(ASK)["Location"].startswith(reverse("account_reauthenticate"))


def test_a_code_by_mail_says_who_it_is_once(wren: User) -> None:
    client = client_of(wren, said_who=False)
    page = reverse("accounts:still_you")
    client.post(page, {"do": "send", "next": ASK})
    code = code_in(mail.outbox[0].body)
    assert "diabetes" not in mail.outbox[0].subject.lower()
    assert client.post(page, {"code": "WRONG-1", "next": ASK}).status_code == 200
    answer = client.post(page, {"code": code, "next": ASK})
    assert (answer.status_code, answer["Location"]) == (302, ASK)
    assert client.get(ASK).status_code == 200
    session = client.session
    session["still_you_at"] = {"at": time.time() - 301, "user": wren.pk}
    session.save()
    assert client.post(page, {"code": code, "next": ASK}).status_code == 200
    assert client.get(ASK).status_code == 302


def test_three_wrong_codes_end_it_and_nobody_is_sent_elsewhere(wren: User) -> None:
    client = client_of(wren, said_who=False)
    page = reverse("accounts:still_you")
    client.post(page, {"do": "send", "next": "https://evil.example/"})
    code = code_in(mail.outbox[0].body)
    for _ in range(3):
        client.post(page, {"code": "nothing"})
    assert client.post(page, {"code": code}).status_code == 200
    client.post(page, {"do": "send"})
    code = code_in(mail.outbox[1].body)
    answer = client.post(page, {"code": code, "next": "https://evil.example/"})
    assert answer["Location"] == reverse("accounts:me")


def test_when_it_is_ready_the_person_is_told_without_content(wren: User) -> None:
    made(wren)
    notice = Notice.objects.get(recipient=wren)
    assert (notice.kind, notice.message, notice.link) == (NoticeKind.DATA, "", PAGE)
    assert send_due() == 1
    assert "data" not in mail.outbox[0].subject.lower()


def test_after_seven_days_it_is_gone(wren: User, folder: Path, time_machine) -> None:
    copy = made(wren)
    time_machine.move_to(timezone.now() + timedelta(days=7, seconds=1))
    assert client_of(wren).get(address(copy)).status_code == 404
    exports.sweep()
    copy.refresh_from_db()
    assert (copy.state, copy.file, files_in(folder)) == (ExportState.EXPIRED, "", [])
    assert b"Ask for a copy" in client_of(wren).get(PAGE).content


def test_one_at_a_time_and_three_a_week(wren: User, folder: Path) -> None:
    first = exports.ask_for_copy(user=wren)
    assert exports.ask_for_copy(user=wren) == first
    exports.sweep()
    second = made(wren)
    assert files_in(folder) == [second.file]
    made(wren)
    with pytest.raises(exports.TooMany):
        exports.ask_for_copy(user=wren)
    assert client_of(wren).post(ASK)["Location"] == PAGE
    with pytest.raises(IntegrityError), transaction.atomic():
        DataExport.objects.create(user=wren, requested_at=timezone.now())


@pytest.mark.parametrize("half_written", [False, True])
def test_a_sweep_that_is_killed_loses_no_copy_and_leaves_no_file(
    wren: User, folder: Path, monkeypatch, half_written: bool
) -> None:
    class Killed(BaseException):
        """Nothing catches it, as nothing catches a kill."""

    def killed(copy: DataExport, *, at) -> int:
        if half_written:
            folder.mkdir()
            (folder / copy.file).write_bytes(b"half")
        raise Killed

    copy = exports.ask_for_copy(user=wren)
    with monkeypatch.context() as patch:
        patch.setattr(exports, "write", killed)
        with pytest.raises(Killed):
            exports.sweep()
    assert exports.sweep() == 0  # the lease of the dead one still runs
    assert exports.sweep(at=timezone.now() + exports.LEASE + timedelta(seconds=1)) == 1
    copy.refresh_from_db()
    assert (copy.state, copy.tries) == (ExportState.READY, 2)
    assert files_in(folder) == [copy.file]


def test_one_that_cannot_be_made_is_given_up_and_can_be_asked_for_again(
    wren: User, monkeypatch
) -> None:
    def broken(copy: DataExport, *, at) -> int:
        raise OSError("disk full")

    exports.ask_for_copy(user=wren)
    with monkeypatch.context() as patch:
        patch.setattr(exports, "write", broken)
        at = timezone.now()
        for _ in range(exports.MOST_TRIES):
            assert exports.sweep(at=at) == 0
            at += exports.LEASE + timedelta(seconds=1)
    assert DataExport.objects.get(user=wren).state == ExportState.FAILED
    assert made(wren).state == ExportState.READY


def test_what_staff_ask_for_and_fetch_is_in_the_audit_log() -> None:
    moderator = make_staff("mo", Role.MODERATOR)
    copy = made(moderator)
    moderator_verbs = AuditEvent.objects.filter(subject_public_id=copy.public_id)
    exports.fetched(copy=copy)
    verbs = list(moderator_verbs.values_list("verb", flat=True))
    assert verbs == ["data_copy_asked", "data_copy_fetched"]
