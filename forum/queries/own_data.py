"""What the forum knows about one person, for their copy. Their own words, nobody else's.

Of other people's posts there is only what the one door shows the person now: the words of posts
that they saved. Health professionals get none of those: a file could not say when it was read.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.own_data import Section, rows_of
from accounts.viewer import Viewer
from forum.access_log import is_logged
from forum.models import (
    BoardVisit,
    Draft,
    FirstSteps,
    Follow,
    HcpAccess,
    Label,
    MailSettings,
    Mention,
    NoticeChoice,
    Picture,
    Post,
    Profile,
    PushDevice,
    Reaction,
    Saved,
    ThreadVisit,
    Welcomer,
)
from forum.models.profile import FIELDS
from forum.queries.access import accesses_of
from forum.queries.notices import notices_for
from forum.queries.polls import own_votes, poll_words


def gather(user: User, viewer: Viewer) -> list[Section]:
    """Posts with all wordings, drafts, reactions, what was saved, followed, read, told, seen."""
    return [
        Section("profile", _("My profile, and who sees what"), _profile(user)),
        Section(
            "first_steps",
            _("My first steps"),
            rows_of(FirstSteps.objects.filter(user=user), "judged_at", "helpline_at", "hidden_at"),
        ),
        Section(
            "welcoming",
            _("My offer to welcome new members"),
            rows_of(Welcomer.objects.filter(user=user), "asked_at", "answered_at", "agreed"),
        ),
        Section("posts", _("My posts, with every wording"), _posts(user)),
        Section("drafts", _("My drafts"), _drafts(user)),
        Section("pictures", _("My pictures"), _pictures(user)),
        Section("reactions", _("My reactions"), _reactions(user, viewer)),
        Section("votes", _("My votes in polls"), _votes(user, viewer)),
        Section("saved", _("Posts I saved"), _saved(user, viewer)),
        Section("follows", _("What I follow"), _follows(user, viewer)),
        Section("read", _("How far I read"), _read(user, viewer)),
        Section("mentions", _("Posts that name me"), _mentions(user, viewer)),
        Section("notices", _("My notices"), _notices(viewer)),
        Section("seen_by", _("Professionals who saw my posts"), _seen(viewer)),
        Section(
            "notice_choices",
            _("How I want to be told"),
            rows_of(NoticeChoice.objects.filter(user=user), "kind", "way"),
        ),
        Section(
            "mail_settings",
            _("My settings for mails"),
            rows_of(
                MailSettings.objects.filter(user=user), "time_zone", "rhythm", "refused_address"
            ),
        ),
        Section(
            "devices",
            _("Devices that get messages"),
            rows_of(PushDevice.objects.filter(user=user), "name", "added_at", "told_until"),
        ),
        Section("labels", _("Notes I wrote under posts"), _labels(user)),
        Section("opened", _("Posts I opened as a professional"), _opened(user, viewer)),
    ]


def _profile(user: User) -> list[dict[str, Any]]:
    names = (f"{name}{ending}" for name in FIELDS for ending in ("", "_for") if name != "joined")
    return rows_of(Profile.objects.filter(user=user), *names, "joined_for", "changed_at")


def _posts(user: User) -> list[dict[str, Any]]:
    own = Post.objects.filter(author=user).select_related("thread__board")
    own = own.prefetch_related("revisions", "quotes__source").order_by("created_at", "pk")
    return [
        {
            "id": post.public_id,
            "board": post.thread.board.title,
            # The title of somebody else's thread is their words.
            "title": post.thread.title if post.is_opening else "",
            "content_note": post.note,
            "shown_as": post.alias,
            "text": post.text,
            "poll": poll_words(post),
            "audience": post.audience,
            "state": post.status,
            "created_at": post.created_at,
            "published_at": post.published_at,
            "edited_at": post.edited_at,
            "wordings": [
                {
                    "number": each.number,
                    "text": each.text,
                    "content_note": each.content_note,
                    "created_at": each.created_at,
                }
                for each in post.revisions.all()
            ],
            "quotes_myself": _own_quotes(post.quotes.all(), user),
            "reactions": sum(post.reactions.get("peers", {}).values()),
        }
        for post in own
    ]


def _own_quotes(quotes: Any, user: User) -> list[str]:
    return [each.excerpt for each in quotes if each.source.author_id == user.pk]


def _drafts(user: User) -> list[dict[str, Any]]:
    drafts = Draft.objects.filter(author=user).select_related("board").order_by("updated_at")
    return rows_of(
        drafts, "board.title", "title", "content_note", "text", "poll", "audience", "updated_at"
    )


def _votes(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    """Which answers the person picked. No words: they are others'."""
    votes = own_votes(user.pk)
    posts = Post.objects.visible_to(viewer).filter(pk__in=[pk for pk, _place in votes])
    seen = dict(posts.values_list("pk", "public_id"))
    return [{"post": seen.get(pk, ""), "answer": place} for pk, place in votes]


