"""What holds on every page, at three widths, in light and dark."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from accounts.applying.tasks import Task
from accounts.models import Role, User
from forum.actions.reading import follow_thread, mute_word, save_post
from forum.models import FollowKind, Post, Profile, ShownTo, Status
from moderation.actions.appeals import appeal
from moderation.actions.breakglass import approve, ask
from moderation.actions.cases import open_case
from moderation.actions.reporting import file_report
from moderation.actions.sanctions import sanction
from moderation.actions.transparency import freeze
from moderation.figures import everything, figures
from moderation.halves import half_of
from moderation.models import Category, Decision, DecisionKind, Risk, Sanction, SanctionKind
from tests.applicants import make_applicant, sent_application
from tests.browser.looking import Axe, axe_all_ways, check
from tests.browser.people import Community
from tests.factories import any_clause, decided, make_staff, submit_thread

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = [
    "/",
    "/help-now/",
    "/help-now/offline/",
    "/how-it-works/",
    "/look-inside/",
    "/stay-safe/",
    "/how-to-judge/",
    "/how-to-judge/?sorted=tc",
    "/how-to-judge/?sorted=tc&go=1",
    "/how-to-judge/?sorted=tc&pick=l&go=1",
    "/how-to-judge/?sorted=tcltcltc",
    "/privacy/",
    "/accessibility/",
    "/transparency/",
    "/rules/",
    "/code/",
    "/code/1.0/",
    "/apply/",
    "/apply/account/",
    "/report/",
    "/report/status/",
    "/account/login/",
    "/account/signup/",
    "/account/login/code/",
    "/account/password/reset/",
]
MEMBER = [
    "/boards/",
    "/boards/everyday/",
    "/boards/nowhere/",
    "/ask/",
    "/ask/everyday/",
    "/notices/",
    "/my-posts/",
    "/me/",
    "/me/who-reads-my-posts/",
    "/my-reports/",
    "/account/email/",
    "/account/password/set/",
    "/account/logout/",
]
# What each person keeps, or works with: visited once, looked at in all ways.
KEPT = [
    "/search/",
    "/search/?q=juice",
    "/search/?q=nothingofthekind",
    "/saved/",
    "/saved/for-my-clinic/",
    "/following/",
    "/me/muted-words/",
    "/me/consent/",
    "/me/who-has-seen/",
    "/me/hide-from/",
    "/me/blocked/",
    "/my-posts/older/",
    "/my-decisions/",
    "/how-soon/",
    "/unanswered/",
    "/unanswered/?hours=12",
]
REVIEWER = [
    "/queue/spam/",
    "/asks-a-professional/",
    "/second-look/",
    "/appeals/",
    "/decisions/",
    "/me/hard-topics/",
    "/me/keyboard/",
]
DESK = [
    "/desk/",
    "/desk/?q=bullying",
    "/desk/alerts/",
    "/desk/rota/",
    "/desk/hours/",
    "/desk/approvals/",
    "/desk/sanctions/",
    "/desk/quality/",
    "/desk/audit/",
    "/desk/texts/",
    "/desk/screening/",
    "/desk/screening/try/",
    "/desk/boards/",
    "/desk/statistics/",
]


@pytest.fixture
def look(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


def test_pages_for_everybody(
    look: Page, community: Community, assert_no_axe_violations: Axe
) -> None:
    half, now = half_of(timezone.now()), timezone.now()
    freeze(half, figures(everything(), since=half.since, until=now, at=now), at=now)
    check(look, PUBLIC, assert_no_axe_violations)


def test_pages_of_a_member(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    opening = Post.objects.get(thread=community.thread, is_opening=True)
    own = Post.objects.filter(author=community.member, status=Status.PUBLISHED).latest("pk")
    thread = f"/t/{community.thread.public_id}/"
    sign_in(look, community.member)
    check(
        look,
        [
            *MEMBER,
            thread,
            f"{thread}?page=2",
            f"{thread}reply/?quote={opening.public_id}",
            f"/p/{own.public_id}/edit/",
            f"/p/{own.public_id}/history/",
            f"/p/{own.public_id}/sent/",
            f"/report/post/{opening.public_id}/",
        ],
        assert_no_axe_violations,
        statuses=(200, 404),
    )
    look.goto("/ask/everyday/")
    look.get_by_role("button", name="Check").click()
    axe_all_ways(look, assert_no_axe_violations)
    look.get_by_label("Title").fill("Everything at once")
    look.get_by_label("Your words").fill(
        "I do not want to be alive. Call 020 7946 0123. You should take 9 units. kys"
    )
    look.get_by_role("radio").first.check()
    look.get_by_role("button", name="Check").click()
    look.wait_for_url("**/check/")
    axe_all_ways(look, assert_no_axe_violations)


def test_pages_of_the_team(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    held = submit_thread(
        community.friend, community.board, title="Numbers", text="You should take 12 units."
    )
    opening = Post.objects.get(thread=community.thread, is_opening=True)
    report = file_report(
        category=Category.BULLYING,
        submission_key="x" * 14,
        reporter=community.member,
        post=opening,
        words="Not kind.",
    )
    sign_in(look, community.moderator)
    check(look, ["/queue/", f"/queue/{held.public_id}/"], assert_no_axe_violations)
    sign_in(look, community.admin)
    check(
        look,
        ["/desk/statistics/", "/desk/", f"/desk/reports/{report.number}/"],
        assert_no_axe_violations,
    )
    case = open_case(report=report, admin=community.admin)
    Profile.objects.create(
        user=opening.author, about="Loud.", about_for=ShownTo.PEERS, changed_at=timezone.now()
    )
    page = f"/desk/cases/{case.public_id}/"
    check(look, [page, f"{page}words/", f"{page}at-once/"], assert_no_axe_violations)
    secret = Post.objects.get(thread=community.secret, is_opening=True)
    exception = ask(
        post=secret,
        hcp=community.nurse,
        admin=community.admin,
        risk=Risk.LIFE,
        reason="We cannot tell how bad it is.",
        question="Is this an emergency?",
    )
    glass = ["/desk/break-glass/", "/desk/break-glass/?post=nothing"]
    asking = f"/desk/break-glass/ask/{secret.public_id}/"
    at_desk = f"/desk/break-glass/{exception.public_id}/"
    check(look, [*glass, asking, at_desk], assert_no_axe_violations)
    second = make_staff("SecondLamp", Role.ADMIN)
    sign_in(look, second)
    check(look, [at_desk], assert_no_axe_violations)
    approve(exception=exception, admin=second)
    sign_in(look, community.nurse)
    check(look, [f"/break-glass/{exception.public_id}/"], assert_no_axe_violations)
    sign_in(look, community.nurse)
    check(look, [f"/t/{community.thread.public_id}/", "/queue/"], assert_no_axe_violations)


def test_pages_of_applicants_and_of_those_who_check_them(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    applicant = make_applicant("AskingHeron")
    mine = "/me/application/"
    sign_in(look, applicant)
    tasks = [f"{mine}{task}/" for task in Task if task != Task.EXTRA_STEP]
    check(look, [mine, *tasks], assert_no_axe_violations)
    look.goto(f"{mine}who/")
    look.get_by_role("button", name="Save").click()
    axe_all_ways(look, assert_no_axe_violations)
    look.goto(f"{mine}dilemmas/")
    look.get_by_role("radio").first.check()
    look.get_by_role("button", name="This is what I would do").click()
    axe_all_ways(look, assert_no_axe_violations)
    sent = sent_application(make_applicant("WaitingHeron"), new_place="Quayside Clinic")
    sign_in(look, sent.user)
    check(look, [mine], assert_no_axe_violations)
    sign_in(look, community.admin)
    page = f"/desk/professionals/applications/{sent.public_id}/"
    person = f"/desk/professionals/{community.nurse.public_id}/"
    seen = f"/professionals/{community.nurse.public_id}/"
    check(look, ["/desk/professionals/", page, person, seen], assert_no_axe_violations)
    look.goto(person)
    look.get_by_role("button", name="Cut them off now").click()
    axe_all_ways(look, assert_no_axe_violations)


def test_pages_that_a_member_keeps_and_is_told(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    member, friend = community.member, community.friend
    opening = Post.objects.get(thread=community.thread, is_opening=True)
    save_post(user=member, post=opening)
    follow_thread(user=member, thread=community.thread, kind=FollowKind.FOLLOW)
    mute_word(user=member, word="needles")
    before = timezone.now() - timedelta(hours=1)
    words = {"title": "Numbers", "text": "You should take 12 units."}
    held = submit_thread(member, community.board, at=before, **words)
    decided(held, DecisionKind.ASK_CHANGE, at=before + timedelta(minutes=1))
    decision = Decision.objects.get(post=held)
    made = file_report(
        category=Category.BULLYING, submission_key="m" * 14, reporter=member, post=opening, words=""
    )
    sign_in(look, member)
    told = [
        f"/decisions/{decision.public_id}/",
        f"/decisions/{decision.public_id}/appeal/",
        f"/my-reports/{made.number}/",
        f"/p/{opening.public_id}/block/",
        f"/p/{held.public_id}/delete/",
        f"/professionals/{community.nurse.public_id}/",
        f"/boards/{community.board.slug}/",
        f"/report/person/{friend.public_id}/",
    ]
    check(look, [*KEPT, *told], assert_no_axe_violations)


def test_pages_that_the_team_works_with(
    look: Page,
    community: Community,
    sign_in: SignIn,
    assert_no_axe_violations: Axe,
) -> None:
    opening = Post.objects.get(thread=community.thread, is_opening=True)
    submit_thread(community.friend, community.board, title="Dose", text="You should take 12 units.")
    silenced = sanction(
        user=community.friend,
        moderator=community.moderator,
        kind=SanctionKind.SILENCE,
        clause=any_clause(),
        message="Please take a break from posting.",
        key="s" * 14,
        days=3,
        post=opening,
    )
    assert isinstance(silenced, Sanction)
    asked = appeal(user=community.friend, words="I did not mean it.", sanction=silenced)
    sign_in(look, community.friend)
    own = [f"/me/account/{silenced.public_id}/", "/my-decisions/", f"/my-decisions/{asked.number}/"]
    check(look, [*own, "/me/"], assert_no_axe_violations)
    sign_in(look, community.nurse)
    own = ["/me/application/", "/me/what-i-opened/", "/asks-a-professional/"]
    check(look, own, assert_no_axe_violations)
    sign_in(look, community.moderator)
    acts = [f"/threads/{community.thread.public_id}/", f"/act/{opening.public_id}/"]
    check(look, [*REVIEWER, *acts], assert_no_axe_violations)
    sign_in(look, community.admin)
    looked_at = [f"/appeals/{asked.number}/", f"/desk/sanctions/{silenced.public_id}/"]
    check(look, [*DESK, *looked_at], assert_no_axe_violations)
