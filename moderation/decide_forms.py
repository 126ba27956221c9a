"""The form of a decision."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Post, Status
from moderation.forms import ClauseField, current_clauses
from moderation.messages import usual_message
from moderation.models import DecisionKind
from moderation.models.decision import LIMITING, SAYING

READ_IT = _("These are our usual words. Change what you like, then send.")


class DecideForm(forms.Form):
    """One decision. ``version`` is the version of the post that the moderator saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Your decision"), choices=DecisionKind, widget=forms.RadioSelect
    )
    passages = forms.CharField(
        label=_("Words to hide"),
        help_text=_("Only for “Hide a part”. Copy them exactly, one passage a line."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    clause = ClauseField(label=_("Which rule"), empty_label=_("None"))
    message = forms.CharField(
        label=_("Message to the author"),
        help_text=_("Kind and plain. They read this. Leave it empty to get our usual words first."),
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
        self.clauses = cast(ClauseField, self.fields["clause"]).offer(current_clauses())

    def offer(self, post: Post) -> None:
        """Offer what can be decided on this post: what its author deleted can only be closed."""
        gone = post.status == Status.WITHDRAWN
        only = (DecisionKind.SAFEGUARD, DecisionKind.CLOSE)
        kinds = [kind for kind in DecisionKind if (kind in only if gone else kind != only[1])]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [
            (kind.value, kind.label) for kind in kinds
        ]

    def clean(self) -> dict[str, Any]:
        """What limits somebody needs a rule and a message."""
        data = super().clean() or {}
        if data.get("kind") in LIMITING and not data.get("clause"):
            self.add_error("clause", _("Pick the rule that this is about."))
        data["passages"] = [line.strip() for line in (data.get("passages") or "").splitlines()]
        data["passages"] = [words for words in data["passages"] if words]
        if data.get("kind") == DecisionKind.HIDE_PART and not data["passages"]:
            self.add_error("passages", _("Which words? Copy them from the post."))
        if data.get("kind") in SAYING and not (data.get("message") or "").strip():
            usual = self._usual_message(data)
            if usual:
                # Nothing is sent that the reviewer has not read: it is shown first.
                self.data = {**{name: self.data[name] for name in self.data}, "message": usual}
            self.add_error("message", READ_IT if usual else _("Tell the author why."))
        return data

    def _usual_message(self, data: dict[str, Any]) -> str:
        clause = data.get("clause")
        return usual_message(data["kind"], clause) if clause else ""
