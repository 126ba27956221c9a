"""Sending a report: one question a page. Works signed out, suspended, without JavaScript."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest, VisitorRequest
from accounts.models import DocumentKind, Role, User
from forum.access_log import record_shown, shows_no_posts
from forum.models import Post, Surface
from forum.queries.access import about_words, professional_of
from forum.queries.profiles import words_shown_to
from forum.queries.threads import find_post
from forum.states import Severity
from moderation import limits, report_drafts
from moderation.actions.reporting import file_report, pin, pinned
from moderation.models import Category, Report
from moderation.report_drafts import (
    CHECK,
    POSTS,
    RULE,
    WHAT,
    WHO,
    WORDS,
    ReportDraft,
)
from moderation.report_forms import (
    ContactForm,
    NameForm,
    PostsForm,
    RuleForm,
    WhatForm,
    WordsForm,
    clause_of,
)
from moderation.report_queries import (
    can_be_hidden,
    is_cut_off,
    person_to_report,
    posts_around,
    posts_of,
    report_for,
)

# Above the questions, where somebody may need help (templates/components/help_panel.html).
HELP = {
    Category.SUICIDE_OR_OVERDOSE: "crisis",
    Category.SELF_HARM_OR_EATING: "crisis",
    Category.MEDICAL_EMERGENCY: "emergency",
    Category.GROOMING_OR_THREAT: "now",
}
# So many reports an hour are read at once from one account, or from one network signed out; of the
# less urgent ones (S2, S3) more must wait, urgent ones never do. Ours: a school may be one network.
HOUR = 60 * 60
MOST_AN_HOUR = {True: 20, False: 60}  # signed in, signed out
REPORTS = "reports"
GUIDE_MAX = 90  # characters of the title of a guide that a report is about
ALWAYS_TAKEN = (Severity.S0, Severity.S1)


@dataclass(slots=True)
class Subject:
    """What a report is about, as far as its reporter may see it now."""

    post: Post | None = None
    person: User | None = None

    @property
    def is_hcp(self) -> bool:
        """Whether it is about a health professional."""
        person = self.post.author if self.post else self.person
        return person is not None and person.role == Role.HCP


# The first page ----------------------------------------------------------------------------------


@access(Access.PUBLIC)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: VisitorRequest) -> HttpResponse:
    """Report something in general. ``?about=``: an entry of *Who has seen my posts*."""
    return _what(request, Subject(), initial={"category": request.GET.get("category", "")})


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def report_post(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Report a post that one can see."""
    post = find_post(request.viewer, public_id)
    if post is None or post.author_id == request.viewer.user_id:
        raise Http404
    return _what(request, Subject(post=post))


