"""Drafts: kept while somebody writes, listed, deleted."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.actions.drafts import Kept, delete_draft, keep_draft
from forum.draft_forms import UnfinishedAskForm, UnfinishedReplyForm
from forum.errors import Refused
from forum.models import Audience, Draft, Status, Surface
from forum.queries.boards import boards_for
from forum.queries.drafts import own_drafts
from forum.queries.threads import find_post, find_thread
from forum.quoting import excerpt_of

BESIDE = gettext_lazy("You wrote on this in another window too. Both texts are kept in My drafts.")
SENT_ELSEWHERE = gettext_lazy(
    "You sent this from another window. These words are kept as a draft of their own."
)
STATUS_OF = {Kept.BESIDE: 409}


@access(Access.READER)
@shows_no_posts
@require_POST
def keep_question(request: SignedInRequest, slug: str) -> HttpResponse:
    """Keep what somebody is writing for a board: for the script of the page, or by a button."""
    board = boards_for(request.viewer).filter(slug=slug).first()
    if board is None:
        raise Http404
    form = UnfinishedAskForm(request.POST, author=request.user)
    return _kept(request, form, board=board)


@access(Access.READER)
@shows_no_posts
@require_POST
def keep_reply(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Keep what somebody is writing in a thread."""
    thread = find_thread(request.viewer, public_id)
    if thread is None or thread.status != Status.PUBLISHED:
        raise Http404
    form = UnfinishedReplyForm(request.POST, author=request.user, widest=Audience(thread.audience))
    place: dict[str, Any] = {"thread": thread}
    passage = request.POST.get("passage", "")
    quoted = find_post(request.viewer, request.POST.get("quote", "")[:20])
    if quoted and quoted.thread_id == thread.pk and quoted.status == Status.PUBLISHED:
        place |= {"quoted_post": quoted, "quoted_excerpt": excerpt_of(quoted, passage)}
    return _kept(request, form, **place)


def _kept(
    request: SignedInRequest, form: UnfinishedAskForm | UnfinishedReplyForm, **place: Any
) -> HttpResponse:
    by_script = "application/json" in request.headers.get("Accept", "")
    if not form.is_keepable():
        if by_script:
            return JsonResponse({"state": "invalid"}, status=422)
        return _only_text(request, form.data.get("text", ""), status=422)
    try:
        keeping = keep_draft(
            author=request.user,
            key=form.cleaned_data["key"],
            version=form.written_on,
            **place,
            **form.words,
        )
    except Refused as refusal:
        if by_script:
            return JsonResponse({"state": "full", "words": str(refusal.message)}, status=422)
        messages.warning(request, str(refusal.message))
        return _only_text(request, form.data.get("text", ""), status=422)
    draft = keeping.draft
    if by_script:
        answer = {"state": keeping.state.value}
        if draft is not None:
            answer |= {"key": draft.key, "version": str(draft.version)}
        return JsonResponse(answer, status=STATUS_OF.get(keeping.state, 200))
    if keeping.state == Kept.BESIDE:
        messages.warning(request, BESIDE)
    elif keeping.state == Kept.SAVED:
        messages.success(request, _("Saved. You can go on whenever you like."))
    return redirect("forum:my_drafts")


@access(Access.ACCOUNT)
@require_safe
def my_drafts(request: SignedInRequest) -> HttpResponse:
    """All that somebody began and did not send."""
    entries = own_drafts(request.viewer)
    threads = [entry.thread for entry in entries if entry.thread]
    record_shown(request, Surface.OWN_POSTS, titles=threads)
    return render(request, "forum/my_drafts.html", {"entries": entries})


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, key: str) -> HttpResponse:
    """Delete a draft, after one question."""
    draft = Draft.objects.filter(author=request.user, key=key).first()
    if draft is None:
        raise Http404
    if request.method == "POST":
        delete_draft(author=request.user, key=key)
        messages.success(request, _("Your draft is gone."))
        return redirect("forum:my_drafts")
    return render(request, "forum/delete_draft.html", {"draft": draft})


def text_of_draft(request: SignedInRequest, key: str) -> HttpResponse:
    """The words of a draft whose board or thread the person can no longer see, to copy.

    Nothing is said of the place: no name, no title, no quote.
    """
    draft = Draft.objects.filter(author=request.user, key=key).first()
    if draft is None:
        raise Http404
    record_shown(request, Surface.OWN_POSTS)
    text = "\n\n".join(part for part in (draft.title, draft.text) if part)
    return _only_text(request, text, draft=draft)


def _only_text(
    request: SignedInRequest, text: str, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    context = {"text": text, "draft": draft}
    return render(request, "forum/draft_text.html", context, status=status)


def say_if_beside(request: SignedInRequest, draft: Draft, key: str) -> None:
    """Tell somebody whose text became a draft of its own that there are two now."""
    if draft.key != key:
        messages.warning(request, BESIDE)


def keep_beside_sent(request: SignedInRequest, *, key: str, **words: Any) -> HttpResponse:
    """Keep other words than those that were sent from another window of the same draft.

    Raises ``Refused`` where there is no room.
    """
    words.pop("version", None)
    keeping = keep_draft(author=request.user, key=key, version=0, **words)
    if keeping.draft is None:
        return redirect("forum:my_drafts")
    messages.warning(request, SENT_ELSEWHERE)
    return redirect("forum:draft", keeping.draft.key)
