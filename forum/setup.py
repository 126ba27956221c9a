"""The boards and topics that a new site starts with."""

import tomllib
from pathlib import Path

from forum.models import Board, Tag

BOARDS = Path(__file__).parent / "boards.toml"
TAGS = Path(__file__).parent / "tags.toml"
AGE_FIELDS = {"13-15": "for_13_15", "16-17": "for_16_17", "18-25": "for_18_25"}


def make_boards() -> int:
    """Make the boards of boards.toml that are missing; returns how many. Changes no board."""
    made = 0
    boards = tomllib.loads(BOARDS.read_text(encoding="utf-8"))["board"]
    for position, data in enumerate(boards, start=1):
        groups = data.pop("for")
        _, new = Board.objects.get_or_create(
            slug=data.pop("slug"),
            defaults={
                "position": position * 10,
                **{field: group in groups for group, field in AGE_FIELDS.items()},
                **data,
            },
        )
        made += new
    return made


def make_tags() -> int:
    """Make the topics of tags.toml on a site that has none yet; returns how many.

    Admins keep the list from then on: what they took out does not come back.
    """
    if Tag.objects.exists():
        return 0
    tags = tomllib.loads(TAGS.read_text(encoding="utf-8"))["tag"]
    rows = [Tag(position=place * 10, **data) for place, data in enumerate(tags, start=1)]
    return len(Tag.objects.bulk_create(rows, ignore_conflicts=True))
