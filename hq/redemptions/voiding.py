"""Voids that people at head office make: of an order that a station recorded, or of a redemption of their own.

What comes back is what a void at the station would give back, worked out from the same record by the same core; how old
the order is and whether points were spent meanwhile does not matter here, since a person answers for it. It is an entry
of HQ's own chain. The station hears of balances, vouchers and counters, and not of the void itself: should somebody
void the order there too, that entry is set aside and people see it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, func, select

from app.core.canonical import canonical, digest
from app.core.chain import ChainOwner
from app.core.earning import POINTS
from app.core.entry import VOID, Entry, read_entry
from app.core.paid_order import PaidOrder, ReturnOutcome
from app.core.returning import WALLET
from app.core.reversal import Back, Reversal, Use, reversal_record
from app.core.reversal_kinds import Kind
from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.authority.settling import settle
from hq.campaigns.service import program_of
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.feed import announce
from hq.gift_cards.judging import CardBook, cards_named, with_cards_back
from hq.gift_cards.store import lock_cards
from hq.home import Hq
from hq.journal.carried import BRANCH
from hq.journal.erased import of_erased
from hq.journal.intake import counter_changes, post
from hq.journal.judge import Books
from hq.journal.judgement import Judgement, SetAside
from hq.journal.own import OWNER, append_own
from hq.journal.postings import of_reversal
from hq.journal.reversal_tables import reversal_fact
from hq.journal.reviewing import review
from hq.journal.schemas import ReversalData
from hq.journal.store import AT_TILL_LENGTH_MAX, Kept
from hq.journal.undoing import Undone, UndoneOrder, give_uses_back, made_of, read_orders_undone
from hq.journal.whose import hold_closed, merged_among, of_survivor
from hq.members.giving import OF_VOID, OF_VOID_HERE, Act, check_reason, note_act
from hq.members.store import lock_members
from hq.redemptions.past import added_to
from hq.stores.devices import read_device
from hq.tables import journal, member, order_fact, redemption_fact
from hq.vouchers.store import lock_uses
from sync.protocol import Verdict

REASON = "head_office"  # as a station's reversal says why; what somebody typed stands in the audit
ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Voided:
    """What a void comes to. `value` (minor units) was given and is taken back, `cards` goes back to gift cards.

    `credit` is the change of the member's wallet, `points` that of the balance, which is `balance` behind it; None:
    nobody's order.
    """

    order_id: str
    member: str | None
    currency: str
    value: int
    cards: int
    credit: int
    points: int
    balance: int | None
    is_posted: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be undone: `entry_id` recorded it, in a store; `holder` is the device whose pushes may undo it too."""

    entry_id: str
    store: str
    order: UndoneOrder
    made: Reversal
    reversal_id: str
    holder: str | None
    kind: str  # of the act, in the member's timeline
    about: str

    @property
    def undone(self) -> Undone:
        """Return it as it is posted; who did it, and when, comes with the entry."""
        said = self.order.entry.data
        data = ReversalData(
            reversal_id=self.reversal_id,
            order_id=said["order_id"],
            order_entry=self.entry_id,
            store=self.store,
            t_eff=0,
            link="online",
            cashier="",
            reason=REASON,
        )
        return Undone(Kind.VOID, data, self.order, self.made)


def void_order(hq: Hq, actor: Actor, entry_id: str, *, reason: str = "", is_trial: bool = False) -> Voided:
    """Void an order by its entry's id, or say what that would do. Raises `NotHere`, `NotPossible`, `OverCeiling`."""
    return _void(hq, actor, lambda connection: _order(hq, connection, actor, entry_id), reason, is_trial)


def void_redemption(
    hq: Hq, actor: Actor, redemption_id: str, *, reason: str = "", is_trial: bool = False
) -> Voided:
    """Void a redemption that head office made, or say what that would do. Raises as `void_order` does."""
    return _void(hq, actor, lambda connection: _by_hand(connection, actor, redemption_id), reason, is_trial)


def _void(
    hq: Hq,
    actor: Actor,
    find: Callable[[Connection], _Found],
    reason: str,
    is_trial: bool,
) -> Voided:
    if is_trial:
        with hq.database.reading() as connection:
            return _result(connection, find(connection), is_posted=False)
    check_reason(reason)

    def void(connection: Connection) -> Voided:
        found = find(connection)
        if found.holder is not None:
            read_device(connection, found.holder, for_update=True)
            found = find(connection)  # by what is held now
        made = found.made
        actor.check_ceilings(amount=max(made.at_stake, 0), points=abs(made.points_change))
        _post(hq, connection, actor, found, reason=reason, is_left=lambda: find(connection))
        return _result(connection, found, is_posted=True)

    return hq.database.write(void)


# --- what is undone --------------------------------------------------------------------------------------------------


