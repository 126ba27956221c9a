"""Me: a copy of one's own data, and closing the account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.again import asks_again
from accounts.http import SignedInRequest, VisitorRequest
from accounts.models import DataExport, KeepPosts
from accounts.site_settings import site
from forum.access_log import shows_no_posts
from moderation.actions.leaving import (
    StillAtWork,
    close_account,
    open_closure,
    undo_closing,
    work_left,
)
from moderation.exports import COPIES_PER, MOST_COPIES, TooMany, ask_for_copy, fetched, path_of
from moderation.holds import is_held
from moderation.leaving_forms import LeavingForm


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """Where the copy stands, and the ways to ask for one and to leave."""
    copy = DataExport.objects.filter(user=request.user).first()
    context = {
        "copy": copy,
        "can_fetch": copy is not None and path_of(copy) is not None,
        "closure": open_closure(request.user),
    }
    return render(request, "moderation/own_data.html", context)


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again()
def ask_copy(request: SignedInRequest) -> HttpResponse:
    """Ask for a copy, after saying again who one is."""
    if request.method == "POST":
        try:
            ask_for_copy(user=request.user)
        except TooMany:
            words = _("You asked for %(number)s copies in %(days)s days. Please wait a little.")
            values = {"number": MOST_COPIES, "days": COPIES_PER.days}
            messages.warning(request, words % values)
        return redirect("moderation:own_data")
    return render(request, "moderation/own_data_ask.html")


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
@asks_again()
def fetch_copy(request: SignedInRequest, public_id: str) -> HttpResponseBase:
    """The file: to its owner, in a session that just said again who they are, until it is over."""
    copy = get_object_or_404(
        DataExport.objects.select_related("user"), public_id=public_id, user=request.user
    )
    path = path_of(copy)
    if path is None:
        raise Http404
    if request.method == "GET":
        fetched(copy=copy)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename="my-data.zip", content_type="application/zip"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def close(request: SignedInRequest) -> HttpResponse:
    """What closing means, what stays and why, and the one choice."""
    form = LeavingForm(request.GET if "posts" in request.GET else None)
    context = {
        "form": form,
        "left": work_left(request.user),
        "held": is_held(request.user),
        "operator_email": site().operator_email,
        "closure": open_closure(request.user),
    }
    return render(request, "moderation/close.html", context)


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again()
def close_confirm(request: SignedInRequest) -> HttpResponse:
    """Say it once more, and close it."""
    form = LeavingForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return redirect("moderation:close")
    posts = KeepPosts(form.cleaned_data["posts"])
    if request.method == "POST":
        try:
            close_account(user=request.user, posts=posts)
        except StillAtWork:
            return redirect("moderation:close")
        logout(request)
        return redirect("moderation:closed")
    context = {"posts": posts, "held": is_held(request.user)}
    return render(request, "moderation/close_confirm.html", context)


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def closed(request: VisitorRequest) -> HttpResponse:
    """Goodbye, and how to come back within 14 days. The same for everybody."""
    return render(request, "moderation/closed.html")


@access(Access.ACCOUNT)
@shows_no_posts
@require_POST
def undo_close(request: SignedInRequest) -> HttpResponse:
    """Everything back as it was."""
    if undo_closing(user=request.user, at=timezone.now()):
        messages.success(request, _("Welcome back. All is as it was."))
        return redirect("accounts:me")
    messages.warning(request, _("There is nothing to undo any more."))
    return redirect("moderation:own_data")
