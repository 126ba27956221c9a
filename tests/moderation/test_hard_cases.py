"""The hard cases of review, and where each is tested. A file without a path
is in this folder.

Versions and two people at once
- a decision on a version that is no longer there
    test_decide.py::test_a_decision_on_an_older_version_is_refused_with_the_present_one
- ... on the page
    test_queue_pages.py::test_a_post_that_changed_meanwhile_is_shown_anew_and_not_decided
- a second decision on the same version
    test_decide.py::test_the_second_decision_on_a_version_is_shown_the_first
- two who decide at the same moment
    test_races.py::test_of_two_moderators_who_decide_at_once_exactly_one_decides
- two who publish at the same moment, one position
    test_races.py::test_of_two_moderators_who_press_publish_at_once_one_gives_the_position
- two who take a free post
    test_races.py::test_of_two_moderators_who_take_a_free_post_at_once_exactly_one_has_it
- two who take a post whose claim ran out
    test_races.py::test_of_two_moderators_who_take_a_post_whose_claim_ran_out_exactly_one_has_it
- a claim ran out, then two decide
    test_claim_races.py::test_after_a_claim_ran_out_of_two_who_decide_exactly_one_does
- a claim renewed late while another takes it
    test_claim_races.py::test_renewing_late_while_another_takes_it_leaves_exactly_one_with_it
- a claim given back while another takes it
    test_claim_races.py::test_giving_back_while_another_takes_it_never_ends_the_others_claim
- a claim that ran out is in nobody's way
    test_decide.py::test_a_claim_that_ran_out_is_in_nobodys_way
- a report and a decision at once
    test_races.py::test_a_report_and_a_decision_on_the_same_post_at_once_both_succeed
- one of several alike was changed, taken, decided
    test_bulk_spam.py
    ::test_one_that_changed_one_that_is_taken_and_one_that_is_decided_stop_no_other
- an undo too late, by another, after a change
    test_undo.py::test_undo_after_61_seconds_is_refused
    test_undo.py::test_undo_by_another_is_refused
    test_undo.py::test_undo_is_refused_after_the_author_changed_the_post
- two admins decide a case at once
    test_cases.py::test_of_two_admins_who_decide_at_once_one_decides

What authors do meanwhile
- the author changes the post in review
    test_hard_cases.py::test_an_author_changes_the_post_that_a_reviewer_has_open
- the author deletes the post in review
    test_hard_cases.py::test_an_author_deletes_the_post_that_a_reviewer_has_open
- ... and somebody may need help
    tests/forum/test_withdraw.py
    ::test_where_somebody_may_need_help_a_person_still_looks_and_can_close_it
- a withdrawn post does not come back
    test_decide.py::test_a_withdrawn_post_cannot_come_back_by_a_decision
- the author opts out while it is published
    test_races.py::test_no_post_slips_out_to_professionals_while_its_author_opts_out
- a decision in a thread that was removed
    test_hard_cases.py::test_a_reply_is_decided_on_in_a_thread_that_was_removed

Reviewers
- suspended in the middle of a review
    test_sanctions.py::test_suspended_in_the_middle_of_a_review_loses_the_claim_and_decides_nothing
- a conflict on any way, by code and by SQL
    test_conflicts.py::test_who_is_in_conflict_gets_nowhere_and_nothing_is_written
- nobody is left who may look
    test_nobody_left.py
    ::test_where_no_admin_may_look_either_somebody_outside_gets_one_mail_without_content
- a missing rule through a raw POST
    test_review_card.py::test_a_limiting_decision_without_a_rule_is_refused_through_a_raw_post
- one person alone against the team
    test_two_people.py::test_one_person_alone_limits_no_post_of_the_team
- illegal changes of state
    tests/forum/test_change_state.py::test_a_reply_goes_only_where_the_table_lets_it
- the log was changed, cut or put in another order
    test_audit.py::test_two_entries_that_changed_places_are_found
    test_audit.py::test_a_changed_entry_is_found
    test_audit.py::test_a_removed_entry_is_found
- the database refuses to change the log
    test_audit.py::test_the_database_refuses_to_change_or_remove_entries

Sanctions and appeals
- a sanction ends once, however often it is swept
    test_sanctions.py::test_it_ends_by_itself_and_the_sweep_only_tidies_up
- an appeal by somebody else
    test_appeals.py::test_an_appeal_by_somebody_else_finds_nothing
- ... by SQL
    test_appeals.py::test_raw_sql_cannot_file_it_for_somebody_else
- an appeal after the time for it
    test_appeals.py::test_after_six_months_it_is_too_late
- a second appeal
    test_appeals.py::test_a_second_appeal_is_refused_and_the_page_leads_to_the_first
- decided by who decided before
    test_appeals.py::test_who_decided_cannot_look_again_by_action_page_or_sql
- overturned when the post is gone
    test_appeals.py::test_a_post_withdrawn_since_does_not_come_back_and_this_is_said
- overturned when the post moved on
    test_appeals.py::test_a_post_that_moved_on_is_left_as_it_is
- overturned when the sanction is over
    test_appeals.py::test_a_sanction_that_was_over_already_is_said

Reports about professionals
- case, count, search, address invisible to them
    test_hard_cases.py::test_a_reported_professional_finds_no_trace_while_an_admin_works_on_it
- invisible to colleagues and moderators too
    test_cases.py::test_a_case_leaves_no_trace_for_the_reported_person_professionals_and_moderators
- they lose the tickets of who reported
    test_report_about_hcp.py::test_the_hcp_loses_the_members_tickets_and_no_others
- an admin whom it is about
    test_reports.py::test_an_admin_whom_a_case_is_about_neither_sees_nor_decides_it
- cut off at once, in every browser
    test_hard_cases.py::test_access_cut_in_a_case_ends_every_session_of_a_professional
"""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.actions.withdraw import withdraw_post
from forum.models import Board, Post, Status
from moderation.actions.cases import open_case
from moderation.actions.interim import cut_access
from moderation.models import Category, Claim, Decision, DecisionKind
from moderation.queue import claim, tickets_for
from tests.factories import (
    decided,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
    submit_reply,
)
from tests.moderation.desk import report_on

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NAMED = re.findall(r"(\S+\.py)\s*::(\w+)", __doc__ or "")


