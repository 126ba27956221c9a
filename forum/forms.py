"""Forms of the forum. Errors stand next to the field; what was typed stays."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.ids import ALPHABET, LENGTH, new_public_id
from accounts.models import HcpChoice, Role, User
from accounts.models.user import MUTED_WORD_MAX
from forum.actions.audience import Scope
from forum.models.picture import ALT_MAX
from forum.models.post import CONTENT_NOTE_MAX, TEXT_MAX
from forum.models.reading import NOTE_MAX
from forum.models.thread import TITLE_MAX
from forum.pictures.upload import MOST_BYTES
from forum.states import Audience
from forum.tag_forms import TagsField


class KeyField(forms.CharField):
    """The hidden idempotency key of a submission."""

    widget = forms.HiddenInput
    default_validators = [RegexValidator(rf"^[{ALPHABET}]{{{LENGTH}}}\Z")]


class NoteField(forms.CharField):
    """A content note on a text that stands in a thread: folded up until it is wanted."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Content note"))
        kwargs.setdefault(
            "help_text",
            _("If it may be hard to read, say what it is about. Your words stand under it."),
        )
        kwargs.setdefault("max_length", CONTENT_NOTE_MAX)
        kwargs.setdefault("required", False)
        kwargs.setdefault("template_name", "forum/_note_field.html")
        too_long = _("This is too long. Please keep it under 120 characters.")
        kwargs.setdefault("error_messages", {"max_length": too_long})
        super().__init__(**kwargs)


class WriteForm(forms.Form):
    """What every text has: words, who they are for, and a key against sending twice."""

    key = KeyField()
    # Of the draft that is written on; 0 while there is none.
    version = forms.IntegerField(
        required=False, min_value=0, max_value=10**9, widget=forms.HiddenInput
    )
    text = forms.CharField(
        label=_("Your words"),
        max_length=TEXT_MAX,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": _("Write something first."),
            "max_length": _("This is too long. Please keep it under 10,000 characters."),
        },
    )
    audience = forms.ChoiceField(
        label=_("Who can read this"), widget=forms.RadioSelect, choices=Audience
    )

    def __init__(
        self,
        *args: Any,
        author: User,
        widest: Audience = Audience.COMMUNITY,
        **kwargs: Any,
    ) -> None:
        initial = kwargs.setdefault("initial", {})
        initial.setdefault("key", new_public_id())
        initial.setdefault("version", 0)
        super().__init__(*args, **kwargs)
        peers = (Audience.PEERS, _("Peers only: members, community moderators and admins"))
        community = (Audience.COMMUNITY, _("Community: also health professionals"))
        may_be_wide = widest == Audience.COMMUNITY and author.lets_hcps_read
        audience = cast(forms.ChoiceField, self.fields["audience"])
        offered = [peers, community] if may_be_wide else [peers]
        if author.role == Role.HCP:
            # Professionals write for everybody: what is for peers alone they could not read.
            offered = [community]
        audience.choices = offered
        if not may_be_wide or author.role == Role.HCP:
            self.initial["audience"] = offered[0][0]
        # What an empty form hangs on beside its key: who can read it, and what is picked.
        self.kept_as = " ".join(
            [*(value for value, _label in offered), str(self.initial.get("audience"))]
        )


