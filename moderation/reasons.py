"""Why a post is in the queue, in words, with the passages that screening found."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum import policy
from forum.models import Post
from forum.queries.pictures import pictures_of, with_words
from forum.rules import rules_in_force
from forum.screening import Kind, explain

LABELS: dict[str, Promise] = {
    Kind.CRISIS: _("May be in crisis"),
    Kind.EMERGENCY: _("May be a medical emergency"),
    Kind.DOSE: _("Dose instruction"),
    Kind.CONTACT: _("Contact details"),
    Kind.EATING: _("Eating disorder"),
    Kind.ABUSE: _("Abuse"),
    Kind.PROMO: _("Selling or promotion"),
    policy.PREMODERATION: _("New or under 18"),
    policy.PICTURE: _("Has a picture"),
    policy.BOARD_HOLDS_ALL: _("This board checks every post"),
    policy.REPORTED: _("Reported"),
    policy.EDITED: _("Changed by its author"),
    policy.SAMPLED: _("Picked by chance"),
    policy.SEEN_DIFFERENTLY: _("Two of us saw this differently"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. ``passage``: the words that were found, empty where no words are meant."""

    kind: str
    label: Promise | str
    passage: str = ""
    why: str = ""  # what the rule looks for, in the words of the rules in force


def labels_of(post: Post) -> list[Promise | str]:
    """The reasons of a post's ticket, each once and without a passage: for lists."""
    kinds = dict.fromkeys(reason["kind"] for reason in post.review_reasons)
    return [LABELS.get(kind, kind) for kind in kinds]


def reasons_for(post: Post) -> list[Reason]:
    """The reasons of a post's ticket. Reading passages is reading the post: log it."""
    book = rules_in_force() if any("rule" in each for each in post.review_reasons) else None
    has_passages = any("start" in each for each in post.review_reasons)
    words = with_words(post.text, pictures_of(post), post.note) if has_passages else post.text
    whole = f"{post.thread.title}\n{words}" if post.is_opening else words
    return [
        Reason(
            kind=reason["kind"],
            label=LABELS.get(reason["kind"], reason["kind"]),
            passage=whole[reason["start"] : reason["end"]].strip() if "start" in reason else "",
            why=explain(reason["rule"], book) if book and "rule" in reason else "",
        )
        for reason in post.review_reasons
    ]
