"""The desk: what an admin finds there, taking a report, reading and deciding a case."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from forum.actions.edit import edit_post
from forum.models import Board, Notice, Post, Status
from moderation.actions.cases import merge, open_case, take
from moderation.desk import PAGE_SIZE
from moderation.models import AuditEvent, Case, CaseStatus, Category, Report, ReportStatus
from tests.factories import (
    any_clause,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
)
from tests.moderation.desk import (
    DESK,
    NOT_HERE,
    THANKS,
    at,
    decide_on_page,
    decision,
    desk_address,
    keys_on_desk,
    report_on,
    signed_in,
    text_of,
)

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]
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
def other_admin(db: None) -> User:
    return make_staff("grace", Role.ADMIN)


@pytest.fixture
def post(author: User, board: Board) -> Post:
    thread = publish_thread(author, board, title="Dinner", text="Just take what I take.")
    return thread.posts.get()


# The list --------------------------------------------------------------------------------------


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


def test_the_list_can_be_narrowed_by_each_filter(admin, other_admin, reporter, post, board):
    nurse = make_hcp("nurse")
    by_nurse = publish_thread(nurse, board, title="Hello", text="I am a nurse.").posts.get()
    about_staff = report_on(by_nurse, reporter, category=Category.HCP_BOUNDARY)
    spam = report_on(None, reporter, category=Category.SPAM)
    taken = open_case(report=report_on(post, reporter), admin=admin)
    theirs = open_case(report=report_on(None, reporter), admin=other_admin)
    everything = {about_staff.number, spam.number, taken.public_id, theirs.public_id}
    assert set(keys_on_desk(admin)) == everything
    assert keys_on_desk(admin, status="waiting") == [about_staff.number, spam.number]
    assert set(keys_on_desk(admin, status="open")) == {taken.public_id, theirs.public_id}
    assert keys_on_desk(admin, status="decided") == keys_on_desk(admin, status="approval") == []
    assert keys_on_desk(admin, severity="3") == [spam.number]
    assert keys_on_desk(admin, category=Category.SPAM) == [spam.number]
    assert keys_on_desk(admin, handler="me") == [taken.public_id]
    assert keys_on_desk(admin, handler=other_admin.public_id) == [theirs.public_id]
    assert set(keys_on_desk(admin, handler="nobody")) == {about_staff.number, spam.number}
    assert keys_on_desk(admin, staff=True) == [about_staff.number]
    assert keys_on_desk(admin, overdue=True) == []
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        assert set(keys_on_desk(admin, overdue=True)) == everything


def test_search_finds_numbers_ids_and_words_of_reports_decided_ones_too(admin, reporter, post):
    report = report_on(None, reporter, words="A purple giraffe wrote to me.")
    case = open_case(report=report_on(post, reporter, words="About a zebra."), admin=admin)
    decide_on_page(signed_in(admin), case)
    assert keys_on_desk(admin, words="Purple Giraffe") == keys_on_desk(
        admin, words=report.number.lower()
    )
    assert keys_on_desk(admin, words="purple giraffe") == [report.number]
    assert (
        keys_on_desk(admin, words="zebra")
        == keys_on_desk(admin, words=case.public_id)
        == [case.public_id]
    )
    assert keys_on_desk(admin, words="elephant") == []


def test_searching_is_in_the_log_without_the_words(admin):
    signed_in(admin).get(DESK, {"q": "purple giraffe", "severity": "0"})
    event = AuditEvent.objects.get(verb="desk_searched")
    assert event.actor == admin
    assert (event.data["severity"], event.data["words"]) == ("0", True)
    assert "giraffe" not in str(event.data)


def test_all_filters_work_on_the_page(admin, reporter):
    report = report_on(None, reporter, category=Category.SPAM)
    client = signed_in(admin)
    asked = {"status": "waiting", "severity": "3", "category": "spam", "handler": "nobody"}
    assert report.number in text_of(client.get(DESK, asked))
    assert "Nothing fits" in text_of(client.get(DESK, {**asked, "overdue": "on", "staff": "on"}))
    assert client.get(DESK, {"severity": "nonsense", "after": "nothing"}).status_code == 200


def test_pages_follow_each_other_without_gap_and_without_repeating(admin, reporter):
    filed = [report_on(None, reporter, category=Category.OTHER).number for _ in range(PAGE_SIZE)]
    cases = [open_case(report=report_on(None, reporter), admin=admin).public_id for _ in range(4)]
    client = signed_in(admin)
    address, seen, pages = DESK, [], 0
    while address:
        page = text_of(client.get(address))
        found = re.findall(r'href="/desk/(?:reports|cases)/([\w-]+)/"', page)
        seen += found
        pages += 1
        more = re.search(r'href="(/desk/\?after=[^"]+)"', page)
        address = more[1] if more else ""
    assert pages == 2
    assert sorted(seen) == sorted([*filed, *cases])


@pytest.mark.both_databases
def test_the_list_costs_the_same_however_long(admin, reporter, django_assert_max_num_queries):
    for _ in range(5):
        report_on(None, reporter)
        open_case(report=report_on(None, reporter), admin=admin)
    client = signed_in(admin)
    client.get(DESK)
    with django_assert_max_num_queries(28):
        client.get(DESK)
    for _ in range(10):
        open_case(report=report_on(None, reporter), admin=admin)
    with django_assert_max_num_queries(28):
        client.get(DESK)


# Taking a report ---------------------------------------------------------------------------------


def test_before_the_word_about_ties_a_report_shows_people_and_no_words(admin, reporter, post):
    report = report_on(post, reporter, words="Nobody should read this yet.")
    page = text_of(signed_in(admin).get(desk_address(report)))
    assert "robin" in page
    assert "wren" in page
    assert "Nobody should read this yet." not in page
    assert "Just take what I take." not in page
    assert AuditEvent.objects.filter(verb="read_report").count() == 1


def test_a_case_shows_who_reported_and_what_they_wrote(admin, reporter, post):
    report = report_on(post, reporter, words="First line.\n\nThen <b>more</b>.")
    client = signed_in(admin)
    answer = client.post(desk_address(report), {"do": "take"})
    page = text_of(client.get(answer["Location"]))
    assert "robin" in page
    assert "First line." in page
    assert "Then &lt;b&gt;more&lt;/b&gt;." in page
    assert "Just take what I take." in page
    assert AuditEvent.objects.filter(verb="read_case").count() == 1


def test_a_report_by_somebody_signed_out_shows_their_address_in_the_case(admin):
    report = report_on(None, None, contact="me@elsewhere.example")
    client = signed_in(admin)
    assert "Somebody signed out" in text_of(client.get(desk_address(report)))
    page = text_of(client.get(at(open_case(report=report, admin=admin))))
    assert "me@elsewhere.example" in page


def test_the_reported_wording_stays_when_the_author_changes_the_post(
    admin, reporter, author, board
):
    for number in range(MANY_POSTS):
        publish_thread(author, board, title=f"Thread {number}", text="All fine here.")
    thread = publish_thread(author, board, title="Dinner", text="What I first wrote.")
    post = thread.posts.get()
    case = open_case(report=report_on(post, reporter), admin=admin)
    before = text_of(signed_in(admin).get(at(case)))
    assert "The author has changed the post since." not in before
    edit_post(post=post, author=author, version=fresh(post).version, text="Nothing to see.")
    page = text_of(signed_in(admin).get(at(case)))
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
        assert client.post(desk_address(report), {"do": "take"}).status_code == NOT_HERE
    assert not Case.objects.exists()


def test_passing_a_report_on_keeps_one_out_and_tells_the_others(admin, other_admin, reporter, post):
    report = report_on(post, reporter)
    client = signed_in(admin)
    client.get(desk_address(report))
    refused = client.post(desk_address(report), {"do": "pass_on"})
    assert refused.status_code == 422
    assert "Pick the one that fits best." in text_of(refused)
    client.post(desk_address(report), {"do": "pass_on", "tie": "knows", "words": "My cousin."})
    case = Case.objects.get()
    assert (case.handler, case.status) == (None, CaseStatus.OPEN)
    for address in (desk_address(report), at(case), at(case, "case_timeline")):
        assert client.get(address).status_code == NOT_HERE
    assert case.public_id not in text_of(client.get(DESK))
    assert "My cousin" not in str(AuditEvent.objects.values_list("data"))
    assert Notice.objects.filter(recipient=other_admin, kind="desk").count() == 1
    assert not Notice.objects.filter(recipient=admin, kind="desk").exists()
    page = text_of(signed_in(other_admin).get(at(case)))
    assert "Do you have a tie" in page


# Cases -----------------------------------------------------------------------------------------


def test_an_admin_opens_a_case_decides_it_and_the_reporter_is_told(admin, reporter, post):
    report = report_on(post, reporter)
    desk = signed_in(admin)
    answer = desk.post(desk_address(report), {"do": "take"})
    case = Case.objects.get()
    assert answer["Location"] == at(case)
    assert "You work on it" in text_of(desk.get(DESK))
    mine = signed_in(reporter)
    own = reverse("moderation:own_report", args=[report.number])
    assert "Being looked at" in text_of(mine.get(own))

    assert decide_on_page(desk, case)["Location"] == at(case)
    page = text_of(desk.get(at(case)))
    assert "No rule was broken" in page
    assert at(case, "case_decide") not in page
    assert case.public_id not in text_of(desk.get(DESK))
    assert THANKS in text_of(mine.get(own))
    assert THANKS in text_of(mine.get(reverse("forum:notices")))


def test_somebody_signed_out_reads_the_answer_with_number_and_key(admin, client):
    report = report_on(None, None)
    decide_on_page(signed_in(admin), open_case(report=report, admin=admin))
    page = text_of(
        client.post(
            reverse("moderation:report_status"),
            {"number": report.number, "key": report.key},
            follow=True,
        )
    )
    assert "Decided" in page
    assert THANKS in page


def test_author_and_reporter_get_messages_that_do_not_tell_of_each_other(
    admin, reporter, author, post
):
    case = open_case(report=report_on(post, reporter), admin=admin)
    rule = any_clause()
    decide_on_page(
        signed_in(admin),
        case,
        outcome="action_taken",
        clause=rule.anchor,
        note="Second time for wren.",
        **{
            f"post-{post.public_id}": "remove",
            f"words-{post.public_id}": "Please do not tell others what to take.",
        },
    )
    assert fresh(post).status == Status.REMOVED
    to_author = Notice.objects.get(recipient=author, message__contains=rule.line)
    to_reporter = Notice.objects.get(recipient=reporter)
    assert "Please do not tell others what to take." in to_author.message
    assert "Thank you" not in to_author.message
    assert to_reporter.message == THANKS
    for person in (author, reporter):
        pages = signed_in(person)
        assert "Second time for wren." not in text_of(pages.get(reverse("forum:notices")))


def test_both_messages_stand_side_by_side_and_a_leak_is_warned_of_before_it_goes_out(
    admin, reporter, author, post
):
    words = "They told me to double my evening dose and laughed."
    case = open_case(report=report_on(post, reporter, words=words), admin=admin)
    client = signed_in(admin)
    telling = "Robin says you told me to double my evening dose. Please stop."
    asked = {
        "outcome": "action_taken",
        "clause": any_clause().anchor,
        f"post-{post.public_id}": "hide",
        f"words-{post.public_id}": telling,
    }
    answer = decide_on_page(client, case, **asked)
    page = text_of(answer)
    assert answer.status_code == 200  # shown again: nothing went out
    assert "This is what goes out" in page
    assert "<mark>Robin</mark>" in page
    assert "<mark>told me to double my evening dose</mark>" in page
    assert fresh(post).status == Status.PUBLISHED
    assert not Notice.objects.filter(recipient=author, message__contains="Robin").exists()
    decide_on_page(client, case, confirmed="on", **asked)
    assert fresh(post).status == Status.HIDDEN


def test_what_was_changed_after_the_look_is_looked_at_again(admin, reporter, post):
    case = open_case(report=report_on(post, reporter), admin=admin)
    client = signed_in(admin)
    shown = text_of(client.post(at(case, "case_decide"), decision(case)))
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen is not None
    changed = {f"answer-{Report.objects.get().number}": "Other words."}
    sent = {**decision(case, **changed), "do": "send", "seen": seen[1]}
    assert "Other words." in text_of(client.post(at(case, "case_decide"), sent))
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN


def test_acting_on_a_post_without_a_rule_is_refused_at_the_field(admin, reporter, post):
    case = open_case(report=report_on(post, reporter), admin=admin)
    answer = decide_on_page(signed_in(admin), case, **{f"post-{post.public_id}": "hide"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Pick the rule that this is about." in page
    assert "Tell the author why." in page
    assert 'id="id_clause_error"' in page
    assert THANKS in page
    assert fresh(post).status == Status.PUBLISHED


def test_a_case_that_a_colleague_decided_first_stays_as_they_decided(
    admin, other_admin, reporter, post
):
    report = report_on(post, reporter)
    case = open_case(report=report, admin=admin)
    take(case=case, admin=other_admin)
    decide_on_page(signed_in(other_admin), case)
    late = decision(case, **{f"answer-{report.number}": "Too late."})
    answer = signed_in(admin).post(at(case, "case_decide"), late)
    assert answer["Location"] == at(case)
    report.refresh_from_db()
    assert report.status == ReportStatus.DECIDED
    assert report.outcome_message == THANKS


def test_a_merged_case_leads_to_the_one_that_goes_on(admin, reporter, post):
    first = open_case(report=report_on(post, reporter), admin=admin)
    second = open_case(report=report_on(None, make_member("finch")), admin=admin)
    client = signed_in(admin)
    number = Report.objects.get(case=second).number
    client.post(at(first, "case_merge"), {"other": number})
    assert client.get(at(second))["Location"] == at(first)
    page = text_of(client.get(at(first)))
    assert number in page
    assert second.public_id not in text_of(client.get(DESK))
    assert "no such case" in text_of(client.post(at(first, "case_merge"), {"other": "R-1"}))


def test_notes_and_people_are_added_on_the_page_and_errors_keep_what_was_typed(
    admin, reporter, post
):
    witness = make_member("finch")
    case = open_case(report=report_on(post, reporter), admin=admin)
    client = signed_in(admin)
    assert client.post(at(case, "case_note"), {"text": " "}).status_code == 422
    refused = client.post(at(case, "case_party"), {"name": "nobody-here", "role": "witness"})
    assert "Nobody here has this name." in text_of(refused)
    assert 'value="nobody-here"' in text_of(refused)
    client.post(at(case, "case_note"), {"text": "Called the lead."})
    client.post(at(case, "case_party"), {"name": "finch", "role": "witness"})
    page = text_of(client.get(at(case)))
    assert "Called the lead." in page
    assert case.parties.get().user == witness


@pytest.mark.both_databases
def test_the_page_of_a_case_costs_the_same_however_much_is_in_it(
    admin, reporter, post, django_assert_max_num_queries
):
    case = open_case(report=report_on(post, reporter), admin=admin)
    client = signed_in(admin)
    client.get(at(case))
    for number in range(4):
        more = report_on(post, make_member(f"bird{number}"))
        merge(case=open_case(report=more, admin=admin), into=case, admin=admin)
        client.post(at(case, "case_note"), {"text": f"Note {number}."})
    with django_assert_max_num_queries(40):
        client.get(at(case))
