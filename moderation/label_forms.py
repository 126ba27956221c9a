"""The form of a note under somebody's post."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from forum.models.label import LINK_MAX, NOTE_MAX, SOURCE_MAX


class NoteForm(forms.Form):
    """A note with its source. ``version`` is the version of the post that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Your note"),
        help_text=_("Kind and plain. About what is said, not about who said it. No doses."),
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    source = forms.CharField(
        label=_("Source"),
        help_text=_("Who says so, and when. For example: a guideline and its year."),
        max_length=SOURCE_MAX,
    )
    link = forms.CharField(
        label=_("Link to the source"),
        help_text=_("If there is one. It starts with https://"),
        max_length=LINK_MAX,
        required=False,
        validators=[URLValidator(schemes=["https", "http"])],
        widget=forms.URLInput,
    )
