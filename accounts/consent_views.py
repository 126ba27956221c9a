"""Me > Consent: what I said yes and no to, receipts, changing my mind, agreeing again."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.consent import (
    NO,
    OPTIONAL,
    YES,
    Asking,
    agree_again,
    all_in_force,
    asked_again,
    choose_extra,
    extras_for,
)
from accounts.http import SignedInRequest
from accounts.models import Consent, Document, Purpose, Role
from accounts.receipts import FACTS, Facts, receipt, value_in_words
from accounts.site_settings import site
from accounts.wording import Line, compare


@dataclass(frozen=True, slots=True)
class Standing:
    """A purpose with the choice in force. ``other``: what one click changes an extra to."""

    purpose: Purpose
    facts: Facts
    consent: Consent | None
    words: str
    other: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A text to agree to, with what is new in it since the version before."""

    document: Document
    lines: list[Line]


# Members choose these and the extras; others only what they were asked.
OF_MEMBERS = (Purpose.JOIN, Purpose.HCP_INVOLVEMENT)


@access(Access.ACCOUNT)
@require_safe
def consents(request: SignedInRequest) -> HttpResponse:
    """The choice in force for each purpose, and every record, newest first."""
    newest = all_in_force(request.user)
    asked: tuple[Purpose, ...] = ()
    if request.user.role == Role.MEMBER:
        asked = (*OF_MEMBERS, *extras_for(request.viewer.age_group))
    purposes = [purpose for purpose in Purpose if purpose in asked or purpose in newest]
    records = Consent.objects.filter(user=request.user)
    context = {
        "standing": [_standing(purpose, newest.get(purpose)) for purpose in purposes],
        "records": [(consent, value_in_words(consent)) for consent in records],
        "saved": "saved" in request.GET,
    }
    return render(request, "accounts/consents.html", context)


def _standing(purpose: Purpose, consent: Consent | None) -> Standing:
    words = value_in_words(consent) if consent else ""
    other = ""
    if purpose in OPTIONAL:
        other = NO if consent is not None and consent.value == YES else YES
    return Standing(purpose, FACTS[purpose], consent, words, other)


@access(Access.ACCOUNT)
@require_POST
def choose(request: SignedInRequest) -> HttpResponse:
    """Say yes or no to an extra: one click either way."""
    if request.user.role != Role.MEMBER:
        raise Http404
    purpose, value = request.POST.get("purpose", ""), request.POST.get("value", "")
    try:
        choose_extra(user=request.user, purpose=Purpose(purpose), value=value)
    except ValueError:
        return HttpResponseBadRequest()
    return redirect(reverse("accounts:consents") + "?saved=1")


@access(Access.ACCOUNT)
@require_safe
def leaving(request: SignedInRequest) -> HttpResponse:
    """Taking back the yes to being a member means closing the account: how to ask for that."""
    return render(request, "accounts/leaving.html", {"operator_email": site().operator_email})


@access(Access.ACCOUNT)
@require_safe
def receipt_page(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One receipt to read."""
    consent = _own(request, public_id)
    context = {
        "consent": consent,
        "words": value_in_words(consent),
        "facts": FACTS[Purpose(consent.purpose)],
        "receipt": receipt(consent),
    }
    return render(request, "accounts/receipt.html", context)


@access(Access.ACCOUNT)
@require_safe
def receipt_json(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One receipt as a file for machines."""
    consent = _own(request, public_id)
    response = JsonResponse(receipt(consent), json_dumps_params={"indent": 2})
    name = f"receipt-{consent.public_id}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _own(request: SignedInRequest, public_id: str) -> Consent:
    """The person's own record; 404 for those of others."""
    own = Consent.objects.filter(user=request.user).select_related("document", "user")
    return get_object_or_404(own, public_id=public_id)


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: SignedInRequest) -> HttpResponse:
    """What changed in the texts, and one button to agree; then back to where the person was.

    The form carries the hashes of the texts that were shown: nobody agrees to one unseen.
    """
    to = _way_back(request)
    if request.method == "POST" and not request.viewer.must_agree:
        return redirect(to)
    asked = asked_again(request.user, timezone.now()) if request.viewer.must_agree else []
    texts = [asking.text for asking in asked]
    shown = [text.content_hash for text in texts]
    stale = False
    if request.method == "POST":
        if request.POST.getlist("text") == shown:
            agree_again(user=request.user, texts=texts)
            return redirect(to)
        stale = True
    context = {
        "texts": [_changed(asking) for asking in asked],
        "next": to,
        "stale": stale,
    }
    return render(request, "accounts/agree.html", context)


def _changed(asking: Asking) -> Changed:
    lines = compare(asking.before, asking.text) if asking.before else []
    return Changed(asking.text, lines)


def _way_back(request: SignedInRequest) -> str:
    """The page of this site that the person came from; Me where none is named."""
    to = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(to, hosts, require_https=request.is_secure()):
        return to
    return reverse("accounts:me")
