"""The forms of the list of topics."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Tag
from forum.models.tag import TAG_DESCRIPTION_MAX, TAG_NAME_MAX
from forum.queries.tags import live_tags
from moderation.actions.tags import version_of


class NewTagForm(forms.Form):
    """A new topic."""

    name = forms.CharField(label=_("Name"), max_length=TAG_NAME_MAX)
    description = forms.CharField(
        label=_("What it is about"),
        help_text=_("One short sentence."),
        max_length=TAG_DESCRIPTION_MAX,
        required=False,
    )


class TagForm(NewTagForm):
    """A topic that is there. ``version`` is what the admin saw."""

    version = forms.CharField(max_length=400, widget=forms.HiddenInput, strip=False)
    is_retired = forms.BooleanField(
        label=_("Retired"),
        help_text=_("Nobody can pick it any more. Threads that have it keep it."),
        required=False,
    )

    @staticmethod
    def values_of(tag: Tag) -> dict[str, object]:
        """The topic as the form shows it."""
        return {
            "version": version_of(tag),
            "name": tag.name,
            "description": tag.description,
            "is_retired": tag.is_retired,
        }


class MergeForm(forms.Form):
    """Another topic that takes over."""

    into = forms.ChoiceField(
        label=_("Put it into"),
        help_text=_("Its threads and followers go there. This cannot be undone."),
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(each.slug, each.name) for each in live_tags() if each.pk != tag.pk]
        cast(forms.ChoiceField, self.fields["into"]).choices = [("", _("Pick one")), *others]
