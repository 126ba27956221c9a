"""Profiles of members, and one's own."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.avatars import avatar_of
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import record_shown, shows_no_posts
from forum.actions.profiles import Kept, another_picture, save_profile
from forum.errors import NotVisible, Refused
from forum.models import Profile, Surface
from forum.profile_forms import ProfileForm, as_initial
from forum.profiles import As, facts_shown, looks_as, needs_care
from forum.queries.profiles import excerpts, find_profile, posts_on_profile
from forum.rules import findings_in


@access(Access.READER)
@require_safe
def profile(request: SignedInRequest, public_id: str) -> HttpResponse:
    """What a member says about themselves, and those of their posts that the viewer may see.

    ``?after=``: goes on behind a post. On one's own, ``?as=professional`` shows it as they see it.
    """
    viewer = request.viewer
    looks = looks_as(viewer)
    person = find_profile(viewer, public_id)
    if person is None or looks is None:
        raise Http404
    is_own = person.pk == viewer.user_id
    if is_own and request.GET.get("as") == As.PROFESSIONAL:
        looks = As.PROFESSIONAL
    page = posts_on_profile(viewer, person, after=request.GET.get("after", "")[:20])
    record_shown(request, Surface.PROFILE, posts=page.posts, titles=page.posts)
    context = {
        "person": person,
        "avatar": avatar_of(person),
        "facts": facts_shown(person, getattr(person, "profile", None), looks),
        "is_own": is_own,
        "looks": looks,
        "hidden_from_professionals": not person.lets_hcps_read,
        "page": page,
        "entries": zip(page.posts, excerpts(request.user, page.posts), strict=True),
        "is_first": "after" not in request.GET,
    }
    return render(request, "forum/profile.html", context)


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def own_profile(request: SignedInRequest) -> HttpResponse:
    """Fill in one's own profile, piece by piece, each for whom one likes."""
    if request.viewer.role != Role.MEMBER:
        raise Http404
    stored = Profile.objects.filter(user=request.user).first()
    form = ProfileForm(request.POST or None, initial=as_initial(stored))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_profile(user=request.user, words=form.words())
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("about", str(refusal.message))
            status = 422
        else:
            _say(request, kept)
            return redirect("forum:own_profile")
    about = stored.about if stored else ""
    care = needs_care(findings_in(title="", text=about)) if about else None
    context = {"form": form, "avatar": avatar_of(request.user), "care": care}
    return render(request, "forum/own_profile.html", context, status=status)


def _say(request: SignedInRequest, kept: Kept) -> None:
    if kept == Kept.CARE:
        messages.success(request, _("Saved. Your words about you are for your eyes only."))
    elif kept == Kept.NEW:
        words = _("Saved. You can show your words to others once we have read your first posts.")
        messages.success(request, words)
    else:
        messages.success(request, _("Saved."))


@access(Access.ACCOUNT)
@shows_no_posts
@require_POST
def picture(request: SignedInRequest) -> HttpResponse:
    """Draw another picture."""
    another_picture(user=request.user)
    messages.success(request, _("Here is another picture."))
    return redirect("forum:own_profile" if request.viewer.role == Role.MEMBER else "accounts:me")
