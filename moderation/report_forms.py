"""Forms of reporters: one question a page."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import Clause, Document, DocumentKind
from forum.forms import KeyField
from forum.models import Post
from moderation.models import Category, HandledWell
from moderation.models.report_talk import MESSAGE_MAX

# The rules that people most often mean, by category; of whichever text is in question.
LIKELY: dict[str, tuple[str, ...]] = {
    Category.GROOMING_OR_THREAT: ("no-bullying", "protect-others", "no-relationships"),
    Category.SELF_HARM_OR_EATING: (
        "no-self-harm-detail",
        "no-eating-numbers",
        "no-skipping-insulin",
    ),
    Category.HCP_BOUNDARY: (
        "no-private-contact",
        "no-friend-requests",
        "no-relationships",
        "respect-the-choice",
        "if-you-know-them",
    ),
    Category.PRIVACY: ("stay-anonymous", "protect-others", "posts-stay-here"),
    Category.DANGEROUS_ADVICE: ("no-doses", "share-what-you-did", "stay-in-your-field"),
    Category.UNCOMFORTABLE: ("be-kind", "no-bullying", "stay-anonymous", "no-relationships"),
    Category.BULLYING: ("no-bullying", "be-kind", "laugh-together", "kind-language"),
    Category.MISINFORMATION: ("no-miracle-cures", "share-what-you-did", "stay-in-your-field"),
    Category.SPAM: ("no-selling", "no-swapping-supplies", "one-account"),
}


class WhatForm(forms.Form):
    """What is wrong. ``website`` is a trap for robots; people do not see it."""

    key = KeyField(initial=new_public_id)
    category = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=Category,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick the one that fits best.")},
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "offscreen",
                "tabindex": "-1",
                "aria-hidden": "true",
                "autocomplete": "off",
            }
        ),
    )


class RuleForm(forms.Form):
    """Which rule it breaks, if one knows. Values are "kind:anchor"."""

    clause = forms.ChoiceField(
        label=_("Rules that people often mean"), required=False, widget=forms.RadioSelect
    )
    other = forms.ChoiceField(label=_("Or another rule"), required=False)

    def __init__(self, *args: Any, category: str, kind: DocumentKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = Document.objects.current(kind)
        rules = list(document.clauses.all()) if document else []
        by_anchor = {rule.anchor: rule for rule in rules}
        likely = [by_anchor[each] for each in LIKELY.get(category, ()) if each in by_anchor]
        rest = [rule for rule in rules if rule not in likely]
        not_sure = ("", _("I am not sure"))
        cast(forms.ChoiceField, self.fields["clause"]).choices = [
            *((f"{kind}:{rule.anchor}", rule.line) for rule in likely),
            not_sure,
        ]
        cast(forms.ChoiceField, self.fields["other"]).choices = [
            ("", _("None")),
            *((f"{kind}:{rule.anchor}", rule.line) for rule in rest),
        ]

    @property
    def picked(self) -> str:
        """The rule that was picked; empty for none."""
        return self.cleaned_data["other"] or self.cleaned_data["clause"]


def clause_of(picked: str) -> Clause | None:
    """The clause in force that "kind:anchor" names; None for none, and where it has gone."""
    kind, _colon, anchor = picked.partition(":")
    document = Document.objects.current(DocumentKind(kind)) if anchor else None
    return document.clauses.filter(anchor=anchor).first() if document else None


class PostsForm(forms.Form):
    """More posts that belong to it, by public id."""

    posts = forms.MultipleChoiceField(
        label=_("Which other posts belong to it?"),
        help_text=_("We keep them as they are now. You can leave this empty."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, posts: Iterable[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {post.public_id: post for post in posts}
        cast(forms.MultipleChoiceField, self.fields["posts"]).choices = [
            (public_id, f"{post.byline}: {_start_of(post.text)}")
            for public_id, post in self.by_id.items()
        ]

    @property
    def picked(self) -> list[Post]:
        """The posts that were ticked."""
        return [self.by_id[public_id] for public_id in self.cleaned_data["posts"]]


def _start_of(text: str, most: int = 140) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


class WordsForm(forms.Form):
    """What happened, in one's own words."""

    words = forms.CharField(
        label=_("What happened?"),
        help_text=_("In your own words. You can leave this empty."),
        max_length=MESSAGE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ContactForm(forms.Form):
    """How to reach somebody who is signed out."""

    contact = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("Only if you want us to write to you. You can leave this empty."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class NameForm(forms.Form):
    """Whether the admins know which member sent it."""

    name = forms.ChoiceField(
        label=_("Shall the admins know that it is from you?"),
        choices=[
            ("yes", _("Yes. Then their answer comes to your notices")),
            ("no", _("No. Nothing will say that it was me")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the two.")},
    )


class StatusForm(forms.Form):
    """Number and key of a report, however they are typed."""

    number = forms.CharField(
        label=_("Number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    key = forms.CharField(
        label=_("Key"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_number(self) -> str:
        """In capitals, with its dashes."""
        typed = "".join(c for c in self.cleaned_data["number"].upper() if c.isalnum())
        word = typed.removeprefix("R") if len(typed) == 9 else typed
        return f"R-{word[:4]}-{word[4:]}"

    def clean_key(self) -> str:
        """In capitals, without spaces and dashes."""
        return "".join(c for c in self.cleaned_data["key"].upper() if c.isalnum())


class AnswerForm(forms.Form):
    """A message to the desk."""

    key = KeyField(initial=new_public_id)
    text = forms.CharField(
        label=_("Write to the admins"),
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something first.")},
    )


class FeedbackForm(forms.Form):
    """Was it handled well?"""

    handled_well = forms.ChoiceField(
        label=_("Did we handle this well?"),
        choices=HandledWell,
        widget=forms.RadioSelect(attrs={"class": "choices-row"}),
        error_messages={"required": _("Pick one of the three.")},
    )
    feedback = forms.CharField(
        label=_("Is there something that we should do better?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ComplaintForm(forms.Form):
    """Why somebody else should look again."""

    key = KeyField(initial=new_public_id)
    words = forms.CharField(
        label=_("What was wrong about it?"),
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Tell us in a few words.")},
    )
