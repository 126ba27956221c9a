"""The desk's pages about boards."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board
from moderation.actions.boards import change_board
from moderation.board_forms import BoardForm

CHANGED = _("Somebody changed this board while you were looking. Please read it, then save again.")
SAVED = _("Saved. It counts from now on.")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """All boards with their settings."""
    return render(request, "moderation/boards.html", {"boards": Board.objects.all()})


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def board(request: SignedInRequest, slug: str) -> HttpResponse:
    """The settings of one board; POST changes them."""
    found = get_object_or_404(Board, slug=slug)
    form = BoardForm(request.POST or None, initial=BoardForm.values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            change_board(board=found, admin=request.user, **form.cleaned_data)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error("age_groups", str(refused.message))
        except StaleVersion:
            form.add_error(None, CHANGED)
            # What was typed stays, and now speaks of the board as it is.
            form.data = request.POST.copy()
            found.refresh_from_db()
            form.data["version"] = str(BoardForm.values_of(found)["version"])
        else:
            messages.success(request, SAVED)
            return redirect("moderation:boards")
    context = {"board": found, "form": form}
    return render(request, "moderation/board.html", context, status=422 if form.is_bound else 200)
