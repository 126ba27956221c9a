"""Asking: choose a board -> write -> check -> sent."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.ids import new_public_id
from forum.access_log import record_shown, shows_no_posts
from forum.actions.drafts import save_draft
from forum.actions.pictures import mask_words
from forum.actions.polls import masked, words_of
from forum.actions.submit import sent_post, submit_post
from forum.cards import marked, preview
from forum.check import check_cards, contact_details
from forum.errors import NotVisible, Refused
from forum.forms import AskForm, ReplyForm
from forum.models import Audience, Draft, Surface, Thread
from forum.models.post import CONTENT_NOTE_MAX
from forum.poll_forms import PollForm
from forum.queries.boards import boards_for
from forum.queries.drafts import newest_draft
from forum.queries.firsts import firsts_of, is_first_post
from forum.queries.pictures import pictures_of, with_words
from forum.queries.similar import similar_threads
from forum.queries.tags import live_tags
from forum.queries.threads import find_post, find_thread
from forum.quoting import excerpt_of
from forum.rules import findings_in
from forum.screening import Kind, mask
from forum.see_also import see_also
from forum.views.drafts import keep_beside_sent, say_if_beside, text_of_draft
from forum.waits import expected_wait


@access(Access.READER)
@shows_no_posts
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Choose where to ask."""
    return render(request, "forum/ask_start.html", {"boards": boards_for(request.viewer)})


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: SignedInRequest, slug: str) -> HttpResponse:
    """Write a new thread for a board; what is valid is kept as a draft and goes to the check."""
    board = boards_for(request.viewer).filter(slug=slug).first()
    if board is None:
        raise Http404
    initial = {"key": new_public_id(), "audience": _first_audience(request)}
    form = AskForm(request.POST or None, author=request.user, initial=initial)
    poll_form = PollForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and poll_form.is_valid():
        data = form.cleaned_data
        post = sent_post(author=request.user, key=data["key"])
        if post is not None and post.text == data["text"]:
            return redirect("forum:sent", post.public_id)
        try:
            if post is not None:
                return keep_beside_sent(request, board=board, poll=poll_form.poll(), **data)
            draft = save_draft(author=request.user, board=board, poll=poll_form.poll(), **data)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            say_if_beside(request, draft, data["key"])
            step = "forum:draft_pictures" if "picture" in request.POST else "forum:check"
            return redirect(step, draft.key)
    firsts = firsts_of(request.viewer, request.user)
    context = {"board": board, "form": form, "poll_form": poll_form, "firsts": firsts}
    context["draft_key"] = newest_draft(request.viewer, board) if request.method != "POST" else ""
    return render(request, "forum/ask.html", context)


