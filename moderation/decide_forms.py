"""The form of a decision."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.forms import ClauseField, current_clauses
from moderation.models import DecisionKind
from moderation.models.decision import LIMITING, SAYING


class DecideForm(forms.Form):
    """One decision. ``version`` is the version of the post that the moderator saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Your decision"), choices=DecisionKind, widget=forms.RadioSelect
    )
    clause = ClauseField(label=_("Which rule"), empty_label=_("None"))
    message = forms.CharField(
        label=_("Message to the author"),
        help_text=_("Kind and plain. They read this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    private_note = forms.CharField(
        label=_("Note for the team"),
        help_text=_("The author does not see this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ClauseField, self.fields["clause"]).queryset = current_clauses()

    def clean(self) -> dict[str, Any]:
        """What limits somebody needs a rule and a message."""
        data = super().clean() or {}
        if data.get("kind") in LIMITING and not data.get("clause"):
            self.add_error("clause", _("Pick the rule that this is about."))
        if data.get("kind") in SAYING and not (data.get("message") or "").strip():
            self.add_error("message", _("Tell the author why."))
        return data
