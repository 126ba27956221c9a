"""The form of a poll, beside that of a question; and of a vote."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models.poll import (
    FEWEST_OPTIONS,
    LONGEST_DAYS,
    MOST_OPTIONS,
    OPTION_MAX,
    QUESTION_MAX,
    SHORTEST_DAYS,
)

USUAL_DAYS = 7


class PollForm(forms.Form):
    """A poll, or none where the question is empty. Its fields are called ``poll-...``."""

    prefix = "poll"
    question = forms.CharField(
        label=_("What do you want to know?"), max_length=QUESTION_MAX, required=False
    )
    options = forms.CharField(
        label=_("Answers to pick from"),
        help_text=_("One on each line, two to six."),
        max_length=(OPTION_MAX + 2) * MOST_OPTIONS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_multiple = forms.BooleanField(label=_("People can pick more than one"), required=False)
    days = forms.IntegerField(
        label=_("Open for how many days"),
        min_value=SHORTEST_DAYS,
        max_value=LONGEST_DAYS,
        initial=USUAL_DAYS,
        required=False,
    )
    results_later = forms.BooleanField(
        label=_("Show results only after voting, or at the end"), initial=True, required=False
    )

    def __init__(self, *args: Any, poll: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """``poll``: one that was kept with a draft."""
        if poll:
            kwargs["initial"] = {**poll, "options": "\n".join(poll["options"])}
        super().__init__(*args, **kwargs)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody has begun a poll: then the fields stand open."""
        return bool(self["question"].value() or self["options"].value() or self.errors)

    def clean_options(self) -> list[str]:
        """The answers, each once, without empty lines."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["options"].splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        """A question needs answers, and the other way round."""
        data = super().clean() or {}
        options, question = data.get("options", []), data.get("question", "")
        if options and not question:
            self.add_error("question", _("Write the question, or take the answers out."))
        if question and not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
            self.add_error("options", _("Write two to six answers, one on each line."))
        if any(len(option) > OPTION_MAX for option in options):
            self.add_error("options", _("Keep each answer under 80 characters."))
        return data

    def poll(self) -> dict[str, Any]:
        """The poll as a draft keeps it; empty for none. For a valid form."""
        data = self.cleaned_data
        if not data["question"]:
            return {}
        return {**data, "days": data["days"] or USUAL_DAYS}
