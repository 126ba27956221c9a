"""Forms of the admins' pages about health professionals."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Clause, Document, DocumentKind
from accounts.models.application import WORDS_MAX
from moderation.forms import ClauseField
from moderation.models import MeasureKind
from moderation.models.hcp import WORDS_MAX as MEASURE_WORDS_MAX

YES, NO = "yes", "no"


def code_clauses() -> QuerySet[Clause]:
    """Clauses of the code in force."""
    code = Document.objects.current(DocumentKind.HCP_CODE)
    return code.clauses.all() if code else Clause.objects.none()


class RoundForm(forms.Form):
    """``round``: how often it had been sent when the admin saw it."""

    round = forms.IntegerField(widget=forms.HiddenInput)


class CheckForm(RoundForm):
    """What one admin found in the register."""

    looked_up_where = forms.CharField(
        label=_("Where you looked"),
        help_text=_("The page of the register, or who told you by phone."),
        max_length=200,
    )
    looked_up_on = forms.DateField(
        label=_("When"),
        help_text=_("Year, month, day. Such as 2026-03-21."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    matches = forms.ChoiceField(
        label=_("What you found"),
        choices=[
            (YES, _("The entry is there, is valid, and it is the same person")),
            (NO, _("Something does not fit")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note for the admins"),
        help_text=_("How you know that it is the same person. The applicant does not see it."),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_looked_up_on(self) -> date:
        """Not in the future."""
        day: date = self.cleaned_data["looked_up_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        """A doubt says which."""
        data = super().clean() or {}
        if data.get("matches") == NO and not (data.get("note") or "").strip():
            self.add_error("note", _("Say what does not fit."))
        return data


class QuestionForm(RoundForm):
    """A question to the applicant."""

    question = forms.CharField(
        label=_("Your question"),
        help_text=_("The applicant reads it, changes what you ask about, and sends it again."),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefuseForm(RoundForm):
    """A no with its reason."""

    reason = forms.CharField(
        label=_("Your reason"),
        help_text=_("The applicant reads it."),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MeasureForm(forms.Form):
    """Access on hold, or the end of the role."""

    kind = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            (MeasureKind.SUSPEND, _("Put the access on hold while we look into something")),
            (MeasureKind.REVOKE, _("End the role. A second admin must agree")),
        ],
        widget=forms.RadioSelect,
    )
    clause = ClauseField(label=_("Which line of the code"), empty_label=_("Pick one"))
    reason = forms.CharField(
        label=_("Reason, for admins"),
        max_length=MEASURE_WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    message = forms.CharField(
        label=_("Message to the professional"),
        help_text=_("They read this next to the line of the code."),
        required=False,
        max_length=MEASURE_WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause = cast(ClauseField, self.fields["clause"])
        clause.queryset, clause.required = code_clauses(), True


class RestoreForm(forms.Form):
    """Give access back."""

    reason = forms.CharField(
        label=_("Why it is given back, for admins"),
        max_length=MEASURE_WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
