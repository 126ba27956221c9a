"""The pages of joining: one question each, then all answers to check, then the code."""

from collections.abc import Callable

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import complete_signup
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.invitations import digest_of, is_usable, note_wrong, too_many
from accounts.joining import steps
from accounts.joining.account import (
    AlreadyMade,
    JoiningClosed,
    NameTaken,
    NotInvited,
    make_account,
)
from accounts.joining.forms import (
    BY_CODE,
    BY_PASSWORD,
    LATER,
    MONTHS,
    OWN,
    AgeForm,
    ChoicesForm,
    InvitationForm,
    ModuleForm,
    NameForm,
    ProfessionalsForm,
    ShownForm,
    SignInForm,
    TeenChoicesForm,
)
from accounts.joining.names import suggest_names, taken_among
from accounts.joining.steps import Joining
from accounts.models import HcpChoice
from accounts.wording import as_html

NO_SUCH_CODE = gettext_lazy("This code does not work. Please check it, or ask for a new one.")
TOO_MANY_CODES = gettext_lazy("That were many tries. Please wait an hour, then try again.")


@access(Access.PUBLIC)
@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """Where everybody starts, and where everybody is led back to."""
    if request.user.is_authenticated:
        return redirect("home")
    if steps.is_closed(request.session):
        return render(request, "accounts/join/closed.html")
    if steps.was_sent(request.session):
        return render(request, "accounts/join/waiting.html")
    joining = steps.load(request.session)
    if joining is None:
        return render(request, "account/signup_closed.html")
    return redirect("accounts:join_step", joining.next_step())


@access(Access.PUBLIC)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join_step(request: HttpRequest, step: str) -> HttpResponse:
    """One step. Whoever is not that far yet, or is through, is led to where they are."""
    closed = steps.is_closed(request.session) or steps.was_sent(request.session)
    joining = None if closed else steps.load(request.session)
    if request.user.is_authenticated or joining is None:
        return redirect("accounts:join")
    if step not in joining.steps and step != steps.INVITATION:
        raise Http404
    if not joining.may_open(step):
        return redirect("accounts:join_step", joining.next_step())
    return PAGES.get(step, _read)(request, joining, step)


@access(Access.PUBLIC)
@require_POST
def join_again(request: HttpRequest) -> HttpResponse:
    """Another address after the code went to the wrong one: most answers are still there."""
    joining = steps.load(request.session)
    if joining is not None and joining.answers.sent:
        joining.answers.sent = False
        joining.save()
    return redirect("accounts:join")


@access(Access.PUBLIC)
@require_POST
def join_stop(request: HttpRequest) -> HttpResponse:
    """Forget all answers, as somebody changed their mind or shares a device."""
    steps.forget(request.session)
    messages.info(request, _("Your answers are gone. You can start again whenever you like."))
    return redirect("home")


@access(Access.ACCOUNT)
@require_safe
def welcome(request: SignedInRequest) -> HttpResponse:
    """The first page after joining: what to do first."""
    return render(request, "accounts/join/welcome.html")


# The steps ---------------------------------------------------------------------------------------


def _age(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    answers = joining.answers
    born = {"birth_month": answers.birth_month, "birth_year": answers.birth_year}
    form = AgeForm(request.POST or None, initial=born)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, joining, step, form)
    answers.birth_month = form.cleaned_data["birth_month"]
    answers.birth_year = form.cleaned_data["birth_year"]
    if steps.group_now(answers) is None:
        steps.close_gate(request.session)
        return redirect("accounts:join")
    return _done(joining)


def _invitation(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    """Wrong, used up, over and taken back all read the same. Too many tries only wait."""
    form = InvitationForm(request.POST or None)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, joining, step, form)
    if too_many(request):
        form.add_error("code", TOO_MANY_CODES)
    else:
        digest = digest_of(form.cleaned_data["code"])
        if is_usable(digest, timezone.now()):
            joining.answers.invitation = digest
            return _done(joining)
        note_wrong(request)
        form.add_error("code", NO_SUCH_CODE)
    return _page(request, joining, step, form)


def _name(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    answers = joining.answers
    if "other" in request.POST or len(answers.suggestions) == 0:
        answers.suggestions = suggest_names(without=answers.suggestions)
        joining.save()
    gone = taken_among(answers.suggestions)
    if gone:
        free = [name for name in answers.suggestions if name.lower() not in gone]
        more = suggest_names(without=answers.suggestions)
        answers.suggestions = [*free, *more][: len(answers.suggestions)]
        joining.save()
    if "other" in request.POST:
        return redirect("accounts:join_step", step)
    suggested = answers.pseudonym in answers.suggestions
    initial = {"pick": answers.pseudonym} if suggested else {"own": answers.pseudonym}
    if answers.pseudonym and not suggested:
        initial["pick"] = OWN
    form = NameForm(request.POST or None, suggestions=answers.suggestions, initial=initial)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, joining, step, form)
    answers.pseudonym = form.cleaned_data["pseudonym"]
    return _done(joining)


