"""Giving somebody another name for one thread."""

from accounts.joining.names import hold_name_for_good, suggest_names
from accounts.models import Role, User
from forum.models import Post, Thread


def name_in(thread: Thread, author: User) -> str:
    """The other name under which somebody writes in a thread; empty for their own.

    It is the one of what they wrote there, so it holds also where posts were moved to.
    """
    own = Post.objects.filter(thread=thread, author=author).exclude(alias="")
    found = own.order_by("-pk").values_list("alias", flat=True).first()
    return found or (thread.alias if thread.author_id == author.pk else "")


def give_alias(author: User) -> str:
    """Another name for a member who begins a thread; nobody has it, and nobody ever gets it.

    Staff write under their names, so for them it is empty: readers must know who speaks.
    """
    if author.role != Role.MEMBER:
        return ""
    name = suggest_names(without=[author.pseudonym])[0]
    hold_name_for_good(name)
    return name
