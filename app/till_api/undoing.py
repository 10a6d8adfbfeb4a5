"""Voids and returns that the till asks for: by the store's rules, and with a manager's word where those want one.

The id of each is made of what it is about, so that asking again is the same one, on whichever side something was lost.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from app.core.approvals import Approval
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.station.approval import ApprovalOver
from app.station.void import Asked, Reversed, preview, record_reversal
from app.store.store import StationStore
from app.till_api.book import Book
from app.till_api.desk import TillDesk, ToUndo
from app.till_api.wire import Approval as Asking
from app.till_api.wire import OrderOut

ID_LENGTH = 32
ASKED_MAX = 100  # questions to managers that are remembered
T = TypeVar("T")


class OnStore(Protocol):
    """Runs something on the store's thread."""

    def __call__(self, work: Callable[[StationStore], T]) -> Awaitable[T]:
        """Return its result, or raise what went wrong."""
        ...


def reversal_id(device_id: str, kind: Kind, order_id: str, name: str) -> str:
    """Return under which id an order's void, or a return that the till calls `name`, is recorded."""
    return hashlib.sha256("\n".join((device_id, kind, order_id, name)).encode()).hexdigest()[:ID_LENGTH]


class Undoing:
    """What is to be undone, and what managers are being asked."""

    def __init__(self, on_store: OnStore, desk: TillDesk, book: Book) -> None:
        """Nobody has asked anything yet."""
        self._on_store = on_store
        self._desk = desk
        self._book = book
        self._asked: dict[str, Asking] = {}  # by order
        self._tasks: set[asyncio.Task[None]] = set()

    async def undo(self, asked: Asked, order: dict[str, Any]) -> Refusal | None:
        """Undo something, or ask a manager. None: it is done, or asked (`with_approval` says so)."""
        if self._asked.get(asked.order) is Asking.ASKED:
            return None
        found = await self._record(asked, None)
        if not isinstance(found, Refusal):
            self._asked.pop(asked.order, None)
            return None
        if found.reason is not Reason.APPROVAL_NEEDED:
            return found
        by = self._desk.by
        seen = await self._on_store(lambda store: preview(store, asked, by))
        if isinstance(seen, Refusal):
            return seen
        if self._asked.get(asked.order) is Asking.ASKED:
            return None  # it was asked twice at once
        return None if self._ask(ToUndo(asked, order, seen.reversal.at_stake)) else found

    def with_approval(self, told: OrderOut) -> OrderOut:
        """Return an order with what a manager was asked about it."""
        asking = self._asked.get(told.order_id)
        if asking is None or told.void is not None:
            return told  # nobody is asked any more about what was undone meanwhile
        return told.model_copy(update={"approval": asking, "revision": f"{told.revision}-{asking}"})

    def _ask(self, what: ToUndo) -> bool:
        loop, asked = asyncio.get_running_loop(), what.asked

        def heard(approval: Approval | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._heard, asked, approval)

        self._asked[asked.order] = Asking.ASKED
        if not self._desk.approve(what, heard):
            self._asked.pop(asked.order)
            return False
        while len(self._asked) > ASKED_MAX:
            self._asked.pop(next(iter(self._asked)))
        self._book.changed()
        return True

    def _heard(self, asked: Asked, approval: Approval | None) -> None:
        if approval is None:
            self._asked[asked.order] = Asking.DECLINED
            self._book.changed()
            return
        task = asyncio.get_running_loop().create_task(self._record_approved(asked, approval))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _record_approved(self, asked: Asked, approval: Approval) -> None:
        found: Reversed | Refusal | None = None
        try:
            found = await self._record(asked, approval)
        except ApprovalOver:
            pass
        finally:
            if isinstance(found, Reversed):
                self._asked.pop(asked.order, None)
            else:
                self._asked[asked.order] = Asking.DECLINED
            self._book.changed()

    async def _record(self, asked: Asked, approval: Approval | None) -> Reversed | Refusal:
        by = replace(self._desk.by, approval=approval)
        found = await self._on_store(lambda store: record_reversal(store, asked, by))
        if isinstance(found, Reversed):
            self._desk.undone()
            self._book.changed()
        return found
