"""Pictures: adding them while writing, showing them, taking them away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.actions.edit import EDITABLE
from forum.actions.picture_edits import add_to_post, describe_again
from forum.actions.pictures import add_picture, take_out_of_draft, take_out_of_post
from forum.actions.withdraw import WITHDRAWABLE
from forum.errors import NotVisible, Refused
from forum.forms import DescribeForm, PictureForm
from forum.models import Draft, Picture, Post, Surface
from forum.models.picture import MOST_PICTURES
from forum.pictures import store
from forum.pictures.convert import MOST_PIXELS, NotAPicture, TooManyPixels
from forum.queries.pictures import find_picture, has_sent_one, pictures_of
from forum.queries.threads import find_post
from forum.views.ask import own_draft

NOT_A_PICTURE = _("We could not read this file. Please pick a JPEG, PNG or WebP picture.")
TOO_MANY_PIXELS = _(
    "This picture is too large. The most is %(millions)s million dots. Try a smaller copy."
)


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def of_draft(request: SignedInRequest, key: str) -> HttpResponse:
    """The pictures of one's own draft; add one more."""
    draft = _draft(request, key)
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _add(request, form, draft):
        return redirect("forum:draft_pictures", draft.key)
    pictures = pictures_of(draft)
    context = {
        "draft": draft,
        "form": form if len(pictures) < MOST_PICTURES or form.is_bound else None,
        "pictures": pictures,
        "most": MOST_PICTURES,
        "first_picture": not has_sent_one(request.viewer.user_id),
    }
    status = 422 if form.is_bound else 200
    return render(request, "forum/draft_pictures.html", context, status=status)


def _add(request: SignedInRequest, form: PictureForm, to: Draft | Post) -> bool:
    """Whether the picture is in the draft or post now; else the form says why not."""
    raw, alt = form.cleaned_data["picture"].read(), form.cleaned_data["alt"]
    try:
        if isinstance(to, Draft):
            add_picture(draft=to, author=request.user, raw=raw, alt=alt)
        else:
            add_to_post(post=to, author=request.user, raw=raw, alt=alt)
    except NotVisible:
        raise Http404 from None
    except NotAPicture:
        form.add_error("picture", NOT_A_PICTURE)
    except TooManyPixels:
        form.add_error("picture", TOO_MANY_PIXELS % {"millions": MOST_PIXELS // 1_000_000})
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
    return form.is_valid()


@access(Access.READER)
@shows_no_posts
@require_POST
def take_out(request: SignedInRequest, key: str, public_id: str) -> HttpResponse:
    """Take a picture out of one's own draft."""
    draft = _draft(request, key)
    picture = next((each for each in pictures_of(draft) if each.public_id == public_id), None)
    if picture is None:
        raise Http404
    take_out_of_draft(picture=picture, author=request.user)
    messages.success(request, _("The picture is gone."))
    return redirect("forum:draft_pictures", draft.key)


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def of_post(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The pictures of one's own post; add one more, describe one anew, take one out."""
    post = find_post(request.viewer, public_id)
    if post is None or post.author_id != request.viewer.user_id or post.status not in EDITABLE:
        raise Http404
    record_shown(request, Surface.OWN_POSTS, titles=[post])
    form = PictureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _add(request, form, post):
        messages.success(request, _("Your picture is in. A person looks at it first."))
        return redirect("forum:post_pictures", post.public_id)
    pictures = pictures_of(post)
    context = {
        "post": post,
        "thread": post.thread,
        "form": form if len(pictures) < MOST_PICTURES or form.is_bound else None,
        "pictures": pictures,
        "most": MOST_PICTURES,
        "first_picture": not has_sent_one(request.viewer.user_id),
    }
    status = 422 if form.is_bound else 200
    return render(request, "forum/post_pictures.html", context, status=status)


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Say anew what a picture of one's own post shows."""
    picture = _shown(request, public_id)
    post = picture.post
    own = picture.author_id == request.viewer.user_id
    if not own or post is None or post.status not in EDITABLE:
        raise Http404
    form = DescribeForm(request.POST or None, initial={"alt": picture.alt})
    if request.method == "POST" and form.is_valid():
        try:
            describe_again(picture=picture, author=request.user, alt=form.cleaned_data["alt"])
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("alt", str(refusal.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("forum:post_pictures", post.public_id)
    context = {"picture": picture, "post": post, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "forum/picture_describe.html", context, status=status)


@access(Access.READER)
@require_safe
def page(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One picture as large as we have it, with its description."""
    picture = _shown(request, public_id)
    own = picture.author_id == request.viewer.user_id
    context = {
        "picture": picture,
        "post": picture.post,
        "may_describe": own and picture.post is not None and picture.post.status in EDITABLE,
        "may_remove": own and picture.post is not None and picture.post.status in WITHDRAWABLE,
    }
    return render(request, "forum/picture.html", context)


@access(Access.READER)
@require_safe
def file(request: SignedInRequest, public_id: str, size: str) -> HttpResponse:
    """The file of a picture, for those who may see its post now."""
    return answer_with(_shown(request, public_id), size_or_404(size))


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask once, then take a picture out of one's own post."""
    picture = _shown(request, public_id)
    if picture.author_id != request.viewer.user_id or picture.post is None:
        raise Http404
    if request.method == "POST":
        try:
            take_out_of_post(picture=picture, author=request.user)
        except NotVisible:
            raise Http404 from None
        messages.success(request, _("The picture is gone."))
        return redirect("forum:post", picture.post.public_id)
    return render(request, "forum/picture_remove.html", {"picture": picture, "post": picture.post})


def size_or_404(name: str) -> store.Size:
    """The size with this name. Raises ``Http404``."""
    size = store.size_named(name)
    if size is None:
        raise Http404
    return size


def answer_with(picture: Picture, size: store.Size) -> HttpResponse:
    """A picture's file as an answer that no cache keeps and no browser takes for a page.

    The caller has asked whether this person may see it. 404 where the file is gone.
    """
    content = store.read(picture.file, size)
    if content is None:
        raise Http404
    return HttpResponse(
        content,
        content_type="image/webp",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _shown(request: SignedInRequest, public_id: str) -> Picture:
    """A picture that the person may see. Showing it is showing its post."""
    picture = find_picture(request.viewer, public_id)
    if picture is None:
        raise Http404
    record_shown(request, Surface.THREAD, posts=[picture.post] if picture.post else [])
    return picture


def _draft(request: SignedInRequest, key: str) -> Draft:
    draft = own_draft(request, key)
    if draft is None:
        raise Http404
    return draft
