"""The queue's list, going from one item to the next, keeping and giving back, and stopping."""

from datetime import datetime, timedelta

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.models import Post
from moderation import sittings
from moderation.decisions import last_undoable
from moderation.models import Claim
from moderation.queue import claim, release, tickets_for
from moderation.reasons import labels_of
from moderation.second_reviews import EVERY, look_at, next_look
from moderation.shortcuts import for_page
from moderation.wellbeing import away_until, exposure_of
from moderation.worklist import EPOCH, MANY, MICROSECOND, Filters, next_ticket, waiting, work_page

FILTER_LABELS = {
    "severity": _("How urgent"),
    "board": _("Board"),
    "track": _("What about"),
    "audience": _("Who can read it"),
}
RENEW_EVERY = timedelta(minutes=2)


@access(Access.REVIEWER)
@shows_no_posts
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """What waits, most urgent first, and where to start. No words of posts are shown here."""
    now = timezone.now()
    filters = Filters.read(request.GET)
    page = work_page(request.viewer, filters, after=request.GET.get("after", "")[:60], at=now)
    sitting = sittings.open_sitting(request.user, at=now)
    context = {
        "rows": [
            {
                "post": post,
                "labels": labels_of(post),
                "overdue": post.review_due_at is not None and post.review_due_at < now,
                "claim": _current_claim(post, now),
            }
            for post in page.rows
        ],
        "page": page,
        "filters": filters,
        "filter_fields": [
            {
                "name": name,
                "label": label,
                "value": getattr(filters, name),
                "options": page.options[name],
            }
            for name, label in FILTER_LABELS.items()
        ],
        "older_address": filters.address(after=page.next_after) if page.next_after else "",
        "is_first": "after" not in request.GET,
        "sitting": sitting,
        "handled": sittings.handled_in(sitting) if sitting else 0,
        "away_until": away_until(request.user, at=now),
        "exposure": exposure_of(request.user, at=now),
        "shortcuts": for_page(request.user),
        "undoable": last_undoable(request.user, at=now),
    }
    return render(request, "moderation/queue.html", context)


@access(Access.REVIEWER)
@shows_no_posts
@require_POST
def next_item(request: SignedInRequest) -> HttpResponse:
    """Start, or go on: to the most urgent item that nobody else has.

    ``start``: with the filters that were sent. ``skip``: give this one back, take the one behind.
    """
    now = timezone.now()
    starts = "start" in request.POST
    filters = Filters.read(request.POST) if starts else None
    sitting = sittings.keep_sitting(moderator=request.user, filters=filters, at=now)
    filters = Filters.read(sitting.filters)
    skipped = None
    if public_id := request.POST.get("skip", "")[:20]:
        skipped = _found(request, public_id)
        if skipped is not None:
            release(post=skipped, moderator=request.user)
    post = next_ticket(request.viewer, filters, after=skipped, at=now)
    there = post.public_id if post else ""
    # In between, and when nothing else waits: somebody's decision, looked at once more.
    handled = sittings.handled_in(sitting)
    if not there or (handled % EVERY == EVERY - 1 and not skipped):
        again = next_look(request.viewer, at=now)
        there = again if again and again != request.POST.get("skip") else there
    return redirect("moderation:item", there) if there else redirect("moderation:queue")


@access(Access.REVIEWER)
@shows_no_posts
@require_POST
def release_item(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Give an item back and return to the list. ``until``: only the claim that ends then."""
    post = _ticket(request, public_id)
    release(post=post, moderator=request.user, until=_moment(request.POST.get("until", "")))
    return redirect("moderation:queue")


@access(Access.REVIEWER)
@shows_no_posts
@require_POST
def renew(request: SignedInRequest, public_id: str) -> JsonResponse:
    """Keep an item for five minutes more; 409 where somebody else has it by now."""
    kept = claim(post=_ticket(request, public_id), moderator=request.user)
    if kept.moderator_id != request.viewer.user_id:
        return JsonResponse({"until": ""}, status=409)
    return JsonResponse({"until": mark_of_claim(kept.until)})


@access(Access.REVIEWER)
@shows_no_posts
@require_POST
def stop(request: SignedInRequest) -> HttpResponse:
    """Give everything back, and say what was done."""
    sitting = sittings.stop(moderator=request.user)
    return redirect("moderation:summary" if sitting else "moderation:queue")


@access(Access.REVIEWER)
@shows_no_posts
@require_safe
def summary(request: SignedInRequest) -> HttpResponse:
    """What the person did in their last sitting. Nobody else sees it, and nothing is compared."""
    sitting = sittings.last_sitting(request.user)
    context = {
        "sitting": sitting,
        "summary": sittings.summary_of(sitting) if sitting else None,
        "left": waiting(request.viewer, Filters(), at=timezone.now()),
        "many": MANY,
    }
    return render(request, "moderation/summary.html", context)


def workbench_context(request: SignedInRequest, post: Post, until: datetime) -> dict:
    """What an item's page needs around the post: progress, the claim, a word when it gets much."""
    now = timezone.now()
    sitting = sittings.keep_sitting(moderator=request.user, at=now)
    return {
        "claim_until": mark_of_claim(until),
        "renew_every": int(RENEW_EVERY.total_seconds()),
        "handled": sittings.handled_in(sitting),
        "left": waiting(request.viewer, Filters.read(sitting.filters), at=now),
        "many": MANY,
        "filtered": bool(sitting.filters),
        "exposure": exposure_of(request.user, at=now),
        "shortcuts": for_page(request.user),
    }


def mark_of_claim(until: datetime) -> str:
    """The end of a claim as a page carries it: microseconds since 1970."""
    return str((until - EPOCH) // MICROSECOND)


def _moment(mark: str) -> datetime | None:
    is_mark = mark.isdecimal() and len(mark) <= len("9" * 17)
    return EPOCH + int(mark) * MICROSECOND if is_mark else None


def _ticket(request: SignedInRequest, public_id: str) -> Post:
    post = _found(request, public_id)
    if post is None:
        raise Http404
    return post


def _found(request: SignedInRequest, public_id: str) -> Post | None:
    """The post of a ticket or of a second review that this person may handle."""
    now = timezone.now()
    if post := tickets_for(request.viewer, at=now).filter(public_id=public_id).first():
        return post
    look = look_at(request.viewer, public_id, at=now)
    return look.decision.post if look else None


def _current_claim(post: Post, now: datetime) -> Claim | None:
    found = getattr(post, "claim", None)
    return found if found is not None and found.until > now else None
