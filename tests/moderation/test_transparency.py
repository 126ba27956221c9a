"""Half-years are frozen once, for good, without small counts; the page reads one row."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from forum.models import Ruleset
from moderation import figures as names
from moderation.actions.reporting import file_report
from moderation.actions.transparency import freeze_due
from moderation.figures import everything, figures
from moderation.halves import Half, half_of
from moderation.models import AuditEvent, Category, Report, ReportStatus, TransparencySnapshot
from moderation.suppression import Mark
from moderation.transparency import SETTLES, hash_of
from tests.factories import make_board, make_member, make_staff, submit_thread
from tests.readability import MAX_GRADE, MAX_WORDS_IN_SENTENCE, main_text, measure

PAGE = reverse("moderation:transparency")
SPRING = datetime(2026, 3, 4, 12, tzinfo=UTC)
AUTUMN = datetime(2026, 9, 9, 12, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 2, 15, 12, tzinfo=UTC)
NOT_HERE = 404
REFUSED = "only added to"


@pytest.fixture
def member(texts: None) -> Iterator[User]:
    """Somebody who joined in the first half of 2026."""
    with time_machine.travel(SPRING, tick=False):
        member = make_member("ReportingRobin")
    User.objects.update(joined_at=SPRING)
    return member


def reports(category: Category, number: int, *, at: datetime, looked_after: int = 10) -> None:
    """So many reports without an account, each looked at after so many minutes."""
    for one in range(number):
        report = file_report(
            category=category,
            submission_key=f"{category[:6]}{at:%m%d}{one:04}"[:14],
            reporter=None,
            words="Words that nobody else may read.",
            at=at + timedelta(minutes=one),
        )
        looked = report.created_at + timedelta(minutes=looked_after)
        Report.objects.filter(pk=report.pk).update(first_look_at=looked)


def cell(data: dict, table: str, row: str, column: str) -> int | str:
    found = data["tables"][table]
    rows, columns = [*found["rows"], "total"], [*found["columns"], "total"]
    return found["cells"][rows.index(row)][columns.index(column)]


def test_a_half_year_is_frozen_once_when_it_has_settled(member):
    over = Half(2026, 1).until
    assert freeze_due(at=over + SETTLES - timedelta(minutes=1)) == 0
    assert freeze_due(at=over + SETTLES) == 1
    assert freeze_due(at=over + SETTLES) == 0
    assert freeze_due(at=NEXT_YEAR) == 1
    pairs = TransparencySnapshot.objects.values_list("year", "half")
    assert set(pairs) == {(2026, 1), (2026, 2)}
    events = AuditEvent.objects.filter(verb="figures_frozen").order_by("number")
    assert [event.subject_public_id for event in events] == ["2026-1", "2026-2"]


def test_each_report_is_in_one_half_year_and_small_counts_are_in_none(member):
    reports(Category.PRIVACY, 7, at=SPRING)
    reports(Category.SPAM, 6, at=SPRING)
    reports(Category.BULLYING, 3, at=SPRING)
    reports(Category.PRIVACY, 5, at=AUTUMN)
    freeze_due(at=NEXT_YEAR)
    spring, autumn = (
        TransparencySnapshot.objects.get(year=2026, half=half).data for half in (1, 2)
    )
    assert cell(autumn, names.REPORTS, Category.PRIVACY, names.WAITING) == 5
    assert cell(spring, names.REPORTS, Category.BULLYING, names.WAITING) == Mark.FEW
    # 16 less the other two would be the 3: so one number more is left out.
    numbers = [cell(spring, names.REPORTS, row, "total") for row in (*Category.values, "total")]
    assert Mark.HIDDEN in numbers
    assert 16 not in numbers or 7 not in numbers or 6 not in numbers


def test_the_last_moment_and_the_first_belong_to_different_halves():
    first, second = Half(2026, 1), Half(2026, 2)
    assert first.until == second.since
    assert half_of(second.since) == second
    assert half_of(second.since - timedelta(microseconds=1)) == first
    assert second.next() == Half(2027, 1)
    assert second.next().before() == second


def test_waits_are_told_from_five_on_in_whole_minutes(member):
    reports(Category.PRIVACY, 5, at=SPRING, looked_after=12)
    reports(Category.SPAM, 4, at=SPRING, looked_after=3)
    freeze_due(at=NEXT_YEAR)
    data = TransparencySnapshot.objects.get(half=1).data
    waits = {wait["severity"]: wait for wait in data["waits"]["reports"]}
    assert waits[1] == {"severity": 1, "median": 12, "p90": 12}
    assert waits[3] == {"severity": 3, "median": None, "p90": None}


def test_a_report_that_was_taken_back_counts_as_closed(member):
    reports(Category.PRIVACY, 6, at=SPRING)
    Report.objects.update(status=ReportStatus.CLOSED)
    half = Half(2026, 1)
    found = figures(everything(), since=half.since, until=half.until, at=AUTUMN)
    table = found.tables[names.REPORTS]
    row = table.counts[table.rows.index(Category.PRIVACY)]
    assert dict(zip(table.columns, row, strict=True))[names.CLOSED] == 6


def test_nothing_of_a_person_is_in_it(member):
    make_staff("RankedRaven", Role.MODERATOR)
    reports(Category.PRIVACY, 6, at=SPRING)
    freeze_due(at=NEXT_YEAR)
    text = str(TransparencySnapshot.objects.get(half=1).data)
    for secret in ("RankedRaven", "ReportingRobin", "nobody else may read"):
        assert secret not in text


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["update", "delete"])
def test_the_database_refuses_to_change_what_was_published(member, way):
    freeze_due(at=NEXT_YEAR)
    rows = TransparencySnapshot.objects.filter(half=1)
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        rows.update(year=2020) if way == "update" else rows.delete()
    snapshot = rows.get()
    assert snapshot.hash == hash_of(snapshot.year, snapshot.half, snapshot.data)


@pytest.mark.parametrize("half", [0, 3])
def test_there_are_two_halves_to_a_year(db, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        TransparencySnapshot.objects.create(year=2026, half=half, data={}, made_at=SPRING, hash="x")


def test_the_page_reads_two_rows_and_shows_nothing_of_the_running_half(
    member, client, django_assert_num_queries
):
    reports(Category.PRIVACY, 6, at=SPRING)
    freeze_due(at=AUTUMN)
    reports(Category.SPAM, 9, at=AUTUMN)
    with time_machine.travel(AUTUMN, tick=False), django_assert_num_queries(2):
        answer = client.get(PAGE)
    page = answer.content.decode()
    assert "January to June 2026" in page
    assert "July to December 2026. They come on 29 January 2027" in page.replace("\n", " ")
    assert "Private details" in page
    assert ">9<" not in page
    assert "no-store" in answer["Cache-Control"]
    assert 'style="' not in main_of(page)


def main_of(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def test_who_is_suspended_and_who_is_signed_out_read_the_same(member):
    reports(Category.PRIVACY, 6, at=SPRING)
    freeze_due(at=AUTUMN)
    User.objects.filter(pk=member.pk).update(suspended_until=NEXT_YEAR)
    suspended = Client()
    suspended.force_login(member)
    with time_machine.travel(AUTUMN, tick=False):
        pages = [main_of(one.get(PAGE).content.decode()) for one in (Client(), suspended)]
    assert pages[0] == pages[1]


def test_the_page_is_there_before_there_are_numbers(db, client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "There are no numbers yet." in answer.content.decode()


def test_what_was_not_frozen_is_not_there(member, client):
    freeze_due(at=AUTUMN)
    halves = [(2026, 2), (2025, 2), (0, 1), (99999999999999999999, 1)]
    for pair in halves:
        assert (
            client.get(reverse("moderation:transparency_half", args=pair)).status_code == NOT_HERE
        )
        file = reverse("moderation:transparency_file", args=[*pair, "reports"])
        assert client.get(file).status_code == NOT_HERE
    file = reverse("moderation:transparency_file", args=[2026, 1, "members"])
    assert client.get(file).status_code == NOT_HERE


def test_a_file_has_the_whole_table_in_the_words_of_the_page(member, client):
    reports(Category.PRIVACY, 7, at=SPRING)
    reports(Category.SPAM, 3, at=SPRING)
    freeze_due(at=AUTUMN)
    answer = client.get(reverse("moderation:transparency_file", args=[2026, 1, "reports"]))
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert lines[0][0] == "About"
    assert lines[0][-1] == "All"
    assert len(lines) == len(Category.values) + 2
    spam = next(line for line in lines if line[0].startswith("Spam"))
    assert set(spam[1:]) == {"fewer than 5"}
    assert "public" in answer["Cache-Control"]
    signed_in = Client()
    signed_in.force_login(member)
    answer = signed_in.get(reverse("moderation:transparency_file", args=[2026, 1, "waits"]))
    assert "no-store" in answer["Cache-Control"]


def test_it_says_so_where_one_admin_decides_alone(member, client, settings):
    freeze_due(at=AUTUMN)
    assert "one admin" not in client.get(PAGE).content.decode()
    settings.SOLO_ADMIN = True
    assert "Right now this site has one admin." in client.get(PAGE).content.decode()
    freeze_due(at=NEXT_YEAR)
    settings.SOLO_ADMIN = False
    assert "In this time the site had one admin" in client.get(PAGE).content.decode()


def test_screening_is_told_with_the_version_that_was_measured(member, client):
    measured: dict = {"labelled": "x", "recall": {}, "alarms": {}, "everyday": [1, 50]}
    kinds = ("crisis", "emergency", "dose", "contact", "eating", "abuse", "promo")
    measured["recall"] = {kind: [19, 20] for kind in kinds}
    measured["alarms"] = {kind: [2, 300] for kind in kinds}
    Ruleset.objects.create(
        number=7,
        tables={},
        content_hash="h",
        figures=measured,
        saved_at=SPRING,
        published_at=SPRING,
    )
    freeze_due(at=AUTUMN)
    page = client.get(PAGE).content.decode()
    assert "version 7" in page
    assert "19 of 20" in page


def test_the_page_is_easy_to_read(member, client):
    freeze_due(at=AUTUMN)
    page = client.get(PAGE).content.decode()
    words = main_text(page.split("<h2>")[0] + "</main>")
    reading = measure(words)
    assert reading.grade <= MAX_GRADE, words
    assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest


def test_the_figures_take_as_many_queries_however_much_there_was(
    member, django_assert_max_num_queries
):
    board = make_board("talk")
    submit_thread(member, board, title="Hello", text="Hello all.")
    reports(Category.PRIVACY, 12, at=SPRING)
    with django_assert_max_num_queries(45):
        freeze_due(at=AUTUMN)
