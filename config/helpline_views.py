"""The desk's pages about helplines. Here, as guides and moderation know nothing of each other."""

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import HelplineSheet
from config.helpline_actions import (
    back_to_shipped,
    drop_sheet,
    number_now,
    publish_sheet,
    save_sheet,
    sheet_for,
)
from config.helpline_forms import CountryForm, LineForm, LineFormSet
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from guides.helplines import shipped

CHANGED = _("Somebody changed these lines while you were looking. Please read them again.")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """The countries, and where what counts for each comes from."""
    newest: dict[str, HelplineSheet] = {}
    in_force: dict[str, HelplineSheet] = {}
    for sheet in HelplineSheet.objects.select_related("published_by").defer("data"):
        newest.setdefault(sheet.country, sheet)
        if sheet.published_at is not None:
            in_force.setdefault(sheet.country, sheet)
    rows = [
        {
            "country": country,
            "sheet": in_force.get(country.code),
            "has_draft": country.code in newest and newest[country.code].published_at is None,
        }
        for country in shipped()
    ]
    return render(request, "config/helplines.html", {"rows": rows})


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: SignedInRequest, code: str) -> HttpResponse:
    """A country's lines: keep a draft, put it in force, throw it away."""
    countries = {country.code: country for country in shipped()}
    if code not in countries:
        raise Http404
    values = sheet_for(code)
    initial = {**values, "number": number_now(code)}
    lines_initial = [LineForm.values_of(line) for line in values.get("line", [])]
    form = CountryForm(request.POST or None, initial=initial)
    lines = LineFormSet(request.POST or None, initial=lines_initial, prefix="line")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            return _act(request, code, form, lines)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, str(refused.message))
        except StaleVersion:
            form.add_error(None, CHANGED)
    draft = HelplineSheet.objects.filter(country=code, published_at=None).exists()
    context = {
        "form": form,
        "lines": lines,
        "country": countries[code],
        "has_draft": draft,
        "is_edited": bool(initial["number"]),
        "is_bad": form.is_bound,
    }
    status = 422 if form.is_bound else 200
    return render(request, "config/helpline_sheet.html", context, status=status)


def _act(
    request: SignedInRequest, code: str, form: CountryForm, lines: BaseFormSet
) -> HttpResponse:
    number = form.cleaned_data["number"]
    do = request.POST.get("do", "save")
    if do == "drop":
        drop_sheet(country=code, number=number, admin=request.user)
        messages.success(request, _("The draft is gone. What counted before counts."))
        return redirect("helplines")
    if do == "shipped":
        back_to_shipped(country=code, number=number, admin=request.user)
        messages.success(request, _("The lines that come with the software count again."))
        return redirect("helplines")
    draft = save_sheet(country=code, data=form.data_of(lines), number=number, admin=request.user)
    if do == "publish":
        publish_sheet(country=code, number=draft.number, admin=request.user)
        messages.success(request, _("In force. Everybody sees them within a minute."))
        return redirect("helplines")
    messages.success(request, _("Kept as a draft. Nobody sees it yet."))
    return redirect("helpline_sheet", code)
