"""What the till's API does, without HTTP: each question is one look into the journal and one at what is not there yet.

It lives on one event loop, on a thread of its own. The store's thread is handed small functions, the desk is told by
its own means, and neither ever waits for a till.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from app.core.order import MILLI, Line, Order, OrderInvalid, check_order
from app.core.paid_order import ReturnedUnits
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import REASONS
from app.station.void import Asked
from app.store.store import StationStore
from app.store.thread import StoreThread
from app.till_api.book import Book, Kept
from app.till_api.desk import Handed, Phase, Taken, TillDesk
from app.till_api.problems import TillProblem
from app.till_api.recorded import Recorded, read_recorded
from app.till_api.telling import Telling
from app.till_api.undoing import Undoing, reversal_id
from app.till_api.wire import Health, LineIn, OrderIn, OrderOut, ReturnIn, VoidIn

WAITERS_MAX = 16  # that hear of changes at once; a till needs one
DESK_WAIT_S = 5.0  # for a window that draws; it takes milliseconds
T = TypeVar("T")
UntilGone = Callable[[], Awaitable[None]]


class TillService:
    """Orders of one station."""

    def __init__(self, thread: StoreThread, desk: TillDesk, telling: Telling, *, register: str) -> None:
        """Work on the orders at `desk`; `register` is the station's own."""
        self._thread = thread
        self._desk = desk
        self._telling = telling
        self._register = register
        self._book = Book()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._change = asyncio.Event()
        self._waiters = 0
        self._is_ending = False
        self._undoing = Undoing(self._on_store, desk, self._book)
        self._one_by_one = asyncio.Lock()  # of what hands over and takes back

    def begin(self) -> None:
        """Listen to the desk; called on the loop that everything else is called on."""
        self._loop = asyncio.get_running_loop()
        self._book.changed = self._changed
        self._desk.listen(self._book)

    def end(self) -> None:
        """Let nobody wait any longer; called on any thread."""
        self._is_ending = True
        self._changed()

    # --- orders -------------------------------------------------------------------------------------------------------

    async def put(self, order_id: str, told: OrderIn) -> OrderOut:
        """Hand an order over, or what has become of it."""
        order = Handed(order_id, _lines(told), told.register_name)
        await self._check(order, told.currency)
        async with self._one_by_one:
            found = await self._recorded(order_id)
            if found is None:
                await self._hand_over(order)
                found = await self._recorded(order_id)
                if (
                    found is not None
                ):  # it was confirmed while this came, and perhaps it came once more behind that
                    await self._ask_desk(lambda then: self._desk.drop(order_id, then))
        if found is None:
            return await self._find(order_id)
        if not found.is_of(order.lines, order.register):
            raise TillProblem(
                409,
                "order_recorded",
                "Recorded already",
                "This order was recorded with other contents, which stand beside this. Nothing was changed.",
                order=self._telling.recorded(found).model_dump(mode="json", exclude_none=True),
            )
        return self._telling.recorded(found)

    async def _hand_over(self, order: Handed) -> None:
        before = self._book.find(order.order_id)
        if before is not None and before.order == order and before.standing.phase is not Phase.GIVEN_UP:
            return  # asked once more
        if before is not None and before.standing.phase is Phase.CONFIRMING:
            raise _confirming()
        self._book.put(order)
        taken: Taken | None = None
        try:
            taken = await self._ask_desk(lambda then: self._desk.take(order, then))
        finally:
            if taken is None:  # it may be taken yet, so what is at the desk isn't known
                self._book.put_back(order.order_id, None)
            elif taken is not Taken.YES:
                self._book.put_back(order.order_id, before)
        if taken is Taken.CONFIRMING:
            raise _confirming()
        if taken is Taken.NOT_READY:
            raise TillProblem(
                503,
                "not_ready",
                "Not ready",
                "The station can't take orders at the moment. Its window says why.",
                retry_s=2,
            )

    async def take_back(self, order_id: str) -> OrderOut:
        """Give an order up; nothing of it may be recorded yet."""
        async with self._one_by_one:
            found, kept = await self._look(order_id)
            if found is None and kept is None:
                raise _unknown()
            if found is None:
                if await self._ask_desk(lambda then: self._desk.drop(order_id, then)) is Taken.CONFIRMING:
                    raise _confirming()
                found = await self._recorded(order_id)
        if found is None:
            return await self._find(order_id)
        raise TillProblem(
            409,
            "order_recorded",
            "Recorded already",
            "This order was recorded before it was given up. To undo it, void it.",
            order=self._telling.recorded(found).model_dump(mode="json", exclude_none=True),
        )

    async def find(
        self, order_id: str, *, until_gone: UntilGone, wait_s: float = 0, after: str | None = None
    ) -> OrderOut:
        """Return how an order stands; with `wait_s` only when that is another one than `after`, or it is done.

        A till that has hung up, by `until_gone`, waits no longer: it may be back and wait again.
        """
        change = self._change
        told = await self._find(order_id)
        if wait_s <= 0 or self._is_worth_telling(told, after):
            return told
        if self._waiters >= WAITERS_MAX:
            raise TillProblem(
                503, "too_many_wait", "Too many wait", "Too many wait for orders. Ask again.", retry_s=1
            )
        self._waiters += 1
        try:
            async with asyncio.timeout(wait_s) as patience:
                watching = asyncio.create_task(_end_when(until_gone, patience))
                try:
                    while not self._is_worth_telling(told, after) and not self._is_ending:
                        await change.wait()
                        change = self._change
                        told = await self._find(order_id)
                finally:
                    watching.cancel()
        except TimeoutError:
            told = await self._find(order_id)
        finally:
            self._waiters -= 1
        return told

    def _is_worth_telling(self, told: OrderOut, after: str | None) -> bool:
        if after is None:
            return told.state in ("recorded", "voided", "given_up") and told.approval != "asked"
        return told.revision != after

    async def _find(self, order_id: str) -> OrderOut:
        found, kept = await self._look(order_id)
        if found is not None:
            return self._undoing.with_approval(self._telling.recorded(found))
        if kept is None:
            raise _unknown()
        return self._telling.kept(kept)

    async def _look(self, order_id: str) -> tuple[Recorded | None, Kept | None]:
        """Return what the journal has of an order, else what the book has."""
        found = await self._recorded(order_id)
        kept = self._book.find(order_id)
        if found is None and kept is None:  # it may have gone from the book into the journal in between
            found = await self._recorded(order_id)
        return found, kept

    # --- undoing ------------------------------------------------------------------------------------------------------

    async def void(self, order_id: str, told: VoidIn) -> tuple[OrderOut, bool]:
        """Undo a recorded order. Returns how it stands then, and whether that is done."""
        if told.reason not in REASONS[Kind.VOID]:
            raise TillProblem(
                400, "malformed", "Not a reason", f"A void is for one of {_reasons(Kind.VOID)}."
            )
        found = await self._to_undo(order_id)
        if found.void is None:
            asked = Asked(self._name(Kind.VOID, order_id), Kind.VOID, order_id, told.reason)
            await self._undo(asked, found)
        out = await self._find(order_id)
        return out, out.void is not None

    async def give_back(self, order_id: str, return_id: str, told: ReturnIn) -> tuple[OrderOut, bool]:
        """Take units of a recorded order back. Returns as `void` does."""
        if told.reason not in REASONS[Kind.RETURN]:
            raise TillProblem(
                400, "malformed", "Not a reason", f"A return is for one of {_reasons(Kind.RETURN)}."
            )
        found = await self._to_undo(order_id)
        units = tuple(ReturnedUnits(each.line, each.quantity * MILLI + each.milli) for each in told.lines)
        if any(not each.quantity_milli for each in units):
            raise TillProblem(400, "malformed", "Nothing comes back", "Say how much of each line comes back.")
        name = self._name(Kind.RETURN, order_id, return_id)
        done = next((data for _, data in found.undone if data["reversal_id"] == name), None)
        if done is None:
            await self._undo(Asked(name, Kind.RETURN, order_id, told.reason, units), found)
        elif done["units"] != [[each.line, each.quantity_milli] for each in units]:
            raise TillProblem(
                409, "return_recorded", "Recorded already", "This return was recorded with other lines."
            )
        out = await self._find(order_id)
        returned = next((each for each in out.returns or () if each.reversal_id == name), None)
        return out.model_copy(update={"returned": returned}), returned is not None

    async def _undo(self, asked: Asked, found: Recorded) -> None:
        refusal = await self._undoing.undo(asked, found.order)
        if refusal is not None:
            why = self._telling.why(refusal)
            raise TillProblem(409, why.code, "Not undone", why.sentence)

    def _name(self, kind: Kind, order_id: str, name: str = "") -> str:
        return reversal_id(self._thread.store.device.device_id, kind, order_id, name)

    # --- how the station is -------------------------------------------------------------------------------------------

    async def health(self) -> Health:
        """Say how the station is."""
        device = self._thread.store.device
        version, waiting = await self._on_store(
            lambda store: (store.replica.document_version("program"), store.waiting_count())
        )
        return Health(
            is_ready=bool(version),
            store=device.store_id,
            store_name=device.store_name,
            device=device.device_id,
            register_name=self._register,
            currency=device.currency,
            link=self._desk.by.link,
            waiting=waiting,
            program_version=version,
        )

    # --- the others' threads ------------------------------------------------------------------------------------------

    async def _on_store(self, work: Callable[[StationStore], T]) -> T:
        return await asyncio.wrap_future(self._thread.post(work))

    async def _ask_desk(self, ask: Callable[[Callable[[Taken], None]], None]) -> Taken:
        """Ask the desk for its word. Raises `TillProblem` when it doesn't come."""
        loop = asyncio.get_running_loop()
        word: asyncio.Future[Taken] = loop.create_future()

        def put(taken: Taken) -> None:
            if not word.done():
                word.set_result(taken)

        ask(lambda taken: _on_loop(loop, put, taken))
        try:
            async with asyncio.timeout(DESK_WAIT_S):
                return await word
        except TimeoutError:
            raise TillProblem(
                503, "busy", "Busy", "The station's window doesn't answer. Ask again.", retry_s=2
            ) from None

    def _changed(self) -> None:
        if self._loop is not None:
            _on_loop(self._loop, self._wake)

    def _wake(self) -> None:
        before, self._change = self._change, asyncio.Event()
        before.set()

    async def _recorded(self, order_id: str) -> Recorded | None:
        return await self._on_store(lambda store: read_recorded(store, order_id))

    async def _to_undo(self, order_id: str) -> Recorded:
        """Return a recorded order. One that is here and may still be recorded is not said to be unknown."""
        found, kept = await self._look(order_id)
        if found is not None:
            return found
        if kept is None:
            raise _unknown()
        if kept.standing.phase is Phase.CONFIRMING:
            raise _confirming()
        raise TillProblem(
            409,
            "not_recorded",
            "Not recorded",
            "This order is not recorded, so there is nothing to undo. Give it up by DELETE.",
        )

    async def _check(self, order: Handed, currency: str) -> None:
        """Refuse what no order of this store can be."""
        device = self._thread.store.device
        if currency != device.currency:
            raise TillProblem(
                400,
                "currency",
                "Another currency",
                f"This store counts in {device.currency}, the order in {currency[:3]}. Nothing was taken.",
            )
        as_order = Order(
            order.order_id,
            device.store_id,
            order.register or self._register,
            0,
            device.time_zone,
            device.currency,
            order.lines,
        )
        try:
            check_order(as_order)
        except OrderInvalid as problem:
            raise TillProblem(
                400, "malformed", "Not an order", f"This order can't be: {problem}."
            ) from problem


