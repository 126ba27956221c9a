"""Forms of the admins' desk: the list, ties, people, notes, evidence, measures, the checklist."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id
from accounts.models import Clause, Document, DocumentKind, User
from forum.forms import KeyField
from forum.models import Post
from forum.states import Severity
from moderation.desk import APPROVAL, DECIDED, MINE, NOBODY, WAITING, WORKED_ON, Filters
from moderation.forms import ClauseField, current_clauses
from moderation.models import Case, Category, PartyRole, ReferralAnswer, ReferralKind, Tie
from moderation.models.case_people import TIE_WORDS_MAX, WORDS_MAX
from moderation.models.case_record import NOTE_MAX, REASON_MAX


def clauses_for(case: Case) -> QuerySet[Clause]:
    """The rules by which a case is judged: the code for professionals, else the member rules."""
    if not case.is_about_hcp:
        return current_clauses()
    code = Document.objects.current(DocumentKind.HCP_CODE)
    return code.clauses.all() if code else Clause.objects.none()


class FilterForm(forms.Form):
    """What the list of the desk is narrowed to. All of it can stay empty."""

    q = forms.CharField(label=_("Number or words"), max_length=100, required=False)
    status = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("All that is not decided")),
            (WAITING, _("Nobody works on it")),
            (WORKED_ON, _("Somebody works on it")),
            (APPROVAL, _("Waits for a second admin")),
            (DECIDED, _("Decided")),
        ],
        required=False,
    )
    severity = forms.ChoiceField(
        label=_("How urgent"), choices=[("", _("All")), *Severity.choices], required=False
    )
    category = forms.ChoiceField(
        label=_("What it is about"), choices=[("", _("All")), *Category.choices], required=False
    )
    handler = forms.ChoiceField(label=_("Who works on it"), required=False)
    staff = forms.BooleanField(label=_("About somebody of the team"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)

    def __init__(self, *args: Any, admins: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["handler"]).choices = [
            ("", _("Anybody")),
            (MINE, _("I do")),
            (NOBODY, _("Nobody")),
            *((admin.public_id, admin.pseudonym) for admin in admins),
        ]

    def filters(self) -> Filters:
        """What was asked for; a field with an error counts as empty."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        data = data or getattr(self, "cleaned_data", {})
        return Filters(
            status=data.get("status", ""),
            severity=data.get("severity", ""),
            category=data.get("category", ""),
            handler=data.get("handler", ""),
            staff=data.get("staff", False),
            overdue=data.get("overdue", False),
            words=data.get("q", "").strip(),
        )


