"""Joining."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.user import OLDEST, PSEUDONYM_MAX, YOUNGEST, age_on, group_for_age

MONTHS = [
    (1, _("January")),
    (2, _("February")),
    (3, _("March")),
    (4, _("April")),
    (5, _("May")),
    (6, _("June")),
    (7, _("July")),
    (8, _("August")),
    (9, _("September")),
    (10, _("October")),
    (11, _("November")),
    (12, _("December")),
]


class JoinForm(forms.Form):
    """What we ask beside e-mail and password: a name to be known by, month and year of birth."""

    pseudonym = forms.CharField(
        label=_("Your name here"),
        help_text=_("Make one up. Do not use your real name, or one you use elsewhere."),
        max_length=PSEUDONYM_MAX,
        validators=User._meta.get_field("pseudonym").validators,
    )
    birth_month = forms.TypedChoiceField(
        label=_("Month you were born"), choices=[("", _("Choose")), *MONTHS], coerce=int
    )
    birth_year = forms.IntegerField(
        label=_("Year you were born"),
        min_value=1900,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_pseudonym(self) -> str:
        """A name that nobody has yet, in any case."""
        pseudonym = self.cleaned_data["pseudonym"]
        if User.objects.filter(pseudonym__iexact=pseudonym).exists():
            raise ValidationError(_("Someone has this name already. Please pick another."))
        return pseudonym

    def clean(self) -> dict[str, Any]:
        """People from 13 to 25 can join."""
        data = super().clean() or {}
        year, month = data.get("birth_year"), data.get("birth_month")
        if year is not None and month is not None:
            age = age_on(timezone.localdate(), birth_year=year, birth_month=month)
            if group_for_age(age) is None:
                text = _("This place is for people from %(youngest)s to %(oldest)s.")
                words = {"youngest": YOUNGEST, "oldest": OLDEST}
                self.add_error("birth_year", text % words)
        return data

    def signup(self, request: HttpRequest, user: User) -> None:
        """Asked for by allauth; the adapter stores the fields."""
