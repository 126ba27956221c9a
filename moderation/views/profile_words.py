"""Taking down what a member says about themselves, from a case."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions.cases import NotDeclared
from moderation.actions.profile_words import take_words_down
from moderation.case_forms import WordsDownForm
from moderation.case_reads import side_of_reporters
from moderation.leaks import find_leaks
from moderation.models import Case, CaseStatus
from moderation.profile_words import words_in_case
from moderation.sanctions import has_conflict
from moderation.views.cases import CHANGED, working


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read the words once more, say why, and take them down. The reading is in the log."""
    case = working(request, public_id)
    if case is None:
        return redirect("moderation:case", public_id)
    if case.about is None or has_conflict(request.viewer, case.about):
        raise Http404
    found = words_in_case(case)
    if found is None or case.status != CaseStatus.OPEN:
        messages.warning(request, _("There are no words to take down."))
        return redirect("moderation:case", case.public_id)
    form = WordsDownForm(request.POST or None, case=case, initial={"seen": found.digest})
    leaks = []
    if form.is_bound and form.is_valid():
        leaks = find_leaks(form.cleaned_data["message"], side_of_reporters(case))
        if (form.cleaned_data["confirmed"] or not leaks) and _done(request, case, form):
            return redirect("moderation:case", case.public_id)
    audit.record(
        actor=request.user,
        verb="read_case",
        subject_kind="case",
        subject_public_id=case.public_id,
    )
    context = {"case": case, "form": form, "leaks": leaks, "words": found.words}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/case_words.html", context, status=status)


def _done(request: SignedInRequest, case: Case, form: WordsDownForm) -> bool:
    """Take the words down; False where that could not be, with the reason on the form."""
    data = form.cleaned_data
    try:
        take_words_down(
            case=case,
            admin=request.user,
            clause=data["clause"],
            message=data["message"],
            note=data["note"],
            seen=data["seen"],
            key=data["key"],
        )
    except (NotVisible, NotDeclared):
        raise Http404 from None
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
    except StaleVersion:
        form.add_error(None, CHANGED)
    else:
        messages.success(request, _("Done. They have been told."))
        return True
    return False
