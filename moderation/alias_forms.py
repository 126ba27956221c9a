"""The form for learning who wrote under another name."""

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.actions.aliases import Why


class RevealForm(forms.Form):
    """Why, as a code for the log and in words for the author."""

    why = forms.ChoiceField(
        label=_("Why do you need to know?"),
        choices=Why,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the three.")},
    )
    words = forms.CharField(
        label=_("Your words to the author"),
        help_text=_("They are told now that you looked, and read this."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why, in words for the author.")},
    )
