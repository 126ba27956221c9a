"""Floods of reports: urgent ones always come through, others wait kindly, nothing is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import User
from accounts.viewer import GUEST
from moderation import limits
from moderation.models import Category, Report
from moderation.views.reporting import HOUR, MOST_AN_HOUR, REPORTS
from tests.factories import make_board, make_member, publish_thread

pytestmark = pytest.mark.usefixtures("texts")

REPORT = reverse("moderation:report")
TOO_MANY = 429
URGENT = [Category.SUICIDE_OR_OVERDOSE, Category.HCP_BOUNDARY, Category.PRIVACY]
SIGNED_OUT, SIGNED_IN = MOST_AN_HOUR[False], MOST_AN_HOUR[True]


@pytest.fixture
def reporter(db: None) -> User:
    return make_member("robin")


def send(client: Client, category: Category, **headers: str):
    """Send a report with a category alone, signed out or in."""
    sent = {"key": new_public_id(), "category": category.value, "send": "1"}
    return client.post(REPORT, sent, **headers)


def flood(client: Client, number: int, category: Category = Category.SPAM) -> None:
    for _ in range(number):
        assert send(client, category).status_code == 302


def test_one_too_many_gets_a_kind_page_with_phone_lines_and_its_words_stay(client, db):
    flood(client, SIGNED_OUT)
    answer = send(client, Category.SPAM)
    page = answer.content.decode()
    assert answer.status_code == TOO_MANY
    assert f"We have {SIGNED_OUT} of yours from the last hour." in page
    assert "tel:" in page
    assert Report.objects.count() == SIGNED_OUT
    check = page.split("/report/new/")[1].split('"')[0]
    assert client.get(f"/report/new/{check}").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert client.post(f"/report/new/{check}").status_code == 302
    assert Report.objects.count() == SIGNED_OUT + 1


@pytest.mark.parametrize("category", URGENT)
def test_urgent_ones_come_through_any_flood_and_are_marked_for_the_desk(client, db, category):
    flood(client, SIGNED_OUT)
    for _ in range(5):
        assert send(client, category).status_code == 302
    late = Report.objects.filter(category=category)
    assert late.count() == 5
    assert all(report.is_suspect for report in late)


def test_a_flood_of_urgent_ones_keeps_nobody_elses_away(client, db, reporter):
    flood(client, SIGNED_OUT + 5, Category.SUICIDE_OR_OVERDOSE)
    signed_in = Client()
    signed_in.force_login(reporter)
    assert send(signed_in, Category.SPAM).status_code == 302
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert send(elsewhere, Category.SPAM).status_code == 302


def test_an_account_is_counted_wherever_it_is(db, reporter):
    client = Client()
    client.force_login(reporter)
    flood(client, SIGNED_IN)
    other = Client(REMOTE_ADDR="198.51.100.7")
    other.force_login(reporter)
    assert send(other, Category.SPAM).status_code == TOO_MANY


@pytest.mark.parametrize("broken", ["get", "set"])
def test_a_broken_cache_lets_every_report_through(client, db, monkeypatch, broken):
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("broken on purpose")

    monkeypatch.setattr(cache._connections["default"], broken, fail)
    flood(client, SIGNED_OUT + 2)
    assert Report.objects.count() == SIGNED_OUT + 2


def test_a_filled_trap_is_taken_and_marked(client, db):
    sent = {"key": new_public_id(), "category": "spam", "send": "1", "website": "http://x.example"}
    assert client.post(REPORT, sent).status_code == 302
    assert Report.objects.get().is_suspect


def test_quicker_than_a_person_reads_is_marked_and_a_person_is_not(client, db):
    flood(client, 1)
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        place = client.post(REPORT, {"key": new_public_id(), "category": "spam"})["Location"]
        clock.shift(10)
        client.post(place, {"send": "1"})
    assert list(Report.objects.order_by("pk").values_list("is_suspect", flat=True)) == [True, False]


def test_somebody_signed_in_who_is_quick_is_not_marked(reporter):
    post = publish_thread(make_member("wren"), make_board("b"), title="A", text="B.").posts.get()
    client = Client()
    client.force_login(reporter)
    sent = {"key": new_public_id(), "category": "spam", "send": "1"}
    client.post(reverse("moderation:report_post", args=[post.public_id]), sent)
    assert not Report.objects.get().is_suspect


# Counting ----------------------------------------------------------------------------------------


def network(**meta: str) -> str:
    request = RequestFactory().get("/", **meta)
    request.viewer = GUEST  # type: ignore[attr-defined]
    return limits.network_of(request)  # type: ignore[arg-type]


def test_a_household_is_one_network_and_no_address_can_be_read_from_it():
    one = network(REMOTE_ADDR="2001:db8:1:2::1")
    assert one == network(REMOTE_ADDR="2001:db8:1:2:ffff::9")
    assert one != network(REMOTE_ADDR="2001:db8:1:3::1")
    assert "2001" not in one
    assert network(REMOTE_ADDR="192.0.2.1") != network(REMOTE_ADDR="192.0.2.2")


def test_a_forged_header_changes_nothing_without_a_proxy_of_our_own():
    plain = network(REMOTE_ADDR="192.0.2.1")
    assert network(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.9") == plain
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert network(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.9") != plain


@pytest.mark.parametrize("address", ["", "not an address"])
def test_somebody_without_an_address_is_counted_with_the_others_like_that(address):
    assert network(REMOTE_ADDR=address) == limits.UNKNOWN


def test_counts_end_with_their_hour():
    start = timezone.now().replace(minute=5)
    with time_machine.travel(start, tick=False) as clock:
        assert [limits.note(REPORTS, "a", per=HOUR) for _ in range(3)] == [1, 2, 3]
        assert limits.count(REPORTS, "b", per=HOUR) == 0
        clock.shift(HOUR)
        assert limits.count(REPORTS, "a", per=HOUR) == 0
