"""Texts that people agree to: versions, drafts, what changes, who signed off."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Document, DocumentKind, SignOff
from accounts.models.document import hash_of
from accounts.wording import compare
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from moderation.actions import texts
from moderation.text_forms import (
    CLAUSES,
    MODULES,
    PartFormSet,
    PublishForm,
    SignOffForm,
    TextForm,
    initial_clauses,
    initial_modules,
)

CHANGED = _("The draft changed while you were looking. Please read it again.")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """Every text with its versions, its draft, and who signed off the words in force."""
    found = Document.objects.prefetch_related("sign_offs").order_by("-published_at", "-pk")
    kinds: dict[tuple[str, str], list[Document]] = {}
    for document in found:
        kinds.setdefault((document.kind, document.language), []).append(document)
    order = list(DocumentKind.values)
    rows = [
        {
            "kind": DocumentKind(kind),
            "language": language,
            "draft": next((d for d in documents if d.published_at is None), None),
            "published": [d for d in documents if d.published_at is not None],
        }
        for (kind, language), documents in sorted(
            kinds.items(), key=lambda entry: (order.index(entry[0][0]), entry[0][1])
        )
    ]
    return render(request, "moderation/texts.html", {"rows": rows})


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    """Begin a draft as a copy of the version in force, or go on with the one that is there."""
    kind = request.POST.get("kind", "")
    if kind not in DocumentKind.values:
        return HttpResponseBadRequest()
    language = request.POST.get("language", "")[:8]
    try:
        draft = texts.start_draft(kind=DocumentKind(kind), language=language, admin=request.user)
    except NotVisible:
        raise Http404 from None
    return redirect("moderation:text_edit", *address_of(draft))


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def text(request: SignedInRequest, kind: str, language: str, version: str) -> HttpResponse:
    """One version: its words, what it changes, who signed it off; a draft can be published here."""
    return _page(request, _found(kind, language, version))


def _page(
    request: SignedInRequest, document: Document, *, status: int = 200, **filled: Any
) -> HttpResponse:
    """The page of a version; ``filled``: forms that came back with errors."""
    before = _version_before(document)
    digest = document.content_hash or hash_of(document)
    context = {
        "document": document,
        "digest": digest,
        "before": before,
        "lines": compare(before, document) if before else [],
        "sign_offs": document.sign_offs.select_related("recorded_by"),
        "sign_off_form": SignOffForm(auto_id="sign-off-%s"),
        "publish_form": PublishForm(initial={"seen_hash": digest}),
        **filled,
    }
    return render(request, "moderation/text.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, kind: str, language: str, version: str) -> HttpResponse:
    """Change the words of a draft; then look at it, or go on editing."""
    draft = _found(kind, language, version)
    if draft.published_at is not None:
        raise Http404
    data = request.POST or None
    head = {
        "version": draft.version,
        "title": draft.title,
        "intro": draft.intro,
        "changes": draft.changes,
    }
    form = TextForm(data, initial=head)
    parts = _parts(draft, data)
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        words = [part.words() for part in parts.kept()]
        try:
            draft = texts.save_draft(
                draft=draft, admin=request.user, parts=words, **form.cleaned_data
            )
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("version", str(refusal.message))
        else:
            page = "moderation:text_edit" if "more" in request.POST else "moderation:text"
            return redirect(page, *address_of(draft))
    context = {
        "document": draft,
        "form": form,
        "parts": parts,
        "errors": list(_errors([form, *parts.forms])),
    }
    return render(request, "moderation/text_edit.html", context)


def _parts(draft: Document, data: QueryDict | None) -> PartFormSet:
    """The forms for the parts of a draft: those of a notice, or rules."""
    if draft.kind in texts.NOTICES:
        return cast(PartFormSet, MODULES(data, initial=initial_modules(draft), prefix="part"))
    return cast(PartFormSet, CLAUSES(data, initial=initial_clauses(draft), prefix="part"))


def _errors(all_forms: Iterable[forms.BaseForm]) -> Iterable[tuple[str, str, str]]:
    """Every error with the id of its field and its label, for the summary on top."""
    for form in all_forms:
        for field in form:
            for error in field.errors:
                yield field.auto_id, str(field.label), str(error)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def publish(request: SignedInRequest, kind: str, language: str, version: str) -> HttpResponse:
    """Put a draft in force, for good."""
    draft = _found(kind, language, version)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, draft, publish_form=form, status=422)
    try:
        document = texts.publish_draft(
            draft=draft,
            admin=request.user,
            weight=texts.Weight(form.cleaned_data["weight"]),
            seen_hash=form.cleaned_data["seen_hash"],
        )
    except NotVisible:
        raise Http404 from None
    except StaleVersion:
        messages.error(request, CHANGED)
        return redirect("moderation:text", *address_of(draft))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("moderation:text", *address_of(draft))
    messages.success(request, _("Published. This is the version in force."))
    return redirect("moderation:text", *address_of(document))


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def discard(request: SignedInRequest, kind: str, language: str, version: str) -> HttpResponse:
    """Throw a draft away."""
    try:
        texts.discard_draft(draft=_found(kind, language, version), admin=request.user)
    except NotVisible:
        raise Http404 from None
    messages.success(request, _("The draft is gone."))
    return redirect("moderation:texts")


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def sign_off(request: SignedInRequest, kind: str, language: str, version: str) -> HttpResponse:
    """Write down who signed these words off."""
    document = _found(kind, language, version)
    form = SignOffForm(request.POST, auto_id="sign-off-%s")
    if not form.is_valid():
        return _page(request, document, sign_off_form=form, status=422)
    data = form.cleaned_data
    texts.sign_off(
        document=document,
        admin=request.user,
        field=SignOff.Field(data["field"]),
        signed_off_by=data["signed_off_by"],
        signed_off_on=data["signed_off_on"],
    )
    messages.success(request, _("Written down."))
    return redirect("moderation:text", *address_of(document))


def address_of(document: Document) -> tuple[str, str, str]:
    """What names a version in an address."""
    return document.kind, document.language, document.version


def _found(kind: str, language: str, version: str) -> Document:
    return get_object_or_404(Document, kind=kind, language=language, version=version)


def _version_before(document: Document) -> Document | None:
    """The version that this one follows: of a draft, the one in force."""
    published = Document.objects.filter(
        kind=document.kind, language=document.language, published_at__isnull=False
    ).exclude(pk=document.pk)
    if document.published_at is not None:
        published = published.filter(published_at__lt=document.published_at)
    return published.order_by("-published_at", "-pk").first()
