"""Keys of members: random, stored as a hash, ended by a new password and by much else."""

import logging
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.leaving import end_sessions
from accounts.models import KeepPosts, MemberToken, Role, Scope, TokenKind, User
from accounts.tokens import (
    TooMany,
    find_token,
    live_tokens,
    new_app_key,
    new_feed,
    note_use,
    stop_token,
)
from config.logs import NoSecrets
from moderation.actions.leaving import close_account, undo_closing
from moderation.actions.proposals import approve
from moderation.actions.sanctions import sanction
from moderation.models import Proposal, SanctionKind
from tests.factories import any_clause, make_hcp, make_member, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]
PASSWORD = "a long password of wren"
WEEK = timedelta(days=7)


@pytest.fixture
def wren() -> User:
    return make_member("wren", email="wren@members.example")


def app_key(user: User, **changes) -> tuple[MemberToken, str]:
    words = {"name": "Script", "scopes": [Scope.READ], "lasts": WEEK, **changes}
    return new_app_key(user=user, **words)


def test_the_secret_is_random_and_nowhere_in_the_database(wren: User) -> None:
    token, secret = app_key(wren)
    other = app_key(wren)[1]
    assert secret != other
    assert len(secret.removeprefix("islet_")) == 43  # 256 bits in base 64
    row = MemberToken.objects.filter(pk=token.pk).values().get()
    assert [name for name, value in row.items() if secret[6:] in str(value)] == []
    assert find_token(secret, TokenKind.API) == token


def test_a_key_of_one_kind_opens_nothing_of_the_other(wren: User) -> None:
    made = new_feed(user=wren)
    assert made is not None
    assert find_token(made[1], TokenKind.API) is None
    assert find_token(app_key(wren)[1], TokenKind.FEED) is None
    assert find_token("", TokenKind.API) is None
    assert find_token("islet_\udcff", TokenKind.API) is None


def test_it_ends_on_its_day(wren: User) -> None:
    _, secret = app_key(wren)
    now = timezone.now()
    assert find_token(secret, TokenKind.API, at=now + WEEK - timedelta(minutes=1))
    assert find_token(secret, TokenKind.API, at=now + WEEK + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"lasts": timedelta(days=366)},
        {"lasts": timedelta(0)},
        {"scopes": []},
        {"name": "  "},
        {"name": "x" * 41},
    ],
    ids=str,
)
def test_no_key_without_a_name_a_scope_and_an_end_within_a_year(wren: User, wrong: dict) -> None:
    with pytest.raises(ValueError, match="a name, scopes, and an end"):
        app_key(wren, **wrong)