def own_pictures(user: User) -> QuerySet[Picture]:
    """The pictures of somebody's drafts and posts that they have not taken away."""
    return Picture.objects.filter(author=user, removed_at=None).order_by("created_at", "pk")


def _pictures(user: User) -> list[dict[str, Any]]:
    return [
        {
            # As in the copy's folder of pictures.
            "file": f"pictures/{each.public_id}.webp",
            "post": each.post.public_id if each.post else "",
            "alt": each.alt,
            "width": each.width,
            "height": each.height,
            "created_at": each.created_at,
        }
        for each in own_pictures(user).select_related("post")
    ]


def _reactions(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    seen = Post.objects.visible_to(viewer).values("pk")
    rows = Reaction.objects.filter(author=user, post__in=seen).select_related("post")
    return rows_of(rows.order_by("created_at"), "kind", "post.public_id", "created_at")


def _saved(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    seen = set()
    if not is_logged(viewer):
        seen = set(
            Post.objects.visible_to(viewer).filter(saved_by__user=user).values_list("pk", flat=True)
        )
    rows = Saved.objects.filter(user=user).select_related("post").order_by("saved_at")
    return [
        {
            "note": row.note,
            "saved_at": row.saved_at,
            "words": row.post.text if row.post_id in seen else "",
        }
        for row in rows
    ]


def _follows(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    rows = Follow.objects.filter(user=user).select_related("board", "thread", "tag").order_by("pk")
    seen = _threads_seen(viewer, [row.thread_id for row in rows if row.thread_id])
    return [
        {
            "kind": row.kind,
            "board": row.board.title if row.board else "",
            "thread": seen.get(row.thread_id or 0, ""),
            "topic": row.tag.name if row.tag else "",
            "created_at": row.created_at,
        }
        for row in rows
    ]


def _read(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    boards = BoardVisit.objects.filter(user=user).select_related("board").order_by("pk")
    rows = rows_of(boards, "board.title", "read_until")
    visits = list(ThreadVisit.objects.filter(user=user).order_by("pk"))
    seen = _threads_seen(viewer, [visit.thread_id for visit in visits])
    return rows + [
        {"thread": seen.get(visit.thread_id, ""), "position": visit.position} for visit in visits
    ]


def _threads_seen(viewer: Viewer, ids: list[int]) -> dict[int, str]:
    """Public ids of those threads that the person may see. No titles: they are others' words."""
    posts = Post.objects.visible_to(viewer).filter(thread_id__in=ids)
    return dict(posts.values_list("thread_id", "thread__public_id").distinct())


def _mentions(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    seen = Post.objects.visible_to(viewer).values("pk")
    rows = Mention.objects.filter(person=user, post__in=seen).select_related("post")
    return rows_of(rows.order_by("created_at", "pk"), "post.public_id", "created_at")


def _notices(viewer: Viewer) -> list[dict[str, Any]]:
    rows = notices_for(viewer).order_by("created_at", "pk")
    return rows_of(rows, "kind", "message", "created_at", "read_at")


def _labels(user: User) -> list[dict[str, Any]]:
    rows = Label.objects.filter(author=user).order_by("created_at", "pk")
    return rows_of(rows, "note", "source", "link", "status", "created_at", "closed_at")


def _seen(viewer: Viewer) -> list[dict[str, Any]]:
    rows = accesses_of(viewer).select_related("hcp__hcp_profile", "post").order_by("day", "pk")
    return [
        {
            "day": row.day,
            "professional": row.hcp.pseudonym,
            "post": row.post.public_id,
            "where": row.get_surface_display(),
            "reason": row.reason,
        }
        for row in rows
    ]


def _opened(user: User, viewer: Viewer) -> list[dict[str, Any]]:
    seen = Post.objects.visible_to(viewer).values("pk")
    rows = HcpAccess.objects.filter(hcp=user, post__in=seen).select_related("post")
    rows = rows.order_by("day", "pk")
    return rows_of(rows, "day", "surface", "post.public_id")
