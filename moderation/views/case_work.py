"""Work on a case: evidence, questions to people, measures at once, the checklist, the timeline."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.actions.state import IllegalMove
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions import case_evidence, interim
from moderation.actions.case_decisions import reports_of
from moderation.actions.cases import NotDeclared
from moderation.actions.decide import AlreadyDecided, ClaimedByOther
from moderation.actions.reporting import ask_reporter, write_to_reporter
from moderation.bundle import bundle
from moderation.case_forms import (
    AnswerForm,
    CutForm,
    EvidenceForm,
    HideForm,
    QuestionForm,
    ReferralForm,
    WriteForm,
)
from moderation.case_reads import (
    both,
    others_in,
    posts_by,
    side_of_person,
    side_of_reporters,
)
from moderation.leaks import find_leaks
from moderation.models import AccountRequest, InterimMeasure, ReferralAnswer, ReferralKind
from moderation.timeline import timeline_of
from moderation.views.cases import CHANGED, act, working

HELD_BY = _("%(name)s is looking at this post. Try again in five minutes.")


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: SignedInRequest, public_id: str, person: str) -> HttpResponse:
    """The newest posts of somebody in the case, to keep some. The reading is in the audit log."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    who = next((one for one in others_in(found) if one.public_id == person), None)
    if who is None:
        raise Http404
    posts = posts_by(request.viewer, who)
    form = EvidenceForm(request.POST or None, posts=posts)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            case_evidence.add_evidence(
                case=found, admin=request.user, posts=data["posts"], reason=data["reason"]
            )
            return redirect("moderation:case", found.public_id)
        except (NotVisible, NotDeclared):
            raise Http404 from None
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
    audit.record(
        actor=request.user,
        verb="read_posts_for_case",
        subject_kind="case",
        subject_public_id=found.public_id,
        data={"person": who.public_id, "posts": [post.public_id for post in posts]},
    )
    context = {"case": found, "who": who, "form": form, "posts": posts}
    return render(
        request, "moderation/case_evidence.html", context, status=422 if form.is_bound else 200
    )


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask somebody in the case for their account."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    form = QuestionForm(request.POST or None, people=others_in(found))
    leaks = []
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        leaks = find_leaks(data["question"], side_of_reporters(found))
        if data["confirmed"] or not leaks:
            try:
                case_evidence.ask_account(
                    case=found,
                    admin=request.user,
                    person=data["person"],
                    question=data["question"],
                )
                return redirect("moderation:case", found.public_id)
            except (NotVisible, NotDeclared):
                raise Http404 from None
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
    context = {"case": found, "form": form, "leaks": leaks}
    return render(
        request, "moderation/case_ask.html", context, status=422 if form.is_bound else 200
    )


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: SignedInRequest, public_id: str, number: str) -> HttpResponse:
    """Write to one of the people who reported. They hear their own talk only."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    report = reports_of(found).filter(number=number).select_related("reporter").first()
    if report is None:
        raise Http404
    form = WriteForm(request.POST or None)
    leaks = []
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        others = both(side_of_person(found), side_of_reporters(found, but=report))
        leaks = find_leaks(data["text"], others)
        if data["confirmed"] or not leaks:
            send = ask_reporter if data["asks"] else write_to_reporter
            try:
                send(
                    report=report,
                    admin=request.user,
                    text=data["text"],
                    submission_key=data["key"],
                )
                return redirect("moderation:case", found.public_id)
            except NotVisible:
                raise Http404 from None
    context = {"case": found, "report": report, "form": form, "leaks": leaks}
    return render(
        request, "moderation/case_write.html", context, status=422 if form.is_bound else 200
    )


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def at_once(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Cut off access or hide a post, before the decision."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    what = request.POST.get("do", "")
    people = [one for one in others_in(found) if one.pk != request.user.pk]
    posts = [post for post in interim.posts_of(found) if post.status not in ("hidden", "removed")]
    cut_form = CutForm(request.POST if what == "cut" else None, people=people)
    hide_form = HideForm(request.POST if what == "hide" else None, case=found, posts=posts)
    form = hide_form if what == "hide" else cut_form
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            if what == "cut":
                interim.cut_access(
                    case=found, admin=request.user, person=data["person"], reason=data["reason"]
                )
            else:
                interim.hide_post(
                    case=found,
                    admin=request.user,
                    post=data["post"],
                    version=data["post"].version,
                    clause=data["clause"],
                    message=data["message"],
                    reason=data["reason"],
                )
            return redirect("moderation:case", found.public_id)
        except (NotVisible, NotDeclared):
            raise Http404 from None
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        except ClaimedByOther as taken:
            form.add_error(None, HELD_BY % {"name": taken.claim.moderator.pseudonym})
        except (StaleVersion, AlreadyDecided, IllegalMove):
            form.add_error(None, CHANGED)
    context = {
        "case": found,
        "cut_form": cut_form,
        "hide_form": hide_form,
        "people": people,
        "posts": posts,
        "form": form if form.is_bound else None,
    }
    return render(
        request, "moderation/case_at_once.html", context, status=422 if form.is_bound else 200
    )


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def restore(request: SignedInRequest, public_id: str, measure: str) -> HttpResponse:
    """Give access back."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    row = InterimMeasure.objects.filter(public_id=measure).select_related("case").first()
    if row is None or (row.case.merged_into_id or row.case_id) != found.pk:
        raise Http404
    try:
        interim.restore_access(measure=row, case=found, admin=request.user)
    except (NotVisible, NotDeclared):
        raise Http404 from None
    return redirect("moderation:case", found.public_id)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def referral(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Answer one line of the checklist."""
    form = ReferralForm(request.POST)
    return act(
        request,
        public_id,
        "referral_form",
        form,
        lambda case: case_evidence.answer_referral(
            case=case,
            admin=request.user,
            kind=ReferralKind(form.cleaned_data["kind"]),
            answer=ReferralAnswer(form.cleaned_data["answer"]),
            words=form.cleaned_data["words"],
        ),
    )


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def timeline(request: SignedInRequest, public_id: str) -> HttpResponse:
    """All that happened in a case, oldest first."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    audit.record(
        actor=request.user,
        verb="read_case",
        subject_kind="case",
        subject_public_id=found.public_id,
    )
    with_reads = request.GET.get("reads") == "1"
    context = {
        "case": found,
        "entries": timeline_of(found, with_reads=with_reads),
        "with_reads": with_reads,
    }
    return render(request, "moderation/case_timeline.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def export(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The case as a bundle of files. That it was taken is in the audit log."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    now = timezone.now()
    packed = bundle(found, at=now)
    audit.record(
        actor=request.user,
        verb="case_exported",
        subject_kind="case",
        subject_public_id=found.public_id,
        data={"manifest": packed.manifest_hash},
        at=now,
    )
    response = HttpResponse(packed.content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="case-{found.public_id}.zip"'
    return response


# The side of the person who was asked -------------------------------------------------------------


@access(Access.ACCOUNT)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: SignedInRequest, public_id: str) -> HttpResponse:
    """A question of the team to this person, and their answer. It names no case and no report."""
    asked = AccountRequest.objects.filter(public_id=public_id, asked=request.user).first()
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if form.is_bound and asked.answered_at is None and form.is_valid():
        try:
            case_evidence.answer_account(
                request=asked, person=request.user, answer=form.cleaned_data["answer"]
            )
            return redirect("moderation:question", asked.public_id)
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("answer", str(refusal.message))
    context = {"asked": asked, "form": form}
    return render(request, "moderation/question.html", context, status=422 if form.errors else 200)