def test_the_database_takes_no_key_for_an_app_without_end(wren: User) -> None:
    token, _ = app_key(wren)
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberToken.objects.filter(pk=token.pk).update(expires_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberToken.objects.filter(pk=token.pk).update(kind="root")


def test_staff_have_none_and_those_of_somebody_who_becomes_staff_are_dead(wren: User) -> None:
    for person in (
        make_hcp("nurse"),
        make_staff("mo", Role.MODERATOR),
        make_staff("ada", Role.ADMIN),
    ):
        with pytest.raises(ValueError, match="only members"):
            app_key(person)
        assert new_feed(user=person) is None
    _, secret = app_key(wren)
    User.objects.filter(pk=wren.pk).update(role=Role.MODERATOR)
    assert find_token(secret, TokenKind.API) is None


def test_ten_apps_and_no_more_and_dead_ones_do_not_count(wren: User) -> None:
    tokens = [app_key(wren)[0] for _ in range(10)]
    with pytest.raises(TooMany):
        app_key(wren)
    assert stop_token(user=wren, public_id=tokens[0].public_id)
    app_key(wren)
    assert MemberToken.objects.filter(user=wren).count() == 10


def test_nobody_stops_the_key_of_another(wren: User) -> None:
    token, secret = app_key(wren)
    robin = make_member("robin")
    assert not stop_token(user=robin, public_id=token.public_id)
    assert find_token(secret, TokenKind.API)
    assert stop_token(user=wren, public_id=token.public_id)
    assert not stop_token(user=wren, public_id=token.public_id)
    assert find_token(secret, TokenKind.API) is None


# What ends them --------------------------------------------------------------------------------


def both(user: User) -> list[tuple[str, TokenKind]]:
    made = new_feed(user=user)
    assert made is not None
    return [(made[1], TokenKind.FEED), (app_key(user)[1], TokenKind.API)]


def alive(keys: list[tuple[str, TokenKind]]) -> list[TokenKind]:
    return [kind for secret, kind in keys if find_token(secret, kind)]


def signed_in(user: User) -> Client:
    client = Client()
    assert client.login(email=user.email, password=PASSWORD)
    return client


def test_a_new_password_ends_them_and_the_page_says_so(wren: User) -> None:
    wren.set_password(PASSWORD)
    wren.save()
    keys = both(wren)
    client = signed_in(wren)
    page = reverse("account_change_password")
    assert b"apps and feed" in client.get(page).content
    assert len(alive(keys)) == 2
    new = "another long password of wren"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(page, form).status_code == 302
    assert alive(keys) == []
    wren.refresh_from_db()
    assert live_tokens(wren) == []


def test_signing_out_everywhere_else_ends_them(wren: User) -> None:
    wren.set_password(PASSWORD)
    wren.save()
    keys = both(wren)
    client = signed_in(wren)
    UserSession.objects.create(
        user=wren, ip="10.1.2.3", user_agent="Old phone", session_key="another"
    )
    assert client.post(reverse("usersessions_list")).status_code == 302
    assert alive(keys) == []


def test_ending_all_sessions_ends_them(wren: User) -> None:
    keys = both(wren)
    end_sessions(wren)
    assert alive(keys) == []


def test_closing_the_account_ends_them_for_good(wren: User) -> None:
    keys = both(wren)
    close_account(user=wren, posts=KeepPosts.KEEP)
    assert alive(keys) == []
    assert undo_closing(user=wren)
    assert alive(keys) == []


def test_a_suspension_ends_them_for_good(wren: User) -> None:
    keys = both(wren)
    proposal = sanction(
        user=wren,
        moderator=make_staff("ada", Role.ADMIN),
        kind=SanctionKind.SUSPENSION,
        days=1,
        clause=any_clause(),
        message="This was not kind.",
        key="2" * 14,
    )
    assert isinstance(proposal, Proposal)
    assert len(alive(keys)) == 2
    assert approve(proposal=proposal, person=make_staff("grace", Role.ADMIN))
    assert alive(keys) == []
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert alive(keys) == []


# Feeds -----------------------------------------------------------------------------------------


def test_a_new_address_ends_the_old_one_and_the_same_form_twice_makes_one(wren: User) -> None:
    first = new_feed(user=wren)
    assert first is not None
    assert new_feed(user=wren) is None
    second = new_feed(user=wren, instead_of=first[0].public_id)
    assert second is not None
    assert new_feed(user=wren, instead_of=first[0].public_id) is None
    assert find_token(first[1], TokenKind.FEED) is None
    assert find_token(second[1], TokenKind.FEED) == second[0]


def test_the_last_use_is_kept_by_the_day_with_one_write_a_day(
    wren: User, django_assert_num_queries
) -> None:
    token, secret = app_key(wren)
    with django_assert_num_queries(1):
        note_use(token)
    found = find_token(secret, TokenKind.API)
    assert found is not None
    assert found.last_used_on == timezone.localdate()
    with django_assert_num_queries(0):
        note_use(found)


# Logs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message, args",
    [
        ("Not Found: %s", ("/feeds/islet_AbC-9_x/",)),
        ("%s %s", ("GET", "/feeds/islet_AbC-9_x/?a=1 HTTP/1.1")),
        ("header Authorization: Bearer islet_AbC-9_x", ()),
    ],
)
def test_no_secret_stands_in_a_log(message: str, args: tuple) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "x", 1, message, args, None)
    assert NoSecrets().filter(record)
    assert "islet_AbC" not in record.getMessage()
    assert "***" in record.getMessage()
    plain = logging.LogRecord("x", logging.INFO, "x", 1, "see /feeds/ and /boards/x/", (), None)
    NoSecrets().filter(plain)
    assert plain.getMessage() == "see /feeds/ and /boards/x/"
