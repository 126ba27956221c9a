"""The questions on the way to an account, one form a page."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.joining.names import is_taken, poses_as_staff
from accounts.models import HcpChoice, Module, User
from accounts.models.user import PSEUDONYM_MAX

MONTHS = [
    (1, _("January")),
    (2, _("February")),
    (3, _("March")),
    (4, _("April")),
    (5, _("May")),
    (6, _("June")),
    (7, _("July")),
    (8, _("August")),
    (9, _("September")),
    (10, _("October")),
    (11, _("November")),
    (12, _("December")),
]
OWN, LATER = "own", "later"
BY_CODE, BY_PASSWORD = "code", "password"
PICK_ONE = _("Pick one first.")


class AgeForm(forms.Form):
    """Month and year of birth. The question does not say which answer lets people in (P1.7)."""

    birth_month = forms.TypedChoiceField(
        label=_("Month"),
        choices=[("", _("Choose")), *MONTHS],
        coerce=int,
        error_messages={"required": _("Choose a month.")},
    )
    birth_year = forms.IntegerField(
        label=_("Year"),
        help_text=_("Four digits."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}
        ),
        error_messages={"required": _("Type the year."), "invalid": _("Type four digits.")},
    )

    def clean(self) -> dict[str, Any]:
        """A slip of the finger is asked about, so that it does not close the gate."""
        data = super().clean() or {}
        year, month = data.get("birth_year"), data.get("birth_month")
        today = timezone.localdate()
        if year is not None and not 1900 <= year <= today.year:
            self.add_error("birth_year", _("Please check the year."))
        elif year == today.year and month is not None and month > today.month:
            self.add_error("birth_month", _("Please check the month. It has not come yet."))
        return data


class InvitationForm(forms.Form):
    """A code from a clinic or charity. One message for whatever is wrong with it."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("It looks like this: mossy-otter-1234-fern-5678. Capitals do not matter."),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type your code.")},
    )


class NameForm(forms.Form):
    """One of the suggested names, or one's own. ``cleaned_data["pseudonym"]`` is the choice."""

    pick = forms.ChoiceField(
        label=_("Pick a name"),
        widget=forms.RadioSelect,
        error_messages={
            "required": PICK_ONE,
            "invalid_choice": _("That name has just gone. Please pick another."),
        },
    )
    own = forms.CharField(
        label=_("My own name"),
        help_text=_("3 to 24 letters and numbers. Not your real one, and none you use elsewhere."),
        required=False,
        max_length=PSEUDONYM_MAX,
        validators=User._meta.get_field("pseudonym").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, suggestions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pick = cast(forms.ChoiceField, self.fields["pick"])
        pick.choices = [*((name, name) for name in suggestions), (OWN, _("My own, below"))]

    def clean_own(self) -> str:
        """Not one that others could take for the team's."""
        own = self.cleaned_data["own"]
        if own and poses_as_staff(own):
            raise ValidationError(_("That sounds like someone of the team. Please pick another."))
        return own

    def clean(self) -> dict[str, Any]:
        """Words in the field count as a pick. A name that somebody has is refused."""
        data = super().clean() or {}
        own = data.get("own", "")
        if own and "pick" in self.errors and not self.data.get("pick"):
            del self.errors["pick"]
            data["pick"] = OWN
        if data.get("pick") == OWN and not own and "own" not in self.errors:
            self.add_error("own", _("Type the name that you would like."))
        if not self.errors:
            data["pseudonym"] = own if data["pick"] == OWN else data["pick"]
            if is_taken(data["pseudonym"]):
                field = "own" if data["pick"] == OWN else "pick"
                self.add_error(field, _("Someone has this name already. Please pick another."))
        return data


class ShownForm(forms.Form):
    """``seen`` is the hash of the wording that the page showed: an answer is about those words."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class ModuleForm(ShownForm):
    """The question at the end of a module; ``answer`` is the number of an answer from 0."""

    answer = forms.TypedChoiceField(
        coerce=int, widget=forms.RadioSelect, error_messages={"required": PICK_ONE}
    )

    def __init__(self, *args: Any, module: Module, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = cast(forms.TypedChoiceField, self.fields["answer"])
        answer.label = module.question
        answer.choices = [(number, text["text"]) for number, text in enumerate(module.answers)]


class ProfessionalsForm(ShownForm):
    """How far health professionals may come in. Deciding later is as easy as the others (P2.1)."""

    choice = forms.ChoiceField(
        label=_("Health professionals and my posts"),
        choices=[*HcpChoice.choices, (LATER, _("I decide later. Until then, none of them"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the four. You can change it at any time.")},
    )


class ChoicesForm(ShownForm):
    """Separate choices, none ticked (P1.3). Only the first is needed."""

    joins = forms.BooleanField(
        label=_("I want to join, and I keep to the rules"),
        error_messages={"required": _("To join, you need to say yes to this one.")},
    )
    wants_email = forms.BooleanField(
        label=_("E-mail me about what is new"),
        help_text=_("Such as a reply to you. The mails never say what was written."),
        required=False,
    )
    wants_research = forms.BooleanField(
        label=_("You may ask me about research"),
        help_text=_("You say yes or no each time. We give your address to nobody."),
        required=False,
    )


class TeenChoicesForm(ChoicesForm):
    """Under 16, nobody is asked about research."""

    wants_research = None  # type: ignore[assignment]


class SignInForm(forms.Form):
    """An address and a way to sign in. Whether the address has an account is not looked at."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Nobody else here can see it. We send you a code to check it."),
        error_messages={"required": _("Type your e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    way = forms.ChoiceField(
        label=_("How do you want to sign in?"),
        error_messages={"required": PICK_ONE},
        choices=[
            (BY_CODE, _("With a code by e-mail each time. Nothing to remember")),
            (BY_PASSWORD, _("With a password")),
        ],
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
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

    def __init__(self, *args: Any, has_password: bool, pseudonym: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_password, self.pseudonym = has_password, pseudonym
        self.fields["password"].help_text = (
            _("You have picked one. Leave this empty to keep it.")
            if has_password
            else _("At least 10 characters. Only if you want one.")
        )

    def clean_email(self) -> str:
        """One spelling, as everywhere."""
        return get_adapter().clean_email(self.cleaned_data["email"].lower())

    def clean(self) -> dict[str, Any]:
        """Typing a password is a choice of the way; allauth's rules decide what is good enough."""
        data = super().clean() or {}
        password = data.get("password", "")
        if password and "way" in self.errors and not self.data.get("way"):
            del self.errors["way"]
            data["way"] = BY_PASSWORD
        if data.get("way") != BY_PASSWORD:
            return data
        if password:
            owner = User(email=data.get("email", ""), pseudonym=self.pseudonym)
            try:
                get_adapter().clean_password(password, user=owner)
            except ValidationError as error:
                self.add_error("password", error)
        elif not self.has_password:
            self.add_error("password", _("Type a password, or pick the code."))
        return data
