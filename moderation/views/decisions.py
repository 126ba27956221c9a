"""Decisions: their reasons for the author, and a reviewer's own list with undo."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.errors import NotVisible, StaleVersion
from forum.models import Surface
from moderation.actions.decide import ClaimedByOther
from moderation.actions.undo import TooLate, undo
from moderation.decisions import last_undoable, own_decisions, statement_for
from moderation.models import Decision

TOO_LATE = _("The 60 seconds are over. The decision stands, and its author was told.")
MOVED_ON = _("Something changed since then, so this can no longer be undone.")
UNDONE = _("Undone. Nobody was told. Here it is again.")


@access(Access.ACCOUNT)
@require_safe
def statement(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Why a post of one's own was decided on as it was, and what one can do."""
    found = statement_for(request.viewer, public_id)
    if found is None:
        raise Http404
    record_shown(request, Surface.OWN_POSTS)  # the person's own words, no thread title
    return render(
        request, "moderation/decision.html", {"statement": found, "decision": found.decision}
    )


@access(Access.REVIEWER)
@shows_no_posts
@require_safe
def own_list(request: SignedInRequest) -> HttpResponse:
    """What one decided oneself, newest first; ``?after=`` goes on. No words of posts."""
    rows, has_older = own_decisions(request.viewer, after=request.GET.get("after", "")[:20])
    context = {
        "decisions": rows,
        "has_older": has_older,
        "last_id": rows[-1].public_id if rows else "",
        "undoable": last_undoable(request.user, at=timezone.now()),
    }
    return render(request, "moderation/own_decisions.html", context)


@access(Access.REVIEWER)
@require_POST
def undo_decision(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take back one's own decision within the minute; leads back to the item."""
    own = Decision.objects.filter(moderator=request.user).select_related("post")
    decision = get_object_or_404(own, public_id=public_id)
    try:
        undo(decision=decision, moderator=request.user)
    except NotVisible:
        raise Http404 from None
    except TooLate:
        messages.warning(request, TOO_LATE)
        return redirect("moderation:queue")
    except (StaleVersion, ClaimedByOther):
        messages.warning(request, MOVED_ON)
        return redirect("moderation:queue")
    messages.success(request, UNDONE)
    return redirect("moderation:item", decision.post.public_id)
