"""Sanctions: acting on a person, the admins' list, and what somebody reads about their own."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.viewer import Viewer
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused
from forum.models import Post
from moderation import audit
from moderation.actions.sanctions import SUBJECT, lift, sanction
from moderation.appeals import is_too_late
from moderation.models import Case, Proposal, Sanction, SanctionKind
from moderation.sanctions import has_conflict, kinds_for, own_sanctions, sanctions_for
from moderation.second import is_staff
from moderation.second_forms import LiftForm, SanctionForm
from moderation.views.cases import working

LIST_SIZE = 100
LATEST = 5


@access(Access.REVIEWER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def act_on_author(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Warn, silence or suspend the author of a post that this reviewer may handle."""
    posts = Post.objects.handleable_by(request.viewer).filter(public_id=public_id)
    post = posts.select_related("author").first()
    if post is None:
        raise Http404
    return _act(request, post.author, post=post)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def act_on_case(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The same for the person whom a case is about."""
    case = working(request, public_id)
    if case is None:
        return redirect("moderation:case", public_id)
    if case.about is None:
        raise Http404
    return _act(request, case.about, case=case)


def _act(
    request: SignedInRequest, person: User, *, post: Post | None = None, case: Case | None = None
) -> HttpResponse:
    if not kinds_for(request.viewer) or has_conflict(request.viewer, person):
        raise Http404
    form = SanctionForm(request.POST or None, viewer=request.viewer, user=person)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = sanction(
                user=person,
                moderator=request.user,
                kind=SanctionKind(data["kind"]),
                days=data["days"],
                clause=data["clause"],
                message=data["message"],
                note=data["note"],
                key=data["key"],
                post=post,
                case=case,
            )
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return _done(request, done, case)
    context = {
        "name": person.pseudonym if post is None else _name_of_author(request.viewer, post),
        "form": form,
        "post": post,
        "case": case,
        "is_staff": is_staff(person),
        # What was done about them already. Not what others proposed.
        "earlier": Sanction.objects.filter(user=person)[:LATEST],
        "now": timezone.now(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "moderation/sanction_form.html", context, status=status)


def _name_of_author(viewer: Viewer, post: Post) -> str:
    """The name under a post that the viewer can read; reviewing one tells nobody whose it is."""
    if Post.objects.visible_to(viewer).filter(pk=post.pk).exists():
        return post.byline
    return gettext("the author of this post")


def _done(request: SignedInRequest, done: Sanction | Proposal, case: Case | None) -> HttpResponse:
    if isinstance(done, Proposal):
        messages.success(request, _("Proposed. It counts when a second admin agrees."))
        return redirect("moderation:proposal", done.public_id)
    messages.success(request, _("Done. They have been told."))
    if case is not None:
        return redirect("moderation:case", case.public_id)
    return redirect("moderation:queue")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """All sanctions, those in force first."""
    now = timezone.now()
    rows = sanctions_for(request.viewer)
    running = rows.in_force(now).order_by("ends_at", "pk")[:LIST_SIZE]
    rest = rows.exclude(pk__in=rows.in_force(now).values("pk"))[:LIST_SIZE]
    context = {"running": running, "rest": rest, "now": now}
    return render(request, "moderation/sanctions.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One sanction; POST ends it early. Reading is logged."""
    found = sanctions_for(request.viewer).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    now = timezone.now()
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if lift(sanction=found, admin=request.user, why=form.cleaned_data["why"]):
                messages.success(request, _("Ended. They have been told."))
        except NotVisible:
            raise Http404 from None
        return redirect("moderation:sanction", found.public_id)
    audit.record(
        actor=request.user,
        verb="read_sanction",
        subject_kind=SUBJECT,
        subject_public_id=found.public_id,
    )
    context = {
        "sanction": found,
        "form": form if found.is_in_force(now) and found.lifted_at is None else None,
        "in_force": found.is_in_force(now),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/sanction.html", context, status=status)


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own(request: SignedInRequest, public_id: str) -> HttpResponse:
    """What the person reads about a sanction on themselves. Works while it is in force."""
    found = own_sanctions(request.viewer).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    now = timezone.now()
    context = {
        "sanction": found,
        "in_force": found.is_in_force(now),
        "appeal": getattr(found, "appeal", None),
        "too_late": is_too_late(found, now),
    }
    return render(request, "moderation/own_sanction.html", context)
