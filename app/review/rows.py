"""What this station did, to be looked through: filtered, searched, a page of a hundred at a time, with all totals.

Times of day and days are the store's. Amounts are minor units, points whole; below 0 is what came back.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

from app.core.entry import ENROL, GIFT_CARD, ORDER, RETURN, VOID
from app.core.reversal_kinds import Kind
from app.review.names import member_names, offer_names, refs_named, staff_names
from app.store.review.review import Review

PAGE = 100
REDEEMED, NOT_POSSIBLE = (
    "redeemed",
    "not_possible",
)  # kinds of orders: something was given; something was refused
SHOWN = (ORDER, VOID, RETURN, GIFT_CARD, ENROL)  # where no kind is asked for
LISTED = "IN (SELECT value FROM json_each(?))"
NO_WORD, POSTED, LOOK = 0, 1, 2  # HQ's, as the derived file has them


class Standing(StrEnum):
    """How head office stands to an entry."""

    WAITING = "waiting"  # to be sent
    SENT = "sent"  # and nothing was said of it
    POSTED = "posted"
    LOOK = "look"  # it wants a person to look


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for. Days are inclusive, amounts those of the whole order, `offer` is a rule, `kinds` are types of
    entries or `redeemed` and `not_possible`; `text` an order's number or a part of it, or how an offer's or a member's
    name begins.
    """

    since: date | None = None
    until: date | None = None
    staff: str = ""
    offer: str = ""
    standing: Standing | None = None
    kinds: tuple[str, ...] = ()
    amount_min: int | None = None
    amount_max: int | None = None
    text: str = ""
    has_override: bool = False
    member: str = ""  # a reference, as a row has it


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: below this number."""

    seq: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """An entry, with an order all that was presented for it. `member` is a name, "" where nobody knows one.

    `offers` are names of what was given, `refused` codes of what was not (`core.reasons`), `flags` head office's.
    `staff` and `approver` are ids; their names are in `staff_names`. `former`: epoch and number that a carried one had.
    """

    epoch: int
    seq: int
    at_ms: int
    kind: str
    order_id: str
    member_ref: str
    member: str
    offers: tuple[str, ...]
    refused: tuple[str, ...]
    total: int
    discount: int
    points_spent: int
    points_earned: int
    gift_cards: int  # what they paid, or what was put on one
    staff: str
    approver: str
    why: str
    register: str
    is_online: bool
    what: str
    standing: Standing
    flags: tuple[str, ...] = ()
    undone: Kind | None = None
    former: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page, and what all that match come to. `behind` entries are not in it yet: they are being read."""

    rows: tuple[ReviewRow, ...]
    count: int
    discount: int
    next: Cursor | None
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by, and how people call it."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Who and what occurs."""

    staff: tuple[Choice, ...]
    offers: tuple[Choice, ...]


def find(review: Review, wanted: Filter, *, after: Cursor | None = None) -> Found:
    """Return a page of what matches, the newest first. Raises a `StoreFault`."""
    where, values = conditions(review, wanted)
    below = "" if after is None else " AND seq < ?"
    rows = review.rows(
        f"SELECT seq, discount FROM action WHERE {where}{below} ORDER BY seq DESC LIMIT ?",  # noqa: S608 ours
        (*values, *(() if after is None else (after.seq,)), PAGE + 1),
    )
    if after is None and len(rows) <= PAGE:  # these are all
        count, discount = len(rows), sum(row[1] for row in rows)
    else:
        totals = f"SELECT COUNT(*), COALESCE(SUM(discount), 0) FROM action WHERE {where}"  # noqa: S608 ours
        count, discount = review.row(totals, values)
    numbers = [seq for seq, _ in rows]
    last = Cursor(numbers[PAGE - 1]) if len(numbers) > PAGE else None
    return Found(read_rows(review, numbers[:PAGE]), count, discount, last, review.behind)


def choices(review: Review) -> Choices:
    """Return who and what occurs, by name. Raises a `StoreFault`."""
    staff = [staff_id for (staff_id,) in review.rows("SELECT id FROM staff")]
    rules = {rule for combo in combos(review).values() for rule in (*combo.offers, *dict(combo.refused))}
    return Choices(_named(staff, staff_names(review)), _named(sorted(rules), offer_names(review)))


@dataclass(frozen=True, slots=True)
class Combo:
    """What an action gave or took back, by rule, and what it refused, with the code of the reason shown."""

    offers: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def combos(review: Review) -> dict[int, Combo]:
    """Return which offers went together, by the number that `action.combo` has: a few hundred in most stores."""
    rows = review.rows("SELECT id, offers, refused FROM combo")
    return {number: _combo(offers, refused) for number, offers, refused in rows}


def _combo(offers: str, refused: str) -> Combo:
    return Combo(tuple(orjson.loads(offers)), tuple((rule, code) for rule, code in orjson.loads(refused)))


