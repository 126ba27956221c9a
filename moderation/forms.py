"""Forms of reviewers, reporters and admins."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Clause, Document, DocumentKind, User
from moderation.models import Risk
from moderation.models.breakglass import REASON_MAX, REASON_MIN, WORDS_MAX


class ClauseField(forms.ModelChoiceField):
    """A clause of the rules in force, picked by its anchor: row numbers stay in the database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Clause.objects.none(), to_field_name="anchor", required=False, **kwargs
        )

    def offer(self, clauses: QuerySet[Clause]) -> list[Clause]:
        """Offer these clauses, read once; returns them. Django's own asks at each use."""
        self.queryset = clauses
        offered = list(clauses)
        none = [] if self.empty_label is None else [("", self.empty_label)]
        self.choices = [*none, *((it.anchor, self.label_from_instance(it)) for it in offered)]
        return offered

    def label_from_instance(self, obj: Clause) -> str:
        """The rule itself."""
        return obj.line


def current_clauses() -> QuerySet[Clause]:
    """Clauses of the member rules in force."""
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    return rules.clauses.all() if rules else Clause.objects.none()


class AskGlassForm(forms.Form):
    """Asking to show a passage of a post to one professional. ``professionals``: who it can be."""

    risk = forms.ChoiceField(
        label=_("What is at risk?"),
        choices=Risk,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one. For anything less, this is not the way.")},
    )
    reason = forms.CharField(
        label=_("Why is there no other way?"),
        help_text=_("The second admin reads this. It is kept. At least 20 characters."),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    hcp = forms.ChoiceField(
        label=_("Who shall see it?"),
        help_text=_("Nobody from whom the author hides, and nobody who may know them."),
    )
    passage = forms.CharField(
        label=_("The words they see"),
        help_text=_("Take out all that is not needed. Change nothing else."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    question = forms.CharField(
        label=_("What do you want to know from them?"),
        help_text=_("They read this. No names, please."),
        max_length=WORDS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, professionals: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.professionals = {user.public_id: user for user in professionals}
        cast(forms.ChoiceField, self.fields["hcp"]).choices = [
            ("", _("Pick one")),
            *(
                (public_id, f"{user.pseudonym} ({user.hcp_profile.profession})")
                for public_id, user in self.professionals.items()
            ),
        ]

    def clean_hcp(self) -> User:
        """The person."""
        return self.professionals[self.cleaned_data["hcp"]]


class ApproveGlassForm(forms.Form):
    """The second admin's yes, and when the author is told."""

    tell = forms.TypedChoiceField(
        label=_("When do we tell the author?"),
        coerce=int,
        choices=[
            (0, _("At once")),
            (4, _("In 4 hours")),
            (24, _("In 24 hours")),
            (72, _("In 72 hours, the longest we may wait")),
        ],
        initial=0,
        widget=forms.RadioSelect,
    )
    delay_reason = forms.CharField(
        label=_("If later: why would telling them now make things worse?"),
        help_text=_("This is kept. At least 20 characters."),
        max_length=REASON_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Waiting needs a reason."""
        data = super().clean() or {}
        if data.get("tell") and len((data.get("delay_reason") or "").strip()) < REASON_MIN:
            self.add_error("delay_reason", _("Say why telling them has to wait."))
        return data

    @property
    def wait(self) -> timedelta:
        """How long telling the author waits; zero for not at all."""
        return timedelta(hours=self.cleaned_data["tell"])


class GlassAnswerForm(forms.Form):
    """What the professional answers."""

    words = forms.CharField(
        label=_("Your answer to the admins"),
        help_text=_("You can answer once. The author may ask to read it."),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
