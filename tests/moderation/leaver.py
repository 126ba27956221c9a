"""Somebody who used everything, with words of their own in every field; and others around them."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.models import Block, GuardianRequest, HiddenHcp, Scope, User
from accounts.models.user import AgeGroup
from accounts.tokens import new_app_key
from forum.actions.drafts import save_draft
from forum.actions.edit import edit_post
from forum.actions.notices import notify
from forum.actions.polls import vote
from forum.actions.reactions import toggle_reaction
from forum.models import (
    Board,
    Follow,
    FollowKind,
    NoticeKind,
    Poll,
    Post,
    ReactionKind,
    Saved,
    Thread,
    ThreadVisit,
)
from forum.search.index import gather_words
from moderation.actions.appeals import appeal
from moderation.actions.reporting import file_report
from moderation.models import (
    Category,
    Decision,
    DecisionKind,
    Report,
    ReportMessage,
    ReportStatus,
)
from tests.factories import (
    decided,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_poll_words,
    publish_reply,
    publish_thread,
    published,
    submit_reply,
)

OWN = "zqown"  # stands in each word of the person
OTHER = "zqother"  # stands in each word of others that is not for them


@dataclass
class Leaver:
    """The person, the others, and what they wrote."""

    user: User
    friend: User
    thread: Thread
    opening: Post
    reply: Post
    removed: Post
    quoting: Post
    friends_thread: Thread
    board: Board
    report: Report


def make_leaver(name: str = "zqownname") -> Leaver:
    """Build them. The texts must be published."""
    now = timezone.now()
    board = make_board("everyday", groups=tuple(AgeGroup))
    user = make_member(name, age=20, email="zqownmail@members.example")
    friend = make_member("zqotherfriend", age=20)
    nurse = make_hcp("nurse-nia")
    old = now - timedelta(days=200)
    User.objects.filter(pk__in=[user.pk, friend.pk]).update(joined_at=old)
    thread = publish_thread(user, board, title=f"{OWN}title today", text=f"{OWN}opening fine")
    opening = Post.objects.get(thread=thread, is_opening=True)
    edit_post(post=opening, author=user, version=opening.version, text=f"{OWN}second wording")
    published(fresh(opening))
    theirs = publish_thread(friend, board, title=f"{OTHER}title", text=f"{OTHER}opening")
    reply = publish_reply(user, theirs, text=f"{OWN}reply here")
    quoting = publish_reply(friend, theirs, text=f"{OTHER}answer", quote=reply)
    publish_reply(friend, thread, text=f"{OTHER}below")
    removed = decided(
        submit_reply(
            user,
            theirs,
            text=f"{OWN}bad call me on 07700 900123",
            at=now - timedelta(minutes=50),
        ),
        DecisionKind.REMOVE,
        message="Words to them.",
        note=f"{OTHER}privatenote",
        at=now - timedelta(minutes=30),
    )
    appeal(
        user=user,
        decision=Decision.objects.get(post=removed),
        words=f"{OWN}appealwords",
    )
    save_draft(author=user, key="2" * 14, text=f"{OWN}draft", board=board, title=f"{OWN}drafttitle")
    save_draft(
        author=friend,
        key="3" * 14,
        text=f"{OTHER}draft",
        thread=theirs,
        quoted_post=reply,
        quoted_excerpt=f"{OWN}reply",
    )
    at_friend = Post.objects.get(thread=theirs, is_opening=True)
    toggle_reaction(post=at_friend, author=user, kind=ReactionKind.CARE)
    asked = publish_thread(
        friend,
        board,
        title=f"{OTHER}asks",
        text=f"{OTHER}polltext",
        poll=make_poll_words(f"{OTHER}question", f"{OTHER}yes", f"{OTHER}no"),
    )
    vote(poll=Poll.objects.get(post__thread=asked), voter=user, places=[2])
    publish_thread(
        user,
        board,
        title=f"{OWN}asks",
        text=f"{OWN}polltext",
        poll=make_poll_words(f"{OWN}question", f"{OWN}yes", f"{OWN}no"),
    )
    Saved.objects.create(user=user, post=quoting, note=f"{OWN}note", saved_at=now)
    Saved.objects.create(user=friend, post=reply, note=f"{OTHER}note", saved_at=now)
    Follow.objects.create(user=user, thread=theirs, kind=FollowKind.FOLLOW, created_at=now)
    ThreadVisit.objects.create(user=user, thread=theirs, position=1)
    User.objects.filter(pk=user.pk).update(muted_words=[f"{OWN}muted"])
    GuardianRequest.objects.create(
        user=user, email="zqownparent@x.example", created_at=now, expires_at=now
    )
    UserSession.objects.create(
        user=user, ip="10.1.2.3", user_agent=f"{OWN}phone", session_key=f"{OWN}key"
    )
    new_app_key(user=user, name=f"{OWN}app", scopes=[Scope.READ], lasts=timedelta(days=9))
    Block.objects.create(blocker=friend, blocked=nurse)
    HiddenHcp.objects.create(member=user, hcp=nurse)
    notify(
        recipient=user, kind=NoticeKind.AGE, same_as="x", at=now, message=f"{OWN}told personally"
    )
    report = file_report(
        submission_key="4" * 14,
        category=Category.BULLYING,
        words=f"{OWN}reportwords",
        reporter=user,
        post=fresh(quoting),
    )
    ReportMessage.objects.create(
        report=report, from_desk=False, text=f"{OWN}message", submission_key="5" * 14, at=now
    )
    mine = file_report(
        submission_key="6" * 14,
        category=Category.BULLYING,
        reporter=friend,
        about=user,
        profile=[f"{OWN}aboutme"],
    )
    Report.objects.filter(pk=mine.pk).update(status=ReportStatus.DECIDED, decided_at=now)
    while gather_words():
        pass
    user.refresh_from_db()
    return Leaver(
        user,
        friend,
        thread,
        fresh(opening),
        fresh(reply),
        removed,
        fresh(quoting),
        theirs,
        board,
        report,
    )


def settle(report: Report) -> None:
    """The report is done with, as if the desk had decided it."""
    Report.objects.filter(pk=report.pk).update(status="decided", decided_at=timezone.now())


def found_in_database(*words: str) -> list[str]:
    """Each column of each table in which one of the words stands, in any case."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} LIMIT 0")  # noqa: S608
            for column in list(cursor.description):
                name = connection.ops.quote_name(column[0])
                where = f"LOWER(CAST({name} AS TEXT)) LIKE %s"
                for word in words:
                    cursor.execute(
                        f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)} WHERE {where}",  # noqa: S608
                        [f"%{word.lower()}%"],
                    )
                    if cursor.fetchone()[0]:
                        found.append(f"{table}.{column[0]}: {word}")
    return found


def columns_of_people() -> set[str]:
    """Every column of every model that points to a person."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is User and not field.many_to_many
    }


def files_in(folder: Path) -> list[str]:
    """Names of the files in a folder that may not be there."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
