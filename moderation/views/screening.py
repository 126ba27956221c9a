"""The rules of screening: versions, editing a draft, trying a text, throttled rules."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Origin, Ruleset, RuleTrip
from forum.rules import rules_in_force, throttled_of
from forum.screening import RULEBOOK, SHIPPED, explain, hash_of
from forum.screening.measure import labelled_posts
from moderation.actions import screening
from moderation.reasons import LABELS
from moderation.screening import (
    differences,
    figure_rows,
    needs_reason,
    tables_of,
    try_text,
)
from moderation.screening_forms import (
    COMMON,
    KIND_NAMES,
    KindEditor,
    PublishRulesForm,
    TryForm,
)

CHANGED = _("This changed while you were looking. Please look again.")
EDIT_CHANGED = _(
    "Somebody changed this draft while you were editing. Your words are still here: saving again "
    "puts yours in their place."
)
LIST_SIZE = 50
LINES_SHOWN = 400


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """The rules in force, the draft, rules that were throttled, all versions."""
    versions = list(
        Ruleset.objects.published()
        .defer("tables")
        .select_related("published_by", "back_to")[: LIST_SIZE + 1]
    )
    newest = versions[0] if versions else None
    book = rules_in_force()
    tripped = list(RuleTrip.objects.filter(reset_at=None).order_by("-tripped_at"))
    throttled = throttled_of(book, [trip.rule for trip in tripped])
    context = {
        "draft": Ruleset.objects.filter(number=None).defer("tables").first(),
        "versions": versions[:LIST_SIZE],
        "newest": newest,
        "figures": figure_rows(newest.figures if newest else None),
        "posts": len(labelled_posts()),
        "tripped": [
            {"trip": trip, "why": explain(trip.rule, book), "throttled": trip.rule in throttled}
            for trip in tripped
        ],
        "shipped_differ": newest is not None and newest.content_hash != hash_of(SHIPPED),
        "broken": newest is not None
        and newest.content_hash != hash_of(SHIPPED)
        and book.version == RULEBOOK.version,
    }
    return render(request, "moderation/screening.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    """Begin a draft from the rules in force or from those of the software, or go on with it."""
    origin = Origin.SHIPPED if request.POST.get("from") == Origin.SHIPPED else Origin.DESK
    draft = screening.start_draft(origin=origin, admin=request.user)
    return redirect("moderation:screening_version", draft.public_id)


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def version(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One version: its figures, what differs from the one in force, and what can be done."""
    return _page(request, _found(public_id))


