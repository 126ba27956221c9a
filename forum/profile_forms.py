"""The form of one's own profile."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.actions.profiles import ProfileWords
from forum.models.profile import ABOUT_MAX, Profile, Pronouns, ShownTo, Since, Uses

# Shorter than the labels of ``ShownTo``, so that they fit on a phone; the page says the rest.
FOR_WHOM = (
    (ShownTo.NOBODY, _("Nobody")),
    (ShownTo.PEERS, _("Peers only")),
    (ShownTo.EVERYBODY, _("Also health professionals")),
)


def _for_whom(what: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=what, choices=FOR_WHOM, initial=ShownTo.NOBODY)


class ProfileForm(forms.Form):
    """Each piece, and who sees it. All of it is optional."""

    pronouns = forms.ChoiceField(
        label=_("Pronouns"), required=False, choices=[("", _("Not said")), *Pronouns.choices]
    )
    pronouns_for = _for_whom(_("Who sees my pronouns"))
    since = forms.ChoiceField(
        label=_("How long with diabetes"),
        required=False,
        choices=[("", _("Not said")), *Since.choices],
    )
    since_for = _for_whom(_("Who sees how long"))
    uses = forms.MultipleChoiceField(
        label=_("What I use"),
        required=False,
        choices=Uses.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    uses_for = _for_whom(_("Who sees what I use"))
    about = forms.CharField(
        label=_("About me"),
        help_text=_("Up to 300 characters. No names, schools, places or ways to reach you."),
        required=False,
        max_length=ABOUT_MAX,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("This is too long. Please keep it under 300 characters.")},
    )
    about_for = _for_whom(_("Who sees my words"))
    joined_for = _for_whom(_("Who sees the month in which I joined"))

    def words(self) -> ProfileWords:
        """What was filled in, for the action. Only of a valid form."""
        data = self.cleaned_data
        about = data["about"].replace("\r\n", "\n")
        return ProfileWords(**{**data, "about": about})


def as_initial(profile: Profile | None) -> dict[str, Any]:
    """What the form shows at first: the profile as it is."""
    if profile is None:
        return asdict(ProfileWords())
    return {name: getattr(profile, name) for name in ProfileWords.__dataclass_fields__}
