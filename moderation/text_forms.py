"""Forms for editing versioned texts. Plain fields, no scripts; one blank entry at the end."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Document, SignOff
from moderation.actions.texts import ClauseWords, ModuleWords, Weight

MOST_ANSWERS = 4


class TextForm(forms.Form):
    """The head of a draft."""

    version = forms.CharField(
        label=_("Version"),
        max_length=12,
        validators=[RegexValidator(r"^\d+(\.\d+)*\Z", _("Numbers with dots, such as 1.0.2."))],
    )
    title = forms.CharField(label=_("Title"), max_length=120)
    intro = forms.CharField(
        label=_("Words at the top"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    changes = forms.CharField(
        label=_("What changed"),
        help_text=_("One or two plain sentences. People read them before they agree again."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PartForm(forms.Form):
    """One entry of a list. ``place``: its place in the order; empty ones go last."""

    place = forms.IntegerField(label=_("Place"), required=False, min_value=0, max_value=999)


class ClauseForm(PartForm):
    """One rule with its reason and source."""

    anchor = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Links and decisions use it. Keep it when the words change."),
    )
    line = forms.CharField(label=_("Rule"), max_length=300)
    why = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))
    source = forms.CharField(label=_("Source"), max_length=300)

    def words(self) -> ClauseWords:
        """The rule as the action takes it."""
        data = self.cleaned_data
        return ClauseWords(data["anchor"], data["line"], data["why"].strip(), data["source"])


class ModuleForm(PartForm):
    """One part of a notice with its question."""

    slug = forms.SlugField(label=_("Short name"), max_length=40)
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(
        label=_("Words"),
        help_text=_("Markdown: **bold**, lists with -, an empty line between paragraphs."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    question = forms.CharField(label=_("Question"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_ANSWERS + 1):
            words = {"number": number}
            self.fields[f"answer_{number}"] = forms.CharField(
                label=_("Answer %(number)s") % words, max_length=200, required=False
            )
            self.fields[f"right_{number}"] = forms.BooleanField(
                label=_("Answer %(number)s is right") % words, required=False
            )
            self.fields[f"reply_{number}"] = forms.CharField(
                label=_("What we say to answer %(number)s") % words, max_length=400, required=False
            )

    def words(self) -> ModuleWords:
        """The part as the action takes it."""
        data = self.cleaned_data
        return ModuleWords(
            data["slug"], data["title"], data["text"].strip(), data["question"], self._answers()
        )

    def _answers(self) -> list[dict]:
        data = self.cleaned_data
        return [
            {
                "text": data[f"answer_{number}"],
                "right": data[f"right_{number}"],
                "reply": data[f"reply_{number}"],
            }
            for number in range(1, MOST_ANSWERS + 1)
            if data[f"answer_{number}"]
        ]


class PartFormSet(forms.BaseFormSet):
    """Entries in their order, without those that are to go. No short name stands twice."""

    unique_field = ""

    def clean(self) -> None:
        """Refuse a short name that two entries share."""
        names = [form.cleaned_data.get(self.unique_field) for form in self.kept()]
        if len(names) != len(set(names)):
            raise forms.ValidationError(_("Two entries have the same short name."))

    def kept(self) -> list[Any]:
        """The entries that stay, in their order. A blank new entry is none."""
        staying = [
            form
            for form in self.forms
            if (form.has_changed() or form in self.initial_forms)
            and not form.errors
            and not self._should_delete_form(form)  # type: ignore[attr-defined]
        ]
        return sorted(staying, key=_place)


def _place(form: forms.Form) -> int:
    given: int | None = form.cleaned_data.get("place")
    return 1000 if given is None else given


class ClauseSet(PartFormSet):
    """All rules of a draft."""

    unique_field = "anchor"


class ModuleSet(PartFormSet):
    """All parts of a notice."""

    unique_field = "slug"


CLAUSES = forms.formset_factory(ClauseForm, formset=ClauseSet, extra=1, can_delete=True)
MODULES = forms.formset_factory(ModuleForm, formset=ModuleSet, extra=1, can_delete=True)


def initial_clauses(document: Document) -> list[dict[str, Any]]:
    """The rules of a document for the form."""
    return [
        {
            "place": clause.position,
            "anchor": clause.anchor,
            "line": clause.line,
            "why": clause.why,
            "source": clause.source,
        }
        for clause in document.clauses.all()
    ]


def initial_modules(document: Document) -> list[dict[str, Any]]:
    """The parts of a notice for the form."""
    entries = []
    for module in document.modules.all():
        entry: dict[str, Any] = {
            "place": module.position,
            "slug": module.slug,
            "title": module.title,
            "text": module.text,
            "question": module.question,
        }
        for number, answer in enumerate(module.answers[:MOST_ANSWERS], start=1):
            entry[f"answer_{number}"] = answer["text"]
            entry[f"right_{number}"] = answer["right"]
            entry[f"reply_{number}"] = answer["reply"]
        entries.append(entry)
    return entries


class PublishForm(forms.Form):
    """Putting a draft in force. Nothing is picked beforehand."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    weight = forms.ChoiceField(
        label=_("How much does it change?"),
        choices=[
            (Weight.MATERIAL, _("In substance: everyone is asked again before they next post")),
            (Weight.MINOR, _("Only spelling or wording: nobody is asked again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one of the two.")},
    )


class SignOffForm(forms.Form):
    """Who signed off a text, and when."""

    field = forms.ChoiceField(label=_("What they answer for"), choices=SignOff.Field)
    signed_off_by = forms.CharField(
        label=_("Signed off by"), help_text=_("Name and post."), max_length=120
    )
    signed_off_on = forms.DateField(
        label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
