"""The audit log on the desk. Reading, exporting and checking it are entries themselves."""

import csv
import io
import json
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role
from forum.access_log import shows_no_posts
from moderation import audit
from moderation.actions.audit_check import check_newest
from moderation.audit_reads import (
    EXPORT_MOST,
    SYSTEM,
    AuditFilters,
    as_row,
    events_for,
    known_verbs,
    page_of,
)
from moderation.models import AuditCheck

ASKED = ("verb", "kind", "subject", "role", "day")


class AuditForm(forms.Form):
    """What the log is narrowed to. All of it can stay empty."""

    verb = forms.ChoiceField(label=_("What was done"), required=False)
    kind = forms.CharField(label=_("About what"), max_length=20, required=False)
    subject = forms.CharField(label=_("Its id or number"), max_length=20, required=False)
    role = forms.ChoiceField(
        label=_("By whom"),
        choices=[("", _("Anybody")), *Role.choices, (SYSTEM, _("The site itself"))],
        required=False,
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        field = self.fields["verb"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Anything")), *((verb, verb) for verb in known_verbs())]

    def filters(self) -> AuditFilters:
        """What was asked for; a field with an error counts as empty."""
        data = self.cleaned_data
        return AuditFilters(
            verb=data.get("verb", ""),
            subject_kind=data.get("kind", ""),
            subject=data.get("subject", ""),
            role=data.get("role", ""),
            day=data.get("day"),
        )


def _asked(request: SignedInRequest) -> tuple[AuditForm, AuditFilters, dict[str, str]]:
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    form = AuditForm(asked)
    form.is_valid()
    return form, form.filters(), asked


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """The log, newest first, and when it was last found whole."""
    form, filters, asked = _asked(request)
    rows = events_for(request.viewer, request.user, filters)
    events, cursor = page_of(rows, request.GET.get("before", "")[:20])
    audit.record(
        actor=request.user,
        verb="audit_read",
        subject_kind="audit",
        subject_public_id="",
        data=filters.as_codes(),
    )
    here = reverse("moderation:audit")
    context = {
        "events": events,
        "form": form,
        "asked": asked,
        "query": urlencode(asked),
        "older": f"{here}?{urlencode({**asked, 'before': cursor})}" if cursor else "",
        "check": AuditCheck.objects.select_related("by").first(),
    }
    return render(request, "moderation/audit.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def verify(request: SignedInRequest) -> HttpResponse:
    """Check the newest entries now."""
    if check_newest(admin=request.user).whole:
        messages.success(request, _("The log is whole."))
    else:
        messages.error(request, _("The log is broken. Tell whoever runs the site at once."))
    return redirect("moderation:audit")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def export(request: SignedInRequest, kind: str) -> HttpResponse:
    """What the filters leave, as CSV or JSON lines; the newest 50,000 entries at most."""
    _form, filters, _names = _asked(request)
    rows = events_for(request.viewer, request.user, filters)[:EXPORT_MOST]
    lines = [as_row(event) for event in rows]
    audit.record(
        actor=request.user,
        verb="audit_exported",
        subject_kind="audit",
        subject_public_id="",
        data={**filters.as_codes(), "as": kind},
    )
    if kind == "csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["at", "actor", "role", "verb", "subject_kind", "subject", "data"])
        for line in lines:
            cells = [str(value) for value in list(line.values())[:-1]]
            writer.writerow([*map(_cell, cells), json.dumps(line["data"], sort_keys=True)])
        body, content_type = text.getvalue(), "text/csv"
    else:
        body = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
        content_type = "application/x-ndjson"
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="audit.{kind}"'
    return response


def _cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
