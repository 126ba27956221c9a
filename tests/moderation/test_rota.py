"""Staffed hours and the rota at the desk: entered, checked, versioned, with gaps in sight."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from forum.due import current_hours
from forum.errors import NotVisible, StaleVersion
from forum.hours import day_in_words
from forum.models import StaffedHours
from moderation.actions.rota import add_shift, remove_shift, set_hours
from moderation.models import AuditEvent, Shift
from moderation.oncall import gaps, on_call_at
from moderation.rota_forms import HoursForm, exceptions_in_words, parse_day
from tests.factories import make_hcp, make_staff
from tests.moderation.alerting import DAY_TIME, admin
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = [((540, 1260),)] * 5 + [((600, 1080),)] * 2


@pytest.fixture
def ann(texts):
    return admin("ann")


@pytest.fixture
def bob(texts):
    return admin("bob")


@pytest.fixture
def client(ann):
    """Ann's browser."""
    found = Client()
    found.force_login(ann)
    return found


def hours(who, number: int = 0, **changes) -> StaffedHours:
    values = {"time_zone": "Europe/London", "week": WEEK, "exceptions": {}, **changes}
    return set_hours(admin=who, number=number, **values)


# Hours -------------------------------------------------------------------------------------------


def test_new_hours_are_a_new_version_in_the_audit_log(ann, bob):
    hours(ann)
    hours(bob, 1, exceptions={"2026-12-25": ()})
    assert [row.number for row in StaffedHours.objects.order_by("number")] == [1, 2]
    assert current_hours().of_day(date(2026, 12, 25)) == ()
    events = AuditEvent.objects.filter(verb="hours_set").order_by("number")
    assert [(event.actor.pseudonym, event.subject_public_id) for event in events] == [
        ("ann", "1"),
        ("bob", "2"),
    ]


def test_the_same_hours_again_change_nothing(ann):
    hours(ann)
    hours(ann, 1)
    assert StaffedHours.objects.count() == 1


def test_who_saw_an_older_version_is_refused(ann, bob):
    hours(ann)
    with pytest.raises(StaleVersion):
        hours(bob, 0, time_zone="UTC")


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_at_once_one_sets_the_hours(ann, bob):
    results = at_once(
        lambda: hours(ann, time_zone="UTC"), lambda: hours(bob, time_zone="Europe/Madrid")
    )
    assert sorted(type(result).__name__ for result in results) == ["StaffedHours", "StaleVersion"]
    assert StaffedHours.objects.count() == AuditEvent.objects.filter(verb="hours_set").count() == 1


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP])
def test_only_admins_set_hours_and_rota(ann, role):
    other = make_hcp("nurse") if role == Role.HCP else make_staff("mod", role)
    shift = add_shift(person=ann, starts_at=DAY_TIME, ends_at=DAY_TIME + DAY, admin=ann)
    with pytest.raises(NotVisible):
        hours(other)
    with pytest.raises(NotVisible):
        add_shift(person=ann, starts_at=DAY_TIME, ends_at=DAY_TIME + HOUR, admin=other)
    with pytest.raises(NotVisible):
        add_shift(person=other, starts_at=DAY_TIME, ends_at=DAY_TIME + HOUR, admin=ann)
    with pytest.raises(NotVisible):
        remove_shift(public_id=shift.public_id, admin=other)
    client = Client()
    client.force_login(other)
    for name in ("hours", "rota", "alerts"):
        assert client.get(reverse(f"moderation:{name}")).status_code == 404


def form_data(**changes: str) -> dict[str, str]:
    days = {f"day_{number}": "09:00-21:00" for number in range(5)}
    values = {"number": "0", "time_zone": "Europe/London", "exceptions": "", **days}
    return {**values, "day_5": "10:00-18:00", "day_6": "10:00-18:00", **changes}


def test_hours_are_entered_on_a_page_and_come_back_as_they_were(client):
    address = reverse("moderation:hours")
    days = "2026-12-25 to 2026-12-28\n2026-12-24: 09:00-12:00, 13:00-15:30"
    data = form_data(day_0="9:00 - 12:00, 13:00-24:00", exceptions=days)
    assert client.post(address, data).status_code == 302
    found = current_hours()
    assert found.week[0] == ((540, 720), (780, 1440))
    assert found.of_day(date(2026, 12, 27)) == ()
    page = client.get(address).content.decode()
    assert "09:00-12:00, 13:00-24:00" in page
    assert "2026-12-24: 09:00-12:00, 13:00-15:30\n2026-12-25 to 2026-12-28" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../zone"},
        {"day_0": "nine to five"},
        {"day_0": "09:00-25:00"},
        {"day_0": "12:00-09:00"},
        {"day_0": "09:00-12:00, 11:00-13:00"},
        {"exceptions": "Christmas"},
        {"exceptions": "2026-12-28 to 2026-12-25"},
        {"exceptions": "2026-02-30"},
        {"exceptions": "2026-01-01 to 2099-01-01"},
        {"exceptions": "2026-12-24: noon"},
    ],
)
def test_what_makes_no_sense_is_said_at_its_field_and_what_was_typed_stays(client, changes):
    answer = client.post(reverse("moderation:hours"), form_data(**changes))
    assert answer.status_code == 422
    ((name, words),) = changes.items()
    assert list(answer.context["form"].errors) == [name]
    assert words in answer.content.decode()
    assert not StaffedHours.objects.exists()


