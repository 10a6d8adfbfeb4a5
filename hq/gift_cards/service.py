"""Issuing, showing and stopping gift cards. The printed number is returned once; only its hash is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.core.card_rest import Rest
from app.core.codes import GiftCardNumber, number, parse
from app.core.gift_cards import (
    FACE_MAX,
    CardKind,
    GiftCard,
    GiftCardInvalid,
    Jurisdiction,
    issue,
    jurisdiction_of,
)
from app.core.order import local_date
from app.core.program import Program
from app.ids import VOUCHER_BODY_LENGTH, new_number
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import NAMES_AT_ONCE, ROWS_AT_ONCE
from hq.faults import NotPossible
from hq.feed import EVERYWHERE, GIFT_CARD, Change, announce
from hq.gift_cards.postings import card_account, of_fill
from hq.gift_cards.store import facts, later_by_months, read_cards
from hq.gift_cards.tables import gift_card
from hq.home import Hq
from hq.ledger.own import OwnEntry, OwnKind, post_many
from hq.members.store import parts_of
from hq.rows import insert_rows
from hq.tables import posting

ISSUED_MAX = 100_000  # at once


@dataclass(frozen=True, slots=True)
class NewCards:
    """Cards to be made, all alike: of a kind ("": of none) under the law of a place (ISO 3166, "": nowhere's).

    With a `value` (minor units) they are active at once; without one they are blanks, which a till activates.
    """

    value: int = 0
    kind: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card as head office holds it, and whether its account agrees."""

    code_hash: str
    kind: str
    currency: str
    balance: int
    state: str
    is_single_use: bool
    rest: str
    ends_on: str | None
    posted: int


def new_card_numbers(count: int) -> list[str]:
    """Return numbers for cards, which are to be kept before any is issued: nobody can find them out later."""
    return [number("G", new_number(VOUCHER_BODY_LENGTH)) for _ in range(count)]


def hash_of(printed: str) -> str:
    """Return the hash of a card's number as somebody has typed it. Raises `NotPossible`."""
    found = parse(printed, keys={}, now_ms=0)
    if not isinstance(found, GiftCardNumber):
        raise NotPossible("There is no such gift card: that is no gift card's number.")
    return found.code_hash


def issue_cards(hq: Hq, new: NewCards, numbers: Sequence[str], *, is_again: bool = False) -> int:
    """Make cards of these printed numbers; return how many. In parts, each a transaction. Raises `NotPossible`.

    Numbers of cards that were lost with a database may be issued once more: what stations did with them counts. With
    `is_again` those that are there are left alone, so that issuing goes on where it was broken off.
    """
    if not 0 < len(numbers) <= ISSUED_MAX:
        raise NotPossible(f"Between 1 and {ISSUED_MAX} cards can be issued at once.")
    wanted = list(dict.fromkeys(map(hash_of, numbers)))
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        there = read_cards(connection, wanted)
    missing = [code_hash for code_hash in wanted if code_hash not in there]
    if (there and not is_again) or not missing:
        which = "all" if not missing else "some"
        raise NotPossible(f"There are cards of {which} of these numbers already. Nothing was issued.")
    if program is None:
        raise NotPossible("There is no published program, so nobody knows the currency of cards.")
    kind, law = _kind(program, new.kind), jurisdiction_of(new.place, program.schemes.jurisdictions)
    today = local_date(hq.clock.now_ms(), program.time_zone)
    common = {"currency": program.currency.code, "made_ms": hq.clock.now_ms()}
    terms = common | _terms(new, kind, law, today)
    for some in parts_of(missing, ROWS_AT_ONCE):
        hq.database.write(partial(_insert, hashes=some, terms=terms, value=new.value))
    return len(missing)


def _kind(program: Program, kind_id: str) -> CardKind:
    if not kind_id:
        return CardKind("", frozenset())
    found = program.schemes.card_kinds.get(kind_id)
    if found is None:
        known = ", ".join(sorted(program.schemes.card_kinds)) or "none"
        raise NotPossible(f"The published program has no kind of gift card {kind_id!r}. Its kinds: {known}.")
    return found


def _terms(new: NewCards, kind: CardKind, law: Jurisdiction, today: date) -> dict[str, Any]:
    """Return the terms of such a card: it keeps its terms, whatever laws and programs say later."""
    if new.value < 0 or new.value > FACE_MAX:
        raise NotPossible(f"A card can carry 0 to {FACE_MAX} minor units.")
    ends_on = None if kind.months is None else later_by_months(today, kind.months)
    card = GiftCard("", ends_on=ends_on, is_single_use=kind.is_single_use)
    try:
        issued, _ = issue(card, amount=max(new.value, 1), on_day=today, law=law)
    except GiftCardInvalid as problem:
        raise NotPossible(f"Such a card may not be issued there: {problem}.") from problem
    return {
        "kind": kind.kind_id,
        "single_use": int(kind.is_single_use),
        "rest": str(issued.rest if kind.is_single_use else Rest.STAYS),
        "ends_on": None if issued.ends_on is None else issued.ends_on.isoformat(),
        "months": kind.months,
        "years_min": law.years_min,
        "frozen_ms": 0,
    }


def _insert(connection: Connection, *, hashes: Sequence[str], terms: dict[str, Any], value: int) -> None:
    before = _posted(connection, hashes)
    rows = []
    for code_hash in hashes:
        is_filled = value > 0 or code_hash in before
        row = {"code_hash": code_hash, "balance": value + before.get(code_hash, 0), "filled": int(is_filled)}
        rows.append(terms | row | ({} if is_filled else {"ends_on": None}))  # from the first money on
    insert_rows(connection, gift_card, rows)
    fills = [of_fill(code_hash, terms["currency"], value) for code_hash in hashes]
    post_many(connection, [OwnEntry(OwnKind.CARDS, made, terms["made_ms"]) for made in fills])
    announce(connection, [Change(EVERYWHERE, GIFT_CARD, code_hash) for code_hash in hashes])


def _posted(connection: Connection, hashes: Sequence[str]) -> dict[str, int]:
    """Return what stands on the accounts of cards, those that have any."""
    accounts = {card_account(code_hash): code_hash for code_hash in hashes}
    found: dict[str, int] = {}
    for some in parts_of(sorted(accounts), NAMES_AT_ONCE):
        sums = select(posting.c.account, func.sum(posting.c.amount)).where(posting.c.account.in_(some))
        rows = connection.execute(sums.group_by(posting.c.account))
        found.update((accounts[row[0]], int(row[1])) for row in rows)
    return found


def show_card(hq: Hq, printed: str) -> CardShown:
    """Return a card by its printed number, with what its account says. Raises `NotPossible`."""
    code_hash = hash_of(printed)
    with hq.database.reading() as connection:
        row = connection.execute(select(gift_card).where(gift_card.c.code_hash == code_hash)).first()
        if row is None:
            raise NotPossible("There is no such gift card.")
        posted = _posted(connection, [code_hash]).get(code_hash, 0)
    _, kind, currency, balance, state, single_use, rest, ends_on = facts(row)
    return CardShown(code_hash, kind, currency, balance, state, single_use, rest, ends_on, posted)


def freeze_card(hq: Hq, printed: str, *, is_frozen: bool = True) -> None:
    """Stop a card, or let it go on: stations hear of it with their next sync. Raises `NotPossible`.

    What a cut-off station still takes off it meanwhile is posted, and flagged for somebody to look at.
    """
    code_hash = hash_of(printed)
    frozen_ms = hq.clock.now_ms() if is_frozen else 0
    with hq.database.atomic() as connection:
        change = update(gift_card).where(gift_card.c.code_hash == code_hash).values(frozen_ms=frozen_ms)
        if not connection.execute(change).rowcount:
            raise NotPossible("There is no such gift card.")
        announce(connection, [Change(EVERYWHERE, GIFT_CARD, code_hash)])
