"""The form of acts on whole threads."""

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Board, Thread
from forum.models.thread import TITLE_MAX
from forum.queries.tags import tags_of
from forum.tag_forms import TagsField, with_own
from moderation.forms import ClauseField, current_clauses

ACTS = (
    ("lock", _("Close it for replies")),
    ("unlock", _("Open it for replies again")),
    ("tag", _("Change its topics")),
    ("move", _("Move it to another board")),
    ("split", _("Put some replies in a thread of their own")),
    ("merge", _("Put it together with another thread")),
)


class ThreadForm(forms.Form):
    """One act on a thread, with the words that its author reads."""

    act = forms.ChoiceField(label=_("What to do"), choices=ACTS, widget=forms.RadioSelect)
    tags = TagsField()
    board = forms.ChoiceField(label=_("To which board"), required=False)
    posts = forms.MultipleChoiceField(
        label=_("Which replies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(
        label=_("Title of the new thread"), max_length=TITLE_MAX, required=False
    )
    into = forms.CharField(
        label=_("Together with which thread"),
        help_text=_("The address of the other thread."),
        max_length=200,
        required=False,
    )
    clause = ClauseField(label=_("Which rule, if there is one"), empty_label=_("None"))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Whoever wrote it reads this. Kind and plain."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    needs: ClassVar[dict[str, list[str]]] = {
        "lock": ["reason"],
        "move": ["board", "reason"],
        "split": ["posts", "title", "reason"],
        "merge": ["into", "reason"],
    }

    def __init__(
        self, *args: Any, thread: Thread, replies: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = tags_of([thread.pk]).get(thread.pk, [])
        self.initial["tags"] = [tag.slug for tag in own]
        cast(TagsField, self.fields["tags"]).choices = with_own(own)
        groups = set(thread.board.age_groups)
        boards = [
            board
            for board in Board.objects.exclude(pk=thread.board_id)
            if set(board.age_groups) <= groups
        ]
        cast(forms.ChoiceField, self.fields["board"]).choices = [
            ("", _("Pick one")),
            *((board.slug, board.title) for board in boards),
        ]
        cast(forms.MultipleChoiceField, self.fields["posts"]).choices = replies
        cast(ClauseField, self.fields["clause"]).offer(current_clauses())

    def clean(self) -> dict[str, Any]:
        """Each act needs its own fields."""
        data = super().clean() or {}
        for name in self.needs.get(data.get("act", ""), []):
            value = data.get(name)
            if not (value.strip() if isinstance(value, str) else value) and name not in self.errors:
                self.add_error(name, _("This is needed for what you picked."))
        return data

    def clean_into(self) -> str:
        """The id in the address of a thread."""
        address: str = self.cleaned_data["into"]
        return address.partition("?")[0].strip().rstrip("/").rpartition("/")[2][:20]
