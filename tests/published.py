"""The texts that come with the project in the database of a test: read from their files once."""

from copy import copy

from django.utils import timezone

from accounts.documents import publish_texts
from accounts.models import Clause, Document, Module

_read: list[tuple[Document, list[Clause], list[Module]]] = []


def publish_texts_again() -> None:
    """What ``publish_texts`` does in a database without texts, from the rows that it made before.

    Hundreds of tests begin with it.
    """
    if Document.objects.exists():
        publish_texts()
        return
    if not _read:
        publish_texts()
        _read.extend(
            (document, list(document.clauses.all()), list(document.modules.all()))
            for document in Document.objects.order_by("pk")
        )
        return
    now = timezone.now()
    documents = [copy(document) for document, _, _ in _read]
    clauses, modules = [], []
    for document, (_, its_clauses, its_modules) in zip(documents, _read, strict=True):
        document.pk, document.published_at = None, now
        clauses += [(document, copy(clause)) for clause in its_clauses]
        modules += [(document, copy(module)) for module in its_modules]
    Document.objects.bulk_create(documents)
    for document, row in [*clauses, *modules]:
        row.pk, row.document = None, document
    Clause.objects.bulk_create(clause for _, clause in clauses)
    Module.objects.bulk_create(module for _, module in modules)
