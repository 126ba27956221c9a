"""The demo's data: complete, the same each time, and within the rules it is there to show."""

import tomllib
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.test import TestCase
from django.utils import timezone

from accounts.applying.tasks import Progress, tasks_of
from accounts.models import (
    AgeGroup,
    ApplicationState,
    HcpApplication,
    HcpChoice,
    HcpProfile,
    Role,
    User,
)
from accounts.viewer import Barrier, viewer_of
from config.demo.personas import PERSONAS
from config.demo.seed.bulk import LONG_THREAD_TITLE
from config.demo.seed.clock import born
from config.demo.seed.crowd import crowd
from config.demo.seed.goals import Missing, missing
from config.demo.seed.people import DEMO_PASSWORD
from config.demo.seed.texts import DATA
from forum import markdown
from forum.actions.reactions import reaction_sums
from forum.due import current_hours
from forum.models import (
    Audience,
    HiddenPart,
    Label,
    LabelStatus,
    Notice,
    Picture,
    Post,
    Quote,
    Reaction,
    Status,
    Thread,
)
from forum.pictures import store
from forum.summaries import wrong_rows
from moderation import audit
from moderation.alerts import failing_deliveries
from moderation.appeals import waiting_appeals
from moderation.models import (
    AlertDelivery,
    Decision,
    ProfileEvidence,
    Report,
    ReportStatus,
    SanctionKind,
    SecondReview,
    Shift,
    Sitting,
)
from moderation.oncall import gaps
from moderation.queue import tickets_for
from moderation.sanctions import wrong_accounts
from moderation.second import to_confirm

pytestmark = pytest.mark.django_db

BARRIERS = {
    "hcp_unverified": Barrier.HCP_NOT_CURRENT,
    "hcp_applicant": Barrier.HCP_NOT_CURRENT,
}
GROUPS = {
    "peer_open": AgeGroup.ADULT,
    "peer_on_request": AgeGroup.ADULT,
    "peer_only": AgeGroup.ADULT,
    "peer_teen": AgeGroup.TEEN,
    "newcomer": AgeGroup.ADULT,
}


def seed(**options) -> str:
    """What ``seed_demo`` says."""
    out = StringIO()
    call_command("seed_demo", stdout=out, **options)
    return out.getvalue()


def person(name: str) -> User:
    return User.objects.get(pseudonym=name)


def everything() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def ids_and_texts(**options) -> dict[str, list[tuple]]:
    """What a database holds that was filled just now; the database is as before afterwards."""
    with transaction.atomic():
        seed(**options)
        found: dict[str, list[tuple]] = {
            "people": sorted(User.objects.values_list("public_id", "pseudonym", "hcp_choice")),
            "threads": sorted(Thread.objects.values_list("public_id", "title", "audience")),
            "posts": sorted(Post.objects.values_list("public_id", "text", "html", "status")),
            "notices": sorted(
                Notice.objects.filter(kind__in=["reply", "quote"]).values_list("same_as")
            ),
            "reactions": sorted(Reaction.objects.values_list("post__public_id", "kind")),
        }
        transaction.set_rollback(True)
    return found


def test_a_second_run_changes_nothing_and_says_so():
    first = seed(posts=900)
    before = everything()
    posts = list(Post.objects.order_by("pk").values())
    second = seed(posts=900)
    assert "12 personas" in first
    assert second == "The demo is complete: nothing to add.\n"
    assert everything() == before
    assert list(Post.objects.order_by("pk").values()) == posts


@pytest.mark.one_database
def test_the_same_seed_gives_the_same_ids_and_texts_in_another_database():
    one = ids_and_texts(posts=900)
    assert len(one["posts"]) == 900
    assert ids_and_texts(posts=900) == one


@pytest.mark.one_database
def test_another_seed_gives_other_ids():
    one, two = ids_and_texts(), ids_and_texts(seed=2)
    for noun in ("people", "threads", "posts"):
        assert not {row[0] for row in one[noun]} & {row[0] for row in two[noun]}


