"""What comes from outside: signals of the world, friends who were brought, tiers that were paid for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, func, insert, or_, select

from app.core.order import local_date
from app.core.program import Program
from app.core.referral import ReferralStatus, refused_referral
from app.core.tiers import Access
from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.benefits.signals import key_of
from hq.benefits.tables import referral, signal, subscription
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotHere, NotPossible
from hq.feed import DELETE, EVERYWHERE, PUT, SIGNAL, Change, announce
from hq.home import Hq
from hq.members.merged import refs_of, survivor_of
from hq.members.store import lock_members
from hq.rows import upsert
from hq.tables import order_fact, store
from hq.touched import BENEFITS, touch
from hq.webhooks.outbox import Kind, announce_event

LISTED_MAX = 500


@dataclass(frozen=True)
class Signal:
    """Something that is so in the world: in a store, or (`store` empty) in all, until a moment (UTC ms) or further."""

    name: str
    value: str
    store: str = ""
    since_ms: int = 0
    until_ms: int | None = None
    who: str = ""


@dataclass(frozen=True)
class BroughtFriend:
    """Who brought whom by which scheme, and where it stands; `status` as in `app.core.referral`."""

    scheme: str
    friend: str
    referrer: str
    referred_on: str
    status: str


@dataclass(frozen=True)
class PaidTier:
    """A tier that was paid for, from the payment (UTC ms) through its last day; `amount` in minor units."""

    subscription_id: str
    member: str
    tier: str
    paid_ms: int
    last_day: str
    amount: int
    who: str


def set_signal(
    hq: Hq, actor: Actor, name: str, value: str, *, stores: Sequence[str] = (), until_ms: int | None = None
) -> list[Signal]:
    """Say that something is so, in these stores or in all. Said again it is the newer word. Raises `NotHere`."""
    now_ms = hq.clock.now_ms()

    def put(connection: Connection) -> None:
        known = set(connection.execute(select(store.c.store_id)).scalars())
        if missing := sorted(set(stores) - known):
            raise NotHere(f"There is no store {missing[0]}.")
        named = sorted(set(stores)) or [""]
        rows = [
            {
                "name": name,
                "store": each,
                "value": value,
                "since_ms": now_ms,
                "until_ms": until_ms,
                "who": actor.name,
            }
            for each in named
        ]
        upsert(connection, signal, rows, changes=("value", "since_ms", "until_ms", "who"))
        said = {"name": name, "value": value, "stores": sorted(set(stores)), "until_ms": until_ms}
        announce_event(connection, Kind.SIGNAL_CHANGED, said, now_ms=now_ms)
        record(connection, actor, "signal.set", f"signal:{name}", now_ms=now_ms, after=said)
        announce(connection, [_change(each, name) for each in named])

    hq.database.write(put)
    return list_signals(hq, name=name)


def end_signal(hq: Hq, actor: Actor, name: str) -> None:
    """Say that something is not so any more, anywhere. Raises `NotHere`."""
    now_ms = hq.clock.now_ms()

    def end(connection: Connection) -> None:
        ended = delete(signal).where(signal.c.name == name).returning(signal.c.store)
        stores = sorted(connection.execute(ended).scalars())
        if not stores:
            raise NotHere(f"There is no signal {name}.")
        announce_event(connection, Kind.SIGNAL_CHANGED, {"name": name, "value": None}, now_ms=now_ms)
        record(connection, actor, "signal.ended", f"signal:{name}", now_ms=now_ms)
        announce(connection, [_change(each, name, DELETE) for each in stores])

    hq.database.write(end)


def _change(store: str, name: str, op: str = PUT) -> Change:
    return Change(store or EVERYWHERE, SIGNAL, key_of(store, name), op)


def list_signals(hq: Hq, *, name: str | None = None) -> list[Signal]:
    """Return what is so now."""
    now_ms = hq.clock.now_ms()
    holds = or_(signal.c.until_ms.is_(None), signal.c.until_ms > now_ms)
    statement = select(signal).where(holds).order_by(signal.c.name, signal.c.store).limit(LISTED_MAX)
    if name is not None:
        statement = statement.where(signal.c.name == name)
    with hq.database.reading() as connection:
        return [
            Signal(row.name, row.value, row.store, row.since_ms, row.until_ms, row.who)
            for row in connection.execute(statement)
        ]


def bring_friend(hq: Hq, actor: Actor, *, scheme: str, referrer: str, friend: str) -> BroughtFriend:
    """Take a referral in. Raises `NotHere`, `NotPossible` with the reason."""
    now_ms = hq.clock.now_ms()

    def bring(connection: Connection) -> BroughtFriend:
        program = _program(hq, connection)
        if scheme not in program.schemes.referrals:
            raise NotHere(f"The program has no referral scheme {scheme}.")
        first, second = survivor_of(connection, referrer), survivor_of(connection, friend)
        known = lock_members(connection, {first, second})
        for ref, said in ((first, referrer), (second, friend)):
            if ref not in known:
                raise NotHere(f"There is no member {said}.")
        refs = refs_of(connection, second)
        orders = select(func.count()).select_from(order_fact).where(order_fact.c.member.in_(refs))
        before = connection.execute(
            select(referral).where(referral.c.friend.in_(refs), referral.c.scheme == scheme)
        ).first()
        if before is not None and survivor_of(connection, before.referrer) == first:
            return _brought(before)
        refusal = refused_referral(
            referrer=first,
            friend=second,
            friend_orders=int(connection.execute(orders).scalar_one()),
            referred_by=None if before is None else before.referrer,
        )
        if refusal is not None:
            raise NotPossible(f"This referral does not count: {refusal.reason.name.lower()}.")
        row = {
            "scheme": scheme,
            "friend": second,
            "referrer": first,
            "referred_on": local_date(now_ms, program.time_zone).isoformat(),
            "granted": 0,
            "taken_back": 0,
            "status": str(ReferralStatus.WAITING),
            "at_ms": now_ms,
        }
        connection.execute(insert(referral), row)
        touch(connection, [second], readers=(BENEFITS,))
        record(
            connection, actor, "referral.made", f"member:{second}", now_ms=now_ms, after={"scheme": scheme}
        )
        return BroughtFriend(scheme, second, first, str(row["referred_on"]), str(row["status"]))

    return hq.database.write(bring)


def list_referrals(hq: Hq, *, referrer: str | None = None) -> list[BroughtFriend]:
    """Return who brought whom, the newest first; of one member where one is given."""
    statement = select(referral).order_by(referral.c.at_ms.desc(), referral.c.friend).limit(LISTED_MAX)
    with hq.database.reading() as connection:
        if referrer is not None:
            refs = refs_of(connection, survivor_of(connection, referrer))
            statement = statement.where(referral.c.referrer.in_(refs))
        return [_brought(row) for row in connection.execute(statement)]


def pay_tier(
    hq: Hq, actor: Actor, *, member: str, tier: str, last_day: date, amount: int, paid_ms: int | None = None
) -> PaidTier:
    """Note that a member paid for a tier. Raises `NotHere`, `NotPossible`."""
    now_ms = hq.clock.now_ms()
    paid_at = now_ms if paid_ms is None else paid_ms

    def pay(connection: Connection) -> PaidTier:
        program = _program(hq, connection)
        if not any(each.tier_id == tier and each.access is Access.PAID for each in program.tiers):
            raise NotHere(f"The program has no tier {tier} that is paid for.")
        ref = survivor_of(connection, member)
        if ref not in lock_members(connection, [ref]):
            raise NotHere(f"There is no member {member}.")
        if last_day < local_date(paid_at, program.time_zone):
            raise NotPossible("A tier is paid for until a day after the payment.")
        made = PaidTier(new_id(), ref, tier, paid_at, last_day.isoformat(), amount, actor.name)
        connection.execute(insert(subscription), dict(made.__dict__))
        touch(connection, [ref], readers=(BENEFITS,))
        said = {"tier": tier, "last_day": made.last_day, "amount": amount}
        record(connection, actor, "tier.paid", f"member:{ref}", now_ms=now_ms, after=said)
        return made

    return hq.database.write(pay)


def list_paid_tiers(hq: Hq, *, member: str | None = None) -> list[PaidTier]:
    """Return tiers that were paid for, the newest first."""
    statement = select(subscription).order_by(subscription.c.paid_ms.desc(), subscription.c.subscription_id)
    with hq.database.reading() as connection:
        if member is not None:
            refs = refs_of(connection, survivor_of(connection, member))
            statement = statement.where(subscription.c.member.in_(refs))
        return [PaidTier(*row) for row in connection.execute(statement.limit(LISTED_MAX))]


def _program(hq: Hq, connection: Connection) -> Program:
    program = program_of(hq, connection, newest_version(connection, "program"))
    if program is None:
        raise NotPossible("No program has been published yet.")
    return program


def _brought(row: object) -> BroughtFriend:
    return BroughtFriend(*(getattr(row, name) for name in BroughtFriend.__dataclass_fields__))