async def _end_when(until_gone: UntilGone, patience: asyncio.Timeout) -> None:
    """End somebody's patience when they have gone."""
    await until_gone()
    if not patience.expired():
        patience.reschedule(asyncio.get_running_loop().time())


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., Any], *values: Any) -> None:
    """Call something on the loop's thread; a loop that has ended hears of nothing."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call, *values)


def _lines(told: OrderIn) -> tuple[Line, ...]:
    if told.lines is None:
        return (Line(line=1, sku="", quantity=1, amount=told.total or 0),)
    return tuple(_line(number, each) for number, each in enumerate(told.lines, start=1))


def _line(number: int, told: LineIn) -> Line:
    return Line(
        line=number,
        sku=told.sku,
        quantity=told.quantity,
        amount=told.amount,
        floor=told.floor,
        milli=told.milli,
        unit_price=told.unit_price,
        categories=frozenset(told.categories),
        brand=told.brand,
        is_reduced=told.reduced,
        kind=told.kind,
        tax_ppm=told.tax_ppm,
        is_net=told.net,
        levy=told.levy,
    )


def _reasons(kind: Kind) -> str:
    return ", ".join(REASONS[kind])


def _confirming() -> TillProblem:
    return TillProblem(
        409,
        "confirming",
        "Being recorded",
        "This order is being recorded at this moment. Ask for it again.",
        retry_s=1,
    )


def _unknown() -> TillProblem:
    return TillProblem(
        404, "unknown_order", "Unknown order", "This station doesn't know this order. Hand it in once more."
    )
