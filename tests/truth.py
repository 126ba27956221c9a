"""Who may know what, written down once more and apart from the code under test.

Every rule is one line over plain facts (tests/facts.py) and names where it comes from. Nothing here
may import from the project.
"""

from tests.facts import PERSONAS, By, Facts, Item, Persona, State, World

STAFF = ("moderator", "hcp", "admin")

# Whom these people do not meet, and who does not meet them: blocks, *hide me from* (P2.6), reports
# about a professional (P4.3).
KEPT_APART = {
    ("blocked_member", By.KNOWN),
    ("blocking_member", By.KNOWN),
    ("hcp_hidden_from", By.KNOWN),
    ("hcp_of_hidden_clinic", By.KNOWN),
    ("hcp_recused", By.KNOWN),
    ("hcp_reported", By.KNOWN),
    ("hides_from_hcps", By.HCP),
    ("hides_from_clinic", By.HCP),
    ("reported_hcps", By.HCP),
}


def reads_posts(who: Persona) -> bool:
    """Guests, suspended, unverified and expired people, and staff without MFA read nothing."""
    return not who.stopped


def reviews_posts(who: Persona) -> bool:
    """Whether this person works in the queue at all."""
    return reads_posts(who) and who.role in STAFF


def opens_board(who: Persona, adults_only: bool) -> bool:
    """Members open the boards of their age group; staff open all."""
    if not reads_posts(who):
        return False
    return not adults_only or who.age is None or who.age >= 18


def is_own(who: Persona, facts: Facts) -> bool:
    """Whether this person wrote it."""
    return facts.author == who.name


def in_audience(who: Persona, facts: Facts) -> bool:
    """HCPs see only what is for the community (P2.3)."""
    return who.role != "hcp" or facts.audience == "community"


def meets(who: Persona, facts: Facts) -> bool:
    """Whether nothing stands between reader and author."""
    return (who.name, facts.by) not in KEPT_APART


def open_text(who: Persona, facts: Facts) -> bool:
    """One text by itself: published, or one's own unless one deleted it."""
    there = facts.state == State.PUBLISHED or (
        is_own(who, facts) and facts.state != State.WITHDRAWN
    )
    return there and in_audience(who, facts) and meets(who, facts)


def sees(who: Persona, item: Item) -> bool:
    """The post itself, in a thread that may be seen, on a board that may be opened."""
    return (
        opens_board(who, item.adults_only)
        and open_text(who, item.facts)
        and open_text(who, item.thread)
    )


def sees_tombstone(who: Persona, item: Item) -> bool:
    """The place of a removed post, without words and name, where the post itself would be."""
    return (
        item.facts.state == State.REMOVED
        and not is_own(who, item.facts)
        and not item.is_opening
        and opens_board(who, item.adults_only)
        and in_audience(who, item.facts)
        and meets(who, item.facts)
        and open_text(who, item.thread)
    )


def handles(who: Persona, item: Item) -> bool:
    """Whether this reviewer has no conflict with this post."""
    return (
        reviews_posts(who)
        and not is_own(who, item.facts)
        and all(
            in_audience(who, facts) and meets(who, facts) for facts in (item.facts, item.thread)
        )
        and not (who.role == "hcp" and _by_hcp(item.facts))
        and (who.role == "admin" or not item.facts.passed_to_lead)
    )


def reviews(who: Persona, item: Item) -> bool:
    """Whether this post is in this person's queue."""
    return handles(who, item) and item.facts.state in (State.HELD, State.HELD_AGAIN)


def has_context(who: Persona, world: World, item: Item) -> bool:
    """Whether a published post may stand above one that this person reviews in its thread."""
    return (
        item.facts.state == State.PUBLISHED
        and handles(who, item)
        and any(reviews(who, other) for other in world.thread_items(item.post.thread_id))
    )


def works_on_report(who: Persona, item: Item) -> bool:
    """Admins read what was reported, unless it is about themselves."""
    return item.facts.reported and who.role == "admin" and not is_own(who, item.facts)


def may_ask_to_show(who: Persona, item: Item) -> bool:
    """Admins read a post to ask for break-glass, unless they have a conflict with it."""
    return who.role == "admin" and handles(who, item)


def knows_name(who: Persona, facts: Facts) -> bool:
    """Members find professionals by name to hide from them, and those whom they blocked (P2.6).

    Everybody else who reads may open the page of a professional whom they meet (P3.2).
    """
    if who.role == "admin" and facts.by != By.HCP:
        return reads_posts(who)  # the profiles of all members
    if who.role != "member":
        return reads_posts(who) and facts.by == By.HCP and meets(who, facts)
    return facts.by == By.HCP or (who.name == "blocking_member" and facts.by == By.KNOWN)


def may_know(who: Persona, world: World, item: Item, what: str) -> bool:
    """Whether this person may meet this word of an item (a key of ``item.words``)."""
    if what == "private_note":
        return False
    if what == "decision":
        return is_own(who, item.facts)
    if what == "author" and knows_name(who, item.facts):
        return True
    if what in ("title", "content_note") and any(
        reviews(who, other) or works_on_report(who, other) or may_ask_to_show(who, other)
        for other in world.thread_items(item.post.thread_id)
    ):
        return True
    return (
        sees(who, item)
        or reviews(who, item)
        or has_context(who, world, item)
        or works_on_report(who, item)
        or may_ask_to_show(who, item)
    )


def forbidden_words(who: Persona, world: World) -> dict[str, str]:
    """All words that this person must not meet anywhere, with what they are."""
    words = {
        word: f"{what} of {item}"
        for item in world.items
        for what, word in item.words.items()
        if not may_know(who, world, item, what)
    }
    return words | {
        word: "a private word"
        for word, who_may in world.private_words.items()
        if who.name not in who_may
    }


def allowed_words(who: Persona, world: World) -> set[str]:
    """Words of posts that this person can read on the pages of the forum."""
    return {
        word
        for item in world.items
        if sees(who, item)
        for what, word in item.words.items()
        if what in ("text", "title", "alt")
    } | {word for word in world.words_of_labels if who.name in world.private_words[word]}


def _by_hcp(facts: Facts) -> bool:
    return facts.by == By.HCP or (facts.by == By.PERSONA and PERSONAS[facts.author].role == "hcp")
