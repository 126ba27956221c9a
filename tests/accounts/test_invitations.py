"""Invitation codes let so many people in, and nobody is told who used one."""

import math
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.ids import new_public_id
from accounts.invitations import MOST_WRONG, NUMBERS, digest_of, is_usable, new_code, shown_uses
from accounts.joining.names import FIRST, SECOND
from accounts.models import InvitationCode, Role, User
from forum.errors import NotVisible
from moderation.actions.invitations import MadeBefore, make_code, revoke_code
from moderation.models import AuditEvent
from tests.accounts.test_joining_flow import MOST_SUBMITS, Newcomer
from tests.factories import make_member, make_staff
from tests.racing import at_once

PAGE = reverse("moderation:invitations")
DOES_NOT_WORK = "This code does not work"
FEWEST = 5


@pytest.fixture
def admin(texts) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def invited(settings) -> None:
    settings.JOINING = "invited"


def code_by(admin: User, *, uses: int = FEWEST, days: int = 30, label: str = "Elm clinic") -> str:
    return make_code(
        public_id=new_public_id(),
        admin=admin,
        label=label,
        uses_allowed=uses,
        expires_at=timezone.now() + timedelta(days=days),
    )


def at_the_code(newcomer: Newcomer | None = None) -> Newcomer:
    newcomer = newcomer or Newcomer()
    newcomer.age(17)
    assert newcomer.at == "invitation"
    return newcomer


# Joining with one --------------------------------------------------------------------------------


@pytest.mark.usefixtures("invited")
def test_where_a_code_is_needed_joining_takes_eleven_submits_and_counts_one(admin):
    newcomer = at_the_code()
    page = newcomer.page("invitation")
    assert "Your clinic is not told who used it." in page
    newcomer.send("invitation", code=code_by(admin).upper().replace("-", " "))
    newcomer.name()
    newcomer.read_all()
    newcomer.professionals("none")
    newcomer.choices(joins="on")
    newcomer.sign_in()
    newcomer.make()
    newcomer.type_code()
    assert newcomer.submits <= MOST_SUBMITS
    assert InvitationCode.objects.get().uses == 1
    assert User.objects.filter(role=Role.MEMBER).count() == 1


@pytest.mark.usefixtures("invited")
def test_without_a_code_nobody_gets_further(admin):
    newcomer = at_the_code()
    assert "Type your code." in newcomer.send("invitation", code="").content.decode()
    newcomer.send("name", pick="own", own="Quince")
    assert newcomer.at == "invitation"


def test_where_everybody_can_join_a_code_is_optional_and_counted(admin):
    newcomer = Newcomer()
    newcomer.age(17)
    assert newcomer.at == "name"
    assert "I have a code from my clinic" in newcomer.page("name")
    newcomer.send("invitation", code=code_by(admin))
    assert "Your code is in." in newcomer.page("name")
    newcomer.name()
    newcomer.read_all()
    newcomer.professionals("none")
    newcomer.choices(joins="on")
    newcomer.sign_in()
    newcomer.make()
    assert InvitationCode.objects.get().uses == 1


def test_a_code_is_asked_for_after_the_age_only(admin):
    response = Client().get(reverse("accounts:join_step", args=["invitation"]))
    assert response["Location"] == reverse("accounts:join_step", args=["age"])


def test_where_nobody_can_join_the_page_says_so(settings, admin):
    settings.JOINING = "closed"
    assert "Joining is closed for now" in Client().get(reverse("accounts:join")).content.decode()
    Newcomer().age(17)
    assert Client().get(reverse("accounts:join_step", args=["name"])).status_code == 302


def test_joining_that_closes_on_the_way_makes_no_account(settings, admin):
    newcomer = Newcomer().come_to("check")
    settings.JOINING = "closed"
    newcomer.make()
    settings.JOINING = "invited"
    newcomer.make()
    assert not User.objects.filter(role=Role.MEMBER).exists()
    assert newcomer.at == "invitation"


