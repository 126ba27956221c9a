"""The decision of a case: one form, whose fields follow the reports and posts of the case."""

import hashlib
import json
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Post
from forum.states import Status
from moderation.actions.case_decisions import PostChoice
from moderation.case_forms import clauses_for
from moderation.forms import ClauseField
from moderation.models import Case, DecisionKind, Outcome, Report
from moderation.models.decision import LIMITING

ANSWER, POST, WORDS, VERSION = "answer-", "post-", "words-", "version-"
THANKS = _("Thank you for telling us. We looked into it with care.")


class CaseDecideForm(forms.Form):
    """Outcome, rule, and words for each side. ``seen``: the digest of what was previewed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome, widget=forms.RadioSelect)
    clause = ClauseField(label=_("Which rule"), empty_label=_("None"))
    person_message = forms.CharField(
        label=_("Message to the person it is about"),
        help_text=_("Do not tell them who reported, nor in which words."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    note = forms.CharField(
        label=_("Reasons, for the desk"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmed = forms.BooleanField(
        label=_("I read the warnings, and this can go out as it is"), required=False
    )

    def __init__(
        self, *args: Any, case: Case, reports: list[Report], posts: list[Post], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.reports, self.posts = case, reports, posts
        cast(ClauseField, self.fields["clause"]).offer(clauses_for(case))
        if case.about is None:
            del self.fields["person_message"]
        for report in reports:
            self.fields[ANSWER + report.number] = forms.CharField(
                label=_("Message to who sent %(number)s") % {"number": report.number},
                help_text=_("Say what you found. Do not tell them about the other person."),
                max_length=2000,
                initial=THANKS,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": _("Tell them what you found.")},
            )
        for post in posts:
            self._add_post(post)

    def _add_post(self, post: Post) -> None:
        choices = [("", _("Leave it as it is"))]
        if post.status != Status.PUBLISHED:
            choices.append((DecisionKind.PUBLISH, _("Show it to others")))
        if post.status not in (Status.HIDDEN, Status.REMOVED):
            choices.append((DecisionKind.HIDE, _("Hide it")))
        if post.status != Status.REMOVED:
            choices.append((DecisionKind.REMOVE, _("Remove it")))
        key = post.public_id
        self.fields[POST + key] = forms.ChoiceField(
            label=_("This post"), choices=choices, required=False, widget=forms.RadioSelect
        )
        self.fields[WORDS + key] = forms.CharField(
            label=_("Message to its author"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields[VERSION + key] = forms.IntegerField(
            initial=post.version, widget=forms.HiddenInput
        )

    def clean(self) -> dict[str, Any]:
        """What limits somebody needs a rule and words to them."""
        data = super().clean() or {}
        limiting = False
        told = set()
        for post in self.posts:
            kind = data.get(POST + post.public_id)
            if kind:
                told.add(post.author_id)
            if kind in LIMITING:
                limiting = True
                if not (data.get(WORDS + post.public_id) or "").strip():
                    self.add_error(WORDS + post.public_id, _("Tell the author why."))
        acted = data.get("outcome") == Outcome.ACTION_TAKEN
        if (acted or limiting) and not data.get("clause"):
            self.add_error("clause", _("Pick the rule that this is about."))
        about = self.case.about_id
        if acted and about and about not in told and not data.get("person_message", "").strip():
            self.add_error("person_message", _("Tell them what you decided, and why."))
        return data

    def answers(self) -> dict[str, str]:
        """Report number -> words to its reporter."""
        return {report.number: self.cleaned_data[ANSWER + report.number] for report in self.reports}

    def choices(self) -> list[PostChoice]:
        """What becomes of posts; those that stay as they are left out."""
        data = self.cleaned_data
        return [
            PostChoice(
                post=post,
                version=data[VERSION + post.public_id],
                kind=DecisionKind(data[POST + post.public_id]),
                message=data[WORDS + post.public_id],
            )
            for post in self.posts
            if data.get(POST + post.public_id)
        ]

    def digest(self) -> str:
        """A short name for what would be sent: the same words, the same digest."""
        data = {
            name: str(value)
            for name, value in sorted(self.cleaned_data.items())
            if name not in ("seen", "confirmed")
        }
        return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:32]

    def answer_fields(self) -> list[tuple[Report, forms.BoundField]]:
        """Each report with the field of its answer."""
        return [(report, self[ANSWER + report.number]) for report in self.reports]

    def post_fields(self) -> list[dict[str, Any]]:
        """Each post with its fields."""
        return [
            {
                "post": post,
                "choice": self[POST + post.public_id],
                "words": self[WORDS + post.public_id],
                "version": self[VERSION + post.public_id],
            }
            for post in self.posts
        ]
