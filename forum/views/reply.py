"""Replying. A reply with nothing to point out is sent at once; otherwise it is checked first."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.ids import new_public_id
from forum.access_log import record_shown
from forum.actions.drafts import save_draft
from forum.actions.submit import reply_refusal, sent_post, submit_post
from forum.check import check_cards
from forum.errors import NotVisible, Refused
from forum.forms import ReplyForm
from forum.models import Audience, Draft, Post, Status, Surface, Thread
from forum.queries.firsts import is_first_post
from forum.queries.pictures import with_words
from forum.queries.threads import find_post, find_thread
from forum.quoting import PASSAGE_MAX, excerpt_of
from forum.views.drafts import keep_beside_sent, say_if_beside
from forum.views.threads import post_address


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Write a reply; ``?quote=`` names a post of the thread to quote from."""
    thread = find_thread(request.viewer, public_id)
    if thread is None or thread.status != Status.PUBLISHED:
        raise Http404
    quoted = _quoted(request, thread)
    record_shown(request, Surface.REPLY, posts=[quoted] if quoted else [], titles=[thread])
    if request.method != "POST" and (refused := reply_refusal(request.user, thread)):
        context = {"thread": thread, "board": thread.board, "refusal": refused}
        return render(request, "forum/reply.html", context)
    widest = Audience(thread.audience)
    if quoted is not None and quoted.audience == Audience.PEERS:
        widest = Audience.PEERS
    initial = {
        "key": new_public_id(),
        "audience": widest,
        "quote": quoted.public_id if quoted else "",
        "passage": request.GET.get("passage", "")[:PASSAGE_MAX],
    }
    form = ReplyForm(request.POST or None, author=request.user, widest=widest, initial=initial)
    if request.method != "POST":
        return _page(request, thread, form, quoted)
    sent = _send(request, thread, form, quoted) if form.is_valid() else None
    return sent or _page(
        request, thread, form, quoted, status=422 if form.non_field_errors() else 200
    )


def _send(
    request: SignedInRequest, thread: Thread, form: ReplyForm, quoted: Post | None
) -> HttpResponse | None:
    """Send a valid reply, or lead to its check; None where something stands in the way."""
    data = form.cleaned_data
    key = data["key"]
    post = sent_post(author=request.user, key=key)
    if post is not None and post.text == data["text"]:
        return _after(request, post)
    words = {
        "thread": thread,
        "text": data["text"],
        "audience": data["audience"],
        "content_note": data["content_note"],
        "quoted_post": quoted,
        "quoted_excerpt": excerpt_of(quoted, data["passage"]) if quoted else "",
    }
    try:
        if post is not None:
            return keep_beside_sent(request, key=key, **words)
        draft = save_draft(author=request.user, key=key, version=data["version"], **words)
        say_if_beside(request, draft, key)
        key = draft.key
        if step := _step_before_sending(request, draft):
            return redirect(step, key)
        return _after(request, submit_post(draft=draft, author=request.user))
    except NotVisible:
        raise Http404 from None
    except Refused as refusal:
        if not request.viewer.may_write:
            # The check page keeps the words, and says what stands in the way.
            return redirect("forum:check", key)
        form.add_error(None, str(refusal.message))
    return None


def _page(
    request: SignedInRequest,
    thread: Thread,
    form: ReplyForm,
    quoted: Post | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "thread": thread,
        "board": thread.board,
        "form": form,
        "quoted": quoted,
        "excerpt": excerpt_of(quoted, form["passage"].value() or "") if quoted else "",
        "first_post": is_first_post(request.viewer),
    }
    return render(request, "forum/reply.html", context, status=status)


def _quoted(request: SignedInRequest, thread: Thread) -> Post | None:
    """The post to quote, or None where none is named. 404 where it may not be seen here."""
    public_id = (request.POST.get("quote") or request.GET.get("quote") or "")[:20]
    if not public_id:
        return None
    post = find_post(request.viewer, public_id)
    if post is None or post.thread_id != thread.pk or post.status != Status.PUBLISHED:
        raise Http404
    return post


def _step_before_sending(request: SignedInRequest, draft: Draft) -> str:
    """The page that comes first: as the author asks, or as there is something to see; or empty."""
    if "picture" in request.POST:
        return "forum:draft_pictures"
    words = with_words(draft.text, [], draft.content_note)
    found = check_cards(title="", text=words, author=request.user)
    return "forum:check" if "check" in request.POST or found or draft.pictures.exists() else ""


def _after(request: SignedInRequest, post: Post) -> HttpResponse:
    """Where a sent reply leads: to the post itself, or to what happens next if it waits."""
    if post.status == Status.PUBLISHED:
        return redirect(post_address(request, post))
    return redirect("forum:sent", post.public_id)
