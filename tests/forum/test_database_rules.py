"""What the database itself refuses, whoever writes to it and past all code."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.models import Block, HcpProfile, HiddenHcp, Recusal, Role, User
from forum.models import (
    Audience,
    Board,
    Draft,
    Notice,
    Post,
    Quote,
    Reaction,
    ReactionKind,
    Revision,
    Status,
    Thread,
    ThreadSummary,
)
from moderation.models import (
    AuditHead,
    Case,
    Category,
    Claim,
    Decision,
    DecisionKind,
    Report,
)
from tests.factories import any_clause, make_staff, publish_reply

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def assert_refused(name: str, rows: models.QuerySet, **values: object) -> None:
    """The database refuses to change these rows, by the rule of this name."""
    with pytest.raises(IntegrityError) as problem, transaction.atomic():
        rows.update(**values)
    assert_named(name, problem.value)


def assert_not_added(name: str, row: models.Model) -> None:
    """The database refuses this new row, by the rule of this name."""
    with pytest.raises(IntegrityError) as problem, transaction.atomic():
        type(row).objects.bulk_create([row])
    assert_named(name, problem.value)


def assert_named(name: str, problem: IntegrityError) -> None:
    """SQLite names CHECK rules, and of UNIQUE rules only the columns."""
    unique = connection.vendor == "sqlite" and "UNIQUE constraint failed" in str(problem)
    if not name.isidentifier():  # what a trigger says, not the name of a rule
        assert name in str(problem)
        return
    constraint = next(
        found
        for model in connection.introspection.installed_models(
            connection.introspection.table_names()
        )
        for found in model._meta.constraints
        if found.name == name
    )
    if unique and isinstance(constraint, models.UniqueConstraint):
        if constraint.fields:
            assert all(field in str(problem) for field in constraint.fields)
    else:
        assert name in str(problem)


@pytest.fixture
def post(thread, guest):
    """A published reply."""
    return publish_reply(guest, thread, text="I do.")


@pytest.fixture
def row(post):
    """The same as a query, to change it past all code."""
    return Post.objects.filter(pk=post.pk)


def like(instance: models.Model, **values: object) -> models.Model:
    """A new row with the same values but these."""
    fields = {
        field.attname: getattr(instance, field.attname)
        for field in instance._meta.concrete_fields
        if not field.primary_key and field.name != "public_id"
    }
    return type(instance)(**{**fields, **values})


# Posts and threads -----------------------------------------------------------------------------


def test_what_is_published_has_a_position_and_a_time(row):
    assert_refused("post_published_has_position", row, position=None)
    assert_refused("post_published_has_position", row, published_at=None)


def test_what_is_held_has_a_ticket(row):
    assert_refused("post_held_has_ticket", row, status=Status.HELD)


@pytest.mark.parametrize(
    "values",
    [
        {"review_due_at": NOW},
        {"review_severity": 1},
        {"review_track": "conduct"},
        {"review_due_at": NOW, "review_severity": 1},
        {"review_due_at": NOW, "review_track": "conduct"},
        {"review_severity": 1, "review_track": "conduct"},
        {"review_due_at": NOW, "review_severity": 1, "review_track": "gossip"},
    ],
)
def test_a_ticket_is_whole_or_not_there(row, values):
    assert_refused("post_ticket_whole", row, **values)


def test_no_other_audience_and_no_other_state_can_be_stored(row, thread):
    assert_refused("post_audience_known", row, audience="everybody")
    assert_refused("post_status_known", row, status="gone")
    threads = Thread.objects.filter(pk=thread.pk)
    assert_refused("thread_audience_known", threads, audience="everybody")
    assert_refused("thread_status_known", threads, status="gone")


def test_a_thread_has_one_opening(row):
    assert_refused("post_one_opening", row, is_opening=True)


def test_no_two_posts_of_a_thread_have_the_same_position(row):
    assert_refused("post_position_once", row, position=1)


def test_one_submission_makes_one_post(post):
    assert_not_added("post_submission_once", like(post, position=99))


def test_revisions_have_their_own_numbers(post):
    again = Revision(post=post, number=1, text="Other words.", created_at=NOW)
    assert_not_added("revision_number_once", again)


def test_nothing_quotes_itself(post):
    assert_not_added("quote_not_oneself", Quote(post=post, source=post, excerpt="I do."))


def test_a_thread_has_one_row_an_audience(thread):
    summary = ThreadSummary.objects.filter(thread=thread).first()
    assert_not_added("summary_once", like(summary))


def test_a_reaction_counts_once_and_only_of_the_four_kinds(post, host):
    reaction = Reaction.objects.create(post=post, author=host, kind=ReactionKind.CARE)
    assert_not_added("reaction_once", like(reaction))
    assert_refused("reaction_kind_known", Reaction.objects.all(), kind="angry")


def test_a_draft_is_a_question_or_a_reply_and_its_key_is_its_authors_once(host, board, thread):
    draft = Draft.objects.create(author=host, board=board)
    drafts = Draft.objects.filter(pk=draft.pk)
    assert_refused("draft_question_or_reply", drafts, thread=thread)
    assert_refused("draft_question_or_reply", drafts, board=None)
    assert_not_added("draft_key_once", like(draft))


def test_a_notice_is_given_once(post):
    notice = Notice.objects.filter(post=post).first()
    assert_not_added("notice_once", like(notice))


def test_a_board_cannot_have_an_unknown_way_of_holding(board):
    assert_refused("board_hold_policy_known", Board.objects.all(), hold_policy="never")


# Defaults: a bypass shows nothing --------------------------------------------------------------


def insert(table: str, **values: object) -> int:
    """A raw INSERT with these columns alone; returns the id."""
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(column) for column in values)
    places = ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values.values()))
        return cursor.fetchone()[0]


def test_a_post_written_past_all_code_is_held_and_for_peers(thread, host):
    columns = {
        "public_id": "a2345678901234",
        "thread_id": thread.pk,
        "author_id": host.pk,
        "text": "Hello.",
        "html": "<p>Hello.</p>",
        "reactions": "{}",
        "created_at": NOW,
        "review_track": "conduct",
        "review_reasons": "[]",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        insert("forum_post", **columns)  # held by default, and so it needs a ticket
    pk = insert("forum_post", review_due_at=NOW, review_severity=2, **columns)
    post = Post.objects.get(pk=pk)
    assert (post.status, post.audience, post.is_opening) == (Status.HELD, Audience.PEERS, False)
    assert (post.version, post.position) == (1, None)


def test_a_thread_written_past_all_code_is_held_and_for_peers(board, host):
    pk = insert(
        "forum_thread",
        public_id="a2345678901234",
        board_id=board.pk,
        author_id=host.pk,
        title="Hello",
        content_note="",
        created_at=NOW,
    )
    thread = Thread.objects.get(pk=pk)
    assert (thread.status, thread.audience) == (Status.HELD, Audience.PEERS)
    assert not thread.asks_professional


def test_a_board_written_past_all_code_is_for_nobody_and_holds_all(db):
    pk = insert("forum_board", slug="x", title="X", description="", position=1, drawing="")
    board = Board.objects.get(pk=pk)
    assert (board.hold_policy, board.age_groups) == ("all", [])


def test_a_reaction_written_past_all_code_counts_for_peers_alone(post, host):
    insert("forum_reaction", post_id=post.pk, author_id=host.pk, kind="care", created_at=NOW)
    assert Reaction.objects.get().audience == Audience.PEERS


def test_a_user_written_past_all_code_is_a_member_who_let_no_professionals_in(db):
    pk = insert(
        "accounts_user",
        public_id="a2345678901234",
        email="x@members.example",
        password="!",
        pseudonym="x-y",
        is_active=True,
        joined_at=NOW,
    )
    user = User.objects.get(pk=pk)
    assert (user.role, user.hcp_choice, user.lets_hcps_read) == (Role.MEMBER, "", False)


# People ----------------------------------------------------------------------------------------


def test_no_two_people_have_the_same_name_in_any_case(host, guest):
    assert_refused(
        "user_pseudonym_unique_any_case", User.objects.filter(pk=guest.pk), pseudonym="HOST"
    )


def test_no_two_people_have_the_same_address(host, guest):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=guest.pk).update(email=host.email)


@pytest.mark.parametrize(
    "name, values",
    [
        ("user_role_known", {"role": "owner"}),
        ("user_hcp_choice_known", {"hcp_choice": "maybe"}),
        ("user_birth_month_real", {"birth_month": 0}),
        ("user_birth_month_real", {"birth_month": 13}),
    ],
)
def test_a_user_has_only_values_that_mean_something(host, name, values):
    assert_refused(name, User.objects.filter(pk=host.pk), **values)


def test_a_professional_is_checked_by_two_different_people(nurse):
    profile = HcpProfile.objects.filter(user=nurse)
    first = profile.get().verified_by_first
    assert_refused("hcp_two_different_verifiers", profile, verified_by_second=first)
    assert_refused("hcp_verified_means_two_checks", profile, verified_by_second=None)
    assert_refused("hcp_verified_means_two_checks", profile, verified_by_first=None)


def test_nobody_blocks_themselves_or_anybody_twice(host, guest):
    block = Block.objects.create(blocker=host, blocked=guest)
    assert_not_added("block_once", like(block))
    assert_not_added("block_not_oneself", Block(blocker=host, blocked=host))


def test_hiding_and_recusing_stand_once(host, nurse):
    assert_not_added("hide_hcp_once", like(HiddenHcp.objects.create(member=host, hcp=nurse)))
    assert_not_added("recuse_once", like(Recusal.objects.create(hcp=nurse, member=host)))


# Moderation ------------------------------------------------------------------------------------


def decision(post: Post, moderator: User, **values: object) -> Decision:
    """A decision that the database would take."""
    fields = {
        "post": post,
        "author": post.author,
        "moderator": moderator,
        "kind": DecisionKind.PUBLISH,
        "post_version": 1,
        "status_before": Status.HELD,
        "status_after": Status.PUBLISHED,
        "decided_at": NOW,
    }
    return Decision(**{**fields, **values})


def test_a_version_is_decided_on_once(post, moderator):
    decision(post, moderator).save()
    assert_not_added("decision_once_a_version", decision(post, moderator))


def test_nobody_decides_on_their_own_post(post):
    assert_not_added("conflict: own post", decision(post, post.author))


@pytest.mark.parametrize("kind", [DecisionKind.ASK_CHANGE, DecisionKind.HIDE, DecisionKind.REMOVE])
def test_what_limits_somebody_has_a_clause_and_a_message(post, moderator, kind):
    rule = "decision_limiting_has_reasons"
    clause = any_clause()
    assert_not_added(rule, decision(post, moderator, kind=kind))
    assert_not_added(rule, decision(post, moderator, kind=kind, clause=clause))
    assert_not_added(rule, decision(post, moderator, kind=kind, message="Because."))
    decision(post, moderator, kind=kind, clause=clause, message="Because.").save()


def test_a_post_has_one_claim(post, moderator):
    until = NOW + timedelta(minutes=5)
    Claim.objects.create(post=post, moderator=moderator, until=until)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(post=post, moderator=moderator, until=until)


def test_nobody_handles_a_case_about_themselves(texts):
    admin = make_staff("admin-one", Role.ADMIN)
    case = Case(severity=1, about=admin, handler=admin, opened_at=NOW)
    said = pytest.raises(IntegrityError, match=r"case_not_about_its_handler|kept as it is")
    with said, transaction.atomic():
        case.save(force_insert=True)


def test_a_report_has_a_known_category_and_one_submission(db):
    report = Report.objects.create(
        category=Category.SPAM, severity=3, submission_key="k", created_at=NOW, due_at=NOW
    )
    assert_refused("report_category_known", Report.objects.all(), category="gossip")
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            category=Category.SPAM,
            severity=3,
            submission_key=report.submission_key,
            created_at=NOW,
            due_at=NOW,
        )


def test_the_audit_log_has_one_head(db):
    assert_not_added("audit_head_single", AuditHead(pk=2))


def test_every_rule_of_the_models_is_in_the_database(db):
    """A constraint that was added to a model without a migration would guard nothing."""
    with connection.cursor() as cursor:
        for model in (User, HcpProfile, Board, Thread, Post, Draft, Reaction, Decision, Case):
            names = connection.introspection.get_constraints(cursor, model._meta.db_table)
            missing = {c.name for c in model._meta.constraints} - set(names)
            assert missing == set(), model
