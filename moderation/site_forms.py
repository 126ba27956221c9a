"""The forms of the desk about the whole site."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Level
from accounts.models.site import REASON_MAX


class MomentInput(forms.DateTimeInput):
    """A day and a time as browsers ask for them."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MaintenanceForm(forms.Form):
    """How far the site is open. ``version`` is what the admin saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        label=_("The site is"), choices=Level, coerce=Level, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("What people read"),
        help_text=_("One short sentence, in plain words. You can leave it empty."),
        max_length=REASON_MAX,
        required=False,
    )
    until = forms.DateTimeField(
        label=_("When it should be over"),
        help_text=_("As well as you can tell. It does not end by itself."),
        required=False,
        widget=MomentInput(),
    )

    def clean_until(self) -> datetime | None:
        """Not over already."""
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This moment is over. Pick a later one."))
        return until

    def clean(self) -> dict[str, Any]:
        """An open site needs no end."""
        data = super().clean() or {}
        if data.get("level") == Level.OFF and "until" in self.errors:
            del self.errors["until"]
            data["until"] = None
        return data
