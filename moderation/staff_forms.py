"""The forms of the desk about the team."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.user import PSEUDONYM_MAX
from moderation.models import StaffChangeKind
from moderation.models.staff import STAFF_REASON_MAX

APPOINTED = [
    (kind.value, kind.label) for kind in (StaffChangeKind.MODERATOR, StaffChangeKind.ADMIN)
]


class DayInput(forms.DateInput):
    """A day as browsers ask for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AppointForm(forms.Form):
    """Somebody who has no account yet."""

    kind = forms.TypedChoiceField(
        label=_("What they will be"),
        choices=APPOINTED,
        coerce=StaffChangeKind,
        widget=forms.RadioSelect,
    )
    pseudonym = forms.CharField(
        label=_("The name that others see"),
        max_length=PSEUDONYM_MAX,
        validators=User._meta.get_field("pseudonym").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("They sign in with it. None that has an account here."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    trained_on = forms.DateField(
        label=_("Day of the training"),
        help_text=_("Moderators need one."),
        required=False,
        widget=DayInput(),
    )
    reason = forms.CharField(
        label=_("Why"), help_text=_("Admins read this."), max_length=STAFF_REASON_MAX
    )

    def clean_trained_on(self) -> date | None:
        """Not still to come."""
        day: date | None = self.cleaned_data["trained_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class RemoveForm(forms.Form):
    """Why a role should end."""

    reason = forms.CharField(
        label=_("Why"), help_text=_("Admins read this."), max_length=STAFF_REASON_MAX
    )


class PeopleForm(forms.Form):
    """A name, or how it starts."""

    q = forms.CharField(label=_("A name, or how it starts"), max_length=PSEUDONYM_MAX, min_length=2)
