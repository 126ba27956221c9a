"""A case: its page, the word about ties before it, people, notes, merging."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions import cases as actions
from moderation.actions.case_evidence import open_referrals
from moderation.actions.cases import NotDeclared
from moderation.actions.reporting import desk_has_read
from moderation.case_forms import MergeForm, NoteForm, PartyForm, ReopenForm, TieForm
from moderation.case_reads import CasePage, case_page, people_in
from moderation.conflicts import cases_for, has_declared, open_reports_for
from moderation.models import Case, PartyRole, Tie

CHANGED = _("This changed while you were looking. Please read it again, then decide.")


def find_case(request: SignedInRequest, public_id: str) -> Case:
    """A case that this admin may see, as the one that it was merged into. 404 for others."""
    cases = cases_for(request.viewer).select_related("about", "handler", "clause", "merged_into")
    found = cases.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    if found.merged_into is not None:
        return cases.get(pk=found.merged_into.pk)
    return found


def working(request: SignedInRequest, public_id: str) -> Case | None:
    """The same for work on it; None where the admin must first say whether they have a tie."""
    found = find_case(request, public_id)
    return found if has_declared(found, request.user) else None


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read a case; the reading is in the audit log. Who has not yet is asked about ties first."""
    found = find_case(request, public_id)
    if found.public_id != public_id:
        return redirect("moderation:case", found.public_id)
    if not has_declared(found, request.user):
        return _ask_about_ties(request, found)
    return show_case(request, found)


def show_case(request: SignedInRequest, found: Case, *, status: int = 200, **forms: Form) -> Any:
    """The page of a case. ``forms``: those that were sent and had errors."""
    audit.record(
        actor=request.user,
        verb="read_case",
        subject_kind="case",
        subject_public_id=found.public_id,
    )
    page: CasePage = case_page(found)
    for report in page.unread:
        desk_has_read(report=report)
    context = {
        "case": found,
        "page": page,
        "now": timezone.now(),
        "open_referrals": open_referrals(found),
        "note_form": NoteForm(),
        "party_form": PartyForm(),
        "merge_form": MergeForm(),
        "tie_form": TieForm(),
        "reopen_form": ReopenForm(initial={"version": found.version}),
        **forms,
        "form": next(iter(forms.values()), None),
    }
    return render(request, "moderation/case.html", context, status=status)


def _ask_about_ties(request: SignedInRequest, found: Case) -> HttpResponse:
    form = TieForm(request.POST if request.POST.get("do") == "pass_on" else None)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "take":
                actions.take(case=found, admin=request.user)
                return redirect("moderation:case", found.public_id)
            if form.is_valid():
                return _pass_on(request, found, form)
        except NotVisible:
            raise Http404 from None
    context = {"case": found, "people": people_in(found), "form": form}
    return render(
        request, "moderation/case_ties.html", context, status=422 if form.is_bound else 200
    )


def _pass_on(request: SignedInRequest, found: Case, form: Form) -> HttpResponse:
    data = form.cleaned_data
    actions.pass_on(matter=found, admin=request.user, tie=Tie(data["tie"]), words=data["words"])
    messages.success(request, _("Thank you for saying so. Somebody else takes it from here."))
    return redirect("moderation:desk")


def act(
    request: SignedInRequest, public_id: str, name: str, form: Form, do: Callable[[Case], object]
) -> HttpResponse:
    """Run one small act of a case page: back to the case, or the page again with the errors."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    if form.is_valid():
        try:
            do(found)
        except NotVisible:
            raise Http404 from None
        except NotDeclared:
            return redirect("moderation:case", found.public_id)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        except StaleVersion:
            form.add_error(None, CHANGED)
        else:
            return redirect("moderation:case", found.public_id)
    found.refresh_from_db()
    return show_case(request, found, status=422, **{name: form})


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def tie(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Declare a tie that one only noticed later."""
    form = TieForm(request.POST)
    found = working(request, public_id)
    if found is not None and form.is_valid():
        return _pass_on(request, found, form)
    return act(request, public_id, "tie_form", form, lambda case: None)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def take_over(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Work on a case instead of somebody else."""
    return act(
        request,
        public_id,
        "take_form",
        Form(request.POST),
        lambda case: actions.take_over(case=case, admin=request.user, version=case.version),
    )


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def note(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Add a note."""
    form = NoteForm(request.POST)
    return act(
        request,
        public_id,
        "note_form",
        form,
        lambda case: actions.add_note(
            case=case, admin=request.user, text=form.cleaned_data["text"]
        ),
    )


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def party(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Add a person."""
    form = PartyForm(request.POST)
    return act(
        request,
        public_id,
        "party_form",
        form,
        lambda case: actions.add_party(
            case=case,
            admin=request.user,
            user=form.cleaned_data["name"],
            role=PartyRole(form.cleaned_data["role"]),
        ),
    )


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def merge(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take another case into this one."""
    form = MergeForm(request.POST)

    def do(case: Case) -> None:
        other = _other(request, form.cleaned_data["other"])
        if other is None:
            raise Refused(_("There is no such case that you can merge."))
        try:
            actions.merge(case=other, into=case, admin=request.user)
        except NotDeclared:
            raise Refused(_("Open that case first, and say whether you have a tie.")) from None

    return act(request, public_id, "merge_form", form, do)


def _other(request: SignedInRequest, key: str) -> Case | None:
    """The case with this id, or with a report of this number, as far as the admin may see it."""
    seen = cases_for(request.viewer).filter(merged_into=None)
    if found := seen.filter(public_id=key.lower()).first():
        return found
    report = open_reports_for(request.viewer).filter(number__iexact=key).first()
    return seen.filter(reports=report).first() if report else None


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def separate(request: SignedInRequest, public_id: str, part: str) -> HttpResponse:
    """Take a merged case out again."""

    def do(case: Case) -> None:
        found = cases_for(request.viewer).filter(public_id=part, merged_into=case).first()
        if found is None:
            raise NotVisible
        actions.separate(case=found, admin=request.user)

    return act(request, public_id, "take_form", Form(request.POST), do)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def reopen(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Open a decided case again."""
    form = ReopenForm(request.POST)
    return act(
        request,
        public_id,
        "reopen_form",
        form,
        lambda case: actions.reopen(
            case=case,
            admin=request.user,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
        ),
    )
