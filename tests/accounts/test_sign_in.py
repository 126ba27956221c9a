"""Signing in: by password, by a code in a mail, and with a second factor for those who have one."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from tests.factories import make_member, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts"), pytest.mark.one_database]

PASSWORD = "a-long-walk-by-the-sea"
LOGIN, CODE = reverse("account_login"), reverse("account_request_login_code")
CONFIRM, SECOND = reverse("account_confirm_login_code"), reverse("mfa_authenticate")
WRONG = "000000"


@pytest.fixture
def member() -> User:
    """A member with a password."""
    user = make_member("member")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def signed_in(client: Client) -> Callable[[], bool]:
    """Whether the browser is signed in: Me opens."""
    return lambda: client.get(reverse("accounts:me")).status_code == 200


def code_in_mail() -> str:
    (found,) = re.findall(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE)
    return found


def current_totp(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_email_and_password_open_the_door(client, member, signed_in):
    client.post(LOGIN, {"login": member.email.upper(), "password": PASSWORD})
    assert signed_in()


def test_a_wrong_password_and_an_unknown_address_look_the_same(client, member, signed_in):
    answers = [
        client.post(LOGIN, {"login": email, "password": "something-else"})
        for email in (member.email, "nobody@members.example")
    ]
    errors = [list(answer.context["form"].non_field_errors()) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(errors[0]) == 1
    assert errors[0] == errors[1]
    assert not signed_in()


def test_a_closed_account_does_not_open(client, member, signed_in):
    member.is_active = False
    member.save()
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert not signed_in()


def test_a_code_from_the_mail_opens_the_door(client, member, signed_in):
    assert client.post(CODE, {"email": member.email}).status_code == 302
    assert not signed_in()
    client.post(CONFIRM, {"code": code_in_mail()})
    assert signed_in()


def test_the_mail_with_the_code_says_nothing_of_diabetes_or_of_the_member(client, member):
    client.post(CODE, {"email": member.email})
    (message,) = mail.outbox
    whole = f"{message.subject}\n{message.body}".lower()
    assert message.to == [member.email]
    assert not any(word in whole for word in ("diabet", "t1d", "insulin", member.pseudonym))
    assert code_in_mail() not in message.subject, "a subject shows on a locked phone"


def test_a_wrong_code_does_not_open_and_the_right_one_still_does(client, member, signed_in):
    client.post(CODE, {"email": member.email})
    assert code_in_mail() != WRONG
    assert client.post(CONFIRM, {"code": WRONG}).context["form"].errors["code"]
    assert not signed_in()
    client.post(CONFIRM, {"code": code_in_mail()})
    assert signed_in()


def test_codes_cannot_be_guessed_for_ever(client, member, signed_in):
    client.post(CODE, {"email": member.email})
    right = code_in_mail()
    for _ in range(10):
        client.post(CONFIRM, {"code": WRONG})
    client.post(CONFIRM, {"code": right})
    assert not signed_in()


def test_a_code_works_once_and_for_its_own_browser_only(client, member, signed_in):
    client.post(CODE, {"email": member.email})
    code = code_in_mail()
    stranger = Client()
    stranger.post(CONFIRM, {"code": code})
    assert stranger.get(reverse("accounts:me")).status_code == 302
    client.post(CONFIRM, {"code": code})
    assert signed_in()
    client.post(reverse("account_logout"))
    client.post(CONFIRM, {"code": code})
    assert not signed_in()


def test_who_asks_a_code_for_an_unknown_address_cannot_tell(client, member):
    known = client.post(CODE, {"email": member.email})
    unknown = Client().post(CODE, {"email": "nobody@members.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox[-1].to == ["nobody@members.example"]
    assert not re.search(r"\d{6}", mail.outbox[-1].body)


def test_an_address_that_was_never_confirmed_does_not_open(client, member, signed_in):
    EmailAddress.objects.filter(user=member).update(verified=False)
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert not signed_in()


# The second factor -----------------------------------------------------------------------------


@pytest.fixture
def moderator() -> tuple[User, str]:
    """A moderator with password and authenticator app, and the secret of the app."""
    user = make_staff("moderator", Role.MODERATOR)
    user.authenticator_set.all().delete()
    user.set_password(PASSWORD)
    user.save()
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    return user, secret


def test_who_has_a_second_factor_is_asked_for_it_after_the_password(client, moderator, signed_in):
    user, secret = moderator
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == SECOND
    assert not signed_in()
    assert client.post(SECOND, {"code": WRONG}).context["form"].errors["code"]
    assert not signed_in()
    client.post(SECOND, {"code": current_totp(secret)})
    assert signed_in()
    assert client.get(reverse("moderation:queue")).status_code == 200


def test_who_has_a_second_factor_is_asked_for_it_after_a_mailed_code_too(
    client, moderator, signed_in
):
    user, secret = moderator
    client.post(CODE, {"email": user.email})
    client.post(CONFIRM, {"code": code_in_mail()})
    assert not signed_in()
    client.post(SECOND, {"code": current_totp(secret)})
    assert signed_in()


def test_a_code_of_the_app_works_once(client, moderator, signed_in):
    user, secret = moderator
    code = current_totp(secret)
    for browser in (client, Client()):
        browser.post(LOGIN, {"login": user.email, "password": PASSWORD})
        answer = browser.post(SECOND, {"code": code})
    assert signed_in()
    assert answer.context["form"].errors["code"], "the second browser is refused"


def test_a_recovery_code_opens_once(client, moderator, signed_in):
    user, _ = moderator
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    client.post(SECOND, {"code": code})
    assert signed_in()
    second = Client()
    second.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert second.post(SECOND, {"code": code}).context["form"].errors["code"]


def test_staff_without_second_factor_are_sent_to_set_one_up(client, member):
    member.role = Role.MODERATOR
    member.save()
    client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    answer = client.get(reverse("moderation:queue"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))


def test_members_are_not_asked_for_a_second_factor(client, member, signed_in):
    answer = client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert answer["Location"] != SECOND
    assert signed_in()


def test_who_tries_too_often_is_told_kindly_to_wait(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    typed = {"login": "nobody@example.org", "password": "wrong"}
    client.post(LOGIN, typed)
    answer = client.post(LOGIN, typed)
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "Please wait a little" in page
    assert reverse("guides:help_now") in page
