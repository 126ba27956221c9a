"""Notes under posts (for those who teach others): proposed with a source, shown after a yes.

Nothing here counts against anybody. Locks: thread and post, then the label. Twice does nothing.
"""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Document, DocumentKind, HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.actions.notices import notify
from forum.actions.state import lock_post
from forum.actions.submit import check_hcp_dose
from forum.errors import (
    CANNOT_WRITE,
    NO_ADVICE_ASKED,
    NOT_ASKED,
    NotVisible,
    Refused,
    StaleVersion,
)
from forum.models import Label, NoticeKind, Post, Status
from forum.models.label import ANSWER_WITHIN, OPEN, WRITERS, LabelStatus, wording_of
from forum.rules import findings_in
from forum.screening import Kind
from moderation import audit
from moderation.second import in_shadow

MOST_A_POST = 3
MOST_QUESTIONS = 3  # that one member has to answer at the same time
WEB = ("https://", "http://")
STILL_LEARNING = gettext_lazy("You can add notes once your first decisions are confirmed.")
HAS_ONE = gettext_lazy("Your note is there already. Take it back first, then write another one.")
LEAVE_IT = gettext_lazy("You asked about this post before. Please leave it at that.")
ENOUGH = gettext_lazy("This post has enough notes for now.")
NO_CONTACT = gettext_lazy("Leave out phone numbers, addresses and accounts.")
NO_LINK = gettext_lazy("A link must start with https:// or http://.")


def may_write_note(writer: User, post: Post, *, at: datetime) -> Refused | None:
    """Why somebody may not propose a note under a post now; None where they may.

    Raises ``NotVisible`` where they do not see it among what others read, or it is their own.
    """
    viewer = viewer_of(writer, at=at)
    there = Post.objects.visible_to(viewer).filter(pk=post.pk, status=Status.PUBLISHED)
    if writer.role not in WRITERS or not there.exclude(author=writer).exists():
        raise NotVisible
    if not viewer.may_write or not viewer.may_review:
        return Refused(CANNOT_WRITE)
    if in_shadow(writer):
        return Refused(STILL_LEARNING)
    return _not_wanted(writer, post) or _asked_enough(writer, post)


def _not_wanted(writer: User, post: Post) -> Refused | None:
    """What members let professionals do (P2.1): the same for notes as for replies."""
    if writer.role != Role.HCP:
        return None
    code = Document.objects.current(DocumentKind.HCP_CODE)
    clause = code.clauses.filter(anchor="respect-the-choice").first() if code else None
    if post.thread.no_advice:
        return Refused(NO_ADVICE_ASKED, clause)
    author, thread = post.author, post.thread
    asked = thread.asks_professional and thread.author_id == author.pk
    if author.role == Role.MEMBER and author.hcp_choice != HcpChoice.OPEN and not asked:
        return Refused(NOT_ASKED, clause)
    return None


def _asked_enough(writer: User, post: Post) -> Refused | None:
    labels = Label.objects.filter(post=post)
    own = labels.filter(author=writer)
    if own.filter(status__in=OPEN).exists():
        return Refused(HAS_ONE)
    said_no = (LabelStatus.REFUSED, LabelStatus.TAKEN_OFF, LabelStatus.LAPSED)
    if own.filter(status__in=said_no).exists():
        return Refused(LEAVE_IT)
    waiting = Label.objects.filter(post__author=post.author, status=LabelStatus.ASKED)
    if labels.filter(status__in=OPEN).count() >= MOST_A_POST or waiting.count() >= MOST_QUESTIONS:
        return Refused(ENOUGH)
    return None


@transaction.atomic
def propose_note(
    *,
    post: Post,
    writer: User,
    version: int,
    note: str,
    source: str,
    link: str = "",
    at: datetime | None = None,
) -> Label:
    """Ask the author of a post whether this note may stand under it.

    ``version``: of the post that the writer read. The same words again give the same label. Raises
    ``NotVisible``, ``StaleVersion``, and ``Refused`` with words for the writer: a dose in the note
    of a professional comes with the clause.
    """
    at = at or timezone.now()
    note, source, link = note.replace("\r\n", "\n").strip(), source.strip(), link.strip()
    post = lock_post(post.pk)
    lapse(at=at, post=post)
    own = Label.objects.filter(post=post, author=writer, status__in=OPEN)
    if same := own.filter(note=note, source=source, link=link).first():
        return same
    if refused := may_write_note(writer, post, at=at):
        raise refused
    if post.version != version:
        raise StaleVersion(post)
    _check_words(writer, note, source, link)
    label = Label.objects.create(
        post=post,
        author=writer,
        profession=writer.hcp_profile.profession if writer.role == Role.HCP else "",
        note=note,
        source=source,
        link=link,
        wording=wording_of(post.text),
        created_at=at,
        answer_by=at + ANSWER_WITHIN,
    )
    _record(label, "label_asked", writer, at)
    notify(
        recipient=post.author,
        kind=NoticeKind.LABEL,
        post=post,
        message=_("Somebody would like to add a note under your post. You decide: yes or no."),
        link=_address(label),
        same_as=f"label:{label.public_id}:asked",
        at=at,
    )
    return label