class AskForm(WriteForm):
    """A new thread."""

    field_order = [
        "key",
        "version",
        "title",
        "text",
        "audience",
        "asks_professional",
        "no_advice",
        "alias",
        "content_note",
        "tags",
    ]
    title = forms.CharField(
        label=_("Title"),
        help_text=_("One short line. What is it about?"),
        max_length=TITLE_MAX,
        error_messages={"required": _("Give it a title.")},
    )
    asks_professional = forms.BooleanField(
        label=_("Ask a professional"),
        help_text=_("A nurse or doctor may answer, in public and in general terms."),
        required=False,
    )
    no_advice = forms.BooleanField(
        label=_("No advice please"),
        help_text=_("You want to be heard, not fixed."),
        required=False,
    )
    alias = forms.BooleanField(
        label=_("Use another name in this thread"),
        help_text=_(
            "We make one up. Nobody else sees that it is you, and it leads to no profile. What you "
            "tell may still give you away."
        ),
        required=False,
    )
    content_note = forms.CharField(
        label=_("Content note"),
        help_text=_("If it may be hard to read, say what it is about. You can leave this empty."),
        max_length=CONTENT_NOTE_MAX,
        required=False,
    )
    tags = TagsField()

    def __init__(self, *args: Any, author: User, **kwargs: Any) -> None:
        super().__init__(*args, author=author, **kwargs)
        if author.role != Role.MEMBER:
            # Readers must know who of the team speaks.
            del self.fields["alias"]
        if not self.reaches_professionals:
            del self.fields["asks_professional"]

    @property
    def reaches_professionals(self) -> bool:
        """Whether the author could let health professionals read this at all."""
        audience = cast(forms.ChoiceField, self.fields["audience"])
        return Audience.COMMUNITY in dict(cast(Any, audience.choices))

    @property
    def is_more_wanted(self) -> bool:
        """Whether something is picked, or wrong, in the part that is folded up."""
        folded = [self[name] for name in ("alias", "content_note") if name in self.fields]
        return any(field.errors or field.value() for field in folded)

    def clean(self) -> dict[str, Any]:
        """A question to professionals must be one that they can read."""
        data = super().clean() or {}
        if data.get("asks_professional") and data.get("audience") == Audience.PEERS:
            self.add_error(
                "asks_professional",
                _("Professionals cannot read peers-only posts. Pick Community, or untick this."),
            )
        if data.get("asks_professional") and data.get("no_advice"):
            self.add_error(
                "no_advice", _("You asked for an answer above. Please pick one of the two.")
            )
        return data


class ReplyForm(WriteForm):
    """A reply, perhaps with a passage quoted from the same thread."""

    content_note = NoteField()
    quote = forms.CharField(required=False, widget=forms.HiddenInput, max_length=LENGTH)
    # The words of that post which were marked. Of more than can be quoted, the beginning counts.
    passage = forms.CharField(required=False, widget=forms.HiddenInput)


class DescribeForm(forms.Form):
    """What a picture shows in words: for everybody who cannot see it."""

    alt = forms.CharField(
        label=_("Describe the picture"),
        help_text=_("Some of us cannot see it. Say in a line or two what it shows."),
        max_length=ALT_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Say what the picture shows."),
            "max_length": _("This is too long. Please keep it under 500 characters."),
        },
    )


class PictureForm(DescribeForm):
    """A picture, with its description."""

    field_order = ["picture", "alt"]
    picture = forms.FileField(
        label=_("The picture"),
        help_text=_("JPEG, PNG or WebP, up to 8 MB."),
        allow_empty_file=True,  # refused with the same words as any other file that is no picture
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": _("Pick a picture."), "invalid": _("Pick a picture.")},
    )

    def clean_picture(self) -> UploadedFile:
        """Refuse what is too large: of that nothing was kept but its size."""
        upload: UploadedFile = self.cleaned_data["picture"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large. The most is 8 MB."))
        return upload


class EditForm(forms.Form):
    """New words for one's own post; ``version`` is the one that was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your words"),
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write something first.")},
    )
    content_note = NoteField()


class InvolvementForm(forms.Form):
    """How far health professionals may come in. Nothing is picked beforehand."""

    choice = forms.ChoiceField(
        label=_("Health professionals and my posts"),
        choices=HcpChoice,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the three.")},
    )
    scope = forms.ChoiceField(
        label=_("Which posts is this for?"),
        help_text=_("Posts that you take back stay peers-only, with all replies in your threads."),
        choices=[
            (Scope.FROM_NOW_ON, _("What I write from now on")),
            (Scope.OLDER_POSTS_TOO, _("Take my older posts back from professionals too")),
        ],
        initial=Scope.FROM_NOW_ON,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the two.")},
    )


class SavedNoteForm(forms.Form):
    """One's own note on a post that one keeps."""

    note = forms.CharField(
        label=_("Your own note"),
        help_text=_("Only you can read it."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MutedWordForm(forms.Form):
    """A word to fold posts away for."""

    word = forms.CharField(label=_("A word"), max_length=MUTED_WORD_MAX)
