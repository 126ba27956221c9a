"""Changing one's own post, and reading its earlier wordings."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.actions.edit import EDITABLE, edit_post
from forum.actions.withdraw import WITHDRAWABLE, withdraw_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.forms import EditForm
from forum.models import Post, Surface
from forum.queries.threads import find_post


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Change the words of one's own post."""
    post = _own(request, public_id)
    if post.status not in EDITABLE:
        raise Http404
    record_shown(request, Surface.OWN_POSTS, titles=[post])
    initial = {"text": post.text, "content_note": post.note, "version": post.version}
    form = EditForm(request.POST or None, initial=initial)
    newer: Post | None = None
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_post(
                post=post,
                author=request.user,
                version=form.cleaned_data["version"],
                text=form.cleaned_data["text"],
                content_note=form.cleaned_data["content_note"],
            )
            return redirect("forum:sent", post.public_id)
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("text", str(refusal.message))
            status = 422
        except StaleVersion as stale:
            newer = stale.post
            # Both wordings are shown; sending again replaces the newer one, knowingly.
            version = newer.version if newer else post.version
            form = EditForm(initial={**form.cleaned_data, "version": version})
            status = 409
    context = {"post": post, "thread": post.thread, "form": form, "newer": newer}
    return render(request, "forum/edit.html", context, status=status)


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask once, then delete one's own post."""
    post = _own(request, public_id)
    if post.status not in WITHDRAWABLE:
        raise Http404
    if request.method == "POST":
        try:
            withdraw_post(post=post, author=request.user)
        except NotVisible:
            raise Http404 from None
        messages.success(request, _("Deleted. Nobody can read it here any more."))
        return redirect("forum:my_posts")
    return render(request, "forum/withdraw.html", {"post": post, "thread": post.thread})


@access(Access.READER)
@require_safe
def history(request: SignedInRequest, public_id: str) -> HttpResponse:
    """All wordings of one's own post, newest first."""
    post = _own(request, public_id)
    # The page names the thread, which may be somebody else's.
    record_shown(request, Surface.OWN_POSTS, titles=[post])
    revisions = post.revisions.order_by("-number")
    return render(request, "forum/history.html", {"post": post, "revisions": revisions})


def _own(request: SignedInRequest, public_id: str) -> Post:
    post = find_post(request.viewer, public_id)
    if post is None or post.author_id != request.viewer.user_id:
        raise Http404
    return post
