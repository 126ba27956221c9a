"""Below the age of consent of the place: reading only, until a guardian says yes by e-mail."""

import re
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.consent import NO, YES, in_force
from accounts.guardian import (
    LINK_LASTS,
    NotNeeded,
    TooMany,
    answer,
    ask_guardian,
    forget_old,
    open_request,
    request_from,
    send_due,
    token_for,
)
from accounts.models import Consent, GuardianRequest, Method, Purpose, User
from accounts.viewer import viewer_of
from forum.errors import NEEDS_GUARDIAN, Refused
from tests.factories import make_board, make_member, publish_thread, submit_thread

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

PAGE = reverse("accounts:guardian")
MUM = "mum@home.example"


@pytest.fixture(autouse=True)
def sixteen(settings) -> None:
    """A country where young people decide alone from 16 on, such as Ireland."""
    settings.DIGITAL_CONSENT_AGE = 16


@pytest.fixture
def teen(texts: None) -> User:
    return make_member("SecretHeron", age=14)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/guardian/\S+)", str(mail.body))
    assert found
    return found.group(1)


def test_until_a_guardian_says_yes_there_is_reading_only(teen):
    viewer = viewer_of(teen)
    assert (viewer.may_read, viewer.needs_guardian, viewer.may_write) == (True, True, False)
    with pytest.raises(Refused) as refused:
        submit_thread(teen, make_board("everyday"), title="Hi", text="Hello all.")
    assert refused.value.message == NEEDS_GUARDIAN


@pytest.mark.parametrize("age, consent_age", [(16, 16), (14, 13), (14, 14), (13, 13)])
def test_who_is_old_enough_needs_nobody(settings, age, consent_age):
    settings.DIGITAL_CONSENT_AGE = consent_age
    user = make_member("old_enough", age=age)
    assert viewer_of(user).may_write
    with pytest.raises(NotNeeded):
        ask_guardian(user=user, email=MUM)


def test_a_birthday_makes_the_guardian_needless(teen):
    born = teen.birth_year
    at = datetime(born + 17, 1, 1, 12, tzinfo=UTC)
    assert not viewer_of(teen, at=at).needs_guardian


def test_the_thread_says_what_to_do(teen):
    board = make_board("everyday")
    thread = publish_thread(make_member("friend"), board, title="Lows", text="At three again.")
    page = browser(teen).get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert "At three again." in page
    assert f'href="{PAGE}"' in page


def test_asking_sends_one_mail_after_the_request_and_the_answer_opens_writing(teen, mailoutbox):
    answer_page = browser(teen).post(PAGE, {"email": MUM})
    assert answer_page.status_code == 302
    assert mailoutbox == []
    assert (send_due(), send_due(), len(mailoutbox)) == (1, 0, 1)
    mail = mailoutbox[0]
    assert mail.to == [MUM]
    stranger = Client()
    page = stranger.get(link_in(mail)).content.decode()
    assert page.count('name="answer"') == 2
    assert Consent.objects.filter(purpose=Purpose.GUARDIAN).count() == 0
    thanks = stranger.post(link_in(mail), {"answer": YES}).content.decode()
    assert "Your yes is stored" in thanks
    consent = in_force(teen, Purpose.GUARDIAN)
    assert consent is not None
    assert (consent.value, consent.method) == (YES, Method.GUARDIAN_LINK)
    assert viewer_of(teen).may_write
    assert "They said yes" in browser(teen).get(PAGE).content.decode()


def test_the_guardian_never_sees_the_name_the_address_or_a_word(teen, mailoutbox):
    ask_guardian(user=teen, email=MUM)
    send_due()
    mail = mailoutbox[0]
    client = Client()
    everything = [
        mail.subject,
        str(mail.body),
        str(mail.message()),
        client.get(link_in(mail)).content.decode(),
        client.post(link_in(mail), {"answer": NO}).content.decode(),
        client.get(link_in(mail)).content.decode(),
    ]
    for text in everything:
        assert teen.pseudonym not in text
        assert teen.email not in text
        assert teen.public_id not in text
    assert "diabetes" not in mail.subject.lower()
    assert "diabetes" not in str(mail.body).lower()


