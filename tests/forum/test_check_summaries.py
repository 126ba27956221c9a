"""``manage.py check_summaries``: proves that board rows equal a recount, and repairs them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forum import summaries
from forum.models import ThreadSummary
from tests.factories import publish_reply, publish_thread

pytestmark = pytest.mark.django_db


def run(*switches: str) -> str:
    out = StringIO()
    call_command("check_summaries", *switches, stdout=out)
    return out.getvalue()


def test_it_says_that_all_is_right(thread, guest):
    publish_reply(guest, thread, text="I do.")
    assert run() == "All board rows are right.\n"


@pytest.mark.parametrize("wrong", [{"replies": 7}, {"shown": 9}])
def test_it_finds_a_wrong_row_fails_and_changes_nothing(wrong, thread):
    ThreadSummary.objects.filter(thread=thread).update(**wrong)
    with pytest.raises(CommandError, match="1 threads have wrong rows"):
        run()
    assert ThreadSummary.objects.filter(thread=thread, **wrong).count() == 2


def test_it_finds_missing_rows(thread):
    ThreadSummary.objects.filter(thread=thread, audience="community").delete()
    with pytest.raises(CommandError):
        run()


def test_repair_makes_the_wrong_ones_anew_and_leaves_the_others(thread, host, board):
    other = publish_thread(host, board, title="Snacks", text="What do you eat?")
    kept = set(other.summaries.values_list("pk", flat=True))
    ThreadSummary.objects.filter(thread=thread).update(replies=7)
    out = run("--repair")
    assert thread.public_id in out
    assert other.public_id not in out
    assert summaries.wrong_rows() == []
    assert set(other.summaries.values_list("pk", flat=True)) == kept
    assert run() == "All board rows are right.\n"
