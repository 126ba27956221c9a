"""Appeals: asking for a second look, following it, and looking again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts, with_openings
from forum.cards import body
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Post, Status, Surface
from moderation import audit
from moderation.actions.appeals import SUBJECT, appeal, decide_appeal
from moderation.appeals import (
    appeals_for,
    decisions_about,
    is_too_late,
    own_appeals,
    waiting_appeals,
)
from moderation.models import Appeal, AppealStatus, Decision, Sanction
from moderation.pictures import pictures_for_review
from moderation.sanctions import own_sanctions
from moderation.second_forms import AppealForm, DecideAppealForm

LIST_SIZE = 50
CHANGED = _("This changed while you were looking. Please read it again.")


# For the person it is about ----------------------------------------------------------------------


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def about_decision(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask for a second look at a decision on one's own post."""
    told = decisions_about(request.viewer, timezone.now())
    found = told.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return _ask(request, decision=found)


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def about_sanction(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask for a second look at what is on one's own account; works while it is in force."""
    found = own_sanctions(request.viewer).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return _ask(request, sanction=found)


def _ask(
    request: SignedInRequest,
    *,
    decision: Decision | None = None,
    sanction: Sanction | None = None,
) -> HttpResponse:
    thing = decision or sanction
    if thing is None:
        raise Http404
    if earlier := getattr(thing, "appeal", None):
        return redirect("moderation:own_appeal", earlier.number)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = appeal(
                user=request.user,
                decision=decision,
                sanction=sanction,
                words=form.cleaned_data["words"],
            )
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Sent. We tell you what comes of it."))
            return redirect("moderation:own_appeal", made.number)
    context = {
        "thing": thing,
        "since": _since(thing),
        "form": form,
        "too_late": is_too_late(thing, timezone.now()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/appeal_form.html", context, status=status)


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own_list(request: SignedInRequest) -> HttpResponse:
    """What was decided about this person, and what they asked to be looked at again."""
    now = timezone.now()
    context = {
        "sanctions": own_sanctions(request.viewer)[:LIST_SIZE],
        "decisions": decisions_about(request.viewer, now)[:LIST_SIZE],
        "now": now,
    }
    return render(request, "moderation/own_appeals.html", context)


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own(request: SignedInRequest, number: str) -> HttpResponse:
    """Where an appeal of one's own stands."""
    found = own_appeals(request.viewer).filter(number=number).first()
    if found is None:
        raise Http404
    context = {"appeal": found, "thing": found.decision or found.sanction}
    return render(request, "moderation/own_appeal.html", context)


# For those who look again ------------------------------------------------------------------------


@access(Access.REVIEWER)
@shows_no_posts
@require_safe
def waiting(request: SignedInRequest) -> HttpResponse:
    """Appeals that this person may decide, the first due first. No words of anybody."""
    closed = appeals_for(request.viewer).filter(decided_by=request.user)
    context = {
        "appeals": waiting_appeals(request.viewer)[:LIST_SIZE],
        "closed": closed.order_by("-decided_at", "-pk")[:LIST_SIZE],
        "now": timezone.now(),
    }
    return render(request, "moderation/appeals.html", context)


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: SignedInRequest, number: str) -> HttpResponse:
    """Look again and decide. Closed ones are there for who decided them, without the post."""
    found = appeals_for(request.viewer).filter(number=number).first()
    if found is None:
        raise Http404
    if found.status != AppealStatus.OPEN and found.decided_by_id != request.viewer.user_id:
        raise Http404
    form = DecideAppealForm(request.POST or None, appeal=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            decide_appeal(
                appeal=found,
                person=request.user,
                outcome=AppealStatus(data["outcome"]),
                answer=data["answer"],
                days_left=data.get("days_left"),
            )
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        except StaleVersion:
            form.add_error(None, CHANGED)
        else:
            messages.success(request, _("Done. They have been told."))
            return redirect("moderation:appeals")
    post = _post_of(request, found)
    posts = [post] if post else []
    record_shown(request, Surface.QUEUE, posts=posts, titles=posts)
    audit.record(
        actor=request.user,
        verb="read_appeal",
        subject_kind=SUBJECT,
        subject_public_id=found.number,
        data={"post": post.public_id if post else ""},
    )
    thing = found.decision or found.sanction
    is_open = found.status == AppealStatus.OPEN
    context = {
        "appeal": found,
        "thing": thing,
        "since": _since(thing) if thing else None,
        "note": found.sanction.note if found.sanction else "",
        "words": found.sanction.taken_words if found.sanction and is_open else "",
        "post": post,
        "body": body(post) if post else "",
        "pictures": pictures_for_review(request.viewer, post) if post else [],
        "changed_since": bool(post and post.edited_at and post.edited_at > found.created_at),
        "form": form if is_open else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/appeal_desk.html", context, status=status)


def _post_of(request: SignedInRequest, found: Appeal) -> Post | None:
    """The post that a decision was about, while the appeal waits and the post is there."""
    if found.decision is None or found.status != AppealStatus.OPEN:
        return None
    posts = Post.objects.handleable_by(request.viewer).filter(pk=found.decision.post_id)
    rows = with_openings(request.viewer, posts.exclude(status=Status.WITHDRAWN))
    return rows.select_related("thread__board", "thread__author", "author").first()


def _since(thing: Decision | Sanction) -> object:
    return thing.decided_at if isinstance(thing, Decision) else thing.starts_at
