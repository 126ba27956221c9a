"""Notes under posts: writing one, the author's yes or no, taking one away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.cards import body
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Label, Post, Surface
from forum.models.label import LabelStatus
from forum.queries.labels import find_label
from forum.queries.threads import find_post
from moderation.actions.labels import answer, may_write_note, propose_note, take_off, withdraw
from moderation.label_forms import NoteForm

CHANGED = _("The post changed while you were writing. Please read it again.")
ASKED = _("Sent. Now its author decides. You will hear from us.")
OVER = _("This is not open any more. Here is how it stands now.")
DONE = {
    "yes": _("Thank you. The note stands under your post. You can take it away at any time."),
    "no": _("Thank you. The note is not shown."),
    "take_off": _("The note is gone."),
    "withdraw": _("Your note is taken back."),
}


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def label(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Write a note with a source under a published post of somebody else."""
    post = find_post(request.viewer, public_id)
    if post is None:
        raise Http404
    try:
        refusal = may_write_note(request.user, post, at=timezone.now())
    except NotVisible:
        raise Http404 from None
    form = NoteForm(request.POST or None, initial={"version": post.version})
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            made = propose_note(post=post, writer=request.user, **form.cleaned_data)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error("note", str(refused.message))
            refusal = refused if refused.clause else None
        except StaleVersion:
            form.add_error(None, CHANGED)
            form.data = request.POST.copy()
            form.data["version"] = str(post.version)
        else:
            messages.success(request, ASKED)
            return redirect("moderation:note", made.public_id)
    record_shown(request, Surface.THREAD, posts=[post], titles=[post])
    context = {
        "post": post,
        "body": body(post),
        "form": form,
        "refusal": refusal,
        "may_write": refusal is None or form.is_bound,
    }
    return render(request, "moderation/label.html", context, status=422 if form.is_bound else 200)


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One note, for who wrote it and for the author of the post; POST ``do`` answers or ends it."""
    found = find_label(request.viewer, public_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        wish = request.POST.get("do", "")
        try:
            _act(request, found, wish)
        except NotVisible:
            raise Http404 from None
        except StaleVersion:
            messages.warning(request, OVER)
        else:
            if wish in DONE:
                messages.success(request, DONE[wish])
        return redirect("moderation:note", public_id)
    is_author = found.post.author_id == request.viewer.user_id
    context = {
        "label": found,
        "state": found.state(timezone.now()),
        "states": LabelStatus,
        "is_author": is_author,
        "to_post": Post.objects.visible_to(request.viewer).filter(pk=found.post_id).exists(),
    }
    return render(request, "moderation/note.html", context)


def _act(request: SignedInRequest, found: Label, wish: str) -> None:
    """What was asked for; anything else does nothing."""
    if wish in ("yes", "no"):
        answer(label=found, person=request.user, agrees=wish == "yes")
    elif wish == "take_off":
        take_off(label=found, person=request.user)
    elif wish == "withdraw":
        withdraw(label=found, person=request.user)
