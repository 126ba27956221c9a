"""The whole form for joining. Apart from forms.py, because allauth builds on ``JoinForm`` first."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django.utils.translation import gettext_lazy as _


class SignupForm(AllauthSignupForm):
    """allauth's form with our fields stored in the same insert, and a trap for robots.

    The trap is hidden by a class: an inline style would be dropped by our content policy.
    """

    field_order = ["pseudonym", "birth_month", "birth_year", "email", "password1", "website"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if trap := self.fields.get("website"):
            trap.widget.attrs.pop("style", None)
            trap.widget.attrs.update(
                {"class": "offscreen", "tabindex": "-1", "aria-hidden": "true"}
            )
            trap.label = _("Leave this empty")
