"""A case as a bundle of files, for a regulator or a court: HTML to read, JSON to work with.

``MANIFEST.json`` names each file with its SHA-256; the hash of the manifest itself goes into the
audit log, so that a bundle can be proved later to be the one that was taken. Addresses of
reporters are left out.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from forum.pictures import store
from moderation.case_reads import CasePage, case_page
from moderation.models import Case
from moderation.timeline import timeline_of

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same case at the same moment gives the same bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A ZIP file, and the SHA-256 (hex) of its manifest."""

    content: bytes
    manifest_hash: str


def bundle(case: Case, *, at: datetime) -> Bundle:
    """Pack a case with all that is merged into it, as it is at ``at``."""
    page = case_page(case)
    entries = timeline_of(case, with_reads=True)
    files = {f"evidence/{name}.txt": text.encode() for name, text in _evidence(page).items()}
    files |= _pictures(page)
    context = {"case": case, "page": page, "entries": entries, "at": at}
    files["case.html"] = render_to_string("moderation/bundle.html", context).encode()
    files["case.json"] = _json(_as_data(case, page))
    files["timeline.json"] = _json(
        [
            {
                "at": entry.at.isoformat(),
                "who": entry.who,
                "verb": entry.verb,
                "data": entry.data,
                "words": entry.words,
            }
            for entry in entries
        ]
    )
    manifest = _json(
        {
            "site": settings.SITE_NAME,
            "case": case.public_id,
            "made_at": at.isoformat(),
            "sha256": {
                name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())
            },
        }
    )
    files["MANIFEST.json"] = manifest
    return Bundle(_zip(files), hashlib.sha256(manifest).hexdigest())


def _evidence(page: CasePage) -> dict[str, str]:
    """Name -> wording: the reported ones and those that were kept."""
    texts = {row.public_id: row.revision.text for row in page.evidence}
    for report in page.reports:
        if report.revision is not None:
            texts[report.number] = report.revision.text
    return texts


def _pictures(page: CasePage) -> dict[str, bytes]:
    """Name -> file, of those pictures whose files are there."""
    found = {
        f"pictures/{each.post.public_id}-{each.place}.webp": store.read(each.file, store.Size.LARGE)
        for each in page.pictures
        if each.post
    }
    return {name: content for name, content in found.items() if content}


def _as_data(case: Case, page: CasePage) -> dict[str, Any]:
    return {
        "case": case.public_id,
        "severity": case.severity,
        "status": case.status,
        "outcome": case.outcome,
        "clause": case.clause.anchor if case.clause else "",
        "note": case.note,
        "opened_at": case.opened_at,
        "decided_at": case.decided_at,
        "merged": [part.public_id for part in page.parts],
        "people": [{"name": one.user.pseudonym, "role": one.role} for one in page.people],
        "reports": [
            {
                "number": report.number,
                "category": report.category,
                "reporter": report.reporter.pseudonym if report.reporter else "",
                "words": report.words,
                "post": report.post.public_id if report.post else "",
                "profile": [kept.words for kept in report.profile_evidence.all()],
                "received_at": report.created_at,
                "answer": report.outcome_message,
            }
            for report in page.reports
        ],
        "evidence": [
            {
                "id": row.public_id,
                "post": row.post.public_id,
                "revision": row.revision.number,
                "author": row.post.byline,
                "written_at": row.revision.created_at,
                "reason": row.reason,
            }
            for row in page.evidence
        ],
        "words_taken_down": [row.words for row in page.taken_down],
        "questions": [
            {
                "to": row.asked.pseudonym,
                "question": row.question,
                "asked_at": row.asked_at,
                "answer": row.answer,
                "answered_at": row.answered_at,
            }
            for row in page.questions
        ],
        "decisions": [
            {
                "id": row.public_id,
                "outcome": row.outcome,
                "clause": row.clause.anchor if row.clause else "",
                "decided_by": row.decided_by.pseudonym,
                "approved_by": row.approved_by.pseudonym if row.approved_by else "",
                "decided_at": row.decided_at,
                "applied_at": row.applied_at,
                "answers": row.answers,
                "person_message": row.person_message,
                "posts": row.posts,
            }
            for row in page.decisions
        ],
    }


def _json(data: Any) -> bytes:
    return json.dumps(data, indent=1, sort_keys=True, default=_plain, ensure_ascii=False).encode()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), files[name])
    return packed.getvalue()
