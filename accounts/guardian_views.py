"""Asking a parent or guardian, and their answer."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import guardian as guardians
from accounts.access import Access, access
from accounts.consent import NO, YES, in_force
from accounts.http import SignedInRequest, VisitorRequest
from accounts.models import Purpose, User
from accounts.site_settings import site

TOO_MANY = _("We have sent three mails this week. Please wait some days before the next one.")


class GuardianForm(forms.Form):
    """The address of a parent or guardian."""

    email = forms.EmailField(
        label=_("E-mail address of your parent or guardian"),
        help_text=_("We only use it to ask them. We delete it when they have answered."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        """Not one's own."""
        email: str = self.cleaned_data["email"].lower()
        if email == self.user.email.lower():
            raise ValidationError(_("This is your own address. We need theirs."))
        return email


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: SignedInRequest) -> HttpResponse:
    """Where the question stands; the address to ask, or to ask again."""
    answer = in_force(request.user, Purpose.GUARDIAN)
    waiting = guardians.open_request(request.user)
    status = 200
    initial = {"email": waiting.email if waiting else ""}
    form = GuardianForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            guardians.ask_guardian(user=request.user, email=form.cleaned_data["email"])
            return redirect("accounts:guardian")
        except guardians.NotNeeded:
            return redirect("accounts:guardian")
        except guardians.TooMany:
            form.add_error(None, TOO_MANY)
            status = 429
    context = {
        "form": form,
        "waiting": waiting,
        "answer": answer,
        "age": settings.DIGITAL_CONSENT_AGE,
    }
    return render(request, "accounts/guardian.html", context, status=status)


@access(Access.PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
def guardian_answer(request: VisitorRequest, token: str) -> HttpResponse:
    """What the guardian sees: what this is, yes and no. Nothing of the member."""
    context = {
        "operator": site().operator_name,
        "operator_email": site().operator_email,
        "answered": "",
    }
    value = request.POST.get("answer", "")
    if request.method == "POST" and value in (YES, NO):
        given = guardians.answer(token=token, value=value)
        if given is not None:
            context["answered"] = given.value
            return render(request, "accounts/guardian_answer.html", context)
    if guardians.request_from(token) is None:
        return render(request, "accounts/guardian_gone.html", context, status=404)
    return render(request, "accounts/guardian_answer.html", context)
