"""The form of a search in the queue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Board
from moderation.finding import LONGEST, SHORTEST, Sought

WAITING, DECIDED = "waiting", "decided"


class FindForm(forms.Form):
    """Words or a number, a board, days; one of them at least."""

    where = forms.ChoiceField(
        label=_("Where"),
        choices=[(WAITING, _("Posts that wait")), (DECIDED, _("My decisions"))],
        widget=forms.RadioSelect(attrs={"class": "choices-row"}),
        initial=WAITING,
    )
    q = forms.CharField(
        label=_("Words of the post, or a number"),
        min_length=SHORTEST,
        max_length=LONGEST,
        required=False,
    )
    board = forms.ModelChoiceField(
        label=_("Board"),
        queryset=Board.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All boards"),
    )
    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        """Something to look for."""
        data = super().clean() or {}
        if not self.errors and not any(data.get(name) for name in ("q", "board", "first", "last")):
            self.add_error("q", _("Say what you look for."))
        return data

    def sought(self) -> Sought:
        """What was asked for."""
        data = self.cleaned_data
        board = data["board"].slug if data["board"] else ""
        return Sought(data["q"].strip(), board, data["first"], data["last"])
