"""Writing: the forms, the screening and the actions of the site, with its check page as a 409."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from ninja import Header
from ninja import Status as Answered

from accounts.http import KeyRequest
from accounts.ids import ALPHABET, LENGTH
from accounts.models import Scope, User
from accounts.problems import problem
from forum.actions.drafts import save_draft
from forum.actions.submit import reply_refusal, sent_post, submit_post
from forum.api import shapes
from forum.api.app import Key, Problem, invalid, router
from forum.api.reading import FOUND_OR_NOT, find_board, thread_of
from forum.api.schemas import CheckOut, NewReply, NewThread, ProblemOut, SentOut
from forum.check import CheckCard, check_cards
from forum.errors import NotVisible, Refused, cannot_write
from forum.forms import AskForm, ReplyForm
from forum.models import Audience, Draft, Post, Revision, Status, Thread
from forum.models.post import EXCERPT_MAX
from forum.queries.pictures import with_words
from forum.queries.threads import dressed, find_post

ANSWERS = {200: SentOut, 201: SentOut, 400: ProblemOut} | FOUND_OR_NOT | {409: CheckOut}
KEY = Header(
    ...,
    alias="Idempotency-Key",
    min_length=8,
    max_length=100,
    pattern=r"^[A-Za-z0-9._~-]+$",
    description="New for each text, the same for each try: sent twice, a text is one post.",
)
Answer = Answered | HttpResponse


@router.post(
    "boards/{slug}/threads",
    response=ANSWERS,
    auth=Key(Scope.WRITE),
    url_name="api_threads",
    summary="Start a thread",
)
def start_thread(request: KeyRequest, slug: str, data: NewThread, key: str = KEY) -> Answer:
    """Post a new thread. Scope: write. 201: sent; 200: was sent before; 409: show this first."""
    board = find_board(request.viewer, slug)
    words = data.dict(exclude={"confirm"})
    form = AskForm({**words, "key": _draft_key(request.user, key)}, author=request.user)
    if not form.is_valid():
        return _invalid(form)
    if sent := _sent_before(request, form.cleaned_data["key"], form.cleaned_data["text"]):
        return sent
    fields = {name: form.cleaned_data[name] for name in [*words, "key"]}
    return _send(request, save_draft(author=request.user, board=board, **fields), data.confirm)


@router.post(
    "threads/{public_id}/posts",
    response=ANSWERS,
    auth=Key(Scope.WRITE),
    url_name="api_reply",
    summary="Reply",
)
def reply(request: KeyRequest, public_id: str, data: NewReply, key: str = KEY) -> Answer:
    """Post a reply. Scope: write. 201: sent; 200: was sent before; 409: show this first."""
    thread = thread_of(request.viewer, public_id)
    if thread.status != Status.PUBLISHED:
        raise NotVisible
    quoted = _quoted(request, thread, data.quote)
    widest = Audience.PEERS if quoted and quoted.audience == Audience.PEERS else thread.audience
    words = data.dict(include={"text", "content_note", "audience", "quote"})
    form = ReplyForm(
        {**words, "key": _draft_key(request.user, key)},
        author=request.user,
        widest=Audience(widest),
    )
    if not form.is_valid():
        return _invalid(form)
    excerpt = _excerpt(quoted, data.excerpt) if quoted else ""
    if sent := _sent_before(request, form.cleaned_data["key"], form.cleaned_data["text"]):
        return sent
    if refused := reply_refusal(request.user, thread):
        raise refused
    draft = save_draft(
        author=request.user,
        key=form.cleaned_data["key"],
        thread=thread,
        text=form.cleaned_data["text"],
        content_note=form.cleaned_data["content_note"],
        audience=form.cleaned_data["audience"],
        quoted_post=quoted,
        quoted_excerpt=excerpt,
    )
    return _send(request, draft, data.confirm)


def _send(request: KeyRequest, draft: Draft, confirmed: bool) -> Answer:
    """Send a draft, unless the site would show its check page and nobody said yes to it yet."""
    if not request.viewer.may_write:
        raise Refused(cannot_write(request.viewer))
    words = with_words(draft.text, [], draft.content_note)
    cards = check_cards(title=draft.title, text=words, author=request.user)
    if cards and not confirmed:
        return problem(
            409,
            "check-first",
            _("Please read this before you send."),
            detail=_("Show it to the person who wrote. To send it as it is, send “confirm” too."),
            cards=[_card(card) for card in cards],
            help=_help(request),
        )
    post = submit_post(draft=draft, author=request.user)
    return Answered(201, _sent(request, post))


def _sent_before(request: KeyRequest, key: str, text: str) -> Answer | None:
    """The answer where this was sent before; None otherwise. Raises ``Problem`` for other words."""
    post = sent_post(author=request.user, key=key)
    if post is None:
        return None
    first = Revision.objects.filter(post=post, number=1).values_list("text", flat=True).first()
    if first is not None and first != text:
        raise Problem(
            422,
            "not-valid",
            _("Please have a look at what is marked."),
            errors=[
                {
                    "field": "Idempotency-Key",
                    "message": _("This key was used for other words. Take a new one."),
                }
            ],
        )
    return Answered(200, _sent(request, post))


def _sent(request: KeyRequest, post: Post) -> dict[str, Any]:
    """A post of the person's own, as they see it. Raises ``NotVisible`` where it is gone since."""
    found = find_post(request.viewer, post.public_id)
    if found is None:
        raise NotVisible
    shown = dressed(request.viewer, [found])
    return {
        "post": shapes.posts(request.viewer, request.user, shown)[0],
        "thread": found.thread.public_id,
        "help": _help(request),
    }


def _quoted(request: KeyRequest, thread: Thread, public_id: str) -> Post | None:
    if not public_id:
        return None
    post = find_post(request.viewer, public_id)
    if post is None or post.thread_id != thread.pk or post.status != Status.PUBLISHED:
        raise Problem(
            422,
            "not-valid",
            _("Please have a look at what is marked."),
            errors=[{"field": "quote", "message": _("There is no such post in this thread.")}],
        )
    return post


def _excerpt(quoted: Post, wanted: str) -> str:
    """The passage that is quoted: the one that is asked for, or the beginning of the post."""
    if wanted and wanted not in quoted.text:
        raise Problem(
            422,
            "not-valid",
            _("Please have a look at what is marked."),
            errors=[{"field": "excerpt", "message": _("These words are not in that post.")}],
        )
    return wanted or quoted.text[:EXCERPT_MAX]


def _draft_key(user: User, given: str) -> str:
    """The key of a draft for a key that a program made up, which may look any way."""
    digest = salted_hmac("islet.api.key", f"{user.public_id}:{given}", algorithm="sha256").digest()
    number, letters = int.from_bytes(digest), ""
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters += ALPHABET[rest]
    return letters


def _card(card: CheckCard) -> dict[str, Any]:
    """A card of the check page, its words as plain text."""
    words = strip_tags(render_to_string(card.template, {"card": card}))
    return {
        "kind": card.kind,
        "words": " ".join(words.split()),
        "passages": card.passages,
        "holds": card.holds,
    }


def _help(request: HttpRequest) -> dict[str, str]:
    words = strip_tags(render_to_string("forum/api_help.html", request=request))
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return {
        "text": "\n".join(line for line in lines if line),
        "url": shapes.address("guides:help_now"),
    }


def _invalid(form: forms.Form) -> HttpResponse:
    errors = [
        {"field": "" if name == "__all__" else name, "message": str(message)}
        for name, messages in form.errors.items()
        for message in messages
    ]
    return invalid(errors)
