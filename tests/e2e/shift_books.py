"""What a shift came to, added up by ways that are not the product's: from bodies of entries, from tables at HQ."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.clock import SetClock
from app.core.entry import ENROL, GIFT_CARD, ORDER, REDEEM, REFUSE, RETURN, VOID, Entry
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.gift_cards.postings import card_account
from hq.gift_cards.tables import gift_card
from hq.home import open_database
from hq.journal.case_tables import case
from hq.journal.reversal_tables import reversal_fact
from hq.members.tables import enrolment
from hq.tables import journal, member, order_fact, posting, redemption_fact
from tests.rig.processes import World

MEMBERS, GIVEN = "member:", "discounts-given"


@dataclass
class Totals:
    """Of a shift. `refunds` are voids and returns, `value` what was given and not taken back, in minor units."""

    orders: int = 0
    redemptions: int = 0
    refused: int = 0
    refunds: int = 0
    discount: int = 0
    taken_back: int = 0
    joined: int = 0
    points: Counter[str] = field(default_factory=Counter)  # by member, those that are not 0
    cards: Counter[str] = field(default_factory=Counter)  # what is on gift cards, by card

    @property
    def value(self) -> int:
        """What the shop gave in the end."""
        return self.discount - self.taken_back


def entries_of(world: World) -> list[Entry]:
    """Read a station's journal, whose chain must hold. The station must be gone."""
    store = StationStore(world.store_dir, key_store=FileKeyStore(world.state_dir / "keys"), clock=SetClock())
    try:
        store.journal.verify()
        return list(store.journal.entries())
    finally:
        store.close()


def by_journal(entries: list[Entry]) -> Totals:
    """Add up bodies of entries."""
    found, ids = Totals(), Counter()
    for entry in entries:
        data = entry.data
        if entry.type == ORDER:
            ids[data["order_id"]] += 1
            found.orders += 1
            found.discount += data["discount"]
            if data["member"] is not None:
                found.points[data["member"]["ref"]] += data["points"]
            for paid in data.get("paid", []):
                found.cards[paid["ref"]] -= paid["amount"]
        elif entry.type in (REDEEM, REFUSE):
            ids[data["redemption_id"]] += 1
            found.redemptions += entry.type == REDEEM
            found.refused += entry.type == REFUSE
            if entry.type == REDEEM and data["member"] is not None:
                found.points[data["member"]] -= data["points"]
        elif entry.type in (VOID, RETURN):
            ids[data["reversal_id"]] += 1
            found.refunds += 1
            found.taken_back += sum(back["discount"] for back in data["backs"])
            if data["member"] is not None:
                found.points[data["member"]] += data["points"] + data["points_back"]
            for kind, ref, amount in data["tenders"]:
                found.cards[ref] += amount if kind == GIFT_CARD else 0
        elif entry.type == GIFT_CARD:
            ids[data["change_id"]] += 1
            ids[data["card"]] += 1  # in a shift nothing is put on a card but when it is sold
            found.cards[data["card"]] += data["amount"]
        found.joined += entry.type == ENROL
    assert set(ids.values()) <= {1}, "nothing is there twice"
    found.points, found.cards = _not_zero(found.points), _not_zero(found.cards)
    return found


def by_head_office(world: World, *, may_flag: frozenset[str] = frozenset()) -> Totals:
    """Add up head office's tables, which must agree among themselves. `may_flag`: what people may have to look at."""
    with open_database(world.hq_dir).reading() as connection:

        def one(statement) -> int:
            return int(connection.execute(statement).scalar() or 0)

        def outcome(word: str) -> int:
            counted = select(func.count()).select_from(redemption_fact)
            return one(counted.where(redemption_fact.c.outcome == word))

        given = one(select(func.sum(posting.c.amount)).where(posting.c.account == GIVEN))
        discount = one(select(func.sum(order_fact.c.discount)))
        sums = select(posting.c.account, func.sum(posting.c.amount)).group_by(posting.c.account)
        accounts = {name: int(amount) for name, amount in connection.execute(sums)}
        of_members = {
            row.ref: row.balance for row in connection.execute(select(member.c.ref, member.c.balance))
        }
        on_cards = {row.code_hash: row.balance for row in connection.execute(select(gift_card))}
        on_accounts = {ref: accounts.get(card_account(ref), 0) for ref in on_cards}
        assert on_accounts == on_cards, "what is on cards are their postings"
        assert one(select(func.sum(posting.c.amount))) == 0, "each entry's postings sum to zero"
        posted = {
            name.removeprefix(MEMBERS): amount
            for name, amount in accounts.items()
            if name.startswith(MEMBERS)
        }
        assert _not_zero(Counter(posted)) == _not_zero(Counter(of_members)), "balances are their postings"
        flags = set(connection.execute(select(case.c.flags)).scalars())
        assert flags <= may_flag, "nobody has to look at anything else"
        return Totals(
            orders=one(select(func.count()).select_from(order_fact)),
            redemptions=outcome("redeemed"),
            refused=outcome("refused"),
            refunds=one(select(func.count()).select_from(reversal_fact)),
            discount=discount,
            taken_back=discount - given,
            joined=one(select(func.count()).select_from(enrolment)),
            points=_not_zero(Counter(of_members)),
            cards=_not_zero(Counter(on_cards)),
        )


def held_by_head_office(world: World) -> set[str]:
    """Return the ids of the entries that head office has posted."""
    posted = select(journal.c.entry_id).where(journal.c.verdict == "posted")
    with open_database(world.hq_dir).reading() as connection:
        return set(connection.execute(posted).scalars())


def ids_of(entries: list[Entry]) -> Counter[str]:
    """Count what answers tell of by the ids that they tell."""
    names = {ORDER: "order_id", VOID: "reversal_id", RETURN: "reversal_id", GIFT_CARD: "change_id"}
    return Counter(entry.data[names[entry.type]] for entry in entries if entry.type in names)


def _not_zero(points: Counter[str]) -> Counter[str]:
    return Counter({ref: amount for ref, amount in points.items() if amount})
