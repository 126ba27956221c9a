"""Following what became of a report: by number and key, or signed in. Works suspended too."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest, VisitorRequest
from accounts.models import Role, User
from forum.access_log import record_shown, shows_no_posts
from forum.actions import relations
from forum.models import Post, Surface
from forum.queries.threads import find_post
from moderation import limits, report_drafts
from moderation.actions.reporting import (
    COMPLAIN_WITHIN,
    GOES_ON,
    TooLate,
    add_evidence,
    answer_desk,
    complain,
    give_feedback,
    reporter_has_read,
    see_each_other_again,
    withdraw,
)
from moderation.models import EvidenceBy, HandledWell, Report
from moderation.queries import own_reports
from moderation.report_forms import AnswerForm, ComplaintForm, FeedbackForm, PostsForm, StatusForm
from moderation.report_queries import (
    can_be_hidden,
    is_cut_off,
    opened_by_key,
    posts_around,
    posts_of,
    report_for,
)

# Guesses at number and key (ours): after so many in ten minutes from one network, each number can
# be tried there once in five seconds. Nobody is locked out, and guessing stays hopeless.
GUESSES, MOST_GUESSES, GUESSES_PER, GUESS_WAIT = "report_guesses", 10, 600, 5
MOST_UNREAD = 20  # messages of a reporter that the desk has not read yet
LIST_SIZE = 100


# Finding it --------------------------------------------------------------------------------------


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: VisitorRequest) -> HttpResponse:
    """Open a report by number and key."""
    form = StatusForm(request.POST or None)
    answer = 200
    if request.method == "POST" and form.is_valid():
        number, network = form.cleaned_data["number"], limits.network_of(request)
        are_many = limits.count(GUESSES, network, per=GUESSES_PER) >= MOST_GUESSES
        turn = f"{network}:{number}"
        if are_many and not limits.has_turn(GUESSES, turn, wait=GUESS_WAIT):
            form.add_error(None, _("Please wait five seconds, then try again."))
            answer = 429
        elif found := opened_by_key(number, form.cleaned_data["key"]):
            report_drafts.give_access(request.session, number=found.number, key=found.key)
            return redirect("moderation:followed", found.number)
        else:
            limits.note(GUESSES, network, per=GUESSES_PER)
            form.add_error(None, _("We found no report with this number and key."))
    return render(request, "moderation/report/find.html", {"form": form}, status=answer)


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own_list(request: SignedInRequest) -> HttpResponse:
    """The person's own reports."""
    reports = own_reports(request.viewer)[:LIST_SIZE]
    return render(request, "moderation/own_reports.html", {"reports": reports})


@access(Access.ACCOUNT)
@shows_no_posts
@require_safe
def own(request: SignedInRequest, number: str) -> HttpResponse:
    """One of the person's own reports."""
    if not own_reports(request.viewer).filter(number=number).exists():
        raise Http404
    return _page(request, _report(request, number))


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def followed(request: VisitorRequest, number: str) -> HttpResponse:
    """A report that this browser has the key of."""
    found = report_for(request.session, request.viewer, number)
    if found is None:
        return redirect("moderation:report_status")
    return _page(request, found)


def _report(request: VisitorRequest, number: str) -> Report:
    """The report, or 404 where this browser may not open it."""
    found = report_for(request.session, request.viewer, number)
    if found is None:
        raise Http404
    return found