def _order(hq: Hq, connection: Connection, actor: Actor, entry_id: str) -> _Found:
    place = [journal.c[name] == order_fact.c[name] for name in ("device", "epoch", "seq")]
    statement = select(order_fact.c.store, order_fact.c.device, order_fact.c.epoch, journal.c.body)
    row = connection.execute(
        statement.join(journal, place[0] & place[1] & place[2]).where(journal.c.entry_id == entry_id)
    ).one_or_none()
    if row is None or not actor.sees_store(row.store):
        raise NotHere("There is no such order.")
    entry = read_entry(row.body)
    program = program_of(hq, connection, entry.data["program_version"])
    if program is None:
        raise NotPossible("HQ no longer holds the rules of that day.")
    asked = entry._replace(type=VOID, data={"order_entry": entry_id})
    own = ChainOwner(entry.device_id, entry.epoch)
    order = read_orders_undone(connection, own, [asked])[entry_id]
    order.kept_at = ChainOwner(row.device, row.epoch)
    if added_to(connection, row.store, entry.data["order_id"]):
        raise NotPossible("Void the redemption first that head office added to this order.")
    try:
        made = made_of(order, program, None)
    except SetAside as problem:
        raise NotPossible("Nothing of this order is left to be voided.") from problem
    holder = row.device.partition(BRANCH)[0]
    return _Found(entry_id, row.store, order, made, new_id(), holder, OF_VOID, entry.data["order_id"])


def _by_hand(connection: Connection, actor: Actor, redemption_id: str) -> _Found:
    of = redemption_fact.c
    place = (journal.c.device == of.device) & (journal.c.epoch == of.epoch) & (journal.c.seq == of.seq)
    statement = select(of.device, of.store, of.seq, journal.c.entry_id, journal.c.body).join(journal, place)
    row = connection.execute(statement.where(of.redemption_id == redemption_id)).one_or_none()
    if row is None or not actor.sees_store(row.store):
        raise NotHere("There is no such redemption.")
    if row.device != OWNER.device_id:
        raise NotPossible("A station recorded this redemption: void its order.")
    voided = select(func.count()).where(reversal_fact.c.order_entry == row.entry_id)
    if connection.execute(voided).scalar_one():
        raise NotPossible("This redemption was voided before.")
    entry = read_entry(row.body)
    order = UndoneOrder(entry._replace(data=entry.data["order"]), {redemption_id: row.seq}, kept_at=OWNER)
    reversal_id = digest(canonical(["voided", redemption_id]))[:ID_LENGTH]  # once
    made, rule = _made_by_hand(entry.data), entry.data["rule"]
    return _Found(row.entry_id, row.store, order, made, reversal_id, None, OF_VOID_HERE, rule)


def _made_by_hand(said: dict[str, Any]) -> Reversal:
    """Return what a redemption of the past gives back: all that its entry says it had taken and given."""
    given = dict(said["given"])
    discount = given.pop(said["campaign"], 0)
    own = Back(
        said["rule"], said["campaign"], said["redemption_id"], said["code_hash"], said["points"], discount, is_use=True
    )  # fmt: skip
    others = (Back("", name, "", "", 0, amount, is_use=False) for name, amount in given.items())
    had = ((POINTS, said["earned"]), (WALLET, said.get("credit", 0)), *said.get("counts", ()))
    earned = tuple((name, -amount) for name, amount in had if amount)
    return Reversal(
        outcome=ReturnOutcome((), 0, (), (), 0, earned, ()),
        backs=(own, *others),
        uses=tuple(Use(name, amount, 0, is_first=False) for name, amount in said["order"]["uses"]),
        stock=((said["rule"], 1),) if said["has_stock"] else (),
        leases=(),
        left=PaidOrder(()),
    )


def newest_by_hand(hq: Hq) -> str | None:
    """Return the newest redemption that head office made and did not void, if there is any."""
    of = redemption_fact.c
    place = (journal.c.device == of.device) & (journal.c.epoch == of.epoch) & (journal.c.seq == of.seq)
    voided = select(reversal_fact.c.seq).where(reversal_fact.c.order_entry == journal.c.entry_id).exists()
    statement = select(of.redemption_id).join(journal, place).where(of.device == OWNER.device_id, ~voided)
    with hq.database.reading() as connection:
        found: str | None = connection.execute(
            statement.order_by(of.t_eff.desc()).limit(1)
        ).scalar_one_or_none()
    return found


def newest_left(hq: Hq) -> str | None:
    """Return the id of the entry of the newest order of which nothing came back, if there is any."""
    of = order_fact.c
    place = (journal.c.device == of.device) & (journal.c.epoch == of.epoch) & (journal.c.seq == of.seq)
    undone = select(reversal_fact.c.seq).where(reversal_fact.c.order_entry == journal.c.entry_id).exists()
    ours = select(redemption_fact.c.seq).where(
        redemption_fact.c.order_id == of.order_id, redemption_fact.c.device == OWNER.device_id
    )
    statement = select(journal.c.entry_id).join(order_fact, place).where(~undone, ~ours.exists())
    with hq.database.reading() as connection:
        found: str | None = connection.execute(
            statement.order_by(of.t_eff.desc()).limit(1)
        ).scalar_one_or_none()
    return found


