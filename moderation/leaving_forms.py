"""The one question of leaving."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import KeepPosts


class LeavingForm(forms.Form):
    """What becomes of the posts: two choices, none picked."""

    posts = forms.ChoiceField(
        label=_("What shall happen to your posts?"),
        choices=KeepPosts,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the two.")},
    )
