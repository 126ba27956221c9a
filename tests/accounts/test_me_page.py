"""Me: what is a person's own, their choice in words, and what stands in their way."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import HcpChoice, HcpProfile, Role, User
from tests.factories import make_hcp, make_member, make_staff, make_staff_without_mfa

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

ME = reverse("accounts:me")
NEXT_YEAR = timedelta(days=365)


def me(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(ME).content.decode()


def links(page: str, *names: str) -> list[bool]:
    main = page[page.index("<main") : page.index("</main>")]
    return [f'="{reverse(name)}"' in main for name in names]


def test_guests_are_asked_to_sign_in(client):
    assert client.get(ME)["Location"].startswith(reverse("account_login"))


def test_every_member_finds_what_is_theirs(db):
    page = me(make_member("wren"))
    assert all(
        links(
            page,
            "forum:my_posts",
            "forum:notices",
            "forum:involvement",
            "moderation:own_reports",
            "account_email",
            "account_change_password",
            "mfa_index",
            "usersessions_list",
            "account_logout",
        )
    )
    assert not any(links(page, "moderation:queue", "moderation:desk"))


@pytest.mark.parametrize("choice", HcpChoice)
def test_the_choice_about_health_professionals_is_said_in_words(choice):
    page = me(make_member("wren", choice=choice))
    assert f"Your choice now: <strong>{choice.label}</strong>" in page
    others = [other for other in HcpChoice if other != choice]
    assert not any(str(other.label) in page for other in others)


def test_without_a_choice_the_page_says_that_no_professional_can_read(db):
    page = me(make_member("wren", choice=""))
    assert "You have not chosen yet." in page
    assert "no health professional can read your posts" in page


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_staff_see_their_role_and_their_work_and_no_choice(role):
    page = me(make_staff("kim", role))
    assert str(role.label) in page
    assert links(page, "moderation:queue", "moderation:desk", "forum:involvement") == [
        True,
        role == Role.ADMIN,
        False,
    ]


def test_professionals_see_their_role(db):
    page = me(make_hcp("nurse"))
    assert "Health professional" in page
    assert links(page, "moderation:queue", "forum:involvement") == [True, False]


def test_staff_without_a_second_factor_are_told_what_to_do(db):
    page = me(make_staff_without_mfa("kim", Role.MODERATOR))
    assert "One more step" in page
    assert not any(links(page, "moderation:queue", "forum:my_posts"))


def test_a_professional_whose_check_ran_out_is_told_so(db):
    user = make_hcp("nurse")
    HcpProfile.objects.filter(user=user).update(expires_at=timezone.now() - timedelta(days=1))
    page = me(user)
    assert "Your check is not in place" in page
    assert links(page, "accounts:hcp_code", "moderation:queue") == [True, False]


def test_a_suspended_member_is_told_until_when_and_where_to_ask(db):
    until = timezone.now() + NEXT_YEAR
    page = me(make_member("wren", suspended_until=until))
    assert "Your account is paused" in page
    assert str(timezone.localtime(until).year) in page
    assert links(page, "moderation:own_appeals", "forum:notices") == [True, True]
    assert not any(links(page, "forum:my_posts", "forum:involvement"))


def test_a_silenced_member_is_told_that_reading_goes_on(db):
    page = me(make_member("wren", silenced_until=timezone.now() + NEXT_YEAR))
    assert "You can read, but not post until" in page
    assert links(page, "forum:my_posts", "forum:involvement") == [True, True]


def test_signing_out_takes_one_click_from_here(db):
    client = Client()
    client.force_login(make_member("wren"))
    client.post(reverse("account_logout"))
    assert client.get(ME)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["accounts:rules", "accounts:hcp_code"])
def test_rules_and_code_show_each_clause_with_reason_and_source_at_its_own_address(client, name):
    answer = client.get(reverse(name))
    document, clauses = answer.context["document"], answer.context["clauses"]
    assert len(clauses) == document.clauses.count() > 1
    for clause in clauses:
        assert f'id="{clause.anchor}"' in answer.content.decode()
    for text in (document.title, clauses[0].line, clauses[0].why, clauses[0].source):
        assert escape(text) in answer.content.decode()
