"""Forms of reviewers, reporters and admins."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import Clause, Document, DocumentKind
from forum.forms import KeyField
from moderation.models import Category, DecisionKind, Outcome
from moderation.models.decision import LIMITING


class ClauseField(forms.ModelChoiceField):
    """A clause of the rules in force."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Clause.objects.none(), required=False, **kwargs)

    def label_from_instance(self, obj: Clause) -> str:
        """The rule itself."""
        return obj.line


def current_clauses() -> QuerySet[Clause]:
    """Clauses of the member rules in force."""
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    return rules.clauses.all() if rules else Clause.objects.none()


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
        if data.get("kind") in LIMITING:
            if not data.get("clause"):
                self.add_error("clause", _("Pick the rule that this is about."))
            if not (data.get("message") or "").strip():
                self.add_error("message", _("Tell the author why."))
        return data


class ReportForm(forms.Form):
    """A report. Works signed out."""

    key = KeyField(initial=new_public_id)
    category = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=Category,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick the one that fits best.")},
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("You can leave this empty."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("Only if you want to hear from us and have no account."),
        required=False,
    )


class StatusForm(forms.Form):
    """Number and key of a report."""

    number = forms.CharField(label=_("Number"), max_length=20)
    key = forms.CharField(label=_("Key"), max_length=20)

    def clean_number(self) -> str:
        """As it was given, however it was typed."""
        return self.cleaned_data["number"].strip().upper()

    def clean_key(self) -> str:
        """As it was given, however it was typed."""
        return self.cleaned_data["key"].strip().upper()


class CaseForm(forms.Form):
    """The decision of a case."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome, widget=forms.RadioSelect)
    post_decision = forms.ChoiceField(
        label=_("The reported post"),
        choices=[
            ("", _("Leave it as it is")),
            (DecisionKind.HIDE, _("Hide it")),
            (DecisionKind.REMOVE, _("Remove it")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    clause = ClauseField(label=_("Which rule"), empty_label=_("None"))
    reporter_message = forms.CharField(
        label=_("Message to the person who reported"),
        help_text=_("Say what you found. Do not tell them about the other person."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    author_message = forms.CharField(
        label=_("Message to the author of the post"),
        help_text=_("Do not tell them who reported."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    note = forms.CharField(
        label=_("Note for the desk"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ClauseField, self.fields["clause"]).queryset = current_clauses()

    def clean(self) -> dict[str, Any]:
        """Acting on a post needs a rule and a message to its author."""
        data = super().clean() or {}
        if data.get("post_decision"):
            if not data.get("clause"):
                self.add_error("clause", _("Pick the rule that this is about."))
            if not (data.get("author_message") or "").strip():
                self.add_error("author_message", _("Tell the author why."))
        return data
