"""Runs functions at the same moment, each in a thread with a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection

WAIT = 30  # seconds, after which a thread that hangs fails the test


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Start all functions together; their results, or the exceptions that they raised, in order.

    The test must be marked ``django_db(transaction=True)``: only what is committed is seen.
    """
    results: list[Any] = [None] * len(functions)
    start = Barrier(len(functions), timeout=WAIT)

    def run(number: int, function: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            results[number] = function()
        except Exception as problem:
            results[number] = problem
        finally:
            connection.close()

    threads = [
        Thread(target=run, args=(number, function), daemon=True)
        for number, function in enumerate(functions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive(), "a thread waits for ever"
    return results
