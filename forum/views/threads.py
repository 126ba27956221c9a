"""Reading a thread, finding a post, reacting."""

from functools import partial

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.display import opens_notes
from accounts.http import SignedInRequest
from accounts.ids import new_public_id
from forum.access_log import record_shown
from forum.actions.reactions import toggle_reaction
from forum.actions.reading import note_visit
from forum.actions.submit import reply_refusal
from forum.cards import cards, folded
from forum.errors import NotVisible
from forum.forms import ReplyForm
from forum.later import after
from forum.models import Audience, Post, ReactionKind, Status, Surface, Thread
from forum.queries.firsts import is_first_post
from forum.queries.polls import poll_on
from forum.queries.reading import reading_of
from forum.queries.tags import tags_on
from forum.queries.threads import (
    ThreadPage,
    dressed,
    find_moved,
    find_post,
    find_thread,
    own_posts,
    page_of,
    posts_on,
    thread_page,
)


@access(Access.READER)
@require_safe
def thread(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One window of a thread; ``?page=`` counts from 1."""
    found = find_thread(request.viewer, public_id)
    if found is None and (moved := find_moved(request.viewer, public_id)):
        return HttpResponseRedirect(post_address(request, moved))
    number = _number(request.GET.get("page", "1"))
    page = thread_page(request.viewer, found, number) if found else None
    if found is None or page is None:
        raise Http404
    record_shown(request, Surface.THREAD, posts=posts_on(page.posts), titles=[found])
    refusal = reply_refusal(request.user, found)
    form = ReplyForm(
        author=request.user,
        widest=Audience(found.audience),
        initial={"key": new_public_id(), "audience": found.audience},
    )
    read_to, follow_kind = reading_of(found)
    opens = opens_notes(request.user)
    shown_cards = folded(
        request.user, page.posts, cards(request.viewer, page.posts, opens_notes=opens)
    )
    may_reply = request.viewer.may_write and refusal is None and found.status == Status.PUBLISHED
    response = render(
        request,
        "forum/thread.html",
        {
            "thread": found,
            "board": found.board,
            "tags": tags_on(found),
            "is_author": found.author_id == request.user.pk,
            "page": page,
            "cards": shown_cards,
            "poll": poll_on(request.viewer, found, at=timezone.now()) if number == 1 else None,
            "first_new": _first_new(page, read_to),
            "go_on": bool(read_to) and number == 1 and page.last_position > read_to,
            "follow_kind": follow_kind,
            "last_id": page.posts[-1].post.public_id if page.posts else "",
            "is_last": page.number == page.pages,
            "waiting_cards": cards(request.viewer, page.waiting, opens_notes=opens),
            "form": form,
            "page_numbers": page_numbers(page.number, page.pages),
            "thread_address": reverse("forum:thread", args=[found.public_id]),
            "refusal": refusal,
            "may_reply": may_reply,
            "first_post": may_reply and is_first_post(request.viewer, found),
        },
    )
    _remember(response, request.user.pk, found, page, read_to)
    return response


def _first_new(page: ThreadPage, read_to: int) -> int:
    """The index of the first post on a page that is new to somebody; -1 for none, or for all."""
    if not read_to:
        return -1
    positions = [item.post.position or 0 for item in page.posts]
    return next((index for index, place in enumerate(positions) if place > read_to), -1)


def _remember(
    response: HttpResponse, user_id: int, thread: Thread, page: ThreadPage, read_to: int
) -> None:
    """Note after the answer was sent how far this person has read."""
    shown = max((item.post.position or 0 for item in page.posts), default=0)
    if shown > read_to:
        visit = partial(note_visit, user_id=user_id, thread_id=thread.pk, position=shown)
        after(response, visit)


@access(Access.READER)
@require_safe
def post(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The permanent address of a post: leads to it, on whatever page it stands now."""
    found = find_post(request.viewer, public_id)
    if found is None:
        raise Http404
    return HttpResponseRedirect(post_address(request, found))


@access(Access.READER)
@require_POST
def react(request: SignedInRequest, public_id: str) -> HttpResponse:
    """React to a post of this thread, or take it back: ``react=KIND:POST``."""
    kind, _, post_id = request.POST.get("react", "")[:40].partition(":")
    found = find_post(request.viewer, post_id)
    if found is None or found.thread.public_id != public_id or kind not in ReactionKind.values:
        raise Http404
    try:
        toggle_reaction(post=found, author=request.user, kind=ReactionKind(kind))
    except NotVisible:
        raise Http404 from None
    return HttpResponseRedirect(post_address(request, found))


@access(Access.READER)
@require_safe
def my_posts(request: SignedInRequest) -> HttpResponse:
    """The viewer's own posts with their state, newest first; ``?after=`` goes on."""
    posts, has_older = own_posts(request.viewer, after=request.GET.get("after", "")[:20])
    dressed_posts = dressed(request.viewer, posts)
    record_shown(request, Surface.OWN_POSTS, posts=posts_on(dressed_posts), titles=posts)
    shown = cards(request.viewer, dressed_posts, opens_notes=opens_notes(request.user))
    entries = [
        {
            "title": found.thread.title,
            "address": reverse("forum:thread", args=[found.thread.public_id]),
            "card": card,
        }
        for found, card in zip(posts, shown, strict=True)
    ]
    last_id = posts[-1].public_id if posts else ""
    context = {"entries": entries, "has_older": has_older, "last_id": last_id}
    return render(request, "forum/my_posts.html", context)


def post_address(request: SignedInRequest, found: Post) -> str:
    """Path, page and fragment that show a visible post to this viewer."""
    address = reverse("forum:thread", args=[found.thread.public_id])
    number = page_of(request.viewer, found)
    if number is None:
        last = thread_page(request.viewer, found.thread)
        number = last.number if last else 1
    query = f"?page={number}" if number > 1 else ""
    return f"{address}{query}#p-{found.public_id}"


def page_numbers(number: int, pages: int) -> list[int | None]:
    """Page numbers to link: first, last, two around this one; None where some are left out."""
    near = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    linked: list[int | None] = []
    for earlier, this in zip([0, *near], near, strict=False):
        if this - earlier > 1:
            linked.append(None)
        linked.append(this)
    return linked


def _number(text: str) -> int:
    """A page number from a query string; 0 (no such page) for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
