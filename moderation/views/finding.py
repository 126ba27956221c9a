"""Searching in the queue and among one's own decisions."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.models import Post, Surface
from moderation import audit
from moderation.finding import MOST_FOUND, decisions_found, tickets_found
from moderation.finding_forms import DECIDED, FindForm
from moderation.models import Decision


@access(Access.REVIEWER)
@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """What fits, without words of posts. That words fit tells of a post, so it counts as shown."""
    now = timezone.now()
    form = FindForm(request.GET if "where" in request.GET else None)
    posts: list[Post] = []
    decisions: list[Decision] = []
    asked = form.is_bound and form.is_valid()
    if asked:
        sought, where = form.sought(), form.cleaned_data["where"]
        if where == DECIDED:
            decisions = decisions_found(request.viewer, sought)
            met = [decision.post for decision in decisions]
        else:
            posts = met = tickets_found(request.viewer, sought, at=now)
        audit.record(
            actor=request.user,
            verb="queue_searched",
            subject_kind="queue",
            subject_public_id="",
            data={
                "where": where,
                "by_words": bool(sought.words),
                "board": sought.board,
                "found": [post.public_id for post in met],
            },
            at=now,
        )
        record_shown(request, Surface.QUEUE, posts=met if sought.words else ())
    else:
        record_shown(request, Surface.QUEUE)
    context = {
        "form": form,
        "asked": asked,
        "posts": posts,
        "decisions": decisions,
        "is_full": max(len(posts), len(decisions)) == MOST_FOUND,
        "now": now,
    }
    status = 422 if form.is_bound and not asked else 200
    return render(request, "moderation/find.html", context, status=status)