# --- posting ---------------------------------------------------------------------------------------------------------


def _post(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    found: _Found,
    *,
    reason: str,
    is_left: Callable[[], object],
) -> None:
    """Post it, holding what is moved in the order in which a push does: see hq/journal/intake.py.

    `is_left` raises `NotPossible` where somebody else was quicker.
    """
    now_ms = hq.clock.now_ms()
    order, made = found.order.entry, found.made
    closed, merged = hold_closed(connection, [order]), merged_among(connection, [order])
    cards = CardBook(lock_cards(connection, named) if (named := cards_named([order])) else {})
    uses = lock_uses(connection, {back.code_hash for back in made.backs if back.code_hash})
    books = Books(
        store=found.store,
        program=lambda version: program_of(hq, connection, version),
        taken_ids=set(),
        taken_redemptions=set(),
        uses=uses,
        earlier_orders={},
        closed=closed,
        merged=merged,
        cards=cards,
    )
    word = of_survivor(of_erased(_word(found, actor, now_ms=now_ms), closed), merged)
    undone = word.undone
    assert undone is not None, "of a void"
    word = replace(word, verdict=Verdict.POSTED, flags=())  # a person has looked
    ref = undone.member if undone.member and undone.member not in closed else None
    hold_whole(connection, Whole.MEMBERS, is_shared=True)
    before = _balance(connection, ref) if ref and lock_members(connection, [ref]) else None
    hold_whole(connection, Whole.OWN_CHAIN)
    is_left()
    give_uses_back(undone, uses)
    data = _data(found, now_ms=now_ms)
    seq, entry_id = append_own(connection, VOID, data, now_ms=now_ms)
    entry = Entry(OWNER.device_id, OWNER.epoch, seq, entry_id, VOID, now_ms, "0" * 32, 0, "anchored", data)
    settled = settle(hq, connection, OWNER, [Kept(seq, b"", b"", entry, word)], books, now_ms=now_ms)
    changes = review(connection, settled.doubts, now_ms=now_ms)
    changes += post(connection, OWNER, settled.kept, books, now_ms=now_ms)
    if ref is not None and before is not None:
        act = Act(entry_id, ref, found.kind, found.about, reason, made.points_change, made.value)
        note_act(connection, act, actor=actor, now_ms=now_ms)
    about = f"order:{order.data['order_id']}" if before is None else f"member:{ref}"
    told = {"order": order.data["order_id"], "value": made.value}
    told |= {"credit": made.credit} if made.credit and ref is not None else {}
    after = {"balance": before + made.points_change} if before is not None else {}
    record(
        connection, actor, "order.voided" if found.kind == OF_VOID else "redemption.voided", about, now_ms=now_ms,
        reason=reason, before=told | ({"balance": before} if before is not None else {}), after=after,
    )  # fmt: skip
    announce(connection, changes + counter_changes(connection, settled))


def _word(found: _Found, actor: Actor, *, now_ms: int) -> Judgement:
    undone = found.undone
    name = actor.name[:AT_TILL_LENGTH_MAX]
    undone = replace(undone, data=structs.replace(undone.data, t_eff=now_ms, cashier=name))
    currency = str(found.order.entry.data["currency"])
    word = Judgement(Verdict.POSTED, postings=of_reversal(undone.member, currency, found.made))
    return with_cards_back(word.with_undone(undone))


def _data(found: _Found, *, now_ms: int) -> dict[str, Any]:
    """Return what the entry says: as a station's void does, without who was at it."""
    said = found.order.entry.data
    return {
        "reversal_id": found.reversal_id,
        "order_id": said["order_id"],
        "order_entry": found.entry_id,
        "store": found.store,
        "t_eff": now_ms,
        "tz": said["tz"],
        "link": "online",
        "cashier": "",
        "reason": REASON,
        "program_version": said["program_version"],
        "program_hash": said["program_hash"],
        **reversal_record(said, found.made),
    }


def _balance(connection: Connection, ref: str) -> int:
    return int(connection.execute(select(member.c.balance).where(member.c.ref == ref)).scalar_one())


def _result(connection: Connection, found: _Found, *, is_posted: bool) -> Voided:
    made, said = found.made, found.order.entry.data
    word = of_survivor(
        Judgement(Verdict.POSTED).with_undone(found.undone), merged_among(connection, [found.order.entry])
    )
    ref = "" if word.undone is None else word.undone.member
    held = select(member.c.balance).where(member.c.ref == ref)
    balance = connection.execute(held).scalar_one_or_none()
    change = 0 if is_posted else made.points_change
    return Voided(
        order_id=said["order_id"],
        member=ref if balance is not None else None,
        currency=said["currency"],
        value=made.value,
        cards=made.at_stake - made.value,
        credit=made.credit if said["member"] is not None else 0,
        points=made.points_change,
        balance=None if balance is None else int(balance) + change,
        is_posted=is_posted,
    )