@access(Access.READER)
@require_safe
def change(request: SignedInRequest, key: str) -> HttpResponse:
    """Back to writing, with everything as it was."""
    draft = own_draft(request, key)
    if draft is None:
        return text_of_draft(request, key)
    # What was quoted may have gone since: then neither its words nor its id come back.
    quoted = find_post(request.viewer, draft.quoted_post.public_id) if draft.quoted_post else None
    initial = {
        "key": draft.key,
        "version": draft.version,
        "title": draft.title,
        "text": draft.text,
        "audience": draft.audience,
        "asks_professional": draft.asks_professional,
        "no_advice": draft.no_advice,
        "alias": draft.alias,
        "content_note": draft.content_note,
        "tags": draft.tags,
        "quote": quoted.public_id if quoted else "",
        "passage": draft.quoted_excerpt if quoted else "",
    }
    if draft.board is not None:
        record_shown(request, Surface.REPLY)
        ask_form = AskForm(author=request.user, initial=initial)
        firsts = firsts_of(request.viewer, request.user)
        context = {
            "board": draft.board,
            "form": ask_form,
            "poll_form": PollForm(poll=draft.poll),
            "firsts": firsts,
            "pictures": pictures_of(draft),
        }
        return render(request, "forum/ask.html", context)
    thread = _thread_of(request, draft)
    if thread is None:
        raise Http404
    form = ReplyForm(author=request.user, widest=Audience(thread.audience), initial=initial)
    record_shown(request, Surface.REPLY, posts=[quoted] if quoted else [], titles=[thread])
    context = {
        "thread": thread,
        "board": thread.board,
        "form": form,
        "quoted": quoted,
        "excerpt": excerpt_of(quoted, draft.quoted_excerpt) if quoted else "",
        "first_post": is_first_post(request.viewer),
        "pictures": pictures_of(draft),
    }
    return render(request, "forum/reply.html", context)


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedInRequest, key: str) -> HttpResponse:
    """The exact preview, with a card for what screening found; then send, mask or change."""
    draft = own_draft(request, key)
    if draft is None:
        if post := sent_post(author=request.user, key=key):
            return redirect("forum:sent", post.public_id)
        raise Http404
    refusal = None
    if request.method == "POST" and request.POST.get("do") == "mask":
        draft.text = mask(draft.text, findings_in(title="", text=draft.text))
        draft.title = mask(draft.title, findings_in(title="", text=draft.title))
        note = mask(draft.content_note, findings_in(title="", text=draft.content_note))
        draft.content_note = note[:CONTENT_NOTE_MAX]
        draft.version += 1
        mask_words(pictures_of(draft))
        draft.poll = masked(draft.poll)
        draft.save(update_fields=["text", "title", "content_note", "poll", "version", "updated_at"])
        return redirect("forum:check", draft.key)
    if request.method == "POST" and request.POST.get("version", str(draft.version)) != str(
        draft.version
    ):
        messages.warning(request, _("You changed this in another window. Here is the newest."))
        return redirect("forum:check", draft.key)
    if request.method == "POST":
        try:
            post = submit_post(draft=draft, author=request.user)
        except NotVisible:
            raise Http404 from None
        except Refused as error:
            refusal = error
        else:
            return redirect("forum:sent", post.public_id)
    thread = _thread_of(request, draft)
    pictures = pictures_of(draft)
    words = with_words(draft.text, pictures, draft.content_note)
    if draft.poll:
        words = f"{words}\n\n{words_of(draft.poll)}"
    found = check_cards(title=draft.title, text=words, author=request.user)
    marks = contact_details(found)
    quoted = find_post(request.viewer, draft.quoted_post.public_id) if draft.quoted_post else None
    # Not where somebody may need help: then only that stands beside their words.
    looks = draft.board is not None and not any(card.offers_help for card in found)
    similar = similar_threads(request.viewer, title=draft.title, text=draft.text) if looks else []
    record_shown(request, Surface.REPLY, posts=[quoted] if quoted else [], titles=similar)
    context = {
        "draft": draft,
        "similar": similar,
        "guides": see_also(f"{draft.title} {draft.text}") if looks else [],
        "quoted": quoted,
        "can_mask": any(card.kind == Kind.CONTACT for card in found),
        "board": draft.board or (thread.board if thread else None),
        "thread": thread,
        "title": marked(draft.title, marks),
        "note": marked(draft.content_note, marks),
        "tags": live_tags().filter(slug__in=draft.tags),
        "body": preview(draft.text, marks),
        "pictures": [(picture, marked(picture.alt, marks)) for picture in pictures],
        "cards": found,
        "refusal": refusal,
    }
    return render(request, "forum/check.html", context, status=422 if refusal else 200)


@access(Access.READER)
@shows_no_posts
@require_safe
def sent(request: SignedInRequest, public_id: str) -> HttpResponse:
    """What happens next with a post that was just sent."""
    post = find_post(request.viewer, public_id)
    if post is None or post.author_id != request.viewer.user_id:
        raise Http404
    words = with_words(post.text, pictures_of(post), post.note)
    kinds = {card.kind for card in check_cards(title="", text=words, author=request.user)}
    context = {
        "post": post,
        "thread": post.thread,
        "wait": expected_wait(post.review_severity),
        "needs_help_panel": next((k for k in (Kind.EMERGENCY, Kind.CRISIS) if k in kinds), ""),
    }
    return render(request, "forum/sent.html", context)


def own_draft(request: SignedInRequest, key: str) -> Draft | None:
    """The person's own draft, while its board or thread is open to them."""
    draft = (
        Draft.objects.filter(author=request.user, key=key)
        .select_related("board", "thread", "quoted_post")
        .first()
    )
    if draft is None:
        return None
    if draft.board is not None:
        open_to_them = boards_for(request.viewer).filter(pk=draft.board.pk).exists()
    else:
        open_to_them = _thread_of(request, draft) is not None
    return draft if open_to_them else None


def _thread_of(request: SignedInRequest, draft: Draft) -> Thread | None:
    """The thread that a draft replies to, while the person may see it."""
    return find_thread(request.viewer, draft.thread.public_id) if draft.thread else None


def _first_audience(request: SignedInRequest) -> str:
    """The audience that is picked at first: nothing wider than the member's own choice."""
    return Audience.COMMUNITY if request.user.lets_hcps_read else Audience.PEERS
