"""Forms of sanctions, of second persons and of appeals."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.ids import new_public_id
from accounts.models import User
from accounts.viewer import Viewer
from forum.forms import KeyField
from moderation.actions.appeals import IN_PART
from moderation.forms import ClauseField, current_clauses
from moderation.models import Appeal, AppealStatus, SanctionKind
from moderation.models.proposal import WITHOUT_END
from moderation.sanctions import days_for, kinds_for
from moderation.second import is_staff


class SanctionForm(forms.Form):
    """Warn, silence or suspend ``user``, as far as ``viewer`` may."""

    key = KeyField(initial=new_public_id)
    kind = forms.ChoiceField(
        label=_("What do you want to do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one.")},
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        help_text=_("Not for a warning. Keep it as short as you can."),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    clause = ClauseField(label=_("Which rule"), empty_label=None)
    message = forms.CharField(
        label=_("Message to the person"),
        help_text=_("Kind and plain. They read this."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tell the person why.")},
    )
    note = forms.CharField(
        label=_("Note for the team"),
        help_text=_("The person does not see this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, viewer: Viewer, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ClauseField, self.fields["clause"]).offer(current_clauses())
        two = _("A second admin must agree first.")
        labels = {
            SanctionKind.WARNING: _("Warn. They are told of the rule, nothing else changes."),
            SanctionKind.SILENCE: _("Silence. They can read, but not post."),
            SanctionKind.SUSPENSION: _("Suspend. They can neither read nor post."),
        }
        cast(forms.ChoiceField, self.fields["kind"]).choices = [
            (
                kind,
                f"{labels[kind]} {two}"
                if is_staff(user) or kind == SanctionKind.SUSPENSION
                else labels[kind],
            )
            for kind in kinds_for(viewer)
        ]
        cast(forms.TypedChoiceField, self.fields["days"]).choices = [
            (days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
            for days in days_for(viewer)
        ]

    def clean(self) -> dict[str, Any]:
        """A rule always, and an end for all but a warning."""
        data = super().clean() or {}
        if not data.get("clause"):
            self.add_error("clause", _("Pick the rule that this is about."))
        if data.get("kind") == SanctionKind.WARNING:
            data["days"] = None
        elif data.get("kind") and not data.get("days"):
            self.add_error("days", _("Pick for how long."))
        return data


class LiftForm(forms.Form):
    """Ending a sanction before its time."""

    why = forms.CharField(
        label=_("Why do you end it early?"),
        help_text=_("For the team. The person is told that it is over."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please say why.")},
    )


class RefuseForm(forms.Form):
    """A no to a proposal."""

    why = forms.CharField(
        label=_("If no: why?"),
        help_text=_("Who proposed it reads this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AppealForm(forms.Form):
    """Asking for a second look, in one's own words."""

    words = forms.CharField(
        label=_("Why do you think it was wrong?"),
        help_text=_("In your own words. A few lines are enough."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Please tell us why you think it was wrong.")},
    )


class DecideAppealForm(forms.Form):
    """What came of a second look at what ``appeal`` is about."""

    outcome = forms.ChoiceField(
        label=_("What do you see?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one.")},
    )
    days_left = forms.IntegerField(
        label=_("If it ends sooner: how many more days?"),
        help_text=_("Counted from now."),
        min_value=1,
        max_value=365,
        required=False,
    )
    answer = forms.CharField(
        label=_("Answer to the person"),
        help_text=_("Say what you looked at and why you see it so. They read this."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Tell them why.")},
    )

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            AppealStatus.UPHELD: _("It was right. It stays."),
            AppealStatus.OVERTURNED: _("It was wrong. Take it back."),
        }
        if appeal.sanction is not None and appeal.sanction.kind not in WITHOUT_END:
            labels[AppealStatus.PARTLY] = _("It was too much. It ends sooner.")
        else:
            del self.fields["days_left"]
        if appeal.decision is not None and appeal.decision.kind in IN_PART:
            labels[AppealStatus.PARTLY] = _("It was too much. They can change the post.")
        cast(forms.ChoiceField, self.fields["outcome"]).choices = list(labels.items())

    def clean(self) -> dict[str, Any]:
        """Ending sooner needs an end."""
        data = super().clean() or {}
        partly = data.get("outcome") == AppealStatus.PARTLY
        if partly and "days_left" in self.fields and not data.get("days_left"):
            self.add_error("days_left", _("Say how many more days."))
        return data