@pytest.mark.usefixtures("invited")
def test_wrong_used_up_over_and_taken_back_read_the_same(admin):
    gone = {"used": code_by(admin), "over": code_by(admin, days=1), "back": code_by(admin)}
    rows = {name: InvitationCode.objects.filter(digest=digest_of(c)) for name, c in gone.items()}
    rows["used"].update(uses=FEWEST)
    rows["over"].update(expires_at=timezone.now())
    revoke_code(code=rows["back"].get(), admin=admin)
    pages = []
    for code in ["no-such-1234-code-5678", *gone.values()]:
        page = at_the_code().send("invitation", code=code).content.decode()
        assert DOES_NOT_WORK in page
        page = re.sub(r'value="[^"]*"|nonce-[\w=+/-]+', "", page)
        pages.append(page)
    assert len(set(pages)) == 1


@pytest.mark.usefixtures("invited")
def test_a_code_that_ran_out_on_the_way_is_asked_for_again_and_nothing_else_is(admin):
    newcomer = at_the_code()
    newcomer.send("invitation", code=code_by(admin))
    newcomer.name()
    newcomer.read_all()
    newcomer.professionals("none")
    newcomer.choices(joins="on")
    newcomer.sign_in()
    InvitationCode.objects.update(uses=FEWEST)
    page = newcomer.make().content.decode()
    assert "Your code does not work any more." in page
    assert not User.objects.filter(role=Role.MEMBER).exists()
    newcomer.send("invitation", code=code_by(admin))
    assert newcomer.at == "check"
    newcomer.make()
    assert User.objects.filter(role=Role.MEMBER).count() == 1


@pytest.mark.usefixtures("invited")
@pytest.mark.parametrize("is_usable_still", [True, False])
def test_an_address_that_has_an_account_uses_nothing_and_looks_the_same(admin, is_usable_still):
    make_member("fern", email="fern@people.example")
    answers = []
    for email in ("fern@people.example", "new@people.example"):
        newcomer = at_the_code()
        newcomer.send("invitation", code=code_by(admin))
        newcomer.name()
        newcomer.read_all()
        newcomer.professionals("none")
        newcomer.choices(joins="on")
        newcomer.sign_in(email)
        if not is_usable_still:
            InvitationCode.objects.update(uses=FEWEST)
        answers.append(newcomer.make().redirect_chain)
    assert answers[0] == answers[1]
    if is_usable_still:
        assert sorted(InvitationCode.objects.values_list("uses", flat=True)) == [0, 1]


@pytest.mark.usefixtures("invited")
def test_many_wrong_codes_wait_and_answers_stay(admin):
    cache.clear()
    newcomer = at_the_code()
    for _ in range(MOST_WRONG):
        assert DOES_NOT_WORK in newcomer.send("invitation", code="no-1234").content.decode()
    good = code_by(admin)
    assert "Please wait an hour" in newcomer.send("invitation", code=good).content.decode()
    assert newcomer.at == "invitation"
    cache.clear()
    newcomer.send("invitation", code=good)
    assert newcomer.at == "name"


# Nothing links an account to a code --------------------------------------------------------------


@pytest.mark.usefixtures("invited")
def test_after_joining_nothing_in_the_database_links_the_account_to_the_code(admin):
    code = code_by(admin)
    made = InvitationCode.objects.get()
    before = {name: getattr(made, name) for name in fields_of(made)}
    events = AuditEvent.objects.count()
    newcomer = at_the_code()
    newcomer.send("invitation", code=code)
    newcomer.name()
    newcomer.read_all()
    newcomer.professionals("none")
    newcomer.choices(joins="on")
    newcomer.sign_in()
    newcomer.make()
    made.refresh_from_db()
    assert {name: getattr(made, name) for name in fields_of(made)} == {**before, "uses": 1}
    assert AuditEvent.objects.count() == events
    member = User.objects.get(role=Role.MEMBER)
    needles = (made.public_id, made.digest, code)
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for row in cursor.fetchall():
                words = repr(row)
                if any(needle in words for needle in needles):
                    assert table in ("accounts_invitationcode", "moderation_auditevent")
                    assert member.public_id not in words
    assert newcomer.answers["invitation"] == ""


def fields_of(code: InvitationCode) -> list[str]:
    return [field.attname for field in code._meta.concrete_fields]


def test_no_column_of_any_table_points_to_a_code():
    assert InvitationCode._meta.related_objects == ()


