"""The pages of applicants: what it takes, the account, the list of tasks, one page a task."""

from collections.abc import Callable
from contextlib import suppress

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import complete_signup
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.applying import actions
from accounts.applying.account import NameTaken, make_account
from accounts.applying.dilemmas import dilemmas
from accounts.applying.forms import (
    NOBODY,
    SOMEBODY,
    AccountForm,
    CodeForm,
    DilemmaForm,
    InterestsForm,
    WhoForm,
    WorkplacesForm,
)
from accounts.applying.standing import place_of
from accounts.applying.tasks import OF_KIND, TITLES, Task, answered
from accounts.hcps import places_to_pick
from accounts.http import SignedInRequest, VisitorRequest
from accounts.ids import new_public_id
from accounts.models import (
    ApplicationKind,
    Document,
    DocumentKind,
    HcpApplication,
    Role,
)


@access(Access.PUBLIC)
@require_safe
def apply(request: VisitorRequest) -> HttpResponse:
    """What it takes to work here as a health professional."""
    if request.viewer.role == Role.HCP:
        return redirect("accounts:application")
    return render(request, "accounts/apply/start.html")


@access(Access.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def apply_account(request: VisitorRequest) -> HttpResponse:
    """An account for work: name and address, then the code by e-mail."""
    if request.user.is_authenticated:
        return redirect("accounts:apply")
    form = AccountForm(_sent(request))
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "accounts/apply/account.html", {"form": form})
    if limited := consume_or_429(request, action="signup"):
        return limited
    data = form.cleaned_data
    if data["website"]:
        return get_adapter().respond_email_verification_sent(request, None)
    try:
        made = make_account(
            request,
            public_id=new_public_id(),
            pseudonym=data["pseudonym"],
            email=data["email"],
        )
    except NameTaken:
        form.add_error("pseudonym", _("Someone has this name already. Please pick another."))
        return render(request, "accounts/apply/account.html", {"form": form})
    if isinstance(made, HttpResponse):
        return made
    try:
        return complete_signup(
            request, made, app_settings.EMAIL_VERIFICATION, reverse("accounts:application")
        )
    except ImmediateHttpResponse as stop:
        return stop.response


@access(Access.ACCOUNT)
@require_safe
def application(request: SignedInRequest) -> HttpResponse:
    """Where the person stands, and what is left to do."""
    _only_hcps(request)
    return render(request, "accounts/apply/list.html", {"place": place_of(request.user)})


@access(Access.ACCOUNT)
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    """Begin a renewal, or signing a code that has changed."""
    _only_hcps(request)
    place = place_of(request.user)
    if place.offers is not None:
        with suppress(actions.NotNow):
            actions.start(user=request.user, kind=place.offers)
    return redirect("accounts:application")


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: SignedInRequest, task: str) -> HttpResponse:
    """One task. What is given is kept at once, whatever comes next."""
    _only_hcps(request)
    found = place_of(request.user).application
    if task not in PAGES:
        raise Http404
    if found is None or task not in OF_KIND[ApplicationKind(found.kind)]:
        return redirect("accounts:application")
    if not found.is_editable:
        return redirect("accounts:application")
    try:
        if request.method == "POST" and found.pk is None:
            found, _made = actions.start(user=request.user, kind=ApplicationKind.FIRST)
        return PAGES[Task(task)](request, found)
    except actions.NotNow:
        return redirect("accounts:application")


def _only_hcps(request: SignedInRequest) -> None:
    """These pages are not there for members and the rest of the team."""
    if request.viewer.role != Role.HCP:
        raise Http404


# The tasks ---------------------------------------------------------------------------------------


def _who(request: SignedInRequest, application: HcpApplication) -> HttpResponse:
    form = WhoForm(_sent(request), instance=application)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, Task.WHO, form=form)
    actions.tell_who(application=application, **form.cleaned_data)
    return _kept(request)


