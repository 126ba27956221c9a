"""Choosing topics: boxes to tick, no more than three."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.models import Tag
from forum.models.tag import MOST_TAGS
from forum.queries.tags import live_tags, tags_of


def tag_choices() -> list[tuple[str, str]]:
    """The topics that can be picked: (slug, name)."""
    return [(tag.slug, tag.name) for tag in live_tags()]


class TagsField(forms.MultipleChoiceField):
    """Up to three topics, as slugs."""

    widget = forms.CheckboxSelectMultiple
    template_name = "forum/_tags_field.html"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Topics"))
        kwargs.setdefault("help_text", _("Up to three, so that others find it."))
        kwargs.setdefault("required", False)
        kwargs.setdefault("choices", tag_choices)
        kwargs.setdefault("template_name", self.template_name)
        super().__init__(**kwargs)
        self.widget.attrs["class"] = "choices-row"

    def clean(self, value: Any) -> list[str]:
        """The slugs. Raises ``ValidationError`` for more than three."""
        slugs: list[str] = super().clean(value)
        if len(slugs) > MOST_TAGS:
            raise ValidationError(_("Pick three at most."), code="too_many")
        return slugs


class ThreadTagsForm(forms.Form):
    """The topics of a thread that is there. Retired ones that it has can stay."""

    # Nothing else is asked here: so they are not folded up.
    is_about_topics = True
    tags = TagsField()

    def __init__(self, *args: Any, thread_id: int, **kwargs: Any) -> None:
        own = tags_of([thread_id]).get(thread_id, [])
        kwargs.setdefault("initial", {})["tags"] = [tag.slug for tag in own]
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tags"]
        field.choices = with_own(own)


def with_own(own: list[Tag]) -> list[tuple[str, str | Promise]]:
    """The topics that can be picked, and behind them retired ones that a thread has."""
    choices: list[tuple[str, str | Promise]] = list(tag_choices())
    there = {slug for slug, _name in choices}
    return choices + [(tag.slug, tag.name) for tag in own if tag.slug not in there]
