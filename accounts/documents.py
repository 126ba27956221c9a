"""Publishing the versioned texts that come with the project."""

import tomllib
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import Clause, Document, DocumentKind, Module
from accounts.models.document import content_hash, hash_of

TEXTS = Path(__file__).parent / "texts"


@transaction.atomic
def publish_texts(folder: Path = TEXTS) -> int:
    """Publish every version that is not there yet; returns how many were new.

    A version is never changed once published: a file whose words changed under the same version
    is an error (``ValueError``).
    """
    new = 0
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        kind = DocumentKind(data["kind"])
        clauses = [(c["anchor"], c["line"], c["why"], c["source"]) for c in data.get("clause", [])]
        modules = [
            (m["slug"], m["title"], m["text"].strip(), m["question"], m["answer"])
            for m in data.get("module", [])
        ]
        digest = content_hash(
            title=data["title"], intro=data["intro"].strip(), clauses=clauses, modules=modules
        )
        known = Document.objects.filter(
            kind=kind, version=data["version"], language=data["language"]
        ).first()
        if known is not None:
            if hash_of(known) != digest:
                raise ValueError(f"{path.name}: version {data['version']} was published otherwise")
            continue
        document = Document.objects.create(
            kind=kind,
            version=data["version"],
            language=data["language"],
            title=data["title"],
            intro=data["intro"].strip(),
            content_hash=digest,
            published_at=timezone.now(),
        )
        Clause.objects.bulk_create(
            Clause(
                document=document, position=number, anchor=anchor, line=line, why=why, source=source
            )
            for number, (anchor, line, why, source) in enumerate(clauses, start=1)
        )
        Module.objects.bulk_create(
            Module(
                document=document,
                position=number,
                slug=slug,
                title=title,
                text=text,
                question=question,
                answers=answers,
            )
            for number, (slug, title, text, question, answers) in enumerate(modules, start=1)
        )
        new += 1
    return new
