"""Small works of several threads in one transaction: one wait for the disk instead of one each.

Whoever comes first leads: it does its own work and that of all who came while the one before was at the disk, each
behind a savepoint, and commits once. The others find theirs done. Nobody has an answer before the commit.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
WORKS_MAX = 16  # in one transaction, so that none waits long for the others


@dataclass(eq=False)
class _Work:
    do: Callable[[Connection], Any]
    is_over: bool = False
    result: Any = None
    problem: BaseException | None = None


class Together:
    """Does works of one database."""

    def __init__(self, atomic: Callable[[], AbstractContextManager[Connection]]) -> None:
        """`atomic` opens a writing transaction."""
        self._atomic = atomic
        self._waiting: list[_Work] = []
        self._leading = threading.Lock()
        self._lining_up = threading.Lock()

    def write(self, do: Callable[[Connection], T]) -> T:
        """Do a work and return what it returns, once it is committed; or raise what it or the commit raised."""
        mine = _Work(do)
        with self._lining_up:
            self._waiting.append(mine)
        while not mine.is_over:
            with self._leading:
                if not mine.is_over:
                    self._lead()
        if mine.problem is not None:
            raise mine.problem
        result: T = mine.result
        return result

    def _lead(self) -> None:
        with self._lining_up:
            some, self._waiting = self._waiting[:WORKS_MAX], self._waiting[WORKS_MAX:]
        try:
            with self._atomic() as connection:
                for work in some:
                    _try(work, connection)
        except Exception as problem:  # outermost: of this transaction; each of them gets it on its own thread
            for work in some:
                work.problem = work.problem or problem
        finally:
            for work in some:
                work.is_over = True


def _try(work: _Work, connection: Connection) -> None:
    try:
        with connection.begin_nested():
            work.result = work.do(connection)
    except Exception as problem:  # outermost: of this work; the others have nothing to do with it
        work.problem = problem
