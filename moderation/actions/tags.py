"""The list of topics: an admin's work, compared with what they saw, in the log."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Follow, Tag, ThreadTag
from forum.models.tag import TAG_NAME_MAX
from moderation import audit

STEP = 10  # between the positions of two topics
FIELDS = ("name", "description", "is_retired")
# Their words stay out of the log.
WORDS = ("name", "description")
THERE_ALREADY = gettext_lazy("There is a topic of this name, or one much like it.")
NO_NAME = gettext_lazy("Give it a name with letters.")
NOT_INTO_ITSELF = gettext_lazy("Pick another topic that is in use.")


def version_of(tag: Tag) -> str:
    """What a topic is right now, to compare."""
    return f"{tag.name}\n{tag.description}\n{tag.is_retired}\n{tag.merged_into_id}"


@transaction.atomic
def add_tag(*, admin: User, name: str, description: str = "", at: datetime | None = None) -> Tag:
    """Add a topic at the end of the list. Raises ``NotVisible``, ``Refused``."""
    at = _checked(admin, at)
    slug = slugify(name)[:TAG_NAME_MAX].strip("-")
    if not slug:
        raise Refused(NO_NAME)
    last = Tag.objects.order_by("-position").values_list("position", flat=True).first() or 0
    try:
        with transaction.atomic():
            tag = Tag.objects.create(
                slug=slug,
                name=name.strip(),
                description=description.strip(),
                position=last + STEP,
            )
    except IntegrityError:
        raise Refused(THERE_ALREADY) from None
    _record(admin, "add_tag", tag, at, {})
    return tag


@transaction.atomic
def change_tag(
    *,
    tag: Tag,
    admin: User,
    version: str,
    name: str,
    description: str,
    is_retired: bool,
    at: datetime | None = None,
) -> bool:
    """Rename, describe, retire or bring back a topic. Returns whether anything is different.

    ``version``: ``version_of`` the topic that the admin saw. Its address stays. Raises
    ``NotVisible``, ``StaleVersion``, ``Refused``.
    """
    at = _checked(admin, at)
    tag = Tag.objects.select_for_update(no_key=True).get(pk=tag.pk)
    if version_of(tag) != version:
        raise StaleVersion
    if tag.merged_into_id is not None and not is_retired:
        raise Refused(NOT_INTO_ITSELF)
    wanted = {"name": name.strip(), "description": description.strip(), "is_retired": is_retired}
    changed = [field for field in FIELDS if getattr(tag, field) != wanted[field]]
    if not changed:
        return False
    for field in changed:
        setattr(tag, field, wanted[field])
    try:
        with transaction.atomic():
            tag.save(update_fields=changed)
    except IntegrityError:
        raise Refused(THERE_ALREADY) from None
    codes = {field: wanted[field] for field in changed if field not in WORDS}
    _record(admin, "change_tag", tag, at, {"changed": changed, "to": codes})
    return True


@transaction.atomic
def move_tag(*, tag: Tag, admin: User, up: int, at: datetime | None = None) -> bool:
    """Move a topic one place up (``up=1``) or down (``-1``). Returns whether it moved.

    Raises ``NotVisible``.
    """
    at = _checked(admin, at)
    tags = list(Tag.objects.select_for_update(no_key=True).filter(merged_into=None))
    here = next((place for place, each in enumerate(tags) if each.pk == tag.pk), None)
    if here is None or not 0 <= here - up < len(tags):
        return False
    tags[here], tags[here - up] = tags[here - up], tags[here]
    for place, each in enumerate(tags, start=1):
        each.position = place * STEP
    Tag.objects.bulk_update(tags, ["position"])
    _record(admin, "move_tag", tag, at, {"up": up})
    return True


@transaction.atomic
def merge_tag(*, tag: Tag, into: Tag, admin: User, at: datetime | None = None) -> bool:
    """Put a topic into another one, with its threads and followers; its address leads there.

    Cannot be undone. Returns False where that was done already. Raises ``NotVisible``,
    ``Refused``.
    """
    at = _checked(admin, at)
    rows = Tag.objects.select_for_update(no_key=True).filter(pk__in=(tag.pk, into.pk))
    found = {each.pk: each for each in rows.order_by("pk")}
    tag, into = found[tag.pk], found[into.pk]
    if tag.merged_into_id == into.pk:
        return False
    if tag.pk == into.pk or into.is_retired or tag.merged_into_id is not None:
        raise Refused(NOT_INTO_ITSELF)
    both = ThreadTag.objects.filter(tag=into).values("thread")
    ThreadTag.objects.filter(
        tag=tag, thread__in=list(both.values_list("thread", flat=True))
    ).delete()
    ThreadTag.objects.filter(tag=tag).update(tag=into)
    own = Follow.objects.filter(tag=into).values_list("user", flat=True)
    Follow.objects.filter(tag=tag, user__in=list(own)).delete()
    Follow.objects.filter(tag=tag).update(tag=into)
    Tag.objects.filter(merged_into=tag).update(merged_into=into)
    tag.is_retired, tag.merged_into = True, into
    tag.save(update_fields=["is_retired", "merged_into"])
    _record(admin, "merge_tag", tag, at, {"into": into.slug})
    return True


def _checked(admin: User, at: datetime | None) -> datetime:
    at = at or timezone.now()
    if not viewer_of(admin, at=at).may_administer:
        raise NotVisible
    return at


def _record(admin: User, verb: str, tag: Tag, at: datetime, data: dict[str, object]) -> None:
    audit.record(
        actor=admin,
        verb=verb,
        subject_kind="tag",
        subject_public_id=tag.slug[:20],
        data={"tag": tag.slug, **data},
        at=at,
    )
