"""The desk's pages about topics."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Tag
from moderation.actions.tags import add_tag, change_tag, merge_tag, move_tag
from moderation.tag_forms import MergeForm, NewTagForm, TagForm

CHANGED = _("Somebody changed this topic while you were looking. Please read it, then save again.")
SAVED = _("Saved. It counts from now on.")
STEPS = {"up": 1, "down": -1}


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def tags(request: SignedInRequest) -> HttpResponse:
    """All topics in their order; POST adds one."""
    form = NewTagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_tag(admin=request.user, **form.cleaned_data)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error("name", str(refused.message))
        else:
            messages.success(request, SAVED)
            return redirect("moderation:tags")
    context = {"tags": Tag.objects.select_related("merged_into"), "form": form}
    return render(request, "moderation/tags.html", context, status=422 if form.errors else 200)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: SignedInRequest, slug: str) -> HttpResponse:
    """One topic; POST renames, describes or retires it."""
    found = get_object_or_404(Tag, slug=slug)
    form = TagForm(request.POST or None, initial=TagForm.values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            change_tag(tag=found, admin=request.user, **form.cleaned_data)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error("name", str(refused.message))
        except StaleVersion:
            form.add_error(None, CHANGED)
            # What was typed stays, and now speaks of the topic as it is.
            form.data = request.POST.copy()
            found.refresh_from_db()
            form.data["version"] = str(TagForm.values_of(found)["version"])
        else:
            messages.success(request, SAVED)
            return redirect("moderation:tags")
    context = {"tag": found, "form": form, "merging": MergeForm(tag=found)}
    return render(request, "moderation/tag.html", context, status=422 if form.errors else 200)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def tag_move(request: SignedInRequest, slug: str) -> HttpResponse:
    """Move a topic in the list: ``to=up`` or ``down``."""
    found = get_object_or_404(Tag, slug=slug)
    step = STEPS.get(request.POST.get("to", ""))
    if step is None:
        raise Http404
    try:
        move_tag(tag=found, admin=request.user, up=step)
    except NotVisible:
        raise Http404 from None
    return redirect("moderation:tags")


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def tag_merge(request: SignedInRequest, slug: str) -> HttpResponse:
    """Put a topic into another one."""
    found = get_object_or_404(Tag, slug=slug)
    form = MergeForm(request.POST, tag=found)
    if form.is_valid():
        into = get_object_or_404(Tag, slug=form.cleaned_data["into"])
        try:
            merge_tag(tag=found, into=into, admin=request.user)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error("into", str(refused.message))
        else:
            messages.success(request, SAVED)
            return redirect("moderation:tags")
    editing = TagForm(initial=TagForm.values_of(found))
    context = {"tag": found, "form": editing, "merging": form}
    return render(request, "moderation/tag.html", context, status=422)
