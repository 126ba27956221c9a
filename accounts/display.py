"""How pages look for one person: colours, contrast, letters, content notes. *Me > Display*."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import User

SAVED = _("Saved. All pages look like this now.")
NOTES = "opens_notes"


class DisplayForm(forms.Form):
    """The choices. Empty means: as the phone or computer says."""

    theme = forms.ChoiceField(
        label=_("Colours"),
        choices=[("", _("As my phone says")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
        required=False,
    )
    contrast = forms.ChoiceField(
        label=_("Contrast"),
        choices=[("", _("As my phone says")), ("high", _("High")), ("normal", _("Normal"))],
        widget=forms.RadioSelect,
        required=False,
    )
    font = forms.ChoiceField(
        label=_("Letters"),
        choices=[("", _("The usual ones")), ("hyperlegible", _("Easier to tell apart"))],
        widget=forms.RadioSelect,
        required=False,
    )
    opens_notes = forms.BooleanField(
        label=_("Always open content notes"),
        help_text=_("You see what is behind a note without a tap."),
        required=False,
    )


def opens_notes(user: User) -> bool:
    """Whether what stands under content notes is open for this person from the start."""
    return bool(user.display.get(NOTES))


@transaction.atomic
def choose_display(*, user: User, choices: dict[str, Any]) -> None:
    """Keep how pages look for this person; what is empty is not kept."""
    kept = {name: value for name, value in choices.items() if value}
    User.objects.filter(pk=user.pk).update(display=kept)


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def display(request: SignedInRequest) -> HttpResponse:
    """How pages look for this person; POST changes it."""
    sent = request.POST if request.method == "POST" else None
    form = DisplayForm(sent, initial=request.user.display)
    if form.is_valid():
        choose_display(user=request.user, choices=form.cleaned_data)
        messages.success(request, SAVED)
        return redirect("accounts:display")
    return render(request, "accounts/display.html", {"form": form})
