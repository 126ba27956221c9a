"""Reads of the pages for reporters."""

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare

from accounts.models import Block, CutOff, HiddenHcp, Role, User
from accounts.viewer import Viewer
from forum.access_log import with_openings
from forum.models import Post, Status
from forum.queries.professionals import professionals_met_by
from moderation.models import Report
from moderation.report_drafts import key_in

AROUND = 6  # posts on each side of the reported one
OF_PERSON = 10
NO_KEY = "-" * 12


def _readable(viewer: Viewer) -> QuerySet[Post]:
    """Published posts of the viewer, with what a list of them shows."""
    rows = with_openings(viewer, Post.objects.visible_to(viewer).filter(status=Status.PUBLISHED))
    return rows.select_related("thread__board", "thread__author", "author")


def posts_around(viewer: Viewer, post: Post) -> list[Post]:
    """What the viewer reads next to a post in its thread, in order: six on each side."""
    others = _readable(viewer).filter(thread_id=post.thread_id).exclude(pk=post.pk)
    if post.position is None:
        return []
    before = others.filter(position__lt=post.position).order_by("-position")[:AROUND]
    after = others.filter(position__gt=post.position).order_by("position")[:AROUND]
    return [*reversed(before), *after]


def posts_of(viewer: Viewer, person: User) -> list[Post]:
    """The newest posts of a person that the viewer can read."""
    return list(_readable(viewer).filter(author=person).order_by("-created_at", "-pk")[:OF_PERSON])


def person_to_report(viewer: Viewer, public_id: str) -> User | None:
    """Somebody whom the viewer meets: in a post, or on the page of a professional."""
    person = User.objects.filter(public_id=public_id, is_active=True).first()
    if person is None or person.pk == viewer.user_id:
        return None
    if _readable(viewer).filter(author=person).exists():
        return person
    return person if professionals_met_by(viewer).filter(user=person).exists() else None


def opened_by_key(number: str, key: str) -> Report | None:
    """The report with this number, where the key fits. Takes as long whether there is one or not.

    Keys come from people's keyboards and may hold any character.
    """
    report = Report.objects.filter(number=number).select_related("reporter", "about").first()
    fits = constant_time_compare(report.key if report else NO_KEY, key)
    return report if report is not None and fits else None


def report_for(session: SessionBase, viewer: Viewer, number: str) -> Report | None:
    """A report that this browser may open: the person's own, or one it was given the key of."""
    if key := key_in(session, number):
        return opened_by_key(number, key)
    if viewer.user_id is None:
        return None
    own = Report.objects.filter(reporter_id=viewer.user_id, number=number)
    return own.select_related("reporter", "about").first()


def can_be_hidden(viewer: Viewer, person: User | None) -> bool:
    """Whether a member can put this person out of their sight now (block, or *hide me from*)."""
    if person is None or viewer.role != Role.MEMBER or person.pk == viewer.user_id:
        return False
    if person.role == Role.MEMBER:
        return not Block.objects.filter(blocker_id=viewer.user_id, blocked=person).exists()
    pair = Q(member_id=viewer.user_id, hcp=person)
    is_apart = HiddenHcp.objects.filter(pair).exists() or CutOff.objects.filter(pair).exists()
    return person.role == Role.HCP and not is_apart


def is_cut_off(report: Report) -> bool:
    """Whether the reporter and the professional are kept apart because of a report."""
    return CutOff.objects.filter(member=report.reporter, hcp=report.about).exists()
