"""The form of a country's helplines: the country, and one form a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guides.helplines import Kind

KINDS = [
    (Kind.CALL.value, _("To ring")),
    (Kind.TEXT.value, _("To text")),
    (Kind.CHAT.value, _("To chat")),
]
EMPTY_LINES = 2


class CountryForm(forms.Form):
    """Emergency numbers and the line for urgent advice."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    emergency = forms.CharField(label=_("Emergency number"), max_length=20)
    emergency_also = forms.CharField(
        label=_("Another emergency number"), max_length=20, required=False
    )
    advice_name = forms.CharField(
        label=_("Name of the line for urgent advice"), max_length=60, required=False
    )
    advice_number = forms.CharField(label=_("Its number"), max_length=20, required=False)

    def data_of(self, lines: forms.BaseFormSet) -> dict[str, Any]:
        """Country and lines in the shape of a sheet."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "number"}
        data = {name: value for name, value in data.items() if value}
        return {**data, "line": [line.entry() for line in lines if line.is_there()]}


class LineForm(forms.Form):
    """One way to reach one service. A line without a name is left out."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("How"), choices=KINDS)
    reach = forms.CharField(
        label=_("Number, or https address of a chat"), max_length=120, required=False
    )
    keyword = forms.CharField(label=_("Word to text"), max_length=20, required=False)
    for_whom = forms.CharField(label=_("For whom"), max_length=60, required=False)
    hours = forms.CharField(label=_("When it is open"), max_length=60, required=False)
    source = forms.CharField(label=_("Checked against"), max_length=200, required=False)
    last_verified = forms.DateField(
        label=_("Checked on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def is_there(self) -> bool:
        """Whether the line has a name."""
        return bool(self.cleaned_data.get("name"))

    def clean(self) -> dict[str, Any]:
        """A line with a name needs all but the word to text and the hours."""
        data = super().clean() or {}
        if not data.get("name"):
            return data
        for name in ("reach", "for_whom", "source", "last_verified"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))
        is_chat = data.get("kind") == Kind.CHAT
        if is_chat and data.get("reach") and not data["reach"].startswith("https://"):
            self.add_error("reach", _("A chat has an address that starts with https://."))
        return data

    def entry(self) -> dict[str, str]:
        """The line in the shape of a sheet."""
        data = self.cleaned_data
        entry = {
            "name": data["name"],
            "kind": data["kind"],
            "number": data["reach"],
            "keyword": data["keyword"],
            "for_whom": data["for_whom"],
            "hours": data["hours"],
            "source": data["source"],
            "last_verified": data["last_verified"].isoformat(),
        }
        return {name: value for name, value in entry.items() if value}

    @staticmethod
    def values_of(entry: dict[str, str]) -> dict[str, str]:
        """A line of a sheet as the form shows it."""
        return {**entry, "reach": entry["number"]}


LineFormSet = forms.formset_factory(LineForm, extra=EMPTY_LINES, max_num=30, absolute_max=30)
