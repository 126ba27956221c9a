"""Forms of the reviewers' own settings."""

from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moderation.forms import ClauseField, current_clauses
from moderation.models import DecisionKind
from moderation.shortcuts import ACTIONS, clashes
from moderation.spam import MOST_AT_ONCE
from moderation.wellbeing import AWAY_AT_MOST

UNTIL_A_DAY = "day"


class AwayForm(forms.Form):
    """How long to leave hard topics to others."""

    lasts = forms.ChoiceField(
        label=_("How long?"),
        choices=[
            ("4", _("4 hours")),
            ("24", _("A day")),
            ("168", _("A week")),
            (UNTIL_A_DAY, _("Until a day that I pick")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick how long.")},
    )
    day = forms.DateField(
        label=_("The last day of your rest"),
        help_text=_("Only for the last choice. At most 30 days."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        """A day that is to come, and not too far."""
        data = super().clean() or {}
        if data.get("lasts") != UNTIL_A_DAY or "day" in self.errors:
            return data
        today = timezone.localdate()
        day = data.get("day")
        if day is None or not today <= day <= today + AWAY_AT_MOST:
            self.add_error("day", _("Pick a day from today on, at most 30 days ahead."))
        return data

    def until(self, at: datetime) -> datetime:
        """The end of the rest."""
        if self.cleaned_data["lasts"] != UNTIL_A_DAY:
            return at + timedelta(hours=int(self.cleaned_data["lasts"]))
        after = self.cleaned_data["day"] + timedelta(days=1)
        return timezone.make_aware(datetime.combine(after, time()))


class KeysForm(forms.Form):
    """Whether keys work, and which one does what."""

    is_on = forms.BooleanField(label=_("Use these keys in the queue"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for action in ACTIONS:
            self.fields[action.name] = forms.CharField(
                label=str(action.label),
                max_length=1,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
                error_messages={"max_length": _("One letter or digit.")},
            )

    def clean(self) -> dict[str, Any]:
        """Letters and digits, each for one thing alone."""
        data = super().clean() or {}
        keys = self.keys()
        for name, key in keys.items():
            if key and not key.isalnum():
                self.add_error(name, _("One letter or digit."))
        labels = {action.name: action.label for action in ACTIONS}
        for name, first in clashes(keys).items():
            words = _("This key is taken by “%(action)s”. Pick another.")
            self.add_error(name, words % {"action": labels[first]})
        return data

    def keys(self) -> dict[str, str]:
        """Action -> key, in small letters."""
        return {a.name: (self.cleaned_data.get(a.name) or "").lower() for a in ACTIONS}


class TicksField(forms.Field):
    """Ticked posts as ``public id:version``; gives pairs. Anything else is an error."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: list[str] | None) -> list[tuple[str, int]]:
        """The pairs, at least one and not too many."""
        if not value:
            raise forms.ValidationError(_("Tick at least one."))
        pairs = []
        for text in value[:MOST_AT_ONCE]:
            public_id, _colon, version = text.partition(":")
            if not version.isdecimal() or len(version) > len("9" * 9):
                raise forms.ValidationError(_("Please tick them again."))
            pairs.append((public_id[:20], int(version)))
        return pairs


class SpamForm(forms.Form):
    """One decision for several posts that are spam."""

    post = TicksField()
    kind = forms.ChoiceField(
        label=_("Your decision"),
        choices=[(DecisionKind.REMOVE, _("Remove")), (DecisionKind.HIDE, _("Hide for now"))],
        initial=DecisionKind.REMOVE,
        widget=forms.RadioSelect,
    )
    clause = ClauseField(label=_("Which rule"), empty_label=None)
    message = forms.CharField(
        label=_("Message to the authors"),
        help_text=_("Kind and plain. They read this."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tell the authors why.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause = cast(ClauseField, self.fields["clause"])
        clause.offer(current_clauses())
        clause.required = True
        clause.initial = "no-selling"
