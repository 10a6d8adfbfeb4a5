"""Gift cards as stations pay with them and put money on them, for tests of HQ."""

from datetime import date

from sqlalchemy import select, update

from app.core.card_policy import CardRight
from app.core.card_rest import Rest
from app.core.codes import hash_number
from app.core.entry import GIFT_CARD
from app.core.gift_cards import Tender, TenderKind
from app.ids import new_id
from hq.gift_cards.service import NewCards, issue_cards, new_card_numbers
from hq.gift_cards.tables import gift_card
from hq.home import Hq
from hq.tables import posting
from tests.hq.station import NOW_MS, PROGRAM, ZONE, Station


def a_card(hq: Hq, value: int = 10_000, **terms) -> str:
    """Issue a card and return the hash of its number; `terms` are columns to be set."""
    (number,) = new_card_numbers(1)
    issue_cards(hq, NewCards(value), [number])
    if terms:
        with hq.database.atomic() as connection:
            connection.execute(
                update(gift_card).where(gift_card.c.code_hash == hash_number(number)).values(terms)
            )
    return hash_number(number)


def tender(ref: str, balance: int = 10_000, **changes) -> Tender:
    """Return a card as a station knows it, which has been heard of just now."""
    facts = {"right": CardRight(as_of_ms=NOW_MS), **changes}
    return Tender(TenderKind.GIFT_CARD, ref, balance, single_use_rest=facts.pop("rest", Rest.STAYS), **facts)


def pays(station: Station, order_id: str, amount: int, *cards: Tender, **more) -> dict:
    """Append an order of goods of no campaign that cards pay; return its record."""
    return station.order(order_id, amounts=(("MILK", amount),), ref=None, tenders=cards, **more)[0]


def puts(station: Station, ref: str, amount: int, **changes) -> dict:
    """Append an entry that puts money on a card; return its record."""
    record = {
        "change_id": new_id(),
        "store": station.store,
        "t_eff": NOW_MS,
        "tz": ZONE,
        "link": "online",
        "cashier": "mia",
        "movement": "topped_up",
        "card": ref,
        "amount": amount,
        "balance": amount,
        "currency": "USD",
        "program_version": PROGRAM.version,
        "program_hash": PROGRAM.hash,
        **changes,
    }
    station.append(GIFT_CARD, record)
    return record


def on_card(hq: Hq, ref: str) -> int:
    """Return what is on a card, of which its row and its account say the same."""
    with hq.database.reading() as connection:
        row = connection.execute(select(gift_card.c.balance).where(gift_card.c.code_hash == ref)).scalar_one()
    assert row == accounts(hq).get(f"gift_card:{ref}", 0)
    return row


def ends_on(hq: Hq, ref: str) -> date | None:
    with hq.database.reading() as connection:
        found = connection.execute(
            select(gift_card.c.ends_on).where(gift_card.c.code_hash == ref)
        ).scalar_one()
    return None if found is None else date.fromisoformat(found)


def accounts(hq: Hq) -> dict[str, int]:
    """Return what each account has in dollars; together they have nothing."""
    found: dict[str, int] = {}
    with hq.database.reading() as connection:
        for row in connection.execute(select(posting).where(posting.c.unit == "USD")):
            found[row.account] = found.get(row.account, 0) + row.amount
    assert sum(found.values()) == 0
    return {name: amount for name, amount in found.items() if amount}
