"""allauth's forms for signing in and for one's account, with labels in our words."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "oldpassword": _("Password now"),
    "password1": _("New password"),
    "password2": _("New password again"),
}


class PlainLabels:
    """Puts our labels on the fields that a form has."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LABELS.keys() & self.fields.keys():
            self.fields[name].label = LABELS[name]


class LoginForm(PlainLabels, forms.LoginForm):
    """Sign in with a password."""


class RequestLoginCodeForm(PlainLabels, forms.RequestLoginCodeForm):
    """Ask for a code by e-mail."""


class ResetPasswordForm(PlainLabels, forms.ResetPasswordForm):
    """Ask for a way to set a new password."""


class ResetPasswordKeyForm(PlainLabels, forms.ResetPasswordKeyForm):
    """Set a new password after that."""


class AddEmailForm(PlainLabels, forms.AddEmailForm):
    """One more address."""


class ChangePasswordForm(PlainLabels, forms.ChangePasswordForm):
    """Another password."""


class SetPasswordForm(PlainLabels, forms.SetPasswordForm):
    """A first password."""
