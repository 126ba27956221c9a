"""The cards of the check page: what screening found, one card a kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Role, User
from forum.actions.submit import clean_posts_of
from forum.policy import is_unknown_link, waits_for_premoderation, weighed
from forum.rules import findings_in
from forum.screening import Finding, Kind, Rank


@dataclass(frozen=True, slots=True)
class CheckCard:
    """One kind of finding. ``passages``: the words that were found, each once, in order.

    ``holds``: sent like this it waits for a look. ``refused``: it cannot be sent like this.
    """

    kind: str
    passages: list[str] = field(default_factory=list)
    holds: bool = False
    refused: bool = False

    @property
    def template(self) -> str:
        """The template of the card's words."""
        return f"forum/check/{self.kind}.html"

    @property
    def offers_help(self) -> bool:
        """Whether the help panel stands above the text; no rule and no breaker changes that."""
        return self.kind in (Kind.CRISIS, Kind.EMERGENCY)


def check_cards(*, title: str, text: str, author: User) -> list[CheckCard]:
    """Cards in order of urgency; the kinds as ``Kind`` lists them."""
    whole = f"{title}\n{text}" if title else text
    findings = _weighed(findings_in(title=title, text=text), author)
    cards = []
    for kind in Kind:
        found = sorted((f for f in findings if f.kind == kind), key=lambda f: f.start)
        if found:
            passages = list(dict.fromkeys(whole[f.start : f.end].strip() for f in found))
            holds = any(f.rank >= Rank.HOLD for f in found)
            refused = kind == Kind.DOSE and author.role == Role.HCP
            cards.append(CheckCard(kind.value, passages, holds, refused))
    return cards


def contact_details(cards: Iterable[CheckCard]) -> list[str]:
    """The passages that the preview marks: contact details."""
    return [words for card in cards if card.kind == Kind.CONTACT for words in card.passages]


def _weighed(findings: list[Finding], author: User) -> list[Finding]:
    """The findings as they count for this author; their posts are counted only for links."""
    if not any(map(is_unknown_link, findings)):
        return findings
    waits = waits_for_premoderation(
        role=author.role,
        age_group=author.age_group(timezone.now()),
        clean_posts=clean_posts_of(author),
    )
    return weighed(findings, waits=waits)
