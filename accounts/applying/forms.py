"""The questions to applicants, one form a page."""

from collections.abc import Iterable
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.applying.actions import MOST_PROPOSED
from accounts.applying.dilemmas import Dilemma
from accounts.joining.names import is_taken, poses_as_staff
from accounts.models import Clause, Document, HcpApplication, User, Workplace
from accounts.models.application import WORDS_MAX
from accounts.models.user import PSEUDONYM_MAX

NOBODY, SOMEBODY = "nobody", "somebody"
PICK_ONE = _("Pick one first.")


class AccountForm(forms.Form):
    """A name, an address, and that this is an account for work alone."""

    pseudonym = forms.CharField(
        label=_("Your name here"),
        help_text=_("All can see it next to your job. 3 to 24 letters, numbers, - or _."),
        max_length=PSEUDONYM_MAX,
        validators=User._meta.get_field("pseudonym").validators,
        error_messages={"required": _("Type the name that you would like.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Members can't see it. We send you a code to check it."),
        error_messages={"required": _("Type your e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    is_for_work = forms.BooleanField(
        label=_("I am on a register of health professionals. I use this account for work only."),
        error_messages={"required": _("To go on, you need to say yes to this one.")},
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

    def clean_pseudonym(self) -> str:
        """Free, and not one that others could take for the team's."""
        name: str = self.cleaned_data["pseudonym"]
        if poses_as_staff(name):
            raise ValidationError(_("That sounds like an admin. Please pick another."))
        if is_taken(name):
            raise ValidationError(_("Someone has this name already. Please pick another."))
        return name

    def clean_email(self) -> str:
        """One spelling, as everywhere. Whether it has an account is not said here."""
        return get_adapter().clean_email(self.cleaned_data["email"].lower())


class WhoForm(forms.ModelForm):
    """Profession and register."""

    class Meta:
        model = HcpApplication
        fields = ("profession", "register_body", "register_number")
        labels = {
            "profession": _("Your job"),
            "register_body": _("Who keeps your register"),
            "register_number": _("Your number on it"),
        }
        help_texts = {
            "profession": _("Such as diabetes nurse, doctor or dietitian. All can see it."),
            "register_body": _("Such as GMC, NMC or HCPC. All can see it."),
            "register_number": _("Only admins see it. They look it up."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True
            field.error_messages["required"] = str(_("Please fill this in."))
            field.widget.attrs["autocomplete"] = "off"


class WorkplacesForm(forms.Form):
    """Known workplaces to tick, and names of others, one a line."""

    known = forms.MultipleChoiceField(
        label=_("Places that we know"), required=False, widget=forms.CheckboxSelectMultiple
    )
    new = forms.CharField(
        label=_("Other places"),
        help_text=_("One a line. An admin looks at each name before it counts."),
        required=False,
        max_length=700,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    nowhere = forms.BooleanField(label=_("I see no patients anywhere right now"), required=False)

    def __init__(self, *args: Any, places: Iterable[Workplace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.public_id: place for place in places}
        known = cast(forms.MultipleChoiceField, self.fields["known"])
        known.choices = [(public_id, place.name) for public_id, place in self.places.items()]
        if not self.places:
            del self.fields["known"]

    def clean_new(self) -> list[str]:
        """The names, without empty lines; each of a length that fits, and not too many."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["new"].splitlines()]
        names = [line for line in lines if line]
        if len(names) > MOST_PROPOSED:
            raise ValidationError(_("Five new places are the most. Write to the admins for more."))
        if any(len(name) > 120 or len(name) < 3 for name in names):
            raise ValidationError(_("A name has 3 to 120 letters."))
        return names

    def clean(self) -> dict[str, Any]:
        """A place or the tick, not both, not neither."""
        data = super().clean() or {}
        named = bool(data.get("known") or data.get("new"))
        if not self.errors and named == bool(data.get("nowhere")):
            wrong = _("Name a place, or tick that there is none. Not both.")
            self.add_error("new", wrong)
        return data

    def known_places(self) -> list[Workplace]:
        """The ticked ones."""
        return [self.places[public_id] for public_id in self.cleaned_data.get("known", [])]


class InterestsForm(forms.Form):
    """Who pays somebody, or that nobody does."""

    any = forms.ChoiceField(
        label=_("Does a maker or seller pay you, or give you things?"),
        help_text=_("Money, trips, shares, free devices, a talk. All can see what you say."),
        choices=[(NOBODY, _("No, nobody does")), (SOMEBODY, _("Yes, and I say who below"))],
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE},
    )
    interests = forms.CharField(
        label=_("Who, and what for"),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        """Words with a yes, and none with a no."""
        data = super().clean() or {}
        words = (data.get("interests") or "").strip()
        if data.get("any") == SOMEBODY and not words:
            self.add_error("interests", _("Say who pays you, and what for."))
        if data.get("any") == NOBODY and words:
            self.add_error("any", _("You wrote something below. Then pick yes."))
        return data


class CodeForm(forms.Form):
    """A box for each clause that is not signed yet. ``seen``: hash of the version shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    clause = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick a line to sign it.")},
    )

    def __init__(
        self, data: QueryDict | None, *, code: Document, clauses: Iterable[Clause]
    ) -> None:
        super().__init__(data, initial={"seen": code.content_hash})
        clause = cast(forms.MultipleChoiceField, self.fields["clause"])
        clause.choices = [(row.anchor, row.line) for row in clauses]


class DilemmaForm(forms.Form):
    """What somebody would do."""

    answer = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": PICK_ONE})

    def __init__(self, *args: Any, dilemma: Dilemma, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = cast(forms.ChoiceField, self.fields["answer"])
        answer.label = dilemma.question
        answer.choices = [(row.slug, row.text) for row in dilemma.answers]