@pytest.mark.one_database
def test_passwords_work_only_in_the_demo(settings):
    settings.DEMO = False
    seed()
    assert not User.objects.filter(pseudonym__in=["peer_open", "CrumpetBandit"]).exclude(
        password__startswith="!"
    )


@pytest.mark.one_database
def test_in_the_demo_everybody_has_the_demo_password(settings):
    settings.DEMO = True
    seed()
    assert person("admin_one").check_password(DEMO_PASSWORD)
    assert person("CrumpetBandit").check_password(DEMO_PASSWORD)


@pytest.mark.one_database
def test_totals_that_are_reached_ask_for_nothing_more():
    seed(threads=130, posts=900)
    assert missing(members=None, threads=130, posts=900) == Missing()
    assert missing(members=10, threads=20, posts=30) == Missing()
    assert missing(members=None, threads=None, posts=1400).posts == 500


class TheDemo(TestCase):
    """What is written by hand, filled in once."""

    @classmethod
    def setUpTestData(cls):
        seed()

    def test_another_seed_on_a_full_database_changes_nothing(self):
        before = everything()
        seed(seed=2)
        assert everything() == before

    def test_personas_are_who_they_say_they_are(self):
        now = timezone.now()
        for persona in PERSONAS:
            user = person(persona.name)
            viewer = viewer_of(user)
            assert (user.role, user.hcp_choice) == (persona.role, persona.choice)
            assert viewer.barrier == BARRIERS.get(persona.name), persona.name
            assert viewer.age_group == GROUPS.get(persona.name), persona.name
            in_five_months = viewer_of(user, at=now + timedelta(days=150))
            assert in_five_months.age_group == viewer.age_group, persona.name
            assert EmailAddress.objects.filter(user=user, verified=True, primary=True).count() == 1

    def test_the_checked_professionals_were_checked_by_both_admins(self):
        checks = dict(
            HcpProfile.objects.values_list("user__pseudonym", "verified_by_second__pseudonym")
        )
        assert checks == {
            "hcp_nurse": "admin_two",
            "hcp_doctor": "admin_two",
        }
        assert not HcpProfile.objects.filter(workplaces=None).exists()

    def test_one_applicant_is_at_their_tasks_and_one_waits_for_the_second_check(self):
        begun = HcpApplication.objects.get(user__pseudonym="hcp_unverified")
        states = {row.progress for row in tasks_of(begun)}
        assert begun.state == ApplicationState.DRAFT
        assert states == {Progress.DONE, Progress.BEGUN, Progress.NOT_STARTED}
        waiting = HcpApplication.objects.get(user__pseudonym="hcp_applicant")
        assert waiting.state == ApplicationState.WAITING
        assert [check.admin.pseudonym for check in waiting.checks.all()] == ["admin_one"]
        assert waiting.proposed.filter(decided_at=None).count() == 1

    def test_professionals_wrote_only_where_they_may(self):
        posts = Post.objects.filter(author__role=Role.HCP)
        let_in = Q(thread__asks_professional=True) | Q(thread__author__hcp_choice=HcpChoice.OPEN)
        may_reply = let_in | ~Q(thread__author__role=Role.MEMBER)
        assert posts.count() > 10
        assert not posts.exclude(audience=Audience.COMMUNITY).exists()
        assert not posts.filter(thread__no_advice=True).exists()
        assert not posts.exclude(may_reply).exists()

    def test_every_waiting_post_waits_for_the_reason_it_was_written_for(self):
        names = {"hold_all": "board_holds_all"}
        for entry in tomllib.loads((DATA / "queue.toml").read_text(encoding="utf-8"))["post"]:
            post = Post.objects.get(author__pseudonym=entry["author"], text=entry["body"].strip())
            kinds = {reason["kind"] for reason in post.review_reasons}
            assert post.has_ticket
            assert names.get(entry["why"], entry["why"]) in kinds, entry["author"]

    def test_one_picture_was_looked_at_and_one_waits(self):
        states = Picture.objects.order_by("created_at").values_list("post__status", flat=True)
        assert list(states) == [Status.PUBLISHED, Status.HELD]
        for picture in Picture.objects.all():
            assert store.read(picture.file, store.Size.LARGE)

    def test_staff_find_work_to_do_and_work_that_is_done(self):
        assert tickets_for(viewer_of(person("moderator"))).count() >= 8
        assert tickets_for(viewer_of(person("hcp_nurse"))).count() >= 3
        assert Report.objects.filter(status=ReportStatus.RECEIVED).count() == 5
        worked_on = Report.objects.get(status=ReportStatus.READ)
        assert worked_on.case.questions.get().asked == worked_on.about
        assert Report.objects.filter(status=ReportStatus.DECIDED).count() == 2
        done = sorted(Decision.objects.values_list("kind", "status_before", "status_after"))
        assert done == [
            ("ask_change", "held", "changes"),
            ("hide_part", "held", "published"),
            ("publish", "held", "published"),
            ("publish", "held", "published"),
            ("remove", "published", "removed"),
        ]
        assert list(audit.faults()) == []

    def test_something_waits_for_a_second_person_and_for_a_second_look(self):
        other_admin = viewer_of(person("admin_two"))
        waiting = to_confirm(other_admin, timezone.now())
        assert {row.reason for row in waiting} == {"suspension", "shadow"}
        appeal = waiting_appeals(other_admin).get()
        assert not viewer_of(appeal.appellant).may_write
        assert list(wrong_accounts(timezone.now())) == []

    def test_of_two_reported_profiles_one_waits_and_of_one_the_words_were_taken_down(self):
        waiting = ProfileEvidence.objects.get(report__status=ReportStatus.RECEIVED)
        assert waiting.person.profile.about == waiting.words
        taken = ProfileEvidence.objects.get(sanction__isnull=False)
        assert (taken.person.profile.about, taken.sanction.kind) == ("", SanctionKind.WORDS)

    def test_a_note_stands_one_waits_and_threads_are_closed_and_put_together(self):
        reader = viewer_of(person("peer_only"))
        shown = Label.objects.get(status=LabelStatus.SHOWN)
        assert shown.fits
        assert Label.objects.shown_to(reader).get() == shown
        assert Label.objects.get(status=LabelStatus.ASKED).post.author == person("peer_open")
        assert HiddenPart.objects.exists()
        assert Thread.objects.filter(is_locked=True, status=Status.PUBLISHED).exists()
        assert Thread.objects.filter(now_at__isnull=False).exists()
        assert SecondReview.objects.filter(done_at=None).exists()
        assert Sitting.objects.filter(ended_at__isnull=False).exists()

    def test_the_team_has_hours_a_rota_and_one_message_that_did_not_get_out(self):
        hours = current_hours()
        assert hours is not None
        assert (hours.zone.key, hours.week[0], hours.week[6]) == (
            "Europe/London",
            ((540, 1260),),
            ((600, 1080),),
        )
        assert set(Shift.objects.values_list("person__pseudonym", flat=True)) == {
            "admin_one",
            "admin_two",
        }
        assert list(gaps(at=timezone.now()))
        assert failing_deliveries().count() == 1
        assert not AlertDelivery.objects.filter(state="due").exists(), "the demo sends nothing"

    def test_readers_see_one_tombstone(self):
        removed = Post.objects.get(status=Status.REMOVED)
        viewer = viewer_of(person("peer_open"))
        shown = Post.objects.shown_to(viewer).filter(thread=removed.thread)
        assert removed in shown
        assert removed not in Post.objects.visible_to(viewer)

    def test_no_mail_is_due(self):
        assert Notice.objects.count() > 50
        assert not Notice.objects.filter(mail_due_at__isnull=False).exists()

    def test_more_members_can_be_added_alone(self):
        seed(members=150)
        members = User.objects.filter(role=Role.MEMBER)
        assert members.count() == 150
        assert {user.age_group(timezone.now()) for user in members} == set(AgeGroup)
        assert Post.objects.filter(author__in=crowd()).count() == 0