def test_a_no_keeps_it_at_reading_and_can_be_talked_over(teen):
    first = ask_guardian(user=teen, email=MUM)
    assert answer(token=token_for(first), value=NO) is not None
    assert not viewer_of(teen).may_write
    assert "They said no." in browser(teen).get(PAGE).content.decode()
    second = ask_guardian(user=teen, email=MUM)
    answer(token=token_for(second), value=YES)
    assert viewer_of(teen).may_write


def test_a_link_works_once_and_the_address_is_forgotten(teen):
    request = ask_guardian(user=teen, email=MUM)
    token = token_for(request)
    assert answer(token=token, value=YES) is not None
    assert answer(token=token, value=NO) is None
    request.refresh_from_db()
    assert (request.email, request.mail_due_at) == ("", None)
    consent = in_force(teen, Purpose.GUARDIAN)
    assert consent is not None
    assert consent.value == YES
    used = Client().post(reverse("accounts:guardian_answer", args=[token]), {"answer": NO})
    assert used.status_code == 404
    assert "This link does not work any more" in used.content.decode()


def test_a_link_works_for_14_days(teen):
    at = timezone.now()
    request = ask_guardian(user=teen, email=MUM, at=at)
    token = token_for(request)
    assert request_from(token, at + LINK_LASTS - timedelta(seconds=1)) == request
    assert request_from(token, at + LINK_LASTS) is None
    assert answer(token=token, value=YES, at=at + LINK_LASTS) is None
    assert forget_old(at=at + LINK_LASTS - timedelta(seconds=1)) == 0
    assert forget_old(at=at + LINK_LASTS) == 1
    request.refresh_from_db()
    assert request.email == ""


@pytest.mark.parametrize("change", ["", "x", "other"])
def test_a_link_that_nobody_signed_does_not_work(teen, change):
    request = ask_guardian(user=teen, email=MUM)
    token = {
        "": request.public_id,
        "x": token_for(request) + "x",
        "other": token_for(request).replace(request.public_id, "2" * 14),
    }[change]
    assert answer(token=token, value=YES) is None
    assert not viewer_of(teen).may_write


def test_asking_anew_closes_the_link_before(teen):
    first = ask_guardian(user=teen, email=MUM)
    second = ask_guardian(user=teen, email="dad@home.example")
    assert answer(token=token_for(first), value=YES) is None
    assert open_request(teen) == second
    assert GuardianRequest.objects.filter(closed_at=None).count() == 1


def test_three_mails_a_week_and_no_more(teen):
    at = timezone.now()
    for _number in range(3):
        ask_guardian(user=teen, email=MUM, at=at)
    with pytest.raises(TooMany):
        ask_guardian(user=teen, email=MUM, at=at + timedelta(days=6))
    answer_page = browser(teen).post(PAGE, {"email": MUM})
    assert answer_page.status_code == 429
    assert "three mails this week" in answer_page.content.decode()
    ask_guardian(user=teen, email=MUM, at=at + timedelta(days=8))


def test_ones_own_address_is_no_guardian(teen):
    page = browser(teen).post(PAGE, {"email": teen.email.upper()}).content.decode()
    assert "This is your own address." in page
    assert not GuardianRequest.objects.exists()


def test_a_mail_that_was_not_taken_is_tried_again(teen, mailoutbox, monkeypatch):
    ask_guardian(user=teen, email=MUM)

    def refuse(message: EmailMessage) -> int:
        raise SMTPException("busy")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", refuse)
        assert send_due() == 0
    assert send_due() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert send_due() == 1
    assert len(mailoutbox) == 1


def test_somebody_who_needs_nobody_is_told_so(settings):
    page = browser(make_member("grown", age=19)).get(PAGE).content.decode()
    assert "You do not need anybody" in page
    assert 'name="email"' not in page