def _page(
    request: VisitorRequest,
    report: Report,
    *,
    answer: AnswerForm | None = None,
    feedback: FeedbackForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    given = {"handled_well": report.handled_well, "feedback": report.feedback}
    talk = list(report.messages.order_by("at", "pk"))
    complaint = Report.objects.filter(complaint_about=report).first()
    may_complain = report.decided_at is not None and now <= report.decided_at + COMPLAIN_WITHIN
    context: dict[str, Any] = {
        "report": report,
        "is_own": report.reporter_id is not None and report.reporter_id == request.viewer.user_id,
        "is_overdue": report.is_overdue(now),
        "goes_on": report.severity in GOES_ON,
        "talk": talk,
        "kept": report.evidence.count(),
        "complaint": complaint,
        "may_complain": may_complain and complaint is None and report.complaint_about_id is None,
        "can_hide": can_be_hidden(request.viewer, report.about),
        "is_cut_off": is_cut_off(report),
        "answer": answer or AnswerForm(),
        "feedback": feedback or FeedbackForm(initial=given),
        "form": answer or feedback,  # for "Error:" in the title and the summary
    }
    reporter_has_read(report=report, at=now)
    return render(request, "moderation/report/followed.html", context)


def _back_to(request: VisitorRequest, report: Report) -> HttpResponse:
    is_own = report.reporter_id is not None and report.reporter_id == request.viewer.user_id
    return redirect("moderation:own_report" if is_own else "moderation:followed", report.number)


# Saying more -------------------------------------------------------------------------------------


@access(Access.PUBLIC)
@shows_no_posts
@require_POST
def answer(request: VisitorRequest, number: str) -> HttpResponse:
    """Write to the desk."""
    report = _report(request, number)
    form = AnswerForm(request.POST)
    unread = report.messages.filter(from_desk=False, read_at=None).count()
    if form.is_valid() and unread >= MOST_UNREAD:
        words = _("We have %(number)s messages of yours. We read them first. Please wait a bit.")
        form.add_error("text", words % {"number": unread})
    if not form.is_valid():
        return _page(request, report, answer=form)
    data = form.cleaned_data
    answer_desk(report=report, text=data["text"], submission_key=data["key"])
    messages.success(request, _("Your message is with us."))
    return _back_to(request, report)


@access(Access.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def add_posts(request: VisitorRequest, number: str) -> HttpResponse:
    """Add more posts to a report, of those that one can see."""
    report = _report(request, number)
    posts = [] if report.is_finished else _posts_to_add(request, report)
    form = PostsForm(request.POST or None, posts=posts)
    if request.method == "POST" and form.is_valid():
        added = add_evidence(report=report, posts=form.picked, added_by=EvidenceBy.REPORTER)
        if added:
            messages.success(request, _("Added. We keep them as they are now."))
        return _back_to(request, report)
    record_shown(request, Surface.REPORT, posts=posts, titles=posts)
    context = {"report": report, "form": form, "posts": posts}
    return render(request, "moderation/report/add.html", context)


def _posts_to_add(request: VisitorRequest, report: Report) -> list[Post]:
    kept = set(report.evidence.values_list("post_public_id", flat=True))
    if report.post is not None:
        post = find_post(request.viewer, report.post.public_id)
        found = posts_around(request.viewer, post) if post else []
    else:
        found = posts_of(request.viewer, report.about) if report.about else []
    return [post for post in found if post.public_id not in kept]


# Its end -----------------------------------------------------------------------------------------


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: VisitorRequest, number: str) -> HttpResponse:
    """Take a report back; asks once."""
    report = _report(request, number)
    if request.method == "POST":
        if withdraw(report=report):
            messages.success(request, _("You took your report back."))
        return _back_to(request, report)
    context = {"report": report, "goes_on": report.severity in GOES_ON}
    return render(request, "moderation/report/withdraw.html", context)


@access(Access.PUBLIC)
@shows_no_posts
@require_POST
def rate(request: VisitorRequest, number: str) -> HttpResponse:
    """Say whether it was handled well."""
    report = _report(request, number)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _page(request, report, feedback=form)
    try:
        give_feedback(
            report=report,
            handled_well=HandledWell(form.cleaned_data["handled_well"]),
            words=form.cleaned_data["feedback"],
        )
    except TooLate:
        raise Http404 from None
    messages.success(request, _("Thank you. That helps us do better."))
    return _back_to(request, report)


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def look_again(request: VisitorRequest, number: str) -> HttpResponse:
    """Ask somebody uninvolved to look at how a report was handled."""
    report = _report(request, number)
    form = ComplaintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _complained(request, report, form)
    return render(request, "moderation/report/again.html", {"report": report, "form": form})


def _complained(request: VisitorRequest, report: Report, form: forms.Form) -> HttpResponse:
    data = form.cleaned_data
    try:
        complaint = complain(report=report, words=data["words"], submission_key=data["key"])
    except TooLate:
        raise Http404 from None
    report_drafts.give_access(request.session, number=complaint.number, key=complaint.key)
    return redirect("moderation:report_sent", complaint.number)


# Not meeting -------------------------------------------------------------------------------------


@access(Access.ACCOUNT)
@shows_no_posts
@require_POST
def hide(request: SignedInRequest, number: str) -> HttpResponse:
    """Put the person whom a report is about out of one's sight, at once."""
    report = _report(request, number)
    person = report.about
    if person is None or not can_be_hidden(request.viewer, person):
        return _back_to(request, report)
    _hide(request.user, person, known_as=report.post.alias if report.post else "")
    words = _("You and %(name)s no longer see each other.") % {"name": report.about_name}
    messages.success(request, words)
    return _back_to(request, report)


def _hide(member: User, person: User, *, known_as: str) -> None:
    if person.role == Role.HCP:
        relations.hide_from_hcp(member=member, hcp=person)
    else:
        relations.block(blocker=member, blocked=person, known_as=known_as)


@access(Access.ACCOUNT)
@shows_no_posts
@require_POST
def meet_again(request: SignedInRequest, number: str) -> HttpResponse:
    """See a professional again whom one reported; only once all is decided."""
    report = _report(request, number)
    if report.reporter_id != request.viewer.user_id:
        raise Http404
    try:
        if see_each_other_again(report=report):
            messages.success(request, _("You can see each other again."))
    except TooLate:
        messages.info(request, _("We are still looking at it. Until then we keep you apart."))
    return _back_to(request, report)
