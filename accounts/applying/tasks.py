"""The list of tasks: what is there to do, and how far each is. Worked out from the rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.db.models import Count, Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.applying.dilemmas import dilemmas
from accounts.models import ApplicationKind, Document, DocumentKind, HcpApplication, User


class Task(StrEnum):
    """One thing to do. The values stand in addresses."""

    WHO = "who"
    WORKPLACES = "workplaces"
    INTERESTS = "interests"
    CODE = "code"
    DILEMMAS = "dilemmas"
    EXTRA_STEP = "extra-step"


class Progress(StrEnum):
    """How far a task is."""

    NOT_STARTED = "not_started"
    BEGUN = "begun"
    DONE = "done"


TITLES: dict[Task, Promise] = {
    Task.WHO: _("Who you are"),
    Task.WORKPLACES: _("Where you work"),
    Task.INTERESTS: _("Who pays you"),
    Task.CODE: _("Sign the code"),
    Task.DILEMMAS: _("Two practice cases"),
    Task.EXTRA_STEP: _("An extra step at sign-in"),
}
OF_KIND: dict[ApplicationKind, tuple[Task, ...]] = {
    ApplicationKind.FIRST: tuple(Task),
    ApplicationKind.RENEWAL: (
        Task.WHO,
        Task.WORKPLACES,
        Task.INTERESTS,
        Task.CODE,
        Task.EXTRA_STEP,
    ),
    ApplicationKind.SIGNATURE: (Task.CODE,),
}


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task with how far it is; ``done`` of ``total`` where it is done in parts."""

    task: Task
    progress: Progress
    done: int = 0
    total: int = 0

    @property
    def title(self) -> Promise:
        """What it is called."""
        return TITLES[self.task]


def tasks_of(application: HcpApplication) -> list[TaskState]:
    """All tasks of a round in their order. An unsaved round has nothing done."""
    return [_state(application, task) for task in OF_KIND[ApplicationKind(application.kind)]]


def unfinished(application: HcpApplication) -> list[Task]:
    """The tasks that still stand in the way of sending."""
    return [row.task for row in tasks_of(application) if row.progress != Progress.DONE]


def _state(application: HcpApplication, task: Task) -> TaskState:
    told: dict[Task, datetime | None] = {
        Task.WHO: application.who_at,
        Task.WORKPLACES: application.workplaces_at,
        Task.INTERESTS: application.interests_at,
    }
    if task in told:
        done = told[task] is not None
        return TaskState(task, Progress.DONE if done else Progress.NOT_STARTED)
    if task == Task.EXTRA_STEP:
        done = has_extra_step(application.user)
        return TaskState(task, Progress.DONE if done else Progress.NOT_STARTED)
    if task == Task.CODE:
        return _in_parts(task, *_code_progress(application))
    return _in_parts(task, len(answered(application)), len(dilemmas().all))


def _in_parts(task: Task, done: int, total: int) -> TaskState:
    if total and done >= total:
        return TaskState(task, Progress.DONE, done, total)
    begun = Progress.BEGUN if done else Progress.NOT_STARTED
    return TaskState(task, begun, done, total)


def has_extra_step(user: User) -> bool:
    """Whether an authenticator app or a key is set up; recovery codes alone are none."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user=user, type__in=kinds).exists()


def _code_progress(application: HcpApplication) -> tuple[int, int]:
    """Clauses signed of the version that is nearest to done, and how many it has."""
    code = Document.objects.current(DocumentKind.HCP_CODE)
    if code is None:
        return 0, 0
    signed = signed_version(application)
    if signed is not None:
        number = signed[0].clauses.count()
        return number, number
    if application.pk is None:
        return 0, code.clauses.count()
    return application.signatures.filter(document=code).count(), code.clauses.count()


def signed_version(application: HcpApplication) -> tuple[Document, datetime] | None:
    """The version in force whose every clause is signed in this round, and when the last was.

    A version that differs from the newest in wording alone will do. None: there is no such.
    """
    if application.pk is None:
        return None
    versions = Document.objects.versions_in_force(DocumentKind.HCP_CODE)
    documents = Document.objects.filter(
        kind=DocumentKind.HCP_CODE, version__in=versions, published_at__isnull=False
    ).annotate(number=Count("clauses"))
    signed = {
        row["document"]: (row["number"], row["last"])
        for row in application.signatures.values("document").annotate(
            number=Count("pk"), last=Max("at")
        )
    }
    for document in documents.order_by("-published_at", "-pk"):
        number, last = signed.get(document.pk, (0, None))
        if document.number and number == document.number and last is not None:
            return document, last
    return None


def answered(application: HcpApplication) -> set[str]:
    """Slugs of the dilemmas in use that have their right answer."""
    if application.pk is None:
        return set()
    right = application.dilemma_answers.filter(is_right=True, version=dilemmas().version)
    return set(right.values_list("dilemma", flat=True)) & {row.slug for row in dilemmas().all}
