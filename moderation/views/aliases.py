"""Who wrote under another name: for admins who say why."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused
from forum.models import Post
from moderation.actions.aliases import Why, reveal_author
from moderation.alias_forms import RevealForm


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask why; then say the name once. It stands on no other page."""
    seen = Post.objects.handleable_by(request.viewer).exclude(alias="")
    post = seen.filter(public_id=public_id).first()
    if post is None:
        raise Http404
    form = RevealForm(request.POST or None)
    author = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            author = reveal_author(
                post=post, admin=request.user, why=Why(data["why"]), words=data["words"]
            )
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("words", str(refusal.message))
    context = {"post": post, "form": form, "author": author}
    status = 422 if form.errors else 200
    return render(request, "moderation/reveal.html", context, status=status)
