"""Forms for the rules of screening: words and phrases, one a line; errors next to their field."""

import copy
import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from forum.screening import Kind, RuleError, Tables, compile_tables, example_problems
from forum.screening.phrases import compile_phrase

COMMON = "sets"  # words that the rules of every kind may use
TEXT_MAX = 30_000
WORDS_MAX = 4000  # of one set, phrases of one rule: keeps screening fast
SETTING_WORDS = {
    "regions": _("Countries whose phone numbers count"),
    "public_numbers": _("Public helplines, which are no contact details"),
    "known_hosts": _("Sites that are known: links to them are fine"),
}
RULE_LISTS = {
    "phrases": (_("Looks for"), _("One phrase a line.")),
    "except": (_("But not where it overlaps"), _("One phrase a line. May be empty.")),
    "unless": (_("Not with this near it"), _("In the same sentences. May be empty.")),
    "hits": (_("Must find"), _("One example a line. Saving checks each one.")),
    "passes": (_("Must not find"), _("One example a line: posts that only look like it.")),
}


class LinesField(forms.CharField):
    """A list, one entry a line. Gives the entries without empty ones and repeats."""

    def __init__(self, **kwargs: Any) -> None:
        rows = kwargs.pop("rows", 6)
        kwargs.setdefault("max_length", TEXT_MAX)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The entries."""
        text = super().to_python(value) or ""
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))

    def run_validators(self, value: Any) -> None:
        """The limits count the text as typed."""
        super().run_validators("\n".join(value))
        if len(value) > WORDS_MAX:
            raise forms.ValidationError(_("Too many lines."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """An empty list is the same as none."""
        return bool(self.to_python(data) != list(initial or ()))

    def prepare_value(self, value: Any) -> Any:
        """A list as lines; what was typed as it was typed."""
        return "\n".join(value) if isinstance(value, list | tuple) else value


class RuleForm(forms.Form):
    """One rule. What finds patterns or numbers keeps its code; words about it can change."""

    id = forms.RegexField(
        label=_("Name"),
        regex=r"^[a-z]+\.[a-z0-9-]+\Z",
        max_length=60,
        help_text=_("The kind, a dot, a short name, such as dose.you-3."),
        error_messages={"invalid": _("Small letters: the kind, a dot, a short name.")},
    )
    why = forms.CharField(
        label=_("Explanation"), help_text=_("What it looks for, in one line."), max_length=200
    )
    rank = forms.ChoiceField(
        label=_("What it does"),
        initial="hold",
        choices=[
            ("hold", _("Holds the post until somebody looked")),
            ("inform", _("Shows a card, holds nothing")),
        ],
    )
    severity = forms.ChoiceField(
        label=_("How soon somebody looks"),
        required=False,
        choices=[
            ("", _("Nobody must look")),
            ("0", _("S0: danger now")),
            ("1", _("S1: serious")),
            ("2", _("S2: soon")),
            ("3", _("S3: routine")),
        ],
    )

    def __init__(self, *args: Any, rules: dict[str, dict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By its name, not by its place: somebody else may have taken a rule out in between.
        given = self.data.get(self.add_prefix("id")) if self.is_bound else self.initial.get("id")
        self.base = rules.get(str(given), {})
        self.code = self.base.get("regex") or self.base.get("detector") or ""
        for key, (words, help_text) in RULE_LISTS.items():
            if self.code and key in ("phrases", "except", "unless"):
                continue
            self.fields[key] = LinesField(
                label=words,
                help_text=help_text,
                required=key not in ("except", "unless"),
                rows=14 if key == "phrases" else 5,
            )
        if self.base:
            self.fields["id"].widget.attrs["readonly"] = True

    def entry(self) -> dict[str, Any]:
        """The rule as the tables hold it."""
        data = self.cleaned_data
        entry: dict[str, Any] = {
            key: value for key, value in self.base.items() if key not in (*RULE_LISTS, "severity")
        }
        entry |= {"id": data["id"], "why": data["why"], "rank": data["rank"]}
        if data["severity"]:
            entry["severity"] = int(data["severity"])
        return entry | {key: data[key] for key in RULE_LISTS if data.get(key)}


class RuleSet(forms.BaseFormSet):
    """The rules of a kind in their order, without those that are to go."""

    def kept(self) -> list[RuleForm]:
        """Rules that stay. A blank new one is none."""
        return [
            cast(RuleForm, form)
            for form in self.forms
            if (form.has_changed() or form in self.initial_forms)
            and form["DELETE"].value() not in (True, "on")
        ]


RULES = forms.formset_factory(RuleForm, formset=RuleSet, extra=1, can_delete=True)


class HeadForm(forms.Form):
    """What goes for a kind as a whole: what changed, named sets of words, settings."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    changes = forms.CharField(
        label=_("What this draft changes"),
        help_text=_("A sentence or two for the other admins. It stands beside the version."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, table: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[str, tuple[str, str]] = {}
        for name, words in table.get("sets", {}).items():
            title: Any = _("Words of {%(name)s}") % {"name": name}
            self._add("sets", name, words, title, required=False)
        if "fuzzy" in table:
            title = _("Long words that may have one wrong letter")
            self._add("", "fuzzy", table["fuzzy"], title, required=False)
        for name, words in table.get("settings", {}).items():
            self._add("settings", name, words, SETTING_WORDS.get(name, name), required=True)
        self.fields["new_set"] = forms.RegexField(
            label=_("Name of a new set of words"),
            help_text=_("Phrases use it as {name}."),
            regex=r"^[a-z][a-z0-9_]*\Z",
            max_length=30,
            required=False,
            error_messages={"invalid": _("Small letters, digits and _ only.")},
        )
        self.fields["new_words"] = LinesField(
            label=_("Its words"), help_text=_("One a line."), required=False, rows=3
        )

    def _add(self, group: str, name: str, words: list, label: Any, *, required: bool) -> None:
        key = f"{group or 'list'}-{name}"
        self.fields[key] = LinesField(
            label=label,
            help_text=_("One a line."),
            required=required,
            rows=min(8, len(words) + 1),
            initial=[str(word) for word in words],
        )
        self.names[key] = (group, name)

    def clean(self) -> dict[str, Any]:
        """A new set needs a name and words, and a name that is free."""
        data = super().clean() or {}
        name, words = data.get("new_set"), data.get("new_words")
        if bool(name) != bool(words) and not self.errors:
            self.add_error("new_set", _("A new set needs a name and words."))
        if name and f"sets-{name}" in self.fields:
            self.add_error("new_set", _("There is a set with this name already."))
        return data

    def table(self) -> dict[str, Any]:
        """Sets, settings and lists as the tables hold them. A set without words goes."""
        table: dict[str, Any] = {}
        for key, (group, name) in self.names.items():
            words = self.cleaned_data[key]
            if group == "sets" and not words:
                continue
            place = table.setdefault(group, {}) if group else table
            place[name] = words
        if self.cleaned_data["new_set"]:
            new = {self.cleaned_data["new_set"]: self.cleaned_data["new_words"]}
            table.setdefault("sets", {}).update(new)
        return table


class KindEditor:
    """The forms of one kind of a draft, and the tables that they make."""

    def __init__(self, tables: Tables, kind: str, *, data: QueryDict | None, head: dict) -> None:
        self.tables, self.kind = tables, kind
        table = dict(tables.get(kind, {}))
        self.head = HeadForm(data, table=table, initial=head, prefix="kind")
        entries = table.get("rule", [])
        rules = {entry["id"]: entry for entry in entries}
        self.rules: RuleSet | None = None
        if kind != COMMON:
            initial = [{**entry, "severity": str(entry.get("severity", ""))} for entry in entries]
            made = RULES(data, initial=initial, prefix="rule", form_kwargs={"rules": rules})
            self.rules = cast(RuleSet, made)

    def is_valid(self) -> bool:
        """Whether all can be saved; what is wrong stands at its field."""
        fine = self.head.is_valid()
        if self.rules is not None:
            # Without it there would be no rules, and saving would empty the kind.
            fine = fine and self.rules.management_form.is_valid()
            kept = self.rules.kept()
            # Each one is asked, so that all errors show at once.
            wrong = [form for form in kept if not form.is_valid()]
            fine = fine and not wrong
        return fine and self._check_phrases() and self._check_whole()

    def result(self) -> dict[str, Any]:
        """The tables with this kind as it was typed."""
        tables: dict[str, Any] = copy.deepcopy(dict(self.tables))
        table = self.head.table()
        if self.rules is not None:
            table["rule"] = [form.entry() for form in self.rules.kept()]
        return {**tables, self.kind: table}

    def errors(self) -> Iterable[tuple[str, str, str]]:
        """Every error with the id of its field and its label, for the summary on top."""
        forms_here: list[forms.BaseForm] = [self.head, *(self.rules.forms if self.rules else ())]
        for form in forms_here:
            for error in form.non_field_errors():
                yield "", "", str(error)
            for field in form:
                for error in field.errors:
                    yield field.auto_id, str(field.label), str(error)

    def _sets(self) -> dict[str, list[str]]:
        shared = self.tables.get(COMMON, {}).get("sets", {})
        return {**shared, **self.head.table().get("sets", {})}

    def _check_phrases(self) -> bool:
        """Each phrase by itself, so that the error names its line."""
        fine = True
        sets = self._sets()
        for form in self.rules.kept() if self.rules is not None else ():
            for key in ("phrases", "except", "unless"):
                for number, phrase in enumerate(form.cleaned_data.get(key) or (), start=1):
                    try:
                        compile_phrase(phrase, sets)
                    except RuleError as error:
                        words = {"number": number, "problem": error}
                        form.add_error(key, _("Line %(number)s: %(problem)s.") % words)
                        fine = False
        return fine

    def _check_whole(self) -> bool:
        """All rules together: names, then each rule against its own examples."""
        try:
            book = compile_tables(self.result())
        except RuleError as error:
            self._place(str(error))
            return False
        fine = True
        own = [rule for rule in book.rules if rule.kind == self.kind or self.kind == COMMON]
        for rule in own:
            for problem in example_problems(book, [rule]):
                self._place(problem)
                fine = False
        return fine

    def _place(self, problem: str) -> None:
        """Put what is wrong next to the field that it is about; on top where there is none."""
        told = re.match(r"(?P<rule>[a-z]+\.[a-z0-9-]+):? (?P<verb>misses|flags)?", problem)
        for form in self.rules.kept() if self.rules is not None else ():
            if told and form.cleaned_data.get("id") == told["rule"]:
                key = {"misses": "hits", "flags": "passes"}.get(told["verb"] or "", "id")
                form.add_error(key, problem)
                return
        self.head.add_error(None, problem)


class PublishRulesForm(forms.Form):
    """Putting rules in force, as they were seen."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    seen_in_force = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label=_("Why you publish them all the same"),
        help_text=_("They find too few posts of people in danger. Your reason is kept."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TryForm(forms.Form):
    """A text to try. It is looked at and forgotten."""

    text = forms.CharField(
        label=_("A text to try"),
        help_text=_("It is not stored. Do not paste what members wrote."),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write something first.")},
    )


KIND_NAMES = (COMMON, *(kind.value for kind in Kind))
