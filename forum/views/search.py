"""Searching posts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown
from forum.models import Surface
from forum.search import Hit, Order, parse, search
from forum.search.query import LONGEST


@access(Access.READER)
@require_safe
def results(request: SignedInRequest) -> HttpResponse:
    """What was found for ``?q=``; ``?sort=best`` ranks, ``?after=`` goes on below a hit."""
    typed = request.GET.get("q", "")[:LONGEST].strip()
    order = Order.BEST if request.GET.get("sort") == Order.BEST else Order.NEWEST
    query = parse(typed)
    after = request.GET.get("after", "")[:20]
    found = search(request.viewer, query, typed=typed, order=order, after=after)
    posts = [hit.post for hit in found.hits]
    record_shown(request, Surface.SEARCH, posts=posts, titles=posts)
    here = reverse("forum:search") + "?"
    older = ""
    if found.has_more:
        older = here + urlencode({"q": typed, "after": found.hits[-1].post.public_id})
    context = {
        "typed": typed,
        "query": query,
        "asked": not query.is_empty,
        "hits": [_in_words(hit, request.user.pk) for hit in found.hits],
        "older_address": older,
        "is_first": not after,
        "tag_suggestions": [
            {"name": tag.name, "address": here + urlencode({"q": f"tag:{tag.slug}"})}
            for tag in found.tags
        ],
        "suggestion": found.suggestion,
        "suggestion_address": here + urlencode({"q": found.suggestion}),
        "order": order,
        "newest_address": here + urlencode({"q": typed}),
        "best_address": here + urlencode({"q": typed, "sort": Order.BEST}),
    }
    return render(request, "forum/search.html", context)


def _in_words(hit: Hit, reader_id: int) -> dict:
    """What a row shows, worked out here and not in the template, which runs it for each row."""
    post = hit.post
    when = post.published_at or post.created_at
    return {
        "address": reverse("forum:post", args=[post.public_id]),
        "public_id": post.public_id,
        "title": hit.title,
        "pieces": hit.pieces,
        "content_note": post.folded_under,
        "is_opening": post.is_opening,
        "has_poll": post.is_opening and post.thread.has_poll,
        "author": post.byline,
        "is_hcp": post.author.role == "hcp",
        "is_own": post.author_id == reader_id,
        "board": post.thread.board.title,
        "day": date_format(localtime(when), "j M Y"),
        "audience": post.audience,
    }
