"""The database counts its tables when it is told."""

from django.db import connection

from accounts.models import User
from forum.models import Board
from forum.table_counts import count_anew
from tests.factories import make_board, make_member, publish_thread

COUNTED = {
    "sqlite": "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'forum_post'",
    "postgresql": "SELECT reltuples > 0 FROM pg_class WHERE relname = 'forum_post'",
}


def counted() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED[connection.vendor])
        return bool(cursor.fetchone()[0])


def test_what_is_known_of_posts_comes_when_it_is_counted(db: None) -> None:
    board: Board = make_board("feelings")
    author: User = make_member("wren")
    for number in range(3):
        publish_thread(author, board, title=f"T{number}", text="Words.")
    count_anew()
    assert counted()
