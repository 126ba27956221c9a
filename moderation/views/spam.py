"""Spam, several posts at once."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.models import Surface
from moderation.actions.bulk import Came, Result, decide_spam
from moderation.bench_forms import SpamForm
from moderation.models import DecisionKind
from moderation.spam import open_spam

WORDS = {
    Came.DONE: _("Done."),
    Came.PROPOSED: _("Proposed. It counts when a second person agrees."),
    Came.CHANGED: _("It changed while you were looking. It is still in the queue."),
    Came.DECIDED: _("Somebody was faster. Their decision stands."),
    Came.TAKEN: _("Somebody is looking at it right now."),
    Came.GONE: _("It is not in your queue any more."),
}


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def spam(request: SignedInRequest) -> HttpResponse:
    """Read plain spam and decide alike on what was ticked; each says what came of it."""
    form = SpamForm(request.POST or None)
    results: list[Result] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        results = decide_spam(
            items=data["post"],
            moderator=request.user,
            kind=DecisionKind(data["kind"]),
            clause=data["clause"],
            message=data["message"],
        )
        form = SpamForm()
    posts = open_spam(request.viewer, request.user, at=timezone.now())
    record_shown(request, Surface.QUEUE, posts=posts, titles=posts)
    ticked = request.POST.getlist("post")
    context = {
        "form": form,
        "rows": [
            {
                "post": post,
                "value": f"{post.public_id}:{post.version}",
                "is_ticked": f"{post.public_id}:{post.version}" in ticked,
            }
            for post in posts
        ],
        "results": [{"came": result.came, "words": WORDS[result.came]} for result in results],
        "done": sum(result.came == Came.DONE for result in results),
    }
    return render(request, "moderation/spam.html", context, status=422 if form.is_bound else 200)
