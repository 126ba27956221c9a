"""What somebody has read, follows and keeps: their own pages, and the buttons on threads."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.actions import reading as actions
from forum.cards import body
from forum.errors import NotVisible
from forum.forms import MutedWordForm, SavedNoteForm
from forum.models import FollowKind, Status, Surface
from forum.queries.boards import boards_for
from forum.queries.reading import (
    first_unread,
    followed_rows,
    new_after,
    saved_for_clinic,
    saved_page,
)
from forum.queries.tags import own_tags
from forum.queries.threads import find_post, find_thread
from forum.views.boards import row_in_words
from forum.views.threads import post_address


@access(Access.READER)
@require_POST
def save(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Keep a post of this thread (``save=POST``), or no longer."""
    found = find_post(request.viewer, request.POST.get("save", "")[:20])
    if found is None or found.thread.public_id != public_id or found.status != Status.PUBLISHED:
        raise Http404
    if not actions.save_post(user=request.user, post=found):
        actions.unsave_post(user=request.user, public_id=found.public_id)
    return HttpResponseRedirect(post_address(request, found))


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: SignedInRequest) -> HttpResponse:
    """The kept posts; POST writes a note on one, or keeps it no longer (``do=remove``)."""
    if request.method == "POST":
        return _change_saved(request)
    page = saved_page(request.viewer, after=request.GET.get("after", "")[:20])
    posts = [row.post for row in page.rows]
    record_shown(request, Surface.SAVED, posts=posts, titles=page.rows)
    entries = [
        {
            "row": row,
            "post": row.post,
            "body": body(row.post),
            "form": SavedNoteForm(initial={"note": row.note}, prefix=row.post.public_id),
        }
        for row in page.rows
    ]
    last = page.rows[-1].post.public_id if page.has_older else ""
    context = {"entries": entries, "gone": page.gone, "last": last}
    return render(request, "forum/saved.html", context)


def _change_saved(request: SignedInRequest) -> HttpResponse:
    public_id = request.POST.get("post", "")[:20]
    if request.POST.get("do") == "remove":
        actions.unsave_post(user=request.user, public_id=public_id)
        return redirect("forum:saved")
    form = SavedNoteForm(request.POST, prefix=public_id)
    if not form.is_valid():
        raise Http404
    note = form.cleaned_data["note"]
    if not actions.note_on_saved(user=request.user, public_id=public_id, note=note):
        raise Http404
    messages.success(request, _("Your note is kept."))
    return redirect(reverse("forum:saved") + f"#p-{public_id}")


@access(Access.READER)
@require_safe
def clinic(request: SignedInRequest) -> HttpResponse:
    """All kept posts and notes on one page, to print or show at the clinic; ``?as=text``."""
    rows = saved_for_clinic(request.viewer)
    posts = [row.post for row in rows]
    record_shown(request, Surface.SAVED, posts=posts, titles=rows)
    entries = [
        {"row": row, "post": row.post, "body": body(row.post), "words": row.post.text}
        for row in rows
    ]
    if request.GET.get("as") == "text":
        plain = "text/plain; charset=utf-8"
        response = render(request, "forum/clinic.txt", {"entries": entries}, content_type=plain)
        response["Content-Disposition"] = 'attachment; filename="for-my-clinic.txt"'
        return response
    return render(request, "forum/clinic.html", {"entries": entries})


@access(Access.READER)
@require_POST
def follow(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Follow or mute a thread: ``kind=follow``, ``mute`` or empty for neither."""
    found = find_thread(request.viewer, public_id)
    kind = request.POST.get("kind", "")
    if found is None or kind not in (*FollowKind.values, ""):
        raise Http404
    try:
        actions.follow_thread(
            user=request.user, thread=found, kind=FollowKind(kind) if kind else None
        )
    except NotVisible:
        raise Http404 from None
    return redirect("forum:thread", public_id)


@access(Access.READER)
@require_POST
def on_board(request: SignedInRequest, slug: str) -> HttpResponse:
    """Follow a board (``do=follow``), no longer (``unfollow``), or call it read (``read``)."""
    board = boards_for(request.viewer).filter(slug=slug).first()
    if board is None:
        raise Http404
    do = request.POST.get("do")
    try:
        if do == "read":
            actions.mark_board_read(user=request.user, board=board)
        elif do in ("follow", "unfollow"):
            actions.follow_board(user=request.user, board=board, on=do == "follow")
    except NotVisible:
        raise Http404 from None
    return redirect("forum:board", slug)


@access(Access.READER)
@require_safe
def following(request: SignedInRequest) -> HttpResponse:
    """Threads that somebody follows, the newest word first."""
    rows = followed_rows(request.viewer)
    record_shown(request, Surface.BOARD, titles=rows)
    boards = boards_for(request.viewer).filter(follows__user=request.user)
    context = {
        "rows": [row_in_words(row, request.user.joined_at) for row in rows],
        "boards": boards,
        "tags": own_tags(request.viewer, FollowKind.FOLLOW),
        "muted_tags": own_tags(request.viewer, FollowKind.MUTE),
    }
    return render(request, "forum/following.html", context)


@access(Access.READER)
@shows_no_posts
@require_safe
def unread(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Leads to the first post of a thread that is new to this person; to its end for none."""
    found = find_thread(request.viewer, public_id)
    if found is None:
        raise Http404
    post = first_unread(request.viewer, found)
    if post is None:
        return redirect("forum:thread", public_id)
    return HttpResponseRedirect(post_address(request, post))


@access(Access.READER)
@shows_no_posts
@require_safe
def news(request: SignedInRequest, public_id: str) -> HttpResponse:
    """How many replies came after the post ``?after=``; 304 where it is as many as before."""
    found = find_thread(request.viewer, public_id)
    last = find_post(request.viewer, request.GET.get("after", "")[:20])
    if found is None or last is None or last.thread_id != found.pk or last.position is None:
        raise Http404
    number = new_after(request.viewer, found, last.position)
    tag = f'"{last.public_id}-{number}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    words = ngettext("%(n)s new reply. Show it", "%(n)s new replies. Show them", number)
    address = reverse("forum:unread", args=[public_id])
    answer = {"number": number, "words": words % {"n": number}, "address": address}
    return JsonResponse(answer, headers={"ETag": tag})


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def muted_words(request: SignedInRequest) -> HttpResponse:
    """Words whose posts are folded away; POST adds one, or takes one off (``remove=WORD``)."""
    if request.method == "POST" and "remove" in request.POST:
        actions.unmute_word(user=request.user, word=request.POST["remove"])
        return redirect("forum:muted_words")
    form = MutedWordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if actions.mute_word(user=request.user, word=form.cleaned_data["word"]):
            return redirect("forum:muted_words")
        form.add_error("word", _("This word is there, or you have fifty words already."))
    context = {"form": form, "words": request.user.muted_words}
    return render(request, "forum/muted_words.html", context)