@pytest.mark.one_database
class TheDemoWithACrowd(TestCase):
    """The same and generated posts, 3000 in all."""

    @classmethod
    def setUpTestData(cls):
        seed(posts=3000)

    def test_members_write_only_on_boards_of_their_age_group_and_after_they_joined(self):
        now = timezone.now()
        assert not Post.objects.filter(created_at__lt=F("author__joined_at")).exists()
        assert not Post.objects.filter(created_at__gte=now).exists()
        wrong = [
            post.public_id
            for post in Post.objects.select_related("author", "thread__board")
            if post.author.role == Role.MEMBER
            and post.author.age_group(now) not in post.thread.board.age_groups
        ]
        assert wrong == []

    def test_professionals_see_nothing_by_members_who_do_not_let_them_in(self):
        seen = Post.objects.visible_to(viewer_of(person("hcp_nurse")))
        kept = Q(author__role=Role.MEMBER, author__hcp_choice__in=[HcpChoice.NONE, ""])
        assert seen.filter(author=person("peer_open")).exists()
        assert Post.objects.filter(kept, status=Status.PUBLISHED).exists()
        assert not seen.filter(kept).exists()

    def test_bulk_reaches_the_total_to_the_post_and_its_counts_are_right(self):
        assert Post.objects.count() == 3000
        assert Thread.objects.get(title=LONG_THREAD_TITLE).posts.count() == 300
        assert wrong_rows() == []
        peers = Post.objects.filter(audience=Audience.PEERS).count()
        assert 0.15 < peers / 3000 < 0.35
        held = Post.objects.filter(author__in=crowd(), status=Status.HELD).count()
        assert 3 <= held <= 40
        started = Thread.objects.filter(author__in=crowd())
        boards = Counter(started.values_list("board__slug", flat=True))
        assert boards["everyday"] > 4 * boards["driving"]

    def test_positions_have_no_gaps_and_follow_time(self):
        for thread in Thread.objects.filter(status=Status.PUBLISHED):
            placed = thread.posts.filter(position__isnull=False).order_by("position")
            rows = list(placed.values_list("position", "published_at"))
            assert [position for position, _ in rows] == list(range(1, thread.last_position + 1))
            times = [at for _, at in rows if at is not None]
            assert times == sorted(times), thread.title
            assert times[0] == thread.published_at

    def test_stored_html_is_what_markdown_gives(self):
        posts = Post.objects.all()
        assert [p.public_id for p in posts if p.html != markdown.render(p.text)] == []

    def test_quotes_are_true_and_never_wider_than_their_source(self):
        quotes = list(Quote.objects.select_related("post", "source"))
        assert len(quotes) > 60
        for quote in quotes:
            assert quote.excerpt in quote.source.text
            assert quote.post.thread_id == quote.source.thread_id
            assert (
                quote.source.audience == Audience.COMMUNITY or quote.post.audience == Audience.PEERS
            )
        wider = Post.objects.filter(audience=Audience.COMMUNITY, thread__audience=Audience.PEERS)
        assert not wider.exists()

    def test_reactions_come_from_readers_of_the_board_and_the_sums_count_them(self):
        now = timezone.now()
        reacted = Reaction.objects.select_related("author", "post__thread__board")
        assert not reacted.filter(author=F("post__author")).exists()
        assert reacted.count() > 300
        for reaction in reacted:
            assert reaction.author.age_group(now) in reaction.post.thread.board.age_groups
        for post in Post.objects.annotate(n=Count("reaction_rows")).filter(n__gt=0)[:50]:
            assert post.reactions == reaction_sums(post.pk)


@pytest.mark.parametrize("age", [13, 15, 17, 18, 25])
@pytest.mark.parametrize("months", [0, 5])
def test_somebody_keeps_the_age_they_were_made_with_for_half_a_year(age, months):
    for month in range(1, 13):
        now = timezone.now().replace(month=month, day=15)
        year, birth_month = born(now, age=age, months_since_birthday=months)
        user = User(birth_year=year, birth_month=birth_month)
        for later in (timedelta(), timedelta(days=180)):
            assert user.age_group(now + later) == user.age_group(now)
            assert user.age_group(now) is not None
