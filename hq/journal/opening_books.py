"""What judging a batch may need, fetched beforehand: one question to the database for each kind of fact."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from app.core.canonical import INTEGER_MAX
from app.core.chain import ChainOwner
from app.core.entry import GIFT_CARD, LEASE_CLOSE, ORDER, REDEEM, REFUSE, SALVAGED, Entry
from app.core.program import Program
from hq.authority.forgotten import forgot_ms
from hq.authority.holding import who_may_spend
from hq.authority.judging import HOME, LeaseBook, leases_named
from hq.authority.store import lock_leases
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.gift_cards.judging import CardBook, cards_named
from hq.gift_cards.store import lock_cards, taken_change_ids
from hq.home import Hq
from hq.journal.closed_days import read_days
from hq.journal.judge import Books
from hq.journal.showings import take_showings
from hq.journal.store import held_hashes, read_orders, taken_entry_ids, taken_redemption_ids
from hq.journal.undoing import (
    REVERSALS,
    UndoBook,
    UndoneOrder,
    codes_shown,
    read_orders_undone,
    taken_reversal_ids,
    who,
)
from hq.journal.voids import read_tallies
from hq.journal.whose import hold_closed, merged_among, texts
from hq.staff.store import accounts_of, colleagues_of
from hq.stops.document import STOPS
from hq.stops.service import periods_now
from hq.stores.devices import keys_of_old_epochs
from hq.vouchers.store import lock_uses


def open_books(
    hq: Hq, connection: Connection, owner: ChainOwner, entries: Sequence[Entry | None], *, store: str
) -> Books:
    """Fetch everything that judging this batch may need: one question to the database for each kind of fact."""
    there = [entry for entry in entries if entry is not None]
    days = read_days(connection, owner, there, store=store)  # takes longest, and holds nobody
    reversals = [entry for entry in there if entry.type in REVERSALS]
    undone = read_orders_undone(connection, owner, reversals) if reversals else {}
    looked_at = [*there, *(order.entry for order in undone.values())]
    closed = hold_closed(connection, looked_at)
    earlier = read_orders(connection, owner, _orders_before(there))
    cards = _card_book(connection, there, looked_at)
    programs = {
        version: program_of(hq, connection, version) for version in _versions([*looked_at, *earlier.values()])
    }
    orders = [entry for entry in there if entry.type == ORDER]
    redemptions = [entry for entry in there if entry.type in (REDEEM, REFUSE)]
    salvaged = [entry for entry in there if entry.type == SALVAGED]
    posted = read_orders(connection, owner, texts(orders, "order_id"))
    merged = merged_among(connection, [*looked_at, *posted.values()])
    return Books(
        store=store,
        program=programs.get,
        taken_ids=taken_entry_ids(connection, [entry.entry_id for entry in there]),
        taken_redemptions=taken_redemption_ids(connection, texts(redemptions, "redemption_id")),
        uses=lock_uses(connection, [*texts(redemptions, "code_hash"), *codes_shown(undone.values())]),
        earlier_orders=earlier,
        posted_orders=posted,
        showings=take_showings(connection, owner, redemptions, now_ms=hq.clock.now_ms()),
        held_hashes=held_hashes(connection, salvaged),
        closed=closed,
        merged=merged,
        accounts=accounts_of(connection, texts([*orders, *redemptions], "cashier")),
        stops=periods_now(hq, connection, newest_version(connection, STOPS)),
        old_keys=keys_of_old_epochs(connection, salvaged[0].device_id) if salvaged else {},
        leases=_lease_book(connection, owner, looked_at, programs),
        cards=cards,
        days=days,
        undoing=_undo_book(connection, owner, reversals, undone, merged),
    )


def _card_book(connection: Connection, entries: Sequence[Entry], looked_at: Sequence[Entry]) -> CardBook:
    """Hold the gift cards that entries name, or the orders that they undo; before vouchers and members."""
    named = cards_named(looked_at)
    if not named:
        return CardBook()
    changes = [entry for entry in entries if entry.type == GIFT_CARD]
    people = [*texts(changes, "cashier"), *texts(changes, "approver")]
    return CardBook(
        rows=lock_cards(connection, named),
        taken_ids=taken_change_ids(connection, texts(changes, "change_id")),
        colleagues=colleagues_of(connection, people),
    )


def _undo_book(
    connection: Connection,
    owner: ChainOwner,
    reversals: Sequence[Entry],
    undone: dict[str, UndoneOrder],
    merged: Mapping[str, str],
) -> UndoBook:
    if not reversals:
        return UndoBook()
    cashiers = texts(reversals, "cashier")
    moments = [at for entry in reversals if type(at := entry.data.get("t_eff")) is int]
    at_tills = {who(cashier, owner.device_id) for cashier in cashiers}
    return UndoBook(
        is_wanted=True,
        orders=undone,
        taken_ids=taken_reversal_ids(connection, reversals),
        merged=merged,
        colleagues=colleagues_of(connection, [*cashiers, *texts(reversals, "approver")]),
        tallies=read_tallies(connection, at_tills, until_ms=min(max(moments, default=0), INTEGER_MAX)),
    )


def _lease_book(
    connection: Connection,
    owner: ChainOwner,
    entries: Sequence[Entry],
    programs: Mapping[int, Program | None],
) -> LeaseBook:
    """Hold the leases that entries name. Under programs that ask for no rights there are none."""
    asks = any(program is not None and program.asks_authority for program in programs.values())
    if not asks and not any(entry.type == LEASE_CLOSE for entry in entries):
        return LeaseBook()
    named = leases_named(entries)
    homes = {name.removeprefix(HOME) for name in named if name.startswith(HOME)}
    named = {name for name in named if not name.startswith(HOME)}
    rows = lock_leases(connection, named)
    return LeaseBook(
        rows,
        holders={scope: who_may_spend(connection, scope) for scope in homes},
        forgot_ms=forgot_ms(connection, owner.device_id) if len(rows) < len(named) else 0,
    )


def _versions(entries: Sequence[Entry]) -> set[int]:
    """Return the versions of the program that entries name, as far as there could be such a version."""
    found = (entry.data.get("program_version") for entry in entries)
    return {version for version in found if isinstance(version, int) and 0 < version <= INTEGER_MAX}


def _orders_before(entries: Sequence[Entry]) -> list[str]:
    """Return the orders that redemptions here belong to and that didn't come before them in this batch."""
    here: set[str] = set()
    earlier: dict[str, None] = {}
    for entry in entries:
        for order_id in texts([entry], "order_id"):
            if entry.type == ORDER:
                here.add(order_id)
            elif order_id not in here:
                earlier[order_id] = None
    return list(earlier)