@pytest.mark.one_database
def test_every_hard_case_is_tested_where_this_file_says():
    assert len(NAMED) >= 40
    missing = []
    for file, name in NAMED:
        path = ROOT / file if "/" in file else HERE / file
        names = {
            node.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef)
        }
        if name not in names:
            missing.append(f"{file}::{name}")
    assert missing == []


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def moderator(board: Board) -> User:
    return make_staff("moderator", Role.MODERATOR)


@pytest.fixture
def thread(board: Board):
    return publish_thread(make_member("host"), board, title="Sport", text="Who runs?")


@pytest.fixture
def post(thread) -> Post:
    return fresh(submit_reply(make_member("author"), thread, text="I am new here, and I run."))


def reply_of(nurse: User, thread) -> Post:
    reply = submit_reply(nurse, thread, text="In general, juice works for many.")
    return decided(reply, DecisionKind.PUBLISH) if reply.has_ticket else fresh(reply)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def item_of(post: Post) -> str:
    return reverse("moderation:item", args=[post.public_id])


def test_an_author_changes_the_post_that_a_reviewer_has_open(post, moderator):
    client = signed_in(moderator)
    assert "I am new here" in client.get(item_of(post)).content.decode()
    edit_post(post=post, author=post.author, text="I walk, and I swim.", version=post.version)
    sent = client.post(item_of(post), {"kind": "publish", "version": post.version})
    assert "I walk, and I swim." in sent.content.decode()
    assert not Decision.objects.filter(post=post).exists()
    assert fresh(post).status == Status.HELD


def test_an_author_deletes_the_post_that_a_reviewer_has_open(post, moderator):
    client = signed_in(moderator)
    client.get(item_of(post))
    withdraw_post(post=post, author=post.author)
    client.post(item_of(post), {"kind": "publish", "version": post.version}, follow=True)
    assert not Decision.objects.filter(post=post).exists()
    assert fresh(post).status == Status.WITHDRAWN
    assert not tickets_for(viewer_of(moderator)).filter(pk=post.pk).exists()
    assert client.get(item_of(post)).status_code == 404


def test_a_reply_is_decided_on_in_a_thread_that_was_removed(post, thread, moderator, board):
    """Its author gets an answer; others see it when the thread is back, and not before."""
    opening = thread.posts.get(is_opening=True)
    in_state(opening, Status.REMOVED)
    reader = viewer_of(make_member("reader"))
    client = signed_in(moderator)
    assert client.get(item_of(post)).status_code == 200
    client.post(item_of(post), {"kind": "publish", "version": fresh(post).version})
    assert Decision.objects.get(post=post).kind == DecisionKind.PUBLISH
    assert not Post.objects.visible_to(reader).filter(pk=post.pk).exists()
    in_state(opening, Status.PUBLISHED)
    assert Post.objects.visible_to(reader).filter(pk=post.pk).exists()


def test_a_reported_professional_finds_no_trace_while_an_admin_works_on_it(thread, board):
    """Nothing that a professional can ask for says more after the report than before it."""
    nurse = make_hcp("nurse")
    reply = reply_of(nurse, thread)
    client = signed_in(nurse)
    pages = [
        reverse("forum:boards"),
        reverse("moderation:queue"),
        reverse("forum:search") + "?q=juice",
        reverse("forum:notices"),
        reverse("moderation:own_reports"),
    ]
    before = [text_of(client.get(page)) for page in pages]
    report = report_on(reply, make_member("robin"), category=Category.HCP_BOUNDARY)
    admin = make_staff("admin-one", Role.ADMIN)
    case = open_case(report=report, admin=admin)
    assert [text_of(client.get(page)) for page in pages] == before
    for address in (
        reverse("moderation:desk"),
        reverse("moderation:case", args=[case.public_id]),
        reverse("moderation:desk_report", args=[report.number]),
    ):
        assert client.get(address).status_code == 404
        assert signed_in(admin).get(address).status_code in (200, 302)


def text_of(response) -> str:
    """The page without what changes with each request."""
    page = response.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return re.sub(r'nonce="[^"]+"|submission_key" value="\w+"', "", page)


def test_access_cut_in_a_case_ends_every_session_of_a_professional(thread, post):
    nurse = make_hcp("nurse")
    browsers = [signed_in(nurse), signed_in(nurse)]
    home = reverse("accounts:me")
    assert [browser.get(home).status_code for browser in browsers] == [200, 200]
    claim(post=post, moderator=nurse)
    report = report_on(
        reply_of(nurse, thread), make_member("robin"), category=Category.HCP_BOUNDARY
    )
    admin = make_staff("admin-one", Role.ADMIN)
    case = open_case(report=report, admin=admin)
    cut_access(case=case, admin=admin, person=nurse, reason="A child may be at risk.")
    for browser in browsers:
        answer = browser.get(home)
        assert answer.status_code == 302
        assert reverse("account_login") in answer["Location"]
    assert not Claim.objects.exists()
