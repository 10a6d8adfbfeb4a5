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
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import NAMES_AT_ONCE, ROWS_AT_ONCE
from hq.faults import NotHere, NotPossible
from hq.feed import EVERYWHERE, GIFT_CARD, Change, announce
from hq.gift_cards.postings import card_account, of_fill
from hq.gift_cards.store import EVERY, facts, later_by_months, read_cards
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
        there = read_cards(connection, wanted)
    missing = [code_hash for code_hash in wanted if code_hash not in there]
    if (there and not is_again) or not missing:
        which = "all" if not missing else "some"
        raise NotPossible(f"There are cards of {which} of these numbers already. Nothing was issued.")
    terms = terms_of(hq, new)
    for some in parts_of(missing, ROWS_AT_ONCE):
        hq.database.write(partial(insert_cards, hashes=some, terms=terms, value=new.value))
    return len(missing)


def terms_of(hq: Hq, new: NewCards) -> dict[str, Any]:
    """Return the columns in which such cards are alike, by the published program and today's law of a place.

    Raises `NotPossible`.
    """
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    if program is None:
        raise NotPossible("There is no published program, so nobody knows the currency of cards.")
    kind, law = _kind(program, new.kind), jurisdiction_of(new.place, program.schemes.jurisdictions)
    today = local_date(hq.clock.now_ms(), program.time_zone)
    common = {"currency": program.currency.code, "made_ms": hq.clock.now_ms()}
    return common | _terms(new, kind, law, today)


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
        raise NotPossible(f"A card can carry at most {FACE_MAX} (minor units).")
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


def insert_cards(
    connection: Connection,
    hashes: Sequence[str],
    terms: dict[str, Any],
    *,
    value: int,
    places: Sequence[int | None] = (),
) -> None:
    """Keep cards of these terms, and tell stations. The last thing that a transaction does. See `keep_cards`."""
    announce(connection, keep_cards(connection, hashes, terms, value=value, places=places))


def keep_cards(
    connection: Connection,
    hashes: Sequence[str],
    terms: dict[str, Any],
    *,
    value: int,
    places: Sequence[int | None] = (),
) -> list[Change]:
    """Keep cards of these terms with so much on each; return who has to hear of it.

    `places` are those within the batch that `terms` may name.
    """
    before = _posted(connection, hashes)
    rows = []
    for code_hash, n in zip(hashes, places or [None] * len(hashes), strict=True):
        is_filled = value > 0 or code_hash in before
        balance = value + before.get(code_hash, 0)
        row = {"code_hash": code_hash, "balance": balance, "filled": int(is_filled), "n": n}
        rows.append(terms | row | ({} if is_filled else {"ends_on": None}))  # from the first money on
    insert_rows(connection, gift_card, rows)
    fills = [of_fill(code_hash, terms["currency"], value) for code_hash in hashes]
    post_many(connection, [OwnEntry(OwnKind.CARDS, made, terms["made_ms"]) for made in fills])
    return [Change(EVERYWHERE, GIFT_CARD, code_hash) for code_hash in hashes]


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
        row = connection.execute(EVERY.where(gift_card.c.code_hash == code_hash)).first()
        if row is None:
            raise NotPossible("There is no such gift card.")
        posted = _posted(connection, [code_hash]).get(code_hash, 0)
    _, kind, currency, balance, state, single_use, rest, ends_on = facts(row)
    return CardShown(code_hash, kind, currency, balance, state, single_use, rest, ends_on, posted)


def freeze_card(hq: Hq, printed: str, *, is_frozen: bool = True) -> None:
    """Stop a card, or let it go on: stations hear of it with their next sync. Raises `NotHere`.

    What a cut-off station still takes off it meanwhile is posted, and flagged for somebody to look at.
    """
    set_frozen(hq, SYSTEM, hash_of(printed), is_frozen=is_frozen)


def set_frozen(hq: Hq, actor: Actor, code_hash: str, *, is_frozen: bool, reason: str = "") -> None:
    """Stop a card, or let it go on, by the hash of its number. Raises `NotHere`. See `freeze_card`."""
    now_ms = hq.clock.now_ms()
    if "\x00" in code_hash:
        raise NotHere("There is no such gift card.")
    with hq.database.atomic() as connection:
        change = update(gift_card).where(gift_card.c.code_hash == code_hash)
        if not connection.execute(change.values(frozen_ms=now_ms if is_frozen else 0)).rowcount:
            raise NotHere("There is no such gift card.")
        record(
            connection,
            actor,
            "gift_card.changed",
            f"gift_card:{code_hash}",
            now_ms=now_ms,
            reason=reason,
            after={"frozen": is_frozen},
        )
        announce(connection, [Change(EVERYWHERE, GIFT_CARD, code_hash)])
