"""Topics: the list, one topic, the topics of one's own thread."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.actions.tags import choose_tags, follow_tag
from forum.errors import NotVisible, Refused
from forum.models import FollowKind, Surface
from forum.queries.tag_page import tag_page
from forum.queries.tags import find_tag, follow_kind_of, live_tags
from forum.queries.threads import find_thread
from forum.tag_forms import ThreadTagsForm
from forum.views.boards import badges, row_in_words


@access(Access.READER)
@shows_no_posts
@require_safe
def tags(request: SignedInRequest) -> HttpResponse:
    """All topics. The same for everybody: nothing here depends on threads."""
    return render(request, "forum/tags.html", {"tags": live_tags()})


@access(Access.READER)
@require_safe
def tag(request: SignedInRequest, slug: str) -> HttpResponse:
    """The threads of a topic that the viewer may see; ``?after=`` goes on below a thread."""
    found = find_tag(slug)
    if found is None:
        raise Http404
    if found.slug != slug:
        return redirect("forum:tag", found.slug)
    page = tag_page(request.viewer, found, after=request.GET.get("after", "")[:20])
    record_shown(request, Surface.BOARD, titles=page.rows)
    here = reverse("forum:tag", args=[slug])
    context = {
        "tag": found,
        "page": page,
        "rows": [row_in_words(row, request.user.joined_at) for row in page.rows],
        "follow_kind": follow_kind_of(request.viewer, found),
        "older_address": f"{here}?after={page.rows[-1].thread.public_id}" if page.has_older else "",
        "badges": badges(),
    }
    return render(request, "forum/tag.html", context)


@access(Access.READER)
@require_POST
@shows_no_posts
def on_tag(request: SignedInRequest, slug: str) -> HttpResponse:
    """Follow or mute a topic: ``kind=follow``, ``mute`` or empty for neither."""
    found = find_tag(slug)
    kind = request.POST.get("kind", "")
    if found is None or kind not in (*FollowKind.values, ""):
        raise Http404
    follow_tag(user=request.user, tag=found, kind=FollowKind(kind) if kind else None)
    return redirect("forum:tag", found.slug)


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def of_thread(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Change the topics of one's own thread."""
    found = find_thread(request.viewer, public_id)
    if found is None or found.author_id != request.user.pk:
        raise Http404
    record_shown(request, Surface.THREAD, titles=[found])
    # No box ticked is an answer, too: so the method decides, not what came.
    sent = request.POST if request.method == "POST" else None
    form = ThreadTagsForm(sent, thread_id=found.pk)
    if form.is_valid():
        try:
            choose_tags(thread=found, author=request.user, slugs=form.cleaned_data["tags"])
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error("tags", str(refused.message))
        else:
            return redirect("forum:thread", public_id)
    context = {"thread": found, "form": form}
    return render(request, "forum/thread_tags.html", context, status=422 if form.errors else 200)
