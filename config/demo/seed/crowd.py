"""Generated members, for tests of size and speed."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from django.db.models import QuerySet

from accounts.models import AgeGroup, HcpChoice, Role, User
from config.demo.seed.chance import dice, random_id, some_time
from config.demo.seed.people import add_accounts, member, password_hash

DOMAIN = "crowd.example"
BATCH = 20_000
# They joined before the first generated thread (see bulk.OLDEST).
JOINED_AT_LEAST, JOINED_AT_MOST = timedelta(days=370), timedelta(days=900)
# Each fourth is 13-15, each fourth 16-17, so that a small crowd has some of all.
GROUPS = (AgeGroup.ADULT, AgeGroup.TEEN, AgeGroup.OLDER_TEEN, AgeGroup.ADULT)
# With the wishes in bulk.py this makes about a quarter of all posts peers-only.
CHOICES: dict[str, int] = {
    HcpChoice.OPEN: 60,
    HcpChoice.ON_REQUEST: 30,
    HcpChoice.NONE: 6,
    "": 4,
}
FIRST_WORDS = (
    "amber autumn brave breezy bright calm clever cloudy copper cosy dapper dizzy dusty early fern "
    "foggy frosty gentle giddy golden happy hazel humble jolly lemon lilac little lucky maple "
    "mellow merry minty misty nimble olive paper patchy plum polite quick quiet rusty sandy "
    "scarlet shy silver sleepy snowy spare speedy spotty stormy sunny tidy toasty velvet wild windy"
).split()
LAST_WORDS = (
    "acorn anchor badger bagel beetle biscuit bramble button camel candle carrot clover cobweb "
    "comet cricket crumb cushion dolphin ferret fiddle finch gecko goose hedgehog heron kettle "
    "ladder lantern lobster magpie marble mitten moth muffin noodle otter parsnip pebble pelican "
    "pickle pigeon puffin radish raven robin rocket salmon scarf seagull sparrow spoon stoat "
    "tadpole teapot thimble toffee turnip walrus weasel wombat"
).split()


def add_crowd(*, number: int, seed: int, now: datetime) -> int:
    """Add so many generated members; returns the number."""
    taken = {name.lower() for name in User.objects.values_list("pseudonym", flat=True)}
    rng = dice(seed, "crowd", len(taken))
    names = _names(rng, taken)
    password = password_hash()
    for start in range(0, number, BATCH):
        add_accounts(
            [
                member(
                    public_id=random_id(rng),
                    pseudonym=next(names),
                    domain=DOMAIN,
                    group=GROUPS[n % len(GROUPS)],
                    choice=rng.choices(list(CHOICES), list(CHOICES.values()))[0],
                    joined_at=now - some_time(rng, JOINED_AT_LEAST, JOINED_AT_MOST),
                    password=password,
                    now=now,
                    rng=rng,
                )
                for n in range(start, min(start + BATCH, number))
            ]
        )
    return number


def _names(rng: random.Random, taken: set[str]) -> Iterator[str]:
    """Pseudonyms that nobody has: two words, with a number once those have run out."""
    pairs = [(first, last) for first in FIRST_WORDS for last in LAST_WORDS]
    rng.shuffle(pairs)
    for round_number in count():
        for first, last in pairs:
            name = f"{first}_{last}" + (str(round_number + 1) if round_number else "")
            if name.lower() not in taken:
                yield name


def crowd() -> QuerySet[User]:
    """All generated members that there are, in the order in which they were made."""
    return User.objects.filter(role=Role.MEMBER, email__endswith=f"@{DOMAIN}").order_by("pk")