@pytest.mark.parametrize("uses, shown", [(0, None), (4, None), (5, 5), (9, 5), (23, 20)])
def test_few_uses_are_not_shown_and_many_in_steps_of_five(uses, shown):
    assert shown_uses(InvitationCode(uses=uses)) == shown


def test_the_page_shows_no_count_below_five_and_no_time_of_a_use(admin):
    code_by(admin)
    browser = Client()
    browser.force_login(admin)
    pages = []
    for uses in (0, 1, 4):
        InvitationCode.objects.update(uses=uses)
        page = browser.get(PAGE).content.decode()
        assert "Used fewer than 5 times, of 5" in page
        pages.append(re.sub(r'value="[^"]*"|nonce-[\w=+/-]+', "", page))
    assert len(set(pages)) == 1


def test_a_code_for_fewer_than_five_people_is_refused_by_page_and_database(admin):
    browser = Client()
    browser.force_login(admin)
    sent = {"public_id": new_public_id(), "label": "Elm", "uses_allowed": 1, "days": 9}
    assert browser.post(PAGE, sent).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        code_by(admin, uses=1)


# Making and taking back --------------------------------------------------------------------------


def test_a_code_is_shown_once_and_stored_as_a_hash(admin):
    browser = Client()
    browser.force_login(admin)
    sent = {"public_id": new_public_id(), "label": "Elm clinic", "uses_allowed": 20, "days": 9}
    page = browser.post(PAGE, sent).content.decode()
    found = re.search(r"<strong>([a-z]+-[a-z]+-\d{4}-[a-z]+-\d{4})</strong>", page)
    assert found
    assert "Your clinic is not told who used it." in page
    assert is_usable(digest_of(found[1]), timezone.now())
    again = browser.post(PAGE, sent, follow=True).content.decode()
    assert "was made and shown before" in again
    assert found[1] not in again
    assert InvitationCode.objects.count() == 1


def test_codes_have_forty_bits_at_least():
    ways = len(set(FIRST)) * len(set(SECOND)) ** 2 * NUMBERS**2
    assert math.log2(ways) >= 40
    assert len({new_code() for _ in range(50)}) == 50


def test_making_and_taking_back_are_logged_without_label_and_code(admin):
    code = code_by(admin)
    row = InvitationCode.objects.get()
    assert revoke_code(code=row, admin=admin)
    assert not revoke_code(code=row, admin=admin)
    events = AuditEvent.objects.filter(subject_kind="invitation")
    assert [event.verb for event in events] == ["invitation_made", "invitation_revoked"]
    assert not is_usable(digest_of(code), timezone.now())
    assert all(code not in repr(e.data) and "Elm" not in repr(e.data) for e in events)


def test_sending_the_form_twice_makes_one(admin):
    words = {
        "public_id": new_public_id(),
        "admin": admin,
        "label": "Elm",
        "uses_allowed": FEWEST,
        "expires_at": timezone.now() + timedelta(days=1),
    }
    make_code(**words)
    with pytest.raises(MadeBefore):
        make_code(**words)


def test_nobody_but_an_admin_makes_or_takes_back(admin):
    moss = make_staff("moss", Role.MODERATOR)
    with pytest.raises(NotVisible):
        code_by(moss)
    code_by(admin)
    with pytest.raises(NotVisible):
        revoke_code(code=InvitationCode.objects.get(), admin=moss)


# Many at once ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_no_more_join_than_a_code_allows(settings):
    publish_texts()
    settings.JOINING = "invited"
    code = code_by(make_staff("ada", Role.ADMIN))
    waiting = []
    for number in range(8):
        newcomer = at_the_code()
        newcomer.send("invitation", code=code)
        newcomer.name(f"Racer-{number}")
        newcomer.read_all()
        newcomer.professionals("none")
        newcomer.choices(joins="on")
        newcomer.sign_in(f"racer{number}@people.example")
        waiting.append(newcomer)
    pages = at_once(*(newcomer.make for newcomer in waiting))
    assert not [page for page in pages if isinstance(page, Exception)]
    assert User.objects.filter(role=Role.MEMBER).count() == FEWEST
    assert InvitationCode.objects.get().uses == FEWEST
    refused = [page for page in pages if "does not work any more" in page.content.decode()]
    assert len(refused) == 8 - FEWEST