class TieForm(forms.Form):
    """A tie to somebody in a case."""

    tie = forms.ChoiceField(
        label=_("What ties you to it?"),
        choices=Tie,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick the one that fits best.")},
    )
    words = forms.CharField(
        label=_("More, if you like"),
        help_text=_("This is kept. Only admins without a tie read it."),
        max_length=TIE_WORDS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NoteForm(forms.Form):
    """A note for the desk."""

    text = forms.CharField(
        label=_("Note for the desk"),
        help_text=_("Nobody outside of the desk reads it. It cannot be changed later."),
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something first.")},
    )


class PartyForm(forms.Form):
    """A further person."""

    name = forms.CharField(
        label=_("Name on this site"),
        max_length=40,
        error_messages={"required": _("Who is it?")},
    )
    role = forms.ChoiceField(
        label=_("Why are they in it?"), choices=PartyRole, widget=forms.RadioSelect
    )

    def clean_name(self) -> User:
        """The account."""
        name = self.cleaned_data["name"].strip()
        user = User.objects.filter(pseudonym__iexact=name).first()
        if user is None:
            raise forms.ValidationError(_("Nobody here has this name."))
        return user


class MergeForm(forms.Form):
    """Another case, by its id or by the number of a report in it."""

    other = forms.CharField(
        label=_("Case, or number of a report in it"),
        max_length=20,
        error_messages={"required": _("Which one?")},
    )

    def clean_other(self) -> str:
        """As it was given, without spaces around it."""
        return self.cleaned_data["other"].strip()


class QuestionForm(forms.Form):
    """A question to somebody in the case."""

    person = forms.ChoiceField(label=_("To whom"), widget=forms.RadioSelect)
    question = forms.CharField(
        label=_("Your question"),
        help_text=_("They read these words and nothing else. Do not tell them who reported."),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write something first.")},
    )
    confirmed = forms.BooleanField(
        label=_("I read the warning, and this can go out as it is"), required=False
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.public_id: person for person in people}
        cast(forms.ChoiceField, self.fields["person"]).choices = [
            (person.public_id, f"{person.pseudonym} ({person.get_role_display()})")
            for person in people
        ]

    def clean_person(self) -> User:
        """The account."""
        return self.people[self.cleaned_data["person"]]


class WriteForm(forms.Form):
    """A message to somebody who reported."""

    key = KeyField(initial=new_public_id)
    asks = forms.TypedChoiceField(
        label=_("What is it?"),
        coerce=int,
        choices=[(0, _("We tell them something")), (1, _("We ask them something"))],
        widget=forms.RadioSelect,
        initial=0,
    )
    text = forms.CharField(
        label=_("Your message"),
        help_text=_("Do not tell them about the other person. They do not see your name."),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write something first.")},
    )
    confirmed = forms.BooleanField(
        label=_("I read the warning, and this can go out as it is"), required=False
    )


class AnswerForm(forms.Form):
    """The account of somebody who was asked."""

    answer = forms.CharField(
        label=_("Your answer"),
        help_text=_("You can send it once."),
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write something first.")},
    )


class CutForm(forms.Form):
    """Cutting off access at once."""

    person = forms.ChoiceField(label=_("Whose access?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why can it not wait?"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please say why.")},
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.public_id: person for person in people}
        cast(forms.ChoiceField, self.fields["person"]).choices = [
            (person.public_id, person.pseudonym) for person in people
        ]

    def clean_person(self) -> User:
        """The account."""
        return self.people[self.cleaned_data["person"]]


class HideForm(forms.Form):
    """Hiding a post at once."""

    post = forms.ChoiceField(label=_("Which post?"), widget=forms.RadioSelect)
    clause = ClauseField(label=_("Which rule"), empty_label=None)
    message = forms.CharField(
        label=_("Message to the author"),
        help_text=_("Kind and plain. Do not tell them who reported."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tell the author why.")},
    )
    reason = forms.CharField(
        label=_("Why can it not wait?"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please say why.")},
    )

    def __init__(self, *args: Any, case: Case, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {f"{post.public_id}:{post.version}": post for post in posts}
        cast(forms.ChoiceField, self.fields["post"]).choices = [
            (key, f"{post.byline}: {Truncator(post.text).words(14)}")
            for key, post in self.posts.items()
        ]
        clause = cast(ClauseField, self.fields["clause"])
        clause.offer(clauses_for(case))
        clause.required = True
        clause.error_messages["required"] = _("Pick the rule that this is about.")

    def clean_post(self) -> Post:
        """The post, as the admin saw it."""
        return self.posts[self.cleaned_data["post"]]


class WordsDownForm(forms.Form):
    """Taking down what a member says about themselves. ``seen``: the words that were read."""

    key = KeyField(initial=new_public_id)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    clause = ClauseField(label=_("Which rule"), empty_label=None)
    message = forms.CharField(
        label=_("Message to the person"),
        help_text=_("Kind and plain. Do not tell them who reported."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tell the person why.")},
    )
    note = forms.CharField(
        label=_("Note for the team"),
        help_text=_("The person does not see this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confirmed = forms.BooleanField(
        label=_("I read the warning, and this can go out as it is"), required=False
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause = cast(ClauseField, self.fields["clause"])
        clause.offer(clauses_for(case))
        clause.required = True
        clause.error_messages["required"] = _("Pick the rule that this is about.")


class EvidenceForm(forms.Form):
    """Posts to keep for a case."""

    posts = forms.MultipleChoiceField(
        label=_("Posts to keep"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pick at least one.")},
    )
    reason = forms.CharField(label=_("Why"), max_length=REASON_MAX, required=False)

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {post.public_id: post for post in posts}
        cast(forms.MultipleChoiceField, self.fields["posts"]).choices = [
            (post.public_id, Truncator(post.text).words(40)) for post in posts
        ]

    def clean_posts(self) -> list[Post]:
        """The posts."""
        return [self.found[public_id] for public_id in self.cleaned_data["posts"]]


class ReferralForm(forms.Form):
    """One line of the checklist."""

    kind = forms.ChoiceField(choices=ReferralKind, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Must they know?"), choices=ReferralAnswer, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("To whom and under which number, or why not"),
        max_length=REASON_MAX,
        error_messages={"required": _("Please say why.")},
    )


class ReopenForm(forms.Form):
    """Opening a decided case again."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why do you open it again?"),
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please say why.")},
    )