def _workplaces(request: SignedInRequest, application: HcpApplication) -> HttpResponse:
    chosen: list[str] = []
    proposed: list[str] = []
    if application.pk is not None:
        chosen = [place.public_id for place in application.workplaces.all()]
        proposed = [row.name for row in application.proposed.filter(decided_at=None)]
    told = application.workplaces_at is not None
    form = WorkplacesForm(
        _sent(request),
        places=places_to_pick(chosen),
        initial={
            "known": chosen,
            "new": "\n".join(proposed),
            "nowhere": told and not chosen and not proposed,
        },
    )
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, Task.WORKPLACES, form=form)
    actions.tell_workplaces(
        application=application,
        known=form.known_places(),
        new_names=form.cleaned_data["new"],
    )
    return _kept(request)


def _interests(request: SignedInRequest, application: HcpApplication) -> HttpResponse:
    initial = {"interests": application.interests}
    if application.interests_at is not None or application.interests:
        initial["any"] = SOMEBODY if application.interests else NOBODY
    form = InterestsForm(_sent(request), initial=initial)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, Task.INTERESTS, form=form)
    actions.tell_interests(application=application, interests=form.cleaned_data["interests"])
    return _kept(request)


def _code(request: SignedInRequest, application: HcpApplication) -> HttpResponse:
    code = Document.objects.current(DocumentKind.HCP_CODE)
    if code is None:
        raise Http404
    signed = {}
    if application.pk is not None:
        rows = application.signatures.filter(document=code)
        signed = dict(rows.values_list("clause_id", "at"))
    clauses = [(clause, signed.get(clause.pk)) for clause in code.clauses.all()]
    left = [clause for clause, at in clauses if at is None]
    form = CodeForm(_sent(request), code=code, clauses=left)
    if request.method == "POST" and request.POST.get("seen") != code.content_hash:
        messages.info(request, _("The code has changed since you opened it. Here it is."))
        return redirect("accounts:application_task", Task.CODE)
    if request.method == "POST" and (not left or form.is_valid()):
        try:
            remain = actions.sign(
                application=application,
                anchors=form.cleaned_data["clause"] if left else (),
                seen_hash=code.content_hash,
            )
        except actions.OtherWords:
            remain = len(left)
        if remain:
            return redirect("accounts:application_task", Task.CODE)
        return _kept(request)
    context = {"code": code, "clauses": clauses, "left": len(left)}
    return _page(request, Task.CODE, form=form, **context)


def _dilemmas(request: SignedInRequest, application: HcpApplication) -> HttpResponse:
    """The first one without its right answer. A wrong answer explains and can be changed."""
    done = answered(application)
    asked = next((row for row in dilemmas().all if row.slug not in done), None)
    if asked is None:
        return _page(request, Task.DILEMMAS, finished=True)
    form = DilemmaForm(_sent(request), dilemma=asked)
    reply = None
    if request.method == "POST" and request.POST.get("dilemma") != asked.slug:
        return redirect("accounts:application_task", Task.DILEMMAS)
    if request.method == "POST" and form.is_valid():
        picked = actions.answer_dilemma(
            application=application, dilemma=asked.slug, answer=form.cleaned_data["answer"]
        )
        if picked.right:
            messages.success(request, picked.reply)
            last = len(done) + 1 == len(dilemmas().all)
            if last:
                return redirect("accounts:application")
            return redirect("accounts:application_task", Task.DILEMMAS)
        reply = picked
    context = {
        "dilemma": asked,
        "number": len(done) + 1,
        "total": len(dilemmas().all),
        "reply": reply,
    }
    return _page(request, Task.DILEMMAS, form=form, **context)


def _extra_step(request: SignedInRequest, application: HcpApplication) -> HttpResponse:
    return redirect("mfa_index")


Page = Callable[[SignedInRequest, HcpApplication], HttpResponse]
PAGES: dict[Task, Page] = {
    Task.WHO: _who,
    Task.WORKPLACES: _workplaces,
    Task.INTERESTS: _interests,
    Task.CODE: _code,
    Task.DILEMMAS: _dilemmas,
    Task.EXTRA_STEP: _extra_step,
}


def _sent(request: HttpRequest) -> QueryDict | None:
    """What a form brought; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def _kept(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("accounts:application")


def _page(request: SignedInRequest, task: Task, **context: object) -> HttpResponse:
    own = {Task.CODE: "code.html", Task.DILEMMAS: "dilemma.html"}
    template = "accounts/apply/" + own.get(task, "task.html")
    return render(request, template, {"task": task, "title": TITLES[task], **context})