def conditions(review: Review, wanted: Filter) -> tuple[str, list[Any]]:
    """Return what rows of `action` must fulfil, as SQL and its values; for others who read the same rows."""
    parts: list[str] = []
    values: list[Any] = []

    def add(part: str, *more: Any) -> None:
        parts.append(part)
        values.extend(more)

    _add_kinds(wanted.kinds, add)
    if wanted.since is not None:
        add("day >= ?", wanted.since.toordinal())
    if wanted.until is not None:
        add("day <= ?", wanted.until.toordinal())
    for column, value in (("staff", wanted.staff), ("member", wanted.member)):
        if value:
            add(f"{column} = ?", value)
    if wanted.offer:
        add(f"combo {LISTED}", _listed(_with_rules(review, {wanted.offer})))
    if wanted.standing is not None:
        _add_standing(wanted.standing, review.acked_seq(), add)
    if wanted.amount_min is not None:
        add("total >= ?", wanted.amount_min)
    if wanted.amount_max is not None:
        add("total <= ?", wanted.amount_max)
    if wanted.has_override:
        add("approver <> ''")
    if wanted.text.strip():
        _add_text(review, wanted.text.strip(), add)
    return " AND ".join(parts), values


def _add_kinds(kinds: Sequence[str], add: Any) -> None:
    types = [kind for kind in kinds or SHOWN if kind not in (REDEEMED, NOT_POSSIBLE)]
    parts = [f"kind {LISTED}"] if types else []
    parts += ["(redeemed > 0 OR discount > 0)"] if REDEEMED in kinds else []
    parts += ["refused > 0"] if NOT_POSSIBLE in kinds else []
    add(f"({' OR '.join(parts)})", *([_listed(types)] if types else []))


def _add_standing(standing: Standing, acked: int, add: Any) -> None:
    word = {Standing.POSTED: POSTED, Standing.LOOK: LOOK}.get(standing, NO_WORD)
    add("word = ?", word)
    if standing is Standing.WAITING:
        add("last_seq > ?", acked)
    elif standing is Standing.SENT:
        add("last_seq <= ?", acked)


def _add_text(review: Review, text: str, add: Any) -> None:
    folded = text.casefold()
    escaped = "".join("\\" + letter if letter in "%_\\" else letter for letter in text)
    parts, values = ["order_id LIKE ? ESCAPE '\\'"], [f"%{escaped}%"]
    if rules := {rule for rule, name in offer_names(review).items() if folded in name.casefold()}:
        parts.append(f"combo {LISTED}")
        values.append(_listed(_with_rules(review, rules)))
    if refs := refs_named(review, text):
        parts.append(f"member {LISTED}")
        values.append(_listed(refs))
    add(f"({' OR '.join(parts)})", *values)


def _with_rules(review: Review, rules: AbstractSet[str]) -> list[int]:
    """Return which combos have one of these."""
    return [
        number
        for number, combo in combos(review).items()
        if not rules.isdisjoint(combo.offers) or not rules.isdisjoint(dict(combo.refused))
    ]


ROWS = """
SELECT seq, at_ms, kind, order_id, member, total, discount, spent, earned, cards + put_on, staff, approver, why,
    register, is_online, what, word, last_seq, undone, former_epoch, former_seq, offers, refused_offers
FROM (SELECT action.*, combo.offers, combo.refused AS refused_offers FROM action JOIN combo ON combo.id = action.combo
    WHERE seq IN (SELECT value FROM json_each(?)))
ORDER BY seq DESC
"""
FLAGS = "SELECT action, flags FROM look WHERE action IN (SELECT value FROM json_each(?)) ORDER BY seq"


def read_rows(review: Review, numbers: Sequence[int]) -> tuple[ReviewRow, ...]:
    """Return rows by their numbers, the newest first. Raises a `StoreFault`."""
    listed, offer_name, acked = (_listed(numbers),), offer_names(review), review.acked_seq()
    rows = review.rows(ROWS, listed)
    names = member_names(review, {row[4] for row in rows if row[4]})
    flags = _together((seq, flag) for seq, flags in review.rows(FLAGS, listed) for flag in flags.split())
    return tuple(
        ReviewRow(
            epoch=review.epoch,
            seq=row[0],
            at_ms=row[1],
            kind=row[2],
            order_id=row[3],
            member_ref=row[4],
            member=names.get(row[4], ""),
            offers=tuple(offer_name.get(rule, rule) for rule in orjson.loads(row[21])),
            refused=tuple(code for _, code in orjson.loads(row[22])),
            total=row[5],
            discount=row[6],
            points_spent=row[7],
            points_earned=row[8],
            gift_cards=row[9],
            staff=row[10],
            approver=row[11],
            why=row[12],
            register=row[13],
            is_online=bool(row[14]),
            what=row[15],
            standing=standing_of(row[16], row[17], acked),
            flags=flags.get(row[0], ()),
            undone=Kind(row[18]) if row[18] else None,
            former=None if row[19] is None else (row[19], row[20]),
        )
        for row in rows
    )


def standing_of(word: int, last_seq: int, acked: int) -> Standing:
    """Return how head office stands to an entry."""
    if word == LOOK:
        return Standing.LOOK
    if word == POSTED:
        return Standing.POSTED
    return Standing.WAITING if last_seq > acked else Standing.SENT


def _together(pairs: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for seq, text in pairs:
        found[seq] = (*found.get(seq, ()), text)
    return found


def _listed(values: Sequence[str | int]) -> str:
    return orjson.dumps(values).decode()


def _named(keys: Sequence[str], names: Mapping[str, str]) -> tuple[Choice, ...]:
    found = [Choice(key, names.get(key) or key) for key in keys]
    return tuple(sorted(found, key=lambda choice: (choice.name.casefold(), choice.key)))