def _page(
    request: SignedInRequest, rules: Ruleset, *, status: int = 200, **filled: Any
) -> HttpResponse:
    newest = screening.in_force()
    is_in_force = newest is not None and newest.pk == rules.pk
    before = _version_before(rules) if is_in_force else newest
    lines = differences(tables_of(before), rules.tables)
    seen = {"seen_hash": rules.content_hash, "seen_in_force": screening.hash_in_force()}
    context: dict[str, Any] = {
        "rules": rules,
        "is_in_force": is_in_force,
        "before": before,
        "lines": lines[:LINES_SHOWN],
        "more_lines": max(0, len(lines) - LINES_SHOWN),
        "figures": figure_rows(rules.figures),
        "figures_before": figure_rows(before.figures) if before else [],
        "problems": screening.problems_of(rules.tables) if rules.is_draft else [],
        "needs_reason": needs_reason(rules.figures),
        "kinds": [(name, LABELS.get(name, _("Words for all kinds"))) for name in KIND_NAMES],
        "form": PublishRulesForm(initial=seen),
        **filled,
    }
    context["form"].fields["reason"].required = context["needs_reason"]
    return render(request, "moderation/screening_version.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, public_id: str, kind: str) -> HttpResponse:
    """Change the rules of one kind of a draft."""
    draft = _found(public_id)
    if not draft.is_draft or kind not in KIND_NAMES:
        raise Http404
    head = {"seen_hash": draft.content_hash, "changes": draft.changes}
    editor = KindEditor(draft.tables, kind, data=request.POST or None, head=head)
    status = 200
    if request.method == "POST":
        if editor.is_valid():
            try:
                _save(request, draft, editor)
            except NotVisible:
                raise Http404 from None
            except Refused as refusal:
                editor.head.add_error(None, str(refusal.message))
            except StaleVersion:
                editor.head.add_error(None, EDIT_CHANGED)
                editor.head.data = editor.head.data.copy()  # type: ignore[attr-defined]
                editor.head.data["kind-seen_hash"] = _found(public_id).content_hash  # type: ignore[index]
            else:
                return redirect("moderation:screening_version", draft.public_id)
        status = 422
    context = {
        "rules": draft,
        "kind": kind,
        "label": LABELS.get(kind, _("Words for all kinds")),
        "common": kind == COMMON,
        "editor": editor,
        "errors": list(editor.errors()) if request.method == "POST" else [],
    }
    return render(request, "moderation/screening_edit.html", context, status=status)


def _save(request: SignedInRequest, draft: Ruleset, editor: KindEditor) -> None:
    data = editor.head.cleaned_data
    screening.save_draft(
        draft=draft,
        admin=request.user,
        seen_hash=data["seen_hash"],
        tables=editor.result(),
        changes=data["changes"],
    )
    messages.success(request, _("Saved. The figures are those of the draft as it is now."))


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def publish(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Put a draft in force."""
    return _put_in_force(request, _found(public_id))


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def go_back(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Put the rules of an earlier version in force again."""
    rules = _found(public_id)
    if rules.is_draft:
        raise Http404
    return _put_in_force(request, rules)


def _put_in_force(request: SignedInRequest, rules: Ruleset) -> HttpResponse:
    form = PublishRulesForm(request.POST)
    if not form.is_valid():
        return _page(request, rules, form=form, status=422)
    data = form.cleaned_data
    try:
        if request.resolver_match and request.resolver_match.url_name == "screening_back":
            screening.go_back(
                to=rules,
                admin=request.user,
                seen_in_force=data["seen_in_force"],
                reason=data["reason"],
            )
        else:
            screening.publish_draft(draft=rules, admin=request.user, **data)
    except NotVisible:
        raise Http404 from None
    except StaleVersion:
        messages.error(request, CHANGED)
        return redirect("moderation:screening_version", rules.public_id)
    except Refused as refusal:
        field = "reason" if refusal.message == screening.FINDS_TOO_LITTLE else None
        form.add_error(field, str(refusal.message))
        return _page(request, rules, form=form, needs_reason=True, status=422)
    messages.success(request, _("These rules are in force from the next post on."))
    return redirect("moderation:screening")


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def discard(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Throw a draft away."""
    try:
        screening.discard_draft(draft=_found(public_id), admin=request.user)
    except NotVisible:
        raise Http404 from None
    messages.success(request, _("The draft is gone."))
    return redirect("moderation:screening")


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def reset(request: SignedInRequest) -> HttpResponse:
    """Let a throttled rule hold again."""
    if screening.reset(rule=request.POST.get("rule", "")[:60], admin=request.user):
        messages.success(request, _("The rule works as before."))
    else:
        messages.error(request, _("This rule is not throttled any more."))
    return redirect("moderation:screening")


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def try_it(request: SignedInRequest) -> HttpResponse:
    """What the rules in force and the draft find in any text. Nothing is stored."""
    form = TryForm(request.POST or None)
    trials = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        trials.append(try_text(text, _("Rules in force"), tables_of(screening.in_force())))
        if draft := Ruleset.objects.filter(number=None).first():
            trials.append(try_text(text, _("Draft"), draft.tables))
    return render(request, "moderation/screening_try.html", {"form": form, "trials": trials})


def _found(public_id: str) -> Ruleset:
    return get_object_or_404(Ruleset, public_id=public_id)


def _version_before(rules: Ruleset) -> Ruleset | None:
    return Ruleset.objects.published().filter(number__lt=rules.number or 0).first()