def test_a_page_of_an_older_version_is_told_so_and_can_be_sent_again(client, bob):
    hours(bob)
    address = reverse("moderation:hours")
    answer = client.post(address, form_data(time_zone="UTC"))
    assert answer.status_code == 422
    assert "Somebody changed the hours" in answer.content.decode()
    assert answer.context["form"]["number"].value() == "1"
    assert client.post(address, form_data(time_zone="UTC", number="1")).status_code == 302


spans = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
    lambda marks: tuple(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
)


@given(spans)
def test_a_day_in_words_reads_as_the_same_day(day):
    assert parse_day(day_in_words(day)) == day


@given(st.text(max_size=30))
def test_any_words_are_a_day_or_an_error_at_the_field(words):
    form = HoursForm(form_data(day_3=words))
    assert form.is_valid() or set(form.errors) == {"day_3"}


@given(
    st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 3, 1)).map(str), st.one_of(st.just(()), spans)
    )
)
def test_days_that_differ_read_as_the_same_days(days):
    form = HoursForm(form_data(exceptions=exceptions_in_words(days)))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["exceptions"] == days


# Rota --------------------------------------------------------------------------------------------


def shift(who, start: datetime, end: datetime, *, by=None) -> Shift:
    return add_shift(person=who, starts_at=start, ends_at=end, admin=by or who)


def test_who_is_on_call_is_who_has_a_shift_at_that_moment(ann, bob):
    shift(ann, DAY_TIME, DAY_TIME + HOUR)
    shift(bob, DAY_TIME + HOUR, DAY_TIME + 2 * HOUR)
    at = [DAY_TIME - HOUR, DAY_TIME, DAY_TIME + HOUR, DAY_TIME + 2 * HOUR]
    assert [[p.pseudonym for p in on_call_at(moment)] for moment in at] == [
        [],
        ["ann"],
        ["bob"],
        [],
    ]


def test_gaps_are_what_no_shift_of_an_able_admin_covers(ann, bob):
    shift(ann, DAY_TIME - DAY, DAY_TIME + DAY)
    shift(ann, DAY_TIME + 2 * DAY, DAY_TIME + 4 * DAY)
    shift(bob, DAY_TIME + 3 * DAY, DAY_TIME + 20 * DAY)
    assert list(gaps(at=DAY_TIME)) == [(DAY_TIME + DAY, DAY_TIME + 2 * DAY)]
    bob.is_active = False
    bob.save()
    assert list(gaps(at=DAY_TIME)) == [
        (DAY_TIME + DAY, DAY_TIME + 2 * DAY),
        (DAY_TIME + 4 * DAY, DAY_TIME + 14 * DAY),
    ]


def test_without_shifts_all_is_a_gap(ann):
    assert list(gaps(at=DAY_TIME)) == [(DAY_TIME, DAY_TIME + 14 * DAY)]


def test_a_shift_twice_is_one_and_taken_back_it_counts_no_more(ann):
    first = shift(ann, DAY_TIME, DAY_TIME + DAY)
    assert shift(ann, DAY_TIME, DAY_TIME + DAY) == first
    assert remove_shift(public_id=first.public_id, admin=ann)
    assert not remove_shift(public_id=first.public_id, admin=ann)
    assert on_call_at(DAY_TIME) == []
    assert shift(ann, DAY_TIME, DAY_TIME + DAY) != first
    verbs = AuditEvent.objects.filter(subject_kind="shift").order_by("number")
    assert [event.verb for event in verbs] == ["shift_added", "shift_removed", "shift_added"]


def test_a_shift_is_added_and_taken_off_on_the_page_in_the_time_of_the_site(client, bob):
    address = reverse("moderation:rota")
    day = (timezone.now() + 2 * DAY).date()
    data = {"person": bob.public_id, "starts_at": f"{day}T09:00", "ends_at": f"{day}T17:00"}
    assert client.post(address, data).status_code == 302
    found = Shift.objects.get()
    assert (found.person, found.ends_at - found.starts_at) == (bob, 8 * HOUR)
    assert timezone.localtime(found.starts_at).hour == 9
    page = client.get(address).content.decode()
    assert "Europe/London" in page
    assert "Nobody is on call" in page
    remove = reverse("moderation:shift_remove", args=[found.public_id])
    assert client.post(remove).status_code == 302
    found.refresh_from_db()
    assert found.removed_at is not None


@pytest.mark.parametrize(
    "start, end, field",
    [
        (2, 1, "ends_at"),
        (1, 30, "ends_at"),
        (-3, -2, "ends_at"),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused_at_its_field(client, ann, start, end, field):
    now = timezone.localtime()
    data = {
        "person": ann.public_id,
        "starts_at": f"{now + start * DAY:%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + end * DAY:%Y-%m-%dT%H:%M}",
    }
    answer = client.post(reverse("moderation:rota"), data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert data["ends_at"] in answer.content.decode()
    assert not Shift.objects.exists()


def test_somebody_who_is_no_admin_cannot_be_put_on_call(client):
    mod = make_staff("mod", Role.MODERATOR)
    start = datetime(2030, 1, 1, 9, tzinfo=UTC)
    data = {"person": mod.public_id, "starts_at": "2030-01-01T09:00", "ends_at": "2030-01-02T09:00"}
    answer = client.post(reverse("moderation:rota"), data)
    assert answer.status_code == 422
    assert not Shift.objects.filter(starts_at=start).exists()
