"""Hide me from, and people I do not want to meet. Nobody is told; it counts at once."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.hcps import current_hcps, hcps_named, workplaces_named
from accounts.http import SignedInRequest
from accounts.models import Block, HiddenHcp, HiddenWorkplace, Role, User, Workplace
from forum.access_log import shows_no_posts
from forum.actions import relations
from forum.models import Post
from forum.queries.threads import find_post

LIST_SIZE = 50


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def hide_from(request: SignedInRequest) -> HttpResponse:
    """Choose professionals and workplaces to hide from, or take that back.

    POST: ``do=hide`` or ``do=show``, with ``hcp`` or ``workplace``, a public id. ``?q=``: a name.
    """
    member = _member(request)
    if request.method == "POST":
        _change_hidden(request, member)
        return redirect("forum:hide_from")
    words = request.GET.get("q", "").strip()[:80]
    hidden_hcps = HiddenHcp.objects.filter(member=member)
    hidden_places = HiddenWorkplace.objects.filter(member=member)
    hcps = hcps_named(words).exclude(user__in=hidden_hcps.values("hcp"))[: LIST_SIZE + 1]
    places = workplaces_named(words).exclude(pk__in=hidden_places.values("workplace"))
    places = places[: LIST_SIZE + 1]
    context = {
        "words": words,
        "hidden_hcps": hidden_hcps.select_related("hcp__hcp_profile").order_by("hcp__pseudonym"),
        "hidden_places": hidden_places.select_related("workplace").order_by("workplace__name"),
        "hcps": list(hcps)[:LIST_SIZE],
        "places": list(places)[:LIST_SIZE],
        "has_more": len(hcps) > LIST_SIZE or len(places) > LIST_SIZE,
    }
    return render(request, "forum/hide_from.html", context)


def _change_hidden(request: SignedInRequest, member: User) -> None:
    hide = request.POST.get("do") == "hide"
    if not hide and request.POST.get("do") != "show":
        raise Http404
    if public_id := request.POST.get("workplace", "")[:20]:
        workplace = get_object_or_404(Workplace, public_id=public_id)
        if hide:
            relations.hide_from_workplace(member=member, workplace=workplace)
        else:
            relations.unhide_from_workplace(member=member, workplace=workplace)
        name = workplace.name
    else:
        offered = User.objects.filter(pk__in=current_hcps().values("user"))
        hidden = User.objects.filter(hidden_from_members__member=member)
        hcp = get_object_or_404(
            offered if hide else hidden, public_id=request.POST.get("hcp", "")[:20]
        )
        if hide:
            relations.hide_from_hcp(member=member, hcp=hcp)
        else:
            relations.unhide_from_hcp(member=member, hcp=hcp)
        name = hcp.pseudonym
    if hide:
        messages.success(request, _("You are hidden from %(name)s now.") % {"name": name})
    else:
        words = _("%(name)s: you can see each other again. What you chose for each post stays.")
        messages.success(request, words % {"name": name})


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def hide_from_author(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Hide from the professional who wrote this post; asks once."""
    member = _member(request)
    author = _post_by(request, public_id, Role.HCP).author
    if request.method == "POST":
        relations.hide_from_hcp(member=member, hcp=author)
        messages.success(
            request, _("You are hidden from %(name)s now.") % {"name": author.pseudonym}
        )
        return redirect("forum:hide_from")
    return render(request, "forum/hide_from_author.html", {"author": author})


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Do not meet the member who wrote this post any more; asks once."""
    member = _member(request)
    post = _post_by(request, public_id, Role.MEMBER)
    if request.method == "POST":
        relations.block(blocker=member, blocked=post.author, known_as=post.alias)
        words = _("You and %(name)s no longer see each other.")
        messages.success(request, words % {"name": post.byline})
        return redirect("forum:blocked")
    return render(request, "forum/block.html", {"name": post.byline})


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def blocked(request: SignedInRequest) -> HttpResponse:
    """The people whom a member blocked; POST ``person`` (the key of a block) takes one back."""
    member = _member(request)
    blocks = Block.objects.filter(blocker=member).select_related("blocked").order_by("-created_at")
    if request.method == "POST":
        key = request.POST.get("person", "")
        row = next((row for row in blocks if constant_time_compare(row.key, key)), None)
        if row is None:
            raise Http404
        relations.unblock(blocker=member, blocked=row.blocked)
        words = _("You and %(name)s can see each other again.")
        messages.success(request, words % {"name": row.name})
        return redirect("forum:blocked")
    return render(request, "forum/blocked.html", {"blocks": blocks})


def _member(request: SignedInRequest) -> User:
    """The person, if they are a member; these pages are not there for others."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    return request.user


def _post_by(request: SignedInRequest, public_id: str, role: Role) -> Post:
    """A post by somebody else in this role that the person may see, with its author."""
    post: Post | None = find_post(request.viewer, public_id)
    if post is None or post.author.role != role or post.author_id == request.viewer.user_id:
        raise Http404
    return post
