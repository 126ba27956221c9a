"""One item of the queue: reading it and deciding on it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.actions.hide_part import NoSuchPassage
from forum.actions.state import IllegalMove
from forum.cards import body
from forum.errors import NotVisible, StaleVersion
from forum.models import Post, Surface
from forum.queries.polls import poll_words
from moderation.actions.decide import AlreadyDecided, ClaimedByOther
from moderation.actions.proposals import decide_or_propose
from moderation.actions.second_reviews import take_look
from moderation.decide_forms import DecideForm
from moderation.decisions import last_undoable
from moderation.messages import likely_anchors
from moderation.models import Claim, Decision, DecisionKind, Proposal, WhySecond
from moderation.pictures import pictures_for_review
from moderation.queue import open_item
from moderation.reasons import reasons_for
from moderation.second_reviews import look_at, open_second_review
from moderation.views.worklist import next_item, workbench_context
from moderation.worddiff import changes_since_decision

NO_SUCH_PASSAGE = _(
    "These words do not stand in the post like this, or the title has them, or nothing is left."
)
CHANGED = _("This changed while you were looking. Please read it again, then decide.")


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read one item and decide on it."""
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _decide(request, public_id, form)
        if answer is not None:
            return answer
    found = open_item(request.viewer, request.user, public_id) or open_second_review(
        request.viewer, request.user, public_id, at=timezone.now()
    )
    if found is None:
        raise Http404
    if isinstance(found, Claim):
        return _taken(request, found)
    record_shown(
        request,
        Surface.QUEUE,
        posts=[found.post, *found.context, *(quote.source for quote in found.quotes)],
        titles=[found.post],
    )
    form.offer(found.post)
    form.initial["version"] = found.post.version
    if form.is_bound and form.non_field_errors():
        # The new wording is shown; what was typed stays, and now speaks of this version.
        form.data = request.POST.copy()
        form.data["version"] = str(found.post.version)
    context = {
        "item": found,
        "post": found.post,
        "thread": found.post.thread,
        "body": body(found.post),
        "poll": poll_words(found.post),
        "context_posts": [{"post": post, "body": body(post)} for post in found.context],
        "quotes": found.quotes,
        "pictures": pictures_for_review(request.viewer, found.post),
        "overdue": found.post.review_due_at is not None
        and found.post.review_due_at < timezone.now(),
        "reasons": reasons_for(found.post),
        "form": form,
        "likely": likely_anchors(found.post, [clause.anchor for clause in form.clauses]),
        "changes": changes_since_decision(found.post),
        "undoable": last_undoable(request.user, at=timezone.now()),
        **workbench_context(request, found.post, found.until),
    }
    return render(request, "moderation/item.html", context, status=422 if form.is_bound else 200)


def _decide(request: SignedInRequest, public_id: str, form: DecideForm) -> HttpResponse | None:
    """Decide with a valid form; None where the post changed and must be read again."""
    if look_at(request.viewer, public_id, at=timezone.now()) is not None:
        return _look_again(request, public_id, form)
    post = Post.objects.handleable_by(request.viewer).filter(public_id=public_id).first()
    if post is None:
        raise Http404
    try:
        outcome = _decide_or_propose(request, post, form)
    except NotVisible:
        raise Http404 from None
    except AlreadyDecided as done:
        record_shown(request, Surface.QUEUE)  # the decision, no post
        context = {"decision": done.decision}
        return render(request, "moderation/already_decided.html", context, status=409)
    except ClaimedByOther as taken:
        return _taken(request, taken.claim)
    except (StaleVersion, IllegalMove):
        form.add_error(None, CHANGED)
        return None
    if outcome is None:
        return None
    if isinstance(outcome, Proposal):
        messages.success(request, _("Proposed. It counts when a second person agrees."))
        if outcome.reason != WhySecond.SHADOW:
            return redirect("moderation:proposal", outcome.public_id)
        return next_item(request)
    return next_item(request)


def _decide_or_propose(
    request: SignedInRequest, post: Post, form: DecideForm
) -> Decision | Proposal | None:
    """Decide; where that takes two people, propose. None where the form says what is wrong."""
    data = form.cleaned_data
    kind = DecisionKind(data["kind"])
    values = {name: data[name] for name in ("version", "clause", "message", "private_note")}
    passages = data["passages"] if kind == DecisionKind.HIDE_PART else ()
    try:
        return decide_or_propose(
            post=post, moderator=request.user, kind=kind, passages=passages, **values
        )
    except NoSuchPassage:
        form.add_error("passages", NO_SUCH_PASSAGE)
    return None


def _look_again(request: SignedInRequest, public_id: str, form: DecideForm) -> HttpResponse:
    """Keep a second review at a decided post; for the person it is an item like any other."""
    data = form.cleaned_data
    post = Post.objects.handleable_by(request.viewer).filter(public_id=public_id).first()
    if post is None:
        raise Http404
    try:
        take_look(
            post=post,
            reviewer=request.user,
            kind=DecisionKind(data["kind"]),
            version=data["version"],
            clause=data["clause"],
            note="\n\n".join(filter(None, (data["message"], data["private_note"]))),
        )
    except NotVisible:
        raise Http404 from None
    messages.success(request, _("Done."))
    return next_item(request)


def _taken(request: SignedInRequest, claim: Claim) -> HttpResponse:
    record_shown(request, Surface.QUEUE)  # who has it, no post
    return render(request, "moderation/taken.html", {"claim": claim}, status=409)