def _check_words(writer: User, note: str, source: str, link: str) -> None:
    findings = findings_in(title="", text=f"{note}\n{source}")
    check_hcp_dose(writer, findings)
    if any(finding.kind == Kind.CONTACT for finding in findings):
        raise Refused(NO_CONTACT)
    if link and not link.startswith(WEB):
        raise Refused(NO_LINK)


@transaction.atomic
def answer(*, label: Label, person: User, agrees: bool, at: datetime | None = None) -> bool:
    """The author's yes or no. Returns whether this did it: the same answer again changes nothing.

    Raises ``NotVisible`` for everybody else, ``StaleVersion`` where there is nothing to answer any
    more: it lapsed, was taken back, or the post or its writer are not what they were.
    """
    at = at or timezone.now()
    label = _locked_for_author(label, person, at)
    to = LabelStatus.SHOWN if agrees else LabelStatus.REFUSED
    if label.status == to:
        return False
    if label.state(at) != LabelStatus.ASKED or (agrees and not _could_stand(label, at)):
        raise StaleVersion
    label.answered_at = at
    _move(label, to, "label_yes" if agrees else "label_no", person, at)
    said_yes = _("The author said yes. Your note stands under the post.")
    said_no = _("The author does not want a note there. That is fine, and says nothing about you.")
    _tell_writer(label, said_yes if agrees else said_no, at)
    return True


def _could_stand(label: Label, at: datetime) -> bool:
    viewer = viewer_of(label.author, at=at)
    sees = Post.objects.visible_to(viewer).filter(pk=label.post_id).exists()
    return label.fits and viewer.may_review and sees


@transaction.atomic
def take_off(*, label: Label, person: User, at: datetime | None = None) -> bool:
    """The author of the post takes a note away, at any time. Returns whether this did it.

    Raises ``NotVisible`` and, where it does not stand there, ``StaleVersion``.
    """
    at = at or timezone.now()
    label = _locked_for_author(label, person, at)
    if label.status == LabelStatus.TAKEN_OFF:
        return False
    if label.status != LabelStatus.SHOWN:
        raise StaleVersion
    _move(label, LabelStatus.TAKEN_OFF, "label_taken_off", person, at)
    _tell_writer(label, _("The author took your note away. They can do that at any time."), at)
    return True


@transaction.atomic
def withdraw(*, label: Label, person: User, at: datetime | None = None) -> bool:
    """Who wrote a note takes it back. Returns whether this did it.

    Raises ``NotVisible`` for everybody else, and ``StaleVersion`` where it is over.
    """
    at = at or timezone.now()
    label = _lock(label)
    if label.author_id != person.pk or not viewer_of(person, at=at).may_read:
        raise NotVisible
    if label.status == LabelStatus.WITHDRAWN:
        return False
    if label.state(at) not in OPEN:
        raise StaleVersion
    _move(label, LabelStatus.WITHDRAWN, "label_withdrawn", person, at)
    return True


def lapse(*, at: datetime | None = None, post: Post | None = None) -> int:
    """Write down which questions nobody answered in time; returns how many. Nobody is told."""
    at = at or timezone.now()
    over = Label.objects.filter(status=LabelStatus.ASKED, answer_by__lte=at)
    if post is not None:
        over = over.filter(post=post)
    return sum(_lapse(label, at) for label in over)


@transaction.atomic
def _lapse(label: Label, at: datetime) -> bool:
    label = _lock(label)
    if label.status != LabelStatus.ASKED or label.state(at) != LabelStatus.LAPSED:
        return False
    _move(label, LabelStatus.LAPSED, "label_lapsed", None, at)
    return True


def _lock(label: Label) -> Label:
    """The label as it stands, locked after its post."""
    post = lock_post(label.post_id)
    rows = Label.objects.select_for_update(of=("self",), no_key=True).select_related("author")
    label = rows.get(pk=label.pk)
    label.post = post
    return label


def _locked_for_author(label: Label, person: User, at: datetime) -> Label:
    """The same, for the author of the post, who must still see the post and meet the writer."""
    label = _lock(label)
    viewer = viewer_of(person, at=at)
    own = Post.objects.visible_to(viewer).filter(pk=label.post_id, author=person)
    if not own.exists() or not Label.objects.met_by(viewer).filter(pk=label.pk).exists():
        raise NotVisible
    return label


def _move(label: Label, to: LabelStatus, verb: str, actor: User | None, at: datetime) -> None:
    label.status = to
    label.closed_at = None if to in OPEN else at
    label.save(update_fields=["status", "answered_at", "closed_at"])
    _record(label, verb, actor, at)


def _record(label: Label, verb: str, actor: User | None, at: datetime) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_kind="post",
        subject_public_id=label.post.public_id,
        data={"label": label.public_id},
        at=at,
    )


def _tell_writer(label: Label, words: str, at: datetime) -> None:
    notify(
        recipient=label.author,
        kind=NoticeKind.LABEL,
        message=words,
        link=_address(label),
        same_as=f"label:{label.public_id}:{label.status}",
        at=at,
    )


def _address(label: Label) -> str:
    return reverse("moderation:note", args=[label.public_id])
