"""*A guide waits for your check*: to those who may check it, one row, gone when it is settled."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpProfile, Role, User
from accounts.viewer import viewer_of
from forum import mail as mails
from forum.actions.mailing import choose_ways, stop_mails
from forum.models import Notice, NoticeKind, Rhythm, Way
from forum.queries.notices import list_of, unread_count
from guides.actions.reviewing import approve, send_back
from guides.actions.writing import save_version, send_version, take_back
from guides.checklist import CHECKLIST
from guides.models import ArticleVersion, Topic
from tests.factories import make_hcp, make_member
from tests.guides.articles import draft, person, sent, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]

ADMIN = "guides-admin"


@pytest.fixture
def nurse() -> User:
    return make_hcp("nurse")


@pytest.fixture
def doctor() -> User:
    return make_hcp("doctor")


def told(*, unread: bool = False) -> list[str]:
    """Names of those who have the notice."""
    rows = Notice.objects.filter(kind=NoticeKind.GUIDE)
    if unread:
        rows = rows.filter(read_at=None)
    return sorted(rows.values_list("recipient__pseudonym", flat=True))


def yes(version: ArticleVersion, reviewer: User) -> None:
    approve(version=version, reviewer=reviewer, seen=version.revision, checklist=CHECKLIST)


def choose(user: User, way: Way) -> None:
    choose_ways(
        user=user,
        ways={NoticeKind.GUIDE: way},
        rhythm=Rhythm.DAILY,
        quiet=(0, 0),
        time_zone="Europe/London",
    )


def test_those_who_may_check_a_guide_are_told_and_nobody_else(nurse, doctor):
    day = timezone.now() - timedelta(days=1)
    make_hcp("lapsed", expires_at=day)
    make_hcp("revoked", revoked_at=day)
    make_hcp("on-hold", suspended_at=day)
    make_hcp("learner", in_shadow=True)
    make_member("peer_open")
    for role in (Role.MODERATOR, Role.ADMIN):
        person(f"some-{role}", role)
    sent(make_hcp("writer"))
    assert told() == ["doctor", "nurse"]


def test_who_wrote_any_of_it_is_not_told(nurse, doctor):
    version = draft(nurse)
    save_version(version=version, editor=doctor, seen=version.revision, words=words("Warm soup"))
    version.refresh_from_db()
    send_version(version=version, editor=nurse, seen=version.revision)
    assert told() == []


def test_a_draft_tells_nobody(nurse, doctor):
    draft(doctor)
    assert told() == []


def test_however_many_wait_it_is_one_row(nurse):
    for title in ("Socks", "Soup", "Sleep"):
        sent(title=title)
    assert told() == ["nurse"]
    assert len(list_of(viewer_of(nurse))) == unread_count(viewer_of(nurse)) == 1


def test_when_somebody_took_it_the_notice_is_gone_for_all(nurse, doctor):
    version = sent(make_hcp("writer"))
    yes(version, nurse)
    assert told() == []


@pytest.mark.parametrize("end", ["sent_back", "taken_back"])
def test_it_is_gone_as_well_when_the_guide_is_a_draft_again(nurse, end):
    version = sent()
    if end == "sent_back":
        send_back(version=version, reviewer=person(ADMIN, Role.ADMIN), words="More soup.")
    else:
        take_back(version=version, editor=version.written_by)
    assert told() == []


def test_it_stays_for_those_for_whom_another_guide_waits(nurse, doctor):
    writer = make_hcp("writer")
    first, _second = sent(writer, title="Socks"), sent(nurse, title="Soup")
    yes(first, doctor)
    assert told() == ["doctor", "writer"]


def test_a_guide_after_the_notice_was_read_is_told_anew(nurse):
    sent(title="Socks")
    Notice.objects.update(read_at=timezone.now(), mail_due_at=None)
    sent(title="Soup")
    assert told(unread=True) == ["nurse"]
    assert Notice.objects.get(recipient=nurse).mail_due_at is not None


def test_one_that_is_not_read_yet_is_not_mailed_again(nurse):
    sent(title="Socks")
    Notice.objects.update(mail_due_at=None, mailed_at=timezone.now())
    sent(title="Soup")
    assert Notice.objects.get(recipient=nurse).mail_due_at is None


def test_it_leads_to_the_guides_to_check_and_says_which_kind_of_thing_it_is(nurse):
    sent(title="Warm soup")
    client = Client()
    client.force_login(nurse)
    page = client.get(reverse("forum:notices")).content.decode()
    assert "A guide waits for your check" in page
    assert f'href="{reverse("guides:work")}"' in page
    assert "Warm soup" not in page


def test_the_mail_says_nothing_of_it(nurse):
    choose(nurse, Way.EMAIL)
    sent(title="Warm soup")
    assert mails.send_due() == 1
    text = mail.outbox[0].subject + str(mail.outbox[0].body)
    assert mail.outbox[0].to == [nurse.email]
    # The link that ends these mails names their kind, as all do.
    text = " ".join(line for line in text.splitlines() if "http" not in line)
    for word in ("soup", "guide", "check"):
        assert word not in text.lower()


def test_one_click_in_the_mail_ends_these_mails(nurse):
    stop_mails(user=nurse, kind=NoticeKind.GUIDE)
    sent()
    assert mails.send_due() == 0
    assert unread_count(viewer_of(nurse)) == 1


@pytest.mark.parametrize(
    "way, shown, sends", [(Way.OFF, 0, 0), (Way.SITE, 1, 0), (Way.EMAIL, 1, 1)]
)
def test_each_chooses_how_to_be_told(nurse, way, shown, sends):
    choose(nurse, way)
    sent()
    viewer = viewer_of(nurse)
    assert (len(list_of(viewer)), unread_count(viewer)) == (shown, shown)
    assert mails.send_due() == sends


def test_only_professionals_find_the_choice(nurse):
    says = "A guide waits for my check"
    for user, finds in (
        (nurse, True),
        (make_member("peer"), False),
        (person(ADMIN, Role.ADMIN), False),
    ):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("forum:notice_choices")).content.decode()
        assert (says in page) is finds, user


def test_who_may_not_check_any_more_sees_no_notice_and_gets_no_mail(nurse):
    choose(nurse, Way.EMAIL)
    sent()
    HcpProfile.objects.filter(user=nurse).update(expires_at=timezone.now())
    assert unread_count(viewer_of(nurse)) == 0
    assert mails.send_due() == 0


def test_a_site_that_tells_nobody_has_guides_all_the_same(settings, nurse):
    settings.GUIDE_MOVED = ""
    version = sent()
    yes(version, nurse)
    assert told() == []


def test_a_check_that_is_refused_takes_no_notice_away(nurse, doctor):
    version = sent(make_hcp("writer"))
    assert version.article.topic == Topic.EVERYDAY
    with pytest.raises(Exception, match="Tick every line"):
        approve(version=version, reviewer=nurse, seen=version.revision, checklist=())
    assert told() == ["doctor", "nurse"]