def _read(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    """A wrong answer shows the point again, with a word on it, and then nobody is held up."""
    answers, module = joining.answers, joining.module_of(step)
    tried = answers.tried.get(module.slug)
    form = ModuleForm(request.POST or None, module=module, initial={"seen": answers.notice})
    if request.method == "POST" and not _same_wording(form, joining):
        return _shown_again(request, joining)
    if request.method == "POST" and "go_on" in request.POST and tried is not None:
        return _has_read(joining, module.slug)
    if request.method == "POST" and form.is_valid():
        answer = module.answers[form.cleaned_data["answer"]]
        if answer["right"]:
            messages.success(request, answer["reply"])
            return _has_read(joining, module.slug)
        answers.tried[module.slug] = form.cleaned_data["answer"]
        joining.save()
        return redirect("accounts:join_step", step)
    reply = module.answers[tried]["reply"] if tried is not None else ""
    context = {
        "module": module,
        "text": as_html(module.text),
        "intro": joining.notice.intro if module == joining.modules[0] else "",
        "reply": reply,
    }
    return _page(request, joining, step, form, template="read", **context)


def _has_read(joining: Joining, slug: str) -> HttpResponse:
    if slug not in joining.answers.read:
        joining.answers.read.append(slug)
    joining.answers.tried.pop(slug, None)
    return _done(joining)


def _professionals(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    answers = joining.answers
    initial = {"seen": answers.notice}
    if answers.professionals is not None:
        initial["choice"] = answers.professionals or LATER
    form = ProfessionalsForm(request.POST or None, initial=initial)
    if request.method == "POST" and not _same_wording(form, joining):
        return _shown_again(request, joining)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, joining, step, form)
    choice = form.cleaned_data["choice"]
    answers.professionals = "" if choice == LATER else choice
    return _done(joining)


def _choices(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    answers = joining.answers
    form_class = ChoicesForm if joining.may_be_asked_about_research else TeenChoicesForm
    initial = {
        "seen": answers.notice,
        "joins": answers.joins,
        "wants_email": answers.wants_email,
        "wants_research": answers.wants_research,
    }
    form = form_class(request.POST or None, initial=initial)
    if request.method == "POST" and not _same_wording(form, joining):
        return _shown_again(request, joining)
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, joining, step, form)
    answers.joins = True
    answers.wants_email = form.cleaned_data["wants_email"]
    answers.wants_research = form.cleaned_data.get("wants_research", False)
    return _done(joining)


def _sign_in(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    answers = joining.answers
    initial = {"email": answers.email}
    if answers.email:
        initial["way"] = BY_PASSWORD if answers.password else BY_CODE
    form = SignInForm(
        request.POST or None,
        has_password=bool(answers.password),
        pseudonym=answers.pseudonym,
        initial=initial,
    )
    if not (request.method == "POST" and form.is_valid()):
        return _page(request, joining, step, form)
    data = form.cleaned_data
    answers.email, answers.trap = data["email"], bool(data["website"])
    if data["way"] == BY_CODE:
        answers.password = ""
    elif data["password"]:
        answers.password = make_password(data["password"])
    return _done(joining)


def _check(request: HttpRequest, joining: Joining, step: str) -> HttpResponse:
    """All answers with a way to change each; sending makes the account."""
    if request.method != "POST":
        choice = joining.answers.professionals
        context = {
            "choice": HcpChoice(choice).label if choice else "",
            "month": dict(MONTHS).get(joining.answers.birth_month or 0),
        }
        return _page(request, joining, step, Form(), template="check", **context)
    if limited := consume_or_429(request, action="signup"):
        return limited
    if joining.answers.trap:
        joining.finish()
        return get_adapter().respond_email_verification_sent(request, None)
    try:
        made = make_account(request, joining)
    except NameTaken:
        joining.answers.pseudonym = ""
        joining.save()
        messages.info(request, _("Someone has just taken that name. Please pick another."))
        return redirect("accounts:join_step", steps.NAME)
    except NotInvited:
        joining.answers.invitation = ""
        joining.save()
        messages.info(request, _("Your code does not work any more. Your other answers are kept."))
        return redirect("accounts:join_step", steps.INVITATION)
    except (AlreadyMade, JoiningClosed):
        return redirect("accounts:join")
    joining.finish()
    if isinstance(made, HttpResponse):
        return made
    try:
        return complete_signup(
            request, made, app_settings.EMAIL_VERIFICATION, reverse("accounts:welcome")
        )
    except ImmediateHttpResponse as stop:
        return stop.response


Page = Callable[[HttpRequest, Joining, str], HttpResponse]
PAGES: dict[str, Page] = {
    steps.AGE: _age,
    steps.INVITATION: _invitation,
    steps.NAME: _name,
    steps.PROFESSIONALS: _professionals,
    steps.CHOICES: _choices,
    steps.SIGN_IN: _sign_in,
    steps.CHECK: _check,
}


# What they share ---------------------------------------------------------------------------------


def _done(joining: Joining) -> HttpResponse:
    """Keep the answers, and go to the first step that is still open."""
    joining.save()
    return redirect("accounts:join")


def _same_wording(form: ShownForm, joining: Joining) -> bool:
    """Whether an answer is about the words that count now (not those of another tab or day)."""
    return form.data.get("seen") == joining.answers.notice


def _shown_again(request: HttpRequest, joining: Joining) -> HttpResponse:
    messages.info(request, _("The words have changed since you opened that page. Here they are."))
    return redirect("accounts:join_step", joining.next_step())


def _page(
    request: HttpRequest,
    joining: Joining,
    step: str,
    form: Form,
    *,
    template: str = "",
    **context: object,
) -> HttpResponse:
    order = joining.steps
    # Who has a code without needing one gives it between two steps.
    number = order.index(step if step in order else steps.NAME)
    return render(
        request,
        f"accounts/join/{(template or step).replace('-', '_')}.html",
        {
            "form": form,
            "answers": joining.answers,
            "needs_invitation": joining.needs_invitation,
            "asks_research": joining.may_be_asked_about_research,
            "number": number + 1,
            "total": len(order),
            "back": order[number - 1] if number else "",
            **context,
        },
    )
