"""Second persons: what waits for them, saying yes or no, and the link for somebody outside."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts, with_openings
from forum.cards import body
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Post, Surface
from moderation import audit
from moderation.actions.decide import ClaimedByOther
from moderation.actions.proposals import answer_from_outside, approve, hide_meanwhile, refuse
from moderation.actions.second import SUBJECT
from moderation.models import Proposal, ProposalStatus, WhySecond
from moderation.outside import proposal_from
from moderation.pictures import pictures_for_review
from moderation.second import (
    FOR_ADMINS,
    SHADOW_DECISIONS,
    confirmed_so_far,
    in_shadow,
    proposals_for,
    second_admins,
    solo_is_possible,
    to_confirm,
)
from moderation.second_forms import RefuseForm

LIST_SIZE = 50
CHANGED = _("This changed while you were looking. Please read it again.")


@access(Access.REVIEWER)
@shows_no_posts
@require_safe
def proposals(request: SignedInRequest) -> HttpResponse:
    """What waits for this person, and what they proposed themselves. No words of posts."""
    now = timezone.now()
    own = proposals_for(request.viewer).filter(proposed_by=request.user)
    context = {
        "waiting": to_confirm(request.viewer, now)[:LIST_SIZE],
        "waits": ProposalStatus.WAITING,
        "own": [{"proposal": row, "state": row.state(now)} for row in own[:LIST_SIZE]],
        "in_shadow": in_shadow(request.user),
        "confirmed": confirmed_so_far(request.user),
        "needed": SHADOW_DECISIONS,
    }
    return render(request, "moderation/proposals.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def approvals(request: SignedInRequest) -> HttpResponse:
    """What takes two admins: what waits, and what came of the last ones."""
    now = timezone.now()
    rows = proposals_for(request.viewer).filter(reason__in=FOR_ADMINS)
    known = [{"proposal": row, "state": row.state(now)} for row in rows[: 2 * LIST_SIZE]]
    context = {
        "waiting": [row for row in known if row["state"] == ProposalStatus.WAITING],
        "closed": [row for row in known if row["state"] != ProposalStatus.WAITING],
        "user": request.user,
    }
    return render(request, "moderation/approvals.html", context)


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read one; POST with ``do`` agrees, refuses, takes back or hides. Reading is logged."""
    found = proposals_for(request.viewer).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    form = RefuseForm(request.POST or None)
    problem: object = ""
    if request.method == "POST" and form.is_valid():
        try:
            if _act(request, found, form.cleaned_data["why"]):
                return redirect("moderation:proposal", found.public_id)
            problem = CHANGED
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            problem = refusal.message
        except ClaimedByOther as taken:
            words = _("%(name)s is looking at this post. Try again in five minutes.")
            problem = words % {"name": taken.claim.moderator.pseudonym}
        except StaleVersion:
            problem = CHANGED
        found = proposals_for(request.viewer).get(pk=found.pk)
    return _page(request, found, form, problem)


def _act(request: SignedInRequest, found: Proposal, why: str) -> bool:
    """Do what was asked for; False where it was done before or things changed."""
    wish = request.POST.get("do")
    if wish == "approve":
        return approve(proposal=found, person=request.user)
    if wish == "refuse":
        return refuse(proposal=found, person=request.user, why=why)
    if wish == "hide":
        return hide_meanwhile(proposal=found, person=request.user)
    return False


def _page(
    request: SignedInRequest, found: Proposal, form: RefuseForm, problem: object
) -> HttpResponse:
    now = timezone.now()
    post = _post_of(request, found)
    record_shown(
        request,
        Surface.QUEUE,
        posts=[post] if post else [],
        titles=[post] if post else [],
    )
    audit.record(
        actor=request.user,
        verb="read_proposal",
        subject_kind=SUBJECT,
        subject_public_id=found.public_id,
        data={"post": post.public_id if post else ""},
    )
    is_own = found.proposed_by_id == request.viewer.user_id
    context = {
        "proposal": found,
        "state": found.state(now),
        "post": post,
        "body": body(post) if post else "",
        "pictures": pictures_for_review(request.viewer, post) if post else [],
        "to_hide": [post.text[start:end] for start, end in found.spans] if post else [],
        "form": form,
        "problem": problem,
        "is_own": is_own,
        "is_shadow": found.reason == WhySecond.SHADOW,
        "solo": is_own and found.reason in FOR_ADMINS and solo_is_possible(request.user),
        "alone": is_own and found.reason in FOR_ADMINS and not second_admins(found, at=now),
        "asked_outside": getattr(found, "outside_mail", None),
        "can_hide": post is not None
        and found.reason == WhySecond.STAFF
        and bool(found.decision_kind)
        and post.status == "published",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/proposal.html", context, status=status)


def _post_of(request: SignedInRequest, found: Proposal) -> Post | None:
    """The post that it is about, while it waits, where this person may handle it now."""
    if found.post_id is None or found.state(timezone.now()) != ProposalStatus.WAITING:
        return None
    posts = Post.objects.handleable_by(request.viewer).filter(pk=found.post_id)
    rows = with_openings(request.viewer, posts)
    return rows.select_related("thread__board", "thread__author", "author").first()


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def outside_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Yes or no of somebody outside, by a signed link. No names and no words of posts."""
    found = proposal_from(token, timezone.now())
    if found is None:
        return render(request, "moderation/outside_gone.html", status=404)
    form = RefuseForm(request.POST or None)
    problem: object = ""
    agrees = {"yes": True, "no": False}.get(request.POST.get("do", ""))
    if request.method == "POST" and form.is_valid() and agrees is not None:
        try:
            answer_from_outside(proposal=found, agrees=agrees, why=form.cleaned_data["why"])
        except (NotVisible, StaleVersion):
            return render(request, "moderation/outside_gone.html", status=404)
        except Refused as refusal:
            problem = refusal.message
        else:
            messages.success(request, _("Thank you. That is done."))
            return redirect("home")
    context = {"proposal": found, "form": form, "problem": problem}
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/outside_answer.html", context, status=status)
