"""Forms of those who write, check and publish guides. Plain fields, no scripts."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guides.actions.writing import Words, words_of
from guides.checklist import CHECKLIST
from guides.models import ArticleVersion, Topic
from guides.models.event import WORDS_MAX
from guides.models.version import (
    BODY_MAX,
    KEYWORDS_MAX,
    NOTE_MAX,
    SOURCE_TITLE_MAX,
    SOURCE_URL_MAX,
    SUMMARY_MAX,
    TITLE_MAX,
)
from guides.rendering import render

MOST_SOURCES = 12


class WordsForm(forms.Form):
    """All words of a guide. ``seen``: the revision from which the editor started."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    title = forms.CharField(label=_("Title"), max_length=TITLE_MAX)
    summary = forms.CharField(
        label=_("In one sentence"),
        help_text=_("What the guide helps with. It stands in the list."),
        max_length=SUMMARY_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    body = forms.CharField(
        label=_("The guide"),
        help_text=_(
            "Markdown. A heading is a line that begins with ##, a list one with -. Short words, "
            "short sentences, no doses. Say when to get help."
        ),
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 20}),
    )
    sources = forms.CharField(
        label=_("Where it comes from"),
        help_text=_("One source a line: its name, a space, its address with https://"),
        required=False,
        max_length=MOST_SOURCES * (SOURCE_TITLE_MAX + SOURCE_URL_MAX + 2),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    keywords = forms.CharField(
        label=_("Other words that people search for"),
        help_text=_("With commas between them, such as hypo, shaky, crash."),
        required=False,
        max_length=KEYWORDS_MAX,
    )
    change_note = forms.CharField(
        label=_("What changed"),
        help_text=_("One line for readers. Leave it empty for a new guide."),
        required=False,
        max_length=NOTE_MAX,
    )

    def clean_body(self) -> str:
        """Line ends as everywhere else; links are safe ones only."""
        body: str = self.cleaned_data["body"].replace("\r\n", "\n").strip() + "\n"
        if 'href="http://' in render(body):
            raise forms.ValidationError(_("Write links in full, with https://"))
        return body

    def clean_sources(self) -> tuple[tuple[str, str], ...]:
        """Name and address of each line."""
        lines = [line.strip() for line in self.cleaned_data["sources"].splitlines()]
        found = [_source(line) for line in lines if line]
        if len(found) > MOST_SOURCES:
            raise forms.ValidationError(_("Twelve sources at most, please."))
        return tuple(found)

    @property
    def words(self) -> Words:
        """What was filled in, as the action takes it."""
        data = self.cleaned_data
        return Words(
            title=data["title"],
            summary=" ".join(data["summary"].split()),
            body=data["body"],
            keywords=data["keywords"],
            change_note=data["change_note"],
            sources=data["sources"],
        )


class NewArticleForm(WordsForm):
    """The first words of a new guide."""

    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    field_order = ("seen", "topic")


class ApproveForm(forms.Form):
    """The check of a guide, line by line."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    checklist = forms.MultipleChoiceField(
        label=_("I have checked"),
        choices=list(CHECKLIST.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick every line, or send it back.")},
    )
    review_by = forms.DateField(
        label=_("Check it again by"),
        help_text=_("In twelve months at the latest."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    words = forms.CharField(
        label=_("A word to the other editors"),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_checklist(self) -> list[str]:
        """All of it, or nothing."""
        ticked: list[str] = self.cleaned_data["checklist"]
        if set(ticked) != set(CHECKLIST):
            raise forms.ValidationError(_("Tick every line, or send it back."))
        return ticked


class WhyForm(forms.Form):
    """A few words about why."""

    words = forms.CharField(max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = str(label)


def initial_words(version: ArticleVersion) -> dict[str, Any]:
    """What the form shows of a version."""
    words = words_of(version)
    return {
        "seen": version.revision,
        "title": words.title,
        "summary": words.summary,
        "body": words.body,
        "keywords": words.keywords,
        "change_note": words.change_note,
        "sources": words.sources_text(),
    }


def initial_check(version: ArticleVersion, latest: date) -> dict[str, Any]:
    """What the form of a check begins with: nothing is ticked."""
    return {"seen": version.revision, "review_by": latest}


def _source(line: str) -> tuple[str, str]:
    title, _space, url = line.rpartition(" ")
    title = title.strip(" |,")
    try:
        parts = urlsplit(url)
        is_right = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_right = False
    if not title or not is_right:
        raise forms.ValidationError(
            _("Write a name, a space and an address with https:// here: %(line)s"),
            params={"line": line[:80]},
        )
    if len(title) > SOURCE_TITLE_MAX or len(url) > SOURCE_URL_MAX:
        raise forms.ValidationError(
            _("This source is too long: %(line)s"), params={"line": line[:80]}
        )
    return title, url