@access(Access.READER)
@require_http_methods(["GET", "HEAD", "POST"])
def report_person(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Report somebody whom one meets here."""
    person = person_to_report(request.viewer, public_id)
    if person is None:
        raise Http404
    return _what(request, Subject(person=person))


def _what(
    request: VisitorRequest, subject: Subject, initial: dict[str, Any] | None = None
) -> HttpResponse:
    form = WhatForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        draft = report_drafts.start(request.session, form.cleaned_data["key"])
        if draft.sent:
            return redirect("moderation:report_sent", draft.sent)
        if subject.post:
            draft.post = pin([subject.post])[0]
        if subject.person:
            draft.person = subject.person.public_id
            draft.profile = words_shown_to(request.viewer, draft.person)
        return _after_what(request, draft, form)
    return _render(request, WHAT, form, subject)


def _after_what(request: VisitorRequest, draft: ReportDraft, form: WhatForm) -> HttpResponse:
    draft.category = form.cleaned_data["category"]
    draft.is_trapped = bool(form.cleaned_data["website"])
    entry = request.GET.get("about", "")[:20]
    if entry and not draft.words:
        about = about_words(request.viewer, entry)
        draft.words = f"{about}\n\n" if about else ""
    guide = " ".join(request.GET.get("guide", "")[:GUIDE_MAX].split())
    if guide and not draft.words:
        draft.words = gettext("About the guide “%(title)s”: ") % {"title": guide} + "\n\n"
    if entry and draft.category == Category.HCP_BOUNDARY:
        hcp = professional_of(request.viewer, entry)
        draft.person = hcp.public_id if hcp else draft.person
    return _go_on(request, draft, WHAT)


# The other pages ---------------------------------------------------------------------------------


@access(Access.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: VisitorRequest, key: str, name: str) -> HttpResponse:
    """One question of a report that was begun, or the check before it is sent."""
    draft = report_drafts.load(request.session, key)
    if draft is None:
        return redirect("moderation:report")
    if draft.sent:
        return redirect("moderation:report_sent", draft.sent)
    posts = _posts_to_pick(request, draft)
    if name not in _steps(request, draft, posts):
        raise Http404
    subject = _subject(request, draft)
    form = _form(request, draft, name, subject, posts)
    if request.method == "POST" and form.is_valid():
        if isinstance(form, WhatForm):
            return _after_what(request, draft, form)
        _keep(draft, form)
        return _go_on(request, draft, name)
    return _render(request, name, form, subject, draft, posts)


def _form(
    request: VisitorRequest, draft: ReportDraft, name: str, subject: Subject, posts: list[Post]
) -> forms.Form:
    """The form of a page, with what was answered before. The check page has an empty one."""
    data = request.POST if request.method == "POST" else None
    if name == WHAT:
        return WhatForm(data, initial={"key": draft.key, "category": draft.category})
    if name == RULE:
        kind = DocumentKind.HCP_CODE if subject.is_hcp else DocumentKind.MEMBER_RULES
        picked = {"clause": draft.clause, "other": draft.clause}
        return RuleForm(data, category=draft.category, kind=kind, initial=picked)
    if name == POSTS:
        picked_posts = [public_id for public_id, _number in draft.evidence]
        return PostsForm(data, posts=posts, initial={"posts": picked_posts})
    if name == WORDS:
        return WordsForm(data, initial={"words": draft.words})
    if name == WHO and request.viewer.role == Role.MEMBER:
        return NameForm(data, initial={"name": "no" if draft.is_unnamed else "yes"})
    if name == WHO and request.viewer.user_id is None:
        return ContactForm(data, initial={"contact": draft.contact})
    return forms.Form(data)


def _keep(draft: ReportDraft, form: forms.Form) -> None:
    """Take the answers of a page into the draft."""
    if isinstance(form, RuleForm):
        draft.clause = form.picked
    elif isinstance(form, PostsForm):
        draft.evidence = pin(form.picked)
    elif isinstance(form, WordsForm):
        draft.words = form.cleaned_data["words"]
    elif isinstance(form, NameForm):
        draft.is_unnamed = form.cleaned_data["name"] == "no"
    elif isinstance(form, ContactForm):
        draft.contact = form.cleaned_data["contact"]


def _steps(request: VisitorRequest, draft: ReportDraft, posts: list[Post]) -> list[str]:
    """The pages of this report. Staff are not asked who they are: nobody decides on their own."""
    steps = draft.steps(has_posts=bool(posts))
    is_asked = request.viewer.role in (None, Role.MEMBER)
    return [name for name in steps if name != WHO or is_asked]


def _go_on(request: VisitorRequest, draft: ReportDraft, name: str) -> HttpResponse:
    """The next page, or sending where that was asked for or nothing is left to ask."""
    report_drafts.save(request.session, draft)
    if "send" in request.POST or name == CHECK:
        return _send(request, draft)
    steps = _steps(request, draft, _posts_to_pick(request, draft))
    is_change = "check" in request.GET
    following = CHECK if is_change else steps[steps.index(name) + 1]
    return redirect("moderation:report_step", draft.key, following)


def _posts_to_pick(request: VisitorRequest, draft: ReportDraft) -> list[Post]:
    """Posts that may belong to it, of those that the reporter can see now."""
    if draft.post:
        post = find_post(request.viewer, draft.post[0])
        return posts_around(request.viewer, post) if post else []
    person = _person(request, draft)
    return posts_of(request.viewer, person) if person else []


def _person(request: VisitorRequest, draft: ReportDraft) -> User | None:
    return User.objects.filter(public_id=draft.person).first() if draft.person else None


def _subject(request: VisitorRequest, draft: ReportDraft) -> Subject:
    post = find_post(request.viewer, draft.post[0]) if draft.post else None
    return Subject(post=post, person=_person(request, draft))


def _render(
    request: VisitorRequest,
    name: str,
    form: forms.Form,
    subject: Subject,
    draft: ReportDraft | None = None,
    posts: list[Post] | None = None,
    status: int = 200,
) -> HttpResponse:
    """One page, after writing down which posts it shows."""
    kept = {public_id for public_id, _number in draft.evidence} if draft else set()
    belonging = [post for post in posts or [] if name == POSTS or post.public_id in kept]
    shown = [*([subject.post] if subject.post else []), *belonging]
    record_shown(request, Surface.REPORT, posts=shown, titles=shown)
    context: dict[str, Any] = {"form": form, "subject": subject, "draft": draft}
    if draft:
        steps = _steps(request, draft, posts or [])
        number = steps.index(name) + 1
        context |= {
            "belonging": belonging,
            "category": Category(draft.category).label,
            "clause": clause_of(draft.clause),
            "help_kind": HELP.get(Category(draft.category), ""),
            "number": number,
            "total": len(steps),
            "back": steps[number - 2] if number > 1 else "",
            "steps": steps,
        }
    return render(request, f"moderation/report/{name}.html", context, status=status)


# Sending -----------------------------------------------------------------------------------------


def _send(request: VisitorRequest, draft: ReportDraft) -> HttpResponse:
    """File it, or say kindly that this one can wait."""
    who = limits.person_of(request)
    is_signed_in = request.viewer.user_id is not None
    number = limits.count(REPORTS, who, per=HOUR)
    is_many = number >= MOST_AN_HOUR[is_signed_in]
    if is_many and draft.severity not in ALWAYS_TAKEN:
        record_shown(request, Surface.REPORT)
        context = {"draft": draft, "sent_number": number}
        return render(request, "moderation/report/many.html", context, status=429)
    filed = _file(request, draft, is_many=is_many)
    limits.note(REPORTS, who, per=HOUR)
    report_drafts.mark_sent(request.session, draft, number=filed.number)
    report_drafts.give_access(request.session, number=filed.number, key=filed.key)
    if not is_signed_in and not request.session.get("joining"):
        request.session.set_expiry(0)  # until the browser is closed
    return redirect("moderation:report_sent", filed.number)


def _file(request: VisitorRequest, draft: ReportDraft, *, is_many: bool) -> Report:
    user = request.user if isinstance(request.user, User) else None
    is_unnamed = draft.is_unnamed and request.viewer.role == Role.MEMBER
    read = pinned([draft.post]) if draft.post else []
    # A member of staff or a member: too quick means a machine only where nobody signed in.
    is_suspect = user is None and draft.is_too_quick(timezone.now())
    return file_report(
        category=Category(draft.category),
        submission_key=draft.key,
        reporter=None if is_unnamed else user,
        unnamed_member=user if is_unnamed else None,
        post=read[0].post if read else None,
        revision=read[0] if read else None,
        about=_person(request, draft),
        profile=[draft.profile, words_shown_to(request.viewer, draft.person)],
        evidence=pinned(draft.evidence),
        clause=clause_of(draft.clause),
        words=draft.words,
        contact="" if user else draft.contact,
        is_suspect=is_suspect or is_many or draft.is_trapped,
    )


@access(Access.PUBLIC)
@shows_no_posts
@require_safe
def sent(request: VisitorRequest, number: str) -> HttpResponse:
    """Number and key of a report that was just sent from this browser."""
    found = report_for(request.session, request.viewer, number)
    if found is None:
        return redirect("moderation:report_status")
    context = {
        "report": found,
        "is_own": found.reporter_id is not None and found.reporter_id == request.viewer.user_id,
        "help_kind": HELP.get(Category(found.category), ""),
        "can_hide": can_be_hidden(request.viewer, found.about),
        "is_cut_off": is_cut_off(found),
        "is_about_hcp": found.about is not None and found.about.role == Role.HCP,
    }
    return render(request, "moderation/report/sent.html", context)
