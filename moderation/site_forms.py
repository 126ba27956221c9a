"""The forms of the desk about the whole site."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Announcement, AnnouncementAudience, Joining, Level, Tone
from accounts.models.announcement import LINK_MAX, LINK_WORDS_MAX, TEXT_MAX
from accounts.models.invitation import FEWEST_USES, LABEL_MAX, MOST_USES
from accounts.models.site import REASON_MAX
from accounts.site_settings import FIELDS, Site


class MomentInput(forms.DateTimeInput):
    """A day and a time as browsers ask for them."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MaintenanceForm(forms.Form):
    """How far the site is open. ``version`` is what the admin saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        label=_("The site is"), choices=Level, coerce=Level, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("What people read"),
        help_text=_("One short sentence, in plain words. You can leave it empty."),
        max_length=REASON_MAX,
        required=False,
    )
    until = forms.DateTimeField(
        label=_("When it should be over"),
        help_text=_("As well as you can tell. It does not end by itself."),
        required=False,
        widget=MomentInput(),
    )

    def clean_until(self) -> datetime | None:
        """Not over already."""
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This moment is over. Pick a later one."))
        return until

    def clean(self) -> dict[str, Any]:
        """An open site needs no end."""
        data = super().clean() or {}
        if data.get("level") == Level.OFF and "until" in self.errors:
            del self.errors["until"]
            data["until"] = None
        return data


class AnnouncementForm(forms.Form):
    """A few words, for whom, from when until when."""

    text = forms.CharField(
        label=_("What you want to say"),
        help_text=_("Short and plain. No names."),
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    link = forms.CharField(
        label=_("A page of this site, if there is more to read"),
        help_text=_("The address without the site's name, such as /rules/."),
        max_length=LINK_MAX,
        required=False,
    )
    link_words = forms.CharField(
        label=_("Words of the link"), max_length=LINK_WORDS_MAX, required=False
    )
    audience = forms.TypedChoiceField(
        label=_("Who reads it"),
        choices=AnnouncementAudience,
        coerce=AnnouncementAudience,
        widget=forms.RadioSelect,
    )
    tone = forms.TypedChoiceField(
        label=_("How it looks"),
        help_text=_("Important ones come first. At most two are shown at once."),
        choices=Tone,
        coerce=Tone,
        widget=forms.RadioSelect,
        initial=Tone.CALM,
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=MomentInput())
    ends_at = forms.DateTimeField(label=_("Until"), widget=MomentInput())

    @staticmethod
    def values_of(announcement: Announcement) -> dict[str, object]:
        """An announcement as the form shows it."""
        names = ("text", "link", "link_words", "audience", "tone", "starts_at", "ends_at")
        return {name: getattr(announcement, name) for name in names}


class CodeForm(forms.Form):
    """A new invitation code. ``public_id`` makes sending it twice harmless."""

    public_id = forms.CharField(max_length=14, min_length=14, widget=forms.HiddenInput)
    label = forms.CharField(
        label=_("Who hands it out"),
        help_text=_("Only admins read this. No names of young people."),
        max_length=LABEL_MAX,
    )
    uses_allowed = forms.IntegerField(
        label=_("How many people can join with it"),
        help_text=_("At least 5. With fewer, a used code would tell who joined."),
        min_value=FEWEST_USES,
        max_value=MOST_USES,
    )
    days = forms.IntegerField(
        label=_("For how many days it works"), min_value=1, max_value=365, initial=90
    )


class SettingsForm(forms.Form):
    """What admins set while the site runs. What the environment sets is shown, and locked."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    joining = forms.TypedChoiceField(
        label=_("Who can join"), choices=Joining, coerce=Joining, widget=forms.RadioSelect
    )
    operator_name = forms.CharField(
        label=_("Who runs this site"),
        help_text=_("Stands on receipts and in mails to parents."),
        max_length=120,
    )
    operator_contact = forms.CharField(
        label=_("Who answers for the data"), max_length=120, required=False
    )
    operator_address = forms.CharField(label=_("Postal address"), max_length=300, required=False)
    operator_email = forms.EmailField(
        label=_("E-mail address for questions"),
        help_text=_("Also for people who cannot sign in any more."),
        required=False,
    )
    operator_phone = forms.CharField(label=_("Phone number"), max_length=30, required=False)
    quiet_from = forms.IntegerField(
        label=_("No mails about news from"),
        help_text=_("An hour from 0 to 23. For members who set none of their own."),
        min_value=0,
        max_value=23,
    )
    quiet_until = forms.IntegerField(
        label=_("Until"),
        help_text=_("The same hour twice: mails come at all hours."),
        min_value=0,
        max_value=23,
    )
    alert_second_after = forms.IntegerField(
        label=_("Minutes until a serious alert goes to everybody on the team"),
        min_value=5,
        max_value=240,
    )

    def __init__(self, *args: Any, locked: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in locked:
            self.fields[name].disabled = True
            self.fields[name].help_text = _("Set on the server. It cannot be changed here.")

    def site(self) -> Site:
        """What the admin wants."""
        return Site(**{name: self.cleaned_data[name] for name in FIELDS})
