"""Pictures: the same each time, not to be worked out from outside, and nothing personal in them."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.avatars import GROUNDS, HCP_TONE, NEUTRAL, SHAPES, TONES, avatar_of, drawn_from
from accounts.models import User
from tests.factories import make_board, make_hcp, make_member, publish_thread

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]


def test_somebody_keeps_their_picture() -> None:
    wren = make_member("wren")
    first = avatar_of(wren)
    drawn_from.cache_clear()
    assert avatar_of(User.objects.get(pk=wren.pk)) == first


def test_a_name_or_a_role_change_draws_nothing_new() -> None:
    wren = make_member("wren")
    first = avatar_of(wren)
    wren.pseudonym = "another"
    wren.email = "another@members.example"
    assert avatar_of(wren) == first


def test_without_the_secret_key_nobody_can_work_it_out() -> None:
    words = [f"id{number}:0" for number in range(60)]
    drawn = [drawn_from(each) for each in words]
    drawn_from.cache_clear()
    with override_settings(SECRET_KEY="another key, long enough for a test of pictures"):
        others = [drawn_from(each) for each in words]
    drawn_from.cache_clear()
    same = sum(one == other for one, other in zip(drawn, others, strict=True))
    assert same < 10


def test_all_shapes_and_tones_come_up_about_evenly() -> None:
    drawn = [drawn_from(f"even{number}:0") for number in range(2000)]
    for values, number in (
        (Counter(one.ground for one in drawn), len(GROUNDS)),
        (Counter(one.shape for one in drawn), len(SHAPES)),
        (Counter(one.tone for one in drawn), len(TONES)),
    ):
        assert len(values) == number
        assert min(values.values()) > 2000 / number / 2


def test_teal_is_for_health_professionals_alone() -> None:
    assert avatar_of(make_hcp("nurse")).tone == HCP_TONE
    assert HCP_TONE not in TONES


@pytest.mark.parametrize("closed", [{"is_active": False}, {"closed_at": timezone.now()}])
def test_closed_and_erased_accounts_have_the_neutral_one(closed: dict) -> None:
    wren = make_member("wren")
    assert avatar_of(wren) != NEUTRAL
    for name, value in closed.items():
        setattr(wren, name, value)
    assert avatar_of(wren) == NEUTRAL


def test_every_part_is_in_the_sprite_and_in_the_sheet() -> None:
    root = Path(settings.BASE_DIR) / "static"
    symbols = set(re.findall(r'<symbol id="av-(\w+)"', (root / "img/icons.svg").read_text("utf-8")))
    assert symbols == {*GROUNDS, *SHAPES, NEUTRAL.shape}
    sheet = (root / "css/islet.css").read_text("utf-8")
    # Ink is the tone that needs no rule of its own.
    for tone in {*TONES, HCP_TONE} - {"ink"}:
        assert f".avatar-{tone}" in sheet


def test_it_stands_on_cards_and_is_silent_for_screen_readers() -> None:
    wren = make_member("wren")
    thread = publish_thread(wren, make_board("all"), title="Hello", text="Words.")
    client = Client()
    client.force_login(make_member("robin"))
    page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    drawn = avatar_of(wren)
    found = re.findall(r'<svg class="avatar avatar-(\w+)"[^>]*>(.*?)</svg>', page, re.DOTALL)
    assert [tone for tone, _ in found] == [drawn.tone]
    assert f"#av-{drawn.ground}" in found[0][1]
    assert f"#av-{drawn.shape}" in found[0][1]
    assert '<svg class="avatar avatar-' + drawn.tone + '" viewBox="0 0 24 24" aria-hidden' in page


def test_one_can_draw_another_and_the_cards_follow_at_once() -> None:
    wren, robin = make_member("wren"), make_member("robin")
    thread = publish_thread(wren, make_board("all"), title="Hello", text="Words.")
    address = reverse("forum:thread", args=[thread.public_id])
    mine, theirs = Client(), Client()
    mine.force_login(wren)
    theirs.force_login(robin)
    before = theirs.get(address).content.decode()
    assert mine.get(reverse("forum:own_picture")).status_code == 405
    first = avatar_of(wren)
    for _ in range(5):
        assert mine.post(reverse("forum:own_picture"))["Location"] == reverse("forum:own_profile")
        wren.refresh_from_db()
        if avatar_of(wren) != first:
            break
    assert wren.avatar > 0
    after = theirs.get(address).content.decode()
    assert f"#av-{avatar_of(wren).shape}" in after
    assert before.count("<svg") == after.count("<svg")
