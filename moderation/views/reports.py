"""Reporting, and following what became of it. Works signed out and suspended."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest, VisitorRequest
from accounts.models import User
from forum.access_log import record_shown, shows_no_posts
from forum.models import Post, Surface
from forum.queries.access import about_words
from forum.queries.threads import find_post
from moderation.actions.reporting import file_report
from moderation.forms import ReportForm, StatusForm
from moderation.models import Category, Report
from moderation.queries import own_reports

SENT = "report_sent"


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: VisitorRequest) -> HttpResponse:
    """Report something in general."""
    return _report(request, post=None)


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def report_post(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Report a post that one can see."""
    post = find_post(request.viewer, public_id)
    if post is None or post.author_id == request.viewer.user_id:
        raise Http404
    record_shown(request, Surface.REPORT, posts=[post], titles=[post])
    return _report(request, post=post)


def _report(request: VisitorRequest, *, post: Post | None) -> HttpResponse:
    about = about_words(request.viewer, request.GET.get("about", "")[:20])
    form = ReportForm(request.POST or None, initial={"words": f"{about}\n\n"} if about else {})
    reporter = request.user if isinstance(request.user, User) else None
    if reporter:
        del form.fields["contact"]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        filed = file_report(
            category=Category(data["category"]),
            submission_key=data["key"],
            reporter=reporter,
            post=post,
            words=data["words"],
            contact=data.get("contact", ""),
        )
        request.session[SENT] = [filed.number, filed.key]
        return redirect("moderation:report_sent")
    return render(request, "moderation/report.html", {"form": form, "post": post})


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def sent(request: VisitorRequest) -> HttpResponse:
    """Number and key of the report that was just sent from this browser."""
    if SENT not in request.session:
        return redirect("moderation:report_status")
    number, key = request.session[SENT]
    return render(request, "moderation/report_sent.html", {"number": number, "key": key})


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: VisitorRequest) -> HttpResponse:
    """What became of a report, by number and key."""
    form = StatusForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = Report.objects.filter(number=form.cleaned_data["number"]).first()
        if found is None or not constant_time_compare(found.key, form.cleaned_data["key"]):
            found = None
            form.add_error(None, _("We found no report with this number and key."))
    return render(request, "moderation/report_status.html", {"form": form, "report": found})


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own_list(request: SignedInRequest) -> HttpResponse:
    """The person's own reports."""
    return render(
        request, "moderation/own_reports.html", {"reports": own_reports(request.viewer)[:100]}
    )


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own(request: SignedInRequest, number: str) -> HttpResponse:
    """One of the person's own reports."""
    found = own_reports(request.viewer).filter(number=number).first()
    if found is None:
        raise Http404
    return render(request, "moderation/own_report.html", {"report": found})
