"""Acts on whole threads: one page for moderators and admins."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.errors import NotVisible, Refused
from forum.models import Board, Post, Status, Surface, Thread
from forum.queries.threads import find_thread
from moderation.actions import thread_acts
from moderation.thread_forms import ThreadForm

DONE = _("Done. Whoever wrote it was told.")
NOT_THERE = _("There is no such thread, or you cannot act on it.")
MOST_REPLIES = 100  # the newest; older ones stay where they are


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Close, open, tag, move, split or merge a thread that one sees and that is not one's own."""
    found = find_thread(request.viewer, public_id)
    if found is None or not thread_acts.may_act_on(request.user, found, at=timezone.now()):
        raise Http404
    record_shown(request, Surface.THREAD, titles=[found])
    form = ThreadForm(request.POST or None, thread=found, replies=_replies(request, found))
    if request.method == "POST" and form.is_valid() and (to := _act(request, found, form)):
        messages.success(request, DONE)
        return redirect("forum:thread", to.public_id)
    context = {"thread": found, "form": form}
    return render(request, "moderation/thread.html", context, status=422 if form.is_bound else 200)


def _replies(request: SignedInRequest, found: Thread) -> list[tuple[str, str]]:
    posts = Post.objects.visible_to(request.viewer).filter(
        thread=found, status=Status.PUBLISHED, is_opening=False
    )
    newest = posts.select_related("author").order_by("-position")[:MOST_REPLIES]
    return [
        (post.public_id, f"{post.byline}: {Truncator(post.text).words(20)}")
        for post in reversed(newest)
    ]


def _act(request: SignedInRequest, found: Thread, form: ThreadForm) -> Thread | None:
    """Do what the form says; returns the thread to go on to, None where it was refused."""
    act = form.cleaned_data["act"]
    try:
        return _do(act, request, found, form.cleaned_data)
    except NotVisible:
        words = str(NOT_THERE)
    except Refused as refused:
        words = str(refused.message)
    form.add_error({"move": "board", "split": "posts", "merge": "into"}.get(act, "act"), words)
    return None


def _do(act: str, request: SignedInRequest, found: Thread, data: dict[str, Any]) -> Thread:
    user, reason = request.user, data["reason"]
    if act == "lock":
        thread_acts.lock(thread=found, moderator=user, reason=reason, clause=data["clause"])
    elif act == "unlock":
        thread_acts.unlock(thread=found, moderator=user)
    elif act == "tag":
        thread_acts.tag(thread=found, slugs=data["tags"], moderator=user, reason=reason)
    elif act == "move":
        board = Board.objects.get(slug=data["board"])
        thread_acts.move(thread=found, board=board, moderator=user, reason=reason)
    elif act == "split":
        return thread_acts.split(
            thread=found,
            public_ids=data["posts"],
            title=data["title"].strip(),
            moderator=user,
            reason=reason,
        )
    else:
        into = find_thread(request.viewer, data["into"])
        if into is None:
            raise NotVisible
        thread_acts.merge(thread=found, into=into, moderator=user, reason=reason)
        return into
    return found
