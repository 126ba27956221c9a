"""Forms that take a text as it is while somebody writes: nothing is asked for yet."""

from typing import Any

from django import forms

from forum.forms import AskForm, ReplyForm


class _Unfinished(forms.Form):
    """What is not there yet is no error, nor is what does not go together yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name == "key"

    def clean(self) -> dict[str, Any]:
        """No questions across fields: they are asked when it is checked or sent."""
        data = dict(self.cleaned_data)
        # What is not picked yet starts as it would on a new page.
        return {name: value for name, value in data.items() if value is not None and value != ""}

    def is_keepable(self) -> bool:
        """Whether the words can be kept; what is wrong with the rest is said when it is sent."""
        return not {"key", "version", "title", "text"} & self.errors.keys()

    @property
    def written_on(self) -> int:
        """The version that was written on; 0 for none yet."""
        return int(self.cleaned_data.get("version") or 0)

    @property
    def words(self) -> dict[str, Any]:
        """What is kept, as arguments of ``keep_draft``."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("key", "version", "quote", "passage")
        }


class UnfinishedAskForm(_Unfinished, AskForm):
    """A new thread on its way."""


class UnfinishedReplyForm(_Unfinished, ReplyForm):
    """A reply on its way."""
