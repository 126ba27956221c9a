"""The form of a board's settings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import AgeGroup
from forum.models import Board
from forum.models.board import HoldPolicy
from moderation.actions.boards import version_of


class BoardForm(forms.Form):
    """All settings of one board. ``version`` is what the admin saw."""

    version = forms.CharField(max_length=16, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=60)
    description = forms.CharField(
        label=_("What it is about"), help_text=_("One short sentence."), max_length=200
    )
    age_groups = forms.MultipleChoiceField(
        label=_("Who can read and post here"),
        help_text=_("A group that you take away cannot read its own threads here any more."),
        choices=AgeGroup,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pick at least one age group.")},
    )
    hold_policy = forms.ChoiceField(
        label=_("What waits for a person first"), choices=HoldPolicy, widget=forms.RadioSelect
    )
    sample_percent = forms.IntegerField(
        label=_("Of the rest, how many in a hundred get a look"), min_value=0, max_value=100
    )
    opens_threads = forms.BooleanField(
        label=_("Yes, open the threads that are there to the new age group as well"),
        required=False,
    )

    @staticmethod
    def values_of(board: Board) -> dict[str, object]:
        """The settings as the form shows them."""
        return {
            "version": version_of(board),
            "title": board.title,
            "description": board.description,
            "age_groups": [group.value for group in board.age_groups],
            "hold_policy": board.hold_policy,
            "sample_percent": board.sample_percent,
        }

    def clean_age_groups(self) -> list[AgeGroup]:
        """The groups themselves."""
        return [AgeGroup(value) for value in self.cleaned_data["age_groups"]]

    def clean_hold_policy(self) -> HoldPolicy:
        """The policy itself."""
        return HoldPolicy(self.cleaned_data["hold_policy"])
