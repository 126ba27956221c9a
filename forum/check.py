"""The cards of the check page: what screening found, one card a kind."""

from dataclasses import dataclass

from forum.actions.submit import findings_in
from forum.screening import Kind, Rank


@dataclass(frozen=True, slots=True)
class CheckCard:
    """One kind of finding. ``passages``: the words that were found, each once, in order."""

    kind: str
    passages: list[str]
    holds: bool

    @property
    def template(self) -> str:
        """The template of the card's words."""
        return f"forum/check/{self.kind}.html"

    @property
    def offers_help(self) -> bool:
        """Whether the help panel stands above the text."""
        return self.kind in (Kind.CRISIS, Kind.EMERGENCY)


def check_cards(*, title: str, text: str) -> list[CheckCard]:
    """Cards in order of urgency; the kinds as ``Kind`` lists them."""
    whole = f"{title}\n{text}" if title else text
    findings = findings_in(title=title, text=text)
    cards = []
    for kind in Kind:
        found = sorted((f for f in findings if f.kind == kind), key=lambda f: f.start)
        if found:
            passages = list(dict.fromkeys(whole[f.start : f.end].strip() for f in found))
            holds = any(f.rank >= Rank.HOLD for f in found)
            cards.append(CheckCard(kind.value, passages, holds))
    return cards
