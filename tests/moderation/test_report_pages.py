"""Reporting, following a report, and the desk where admins read and decide."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import HcpChoice, Role, User
from forum.actions.edit import edit_post
from forum.models import Audience, Board, Notice, Post, Status
from moderation.actions.reporting import file_report
from moderation.actions.reports import open_case
from moderation.models import AuditEvent, Case, CaseStatus, Category, Outcome, Report, ReportStatus
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

REPORT = reverse("moderation:report")
SENT = reverse("moderation:report_sent")
STATUS = reverse("moderation:report_status")
OWN = reverse("moderation:own_reports")
DESK = reverse("moderation:desk")
NOT_HERE = 404
MANY_POSTS = 3


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def reporter(db: None) -> User:
    return make_member("robin")


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def post(author: User, board: Board) -> Post:
    thread = publish_thread(author, board, title="Dinner", text="Just take what I take.")
    return thread.posts.get()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(category: Category = Category.BULLYING, **fields: str) -> dict[str, str]:
    return {"key": new_public_id(), "category": category.value, "words": "", **fields}


def report_on(
    post: Post | None,
    reporter: User | None,
    *,
    category: Category = Category.DANGEROUS_ADVICE,
    words: str = "This worries me.",
    contact: str = "",
) -> Report:
    return file_report(
        category=category,
        submission_key=new_public_id(),
        reporter=reporter,
        post=post,
        words=words,
        contact=contact,
    )


def desk_address(report: Report) -> str:
    return reverse("moderation:desk_report", args=[report.number])


def case_address(case: Case) -> str:
    return reverse("moderation:case", args=[case.public_id])


def outcome(case: Case, **fields: object) -> dict[str, object]:
    return {
        "version": case.version,
        "outcome": Outcome.ACTION_TAKEN.value,
        "post_decision": "",
        "clause": "",
        "reporter_message": "Thank you. We read it and acted.",
        "author_message": "",
        "note": "",
        **fields,
    }


def text_of(response) -> str:
    return response.content.decode()


# Reporting -------------------------------------------------------------------------------------


def test_help_now_stands_above_the_report_form(client, db):
    page = text_of(client.get(REPORT))
    main = page[page.index("<main") :]
    assert main.index(reverse("guides:help_now")) < main.index('name="category"')


def test_a_report_without_an_account_gives_a_number_and_a_key_that_open_its_status(client, db):
    answer = client.post(REPORT, words(words="Someone keeps asking for my number."))
    assert answer["Location"] == SENT
    report = Report.objects.get()
    page = text_of(client.get(SENT))
    number = re.search(r"R-\w{4}-\w{4}", page)
    assert number is not None
    assert number.group() == report.number
    assert report.key in page
    elsewhere = Client()
    status = text_of(elsewhere.post(STATUS, {"number": report.number, "key": report.key}))
    assert "Received" in status
    assert "Bullying or hate" in status
    assert "asking for my number" not in status


def test_number_and_key_may_be_typed_in_small_letters_with_spaces_around(client, db):
    report = report_on(None, None)
    page = client.post(
        STATUS, {"number": f" {report.number.lower()} ", "key": f" {report.key.lower()} "}
    )
    assert "Received" in text_of(page)


@pytest.mark.parametrize("key", ["AAAAAAAAAAAA", "", "ключ"])
def test_a_wrong_key_shows_nothing_of_the_report(client, db, key):
    report = report_on(None, None)
    page = text_of(client.post(STATUS, {"number": report.number, "key": key}))
    assert "<title>Error:" in page
    assert "dangerous dose" not in page
    assert 'name="key"' in page


def test_a_wrong_key_and_a_wrong_number_are_answered_alike(client, db):
    report = report_on(None, None)
    answers = {
        re.sub(r'value="[^"]*"', "", text_of(client.post(STATUS, {"number": number, "key": "NO"})))
        for number in (report.number, "R-AAAA-AAAA")
    }
    (answer,) = answers
    assert "We found no report with this number and key." in answer


def test_a_report_needs_a_category_and_keeps_what_was_typed(client, db):
    sent = {"key": new_public_id(), "words": "It is hard to say."}
    page = text_of(client.post(REPORT, sent))
    assert "Pick the one that fits best." in page
    assert 'href="#id_category_0"' in page
    assert "It is hard to say." in page
    assert sent["key"] in page
    assert not Report.objects.exists()


def test_sending_the_same_report_twice_files_it_once(client, db):
    sent = words()
    client.post(REPORT, sent)
    client.post(REPORT, sent)
    assert Report.objects.count() == 1


def test_the_page_after_sending_is_not_there_for_others(client, db):
    report_on(None, None)
    assert client.get(SENT)["Location"] == STATUS


def test_signed_in_people_are_not_asked_for_an_address(reporter):
    assert 'name="contact"' in text_of(Client().get(REPORT))
    assert 'name="contact"' not in text_of(signed_in(reporter).get(REPORT))


def test_a_report_about_a_post_shows_which_one_and_keeps_its_wording(reporter, post):
    client = signed_in(reporter)
    address = reverse("moderation:report_post", args=[post.public_id])
    page = text_of(client.get(address))
    assert "By wren in “Dinner”" in page
    assert "Just take what I take." in page
    client.post(address, words(Category.DANGEROUS_ADVICE))
    report = Report.objects.get()
    assert (report.post, report.reporter) == (post, reporter)
    assert report.revision is not None
    assert report.revision.text == "Just take what I take."


def test_nobody_can_report_their_own_post_or_one_they_cannot_see(author, post, board):
    peers = make_member("lark", choice=HcpChoice.OPEN)
    hidden = publish_thread(
        peers, board, title="Us", text="For us alone.", audience=Audience.PEERS
    ).posts.get()
    own = reverse("moderation:report_post", args=[post.public_id])
    unseen = reverse("moderation:report_post", args=[hidden.public_id])
    assert signed_in(author).get(own).status_code == NOT_HERE
    assert signed_in(make_hcp("nurse")).get(unseen).status_code == NOT_HERE


# One's own reports -----------------------------------------------------------------------------


def test_people_find_the_reports_that_they_sent_and_nobody_elses(reporter, author, post):
    mine = report_on(post, reporter)
    other = report_on(None, author)
    client = signed_in(reporter)
    page = text_of(client.get(OWN))
    assert mine.number in page
    assert other.number not in page
    assert "This worries me." in text_of(
        client.get(reverse("moderation:own_report", args=[mine.number]))
    )
    assert client.get(reverse("moderation:own_report", args=[other.number])).status_code == NOT_HERE


def test_whoever_has_sent_no_report_reads_how_to(reporter):
    page = text_of(signed_in(reporter).get(OWN))
    assert "No reports" in page
    assert page.count(f'href="{REPORT}"') > 1  # the one on every page, and the button here


# The desk --------------------------------------------------------------------------------------


def test_the_desk_is_for_admins_alone(board, author, post, reporter):
    report = report_on(post, reporter)
    for person in (reporter, make_staff("kim", Role.MODERATOR), make_hcp("nurse")):
        client = signed_in(person)
        assert client.get(DESK).status_code == NOT_HERE
        assert client.get(desk_address(report)).status_code == NOT_HERE


def test_the_desk_lists_the_most_urgent_report_first(admin, reporter):
    later = report_on(None, reporter, category=Category.SPAM)
    first = report_on(None, reporter, category=Category.SUICIDE_OR_OVERDOSE)
    page = text_of(signed_in(admin).get(DESK))
    assert page.index(first.number) < page.index(later.number)
    assert "Danger now" in page
    assert "Nobody works on it yet" in page


def test_an_empty_desk_says_so(admin):
    assert "No open reports" in text_of(signed_in(admin).get(DESK))


def test_a_report_shows_who_sent_it_and_what_they_wrote(admin, reporter, post):
    report = report_on(post, reporter, words="First line.\n\nThen <b>more</b>.")
    page = text_of(signed_in(admin).get(desk_address(report)))
    assert "robin" in page
    assert "First line." in page
    assert "Then &lt;b&gt;more&lt;/b&gt;." in page
    assert "Just take what I take." in page
    assert AuditEvent.objects.filter(verb="read_report").count() == 1


def test_a_report_by_somebody_signed_out_says_so_and_shows_their_address(admin):
    report = report_on(None, None, contact="me@elsewhere.example")
    page = text_of(signed_in(admin).get(desk_address(report)))
    assert "Somebody signed out" in page
    assert "me@elsewhere.example" in page


def test_the_reported_wording_stays_when_the_author_changes_the_post(
    admin, reporter, author, board
):
    for number in range(MANY_POSTS):
        publish_thread(author, board, title=f"Thread {number}", text="All fine here.")
    thread = publish_thread(author, board, title="Dinner", text="What I first wrote.")
    post = thread.posts.get()
    report = report_on(post, reporter)
    before = text_of(signed_in(admin).get(desk_address(report)))
    assert "The author has changed the post since." not in before
    edit_post(post=post, author=author, version=fresh(post).version, text="Nothing to see.")
    page = text_of(signed_in(admin).get(desk_address(report)))
    assert "The author has changed the post since." in page
    assert page.index("What I first wrote.") < page.index("Nothing to see.")


def test_an_admin_never_sees_a_report_about_their_own_post_or_by_themselves(admin, reporter, board):
    own = publish_thread(admin, board, title="Hello", text="An admin says hello.").posts.get()
    about_me, by_me = report_on(own, reporter), report_on(None, admin)
    client = signed_in(admin)
    page = text_of(client.get(DESK))
    for report in (about_me, by_me):
        assert report.number not in page
        assert client.get(desk_address(report)).status_code == NOT_HERE
        assert client.post(desk_address(report)).status_code == NOT_HERE
    assert not Case.objects.exists()


def test_an_admin_never_sees_a_case_that_is_about_them(admin, reporter, board):
    own = publish_thread(admin, board, title="Hello", text="An admin says hello.").posts.get()
    case = open_case(report=report_on(own, reporter), admin=make_staff("grace", Role.ADMIN))
    client = signed_in(admin)
    assert client.get(case_address(case)).status_code == NOT_HERE
    assert client.post(case_address(case), outcome(case)).status_code == NOT_HERE
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN


# Cases -----------------------------------------------------------------------------------------


def test_an_admin_opens_a_case_decides_it_and_the_reporter_is_told(admin, reporter, post):
    report = report_on(post, reporter)
    desk = signed_in(admin)
    answer = desk.post(desk_address(report))
    case = Case.objects.get()
    assert answer["Location"] == case_address(case)
    assert "You work on it" in text_of(desk.get(DESK))
    mine = signed_in(reporter)
    own = reverse("moderation:own_report", args=[report.number])
    assert "Being looked at" in text_of(mine.get(own))

    answer = desk.post(case_address(case), outcome(case))
    assert answer["Location"] == case_address(case)
    page = text_of(desk.get(case_address(case)))
    assert "We took action" in page
    assert 'name="outcome"' not in page
    assert report.number not in text_of(desk.get(DESK))
    assert "Thank you. We read it and acted." in text_of(mine.get(own))
    assert "Thank you. We read it and acted." in text_of(mine.get(reverse("forum:notices")))


def test_somebody_signed_out_reads_the_answer_with_number_and_key(admin, client):
    report = report_on(None, None)
    case = open_case(report=report, admin=admin)
    signed_in(admin).post(case_address(case), outcome(case))
    page = text_of(client.post(STATUS, {"number": report.number, "key": report.key}))
    assert "Decided" in page
    assert "Thank you. We read it and acted." in page


def test_author_and_reporter_get_messages_that_do_not_tell_of_each_other(
    admin, reporter, author, post
):
    report = report_on(post, reporter)
    case = open_case(report=report, admin=admin)
    rule = any_clause()
    signed_in(admin).post(
        case_address(case),
        outcome(
            case,
            post_decision="remove",
            clause=rule.anchor,
            author_message="Please do not tell others what to take.",
            note="Second time for wren.",
        ),
    )
    assert fresh(post).status == Status.REMOVED
    to_author = Notice.objects.get(recipient=author, message__contains=rule.line)
    to_reporter = Notice.objects.get(recipient=reporter)
    assert "Please do not tell others what to take." in to_author.message
    assert "Thank you" not in to_author.message
    assert to_reporter.message == "Thank you. We read it and acted."
    for person in (author, reporter):
        pages = signed_in(person)
        assert "Second time for wren." not in text_of(pages.get(reverse("forum:notices")))


def test_acting_on_a_post_without_a_rule_is_refused_at_the_field(admin, reporter, post):
    case = open_case(report=report_on(post, reporter), admin=admin)
    page = text_of(signed_in(admin).post(case_address(case), outcome(case, post_decision="hide")))
    assert "Pick the rule that this is about." in page
    assert "Tell the author why." in page
    assert 'id="id_clause_error"' in page
    assert "Thank you. We read it and acted." in page
    assert fresh(post).status == Status.PUBLISHED


def test_a_case_that_a_colleague_decided_first_stays_as_they_decided(admin, reporter, post):
    report = report_on(post, reporter)
    case = open_case(report=report, admin=admin)
    late = outcome(case, reporter_message="Too late.")
    signed_in(make_staff("grace", Role.ADMIN)).post(case_address(case), outcome(case))
    page = text_of(signed_in(admin).post(case_address(case), late))
    assert "This case was decided before you sent." in page
    report.refresh_from_db()
    assert report.status == ReportStatus.DECIDED
    assert report.outcome_message == "Thank you. We read it and acted."
