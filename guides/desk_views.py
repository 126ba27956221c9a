"""Writing, checking and publishing guides: for health professionals and admins."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from guides.actions import publishing, reviewing, writing
from guides.article_views import shown
from guides.errors import Conflict, NotAllowed, Refused
from guides.forms import (
    ApproveForm,
    NewArticleForm,
    WhyForm,
    WordsForm,
    initial_check,
    initial_words,
)
from guides.models import Article, ArticleVersion, Topic, VersionStatus
from guides.models.version import SHOWN
from guides.queries.desk import (
    changes_in,
    difference,
    events_of,
    find_version,
    versions_of,
    work_for,
)
from guides.roles import has_written, is_learning, may_check, may_edit

CHANGED = _("It changed while you were looking. Please read it again.")
WHAT_TO_CHANGE = _("What should change?")
WHY_OFF = _("Why does it come off the site?")
DONE = {
    "send": _("It waits to be checked now."),
    "take_back": _("It is a draft again."),
    "discard": _("It is put aside."),
    "approve": _("Thank you. An admin can publish it now."),
    "send_back": _("It went back to be changed."),
    "publish": _("It is on the site."),
    "retire": _("It is off the site."),
}


@access(Access.REVIEWER)
@require_safe
def work(request: SignedInRequest) -> HttpResponse:
    """What waits for whom, what is old, and all that there is."""
    _editor(request)
    context = {
        "work": work_for(request.viewer),
        "is_checker": may_check(request.viewer),
        "is_learning": is_learning(request.viewer),
        "is_admin": request.viewer.may_administer,
    }
    return render(request, "guides/work.html", context)


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a new guide."""
    _editor(request)
    form = NewArticleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        topic = Topic(form.cleaned_data["topic"])
        version = writing.start_article(editor=request.user, topic=topic, words=form.words)
        return _to(version)
    return render(request, "guides/work_edit.html", {"form": form})


@access(Access.REVIEWER)
@require_POST
def start(request: SignedInRequest, slug: str) -> HttpResponse:
    """Begin a new version of a guide, or go on with the one that is there."""
    _editor(request)
    version = writing.start_version(
        article=get_object_or_404(Article, slug=slug), editor=request.user
    )
    if version.status == VersionStatus.DRAFT:
        return redirect("guides:work_edit", slug, version.number)
    return _to(version)


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Change a draft. What somebody else saved in between is shown, and nothing typed is lost."""
    _editor(request)
    found = _found(slug, number)
    if found.status != VersionStatus.DRAFT:
        return _to(found)
    form = WordsForm(request.POST or None, initial=initial_words(found))
    context: dict[str, Any] = {"form": form, "version": found}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            writing.save_version(
                version=found,
                editor=request.user,
                seen=form.cleaned_data["seen"] or 0,
                words=form.words,
            )
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return _to(found)
        except Conflict as conflict:
            context |= _conflict(request, form, conflict.version)
            status = 409
        else:
            return _to(found)
    return render(request, "guides/work_edit.html", context, status=status)


def _conflict(request: SignedInRequest, form: WordsForm, stored: ArticleVersion) -> dict[str, Any]:
    """The same form again, ready to be saved over what is stored now, and how the two differ."""
    data = request.POST.copy()
    data["seen"] = str(stored.revision)
    changes = difference(writing.words_of(stored), form.words)
    return {"form": WordsForm(data), "conflict": changes, "is_conflict": True}


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One version: how it looks, what it changes, its history, and what can be done with it."""
    _editor(request)
    found = _found(slug, number)
    forms = _forms(found)
    if request.method == "POST":
        do = request.POST.get("do", "")
        forms = _forms(found, do, request)
        if do in forms and not forms[do].is_valid():
            return _page(request, found, forms, status=422)
        try:
            _act(request, found, do, forms)
        except NotAllowed:
            raise Http404 from None
        except Conflict:
            messages.error(request, CHANGED)
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, DONE[do])
        return _to(found)
    return _page(request, found, forms)


def _act(request: SignedInRequest, found: ArticleVersion, do: str, forms: dict) -> None:
    """Do what was asked for. Raises ``NotAllowed``, ``Refused``, ``Conflict``."""
    user = request.user
    if do == "send":
        seen = request.POST.get("seen", "")[:9]
        writing.send_version(version=found, editor=user, seen=int(seen) if seen.isdecimal() else 0)
    elif do == "take_back":
        writing.take_back(version=found, editor=user)
    elif do == "discard":
        writing.discard(version=found, editor=user)
    elif do == "approve":
        reviewing.approve(version=found, reviewer=user, **forms[do].cleaned_data)
    elif do == "send_back":
        reviewing.send_back(version=found, reviewer=user, **forms[do].cleaned_data)
    elif do == "publish":
        publishing.publish(version=found, admin=user)
    elif do == "retire":
        publishing.retire(version=found, admin=user, **forms[do].cleaned_data)
    else:
        raise NotAllowed


def _forms(
    found: ArticleVersion, do: str = "", request: SignedInRequest | None = None
) -> dict[str, Any]:
    """The forms of the page; the one that was sent is bound."""
    data = {do: request.POST} if request is not None else {}
    latest = reviewing.in_months(timezone.localdate(), reviewing.MONTHS)
    return {
        "approve": ApproveForm(
            data.get("approve"), initial=initial_check(found, latest), auto_id="approve-%s"
        ),
        "send_back": WhyForm(data.get("send_back"), label=WHAT_TO_CHANGE, auto_id="back-%s"),
        "retire": WhyForm(data.get("retire"), label=WHY_OFF, auto_id="retire-%s"),
    }


def _page(
    request: SignedInRequest, found: ArticleVersion, forms: dict[str, Any], status: int = 200
) -> HttpResponse:
    is_admin = request.viewer.may_administer
    waits = found.status == VersionStatus.IN_REVIEW
    own = has_written(found, request.user)
    context = {
        **shown(found),
        "forms": forms,
        "form": next((form for form in forms.values() if form.errors), None),
        "changes": changes_in(found),
        "events": events_of(found),
        "versions": versions_of(found),
        "is_draft": found.status == VersionStatus.DRAFT,
        "can_check": waits and may_check(request.viewer) and not own,
        "is_own": waits and may_check(request.viewer) and own,
        "can_send_back": is_admin and found.status in ("in_review", "checked"),
        "can_take_back": found.status in ("in_review", "checked") and (own or is_admin),
        "can_publish": is_admin and found.status == VersionStatus.CHECKED,
        "is_shown": found.status in SHOWN,
        "can_retire": is_admin and found.status in SHOWN,
        "can_start": found.status not in ("draft", "in_review", "checked"),
        "is_admin": is_admin,
    }
    return render(request, "guides/work_version.html", context, status=status)


@access(Access.ADMIN)
@require_POST
def place(request: SignedInRequest, slug: str) -> HttpResponse:
    """Put a guide on top of the list, or take it from there."""
    article = get_object_or_404(Article, slug=slug)
    act = publishing.feature if request.POST.get("place") == "top" else publishing.unfeature
    try:
        act(article=article, admin=request.user)
    except NotAllowed:
        raise Http404 from None
    return redirect("guides:work")


def _editor(request: SignedInRequest) -> None:
    if not may_edit(request.viewer):
        raise Http404


def _found(slug: str, number: int) -> ArticleVersion:
    found = find_version(slug, number)
    if found is None:
        raise Http404
    return found


def _to(found: ArticleVersion) -> HttpResponse:
    return redirect("guides:work_version", found.article.slug, found.number)
